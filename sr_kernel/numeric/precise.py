"""Values at any precision, and whether a term has one.

Whether a term is defined turns on comparisons (is the divisor 0, is the argument of the root below
0), and rounding falsifies those exactly where they matter: ``sin(x)**2 + cos(x)**2 - 1`` is 1e-66,
not 0.  So a decision that is close is taken again at more than twice the precision: a difference
that shrinks with the precision is rounding, and the value is put on the border.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Mapping
from contextlib import suppress
from fractions import Fraction
from functools import reduce
from typing import Any

from sr_kernel.errors import OptionError
from sr_kernel.expr import OPERATORS, Expr, walk
from sr_kernel.numeric.deadline import check_time
from sr_kernel.numeric.relation import domain_relations

Real = Any
"""An mpmath number; on the way in anything that mpmath or Fraction reads as a real number."""

_GUARD = 15
"""Digits carried beyond those asked for."""
# Whole numbers, all of these: mpmath drops a Ctrl-C that comes while it reads a float.
_CLOSE = 10**20
"""One over the distance to a border below which a decision is taken again at higher precision."""
_SHRUNK = 10**5
_PASSES = 5
_LARGEST_POWER = 10**15
"""Largest exponent of e that is computed."""
_LARGEST_MAGNITUDE = 10_000
"""Largest binary exponent of the argument of a function."""
_BOUNDLESS = frozenset({"abs", "log", "sqrt"})
"""Functions that take as long for large arguments as for small ones."""
_MOST_EXTRA_DIGITS = 1000


class _UndefinedError(Exception):
    """The term has no real value here."""


class _RangeError(Exception):
    """The value is too large or too small to be computed in reasonable time."""


def evaluate_precise(expr: Expr, env: Mapping[str, Real], digits: int = 50) -> Real | None:
    """The value of ``expr`` for the variables in ``env`` to ``digits`` digits, as an mpmath
    ``mpf``; None where it is undefined over the reals or beyond any number that can be held.

    Floats in ``expr`` and ``env`` mean exactly the doubles they are.  A result that is nothing
    but rounding is 0.

    Raises :class:`OptionError` for a variable without a value and for fewer than 1 digit.
    """
    try:
        return _settled_value(expr, env, digits)
    except (_UndefinedError, _RangeError):
        return None


def definedness(expr: Expr, env: Mapping[str, Real], digits: int = 50) -> bool | None:
    """Whether ``expr`` is defined at ``env``; None where that is beyond what can be computed.

    Raises what :func:`evaluate_precise` raises.
    """
    try:
        _settled_value(expr, env, digits)
    except _UndefinedError:
        return False
    except _RangeError:
        return None
    return True


def largest_part(expr: Expr, env: Mapping[str, Real], digits: int = 20) -> Real:
    """The largest size that ``expr`` or a part of it has at ``env``, about; parts that have no
    value do not count."""
    from mpmath import mp

    with mp.workdps(digits + _GUARD):
        attempt = _Attempt(mp, env, {}, last=True)
        with suppress(_UndefinedError, _RangeError):
            attempt.value(expr)
        return max((abs(value) for value in attempt.values.values()), default=mp.mpf(0))


def _settled_value(expr: Expr, env: Mapping[str, Real], digits: int) -> Real:
    from mpmath import mp

    if digits < 1:
        raise OptionError(f"digits={digits}: ask for at least 1")
    precision = digits + _GUARD
    earlier: dict[Hashable, Real] = {}
    for last in [False] * (_PASSES - 1) + [True]:
        with mp.workdps(precision):
            attempt = _Attempt(mp, env, earlier, last)
            try:
                value = attempt.value(expr)
            except _UndefinedError:
                if attempt.settled or last:
                    raise
            else:
                lacking = attempt.extra_digits() - (precision - digits - _GUARD)
                if last or (attempt.settled and lacking <= 0):
                    break
        earlier = attempt.decided
        precision = 2 * precision + 10 if not attempt.settled else precision + lacking
    with mp.workdps(digits):
        return +value


class _Attempt:
    """One evaluation at the current precision.

    ``decided`` holds the numbers that decisions were about; ``earlier`` those of an attempt at
    lower precision.
    """

    def __init__(
        self, mp: Any, env: Mapping[str, Real], earlier: Mapping[Hashable, Real], last: bool
    ) -> None:
        self.mp = mp
        self.env = env
        self.earlier = earlier
        self.last = last
        self.decided: dict[Hashable, Real] = {}
        self.values: dict[Expr, Real] = {}
        self.settled = True

    def value(self, expr: Expr) -> Real:
        for node in walk(expr):
            check_time()
            self.values[node] = self.of_node(node)
        return self.settle((expr, "root"), expr, self.values[expr], self.mp.mpf(0))

    def extra_digits(self) -> int:
        """Decimal digits in front of the point of the largest number met: those that cancelling
        it would cost."""
        sizes = [int(self.mp.mag(value)) for value in self.values.values() if value != 0]
        largest = max(sizes, default=0)
        return min(max(0, largest * 3 // 10), _MOST_EXTRA_DIGITS)

    def of_node(self, node: Expr) -> Real:
        if isinstance(node.value, Fraction | float):
            return self.number(node.value)
        if node.is_symbol:
            return self.variable(str(node.value))
        if not node.args:
            return +getattr(self.mp, OPERATORS[node.op].mpmath)
        args = [self.values[arg] for arg in node.args]
        rule = _RULES.get(node.op)
        if rule is not None:
            return rule(self, node, args)
        return self.function(node, args)

    def number(self, value: Real) -> Real:
        if isinstance(value, Fraction):
            return self.mp.mpf(value.numerator) / value.denominator
        if isinstance(value, float) and math.isfinite(value):
            above, below = value.as_integer_ratio()
            return self.mp.mpf(above) / below
        return self.mp.mpf(value)

    def variable(self, name: str) -> Real:
        if name not in self.env:
            raise OptionError(f"{name!r} has no value: give one for each variable")
        given = self.env[name]
        value = self.number(given)
        if not self.mp.isfinite(value):
            raise _UndefinedError
        return value

    def function(self, node: Expr, args: list[Real]) -> Real:
        """A function of one argument, inside its domain."""
        args = self.in_domain(node, args)
        too_large = any(self.mp.mag(arg) > _LARGEST_MAGNITUDE for arg in args if arg)
        if too_large and node.op not in _BOUNDLESS:
            raise _RangeError
        if node.op in ("exp", "sinh", "cosh") and abs(args[0]) > _LARGEST_POWER:
            raise _RangeError
        row = OPERATORS[node.op]
        return getattr(self.mp, row.mpmath)(*args)

    def in_domain(self, node: Expr, args: list[Real]) -> list[Real]:
        """The arguments, moved onto the border where they are on it; raises outside."""
        placed = list(args)
        for index, relation in enumerate(domain_relations(node.op)):
            border = self.number(relation.right.value)
            if not relation.left.is_symbol:
                subject = getattr(self.mp, OPERATORS[relation.left.op].mpmath)(*args)
                subject = self.settle((node, index), relation.left, subject, border)
            else:
                place = "ab".index(str(relation.left.value))
                subject = self.settle((node, index), node.args[place], placed[place], border)
                placed[place] = subject
            if not _COMPARE[relation.sign](subject, border):
                raise _UndefinedError
        return placed

    def settle(self, key: Hashable, node: Expr, value: Real, border: Real) -> Real:
        """``value`` of ``node``, or ``border`` where the difference is only rounding."""
        gap = abs(value - border)
        if gap * _CLOSE > max(1, abs(border)) or not node.args:
            return value
        if border == 0 and gap and _keeps_digits(node):
            return value
        self.decided[key] = gap
        before = self.earlier.get(key)
        if before is None or (before == 0 and gap):
            # Too coarse to tell: go on as computed, and look again at higher precision.
            self.settled = False
            return border if self.last else value
        return border if gap * _SHRUNK <= before else value


def _keeps_digits(node: Expr) -> bool:
    """Whether ``node`` is made of leaves without sums, so that it is small only if it is."""
    if node.op in ("mul", "div", "neg", "abs", "sqrt", "cbrt", "pow", "exp"):
        return all(_keeps_digits(arg) for arg in node.args)
    return not node.args


def _divided(attempt: _Attempt, node: Expr, args: list[Real]) -> Real:
    above, below = attempt.in_domain(node, args)
    return above / below


def _remainder(attempt: _Attempt, node: Expr, args: list[Real]) -> Real:
    a, b = attempt.in_domain(node, args)
    if a and attempt.mp.mag(a) - attempt.mp.mag(b) > _LARGEST_MAGNITUDE:
        raise _RangeError
    return a - b * _whole_part(attempt, node, a / b)


def _whole_part(attempt: _Attempt, node: Expr, value: Real) -> Real:
    """The floor of ``value``, which is put on a whole number that it only misses by rounding."""
    nearest = attempt.mp.nint(value)
    return attempt.mp.floor(attempt.settle((node, "whole"), node, value, nearest))


def _floor(attempt: _Attempt, node: Expr, args: list[Real]) -> Real:
    return _whole_part(attempt, node, args[0])


def _ceil(attempt: _Attempt, node: Expr, args: list[Real]) -> Real:
    return -_whole_part(attempt, node, -args[0])


def _sign(attempt: _Attempt, node: Expr, args: list[Real]) -> Real:
    return attempt.mp.sign(attempt.settle((node, "sign"), node.args[0], args[0], 0))


def _cbrt(attempt: _Attempt, node: Expr, args: list[Real]) -> Real:
    root = attempt.mp.cbrt(abs(args[0]))
    return root if args[0] >= 0 else -root


def _power(attempt: _Attempt, node: Expr, args: list[Real]) -> Real:
    mp = attempt.mp
    base = attempt.settle((node, "base"), node.args[0], args[0], 0)
    exponent = attempt.settle((node, "exponent"), node.args[1], args[1], mp.nint(args[1]))
    whole = mp.isint(exponent)
    if base == 0:
        if exponent < 0:
            raise _UndefinedError
        return mp.mpf(1 if exponent == 0 else 0)
    if base < 0 and not whole:
        raise _UndefinedError
    # The magnitude in bits bounds the logarithm, which would take longer than the power.
    in_reach = abs(exponent) * (abs(mp.mag(base)) + 1) < _LARGEST_POWER
    if not in_reach and abs(exponent * mp.log(abs(base))) > _LARGEST_POWER:
        raise _RangeError
    if whole and abs(exponent) < _LARGEST_POWER:
        return base ** int(exponent)
    size = mp.exp(exponent * mp.log(abs(base)))
    return -size if base < 0 and int(exponent) % 2 else size


_Rule = Callable[[_Attempt, Expr, list[Real]], Real]

_RULES: dict[str, _Rule] = {
    "add": lambda attempt, node, args: reduce(lambda a, b: a + b, args),
    "mul": lambda attempt, node, args: reduce(lambda a, b: a * b, args),
    "neg": lambda attempt, node, args: -args[0],
    "min": lambda attempt, node, args: min(args),
    "max": lambda attempt, node, args: max(args),
    "div": _divided,
    "mod": _remainder,
    "pow": _power,
    "floor": _floor,
    "ceil": _ceil,
    "sign": _sign,
    "cbrt": _cbrt,
}

_COMPARE: dict[str, Callable[[Real, Real], bool]] = {
    "<": lambda a, b: bool(a < b),
    "<=": lambda a, b: bool(a <= b),
    ">": lambda a, b: bool(a > b),
    ">=": lambda a, b: bool(a >= b),
    "!=": lambda a, b: bool(a != b),
}
