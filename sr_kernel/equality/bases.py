"""Exponentials written to the base that saves a coefficient: ``exp(0.5*x)`` as ``1.6487…**x``.

Only fitted coefficients become part of a base, and none so small or so large that the float nearest
to the base would have lost digits of it.
"""

from __future__ import annotations

from fractions import Fraction
from math import exp, log

from sr_kernel.equality.constants import Constants, rational
from sr_kernel.equality.monomials import Monomial, monomial
from sr_kernel.equality.sharing import has_coefficient_slot
from sr_kernel.equality.writing import product_term, sum_term
from sr_kernel.expr import Expr, apply, number, rebuild

FLATTEST, STEEPEST = 0.01, 50.0
"""A float base near 1 has too few digits left for its logarithm."""


def rebased(expr: Expr, constants: Constants) -> Expr:
    """``expr`` with exponentials to other bases where that is smaller."""
    if not expr.args:
        return expr
    node = rebuild(expr, tuple(rebased(arg, constants) for arg in expr.args))
    exponent = _exponent(node)
    if exponent is None:
        return node
    terms = [monomial(arg) for arg in (exponent.args if exponent.op == "add" else (exponent,))]
    found = [_to_base(node, terms, q, constants) for q in _units(terms, constants)]
    return min([node, *(other for other in found if other is not None)], key=lambda e: e.size)


def natural(expr: Expr) -> Expr:
    """``expr`` with powers of fitted bases as exponentials."""
    node = rebuild(expr, tuple(map(natural, expr.args)))
    if node.op != "pow" or node.args[1].is_number:
        return node
    value = node.args[0].value
    if not isinstance(value, float) or value <= 0 or value == 1:
        return node
    return apply("exp", apply("mul", number(log(value)), node.args[1]))


def _exponent(node: Expr) -> Expr | None:
    """The exponent of a power of a positive number, None for anything else."""
    if node.op == "exp":
        return node.args[0]
    if node.op == "pow" and not node.args[1].is_number:
        value = node.args[0].value
        if isinstance(value, Fraction | float) and value > 0 and value != 1:
            return node.args[1]
    return None


def _units(terms: list[Monomial], constants: Constants) -> list[Fraction]:
    """Fitted coefficients that cost nodes, up to their sign."""
    sizes = {abs(q): q for q, powers in reversed(terms) if has_coefficient_slot(powers)}
    return [q for size, q in sizes.items() if size != 1 and constants.is_float(q)]


def _to_base(
    node: Expr, terms: list[Monomial], unit: Fraction, constants: Constants
) -> Expr | None:
    scale = 1.0 if node.op == "exp" else log(rational(_value(node)))
    if not FLATTEST < abs(scale * unit) < STEEPEST:
        return None
    base = constants.remember(exp(scale * float(unit)))
    if base is None:
        return None
    divided = [(q / unit, _product(powers, constants)) for q, powers in terms]
    return apply("pow", constants.literal(base), sum_term(divided, constants))


def _value(node: Expr) -> Fraction | float:
    value = node.args[0].value
    return value if isinstance(value, Fraction | float) else Fraction(1)


def _product(powers: dict[Expr, int], constants: Constants) -> Expr:
    return product_term(Fraction(1), [(b, Fraction(k)) for b, k in powers.items()], constants)
