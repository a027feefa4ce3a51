"""The AC form: like terms and like factors collected, nothing multiplied out.

Sums become {term: coefficient}, products {base: integer exponent} with one rational factor.  It is
linear in the size of the term, so it is the first key of equality and the way out where the
rational normal form would grow too large.
"""

from __future__ import annotations

from fractions import Fraction

from sr_kernel.equality.constants import ONE, ZERO, Constants, rational
from sr_kernel.equality.order import order_key
from sr_kernel.equality.writing import HALF, ordered, product_term, sum_term
from sr_kernel.errors import ExpressionError
from sr_kernel.expr import Expr, apply, rebuild
from sr_kernel.numeric.deadline import check_time

_LARGEST_BITS = 4000
_LARGEST_EXPONENT = 10**6


def collected(expr: Expr, constants: Constants) -> Expr:
    """``expr`` with like terms and factors collected and its arguments in canonical order."""
    found = constants.collected.get(expr)
    if found is None:
        check_time()
        args = tuple(collected(arg, constants) for arg in expr.args)
        found = _collected(rebuild(expr, args), constants)
        constants.collected[expr] = found
    return found


def _collected(node: Expr, constants: Constants) -> Expr:
    try:
        if node.op in ("add", "neg"):
            return _sum(node, constants)
        if node.op in ("mul", "div", "pow"):
            return _product(node, constants)
    except ExpressionError:  # a number longer than a literal may be
        return ordered(node)
    if node.op in ("min", "max"):
        args = sorted(set(node.args), key=order_key)
        return args[0] if len(args) == 1 else apply(node.op, *args)
    return node


def _sum(node: Expr, constants: Constants) -> Expr:
    terms: dict[Expr, Fraction] = {}
    _add_terms(terms, node, Fraction(1))
    return sum_term([(q, term) for term, q in terms.items() if q != 0], constants)


def _add_terms(terms: dict[Expr, Fraction], node: Expr, scale: Fraction) -> None:
    if node.op == "add":
        for arg in node.args:
            check_time()
            _add_terms(terms, arg, scale)
        return
    factor, rest = coefficient(node)
    if rest.op == "add" and abs(factor * scale) == 1:  # only a sign: nothing is multiplied out
        _add_terms(terms, rest, factor * scale)
        return
    terms[rest] = terms.get(rest, Fraction(0)) + factor * scale


def coefficient(node: Expr) -> tuple[Fraction, Expr]:
    """``node`` as a rational times a term without one."""
    powers: dict[Expr, int] = {}
    factor = _add_factors(powers, node, 1)
    kept = [(base, Fraction(power)) for base, power in powers.items() if power != 0]
    if factor == 0:
        return factor, ONE
    return factor, product_term(Fraction(1), kept, None)


def _product(node: Expr, constants: Constants) -> Expr:
    if node.op == "pow" and not _whole_power(node):
        return _root(node)
    powers: dict[Expr, int] = {}
    factor = _add_factors(powers, node, 1)
    if factor == 0:
        return ZERO
    kept = [(base, Fraction(power)) for base, power in powers.items() if power != 0]
    if len(kept) == 1 and kept[0][1] == 1 and kept[0][0].op == "add":
        return _sum_times(factor, kept[0][0], constants)
    return product_term(factor, kept, constants)


def _root(node: Expr) -> Expr:
    base, exponent = node.args
    is_half = isinstance(exponent.value, Fraction | float) and rational(exponent.value) == HALF
    return apply("sqrt", base) if is_half else node


def _sum_times(factor: Fraction, total: Expr, constants: Constants) -> Expr:
    if factor != -1:
        return product_term(factor, [(total, Fraction(1))], constants)
    terms: dict[Expr, Fraction] = {}
    _add_terms(terms, total, factor)
    return sum_term([(q, term) for term, q in terms.items() if q != 0], constants)


def _whole_power(node: Expr) -> bool:
    value = node.args[1].value
    if not isinstance(value, Fraction | float):
        return False
    power = rational(value)
    return power.denominator == 1 and abs(power) <= _LARGEST_EXPONENT


def _add_factors(powers: dict[Expr, int], node: Expr, exponent: int) -> Fraction:
    """Adds ``node**exponent`` to ``powers`` and returns the rational factor it leaves."""
    if isinstance(node.value, Fraction | float):
        value = rational(node.value)
        size = max(value.numerator.bit_length(), value.denominator.bit_length())
        if (value == 0 and exponent < 0) or size * abs(exponent) > _LARGEST_BITS:
            powers[node] = powers.get(node, 0) + exponent
            return Fraction(1)
        return value**exponent
    factor = Fraction(1)
    if node.op == "mul":
        for arg in node.args:
            factor *= _add_factors(powers, arg, exponent)
    elif node.op == "div":
        factor *= _add_factors(powers, node.args[0], exponent)
        factor *= _add_factors(powers, node.args[1], -exponent)
    elif node.op == "neg":
        factor = (-1 if exponent % 2 else 1) * _add_factors(powers, node.args[0], exponent)
    elif node.op == "pow" and _whole_power(node) and node.args[1].value != 0:
        inner = int(rational(_number(node.args[1])))
        if abs(inner * exponent) <= _LARGEST_EXPONENT:
            return _add_factors(powers, node.args[0], inner * exponent)
        powers[node] = powers.get(node, 0) + exponent
    elif node.op == "pow" and node.args[1].value == 0:
        return Fraction(1)
    else:
        powers[node] = powers.get(node, 0) + exponent
    return factor


def _number(expr: Expr) -> Fraction | float:
    assert isinstance(expr.value, Fraction | float)
    return expr.value
