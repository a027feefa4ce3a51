"""Ends of intervals with outward rounding.

An end is a double and whether it is left out of the interval.  Rounding that changes a value makes
its end open: the true end lies strictly inside.  An infinite end is always open, for no real
number is infinite; a product 0 * infinity is 0, the limit over finite partners.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import NamedTuple

import numpy as np

INFINITY = math.inf
_ULPS = 8
"""Errors of the elementary functions in the C library and numpy are below this many ulp."""


class Bound(NamedTuple):
    """One end: its place and whether it is left out."""

    at: float
    open: bool


def rounded(near: float, error: float | Fraction, up: bool, open_end: bool = False) -> Bound:
    """The outer double of the exact value ``near + error``, where ``near`` is one next to it."""
    if math.isinf(near):
        return _overflowed(near, up)
    if error == 0:
        return Bound(near, open_end)
    inside = error > 0 if up else error < 0
    return Bound(math.nextafter(near, INFINITY if up else -INFINITY) if inside else near, True)


def _sum_error(a: float, b: float, total: float) -> float | Fraction:
    """``a + b - total`` (Knuth's TwoSum), of which only the sign matters."""
    part = total - a
    error = (a - (total - part)) + (b - part)
    return error if math.isfinite(error) else Fraction(a) + Fraction(b) - Fraction(total)


_SAFE = (1e-120, 1e140)
"""Sizes within which Dekker's splitting neither overflows nor loses bits."""


def _product_error(a: float, b: float, product: float) -> float | Fraction:
    """``a*b - product`` (Dekker's TwoProduct)."""
    if not (_SAFE[0] < abs(a) < _SAFE[1] and _SAFE[0] < abs(b) < _SAFE[1]):
        return Fraction(a) * Fraction(b) - Fraction(product)  # exact, and forty times slower
    a_high, a_low = _halves(a)
    b_high, b_low = _halves(b)
    return ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low


def _halves(value: float) -> tuple[float, float]:
    shifted = 134217729.0 * value  # 2**27 + 1
    high = shifted - (shifted - value)
    return high, value - high


def _overflowed(near: float, up: bool) -> Bound:
    """The bound for a finite value beyond the doubles."""
    outer = near > 0 if up else near < 0
    return Bound(near, True) if outer else Bound(math.copysign(_LARGEST, near), True)


_LARGEST = float(np.finfo(np.float64).max)


def literal(value: Fraction | float, up: bool) -> Bound:
    """The bound at a literal."""
    if isinstance(value, float):
        return Bound(value, math.isinf(value))
    try:
        near = float(value)
    except OverflowError:
        near = INFINITY if value > 0 else -INFINITY
    return rounded(near, value - Fraction(near) if math.isfinite(near) else 0, up)


def plus(left: Bound, right: Bound, up: bool) -> Bound:
    """The sum of two lower ends, or of two upper ends."""
    a, b = left.at, right.at
    total = a + b
    open_end = left.open or right.open
    if math.isinf(a) or math.isinf(b):
        return Bound(total, True)
    if a == 0 or b == 0:
        return Bound(total, open_end)
    if math.isinf(total):
        return _overflowed(total, up)
    return rounded(total, _sum_error(a, b, total), up, open_end)


def times(left: Bound, right: Bound, up: bool) -> Bound:
    """The product of two ends, rounded down or ``up``."""
    a, b = left.at, right.at
    if a == 0 or b == 0:
        reached = (a == 0 and not left.open) or (b == 0 and not right.open)
        return Bound(0.0, not reached)
    open_end = left.open or right.open
    if math.isinf(a) or math.isinf(b):
        return Bound(a * b, True)
    if abs(a) == 1 or abs(b) == 1:
        return Bound(a * b, open_end)
    product = a * b
    if math.isinf(product):
        return _overflowed(product, up)
    return rounded(product, _product_error(a, b, product), up, open_end)


def over(above: Bound, below: Bound, up: bool) -> Bound:
    """The quotient of two ends.  ``below`` is no closed 0; an open one carries in its sign of
    zero the side on which the divisors lie."""
    a, b = above.at, below.at
    if a == 0:
        return Bound(0.0, above.open)
    if math.isinf(b):
        return Bound(0.0, True)
    if math.isinf(a) or b == 0:
        return Bound(math.copysign(INFINITY, a) * math.copysign(1.0, b), True)
    if abs(b) == 1:
        return Bound(a * b, above.open or below.open)
    ratio = a / b
    if math.isinf(ratio):
        return _overflowed(ratio, up)
    left = _quotient_rest(a, b, ratio)
    return rounded(ratio, left if b > 0 else -left, up, above.open or below.open)


def _quotient_rest(a: float, b: float, ratio: float) -> float | Fraction:
    """``a - ratio*b``; the first difference is exact because the product is next to ``a``."""
    product = ratio * b
    error = _product_error(ratio, b, product)
    return (a - product) - error if isinstance(error, float) else Fraction(a) - product - error


def widened(value: float, up: bool, ulps: int = _ULPS) -> Bound:
    """A computed function value moved outwards by more than its error."""
    if math.isinf(value):
        return Bound(value, True) if (value > 0) == up else _overflowed(value, up)
    step = ulps * math.ulp(value)
    return Bound(value + step if up else value - step, True)


def image_of(
    function: Callable[[float], float], end: Bound, up: bool, exact: dict[float, float]
) -> Bound:
    """The bound that a monotone function makes of ``end``; ``exact`` lists exact values."""
    if end.at in exact:
        return Bound(exact[end.at], end.open)
    value = float(function(end.at))
    if math.isinf(end.at) and math.isfinite(value):
        # A limit: approached, never reached, and itself only known to rounding.
        return Bound(value, True) if value.is_integer() else widened(value, up)
    return widened(value, up)


def lower(bounds: list[Bound]) -> Bound:
    """The lowest of candidates for a lower end; closed if one of them is reached."""
    at = min(bound.at for bound in bounds)
    return Bound(at, all(bound.open for bound in bounds if bound.at == at))


def upper(bounds: list[Bound]) -> Bound:
    """The highest of candidates for an upper end; closed if one of them is reached."""
    at = max(bound.at for bound in bounds)
    return Bound(at, all(bound.open for bound in bounds if bound.at == at))
