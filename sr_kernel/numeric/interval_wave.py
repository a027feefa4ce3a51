"""Interval rules of sin, cos and tan."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from sr_kernel.numeric.bound import INFINITY, Bound, image_of, lower, upper
from sr_kernel.numeric.interval import Interval, between

_FAR = 1e9
"""Beyond this the doubles are too coarse to say where in its period an argument lies."""


def sin_interval(args: Sequence[Interval]) -> Interval:
    """A sine: its ends, and the crests and troughs between them."""
    return _wave(args[0], math.sin, crest=0.5, exact={0.0: 0.0})


def cos_interval(args: Sequence[Interval]) -> Interval:
    """A cosine."""
    return _wave(args[0], math.cos, crest=0.0, exact={0.0: 1.0})


def _wave(
    a: Interval, function: Callable[[float], float], crest: float, exact: dict[float, float]
) -> Interval:
    if max(abs(a.lo), abs(a.hi)) > _FAR:
        return Interval(-1.0, 1.0)
    low = lower([image_of(function, end, False, exact) for end in (a.low, a.high)])
    high = upper([image_of(function, end, True, exact) for end in (a.low, a.high)])
    if low.at < -1 or _meets(a, crest + 1.0, 2.0):
        low = Bound(-1.0, False)
    if high.at > 1 or _meets(a, crest, 2.0):
        high = Bound(1.0, False)
    return between(low, high, True)


def tan_interval(args: Sequence[Interval]) -> Interval:
    """A tangent: rising between two poles, anything across one."""
    a = args[0]
    if max(abs(a.lo), abs(a.hi)) > _FAR or _meets(a, 0.5, 1.0):
        return between(Bound(-INFINITY, True), Bound(INFINITY, True), True)
    exact = {0.0: 0.0}
    return between(
        image_of(math.tan, a.low, False, exact), image_of(math.tan, a.high, True, exact), True
    )


def _meets(a: Interval, place: float, period: float) -> bool:
    """Whether ``a`` may hold a point ``(place + k*period) * pi``; true in doubt."""
    slack = 1e-15 * (2.0 + abs(a.lo) + abs(a.hi))
    first = math.ceil((a.lo - slack) / (period * math.pi) - place / period - 1e-15)
    last = math.floor((a.hi + slack) / (period * math.pi) - place / period + 1e-15)
    return first <= last
