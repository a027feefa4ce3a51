"""abs, sign, floor, ceil, mod, min and max in the normal form."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING

from sr_kernel.equality.constants import ONE
from sr_kernel.equality.core_form import (
    Constant,
    Core,
    Kernel,
    Product,
    Sum,
    quotient,
    raised,
    scaled,
)
from sr_kernel.equality.division import constant_in, slope_in
from sr_kernel.equality.generators import TooLarge
from sr_kernel.equality.monotone_rules import through_order, through_sign
from sr_kernel.equality.order import order_key
from sr_kernel.equality.root_rules import constant_value
from sr_kernel.expr import Expr, apply, number

if TYPE_CHECKING:
    from sr_kernel.equality.normal_form import Normalizer

_MOST_COMPARED = 6
_WHOLE = frozenset({"floor", "ceil", "sign"})


def absolute(n: Normalizer, arg: Expr) -> Core:
    """``abs`` is multiplicative: factors of known sign leave it."""
    content, factors = n.factors(arg)
    parts: list[Core] = [Constant(abs(content))]
    for factor, power in factors:
        if power % 2 == 0 or n.signs.nonnegative(factor):
            parts.append(raised(n.core(factor), power))
        elif n.signs.nonpositive(factor):
            parts.append(raised(scaled(-1, n.core(factor)), power))
        elif n.mode.canonical and factor.op == "sign":
            parts.append(raised(n.core(factor), 2 * power))
        else:
            parts.append(Kernel(apply("abs", factor), power=Fraction(power)))
    return Product(tuple(parts))


def sign(n: Normalizer, arg: Expr) -> Core:
    """``sign`` is multiplicative: factors of known sign leave it."""
    if n.mode.canonical and (inner := through_sign(arg)) is not arg:
        return sign(n, inner)
    content, factors = n.factors(arg)
    parts: list[Core] = [Constant(Fraction((content > 0) - (content < 0)))]
    for factor, power in factors:
        if n.signs.positive(factor) or (power % 2 == 0 and n.signs.nonzero(factor)):
            continue
        if n.signs.positive(n.best(-factor)):
            parts.append(Constant(Fraction(-1)))
            continue
        # sign(f)**3 = sign(f), and a negative power of f stands where f is not zero.
        times = 1 if power % 2 else 2
        if n.mode.canonical and (inner := through_sign(factor)) is not factor:
            parts.append(raised(sign(n, inner), times))
            continue
        if n.mode.canonical and factor.op == "abs":
            parts.append(raised(sign(n, factor.args[0]), 2))
            continue
        parts.append(Kernel(apply("sign", factor), power=Fraction(times)))
    return Product(tuple(parts))


def rounded(n: Normalizer, expr: Expr) -> Core:
    """floor and ceil: whole numbers are taken out; ``ceil(t) = -floor(-t)`` in canonical form."""
    if expr.op == "ceil" and n.mode.canonical:
        return scaled(-1, n.core(apply("floor", -expr.args[0])))
    if n.mode.canonical and (whole := _whole_part(n, expr.args[0])) is not None:
        return Sum((n.core(whole), _rounded(n, expr.op, expr.args[0] - whole)))
    return _rounded(n, expr.op, expr.args[0])


def _rounded(n: Normalizer, op: str, arg: Expr) -> Core:
    terms = n.linear(arg)
    shift = sum((Fraction(math.floor(q)) for q, atom in terms if atom is ONE), Fraction(0))
    inner = n.best(arg - number(shift)) if shift else n.best(arg)
    value = constant_value(inner)
    if value is not None:
        whole = math.floor(value) if op == "floor" else math.ceil(value)
        return Constant(whole + shift)
    whole_valued = inner.op in _WHOLE
    core = n.core(inner) if whole_valued else Kernel(apply(op, inner))
    return Sum((Constant(shift), core)) if shift else core


def _whole_part(n: Normalizer, arg: Expr) -> Expr | None:
    """The summands of ``arg`` that are surely whole, as far as its quotient shows them."""
    try:
        form = n.form(arg)
    except (TooLarge, ZeroDivisionError):
        return None
    parts = []
    for place, generator in enumerate(form.generators):
        if generator.whole is not None and generator.whole.op in _WHOLE:
            times = slope_in(form.above, form.below, place)
            if times and times.denominator == 1:
                parts.append(number(times) * generator.whole)
    if constant := math.floor(constant_in(form.above, form.below)):
        parts.append(number(constant))
    return apply("add", *parts) if parts else None


def modulo(n: Normalizer, expr: Expr) -> Core:
    """``mod(a, b)``; in canonical form ``a - b*floor(a/b)``."""
    above, below = (n.best(arg) for arg in expr.args)
    a, b = constant_value(above), constant_value(below)
    if a is not None and b is not None and b != 0:
        return Constant(a % b)
    if n.mode.canonical:
        above = _without_whole_multiples(n, above, below)
        floor = n.core(apply("floor", apply("div", above, below)))
        return Sum((n.core(above), scaled(-1, Product((n.core(below), floor)))))
    return Kernel(apply("mod", above, below))


def _without_whole_multiples(n: Normalizer, above: Expr, below: Expr) -> Expr:
    """``above`` less the multiple of ``below`` that its leading term holds: ``mod(a + b, b)`` is
    ``mod(a, b)``."""
    terms = {atom: q for q, atom in n.linear(above)}
    lead, atom = next(
        ((q, atom) for q, atom in n.linear(below) if atom is not ONE), (Fraction(1), ONE)
    )
    times = math.floor(terms.get(atom, Fraction(0)) / lead) if atom is not ONE and lead else 0
    return n.best(above - number(times) * below) if times else above


def extreme(n: Normalizer, expr: Expr) -> Core:
    """min and max: sorted, without arguments that can never be the one chosen."""
    if n.mode.canonical and (outer := through_order(expr)) is not expr:
        return n.core(outer)
    op = expr.op
    args = _flat(op, [n.best(arg) for arg in expr.args])
    chosen = _undominated(n, op, sorted(set(args), key=order_key))
    if len(chosen) == 1:
        return n.core(chosen[0])
    if len(chosen) == 2 and n.mode.canonical:
        a, b = chosen
        gap = n.core(apply("abs", a - b))
        total = (n.core(a), n.core(b), gap if op == "max" else scaled(-1, gap))
        return quotient(Sum(total), Constant(Fraction(2)))
    return Kernel(apply(op, *chosen))


def _flat(op: str, args: list[Expr]) -> list[Expr]:
    return [inner for arg in args for inner in (arg.args if arg.op == op else (arg,))]


def _undominated(n: Normalizer, op: str, args: list[Expr]) -> list[Expr]:
    if len(args) > _MOST_COMPARED:
        return args
    kept = list(args)
    for candidate in args:
        others = [other for other in kept if other is not candidate]
        if any(_beats(n, op, other, candidate) for other in others):
            kept.remove(candidate)
    return kept


def _beats(n: Normalizer, op: str, other: Expr, candidate: Expr) -> bool:
    """Whether ``other`` is always chosen before ``candidate`` where both are defined."""
    gap = other - candidate if op == "max" else candidate - other
    return n.signs.nonnegative(n.best(gap))
