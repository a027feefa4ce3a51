import os
import subprocess
import sys
import textwrap
import time

import numpy as np
import pytest

from sr_kernel.errors import OptionError
from sr_kernel.expr import parse
from sr_kernel.search import Problem, search
from sr_kernel.search.guesses import guesses_of

pytestmark = pytest.mark.filterwarnings("error")


def problem(formula, rows=60, *, noise=0.0, low=1.0, high=4.0, seed=0, **options):
    """Data of a formula over a and b."""
    generator = np.random.default_rng(seed)
    X = generator.uniform(low, high, (rows, 2))
    y = eval_(formula, X)
    y = y + noise * y.std() * generator.normal(size=rows)
    return Problem(("a", "b"), X, y, **options)


def eval_(formula, X):
    from sr_kernel.numeric.evaluate import evaluate
    from sr_kernel.numeric.program import compile_program

    return evaluate(compile_program(parse(formula), ["a", "b"], free="none"), X)


EXACT = ["3*a + 2*b", "a*b/(a + b)", "2.5*exp(-a)*b", "sqrt(a**2 + b**2)", "a**1.5/b", "log(a)*b"]


@pytest.mark.parametrize("formula", EXACT)
def test_exact_laws_are_found_and_said_to_be_exact(formula):
    result = search(problem(formula), time_limit=20)
    assert result.stop_reason == "exact"
    fresh = np.random.default_rng(9).uniform(1.0, 4.0, (50, 2))
    np.testing.assert_allclose(eval_(result.best.equation, fresh), eval_(formula, fresh), rtol=1e-7)
    assert result.best.complexity <= parse(formula).size + 2


def test_noise_does_not_fill_the_front():
    result = search(problem("2*a**2 + 5", 40, noise=0.05), time_limit=6)
    assert len(result.front) <= 6
    assert result.best.r2 > 0.99
    assert result.best.complexity <= 9
    assert max(len(law.parameters) for law in result.front) <= 4


def test_pure_noise_is_a_constant():
    generator = np.random.default_rng(3)
    data = Problem(("x",), generator.uniform(size=(25, 1)), generator.normal(size=25))
    result = search(data, time_limit=5)
    assert result.best.r2 < 0.5
    assert result.best.complexity <= 8


def test_front_laws():
    result = search(problem("a**2/b + 3", 30, noise=0.02), time_limit=5)
    losses = [law.loss for law in result.front]
    sizes = [law.complexity for law in result.front]
    assert losses == sorted(losses, reverse=True)
    assert len(set(losses)) == len(losses)
    assert sizes == sorted(set(sizes))
    assert len({law.key for law in result.front}) == len(result.front)
    assert result.best in result.front
    assert all(law.complexity == law.expr.size for law in result.front)
    assert all(len(law.parameters) <= 29 for law in result.front)


def test_printed_equation_reproduces_the_loss():
    data = problem("7.123*a**0.7 + b", 30, noise=0.02)
    for law in search(data, time_limit=4).front:
        shown = eval_(law.equation, data.X)
        assert np.mean((shown - data.y) ** 2) == pytest.approx(law.loss, rel=1e-6)


def test_same_seed_same_laws():
    data = problem("a*b + 1", 30, noise=0.1, operators=("add", "mul"), max_size=9)
    first, second = (search(data, time_limit=60) for _ in range(2))
    assert first.stop_reason == second.stop_reason != "time"
    assert [law.equation for law in first.front] == [law.equation for law in second.front]


def test_time_limit_is_kept():
    start = time.perf_counter()
    result = search(problem("a*b", 30, noise=0.3), time_limit=1.0)
    assert time.perf_counter() - start < 4.0
    assert result.stop_reason in {"time", "plateau", "exhausted"}
    assert result.front


def test_should_stop_is_heeded_within_a_second():
    start = time.perf_counter()
    result = search(
        problem("sin(a)*b", 200, noise=0.2),
        time_limit=60,
        should_stop=lambda: time.perf_counter() - start > 1.0,
    )
    assert result.stop_reason == "stopped"
    assert not result.interrupted
    assert result.front


def test_progress_comes_and_ctrl_c_keeps_what_was_found():
    seen = []

    def watch(progress):
        seen.append(progress)
        if len(seen) == 3:
            raise KeyboardInterrupt

    result = search(problem("sin(a)*b", 60, noise=0.2), time_limit=60, on_progress=watch)
    assert result.interrupted
    assert result.stop_reason == "stopped"
    assert len(seen) == 3
    assert [p.elapsed for p in seen] == sorted(p.elapsed for p in seen)
    assert result.front[-1].loss <= seen[-1].best.loss


def test_ctrl_c_at_the_door_of_compiled_code_is_ctrl_c():
    def watch(progress):
        raise SystemError("returned a result with an exception set") from KeyboardInterrupt()

    result = search(problem("sin(a)*b", 60, noise=0.2), time_limit=60, on_progress=watch)
    assert result.interrupted
    assert result.front


def test_other_system_errors_are_not_swallowed():
    def watch(progress):
        raise SystemError("something else")

    with pytest.raises(SystemError, match="something else"):
        search(problem("sin(a)*b", 60, noise=0.2), time_limit=60, on_progress=watch)


@pytest.mark.parametrize("value", [0.0, 5.0, -1e-300, 1e300])
def test_constant_target_is_a_constant_law(value):
    data = Problem(("x",), np.arange(6.0)[:, None], np.full(6, value))
    result = search(data, time_limit=5)
    assert result.best.complexity == 1
    assert float(result.best.expr.value) == pytest.approx(value, rel=1e-9)


def test_one_row_is_its_own_mean():
    result = search(Problem(("x",), np.array([[2.0]]), np.array([3.0])), time_limit=5)
    assert result.best is None or result.best.complexity == 1


def test_two_rows_do_not_make_a_line():
    result = search(Problem(("x",), np.array([[1.0], [2.0]]), np.array([3.0, 5.5])), time_limit=3)
    assert all(len(law.parameters) <= 1 for law in result.front)


def test_no_columns_leave_the_mean():
    result = search(Problem((), np.zeros((4, 0)), np.array([1.0, 2.0, 3.0, 4.0])), time_limit=3)
    assert result.best.equation in {"2.5", "5/2"}


@pytest.mark.parametrize("scale", [1e-300, 1e-30, 1e30, 1e150])
def test_scales_of_the_target(scale):
    x = np.linspace(1.0, 5.0, 12)
    result = search(Problem(("x",), x[:, None], 3.0 * scale * x**2), time_limit=10)
    assert result.best.r2 > 1 - 1e-9
    assert result.best.complexity <= 5


@pytest.mark.parametrize("scale", [1e-300, 1e-90, 1e90, 1e300])
def test_scales_of_a_column(scale):
    x = np.linspace(1.0, 5.0, 12)
    data = Problem(("x",), scale * x[:, None], 2.0 * x)
    result = search(data, time_limit=10)
    assert result.best.r2 > 1 - 1e-9


@pytest.mark.parametrize("scale", [1e-299, 1e299])
def test_scales_that_cancel(scale):
    x = np.linspace(1.0, 5.0, 12)
    X = scale * np.stack([x, np.sin(x) + 2], axis=1)
    result = search(Problem(("a", "b"), X, X[:, 0] / X[:, 1] * 3 * scale), time_limit=10)
    assert result.best.r2 > 1 - 1e-9


def test_constant_and_duplicated_columns():
    x = np.linspace(1.0, 5.0, 20)
    X = np.stack([x, x, np.full(20, 7.0)], axis=1)
    result = search(Problem(("p", "q", "r"), X, 4.0 / x), time_limit=10)
    assert result.stop_reason == "exact"
    assert result.best.complexity <= 3


def test_only_the_operators_asked_for():
    data = problem("a*b + a", 30, noise=0.01, operators=("+", "*"))
    used = {
        node.op for law in search(data, time_limit=4).front for node in walk_(law.expr) if node.args
    }
    assert used <= {"add", "mul", "neg"}


def walk_(expr):
    from sr_kernel.expr import walk

    return list(walk(expr))


def test_max_size_bounds_the_front():
    data = problem("a**2 + b**2 + a*b", 40, max_size=5)
    assert all(law.complexity <= 5 for law in search(data, time_limit=4).front)


def test_a_proposer_of_the_users():
    class Guess:
        def propose(self, context):
            assert context.problem.variables == ("a", "b")
            yield parse("1.0*a + 1.0*sin(b)")

    result = search(problem("2*a + 3*sin(b)", 30), time_limit=5, proposers=[Guess()])
    assert result.stop_reason == "exact"


def test_weights_decide_between_two_halves():
    x = np.linspace(1, 2, 20)
    y = np.where(np.arange(20) < 10, 2 * x, 5 * x)
    data = Problem(("x",), x[:, None], y, weights=(np.arange(20) < 10).astype(float))
    result = search(data, time_limit=5)
    assert result.best.loss < 1e-20
    assert result.best.complexity <= 3


def test_same_seed_same_laws_in_another_process():
    script = textwrap.dedent("""
        import numpy as np
        from sr_kernel.search import Problem, search
        generator = np.random.default_rng(4)
        X = generator.uniform(1, 4, (1500, 2))
        y = X[:, 0] * X[:, 1] + 1 + 0.1 * generator.normal(size=1500)
        result = search(Problem(("a", "b"), X, y, operators=("add", "mul"), max_size=9),
                        time_limit=100)
        print(result.stop_reason, result.candidates, *(law.equation for law in result.front),
              *(record.equation for record in result.history), sep="\\n")
    """)
    outputs = [
        subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, timeout=120, check=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    ]  # fmt: skip
    assert outputs[0] == outputs[1]
    assert not outputs[0].startswith("time")
    assert len(outputs[0].splitlines()) > 10


ODD = "2.5*tanh(a*b) + 0.3*b**5"


def test_guesses_are_looked_at_first():
    guesses = guesses_of(["1.5*tanh(a*b) + b**5", "a"], ("a", "b"))
    result = search(problem(ODD, 40), time_limit=20, guesses=guesses)
    assert result.stop_reason == "exact"
    assert result.candidates < 60


def test_guesses_in_the_units_of_the_data():
    data = problem(ODD, 40)
    far = Problem(data.variables, data.X * [1e100, 1.0], 1e200 * data.y)
    result = search(far, time_limit=20, guesses=[parse("1e200*(2.0*tanh(a/1e100*b) + 1.0*b**5)")])
    assert result.best.r2 > 1 - 1e-12


@pytest.mark.parametrize(
    ("guess", "says"),
    [("a +", "no expression"), ("a + c", "no variable 'c'"), (object(), "no expression")],
)
def test_bad_guesses(guess, says):
    with pytest.raises(OptionError, match=says):
        guesses_of([guess], ("a", "b"))


def test_a_search_can_be_fed_while_it_runs():
    told = []

    def feed():
        if time.perf_counter() - start > 0.5 and not told:
            told.append(parse(ODD))
            return told
        return ()

    start = time.perf_counter()
    result = search(problem(ODD, 40, operators="+*"), time_limit=20, feed=feed)
    assert result.stop_reason == "exact"


def test_history_holds_what_was_tried():
    data = problem("a*b + 1", 40, noise=0.1, operators="+*", max_size=9)
    result = search(data, time_limit=100)
    assert len(result.history) > 5
    assert result.history.query(1)[0].length == min(record.length for record in result.history)
    assert result.history.query(5, pattern="_*b")
    assert not result.history.query(5, pattern="sin(_)")


def test_ctrl_c_at_the_very_end_keeps_what_was_found(monkeypatch):
    from sr_kernel.search.presentation import Presenter

    simplify, calls = Presenter._simplify, []

    def interrupted(self, *arguments):
        calls.append(arguments)
        if len(calls) == 1:
            raise KeyboardInterrupt
        return simplify(self, *arguments)

    monkeypatch.setattr(Presenter, "_simplify", interrupted)
    result = search(problem("a*b", 30), time_limit=20)
    assert result.interrupted
    assert result.stop_reason == "exact"
    assert result.best.equation in {"a*b", "b*a"}


@pytest.mark.parametrize("operators", ["+", "*", "+*", ("sin",), ("exp", "sub"), ("min", "max")])
@pytest.mark.parametrize("rows", [3, 30])
def test_no_proposer_fails_for_want_of_operators(operators, rows):
    X = np.random.default_rng(0).normal(size=(rows, 2))
    y = np.random.default_rng(1).normal(size=rows)
    result = search(Problem(("a", "b"), X, y, operators=operators, max_size=7), time_limit=1)
    assert result.reports == ()
    assert result.front


def test_there_is_a_law_from_the_start():
    generator = np.random.default_rng(0)
    X = generator.normal(size=(200, 10))
    y = 20 * X[:, 3] + 5 + 20 * generator.normal(size=200)
    names = tuple(f"x{k}" for k in range(10))
    result = search(Problem(names, X, y, operators="+*", max_size=5), time_limit=0.1)
    assert result.best is not None
    assert "x3" in result.best.equation
