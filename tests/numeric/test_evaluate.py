from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_terms import NAMES, coordinates, terms

from sr_kernel.errors import DataError
from sr_kernel.expr import OPERATORS, apply, parse, symbol, walk
from sr_kernel.numeric.evaluate import BLOCK, evaluate, run
from sr_kernel.numeric.precise import evaluate_precise
from sr_kernel.numeric.program import compile_program


def values(text: str, *rows: float) -> list[float]:
    program = compile_program(parse(text), ("x",))
    return evaluate(program, np.array(rows, dtype=float)[:, None]).tolist()


def test_matches_numpy() -> None:
    rng = np.random.default_rng(0)
    X = rng.uniform(0.5, 3, (500, 2))
    x, y = X.T
    term = parse("1.5*sin(x*y + 0.3)/(1 + exp(-x)) + sqrt(x**2 + y**2) - x/(y + 2.0)")
    expected = 1.5 * np.sin(x * y + 0.3) / (1 + np.exp(-x)) + np.sqrt(x**2 + y**2) - x / (y + 2)
    np.testing.assert_allclose(evaluate(compile_program(term, NAMES), X), expected, rtol=1e-15)


@pytest.mark.parametrize("rows", [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK + 7])
def test_any_number_of_rows(rows: int) -> None:
    X = np.linspace(1, 2, 2 * rows).reshape(rows, 2)
    found = evaluate(compile_program(parse("x*y + sqrt(x)/y"), NAMES), X)
    assert found.shape == (rows,)
    np.testing.assert_allclose(found, X[:, 0] * X[:, 1] + np.sqrt(X[:, 0]) / X[:, 1])


def test_the_data_are_left_alone() -> None:
    X = np.asfortranarray(np.linspace(0, 1, 20).reshape(10, 2))
    before = X.copy()
    for text in ("x", "x + y", "-x", "x*x*x", "pi", "(x + 1)**2 + y"):
        evaluate(compile_program(parse(text), NAMES), X)
    np.testing.assert_array_equal(X, before)


def test_a_constant_fills_all_rows() -> None:
    assert values("2.5 + pi", 1, 2) == [2.5 + math.pi] * 2


def test_a_variable_alone_is_copied() -> None:
    X = np.array([[1.0], [2.0]])
    found = evaluate(compile_program(symbol("x"), ("x",)), X)
    found[0] = 9
    assert X[0, 0] == 1


def test_theta_replaces_the_floats() -> None:
    program = compile_program(parse("2.0*x + 1.0"), ("x",))
    assert evaluate(program, np.array([[3.0]]), [10.0, 5.0]) == [35.0]


@pytest.mark.parametrize(
    ("text", "undefined"),
    [
        ("1/x", 0), ("1/(1/x)", 0), ("log(x)", 0), ("log(x)", -1), ("sqrt(x)", -1), ("x**-1", 0),
        ("x**-2", 0), ("x**-3", 0), ("x**-1.5", 0), ("x**0.5", -1), ("x**(1/3)", -8),
        ("x**2.5", -1), ("atanh(x)", 1), ("atanh(x)", -1), ("asin(x)", 2), ("acosh(x)", 0.5),
        ("mod(3, x)", 0), ("0*log(x)", 0), ("max(log(x), 1)", 0), ("log(x)**0", 0),
        ("1**log(x)", 0), ("exp(-1/x)", 0), ("(x - x)**-1", 3), ("2**log(x)", 0),
    ],
)  # fmt: skip
def test_nan_where_undefined(text: str, undefined: float) -> None:
    assert math.isnan(values(text, undefined)[0])


@pytest.mark.parametrize(
    ("text", "at", "expected"),
    [
        ("x**0", 0, 1), ("x**1", 3, 3), ("x**3", -2, -8), ("x**4", -2, 16), ("x**7", -1, -1),
        ("cbrt(x)", -8, -2), ("mod(x, 3)", -1, 2), ("mod(x, -3)", 1, -2), ("sign(x)", -3, -1),
        ("1/exp(x)", 1000, 0), ("exp(x)", 1000, math.inf), ("floor(x)", -0.5, -1),
        ("ceil(x)", 0.5, 1), ("min(x, 1, 2)", 5, 1), ("max(x, 1, 2)", 5, 5), ("x**x", -1, -1),
        ("x**-2", 2, 0.25), ("2.0**3.0", 1, 8), ("x**2.0", -3, 9), ("x**-1", 4, 0.25),
    ],
)  # fmt: skip
def test_values_at_the_edge(text: str, at: float, expected: float) -> None:
    assert values(text, at) == [expected]


def test_poles_hit_in_some_rows_only() -> None:
    np.testing.assert_array_equal(values("1/(1/x) + 1", -1, 0, 2), [0, np.nan, 3])


@pytest.mark.parametrize("name", [name for name, row in OPERATORS.items() if row.arity == 1])
def test_every_function_agrees_with_mpmath(name: str) -> None:
    for at in (-2.3, -0.7, 0.0, 0.4, 1.0, 2.6):
        term = apply(name, symbol("x"))
        found = evaluate(compile_program(term, ("x",)), np.array([[at]]))[0]
        expected = evaluate_precise(term, {"x": at})
        if expected is None:
            assert math.isnan(found)
        else:
            assert found == pytest.approx(float(expected), rel=1e-14)


@settings(max_examples=300, deadline=None)
@given(terms, coordinates, coordinates)
def test_agrees_with_high_precision(term, x: float, y: float) -> None:
    """Where every part is of ordinary size and far from a jump, doubles tell the truth."""
    found = evaluate(compile_program(term, NAMES), np.array([[x, y]]))[0]
    env = {"x": x, "y": y}
    expected = evaluate_precise(term, env)
    if not _is_tame(term, env):
        return
    if expected is None:
        assert math.isnan(found)
    else:
        assert found == pytest.approx(float(expected), rel=1e-6, abs=1e-6)


def _is_tame(term, env) -> bool:
    for node in walk(term):
        if not node.args:
            continue
        if node.op in ("floor", "ceil", "mod", "sign"):
            return False
        if node.op == "pow" and node.args[1].args and not evaluate_precise(node.args[0], env, 20):
            return False  # 0 to a power that is 0 up to rounding
        value = evaluate_precise(node, env, 20)
        if value is None:
            # A border met by rounding looks different in doubles.
            return all(not arg.args for arg in node.args)
        if value != 0 and not 1e-4 < abs(value) < 1e4:
            return False
    return True


@settings(deadline=None)
@given(terms, st.lists(st.tuples(coordinates, coordinates), min_size=2, max_size=5))
def test_rows_do_not_influence_each_other(term, rows) -> None:
    program = compile_program(term, NAMES)
    together = evaluate(program, np.array(rows))
    alone = [evaluate(program, np.array([row]))[0] for row in rows]
    np.testing.assert_allclose(together, alone, rtol=1e-12, equal_nan=True)


def test_run_broadcasts_single_values() -> None:
    program = compile_program(parse("x*y"), NAMES, free="none")
    assert run(program, [2.0, 3.0]) == 6.0
    np.testing.assert_array_equal(run(program, [np.array([1.0, 2.0]), 3.0]), [3, 6])


def test_run_keeps_poles_on_request() -> None:
    program = compile_program(parse("1/x"), ("x",), free="none")
    assert run(program, [0.0], poles=True) == np.inf
    assert np.isnan(run(program, [0.0]))


def test_a_table_of_another_width_is_refused() -> None:
    with pytest.raises(DataError, match="shape"):
        evaluate(compile_program(parse("x"), ("x",)), np.zeros((3, 2)))
