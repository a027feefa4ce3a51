"""Squares hidden in products and sums."""

from __future__ import annotations

from fractions import Fraction

import pytest

from sr_kernel.equality.monomials import monomial
from sr_kernel.equality.squares import (
    conjugates_joined,
    cosecants_joined,
    halved,
    with_cotangents,
)
from sr_kernel.expr import parse, symbol
from sr_kernel.simplify import simplify

ONE = Fraction(1)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("(1 - cos(x))*(1 + cos(x))", "sin(x)**2"),
        ("(cos(x) - 1)*(cos(x) + 1)", "-sin(x)**2"),
        ("(cos(x) - 1)**2*(cos(x) + 1)**3", "sin(x)**4*(cos(x) + 1)"),
        ("1/((sin(x) - 1)*(1 + sin(x)))", "-1/cos(x)**2"),
        ("(1 - tanh(x))*(1 + tanh(x))", "cosh(x)**-2"),
        ("(cosh(x) - 1)*(cosh(x) + 1)", "sinh(x)**2"),
        ("(1 - cos(x))*(1 + cos(y))", "(1 - cos(x))*(1 + cos(y))"),
        ("(1 - cos(x))/(1 + cos(x))", "(1 - cos(x))/(1 + cos(x))"),
        ("(2 - cos(x))*(2 + cos(x))", "(2 - cos(x))*(2 + cos(x))"),
    ],
)
def test_conjugates(source: str, expected: str) -> None:
    assert conjugates_joined(*monomial(parse(source))) == monomial(parse(expected))


def test_cotangents() -> None:
    _, powers = monomial(parse("cos(x)**3/(sin(x)**2*y)"))
    assert with_cotangents(powers) == monomial(parse("cos(x)/(tan(x)**2*y)"))[1]
    _, powers = monomial(parse("cos(x)/sin(y)"))
    assert with_cotangents(powers) == powers


def test_cosecants() -> None:
    terms = [monomial(parse(text)) for text in ("3*y*sin(x)**-2", "z", "-3*y")]
    assert cosecants_joined(terms) == [
        (ONE, {symbol("z"): 1}), monomial(parse("3*y*tan(x)**-2")),
    ]  # fmt: skip
    kept = [monomial(parse(text)) for text in ("3*y*sin(x)**-2", "3*y")]
    assert cosecants_joined(kept) == kept


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a*sin(x/2)**2 - a*cos(x/2)**2", "-a*cos(x)"),
        ("2*a*sin(x)**2 - a + b", "b - a*cos(2*x)"),
        ("a*sin(x)**2 + b*cos(y)**2", "a*sin(x)**2 + b*cos(y)**2"),
    ],
)
def test_squares_with_a_common_factor_become_double_angles(source: str, expected: str) -> None:
    assert simplify(source) == expected


def test_only_squares_are_halved() -> None:
    term = parse("sin(x)**4 + cos(x) + tan(x)**2")
    assert halved(term) is term
