"""Signs of terms under facts and ranges."""

from __future__ import annotations

import pytest

from sr_kernel.equality.sign import (
    ANY,
    NEGATIVE,
    NONNEGATIVE,
    NONZERO,
    POSITIVE,
    ZERO,
    Signs,
)
from sr_kernel.expr import parse, symbol
from sr_kernel.numeric.interval import Interval


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("x", ANY),
        ("0", ZERO),
        ("-2", NEGATIVE),
        ("x**2", NONNEGATIVE),
        ("x**2 + 1", POSITIVE),
        ("-exp(x)", NEGATIVE),
        ("abs(x)", NONNEGATIVE),
        ("sqrt(x)", NONNEGATIVE),
        ("p", POSITIVE),
        ("p*q", NEGATIVE),
        ("p/q", NEGATIVE),
        ("p - q", POSITIVE),
        ("p + q", ANY),
        ("p**x", POSITIVE),
        ("q**3", NEGATIVE),
        ("n**-2", POSITIVE),
        ("n", NONZERO),
        ("sin(x) + 2", POSITIVE),
        ("max(p, x)", POSITIVE),
        ("min(q, x)", NEGATIVE),
        ("cosh(x) - 1/2", POSITIVE),
        ("r - 1", NONNEGATIVE),
        ("tanh(p)", POSITIVE),
        ("x - x", ANY),
    ],
)
def test_signs(text: str, sign: int) -> None:
    known = Signs(
        {symbol("p"): POSITIVE, symbol("q"): NEGATIVE, symbol("n"): NONZERO},
        {"r": Interval(lo=1.0)},
    )
    assert known.of(parse(text)) & ~sign == 0


def test_facts_about_whole_terms() -> None:
    known = Signs({parse("x - y"): POSITIVE})
    assert known.positive(parse("x - y"))
    assert not known.positive(parse("x"))
    assert known.nonzero(parse("(x - y)**3"))


@pytest.mark.parametrize(
    ("text", "positive"),
    [
        ("x + sqrt(x**2 + 1)", True),
        ("sqrt(4*x**2*y**2 + 1/2) - 2*x*y", True),
        ("x + sqrt(x**2 - 1)", False),
        ("2*x + sqrt(x**2 + 1)", False),
        ("x + y + sqrt(x**2 + 1)", False),
    ],
)
def test_a_root_is_larger_than_what_it_holds_the_square_of(text: str, positive: bool) -> None:
    assert Signs().positive(parse(text)) is positive
