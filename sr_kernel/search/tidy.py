"""Folding what fitting leaves behind: factors of one, terms of zero, literals side by side."""

from __future__ import annotations

from fractions import Fraction

from sr_kernel.errors import ExpressionError
from sr_kernel.expr import Expr, apply, number, transform
from sr_kernel.search.operations import power

Number = Fraction | float


def tidy(expr: Expr, *, roots: bool = True) -> Expr:
    """``expr`` with neutral elements dropped and literals folded; ``roots`` spells a**0.5 sqrt.

    Raises :class:`ExpressionError` where folding overflows.
    """
    return transform(expr, lambda node: _fold(node, roots))


def _value(expr: Expr) -> Number | None:
    return expr.value if isinstance(expr.value, Fraction | float) else None


def _fold(expr: Expr, roots: bool) -> Expr:
    match expr.op:
        case "add":
            return _sum(expr)
        case "mul":
            return _product(expr)
        case "div":
            return _quotient(expr)
        case "pow":
            return _power(expr, roots)
    return expr


def _checked(value: Number) -> Number:
    if isinstance(value, float) and not abs(value) < 1e300:
        raise ExpressionError("folding constants overflows: scale the data")
    return value


def _sum(expr: Expr) -> Expr:
    constant: Number = Fraction(0)
    terms: list[Expr] = []
    for term in expr.args:
        value = _value(term)
        if value is None:
            terms.append(term)
        else:
            constant = _checked(constant + value)
    if constant != 0 or not terms:
        terms.append(number(constant))
    # A positive term in front saves the minus sign.
    first = next((k for k, term in enumerate(terms) if not _negative(term)), 0)
    terms.insert(0, terms.pop(first))
    return apply("add", *terms)


def _negative(term: Expr) -> bool:
    value = _value(term)
    if value is not None:
        return value < 0
    return term.op == "neg" or (term.op in ("mul", "div") and _negative(term.args[0]))


def _product(expr: Expr) -> Expr:
    constant: Number = Fraction(1)
    factors: list[Expr] = []
    for factor in expr.args:
        value = _value(factor)
        if value is not None:
            constant = _checked(constant * value)
        elif factor.op == "neg":
            constant = -constant
            factors.append(factor.args[0])
        else:
            factors.append(factor)
    if constant == 0:
        return number(0)
    if not factors:
        return number(constant)
    body = apply("mul", *factors)
    if constant == 1:
        return body
    return -body if constant == -1 else apply("mul", number(constant), *factors)


def _quotient(expr: Expr) -> Expr:
    above, below = expr.args
    a, b = _value(above), _value(below)
    if a == 0 and b != 0:
        return above
    if b is not None and b != 0:
        if a is not None:
            return number(_checked(a / b))
        if isinstance(b, float):
            return _product(apply("mul", number(_checked(1.0 / b)), above))
        if abs(b) == 1:
            return above if b == 1 else -above
    return expr


def _power(expr: Expr, roots: bool) -> Expr:
    base, exponent = expr.args
    p, b = _value(exponent), _value(base)
    if p == 0:
        return number(1)
    if p == 1:
        return base
    if b == 1:
        return base
    if p == 0.5 and roots:
        return apply("sqrt", base)
    if isinstance(p, Fraction):
        return power(base, p)
    return expr
