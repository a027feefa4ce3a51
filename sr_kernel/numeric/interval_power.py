"""Interval rule of powers.

``a**b`` is defined for a > 0, for a = 0 with b > 0, and for a < 0 with whole b (b >= 0 where
a = 0); ``x**0`` is 1 everywhere, as in Python.
"""

from __future__ import annotations

import math

import numpy as np

from sr_kernel.numeric.bound import INFINITY, Bound, lower, times, upper, widened
from sr_kernel.numeric.interval import UNDEFINED, Interval, between
from sr_kernel.numeric.interval_arithmetic import abs_interval, div_interval

ONE = Interval(1.0, 1.0, nonzero=True, integer=True)


def power_interval(base: Interval, exponent: Interval) -> Interval:
    """``base ** exponent``."""
    if exponent.is_point and exponent.lo.is_integer():
        return _whole_power(base, int(exponent.lo))
    found = _real_power(base, exponent)
    if base.lo < 0 and not exponent.is_point:
        found = _with_negative_bases(found, base, exponent)
    return Interval(
        found.lo,
        found.hi,
        _is_defined(base, exponent),
        found.lo_open,
        found.hi_open,
        found.nonzero or base.is_nonzero,
        base.integer and exponent.integer and exponent.is_nonnegative,
    )


def _is_defined(base: Interval, exponent: Interval) -> bool:
    if base.is_positive or (base.is_nonnegative and exponent.is_positive):
        return True
    return exponent.integer and (base.is_nonzero or exponent.is_positive)


def _whole_power(base: Interval, exponent: int) -> Interval:
    if exponent == 0:
        return ONE
    if exponent < 0:
        found = div_interval([ONE, _whole_power(base, -exponent)])
        return _defined_as(found, base.is_nonzero)
    if exponent % 2 == 0:
        base = abs_interval([base])
    return between(
        _raised(base.low, exponent, up=False),
        _raised(base.high, exponent, up=True),
        True,
        nonzero=base.is_nonzero,
        integer=base.integer,
    )


def _defined_as(found: Interval, defined: bool) -> Interval:
    return Interval(
        found.lo, found.hi, defined, found.lo_open, found.hi_open, found.nonzero, found.integer
    )


def _raised(end: Bound, exponent: int, *, up: bool) -> Bound:
    """``end ** exponent`` for a positive exponent, odd where the end is negative."""
    if end.at < 0:
        mirrored = _raised(Bound(-end.at, end.open), exponent, up=not up)
        return Bound(-mirrored.at, mirrored.open)
    if end.at in (0.0, 1.0, INFINITY):
        return end
    if exponent > 4:
        return _general(end, Bound(float(exponent), False), up=up)
    result = end
    for _ in range(exponent - 1):
        result = times(result, end, up)
    return result


def _holds(operand: Interval, value: float) -> bool:
    if operand.lo == value == operand.hi:
        return True
    above = operand.lo < value or (operand.lo == value and not operand.lo_open)
    return above and (value < operand.hi or (value == operand.hi and not operand.hi_open))


def _real_power(base: Interval, exponent: Interval) -> Interval:
    """The values at bases >= 0: monotone in either operand, so extreme at the corners."""
    base = base.meet(Interval(lo=0.0))
    if base.is_empty:
        return UNDEFINED
    corners = [(p, q) for p in (base.low, base.high) for q in (exponent.low, exponent.high)]
    lows = [_general(p, q, up=False) for p, q in corners]
    highs = [_general(p, q, up=True) for p, q in corners]
    is_one = _holds(base, 1.0) or _holds(exponent, 0.0)  # whatever the other operand is
    if is_one or (base.lo == 0 and exponent.lo <= 0 <= exponent.hi):
        lows.append(Bound(1.0, False))
        highs.append(Bound(1.0, False))
    return between(lower(lows), upper(highs), True, nonzero=base.is_positive)


def _with_negative_bases(found: Interval, base: Interval, exponent: Interval) -> Interval:
    """``found`` extended by the powers at negative bases, which exist for whole exponents."""
    size = _real_power(abs_interval([base]), exponent)
    if size.is_empty:
        return found
    most = Bound(size.hi, size.high.open)
    return between(Bound(-most.at, most.open), most, True)


def _general(base: Bound, exponent: Bound, *, up: bool) -> Bound:
    """``base ** exponent`` for base >= 0, by limits at 0 and infinity."""
    open_end = base.open or exponent.open
    p, q = base.at, exponent.at
    if q == 0 or p == 1:
        return Bound(1.0, open_end)
    if p == 0:
        return Bound(0.0, base.open) if q > 0 else Bound(INFINITY, True)
    with np.errstate(all="ignore"):
        value = float(np.power(p, q))
    if math.isinf(p) or math.isinf(q):
        return Bound(value, True)
    if p.is_integer() and q.is_integer() and 1 <= value < 2**53:
        return Bound(value, open_end)
    bound = widened(value, up)
    return Bound(0.0, True) if bound.at < 0 else bound
