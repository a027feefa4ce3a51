"""Terms as source text: what the programming languages that we write have in common.

Sums, products, quotients and minus signs are written alike in all of them, with Python's binding
strengths.  A language adds how it writes numbers, powers, functions and the program around them.
"""

from __future__ import annotations

import keyword
import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping
from fractions import Fraction
from typing import ClassVar

from sr_kernel.expr.operators import (
    ADDITIVE,
    ATOM,
    MULTIPLICATIVE,
    NARY,
    OPERATORS,
    POWER,
    UNARY,
    Operator,
)
from sr_kernel.expr.printer import to_text
from sr_kernel.expr.term import Expr
from sr_kernel.expr.traversal import walk

LARGEST_EXACT = 2**53
"""Integers up to here are doubles."""


class Source(ABC):
    """Writes ``expr`` with ``names`` for its variables.

    A literal is *lone* where none of its neighbours is a value of the language's library, so that
    the language would compute with it in its own numbers.
    """

    lone_in_calls: ClassVar[bool] = False
    """Whether the library's functions take nothing but the library's values."""

    def __init__(self, expr: Expr, names: Mapping[str, str]) -> None:
        self.names = names
        self.fixed = _constant_parts(expr)

    def show(self, expr: Expr, outer: int = 0, lone: bool = False) -> str:
        """``expr``, in parentheses if it binds less strongly than ``outer``."""
        text, strength = self.spelled(expr, lone)
        return text if strength >= outer else f"({text})"

    def spelled(self, expr: Expr, lone: bool) -> tuple[str, int]:
        """``expr`` and how strongly it binds."""
        if expr.is_symbol:
            return self.names[str(expr.value)], ATOM
        if isinstance(expr.value, Fraction | float):
            return self.literal(expr.value, lone)
        row = OPERATORS[expr.op]
        if row.value is not None:
            return self.constant(row, lone), ATOM
        if row.precedence == ATOM:
            return self.call(
                row, [self.show(arg, 0, self.lone_in_calls) for arg in expr.args]
            ), ATOM
        return self.arithmetic(expr, row, self.has_lone(expr))

    def has_lone(self, expr: Expr) -> bool:
        """Whether literals among the arguments of ``expr`` are lone."""
        return expr in self.fixed or sum(arg.is_number for arg in expr.args) > 1

    def arithmetic(self, expr: Expr, row: Operator, lone: bool) -> tuple[str, int]:
        """A sum, product, quotient, power or minus."""
        first, *rest = expr.args
        match expr.op:
            case "add":
                return self.sum(expr, lone), ADDITIVE
            case "neg":
                return "-" + self.show(first, UNARY, lone), UNARY
            case "pow":
                return self.power(first, rest[0], lone)
        shown = [self.show(first, MULTIPLICATIVE, lone)]
        shown += [self.show(arg, MULTIPLICATIVE + 1, lone) for arg in rest]
        return row.symbol.join(shown), MULTIPLICATIVE

    def sum(self, expr: Expr, lone: bool) -> str:
        """Terms with a minus in front are subtracted."""
        text = self.show(expr.args[0], ADDITIVE, lone)
        for term in expr.args[1:]:
            if term.op == "neg":
                text += " - " + self.show(term.args[0], ADDITIVE + 1, lone)
            else:
                shown = self.show(term, ADDITIVE + 1, lone)
                negative = term.is_number and shown.startswith("-")
                text += " - " + shown[1:] if negative else " + " + shown
        return text

    def power(self, base: Expr, exponent: Expr, lone: bool) -> tuple[str, int]:
        """A power as Python writes it."""
        text = f"{self.show(base, POWER + 1, lone)}**{self.show(exponent, UNARY, lone)}"
        return text, POWER

    def call(self, row: Operator, args: list[str]) -> str:
        """A function; those of any number of arguments are taken to be the library's of two."""
        function = self.function(row)
        if row.arity != NARY:
            return f"{function}({', '.join(args)})"
        text = args[0]
        for arg in args[1:]:
            text = f"{function}({text}, {arg})"
        return text

    @abstractmethod
    def function(self, row: Operator) -> str:
        """What a function is called."""

    @abstractmethod
    def constant(self, row: Operator, lone: bool) -> str:
        """A constant of the table, such as pi."""

    @abstractmethod
    def literal(self, value: Fraction | float, lone: bool) -> tuple[str, int]:
        """A number and how strongly it binds."""


def _constant_parts(expr: Expr) -> frozenset[Expr]:
    """The sub-terms without variables."""
    found: set[Expr] = set()
    for node in walk(expr):
        if not node.is_symbol and all(arg in found for arg in node.args):
            found.add(node)
    return frozenset(found)


def python_literal(value: Fraction | float) -> tuple[str, int]:
    """A number that Python computes to the nearest double."""
    if isinstance(value, Fraction) and max(abs(value.numerator), value.denominator) > LARGEST_EXACT:
        value = _nearest(value)
    text = 'float("inf")' if value == float("inf") else str(value)
    text = '-float("inf")' if value == -float("inf") else text
    return text, MULTIPLICATIVE if "/" in text else UNARY if text.startswith("-") else ATOM


def _nearest(value: Fraction) -> float:
    """The nearest double, an infinity beyond their range."""
    try:
        return float(value)
    except OverflowError:
        return float("inf") if value > 0 else -float("inf")


def double_literal(value: Fraction | float) -> tuple[str, int]:
    """A number that C computes to the nearest double."""
    if isinstance(value, Fraction) and value.denominator != 1:
        parts = value.numerator, value.denominator
        if max(abs(parts[0]), parts[1]) <= LARGEST_EXACT:
            return f"{float(parts[0])!r}/{float(parts[1])!r}", MULTIPLICATIVE
    double = _nearest(value) if isinstance(value, Fraction) else value
    text = repr(double).replace("inf", "HUGE_VAL")
    return text, UNARY if double < 0 else ATOM


def identifiers(
    columns: tuple[str, ...], taken: Collection[str], plain: Callable[[str], str]
) -> dict[str, str]:
    """A name for each column, distinct and none of ``taken``; ``plain`` makes a text a name."""
    found: dict[str, str] = {}
    for column in columns:
        name = plain(column)
        if name in taken:
            name = f"x_{name}"
        while name in taken or name in found.values():
            name += "_"
        found[column] = name
    return found


def python_name(text: str) -> str:
    """``text`` as an identifier of Python."""
    # Python reads identifiers in this form: two that look apart may be one.
    name = unicodedata.normalize("NFKC", text)
    name = "".join(char if f"x{char}".isidentifier() else "_" for char in name)
    return name if name.isidentifier() and not keyword.iskeyword(name) else f"x_{name}"


def docstring(expr: Expr) -> str:
    """The equation between Python's triple quotes."""
    about = to_text(expr).replace("\\", "\\\\").replace('"', '\\"')
    return f'"""{about}"""'
