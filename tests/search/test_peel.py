import numpy as np
import pytest

from sr_kernel.expr import symbol
from sr_kernel.search import Problem, search
from sr_kernel.search.peel import outer_peels, peels


class Watch:
    """Keeps the peels of the first round."""

    def __init__(self):
        self.found = []

    def propose(self, context):
        if not self.found:
            self.found = [(peel, context.sample) for peel in peels(context, 6)]
        return ()


@pytest.fixture(scope="module")
def found():
    X = np.random.default_rng(0).uniform(0.5, 2.0, (30, 2))
    watch = Watch()
    y = 0.3 + 0.1 * X[:, 0] * X[:, 1]
    search(Problem(("a", "b"), X, y), time_limit=20, proposers=[watch])
    return watch.found


def test_what_is_peeled_off_can_be_put_back(found):
    assert len(found) > 50
    for peel, sample in found:
        np.testing.assert_allclose(peel.inverse(peel.target), sample.y, rtol=1e-7)


def test_terms_say_what_values_do(found):
    from sr_kernel.numeric.evaluate import evaluate
    from sr_kernel.numeric.program import compile_program

    for peel, sample in found[::5]:
        program = compile_program(peel.build(symbol("rest")), ["rest", "a", "b"], free="none")
        shown = evaluate(program, np.column_stack([peel.target, sample.X]))
        np.testing.assert_allclose(shown, sample.y, rtol=1e-7)


@pytest.mark.parametrize(
    "f",
    [
        lambda a, b: 1 / (np.exp(a / b) - 1),
        lambda a, b: a * (b - 1 / (a + b)),
        lambda a, b: (np.log(a + b) + np.sin(a)) ** 2,
        lambda a, b: b * np.sqrt(np.exp(a) + 3.3 * b**3),
    ],
)
def test_laws_under_a_peel_are_found(f):
    X = np.random.default_rng(0).uniform(0.5, 2.0, (200, 2))
    result = search(Problem(("a", "b"), X, f(*X.T)), time_limit=30)
    assert result.stop_reason == "exact"


def signed(y):
    """The peels of a table whose columns have both signs."""
    X = np.random.default_rng(0).uniform(-2.0, 2.0, (60, 2))
    found = []

    class Look:
        def propose(self, context):
            found.extend((peel, context.sample) for peel in outer_peels(context, powers=True))
            return ()

    search(Problem(("a", "b"), X, y(*X.T)), time_limit=20, proposers=[Look()])
    return X, found


def test_an_even_power_has_the_signs_of_some_columns():
    def law(a, b):
        return a * b * (1.5 + np.cos(a))

    X, found = signed(lambda a, b: law(a, b) ** 4)
    assert any(np.allclose(peel.target, law(*X.T)) for peel, _ in found)
    for peel, sample in found:
        np.testing.assert_allclose(peel.inverse(peel.target), sample.y, rtol=1e-7, atol=1e-12)


def test_y_of_both_signs_is_divided_by_columns_that_give_it_one():
    X, found = signed(lambda a, b: a * np.sqrt(b + 2.3))
    assert any(np.allclose(peel.target, X[:, 1] + 2.3) for peel, _ in found)
