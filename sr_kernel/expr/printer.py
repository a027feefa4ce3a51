"""Plain text in Python syntax, read back by :func:`sr_kernel.expr.parse` as the same term."""

from __future__ import annotations

import keyword
from fractions import Fraction

from sr_kernel.expr.operators import (
    ADDITIVE,
    ATOM,
    MULTIPLICATIVE,
    OPERATORS,
    POWER,
    SPELLINGS,
    SUGAR,
    UNARY,
)
from sr_kernel.expr.term import Expr

_RESERVED = frozenset(SPELLINGS) | frozenset(SUGAR) | {"inf", "nan", "pow"}


def to_text(expr: Expr, digits: int | None = None) -> str:
    """``expr`` in Python syntax; floats with ``digits`` significant digits (default: all)."""
    return _Printer(digits).show(expr, 0)


def quoted(name: str) -> str:
    """``name`` as it stands in an expression: in backticks unless it is a plain identifier."""
    plain = name.isidentifier() and not keyword.iskeyword(name) and name not in _RESERVED
    plain = plain and not name.startswith("__")
    return name if plain else f"`{name}`"


def float_text(value: float, digits: int | None = None) -> str:
    """The shortest decimal that reads back as ``value``, or one of ``digits`` digits."""
    if digits is None:
        return repr(value)
    text = f"{value:.{digits}g}"
    return text if any(mark in text for mark in ".en") else text + ".0"


class _Printer:
    def __init__(self, digits: int | None) -> None:
        self.digits = digits

    def show(self, expr: Expr, outer: int) -> str:
        """``expr`` in parentheses if it binds less strongly than ``outer``."""
        text, strength = self.spelled(expr)
        return text if strength >= outer else f"({text})"

    def spelled(self, expr: Expr) -> tuple[str, int]:
        if expr.is_symbol:
            return quoted(str(expr.value)), ATOM
        if isinstance(expr.value, Fraction | float):
            return self.literal(expr.value)
        match expr.op:
            case "add":
                return self.sum(expr), ADDITIVE
            case "mul":
                first, *rest = expr.args
                shown = [self.show(first, MULTIPLICATIVE)]
                shown += [self.show(factor, MULTIPLICATIVE + 1) for factor in rest]
                return "*".join(shown), MULTIPLICATIVE
            case "div":
                above, below = expr.args
                text = f"{self.show(above, MULTIPLICATIVE)}/{self.show(below, MULTIPLICATIVE + 1)}"
                return text, MULTIPLICATIVE
            case "neg":
                return "-" + self.show(expr.args[0], UNARY), UNARY
            case "pow":
                base, exponent = expr.args
                return f"{self.show(base, POWER + 1)}**{self.show(exponent, UNARY)}", POWER
        if not expr.args:
            return expr.op, ATOM
        inner = ", ".join(self.show(arg, 0) for arg in expr.args)
        return f"{OPERATORS[expr.op].name}({inner})", ATOM

    def literal(self, value: Fraction | float) -> tuple[str, int]:
        if isinstance(value, float):
            return float_text(value, self.digits), ATOM if value >= 0 else UNARY
        if value.denominator != 1:
            return f"{value.numerator}/{value.denominator}", MULTIPLICATIVE
        return str(value.numerator), ATOM if value >= 0 else UNARY

    def sum(self, expr: Expr) -> str:
        text = self.show(expr.args[0], ADDITIVE)
        for term in expr.args[1:]:
            if term.op == "neg":
                text += " - " + self.show(term.args[0], ADDITIVE + 1)
            elif isinstance(term.value, Fraction | float) and term.value < 0:
                text += " - " + self.literal(-term.value)[0]
            else:
                text += " + " + self.show(term, ADDITIVE + 1)
        return text
