"""Other ways to write a term that no cost model asks for: expanded, over one denominator, without
a difference that loses digits."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from math import comb, prod

from sr_kernel.expr import Expr, apply, number, transform
from sr_kernel.expr.term import without_minus

MOST_TERMS = 40
"""A sum longer than this is not written out."""
_HIGHEST_POWER = 8
_ONE, _TWO = number(1), number(2)


def expanded(expr: Expr) -> Expr:
    """Products over sums, whole powers of sums, quotients of sums and exponentials of sums written
    out term by term, as long as no sum gets longer than ``MOST_TERMS``."""
    return transform(expr, _expanded_node)


def over_one_denominator(expr: Expr) -> Expr:
    """A sum with quotients as one quotient; ``expr`` itself if there is none."""
    if expr.op != "add":
        return expr
    pairs = [_quotient(term) for term in expr.args]
    belows = list(dict.fromkeys(below for _, below in pairs if below is not _ONE))
    if not belows or len(belows) > 4:
        return expr
    terms = [
        _product([above, *(other for other in belows if other is not below)])
        for above, below in pairs
    ]
    return expanded(_sum(terms)) / _product(belows)


def without_cancellation(expr: Expr) -> Expr:
    """``sqrt(a) - b`` as ``(a - b**2)/(sqrt(a) + b)``, ``1 - cos(a)`` as ``2*sin(a/2)**2``, and
    ``log(a) - log(b)`` as ``log(a/b)``, wherever one stands in ``expr``."""
    return transform(expr, _steady_node)


# ---------------------------------------------------------------- expanding


def _expanded_node(node: Expr) -> Expr:
    match node.op:
        case "mul":
            return _distributed([_terms(arg) for arg in node.args], node)
        case "pow":
            return _power(node)
        case "div" if node.args[0].op == "add":
            return _sum([term / node.args[1] for term in node.args[0].args])
        case "exp" if node.args[0].op == "add":
            return _product([apply("exp", term) for term in node.args[0].args])
        case "neg":
            return _sum([-term for term in _terms(node.args[0])])
    return node


def _power(node: Expr) -> Expr:
    base, exponent = node.args
    value = exponent.value
    if not isinstance(value, Fraction) or value.denominator != 1:
        return node
    n = int(value)
    if base.op == "mul":
        return _product([factor**exponent for factor in base.args])
    if base.op != "add" or not 2 <= n <= _HIGHEST_POWER:
        return node
    if comb(len(base.args) + n - 1, n) > MOST_TERMS:
        return node
    terms: dict[tuple[int, ...], int] = {}
    for chosen in product(range(len(base.args)), repeat=n):
        key = tuple(sorted(chosen))
        terms[key] = terms.get(key, 0) + 1
    return _sum([_monomial(base.args, key, count) for key, count in terms.items()])


def _monomial(terms: tuple[Expr, ...], key: tuple[int, ...], count: int) -> Expr:
    """``count`` times the product of the ``terms`` at the places in ``key``."""
    powers = {place: key.count(place) for place in key}
    factors = [terms[place] ** number(k) if k > 1 else terms[place] for place, k in powers.items()]
    return _product([number(count), *factors] if count > 1 else factors)


def _distributed(sums: list[tuple[Expr, ...]], node: Expr) -> Expr:
    if all(len(terms) == 1 for terms in sums) or prod(map(len, sums)) > MOST_TERMS:
        return node
    return _sum([_product(list(factors)) for factors in product(*sums)])


def _terms(expr: Expr) -> tuple[Expr, ...]:
    return expr.args if expr.op == "add" else (expr,)


# ---------------------------------------------------------------- one denominator


def _quotient(term: Expr) -> tuple[Expr, Expr]:
    """The term as above and below."""
    positive = without_minus(term)
    if positive is not None:
        above, below = _quotient(positive)
        return -above, below
    if term.op == "div":
        return term.args[0], term.args[1]
    if term.op == "mul":
        parts = [_quotient(factor) for factor in term.args]
        belows = [below for _, below in parts if below is not _ONE]
        return _product([above for above, _ in parts]), _product(belows) if belows else _ONE
    return term, _ONE


# ---------------------------------------------------------------- steady


def _steady_node(node: Expr) -> Expr:
    if node.op != "add" or len(node.args) != 2:
        return node
    left, right = node.args
    taken = without_minus(right)
    if taken is None:
        negative = without_minus(left)
        if negative is None:
            return node
        left, taken = right, negative
    return _steady(left, taken) or node


def _steady(left: Expr, right: Expr) -> Expr | None:
    """``left - right`` without the difference of two numbers that may be close."""
    if left is _ONE and right.op == "cos":
        return _TWO * apply("sin", right.args[0] / _TWO) ** _TWO
    if left.op == "log" and right.op == "log":
        return apply("log", left.args[0] / right.args[0])
    if "sqrt" in (left.op, right.op):
        above = _difference(_squared(left), _squared(right))
        return above / (left + right)
    return None


def _difference(left: Expr, right: Expr) -> Expr:
    """``left - right`` with equal terms taken away."""
    ours, theirs = list(_terms(left)), list(_terms(right))
    for term in tuple(ours):
        if term in theirs:
            ours.remove(term)
            theirs.remove(term)
    return _sum([*ours, *(-term for term in theirs)]) if ours or theirs else number(0)


def _squared(expr: Expr) -> Expr:
    return expr.args[0] if expr.op == "sqrt" else expr**_TWO


def _sum(terms: list[Expr]) -> Expr:
    return apply("add", *terms)


def _product(factors: list[Expr]) -> Expr:
    kept = [factor for factor in factors if factor is not _ONE]
    return apply("mul", *kept) if kept else _ONE
