"""Values of terms in plain mpmath: nothing here is shared with what the library computes."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import mpmath

from sr_kernel.expr import OPERATORS, Expr

DIGITS = 60


class _UndefinedError(ArithmeticError):
    """No real value, or one that cannot be told from a border of the domain."""


def value(expr: Expr, point: Mapping[str, Any]) -> Any:
    """The value in plain mpmath; None where it is undefined, beyond reach or close to a step."""
    with mpmath.workdps(DIGITS):
        try:
            return _value(expr, point, {})
        except (ArithmeticError, ValueError):
            return None


def _value(expr: Expr, point: Mapping[str, Any], done: dict[Expr, Any]) -> Any:
    found = done.get(expr)
    if found is None:
        if expr.is_number or expr.is_symbol:
            plain: Any = expr.value if expr.is_number else point[str(expr.value)]
            exact = Fraction(repr(plain)) if isinstance(plain, float) else Fraction(plain)
            found = mpmath.mpf(exact.numerator) / exact.denominator
        else:
            found = _OF[expr.op](*(_value(arg, point, done) for arg in expr.args))
            if isinstance(found, mpmath.mpc) or not mpmath.isfinite(found) or abs(found) > _HUGE:
                raise _UndefinedError
        done[expr] = found
    return found


_HUGE = mpmath.mpf(10) ** 200_000
_FAR = 200_000
"""Largest exponent that is computed."""
_STEP = mpmath.mpf(10) ** -30


def _clear(gap: Any) -> Any:
    """``gap``, unless it is so near 0 that rounding decides which side it lies on."""
    if gap != 0 and abs(gap) < _STEP:
        raise _UndefinedError
    return gap


def _inside(function: Callable[[Any], Any], low: float, high: float) -> Callable[[Any], Any]:
    def checked(a: Any) -> Any:
        if _clear(a - low) < 0 or _clear(high - a) < 0:
            raise _UndefinedError
        return function(a)

    return checked


def _power(a: Any, b: Any) -> Any:
    if abs(b) > _FAR:
        raise _UndefinedError
    if b == mpmath.floor(b):
        if b < 0 and not _clear(a):
            raise _UndefinedError
        return a ** int(b)
    if _clear(a) < 0 or (a == 0 and b < 0) or abs(b - mpmath.nint(b)) < _STEP:
        raise _UndefinedError
    return a**b


def _exp(a: Any) -> Any:
    if abs(a) > _FAR:
        raise _UndefinedError
    return mpmath.exp(a)


def _small(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return _inside(function, -_FAR, _FAR)


def _stepped(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def checked(a: Any) -> Any:
        _clear(a - mpmath.nint(a))
        return function(a)

    return checked


def _quotient(a: Any, b: Any) -> Any:
    if _clear(b) == 0:
        raise _UndefinedError
    return a / b


def _cbrt(a: Any) -> Any:
    return mpmath.sign(_clear(a)) * mpmath.cbrt(abs(a))


def _log(a: Any) -> Any:
    if _clear(a) <= 0:
        raise _UndefinedError
    return mpmath.log(a)


def _tan(a: Any) -> Any:
    return _quotient(mpmath.sin(a), mpmath.cos(a))


def _atanh(a: Any) -> Any:
    if _clear(1 - abs(a)) <= 0:
        raise _UndefinedError
    return mpmath.atanh(a)


def _mod(a: Any, b: Any) -> Any:
    return a - b * _stepped(mpmath.floor)(_quotient(a, b))


_OF: dict[str, Callable[..., Any]] = {
    "add": lambda *terms: sum(terms), "mul": lambda *factors: mpmath.fprod(factors),
    "neg": lambda a: -a, "div": _quotient, "pow": _power, "mod": _mod,
    "sqrt": _inside(mpmath.sqrt, 0, math.inf), "cbrt": _cbrt, "abs": abs,
    "sign": lambda a: mpmath.sign(_clear(a)), "floor": _stepped(mpmath.floor),
    "ceil": _stepped(mpmath.ceil), "min": min, "max": max, "exp": _exp, "log": _log,
    "sin": mpmath.sin, "cos": mpmath.cos, "tan": _tan, "asin": _inside(mpmath.asin, -1, 1),
    "acos": _inside(mpmath.acos, -1, 1), "atan": mpmath.atan, "sinh": _small(mpmath.sinh),
    "cosh": _small(mpmath.cosh), "tanh": _small(mpmath.tanh), "asinh": mpmath.asinh,
    "acosh": _inside(mpmath.acosh, 1, math.inf), "atanh": _atanh, "pi": lambda: +mpmath.pi,
    "e": lambda: mpmath.exp(1),
}  # fmt: skip
assert _OF.keys() == OPERATORS.keys()


def differ(left: Expr, right: Expr, point: Mapping[str, Any]) -> bool:
    """Whether two terms are seen to have different values at ``point``, rounding aside.

    Large parts cost digits, in angles several times over: that many more are computed.
    """
    with mpmath.workdps(DIGITS):
        lost = 3 * math.ceil(mpmath.log10(max(1, _largest((left, right), point))))
    if lost > _MOST_LOST:
        return False
    with mpmath.workdps(DIGITS + lost):
        try:
            a, b = (_value(term, point, {}) for term in (left, right))
        except (ArithmeticError, ValueError):
            return False
        rounding = mpmath.mpf(10) ** (-DIGITS // 2 - lost // 2)
        return bool(abs(a - b) > max(rounding, _CLOSE * max(abs(a), abs(b))))


_MOST_LOST = 3000
_CLOSE = mpmath.mpf(10) ** -25


def _largest(terms: Sequence[Expr], point: Mapping[str, Any]) -> Any:
    done: dict[Expr, Any] = {}
    for term in terms:
        _value(term, point, done)
    return max(map(abs, done.values()))
