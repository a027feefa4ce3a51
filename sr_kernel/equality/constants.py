"""Literals inside the normal form: exact rationals that remember which of them were floats.

A float stands for its shortest decimal (``0.1`` is 1/10), so ``0.3*x + 0.5*x`` adds up to
``0.8*x`` and ``0.1 + 0.2 - 0.3`` to 0.  On the way out a coefficient becomes a float again when it
can only have come from floats; integers and the fractions of exact input stay exact.  Whatever
the choice, the value is kept to the last digit a float holds: a product beyond their range stays
a product of floats.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterable
from fractions import Fraction
from functools import lru_cache

from sr_kernel.expr import Expr, apply, number, walk

_SMALL = 10**6
_LARGEST_INTEGER = 10**15
_FAR = Fraction(10) ** 100
_STEP = Fraction(10) ** 300
"""A factor of what is beyond the range of floats."""

Quotient = tuple[int, int]

ZERO = number(0)
ONE = number(1)

_FOLDED: dict[str, Callable[[float], float]] = {
    "exp": math.exp, "log": math.log, "sin": math.sin, "cos": math.cos, "tan": math.tan,
    "asin": math.asin, "acos": math.acos, "atan": math.atan, "sinh": math.sinh,
    "cosh": math.cosh, "tanh": math.tanh, "asinh": math.asinh, "acosh": math.acosh,
    "atanh": math.atanh, "cbrt": math.cbrt,
}  # fmt: skip


@lru_cache(maxsize=4096)
def _decimal(value: float) -> Fraction:
    return Fraction(repr(value))


def rational(value: Fraction | float) -> Fraction:
    """The exact value a literal stands for: a float's shortest decimal."""
    return _decimal(value) if isinstance(value, float) else value


def literal_value(literal: Expr) -> Fraction:
    """The exact value that a literal stands for."""
    value = literal.value
    return _decimal(value) if type(value) is float else value  # type: ignore[return-value]


class Constants:
    """What the literals of an input say about the literals of a result."""

    def __init__(self, exprs: Iterable[Expr]) -> None:
        self.floats: set[Quotient] = set()
        """Sizes of the floats met so far, as numerators and denominators: a Fraction's own hash
        takes longer than all else that is done with it here."""
        self.exact: set[Quotient] = set()
        for expr in exprs:
            for node in walk(expr):
                if node.op == "number":
                    kind = self.floats if type(node.value) is float else self.exact
                    p, q = literal_value(node).as_integer_ratio()
                    kind.add((abs(p), q))
        scale = math.prod(part for pair in self.exact for part in pair if 1 < part < _SMALL)
        self._divisors = max(scale, 1)
        self._literals: dict[Quotient, Expr] = {}
        self.collected: dict[Expr, Expr] = {}
        """Terms collected so far: they may change when another float is remembered."""

    def is_float(self, value: Fraction) -> bool:
        """Whether ``value`` must have come from a float of the input."""
        if not self.floats:
            return False
        p, q = value.as_integer_ratio()
        p = abs(p)
        if (p, q) in self.floats:
            return True
        if (q == 1 and p < _LARGEST_INTEGER) or (p, q) in self.exact:
            return False
        if p >= _SMALL or q >= _SMALL:
            return True
        return is_decimal(q) or not _divides_power(q, self._divisors)

    def literal(self, value: Fraction) -> Expr:
        """``value`` as a literal, a float if it came from one.

        Beyond the range of floats it is a product of them.
        """
        key = value.as_integer_ratio()
        found = self._literals.get(key)
        if found is None:
            found = self._literals[key] = self._literal(value)
        return found

    def _literal(self, value: Fraction) -> Expr:
        if not self.is_float(value):
            return number(value)
        nearest = to_float(value)
        return self._apart(value) if nearest is None else number(nearest)

    def _apart(self, value: Fraction) -> Expr:
        """``value`` as a product of floats, the far ones of the input before powers of ten."""
        sizes = [Fraction(*pair) for pair in self.floats]
        if abs(value) > 1:
            step = max((size for size in sizes if size > _FAR), default=_STEP)
        else:
            step = min((size for size in sizes if size < 1 / _FAR), default=1 / _STEP)
        return apply("mul", self.literal(value / step), number(float(step)))

    def folded(self, op: str, value: Fraction) -> Fraction | None:
        """``op(value)`` if ``value`` is a fitted constant and the result an ordinary float."""
        if op not in _FOLDED or not self.is_float(value):
            return None
        try:
            result = _FOLDED[op](float(value))
        except (ValueError, OverflowError):  # outside the domain or the floats: leave it as it is
            return None
        return self.remember(result)

    def root(self, value: Fraction, exponent: Fraction) -> Fraction | None:
        """``value**exponent`` for a positive fitted constant, None if it is exact or too large."""
        if value <= 0 or not self.is_float(value):
            return None
        try:
            result = math.pow(float(value), float(exponent))
        except OverflowError:
            return None
        return self.remember(result)

    def remember(self, result: float) -> Fraction | None:
        """Notes a computed float, so that it is printed as one."""
        if not math.isfinite(result) or not 1e-100 < abs(result) < 1e100:
            return None
        value = rational(result)
        p, q = value.as_integer_ratio()
        if (abs(p), q) not in self.floats:
            self.floats.add((abs(p), q))
            self._literals.clear()
            self.collected.clear()
        return value


def is_decimal(denominator: int) -> bool:
    """Whether fractions over ``denominator`` are finite decimals."""
    for prime in (2, 5):
        while denominator % prime == 0:
            denominator //= prime
    return denominator == 1


def to_float(value: Fraction) -> float | None:
    """The nearest float, None where overflow or underflow would cost all or some of its digits."""
    try:
        nearest = float(value)
    except OverflowError:
        return None
    is_tiny = abs(nearest) < sys.float_info.min
    return None if is_tiny and rational(nearest) != value else nearest


def _divides_power(denominator: int, base: int) -> bool:
    """Whether every prime of ``denominator`` divides ``base``."""
    while (common := math.gcd(denominator, base)) > 1:
        denominator //= common
    return denominator == 1
