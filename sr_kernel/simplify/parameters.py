"""Fewer fitted constants for the same function: constants that act alike become one.

A fitted constant is surplus where another can take its place: the scale of a sum whose terms all
have constants of their own, a factor inside a power, a root, an absolute value or a logarithm, a
summand inside an exponential.  Every term is read as a number times a core that holds no such
scale, from the leaves up, and sums are opened so that their constants meet.  The value stays the
same wherever the term is defined; floats are computed, exact numbers only where that is exact.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction

from sr_kernel.equality.constants import ONE, rational, to_float
from sr_kernel.errors import ExpressionError
from sr_kernel.expr import Expr, apply, number, rebuild

_LARGEST_BITS = 3000
_LARGEST_POWER = 40
_FARTHEST = 200.0
"""Largest absolute exponent of e that becomes a factor."""
_HALF = Fraction(1, 2)


@dataclass(frozen=True, slots=True)
class Scaled:
    """``scale`` times ``core``; ``free`` if the scale is a fitted constant."""

    scale: Fraction
    free: bool
    core: Expr

    def times(self, scale: Fraction, free: bool) -> Scaled:
        """The same with another factor."""
        return Scaled(_bounded(self.scale * scale), self.free or free, self.core)


def merged_parameters(expr: Expr) -> Expr:
    """``expr`` with constants merged that do the work of one; its value is the same.

    It is left alone where a merged constant would be beyond the range of floats, and the term
    deeper than terms may be.
    """
    merger = _Merger()
    try:
        return merger.written(merger.of(expr))
    except (OverflowError, ExpressionError):
        return expr


class _Merger:
    def __init__(self) -> None:
        self._known: dict[Expr, Scaled] = {}
        self._sums: dict[Expr, tuple[Scaled, ...]] = {}
        """Cores that are sums, as their terms."""

    def of(self, expr: Expr) -> Scaled:
        found = self._known.get(expr)
        if found is None:
            found = self._known[expr] = self._of(expr)
        return found

    def _of(self, expr: Expr) -> Scaled:
        value = expr.value
        if isinstance(value, Fraction | float):
            return _plain(expr) if value == 0 else _constant(rational(value), _is_float(expr))
        match expr.op:
            case "add":
                return self._sum(map(self.of, expr.args))
            case "neg":
                return self.of(expr.args[0]).times(Fraction(-1), False)
            case "mul":
                return self._product(map(self.of, expr.args))
            case "div":
                below = self._power(self.of(expr.args[1]), Fraction(-1), False)
                return self._product([self.of(expr.args[0]), below])
            case "sqrt":
                return self._power(self.of(expr.args[0]), _HALF, False)
            case "pow":
                return self._raised(*map(self.of, expr.args))
            case "exp":
                return self._exponential(self.of(expr.args[0]))
            case "log":
                return self._logarithm(self.of(expr.args[0]))
            case "abs" | "cbrt" | "sign":
                return self._homogeneous(expr.op, self.of(expr.args[0]))
            case "min" | "max":
                return self._extreme(expr)
        return _plain(rebuild(expr, tuple(self.written(self.of(arg)) for arg in expr.args)))

    # -------------------------------------------------------------- writing

    def written(self, item: Scaled) -> Expr:
        """``item`` as a term; the scale of a sum goes into the terms where that costs nothing."""
        terms = self._sums.get(item.core)
        if terms is None or (item.scale == 1 and not item.free):
            return _times(item)
        if item.free and sum(not term.free for term in terms) > 1:
            return _times(item)
        return _total([term.times(item.scale, item.free) for term in terms])

    # -------------------------------------------------------------- sums

    def _sum(self, terms: Iterable[Scaled]) -> Scaled:
        gathered: dict[Expr, Scaled] = {}
        for term in terms:
            for part in self._opened(term):
                before = gathered.get(part.core)
                if before is not None:
                    part = replace(
                        part, scale=_bounded(part.scale + before.scale),
                        free=part.free or before.free,
                    )  # fmt: skip
                gathered[part.core] = part
        kept = [part for part in gathered.values() if part.scale != 0]
        if len(kept) < 2:
            return kept[0] if kept else _plain(number(0))
        return self._pulled(kept)

    def _opened(self, item: Scaled) -> list[Scaled]:
        """The terms of a sum, but for those that only a common scale sets apart from 1."""
        terms = self._sums.get(item.core)
        if terms is None:
            return [item]
        exact = [term for term in terms if not term.free]
        if item.free and len(exact) > 1:
            kept = self._core(exact)
            rest = [term for term in terms if term.free]
            return [replace(item, core=kept), *(term.times(item.scale, True) for term in rest)]
        return [term.times(item.scale, item.free) for term in terms]

    def _pulled(self, terms: list[Scaled]) -> Scaled:
        """A sum with one of its constants in front if it has one in every term."""
        if not all(term.free for term in terms):
            return _plain(self._core(terms))
        first = next(term for term in terms if term.core is not ONE)
        inner = [term.times(1 / first.scale, True) for term in terms if term is not first]
        return Scaled(first.scale, True, self._core([_plain(first.core), *inner]))

    def _core(self, terms: list[Scaled]) -> Expr:
        core = _total(terms)
        self._sums[core] = tuple(terms)
        return core

    # -------------------------------------------------------------- products and powers

    def _product(self, factors: Iterable[Scaled]) -> Scaled:
        whole = _constant(Fraction(1), False)
        above: list[Expr] = []
        below: list[Expr] = []
        for factor in factors:
            whole = whole.times(factor.scale, factor.free)
            for part in factor.core.args if factor.core.op == "mul" else (factor.core,):
                if part.op == "div":
                    above.append(part.args[0])
                    below.append(part.args[1])
                else:
                    above.append(part)
        kept = [part for part in above if part is not ONE]
        core = apply("mul", *kept) if kept else ONE
        if below:
            core = apply("div", core, apply("mul", *below))
        return replace(whole, core=core)

    def _raised(self, base: Scaled, exponent: Scaled) -> Scaled:
        if exponent.core is ONE:
            return self._power(base, exponent.scale, exponent.free)
        if base.core is ONE and base.scale > 0 and (base.free or self._has_shift(exponent)):
            return self._base_power(base, exponent)
        return _plain(apply("pow", self.written(base), self.written(exponent)))

    def _base_power(self, base: Scaled, exponent: Scaled) -> Scaled:
        """``b**(q*t + c)``: a fitted b becomes a scale of the exponent, c a factor."""
        log = _function(math.log, base.scale)
        if base.free and log is not None and (exponent.free or self._has_shift(exponent)):
            return self._exponential(exponent.times(log, True))
        terms = self._opened(exponent)
        shift = sum((term.scale for term in terms if term.core is ONE and term.free), Fraction(0))
        factor = None if log is None else _function(math.exp, shift * log)
        if not shift or base.free or factor is None:
            return _plain(apply("pow", _times(base), self.written(exponent)))
        rest = [term for term in terms if term.core is not ONE]
        core = apply("pow", _times(base), self.written(self._sum(rest)))
        return Scaled(factor, True, core)

    def _has_shift(self, item: Scaled) -> bool:
        return any(term.core is ONE and term.free for term in self._opened(item))

    def _power(self, base: Scaled, power: Fraction, fitted: bool) -> Scaled:
        """``base**power`` with the scale of the base in front."""
        whole = power.denominator == 1 and not fitted
        if whole and abs(power) <= _LARGEST_POWER and base.scale != 0:
            return Scaled(_bounded(base.scale ** int(power)), base.free, _raised(base.core, power))
        inner = base
        scale = None
        if base.free:
            scale = _function(lambda q: math.pow(q, float(power)), abs(base.scale))
        if scale is not None:
            inner = Scaled(Fraction(1 if base.scale > 0 else -1), False, base.core)
        term = self._written_power(inner, power, fitted)
        return _plain(term) if scale is None else Scaled(scale, True, term)

    def _written_power(self, base: Scaled, power: Fraction, fitted: bool) -> Expr:
        inner = base.core
        if fitted and base.scale == 1 and inner.op == "exp":
            product = self.of(inner.args[0]).times(power, True)
            return apply("exp", self.written(product))
        if fitted and base.scale == 1 and _has_fitted_exponent(inner):
            joint = rational(inner.args[1].value) * power  # type: ignore[arg-type]
            return apply("pow", inner.args[0], _literal(joint, True))
        if power == _HALF and not fitted:
            return apply("sqrt", self.written(base))
        return apply("pow", self.written(base), _literal(power, fitted))

    # -------------------------------------------------------------- functions

    def _exponential(self, arg: Scaled) -> Scaled:
        """A fitted summand of the exponent becomes a factor."""
        terms = self._opened(arg)
        shift = sum((term.scale for term in terms if term.core is ONE and term.free), Fraction(0))
        if not shift or abs(shift) > _FARTHEST:
            return _plain(apply("exp", self.written(arg)))
        factor = rational(math.exp(float(shift)))
        rest = [term for term in terms if not (term.core is ONE and term.free)]
        if not rest:
            return _constant(factor, True)
        return Scaled(factor, True, apply("exp", self.written(self._sum(rest))))

    def _logarithm(self, arg: Scaled) -> Scaled:
        """A fitted factor of the argument becomes a summand, a fitted exponent a factor."""
        if arg.core is ONE:
            shift = _function(math.log, arg.scale) if arg.free else None
            return _plain(apply("log", _times(arg))) if shift is None else _constant(shift, True)
        shift = _function(math.log, abs(arg.scale)) if arg.free else Fraction(0)
        if shift is None or (not arg.free and arg.scale != 1):
            return _plain(apply("log", self.written(arg)))
        sign = Fraction(1 if arg.scale > 0 else -1)
        inner = _plain(apply("log", self.written(Scaled(sign, False, arg.core))))
        if sign > 0 and _has_fitted_exponent(arg.core):
            base, power = arg.core.args
            inner = Scaled(rational(power.value), True, apply("log", base))  # type: ignore[arg-type]
        return self._sum([inner, _constant(shift, True)]) if arg.free else inner

    def _homogeneous(self, op: str, arg: Scaled) -> Scaled:
        """``f(q*t)`` as ``q*f(t)`` up to sign, power or, for ``sign``, any fitted q."""
        sign = 1 if op == "abs" or arg.scale > 0 else -1
        if not arg.free or arg.core is ONE:
            return _plain(apply(op, self.written(arg)))
        core = apply(op, arg.core)
        if op == "sign":
            return Scaled(Fraction(sign), False, core)
        if op == "abs":
            return Scaled(abs(arg.scale), True, core)
        root = _function(math.cbrt, arg.scale)
        return _plain(apply(op, self.written(arg))) if root is None else Scaled(root, True, core)

    def _extreme(self, expr: Expr) -> Scaled:
        """A positive fitted scale that all of the arguments have comes in front."""
        args = [self.of(arg) for arg in expr.args]
        first = next((arg for arg in args if arg.core is not ONE), args[0])
        if not all(arg.free for arg in args) or first.scale <= 0 or first.core is ONE:
            return _plain(apply(expr.op, *map(self.written, args)))
        inner = [_plain(arg.core) if arg is first else arg.times(1 / first.scale, True)
                 for arg in args]  # fmt: skip
        return Scaled(first.scale, True, apply(expr.op, *map(self.written, inner)))


# ------------------------------------------------------------------ numbers and terms


def _plain(core: Expr) -> Scaled:
    return Scaled(Fraction(1), False, core)


def _constant(value: Fraction, free: bool) -> Scaled:
    return Scaled(value, free, ONE)


def _is_float(expr: Expr) -> bool:
    return isinstance(expr.value, float)


def _has_fitted_exponent(expr: Expr) -> bool:
    """Whether ``expr`` is a power with a fitted exponent that asks for a base of one sign."""
    if expr.op != "pow" or not isinstance(expr.args[1].value, float):
        return False
    return rational(expr.args[1].value).denominator != 1


def _function(f: object, value: Fraction) -> Fraction | None:
    """``f`` of a number in floats; None where that is undefined or out of range."""
    try:
        result = f(float(value))  # type: ignore[operator]
    except (ValueError, OverflowError):
        return None
    return rational(result) if math.isfinite(result) and 1e-200 < abs(result) < 1e200 else None


def _bounded(value: Fraction) -> Fraction:
    """``value``, rounded to a float where it has become long."""
    if max(value.numerator.bit_length(), value.denominator.bit_length()) < _LARGEST_BITS:
        return value
    nearest = to_float(value)
    return value if nearest is None else rational(nearest)


def _raised(core: Expr, power: Fraction) -> Expr:
    if core is ONE or power == 1:
        return core
    if power == -1:
        if core.op == "div":
            return _over(core.args[1], core.args[0])
        return apply("div", ONE, core)
    return apply("pow", core, number(power))


def _over(above: Expr, below: Expr) -> Expr:
    return above if below is ONE else apply("div", above, below)


def _literal(value: Fraction, free: bool) -> Expr:
    """A number as a term; raises OverflowError for a float that does not exist."""
    if not free:
        return number(value)
    nearest = to_float(value)
    if nearest is None:
        raise OverflowError(value)
    return number(nearest)


def _times(item: Scaled) -> Expr:
    if item.core is ONE:
        return _literal(item.scale, item.free)
    if abs(item.scale) != 1:
        literal = _literal(item.scale, item.free)
        if item.core.op == "div":
            above, below = item.core.args
            return apply("div", literal if above is ONE else literal * above, below)
        return literal * item.core
    return -item.core if item.scale < 0 else item.core


def _total(terms: Iterable[Scaled]) -> Expr:
    return apply("add", *map(_times, terms))
