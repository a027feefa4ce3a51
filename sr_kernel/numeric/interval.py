"""Sound interval arithmetic over the operator table.

The interval of a term encloses every real value that it takes on the box, wherever it is defined;
``defined`` is said only of terms that surely are defined on the whole box.  All rounding is
outwards, so a claim made here holds for real numbers, not just for doubles.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache

from sr_kernel.errors import OptionError
from sr_kernel.expr import Expr, walk
from sr_kernel.numeric.bound import INFINITY, Bound, literal


@dataclass(frozen=True, slots=True)
class Interval:
    """Values between ``lo`` and ``hi``; an infinite end is open.

    ``nonzero`` leaves 0 out also where it lies between the ends, ``integer`` keeps whole numbers
    only.
    """

    lo: float = -INFINITY
    hi: float = INFINITY
    defined: bool = True
    lo_open: bool = False
    hi_open: bool = False
    nonzero: bool = False
    integer: bool = False

    @property
    def low(self) -> Bound:
        """The lower end."""
        return Bound(self.lo, self.lo_open or math.isinf(self.lo))

    @property
    def high(self) -> Bound:
        """The upper end."""
        return Bound(self.hi, self.hi_open or math.isinf(self.hi))

    @property
    def is_empty(self) -> bool:
        """Whether no number lies within."""
        if self.lo > self.hi or (self.lo == self.hi and (self.low.open or self.high.open)):
            return True
        return self.nonzero and self.lo == self.hi == 0

    @property
    def is_point(self) -> bool:
        """Whether exactly one number lies within."""
        return self.lo == self.hi and not self.is_empty

    @property
    def is_positive(self) -> bool:
        """Whether every value is > 0."""
        return self.lo > 0 or (self.lo == 0 and (self.low.open or self.nonzero))

    @property
    def is_negative(self) -> bool:
        """Whether every value is < 0."""
        return self.hi < 0 or (self.hi == 0 and (self.high.open or self.nonzero))

    @property
    def is_nonnegative(self) -> bool:
        """Whether every value is >= 0."""
        return self.lo >= 0

    @property
    def is_nonpositive(self) -> bool:
        """Whether every value is <= 0."""
        return self.hi <= 0

    @property
    def is_nonzero(self) -> bool:
        """Whether no value is 0."""
        return self.nonzero or self.is_positive or self.is_negative

    def satisfies(self, sign: str) -> bool:
        """Whether every value compares to 0 by ``sign``, one of ``< <= > >= == !=``."""
        match sign:
            case "<":
                return self.is_negative
            case "<=":
                return self.is_nonpositive
            case ">":
                return self.is_positive
            case ">=":
                return self.is_nonnegative
            case "==":
                return self.lo == self.hi == 0
            case _:
                return self.is_nonzero

    def meet(self, other: Interval) -> Interval:
        """The values that lie in both; ``defined`` is this one's."""
        low = max(self.low, other.low)
        high = min(
            self.high, Bound(other.hi, other.high.open), key=lambda end: (end.at, not end.open)
        )
        return between(
            low,
            high,
            self.defined,
            nonzero=self.nonzero or other.nonzero,
            integer=self.integer or other.integer,
        )


EVERYTHING = Interval(lo_open=True, hi_open=True)
UNDEFINED = replace(EVERYTHING, defined=False)
"""What is said of a term that is defined nowhere on the box, or may be: nothing."""


def between(
    low: Bound, high: Bound, defined: bool, *, nonzero: bool = False, integer: bool = False
) -> Interval:
    """The interval between two ends, in its tightest spelling."""
    if integer:
        low, high = _whole(low, up=True), _whole(high, up=False)
    nonzero = nonzero or (low.at > 0 or high.at < 0)
    if nonzero and low.at == 0:
        low = Bound(0.0, True)
    if nonzero and high.at == 0:
        high = Bound(0.0, True)
    return Interval(low.at, high.at, defined, low.open, high.open, nonzero, integer)


def _whole(end: Bound, *, up: bool) -> Bound:
    """The nearest whole number inwards of ``end``."""
    if math.isinf(end.at):
        return end
    inner = float(math.ceil(end.at) if up else math.floor(end.at))
    if inner == end.at and end.open and abs(inner) < 2**53:
        inner += 1.0 if up else -1.0
    return Bound(inner, False)


Box = Mapping[str, tuple[float, float] | Interval]


def interval(
    expr: Expr,
    box: Box,
    known: Mapping[Expr, Interval] | None = None,
    done: dict[Expr, Interval] | None = None,
) -> Interval:
    """Where the values of ``expr`` lie for variables in ``box`` (closed ranges by name; variables
    that are not in it are any real number).

    ``known`` tells bounds of whole terms (``x - y`` positive); they are met with what follows
    from the parts, and so may speak of variables too.  ``done`` remembers what was found from one
    call to the next with the same ``box`` and ``known``.

    Raises :class:`OptionError` for a range that is empty or nan.
    """
    facts = known or {}
    done = {} if done is None else done
    for node in walk(expr) if expr not in done else ():
        if node in done:
            continue
        found = _of_node(node, done, box)
        fact = facts.get(node)
        done[node] = found if fact is None else found.meet(fact)
    return done[expr]


def _of_node(node: Expr, done: Mapping[Expr, Interval], box: Box) -> Interval:
    from sr_kernel.numeric.interval_rules import interval_of

    if isinstance(node.value, Fraction | float):
        return _of_literal(node.value)
    if node.is_symbol:
        return _range(str(node.value), box)
    return interval_of(node.op, [done[arg] for arg in node.args])


@lru_cache(maxsize=4096, typed=True)
def _of_literal(value: Fraction | float) -> Interval:
    low, high = literal(value, up=False), literal(value, up=True)
    whole = value.is_integer() if isinstance(value, float) else value.denominator == 1
    return between(low, high, True, integer=whole and low == high)


def _range(name: str, box: Box) -> Interval:
    given = box.get(name)
    if given is None:
        return EVERYTHING
    if isinstance(given, Interval):
        return given.meet(EVERYTHING)
    lo, hi = float(given[0]), float(given[1])
    if not lo <= hi or lo == INFINITY or hi == -INFINITY:
        raise OptionError(f"the range of {name!r} is ({lo}, {hi}): give a lower and an upper end")
    return between(Bound(lo, math.isinf(lo)), Bound(hi, math.isinf(hi)), True)
