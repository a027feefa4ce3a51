"""Interval rules of the operators.

Arithmetic and the few functions that turn have rules of their own; a monotone row of the table is
its values at the ends, any other row its image.  Whether a term is defined is read from the
table's domain conditions.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from sr_kernel.expr import OPERATORS, Expr
from sr_kernel.expr.operators import Operator
from sr_kernel.numeric.bound import INFINITY, Bound, image_of, literal, lower, widened
from sr_kernel.numeric.interval import UNDEFINED, Interval, between, interval
from sr_kernel.numeric.interval_arithmetic import (
    abs_interval,
    add_interval,
    div_interval,
    mul_interval,
    neg_interval,
    passed_on,
)
from sr_kernel.numeric.interval_power import power_interval
from sr_kernel.numeric.interval_wave import cos_interval, sin_interval, tan_interval
from sr_kernel.numeric.relation import domain_relations

Rule = Callable[[Sequence[Interval]], Interval]

_EXACT: dict[str, dict[float, float]] = {
    "exp": {0.0: 1.0, -INFINITY: 0.0, INFINITY: INFINITY},
    "log": {1.0: 0.0, 0.0: -INFINITY, INFINITY: INFINITY},
    "sqrt": {0.0: 0.0, 1.0: 1.0, 4.0: 2.0, 9.0: 3.0},
    "cbrt": {0.0: 0.0, 1.0: 1.0, -1.0: -1.0, 8.0: 2.0, -8.0: -2.0},
    "acos": {1.0: 0.0},
    "acosh": {1.0: 0.0},
    "atanh": {0.0: 0.0, 1.0: INFINITY, -1.0: -INFINITY},
}
"""Values of monotone functions that rounding must not blur."""


def interval_of(op: str, args: Sequence[Interval]) -> Interval:
    """The interval of ``op`` over arguments in ``args``."""
    if any(arg.is_empty for arg in args):
        return UNDEFINED
    rule = _RULES.get(op)
    found = rule(args) if rule is not None else _from_row(OPERATORS[op], args)
    defined = found.defined and all(arg.defined for arg in args) and _in_domain(op, args)
    return Interval(
        found.lo, found.hi, defined, found.lo_open, found.hi_open, found.nonzero, found.integer
    )


def _in_domain(op: str, args: Sequence[Interval]) -> bool:
    """Whether the table's conditions surely hold."""
    relations = domain_relations(op)
    if not relations:
        return True
    box = dict(zip("ab", args, strict=False))
    return all(_part(each.difference, box).satisfies(each.sign) for each in relations)


def _part(expr: Expr, box: dict[str, Interval]) -> Interval:
    return box[str(expr.value)] if expr.is_symbol else interval(expr, box)


def _from_row(row: Operator, args: Sequence[Interval]) -> Interval:
    if row.value is not None:
        low, high = widened(row.value, up=False, ulps=1), widened(row.value, up=True, ulps=1)
        return between(low, high, True)
    if row.monotone == 0 or len(args) != 1:
        return between(*_image(row), True)
    inner = _clipped(args[0], row.name)
    if inner.is_empty:
        return UNDEFINED
    exact = _EXACT.get(row.name, {})
    if row.parity == "odd":
        exact = {0.0: 0.0, **exact}
    ends = (inner.low, inner.high) if row.monotone > 0 else (inner.high, inner.low)

    def value(at: float) -> float:
        with np.errstate(all="ignore"):
            return float(row.numpy(at))

    low = image_of(value, ends[0], False, exact)
    high = image_of(value, ends[1], True, exact)
    return _within(row, low, high, nonzero=row.parity == "odd" and args[0].is_nonzero)


def _within(row: Operator, low: Bound, high: Bound, *, nonzero: bool) -> Interval:
    """The part between ``low`` and ``high`` that lies in the row's image."""
    least, most = _image(row)
    low = Bound(least.at, low.open) if low.at < least.at else low
    high = Bound(most.at, high.open) if high.at > most.at else high
    return between(low, high, True, nonzero=nonzero)


def _image(row: Operator) -> tuple[Bound, Bound]:
    """The table's bounds of the values; irrational ones are doubles and so need rounding."""
    least, most = row.image
    return (
        Bound(least, np.isinf(least)) if _is_plain(least) else widened(least, up=False, ulps=1),
        Bound(most, np.isinf(most)) if _is_plain(most) else widened(most, up=True, ulps=1),
    )


def _is_plain(value: float) -> bool:
    return bool(np.isinf(value)) or value.is_integer()


def _clipped(arg: Interval, op: str) -> Interval:
    """``arg`` cut to the domain, whose conditions on one argument are ends of an interval."""
    for relation in domain_relations(op):
        end = literal(relation.right.value, up=relation.sign[0] == "<")  # type: ignore[arg-type]
        bound = Bound(end.at, relation.sign in ("<", ">"))
        below = relation.sign[0] == "<"
        arg = arg.meet(
            Interval(hi=bound.at, hi_open=bound.open)
            if below
            else Interval(lo=bound.at, lo_open=bound.open)
        )
    return arg


def _pow_interval(args: Sequence[Interval]) -> Interval:
    return power_interval(args[0], args[1])


def mod_interval(args: Sequence[Interval]) -> Interval:
    """The floored remainder: between 0 and the divisor, which it does not reach."""
    a, b = args
    whole = a.integer and b.integer
    if b.is_positive and a.lo >= 0 and (a.hi < b.lo or (a.hi == b.lo and a.high.open)):
        return passed_on(a)
    low = Bound(0.0, False) if b.is_nonnegative else Bound(b.lo, True)
    high = Bound(0.0, False) if b.is_nonpositive else Bound(b.hi, True)
    return between(low, high, True, integer=whole)


def sign_interval(args: Sequence[Interval]) -> Interval:
    """-1, 0 or 1."""
    a = args[0]
    low = 1.0 if a.is_positive else 0.0 if a.is_nonnegative else -1.0
    high = -1.0 if a.is_negative else 0.0 if a.is_nonpositive else 1.0
    return between(Bound(low, False), Bound(high, False), True, nonzero=a.is_nonzero, integer=True)


def _step_interval(function: Callable[[float], float]) -> Rule:
    """floor and ceil: whole numbers, from the function at the ends."""

    def rule(args: Sequence[Interval]) -> Interval:
        a = args[0]
        low, high = _stepped(function, a.low, 1.0), _stepped(function, a.high, -1.0)
        return between(low, high, True, nonzero=a.integer and a.is_nonzero, integer=True)

    return rule


def _stepped(function: Callable[[float], float], end: Bound, inwards: float) -> Bound:
    """``function`` just inside of ``end``."""
    if np.isinf(end.at):
        return end
    inner = float(np.nextafter(end.at, inwards * INFINITY)) if end.open else end.at
    return Bound(float(function(inner)), False)


def min_interval(args: Sequence[Interval]) -> Interval:
    """The least of several."""
    return between(
        lower([a.low for a in args]),
        _least_high([a.high for a in args]),
        True,
        nonzero=all(a.is_nonzero for a in args),
        integer=all(a.integer for a in args),
    )


def _least_high(bounds: list[Bound]) -> Bound:
    at = min(bound.at for bound in bounds)
    return Bound(at, any(bound.open for bound in bounds if bound.at == at))


def max_interval(args: Sequence[Interval]) -> Interval:
    """The greatest of several."""
    return neg_interval([min_interval([neg_interval([a]) for a in args])])


def cosh_interval(args: Sequence[Interval]) -> Interval:
    """cosh grows with the size of its argument."""
    size = abs_interval(args)
    exact = {0.0: 1.0, INFINITY: INFINITY}

    def value(at: float) -> float:
        with np.errstate(all="ignore"):
            return float(np.cosh(at))

    low, high = image_of(value, size.low, False, exact), image_of(value, size.high, True, exact)
    return _within(OPERATORS["cosh"], low, high, nonzero=True)


_RULES: dict[str, Rule] = {
    "add": add_interval,
    "mul": mul_interval,
    "neg": neg_interval,
    "div": div_interval,
    "pow": _pow_interval,
    "mod": mod_interval,
    "abs": abs_interval,
    "sign": sign_interval,
    "floor": _step_interval(np.floor),
    "ceil": _step_interval(np.ceil),
    "min": min_interval,
    "max": max_interval,
    "sin": sin_interval,
    "cos": cos_interval,
    "tan": tan_interval,
    "cosh": cosh_interval,
}
