"""Roots, exponentials and logarithms in the normal form."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING

from sr_kernel.equality.constants import ONE, rational
from sr_kernel.equality.core_form import (
    NOTHING,
    Constant,
    Core,
    Kernel,
    Power,
    Product,
    Sum,
    raised,
    scaled,
)
from sr_kernel.equality.generators import is_compound
from sr_kernel.expr import Expr, apply, number, walk

if TYPE_CHECKING:
    from sr_kernel.equality.normal_form import Normalizer

_LARGEST_PRIME = 1000
_LARGEST_RADICAND = 10**12
_DEEPEST_NESTED = 5


def rational_power(n: Normalizer, base: Expr, q: Fraction) -> Core:
    """``base**q`` for a ``q`` that is no integer; where it is defined, ``base >= 0``."""
    if n.mode.guarded:
        return Kernel(_root_term(n, base, q))
    denested = _denested(n, base) if q.denominator == 2 else None
    if denested is not None:
        return raised(denested, q.numerator)
    content, factors = n.factors(base)
    if content == 0:
        return NOTHING if q > 0 else Kernel(_root_term(n, base, q))
    sign = 1 if content > 0 else -1
    parts: list[Core] = [number_power(n, abs(content), q)]
    undecided: list[tuple[Expr, int]] = []
    for factor, power in factors:
        if n.signs.nonnegative(factor):
            parts.append(base_power(n, factor, power * q))
        elif n.signs.nonpositive(factor):
            sign = -sign if power % 2 else sign
            parts.append(base_power(n, n.best(-factor), power * q))
        elif power % 2 == 0:
            parts.append(Kernel(apply("abs", factor), power=power * q))
        else:
            undecided.append((factor, power))
    if (both := _both_positive(n, sign, undecided)) is not None:
        return Product((*parts, *(base_power(n, factor, q) for factor in both)))
    parts.extend(_undecided(n, sign, undecided, q))
    return Product(tuple(parts))


def _both_positive(
    n: Normalizer, sign: int, undecided: list[tuple[Expr, int]]
) -> list[Expr] | None:
    """The two factors of a product that is not negative, where their sum is surely positive:
    then neither of them is negative, as in ``(1 - x)*(1 + x)``."""
    if not n.mode.canonical or [power for _, power in undecided] != [1, 1]:
        return None
    one, other = (factor for factor, _ in undecided)
    pairs = [(one, other)] if sign > 0 else [(-one, other), (one, -other)]
    for pair in pairs:
        if n.signs.positive(n.best(pair[0] + pair[1])):
            return [n.best(factor) for factor in pair]
    return None


def _denested(n: Normalizer, base: Expr) -> Core | None:
    """``sqrt(a + b*sqrt(c))`` of rationals as a sum of two roots, where ``a**2 - b**2*c`` is the
    square of a rational."""
    if base.op != "add" or base.depth > _DEEPEST_NESTED or n.constants.floats:
        return None
    terms = {atom: q for q, atom in n.linear(base)}
    a = terms.pop(ONE, Fraction(0))
    if len(terms) != 1 or a <= 0:
        return None
    ((root, b),) = terms.items()
    inside = _radicand(root)
    gap = None if inside is None else _rational_root(a * a - b * b * inside)
    if gap is None:
        return None
    first, second = (number_power(n, (a + d) / 2, Fraction(1, 2)) for d in (gap, -gap))
    return Sum((first, second if b > 0 else scaled(-1, second)))


def _radicand(root: Expr) -> Fraction | None:
    """c of ``sqrt(c)``, also where that is a product of roots; None for other terms."""
    value = Fraction(1)
    for factor in root.args if root.op == "mul" else (root,):
        inside = constant_value(factor.args[0]) if factor.op == "sqrt" else None
        if inside is None:
            return None
        value *= inside
    return value


def _rational_root(value: Fraction) -> Fraction | None:
    if value <= 0:
        return None
    root = Fraction(math.isqrt(value.numerator), math.isqrt(value.denominator))
    return root if root * root == value else None


def _root_term(n: Normalizer, base: Expr, q: Fraction) -> Expr:
    if q == Fraction(1, 2):
        return apply("sqrt", n.best(base))
    return apply("pow", n.best(base), n.constants.literal(q))


def _undecided(
    n: Normalizer, sign: int, factors: list[tuple[Expr, int]], q: Fraction
) -> list[Core]:
    """The part of a root whose factors have no known sign; together it is not negative."""
    if not factors:
        return [] if sign > 0 else [Kernel(number(-1), power=q)]
    if len(factors) == 1:
        # Alone and with an odd power it must itself be >= 0 wherever the root is defined.
        factor, power = factors[0]
        return [base_power(n, factor if sign > 0 else n.best(-factor), power * q)]
    parts: list[Core] = []
    product = number(sign)
    for factor, power in factors:
        once = 1 if power > 0 else -1
        product = product * factor if once > 0 else product / factor
        if power != once:
            parts.append(Kernel(apply("abs", factor), power=(power - once) * q))
    return [*parts, Kernel(n.best(product), power=q)]


def base_power(n: Normalizer, base: Expr, q: Fraction) -> Core:
    """``base**q`` for an irreducible base that is not negative where this is defined."""
    if base.op == "exp":
        return exponential(n, None, number(q) * base.args[0])
    if base.op == "sqrt":
        return (
            rational_power(n, base.args[0], q / 2)
            if q.denominator > 1 or q % 2
            else (raised(n.core(base.args[0]), int(q / 2)))
        )
    if q.denominator == 1:
        return raised(n.core(base), q.numerator)
    if base.op == "pow" and n.signs.nonnegative(base.args[0]):
        inner = constant_value(base.args[1])
        if inner is not None and inner.denominator > 1:
            return rational_power(n, base.args[0], inner * q)
    core = n.core(base)
    if isinstance(core, Kernel) and not is_compound(base):
        return Kernel(core.base, core.atom, core.power * q)
    return Kernel(base, power=q)


def number_power(n: Normalizer, value: Fraction, q: Fraction) -> Core:
    """``value**q`` for a positive rational, one kernel a prime; fitted constants are folded."""
    if value == 1:
        return Constant(value)
    folded = n.constants.root(value, q)
    if folded is not None:
        return Constant(folded)
    parts: list[Core] = []
    for whole, sign in ((value.numerator, 1), (value.denominator, -1)):
        for prime, count in _prime_powers(whole):
            power = q * sign * count
            integer = power.numerator // power.denominator
            if integer:
                parts.append(Power(Constant(Fraction(prime)), integer))
            if power != integer:
                parts.append(Kernel(number(prime), power=power - integer))
    return Product(tuple(parts)) if parts else Constant(Fraction(1))


def _prime_powers(value: int) -> list[tuple[int, int]]:
    """``value`` by primes up to a limit; what is left over counts as one prime."""
    found: list[tuple[int, int]] = []
    divisor = 2
    while divisor <= _LARGEST_PRIME and divisor * divisor <= value:
        count = 0
        while value % divisor == 0:
            value, count = value // divisor, count + 1
        if count:
            found.append((divisor, count))
        divisor += 1 if divisor == 2 else 2
    if value > 1:
        found.append((value, 1))
    return found


def cube_root(n: Normalizer, arg: Expr) -> Core:
    """The real cube root is multiplicative everywhere."""
    content, factors = n.factors(arg)
    if content == 0:
        return NOTHING
    sign = Fraction(1 if content > 0 else -1)
    size = abs(content)
    folded = n.constants.folded("cbrt", size)
    parts: list[Core] = [Constant(sign)]
    if folded is not None:
        parts.append(Constant(folded))
    elif size != 1:
        parts.append(number_power(n, size, Fraction(1, 3)))
    for factor, power in factors:
        whole, rest = divmod(power, 3)
        if whole:
            parts.append(raised(n.core(factor), whole))
        if rest and n.signs.nonnegative(factor) and not n.mode.guarded:
            parts.append(base_power(n, factor, Fraction(rest, 3)))
        elif rest:
            parts.append(Kernel(apply("cbrt", factor), power=Fraction(rest)))
    return Product(tuple(parts))


def exponential(n: Normalizer, base: Expr | None, exponent: Expr) -> Core:
    """``base**exponent`` for a positive base (None: e), one kernel a term of the exponent."""
    parts: list[Core] = []
    for q, atom in n.linear(exponent):
        if atom is ONE:
            parts.append(_constant_exponent(n, base, q))
        elif base is None and atom.op == "log" and not n.mode.guarded:
            parts.append(_power_of(n, atom.args[0], q))
        elif base is not None and base.is_number and _is_log_ratio(atom, base):
            parts.append(_power_of(n, atom.args[0].args[0], q))
        else:
            parts.append(Kernel(base, atom, q))
    return Product(tuple(parts)) if parts else Constant(Fraction(1))


def _is_log_ratio(atom: Expr, base: Expr) -> bool:
    """Whether ``atom`` is log(u)/log(base)."""
    if atom.op != "div" or atom.args[0].op != "log" or atom.args[1].op != "log":
        return False
    return atom.args[1].args[0] is base


def _power_of(n: Normalizer, base: Expr, q: Fraction) -> Core:
    if q.denominator == 1:
        return raised(n.core(base), q.numerator)
    return rational_power(n, base, q)


def _constant_exponent(n: Normalizer, base: Expr | None, q: Fraction) -> Core:
    if base is not None:
        return _power_of(n, base, q)
    if n.constants.is_float(q) and abs(q) < 50:
        folded = n.constants.folded("exp", q)
        if folded is not None:
            return Constant(folded)
    return Kernel(None, ONE, q)


def logarithm(n: Normalizer, arg: Expr) -> Core:
    """``log(arg)``, split over the factors of ``arg`` as far as their signs are known."""
    content, factors = n.factors(arg)
    if content == 0 or n.mode.guarded:
        return Kernel(apply("log", n.best(arg))) if arg is not ONE else NOTHING
    sign = 1 if content > 0 else -1
    parts: list[Core] = [number_log(n, abs(content))]
    undecided: list[tuple[Expr, int]] = []
    for factor, power in factors:
        # Where log(arg) is defined no factor is zero, so "not negative" is enough.
        if n.signs.nonnegative(factor):
            parts.append(scaled(power, _factor_log(n, factor)))
        elif n.signs.nonpositive(factor):
            sign = -sign if power % 2 else sign
            parts.append(scaled(power, _factor_log(n, n.best(-factor))))
        elif power % 2 == 0:
            parts.append(scaled(power, Kernel(apply("log", apply("abs", factor)))))
        else:
            undecided.append((factor, power))
    if (both := _both_positive(n, sign, undecided)) is not None:
        parts.extend(_factor_log(n, factor) for factor in both)
    elif len(undecided) == 1:
        factor, power = undecided[0]
        parts.append(scaled(power, _factor_log(n, factor if sign > 0 else n.best(-factor))))
    elif undecided or sign < 0:
        product = number(sign)
        for factor, power in undecided:
            product = product * factor ** number(power)
        return Sum((*parts, Kernel(apply("log", n.best(product)))))
    return Sum(tuple(parts))


def _factor_log(n: Normalizer, factor: Expr) -> Core:
    """``log(factor)`` for an irreducible factor that is positive here."""
    if factor.op == "exp":
        return n.core(factor.args[0])
    if factor.op == "sqrt":
        return scaled(Fraction(1, 2), logarithm(n, factor.args[0]))
    if factor.op == "cbrt":
        return scaled(Fraction(1, 3), logarithm(n, factor.args[0]))
    if factor.op == "pow" and n.signs.nonnegative(factor.args[0]):
        base, exponent = factor.args
        return Product((n.core(exponent), logarithm(n, base)))
    if factor.op == "e":
        return Constant(Fraction(1))
    if factor.op == "add" and n.mode.canonical:
        return _area_function(n, factor) or Kernel(apply("log", factor))
    return Kernel(apply("log", factor))


def _area_function(n: Normalizer, factor: Expr) -> Core | None:
    """``log(p + k*sqrt(q))`` with a constant ``k**2*q - p**2`` as asinh or acosh of p.

    For the constant c above 0, the logarithm of ``p + sqrt(p**2 + c)`` is ``asinh(p/sqrt(c)) +
    log(c)/2``; where it is -c, that of ``p - sqrt(p**2 - c)`` is ``log(c)/2 - acosh(p/sqrt(c))``.
    """
    roots = [term for term in factor.args if any(node.op == "sqrt" for node in walk(term))]
    if len(roots) != 1:
        return None
    (root,) = roots
    rest = n.best(factor - root)
    squared = n.best(root ** number(2))  # without the root: what it holds is opened next
    gap = constant_value(n.best(squared - rest ** number(2)))
    known = n.linear(root)
    if gap is None or gap == 0 or len(known) != 1 or not n.signs.nonnegative(known[0][1]):
        return None
    scale = number(abs(gap))
    name = "asinh" if gap > 0 else "acosh"
    inverse = n.core(apply(name, rest / apply("sqrt", scale)))
    if known[0][0] < 0:
        if gap > 0:
            return None
        inverse = scaled(-1, inverse)
    return Sum((scaled(Fraction(1, 2), number_log(n, abs(gap))), inverse))


def number_log(n: Normalizer, value: Fraction) -> Core:
    """``log(value)`` of a positive rational, one kernel a prime; fitted constants are folded."""
    if value == 1:
        return NOTHING
    folded = n.constants.folded("log", value)
    if folded is not None:
        return Constant(folded)
    parts: list[Core] = []
    for whole, sign in ((value.numerator, 1), (value.denominator, -1)):
        for prime, count in _prime_powers(whole):
            parts.append(scaled(sign * count, Kernel(apply("log", number(prime)))))
    return Sum(tuple(parts))


def constant_value(expr: Expr) -> Fraction | None:
    """The rational that a literal stands for, None for anything else."""
    return rational(expr.value) if isinstance(expr.value, Fraction | float) else None
