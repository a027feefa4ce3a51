"""Literals of results: floats as floats, exact numbers exact."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sr_kernel.equality.constants import Constants, rational, to_float
from sr_kernel.expr import number, parse


def test_a_float_stands_for_its_shortest_decimal() -> None:
    assert rational(0.1) == Fraction(1, 10)
    assert rational(Fraction(1, 3)) == Fraction(1, 3)
    assert rational(1e300) == 10**300


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_floats_come_back_as_themselves(value: float) -> None:
    constants = Constants([number(value)])
    assert constants.literal(rational(value)) is number(value)


def test_exact_input_gives_exact_output() -> None:
    constants = Constants([parse("x/3 + 2")])
    assert constants.literal(Fraction(7, 10)) is number(Fraction(7, 10))
    assert not constants.is_float(Fraction(7, 10))


@pytest.mark.parametrize(
    ("value", "float_expected"),
    [
        (Fraction(4, 5), True),
        (Fraction(2), False),
        (Fraction(5, 2), True),
        (Fraction(2, 3), False),
        (Fraction(1, 7), True),
        (Fraction(123456789, 10**9), True),
    ],
)
def test_mixed_input(value: Fraction, float_expected: bool) -> None:
    constants = Constants([parse("2.5*x + y/3 + 2")])
    assert constants.is_float(value) is float_expected


def test_folding_is_for_fitted_constants_only() -> None:
    fitted = Constants([parse("x + 0.5")])
    assert fitted.folded("exp", Fraction(1, 2)) is not None
    assert fitted.folded("log", Fraction(-1, 2)) is None
    assert fitted.folded("exp", Fraction(10**6 + 1, 10**3)) is None
    assert Constants([parse("x + 1/2")]).folded("exp", Fraction(1, 2)) is None


@pytest.mark.parametrize(
    ("source", "value", "expected"),
    [
        ("1e300*x", Fraction(10) ** 600, "1e300*1e300"),
        ("1e200*x", -3 * Fraction(10) ** 400 / 2, "-1.5e200*1e200"),
        ("1e-300*x", Fraction(10) ** -600, "1e-300*1e-300"),
        ("1e-30*x", Fraction(10) ** -400, "1e-100*1e-300"),
        ("1.5*x", Fraction(10) ** 309, "1000000000*1e300"),
        ("1.5*x", Fraction(12345678, 10**327), "1.2345678e-20*1e-300"),
    ],
)
def test_beyond_the_range_of_floats_is_a_product(
    source: str, value: Fraction, expected: str
) -> None:
    assert Constants([parse(source)]).literal(value) is parse(expected)


def test_digits_are_not_lost_to_underflow() -> None:
    assert to_float(Fraction("1e-320")) == 1e-320
    assert to_float(Fraction("1.2345678e-320")) is None
    assert to_float(Fraction("1e-400")) is None
    assert to_float(Fraction(10) ** 309) is None
