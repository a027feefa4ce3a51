"""What a term is made of: a sum of products of powers, in which sub-expressions can be looked up.

``tan`` is read as ``sin/cos``, roots as powers, ``exp(a + b)`` as ``exp(a)*exp(b)`` and
``log(a*b)`` as ``log(a) + log(b)``; numbers are compared to ten digits.  Two spellings of one term
have the same parts, up to identities beyond these.  Roots and logarithms are read as over positive
numbers.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Any, Final

from sr_kernel.expr import OPERATORS, Expr, has_floats, variables

Number = float
"""A float to ten digits, or ANY."""
Base = Any
"""A variable's name, or (operator, parts, ...): a function, "sum" for one that stands in a power,
"exp" of a product."""
Monomial = frozenset[tuple[Base, Number]]
Parts = Mapping[Monomial, Number]
"""Coefficients by monomials; those of a number alone are by ONE."""

ANY: Final[Any] = type("Any", (), {"__repr__": lambda self: "ANY"})()
"""A fitted constant, which stands for any number."""
ONE: Final[Monomial] = frozenset()
_MOST_TERMS = 60
"""Terms up to which products of sums are multiplied out."""
_HIGHEST = 6
_QUOTIENTS = {"tan": ("sin", "cos"), "tanh": ("sinh", "cosh")}
_ROOTS = {"sqrt": 0.5, "cbrt": 1 / 3}


class NoPartsError(ArithmeticError):
    """A term whose constants are beyond floats, or that is divided by zero."""


def rounded(value: float) -> float:
    """``value`` to the digits that are compared."""
    if not abs(value) < 1e300:
        raise NoPartsError(value)
    return value if value.is_integer() else float(f"{value:.10g}")


def times(a: Number, b: Number) -> Number:
    """``a*b``."""
    return ANY if a is ANY or b is ANY else rounded(a * b)


def plus(a: Number, b: Number) -> Number:
    """``a + b``; zero where only rounding is left."""
    if a is ANY or b is ANY:
        return ANY
    total = a + b
    return 0.0 if abs(total) <= 1e-9 * max(abs(a), abs(b)) else rounded(total)


def _raised(value: Number, exponent: Number) -> Number:
    if value is ANY or (exponent is ANY and value != 1):
        return ANY
    try:
        return 1.0 if value == 1 else rounded(_real_power(value, exponent))
    except (ZeroDivisionError, OverflowError):
        raise NoPartsError(value) from None


def _real_power(value: float, exponent: float) -> float:
    return value**exponent if exponent.is_integer() else math.copysign(abs(value) ** exponent, 1.0)


class Reader:
    """Reads terms; ``expand`` multiplies products of sums out, ``loose`` makes floats ANY."""

    def __init__(self, *, expand: bool, loose: bool = False) -> None:
        self.expand = expand
        self.loose = loose

    def parts(self, expr: Expr) -> Parts:
        """The parts of ``expr``; raises :class:`NoPartsError`."""
        if expr.is_symbol:
            return {frozenset({(str(expr.value), 1.0)}): 1.0}
        if expr.is_number:
            return self._number(expr.value)
        if self.loose and not variables(expr) and has_floats(expr):
            return {ONE: ANY}
        known: Callable[[Expr], Parts] | None = getattr(self, f"_{expr.op}", None)
        return self._function(expr) if known is None else known(expr)

    def _number(self, value: Any) -> Parts:
        if self.loose and isinstance(value, float):
            return {ONE: ANY}
        try:
            return {ONE: rounded(float(value))} if value else {}
        except OverflowError:
            raise NoPartsError(value) from None

    # ------------------------------------------------------------ operators

    def _add(self, expr: Expr) -> Parts:
        return _total(self.parts(arg) for arg in expr.args)

    def _neg(self, expr: Expr) -> Parts:
        return _scaled(self.parts(expr.args[0]), -1.0)

    def _mul(self, expr: Expr) -> Parts:
        found: Parts = {ONE: 1.0}
        for arg in expr.args:
            found = self._product(found, self.parts(arg))
        return found

    def _div(self, expr: Expr) -> Parts:
        above, below = map(self.parts, expr.args)
        return self._product(above, self._power(below, -1.0))

    def _sqrt(self, expr: Expr) -> Parts:
        return self._power(self.parts(expr.args[0]), 0.5)

    def _cbrt(self, expr: Expr) -> Parts:
        return self._power(self.parts(expr.args[0]), rounded(1 / 3))

    def _pow(self, expr: Expr) -> Parts:
        base, exponent = expr.args
        if isinstance(exponent.value, Fraction | float):
            quarter = (4 * exponent.value) == int(4 * exponent.value)
            free = self.loose and isinstance(exponent.value, float) and not quarter
            return self._power(self.parts(base), ANY if free else rounded(float(exponent.value)))
        return self._exponential(self._product(self.parts(exponent), self._logarithm(
            self.parts(base))))  # fmt: skip

    def _exp(self, expr: Expr) -> Parts:
        return self._exponential(self.parts(expr.args[0]))

    def _log(self, expr: Expr) -> Parts:
        return self._logarithm(self.parts(expr.args[0]))

    def _tan(self, expr: Expr) -> Parts:
        above, below = (self._called(op, expr.args) for op in _QUOTIENTS[expr.op])
        return self._product(above, self._power(below, -1.0))

    _tanh = _tan

    def _function(self, expr: Expr) -> Parts:
        row = OPERATORS[expr.op]
        if row.value is not None:
            return {ONE: rounded(row.value)}
        return self._called(expr.op, expr.args)

    def _called(self, op: str, args: tuple[Expr, ...]) -> Parts:
        parity, sign = OPERATORS[op].parity, 1.0
        inner = [self.parts(arg) for arg in args]
        if parity and leader(inner[0]) < 0:
            inner = [_scaled(inner[0], -1.0)]
            sign = -1.0 if parity == "odd" else 1.0
        keys = [frozenset(part.items()) for part in inner]
        base = (op, *(sorted(keys, key=hash) if op in ("min", "max") else keys))
        return {frozenset({(base, 1.0)}): sign}

    # ----------------------------------------------------------- arithmetic

    def _product(self, a: Parts, b: Parts) -> Parts:
        few = len(a) * len(b) <= _MOST_TERMS
        if not (self.expand and few) and len(a) * len(b) > 1:
            if len(a) > 1 and not _is_constant(b):
                a = _closed(a)
            if len(b) > 1 and not _is_constant(a):
                b = _closed(b)
        return _total(
            self._settled(times(c, d), _merged(m, n)) for m, c in a.items() for n, d in b.items()
        )

    def _settled(self, scale: Number, monomial: Monomial) -> Parts:
        """Sums whose powers have become whole are taken out of the product again."""
        for base, power in monomial:
            if base[0] == "sum" and power is not ANY and self._opens(base, power, monomial):
                found = self._power(dict(base[1]), power)
                return self._product({monomial - {(base, power)}: scale}, found)
        return {monomial: scale}

    def _opens(self, base: Base, power: float, monomial: Monomial) -> bool:
        if len(monomial) == 1 and power == 1:
            return True
        return self.expand and 0 < power <= _HIGHEST and power.is_integer() and (
            len(base[1]) ** power <= _MOST_TERMS
        )  # fmt: skip

    def _power(self, parts: Parts, exponent: Number) -> Parts:
        if exponent == 1:
            return parts
        if exponent == 0:
            return {ONE: 1.0}
        if not parts:
            raise NoPartsError("0")
        if len(parts) > 1:
            if self.expand and exponent is not ANY and _multiplied_out(parts, exponent):
                half = self._power(parts, exponent - 1)
                return self._product(parts, half)
            parts = _closed(parts)
        [(monomial, scale)] = parts.items()
        powers = frozenset((base, times(power, exponent)) for base, power in monomial)
        return {powers: _raised(scale, exponent)}

    def _exponential(self, parts: Parts) -> Parts:
        found: Parts = {ONE: 1.0}
        for monomial, scale in parts.items():
            if monomial == ONE:
                factor: Parts = {ONE: ANY if scale is ANY else rounded(_exp(scale))}
            elif (inside := _inside_log(monomial)) is not None:
                factor = self._power(inside, scale)
            else:
                factor = {frozenset({(("exp", monomial), scale)}): 1.0}
            found = self._product(found, factor)
        return found

    def _logarithm(self, parts: Parts) -> Parts:
        if not parts:
            raise NoPartsError("log(0)")
        [(monomial, scale)] = (parts if len(parts) == 1 else _closed(parts)).items()
        found = [{ONE: rounded(math.log(abs(scale)))} if scale not in (ANY, 1, -1) else {}]
        for base, power in monomial:
            if base[0] == "exp":
                found.append({base[1]: power})
            else:
                alone = frozenset({(frozenset({(base, 1.0)}), 1.0)})
                inner = base[1] if base[0] == "sum" else alone
                found.append({frozenset({(("log", inner), 1.0)}): power})
        return _total(found)


def leader(parts: Parts) -> float:
    """The coefficient by which the others are measured; 1 where all are ANY."""
    known = [monomial for monomial, scale in parts.items() if scale is not ANY]
    return parts[min(known, key=hash)] if known else 1.0


def _exp(value: float) -> float:
    try:
        return math.exp(value)
    except OverflowError:
        raise NoPartsError(value) from None


def _inside_log(monomial: Monomial) -> Parts | None:
    """u, if the monomial is log(u)."""
    if len(monomial) != 1:
        return None
    [(base, power)] = monomial
    return dict(base[1]) if base[0] == "log" and power == 1 else None


def _is_constant(parts: Parts) -> bool:
    return not parts or set(parts) == {ONE}


def _multiplied_out(parts: Parts, exponent: float) -> bool:
    whole = exponent.is_integer() and 1 < exponent <= _HIGHEST
    return whole and len(parts) ** exponent <= _MOST_TERMS


def _closed(parts: Parts) -> Parts:
    """A sum as one base, its leading coefficient in front."""
    scale = leader(parts)
    inner = frozenset((monomial, times(value, 1 / scale)) for monomial, value in parts.items())
    return {frozenset({(("sum", inner), 1.0)}): scale}


def _scaled(parts: Parts, factor: Number) -> Parts:
    return {monomial: times(factor, scale) for monomial, scale in parts.items()}


def _total(sums: Any) -> Parts:
    found: dict[Monomial, Number] = {}
    for parts in sums:
        for monomial, scale in parts.items():
            found[monomial] = plus(found[monomial], scale) if monomial in found else scale
    return {monomial: scale for monomial, scale in found.items() if scale != 0}


def _merged(a: Monomial, b: Monomial) -> Monomial:
    if not a or not b:
        return a or b
    powers = dict(a)
    for base, power in b:
        powers[base] = plus(powers[base], power) if base in powers else power
    return frozenset((base, power) for base, power in powers.items() if power != 0)


def quotient(a: Monomial, b: Monomial) -> Monomial:
    """``a/b``, of monomials without ANY."""
    return _merged(a, frozenset((base, -power) for base, power in b))


def product(a: Monomial, b: Monomial) -> Monomial:
    """``a*b``."""
    return _merged(a, b)


@lru_cache(maxsize=8192)
def parts_of(expr: Expr, *, expand: bool, loose: bool = False) -> Parts | None:
    """The parts of ``expr``; None where they cannot be told."""
    try:
        return Reader(expand=expand, loose=loose).parts(expr)
    except (NoPartsError, OverflowError):
        return None


def places(parts: Parts) -> Iterator[Parts]:
    """``parts`` and all sums inside: arguments of functions, bases, exponents; ``log(x) + log(y)``
    has ``x*y`` inside."""
    yield parts
    yield from _merged_logs(parts)
    for monomial in parts:
        exponent = {base[1]: power for base, power in monomial if base[0] == "exp"}
        if exponent:
            yield from places(exponent)
        for base, _ in monomial:
            if isinstance(base, tuple) and base[0] != "exp":
                for inner in base[1:]:
                    yield from places(dict(inner))


def _merged_logs(parts: Parts) -> Iterator[Parts]:
    """u and 1/u for log(u), which may be written with either sign."""
    powers: Monomial = ONE
    for monomial, scale in parts.items():
        inner = _inside_log(monomial)
        if inner is not None and len(inner) == 1:
            [base] = inner
            powers = _merged(powers, frozenset((b, times(p, scale)) for b, p in base))
    # Of one factor nothing is said: 2*log(x) is no square.
    if len(powers) > 1:
        yield {powers: 1.0}
        yield {frozenset((base, times(power, -1.0)) for base, power in powers): 1.0}
