"""sr_kernel.numeric.shared_values: the values of programs, without programs."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_terms import NAMES, coordinates, terms

from sr_kernel.expr import Expr, apply, parse, symbol
from sr_kernel.numeric.evaluate import evaluate
from sr_kernel.numeric.program import compile_program
from sr_kernel.numeric.shared_values import SharedValues


@given(terms, terms, st.lists(st.tuples(coordinates, coordinates), min_size=1, max_size=5))
def test_values_are_those_of_the_programs(
    a: Expr, b: Expr, rows: list[tuple[float, float]]
) -> None:
    points = np.array(rows)
    shared = SharedValues(NAMES, points)
    for term in (a, b, a + b, a):
        expected = evaluate(compile_program(term, NAMES), points)
        np.testing.assert_array_equal(shared.of(term), expected)


@pytest.mark.parametrize("text", ["1/(1/x)", "log(x) - log(x)", "x**(-2) + x", "mod(1.5, x)", "2"])
def test_poles_are_undefined(text: str) -> None:
    term = parse(text)
    points = np.array([[0.0], [2.0]])
    expected = evaluate(compile_program(term, ("x",)), points)
    np.testing.assert_array_equal(SharedValues(("x",), points).of(term), expected)


def test_terms_may_be_deep() -> None:
    term = symbol("x")
    for _ in range(190):
        term = apply("sin", term)
    found = SharedValues(("x",), np.ones((3, 1))).of(term)
    assert np.all((found > 0) & (found < 1))
