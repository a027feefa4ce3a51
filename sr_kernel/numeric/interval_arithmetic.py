"""Interval rules of sums, products, quotients and sizes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

from sr_kernel.numeric.bound import INFINITY, Bound, lower, over, plus, times, upper
from sr_kernel.numeric.interval import UNDEFINED, Interval, between


def add_interval(args: Sequence[Interval]) -> Interval:
    """A sum."""

    def pair(a: Interval, b: Interval) -> Interval:
        low, high = plus(a.low, b.low, False), plus(a.high, b.high, True)
        return between(low, high, True, integer=a.integer and b.integer)

    return reduce(pair, args)


def mul_interval(args: Sequence[Interval]) -> Interval:
    """A product."""

    def pair(a: Interval, b: Interval) -> Interval:
        ends = [(p, q) for p in (a.low, a.high) for q in (b.low, b.high)]
        return between(
            lower([times(p, q, False) for p, q in ends]),
            upper([times(p, q, True) for p, q in ends]),
            True,
            nonzero=a.is_nonzero and b.is_nonzero,
            integer=a.integer and b.integer,
        )

    return reduce(pair, args)


def neg_interval(args: Sequence[Interval]) -> Interval:
    """A minus sign."""
    a = args[0]
    return between(
        Bound(-a.hi, a.high.open),
        Bound(-a.lo, a.low.open),
        True,
        nonzero=a.nonzero,
        integer=a.integer,
    )


def div_interval(args: Sequence[Interval]) -> Interval:
    """A quotient; divisors of both signs are taken apart."""
    above, below = args
    nonzero = above.is_nonzero
    if below.lo < 0 < below.hi:
        if above.lo == above.hi == 0:
            return between(Bound(0.0, False), Bound(0.0, False), True)
        return between(Bound(-INFINITY, True), Bound(INFINITY, True), True, nonzero=nonzero)
    if below.lo == below.hi == 0:
        return UNDEFINED
    bottom = [
        Bound(0.0, True) if below.lo == 0 else below.low,
        Bound(-0.0, True) if below.hi == 0 else below.high,
    ]
    ends = [(p, q) for p in (above.low, above.high) for q in bottom]
    return between(
        lower([over(p, q, False) for p, q in ends]),
        upper([over(p, q, True) for p, q in ends]),
        True,
        nonzero=nonzero,
    )


def passed_on(a: Interval) -> Interval:
    """``a`` as the values of a function that adds no gap of its own."""
    return between(a.low, a.high, True, nonzero=a.nonzero, integer=a.integer)


def abs_interval(args: Sequence[Interval]) -> Interval:
    """A size."""
    a = args[0]
    if a.is_nonnegative:
        return passed_on(a)
    flipped = neg_interval(args)
    if a.is_nonpositive:
        return flipped
    return between(
        Bound(0.0, False),
        upper([a.high, flipped.high]),
        True,
        nonzero=a.nonzero,
        integer=a.integer,
    )
