"""Folding what fitting leaves behind: factors of 1, terms of 0, literals side by side.

Only exact numbers are neutral; 1.0*x has a constant yet to be fitted.

Free constants are moved outwards, exp(2.0 + x) becomes 7.39*exp(x), so that one function has one
spelling whichever proposer it came from.
"""

from __future__ import annotations

import math
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
        case "exp":
            return _exponential(expr)
        case "sqrt":
            return _root(expr)
        case "log":
            return _logarithm(expr)
    return expr


def _exactly(value: Number, whole: int) -> bool:
    """Whether ``value`` is that integer; a float is a free constant, whatever it is just now."""
    return isinstance(value, Fraction) and value == whole


def _checked(value: Number) -> Number:
    if isinstance(value, float) and not abs(value) < 1e307:
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
    if not _exactly(constant, 0) or not terms:
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
    if _exactly(constant, 0):
        return number(0)
    if not factors:
        return number(constant)
    body = apply("mul", *factors)
    if _exactly(constant, 1):
        return body
    if body.op == "div":
        # 2*(f/g) is spelled 2*f/g.
        above = _product(apply("mul", number(constant), body.args[0]))
        return apply("div", above, body.args[1])
    return -body if _exactly(constant, -1) else apply("mul", number(constant), *factors)


def _quotient(expr: Expr) -> Expr:
    above, below = expr.args
    a, b = _value(above), _value(below)
    if b is not None and b != 0:
        if a is not None:
            return number(_checked(a / b))
        if isinstance(b, float):
            return _product(apply("mul", number(_checked(1.0 / b)), above))
        if abs(b) == 1:
            return above if b == 1 else -above
    c, rest = _split(below)
    if c is not None and abs(c) > 1e-307:
        scaled = _product(apply("mul", number(_checked(1.0 / c)), above))
        return apply("div", scaled, rest)
    if below.op == "div":
        return _quotient(apply("div", _product(apply("mul", above, below.args[1])), below.args[0]))
    if above.op == "div":
        return apply("div", above.args[0], _product(apply("mul", above.args[1], below)))
    return expr


def _split(expr: Expr) -> tuple[float | None, Expr]:
    """``expr`` as (c, f) with expr = c f and c a float; (None, expr) without such a factor."""
    if expr.op == "mul" and isinstance(expr.args[0].value, float):
        return expr.args[0].value, apply("mul", *expr.args[1:])
    return None, expr


def _exponential(expr: Expr) -> Expr:
    """exp(c + f) as C exp(f), and exp(c log u) as u**c."""
    [inner] = expr.args
    if inner.op == "add":
        constants = [t.value for t in inner.args if isinstance(t.value, float)]
        if constants and abs(sum(constants)) < 600:
            rest = apply("add", *(t for t in inner.args if not isinstance(t.value, float)))
            return apply("mul", number(math.exp(sum(constants))), _exponential(apply("exp", rest)))
    c, rest = _split(inner)
    if c is not None and rest.op == "log":
        return apply("pow", rest.args[0], number(c))
    return expr


def powers_inside(expr: Expr) -> Expr:
    """``expr`` with roots and powers of exponentials written inside them: sqrt(exp(u)) as exp(u/2),
    which says more and has a value where exp(u) underflows."""
    return transform(expr, _inside)


def _inside(expr: Expr) -> Expr:
    if expr.op not in ("sqrt", "pow") or expr.args[0].op != "exp":
        return expr
    p = Fraction(1, 2) if expr.op == "sqrt" else _value(expr.args[1])
    if p is None:
        return expr
    [inner] = expr.args[0].args
    sign, body = (-1, inner.args[0]) if inner.op == "neg" else (1, inner)
    if isinstance(p, Fraction) and abs(p.numerator) == 1 and not _literal(body):
        scaled = apply("div", body, number(abs(p.denominator)))
        return apply("exp", scaled if sign * p > 0 else -scaled)
    return apply("exp", _product(apply("mul", number(sign * p), body)))


def _literal(expr: Expr) -> bool:
    """Whether ``expr`` begins with a number, which another is folded with."""
    return _value(expr.args[0] if expr.op in ("mul", "div") else expr) is not None


def _root(expr: Expr) -> Expr:
    if expr.args[0].op == "exp":
        return _inside(expr)
    c, rest = _split(expr.args[0])
    if c is not None and c > 0:
        return apply("mul", number(math.sqrt(c)), apply("sqrt", rest))
    return expr


def _logarithm(expr: Expr) -> Expr:
    """log(c u) as log(c) + log(u), and log(u**p) as p log(u) for a broken p, where u > 0."""
    [inner] = expr.args
    c, rest = _split(inner)
    if inner.op == "div" and isinstance(inner.args[0].value, float) and inner.args[0].value > 0:
        return number(math.log(inner.args[0].value)) - apply("log", inner.args[1])
    if c is not None and c > 0:
        return apply("add", number(math.log(c)), _logarithm(apply("log", rest)))
    exponent = inner.args[1].value if inner.op == "pow" else None
    if isinstance(exponent, float) or (isinstance(exponent, Fraction) and exponent.denominator > 1):
        return apply("mul", number(exponent), apply("log", inner.args[0]))
    return expr


def _power(expr: Expr, roots: bool) -> Expr:
    base, exponent = expr.args
    p, b = _value(exponent), _value(base)
    if p is not None and _exactly(p, 0):
        return number(1)
    if p is not None and _exactly(p, 1):
        return base
    if b is not None and _exactly(b, 1):
        return base
    if p is not None and base.op == "exp":
        return _inside(expr)
    if isinstance(p, Fraction) and p == Fraction(1, 2) and roots:
        return apply("sqrt", base)
    c, rest = _split(base)
    if c is not None and c > 0 and p is not None and abs(math.log10(c) * float(p)) < 300:
        inner = _power(apply("pow", rest, exponent), roots)
        return apply("mul", number(_checked(c ** float(p))), inner)
    if isinstance(p, Fraction):
        return power(base, p)
    return expr
