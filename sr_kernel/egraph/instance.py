"""Patterns and core nodes as printed expressions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from sr_kernel.egraph.pattern import Pattern, compute
from sr_kernel.expr import OPERATORS, Expr, apply, number

_OPERATOR_OF = {row.egg: row.name for row in OPERATORS.values()}
_HALF = Fraction(1, 2)
_ONE, _MINUS_ONE = number(1), number(-1)
"""Exact: a fitted 1.0 is not dropped."""

NEUTRAL = {"Add": ((0, 0), (1, 0)), "Mul": ((0, 1), (1, 1)), "Pow": ((1, 1),)}
"""Places and values of the arguments that change nothing."""


class NoInstanceError(ValueError):
    """The pattern has no instance: its arithmetic has no value for these literals."""


def instantiate(
    pattern: Pattern, terms: Mapping[str, Expr], literals: Mapping[str, Fraction]
) -> Expr:
    """The expression of a pattern with its metavariables filled in.

    Raises :class:`NoInstanceError` where the pattern computes a literal that does not exist.
    """
    head = pattern[0]
    if head == "?":
        return terms[pattern[1]]
    if head in ("Num", "Flt"):
        value = compute(pattern[1], dict(literals))
        if value is None:
            raise NoInstanceError(f"{pattern[1]} has no value")
        return number(float(value) if head == "Flt" else value)
    return surface(head, *(instantiate(part, terms, literals) for part in pattern[1:]))


def surface(head: str, *args: Expr) -> Expr:
    """A core application as it is printed: ``-1*a`` is ``-a``, ``a*b**-1`` is ``a/b`` ..."""
    special = _SPECIAL.get(head)
    return special(*args) if special else apply(_OPERATOR_OF[head], *args)


def printed(head: str, args: Sequence[Expr]) -> Expr:
    """A core application without the ones and zeros that are no step to be rid of."""
    for place, neutral in NEUTRAL.get(head, ()):
        if args[place].value == neutral and isinstance(args[place].value, Fraction):
            return args[1 - place]
    return surface(head, *args)


def _sum(left: Expr, right: Expr) -> Expr:
    return left + right


def _product(left: Expr, right: Expr) -> Expr:
    if left is _MINUS_ONE:
        return -right
    if right.op == "div" and right.args[0] is _ONE:
        return left / right.args[1]
    if left.op == "div" and left.args[0] is _ONE:
        return right / left.args[1]
    return left * right


def _power(base: Expr, exponent: Expr) -> Expr:
    value: Any = exponent.value
    if value == _HALF and isinstance(value, Fraction):
        return apply("sqrt", base)
    if isinstance(value, Fraction) and value < 0:
        return 1 / (base if value == -1 else _power(base, number(-value)))
    return base**exponent


def _exponential(arg: Expr) -> Expr:
    return apply("e") if arg is _ONE else apply("exp", arg)


_SPECIAL: Mapping[str, Callable[..., Expr]] = {
    "Add": _sum,
    "Mul": _product,
    "Pow": _power,
    "Exp": _exponential,
}
