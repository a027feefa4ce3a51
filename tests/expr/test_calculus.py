from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import run

from sr_kernel.errors import ExpressionError
from sr_kernel.expr import OPERATORS, Expr, derivative, number, parse, substitute


def _value(term: Expr, x: float) -> float:
    return float(run(term)(x))


_SMOOTH = [
    name for name, row in OPERATORS.items()
    if row.arity == 1 and name not in ("floor", "ceil", "sign")
]  # fmt: skip


@pytest.mark.parametrize("name", _SMOOTH)
@given(x=st.floats(0.05, 0.95))
def test_each_row_against_a_central_difference(name: str, x: float) -> None:
    shift = 1 if name == "acosh" else 0
    term = parse(f"{name}(x + {shift}) + 0*x")
    slope, h = derivative(term, "x"), 1e-6
    expected = (_value(term, x + h) - _value(term, x - h)) / (2 * h)
    assert _value(slope + parse("0*x"), x) == pytest.approx(expected, rel=1e-4, abs=1e-6)


@pytest.mark.parametrize(
    ("text", "slope"),
    [("x*y", "y"), ("3", "0"), ("x + y", "1"), ("x**3", "3*x**(3 - 1)"), ("y**2", "0")],
)
def test_small_cases(text: str, slope: str) -> None:
    assert derivative(parse(text), "x") is parse(slope)


def test_power_with_a_variable_exponent() -> None:
    term = substitute(derivative(parse("2**x"), "x"), {"x": number(3)})
    assert run(term)() == pytest.approx(8 * math.log(2))


def test_minimum_has_no_term() -> None:
    with pytest.raises(ExpressionError, match="derivative of min"):
        derivative(parse("min(x, 1)"), "x")
