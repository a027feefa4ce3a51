"""The AC form: like terms and like factors collected, nothing multiplied out.

Sums become {term: coefficient}, products {base: integer exponent} with one rational factor.  It is
linear in the size of the term, so it is the first key of equality and the way out where the
rational normal form would grow too large.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

from sr_kernel.equality.constants import ONE, ZERO, Constants, literal_value
from sr_kernel.equality.monomials import Powers, monomial
from sr_kernel.equality.order import order_key
from sr_kernel.equality.writing import HALF, Factor, ordered, product_term, sum_term
from sr_kernel.errors import ExpressionError
from sr_kernel.expr import Expr, apply, rebuild
from sr_kernel.numeric.deadline import check_time

_ONCE = Fraction(1)


def collected(expr: Expr, constants: Constants) -> Expr:
    """``expr`` with like terms and factors collected and its arguments in canonical order."""
    found = constants.collected.get(expr)
    if found is None:
        check_time()
        args = tuple([collected(arg, constants) for arg in expr.args])
        found = once_collected(rebuild(expr, args), constants)
        constants.collected[expr] = found
    return found


def once_collected(node: Expr, constants: Constants) -> Expr:
    """``node``'s own like terms and factors collected; nothing happens further inside."""
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
    _add_terms(terms, node, _ONCE)
    return sum_term([(q, term) for term, q in terms.items() if q.numerator], constants)


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
    factor = factor if scale is _ONCE else factor * scale
    terms[rest] = terms[rest] + factor if rest in terms else factor


@lru_cache(maxsize=4096)
def coefficient(node: Expr) -> tuple[Fraction, Expr]:
    """``node`` as a rational times a term without one."""
    if node.op not in ("number", "mul", "div", "neg", "pow"):
        return _ONCE, node
    factor, powers = monomial(node)
    if not factor.numerator:
        return factor, ONE
    return factor, product_term(_ONCE, _factors(powers), None)


def _product(node: Expr, constants: Constants) -> Expr:
    factor, powers = monomial(node)
    if node in powers:
        return _root(node)
    if not factor.numerator:
        return ZERO
    if len(powers) == 1:
        ((base, power),) = powers.items()
        if power == 1 and base.op == "add":
            return _sum_times(factor, base, constants)
    return product_term(factor, _factors(powers), constants)


def _factors(powers: Powers) -> list[Factor]:
    return [(base, Fraction(power)) for base, power in powers.items()]


def _root(power: Expr) -> Expr:
    """A power that stays one, ``x**(1/2)`` as ``sqrt(x)``."""
    base, exponent = power.args
    is_half = exponent.is_number and literal_value(exponent) == HALF
    return apply("sqrt", base) if is_half else power


def _sum_times(factor: Fraction, total: Expr, constants: Constants) -> Expr:
    if factor != -1:
        return product_term(factor, [(total, Fraction(1))], constants)
    terms: dict[Expr, Fraction] = {}
    _add_terms(terms, total, factor)
    return sum_term([(q, term) for term, q in terms.items() if q.numerator], constants)
