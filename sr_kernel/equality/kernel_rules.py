"""How each operator enters the normal form: arithmetic and powers here, the rest by table.

Every step holds wherever the term it starts from is defined; steps that need a sign ask for it and
do not fire when it is not known.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING

from sr_kernel.equality import angle_rules, piecewise_rules, root_rules
from sr_kernel.equality.constants import literal_value
from sr_kernel.equality.core_form import (
    NOTHING,
    UNIT,
    Constant,
    Core,
    Kernel,
    Product,
    Sum,
    quotient,
    raised,
    scaled,
)
from sr_kernel.equality.generators import is_compound
from sr_kernel.expr import Expr, apply

if TYPE_CHECKING:
    from sr_kernel.equality.normal_form import Normalizer

Rule = Callable[["Normalizer", Expr], Core]
_LARGEST_POWER = 12
_LARGEST_BITS = 4000


def core_of(n: Normalizer, expr: Expr) -> Core:
    """``expr`` as arithmetic over kernels."""
    if expr.op == "number":
        return Constant(literal_value(expr))
    rule = _RULES.get(expr.op)
    if rule is not None:
        return rule(n, expr)
    if not expr.args:
        return Kernel(expr)
    return opaque(n, expr)


def opaque(n: Normalizer, expr: Expr) -> Core:
    """``expr``'s operator over normalised arguments, as a kernel; constants are folded."""
    args = tuple(n.best(arg) for arg in expr.args)
    if len(args) == 1 and args[0].is_number:
        value = n.constants.folded(expr.op, literal_value(args[0]))
        if value is not None:
            return Constant(value)
    return Kernel(apply(expr.op, *args))


def _add(n: Normalizer, expr: Expr) -> Core:
    return Sum(tuple(n.core(arg) for arg in expr.args))


def _mul(n: Normalizer, expr: Expr) -> Core:
    return Product(tuple(n.core(arg) for arg in expr.args))


def _neg(n: Normalizer, expr: Expr) -> Core:
    return scaled(-1, n.core(expr.args[0]))


def _div(n: Normalizer, expr: Expr) -> Core:
    return quotient(n.core(expr.args[0]), integer_power(n, expr.args[1], 1))


def _pow(n: Normalizer, expr: Expr) -> Core:
    base, exponent = expr.args
    if not exponent.is_number:
        exponent = n.best(exponent)
    if exponent.is_number:
        power = literal_value(exponent)
        if power.denominator == 1:
            return integer_power(n, base, power.numerator)
        return root_rules.rational_power(n, base, power)
    return symbolic_power(n, base, exponent)


def integer_power(n: Normalizer, base: Expr, exponent: int) -> Core:
    """``base**exponent``; powers too high to expand keep their base as one kernel."""
    core = n.core(base)
    if exponent == 0:
        return UNIT
    if isinstance(core, Constant):
        size = max(core.value.numerator.bit_length(), core.value.denominator.bit_length())
        if size * abs(exponent) > _LARGEST_BITS and abs(core.value) != 1:
            return Kernel(n.best(base), power=Fraction(exponent))
    elif abs(exponent) > _LARGEST_POWER and not isinstance(core, Kernel):
        whole = n.best(base)
        if is_compound(whole):
            return Kernel(whole, power=Fraction(exponent))
    return raised(core, exponent)


def symbolic_power(n: Normalizer, base: Expr, exponent: Expr) -> Core:
    """``base**exponent`` for an exponent that is not a number."""
    if base.op == "e":
        return root_rules.exponential(n, None, exponent)
    if n.mode.canonical and n.signs.positive(base):
        return n.core(apply("exp", exponent * apply("log", base)))
    content, factors = n.factors(base)
    if content > 0 and all(n.signs.positive(factor) for factor, _ in factors):
        parts: list[Core] = []
        parts.extend(_number_to(n, content, exponent))
        for factor, power in factors:
            parts.append(_positive_power(n, factor, power, exponent))
        return Product(tuple(parts)) if parts else UNIT
    if content == 0 and n.signs.positive(exponent):
        return NOTHING
    return Kernel(apply("pow", n.best(base), exponent))


def _number_to(n: Normalizer, value: Fraction, exponent: Expr) -> list[Core]:
    """``value**exponent``; above and below of an exact fraction as two powers."""
    if value == 1:
        return []
    if n.constants.is_float(value):
        return [root_rules.exponential(n, n.constants.literal(value), exponent)]
    return [
        root_rules.exponential(n, n.constants.literal(Fraction(whole)), term)
        for whole, term in ((value.numerator, exponent), (value.denominator, -exponent))
        if whole != 1
    ]


def _positive_power(n: Normalizer, factor: Expr, power: int, exponent: Expr) -> Core:
    if factor.op == "exp":
        return root_rules.exponential(n, None, product(power, factor.args[0], exponent))
    if factor.op == "pow":
        base, inner = factor.args
        if n.signs.positive(base):
            return root_rules.exponential(n, base, product(power, inner, exponent))
    return root_rules.exponential(n, factor, product(power, exponent))


def product(count: int, *factors: Expr) -> Expr:
    """``count`` times the product of ``factors``."""
    from sr_kernel.expr import number

    return apply("mul", number(count), *factors) if count != 1 else apply("mul", *factors)


_RULES: dict[str, Rule] = {
    "add": _add,
    "mul": _mul,
    "neg": _neg,
    "div": _div,
    "pow": _pow,
    "sqrt": lambda n, e: root_rules.rational_power(n, e.args[0], Fraction(1, 2)),
    "cbrt": lambda n, e: root_rules.cube_root(n, e.args[0]),
    "exp": lambda n, e: root_rules.exponential(n, None, e.args[0]),
    "e": lambda n, e: Kernel(None),
    "log": lambda n, e: root_rules.logarithm(n, e.args[0]),
    "abs": lambda n, e: piecewise_rules.absolute(n, e.args[0]),
    "sign": lambda n, e: piecewise_rules.sign(n, e.args[0]),
    "floor": piecewise_rules.rounded,
    "ceil": piecewise_rules.rounded,
    "mod": piecewise_rules.modulo,
    "min": piecewise_rules.extreme,
    "max": piecewise_rules.extreme,
    **dict.fromkeys(("sin", "cos", "tan"), angle_rules.circular),
    **dict.fromkeys(("sinh", "cosh", "tanh"), angle_rules.hyperbolic),
    **dict.fromkeys(("asin", "acos", "atan", "asinh", "acosh", "atanh"), angle_rules.inverse),
}
