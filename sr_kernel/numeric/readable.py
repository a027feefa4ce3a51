"""Conditions on a term's sign, said of its variables: ``1 - x > 0`` is ``x < 1``.

Every step keeps the meaning where the term is defined; what a step needs to be defined is a
condition of its own elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from sr_kernel.expr import OPERATORS, Expr, apply, number
from sr_kernel.numeric.relation import FLIPPED, ZERO, Relation

_ONE = number(1)


def readable(term: Expr, sign: str) -> Iterator[Relation]:
    """``term sign 0`` as one relation, several for a product, none where it always holds."""
    row = OPERATORS.get(term.op)
    if row is not None and row.parity == "odd" and row.monotone:
        yield from readable(term.args[0], sign if row.monotone > 0 else FLIPPED[sign])
        return
    match term.op:
        case "mul":
            yield from _of_product(term, sign)
        case "div":
            yield from _of_quotient(term, sign)
        case "pow":
            yield from _of_power(term, sign)
        case "exp" | "cosh" if sign in (">", ">=", "!="):
            return
        case "abs" | "sqrt" if sign in (">", "!="):
            yield from readable(term.args[0], "!=")
        case "abs" | "sqrt" if sign == ">=":
            return
        case "log":
            yield from readable(term.args[0] - _ONE, sign)
        case _:
            yield _of_sum(term, sign)


def _of_product(term: Expr, sign: str) -> Iterator[Relation]:
    factors = [factor for factor in term.args if not _is_literal(factor)]
    negative = sum(_value(factor) < 0 for factor in term.args if _is_literal(factor))
    if negative % 2:
        sign = FLIPPED[sign]
    if sign == "!=":
        for factor in factors:
            yield from readable(factor, sign)
    elif len(factors) == 1:
        yield from readable(factors[0], sign)
    else:
        yield Relation(apply("mul", *factors) if factors else term, sign, ZERO)


def _of_quotient(term: Expr, sign: str) -> Iterator[Relation]:
    above, below = term.args
    if sign == "!=":
        yield from readable(above, sign)
    elif _is_literal(below) and _value(below) != 0:
        yield from readable(above, sign if _value(below) > 0 else FLIPPED[sign])
    elif _is_literal(above) and _value(above) != 0:
        # The divisor is not 0, so >= is > here.
        strict = sign.rstrip("=") if sign in (">=", "<=") else sign
        yield from readable(below, strict if _value(above) > 0 else FLIPPED[strict])
    else:
        yield Relation(term, sign, ZERO)


def _of_power(term: Expr, sign: str) -> Iterator[Relation]:
    base, exponent = term.args
    if not _is_literal(exponent) or _value(exponent) <= 0 or sign in ("<", "<=", "=="):
        if not (sign == "!=" and _is_literal(exponent)):
            yield Relation(term, sign, ZERO)
        return  # a negative power is never 0
    odd = _value(exponent) % 2 == 1
    if odd or sign == "!=":
        yield from readable(base, sign)
    elif sign == ">":
        yield from readable(base, "!=")


def _of_sum(term: Expr, sign: str) -> Relation:
    """The terms with a minus on the right, numbers too where a variable stays on the left."""
    parts = term.args if term.op == "add" else (term,)
    numbers = [part for part in parts if _is_literal(part)]
    others = [part for part in parts if not _is_literal(part)]
    left = [part for part in others if part.op != "neg"]
    right = [part.args[0] for part in others if part.op == "neg"]
    if not left and right:
        left, right, sign = right, left, FLIPPED[sign]
        numbers = [-each for each in numbers]
    if not left:
        return Relation(term, sign, ZERO)
    moved = [-each for each in numbers]
    far = [*right, *moved]
    return Relation(apply("add", *left), sign, apply("add", *far) if far else ZERO)


def _is_literal(term: Expr) -> bool:
    return isinstance(term.value, Fraction | float)


def _value(term: Expr) -> Fraction | float:
    assert isinstance(term.value, Fraction | float)
    return term.value
