"""Plain values that a fitted constant may stand for, for a user to choose from."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from sr_kernel.expr import Expr, apply, number

NEAR = 0.05
"""Relative difference within which a value is offered whatever the standard error."""
ERRORS = 3.0
"""Standard errors within which a value is offered."""
_FARTHEST = 0.3
_NEARER = 3.0
"""How many times nearer a less plain value must be."""
_DENOMINATORS = (1, 2, 3, 4, 5, 6, 8, 10, 12)
_OF_PI = (1, 2, 3, 4, 6, 8)
_LARGEST = 1e6


@dataclass(frozen=True)
class Nice:
    """A plain number with its value and what it costs in nodes and digits."""

    expr: Expr
    value: float
    price: int


def nice_values(value: float, error: float, most: int = 5) -> list[Nice]:
    """At most ``most`` plain numbers near ``value``, whose standard error is ``error`` (may be
    nan), the plainest first, each further one clearly nearer than those before."""
    if not math.isfinite(value) or value == 0 or abs(value) > _LARGEST:
        return []
    allowed = NEAR * abs(value)
    if math.isfinite(error):
        allowed = max(allowed, min(ERRORS * error, _FARTHEST * abs(value)))
    near = {one.value: one for one in _plain(value) if abs(one.value - value) <= allowed}
    kept: list[Nice] = []
    for one in sorted(near.values(), key=lambda one: (one.price, abs(one.value - value))):
        distances = (abs(other.value - value) for other in kept)
        if all(_NEARER * abs(one.value - value) < distance for distance in distances):
            kept.append(one)
    return kept[:most]


def _plain(value: float) -> Iterator[Nice]:
    """Of one value the last is the plainest."""
    yield from _decimals(value)
    for k in _OF_PI:
        p = round(abs(value) * k / math.pi)
        if p and math.gcd(p, k) == 1:
            yield _signed(value, _multiple(p, k, apply("pi")), p * math.pi / k, 4 + p + k)
    for radicand in (2, 3, 5, 6, 7, 10):
        for k in (1, 2):
            root = math.sqrt(radicand) / k
            expr = apply("sqrt", number(radicand))
            yield _signed(value, expr / number(k) if k > 1 else expr, root, 4 + radicand + k)
    yield _signed(value, apply("e"), math.e, 5)
    for q in _DENOMINATORS[::-1]:
        p = round(abs(value) * q)
        if p and math.gcd(p, q) == 1:
            yield _signed(
                value, number(Fraction(p, q)), p / q, len(str(p)) + (2 * q if q > 1 else 0)
            )


def _decimals(value: float) -> Iterator[Nice]:
    """``value`` to two digits, for what is neither near a whole number nor a fraction."""
    short = Fraction(f"{abs(value):.1e}")
    yield _signed(value, number(short), float(short), 8 + len(str(short.denominator)))


def _multiple(p: int, q: int, constant: Expr) -> Expr:
    above = constant if p == 1 else number(p) * constant
    return above / number(q) if q > 1 else above


def _signed(value: float, expr: Expr, size: float, price: int) -> Nice:
    return Nice(expr, size, price) if value > 0 else Nice(-expr, -size, price)
