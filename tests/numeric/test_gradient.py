from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from small_terms import NAMES, coordinates, terms

from sr_kernel.expr import OPERATORS, parse, substitute, symbol
from sr_kernel.numeric.evaluate import evaluate
from sr_kernel.numeric.gradient import evaluate_with_gradient
from sr_kernel.numeric.precise import evaluate_precise
from sr_kernel.numeric.program import compile_program, replaced


def gradient(text: str, *rows: float) -> np.ndarray:
    program = compile_program(parse(text), ("x",))
    return evaluate_with_gradient(program, np.array(rows, dtype=float)[:, None])[1]


def test_values_come_along() -> None:
    X = np.linspace(1, 2, 10_000)[:, None]
    program = compile_program(parse("2.0*exp(-0.5*x) + x**1.5"), ("x",))
    values, slopes = evaluate_with_gradient(program, X)
    np.testing.assert_allclose(values, evaluate(program, X), rtol=1e-14)
    x = X[:, 0]
    expected = [np.exp(-0.5 * x), 2 * x * np.exp(-0.5 * x), x**1.5 * np.log(x)]
    np.testing.assert_allclose(slopes, np.transpose(expected), rtol=1e-13)


def test_by_some_constants_only() -> None:
    program = compile_program(parse("2.0*x + 3.0*x**2 + 4.0"), ("x",))
    _, slopes = evaluate_with_gradient(program, np.array([[5.0]]), by=[2, 1])
    np.testing.assert_array_equal(slopes, [[1, 25]])


def test_no_constants_no_columns() -> None:
    assert gradient("x", 1, 2, 3).shape == (3, 0)


@pytest.mark.parametrize("name", [n for n, row in OPERATORS.items() if row.arity in (1, 2)])
def test_every_operator_against_differences(name: str) -> None:
    row = OPERATORS[name]
    text = f"{name}(0.3*x + 0.2)" if row.arity == 1 else None
    if name == "acosh":
        text = "acosh(1.3*x + 1.2)"
    if text is None:
        spelled = {
            "div": "(0.3*x)/(1.2 + x)",
            "pow": "(0.3*x)**(1.7*x)",
            "mod": "mod(3.3*x, 1.1*x)",
        }
        text = spelled[name]
    _check_differences(parse(text), {"x": 0.83})


def test_min_and_max_follow_the_chosen_one() -> None:
    np.testing.assert_array_equal(gradient("min(2.0*x, 3.0)", 1, 2), [[1, 0], [0, 1]])
    np.testing.assert_array_equal(gradient("max(2.0*x, 3.0)", 1, 2), [[0, 1], [2, 0]])


def test_a_power_at_zero_is_flat_in_its_exponent() -> None:
    np.testing.assert_array_equal(gradient("x**1.5", 0), [[0]])


def test_a_negative_base_has_no_slope_in_its_exponent() -> None:
    assert np.isnan(gradient("x**2.0", -1)).all()


def test_a_vertical_slope_is_infinite_or_unfelt() -> None:
    assert gradient("sqrt(x + 0.0)", 0) == [[np.inf]]
    assert gradient("sqrt(2.0*x)", 0) == [[0]]
    assert gradient("(2.0*x)**0.5", 0)[0, 0] == 0


def test_constants_deep_inside_constants() -> None:
    np.testing.assert_allclose(gradient("exp(sqrt(2.0))*x", 3), 3 * np.exp(2**0.5) / 2 / 2**0.5)
    assert np.isnan(gradient("log(-1.0*2.0)*x", 3)).all()


def _check_differences(term, env) -> None:
    names = tuple(env)
    program = compile_program(term, names)
    point = np.array([[env[name] for name in names]])
    values, slopes = evaluate_with_gradient(program, point)
    for index in range(len(program.theta)):
        expected = _difference(program, index, env)
        if expected is not None and np.isfinite(values[0]):
            assert slopes[0, index] == pytest.approx(expected, rel=1e-6, abs=1e-6)


def _difference(program, index: int, env) -> float | None:
    """A central difference at 60 digits; None next to a jump or a border."""
    from mpmath import mp

    leaves = [symbol(f"t{i}") for i in range(len(program.theta))]
    term = replaced(program.expr, iter(leaves))
    found = []
    with mp.workdps(80):
        for step in (mp.mpf(10) ** -20, mp.mpf(10) ** -22):
            ends = []
            for sign in (1, -1):
                moved = dict(zip([f"t{i}" for i in range(len(leaves))], program.theta, strict=True))
                moved[f"t{index}"] = mp.mpf(program.theta[index]) + sign * step
                ends.append(evaluate_precise(term, {**env, **moved}, 60))
            if None in ends:
                return None
            found.append((ends[0] - ends[1]) / (2 * step))
        steady = abs(found[0] - found[1]) <= 1e-9 * (1 + abs(found[1]))
    return float(found[1]) if steady and abs(found[1]) < 1e6 else None


@settings(max_examples=150, deadline=None)
@given(terms, coordinates, coordinates)
def test_against_differences_at_high_precision(term, x: float, y: float) -> None:
    program = compile_program(term, NAMES)
    env = {"x": x, "y": y}
    if not program.theta or not _is_moderate(term, env):
        return
    _check_differences(term, env)


def _is_moderate(term, env) -> bool:
    from sr_kernel.expr import walk

    for node in walk(term):
        value = evaluate_precise(node, env, 20)
        if value is None or (value != 0 and not 1e-3 < abs(value) < 1e3):
            return False
        if node.op in ("min", "max", "floor", "ceil", "mod", "abs", "sign") or value == 0:
            return False
    return True


def test_substituting_values_is_differentiating_the_same_function() -> None:
    term = substitute(parse("a*sin(x)"), {"a": parse("2.5")})
    assert gradient(str(term), 0.5) == pytest.approx(np.sin(0.5))
