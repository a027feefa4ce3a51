"""Irreducible factors of polynomials, with contents that suit what is printed."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from math import gcd, lcm

from sr_kernel.equality.constants import Constants
from sr_kernel.equality.price import Term
from sr_kernel.equality.ring import Polynomial, Ring

_MAX_TERMS = 60
_MAX_DEGREE = 40
_MAX_BITS = 2000

Factors = tuple[Fraction, list[tuple[Polynomial, int]]]
"""A content and irreducible factors with their powers."""


def factor_list(p: Polynomial, ring: Ring, constants: Constants) -> Factors:
    """Content and irreducible factors; p itself where factoring could take too long."""
    if p.is_zero():
        return Fraction(0), []
    if len(p) == 1:
        ((c, exponents),) = term_list(p)
        return c, [(ring.gens[i], count) for i, count in enumerate(exponents) if count]
    if len(p) > _MAX_TERMS or p.total_degree() > _MAX_DEGREE or _bits(p) > _MAX_BITS:
        return _normalized(Fraction(1), [(p, 1)], constants)
    content, factors = p.factor()
    return _normalized(rational(content), [(f, int(k)) for f, k in factors], constants)


def _normalized(
    content: Fraction, factors: list[tuple[Polynomial, int]], constants: Constants
) -> Factors:
    """Factors with one coefficient 1 if they hold fitted constants, else primitive ones.

    Integers that a common denominator of decimals brought about would pass for exact.
    """
    if not constants.floats:
        return _primitive(content, factors)
    scaled = []
    for f, k in factors:
        lead = f.leading_coefficient()
        if lead != 1:
            content *= rational(lead) ** k
            f = f / lead
        scaled.append((f, k))
    return content, scaled


def _primitive(content: Fraction, factors: list[tuple[Polynomial, int]]) -> Factors:
    """Factors with coprime integer coefficients."""
    from flint import fmpq

    result = []
    for f, k in factors:
        coefficients = [rational(c) for c in f.coeffs()]
        scale = Fraction(
            gcd(*(c.numerator for c in coefficients)), lcm(*(c.denominator for c in coefficients))
        )
        if coefficients[0] < 0:
            scale = -scale
        content *= scale**k
        result.append((f / fmpq(scale.numerator, scale.denominator), k))
    return content, result


def rational(value: object) -> Fraction:
    """A flint number as Python's."""
    return _fraction(int(value.p), int(value.q))  # type: ignore[attr-defined]


@lru_cache(maxsize=4096)
def _fraction(above: int, below: int) -> Fraction:
    return Fraction(above, below)


def _bits(p: Polynomial) -> int:
    return max(max(int(c.p).bit_length(), int(c.q).bit_length()) for c in p.coeffs())


def term_list(p: Polynomial) -> list[Term]:
    """Coefficients with their exponents, leading term first."""
    return [(rational(c), tuple(map(int, exponents))) for exponents, c in p.to_dict().items()]
