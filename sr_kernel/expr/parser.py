"""A safe reader of expression text: a precedence parser of our own, nothing is ever evaluated.

Python syntax plus ``^`` for powers, the spellings of the operator table, and names in backticks.
``pi`` and ``e`` are constants unless they are among the declared variables; every other name that
is not a function is a variable (``E``, ``I``, ``beta`` and ``lambda`` included).

V. R. Pratt, "Top down operator precedence", POPL 1973.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache

from sr_kernel.errors import ExpressionError
from sr_kernel.expr.operators import (
    ADDITIVE,
    MULTIPLICATIVE,
    NARY,
    POWER,
    SPELLINGS,
    SUGAR,
    UNARY,
)
from sr_kernel.expr.term import MAX_DEPTH, MAX_DIGITS, Expr, apply, number, symbol
from sr_kernel.expr.traversal import substitute

MAX_LENGTH = 50_000
"""Longest text that is read, in characters."""

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
      | (?P<name>[^\W\d]\w*)
      | `(?P<quoted>[^`]*)`
      | (?P<mark>\*\*|[-+*/^(),−×·])
    )""",
    re.VERBOSE,
)
_RAISED = re.compile("[²³¹⁰⁴-⁹⁺-⁾¼-¾⅐-⅞]")
"""Superscripts and fractions of one letter: part of no name, since they would be read as powers."""
_SAME_MARK = {"^": "**", "−": "-", "×": "*", "·": "*"}
_INFIX = {"+": ADDITIVE, "-": ADDITIVE, "*": MULTIPLICATIVE, "/": MULTIPLICATIVE, "**": POWER}


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    position: int


def parse(text: str, variables: Collection[str] | None = None) -> Expr:
    """The term that ``text`` spells.

    ``variables`` names the known variables: any other name is then an error, and a variable
    called like a constant (``e``) is the variable.  Raises :class:`ExpressionError` with the
    position of the first character that could not be read.
    """
    if not isinstance(text, str):
        raise ExpressionError(f"an expression is text, not {type(text).__name__}")
    if len(text) > MAX_LENGTH:
        raise ExpressionError(
            f"the expression has {len(text):,} characters, more than the {MAX_LENGTH:,} that are "
            "read: split it into parts"
        )
    return _Reader(text, variables).expression()


class _Reader:
    def __init__(self, text: str, variables: Collection[str] | None) -> None:
        self.text = text
        self.variables = variables
        self.tokens = _tokens(text)
        self.at = 0
        self.nesting = 0

    def expression(self) -> Expr:
        if self.peek().kind == "end":
            raise ExpressionError("the expression is empty: write one, such as x + 1", self.text, 0)
        result = self.infix(0)
        if self.peek().kind != "end":
            raise self.unexpected()
        return result

    def peek(self) -> _Token:
        return self.tokens[self.at]

    def take(self) -> _Token:
        token = self.tokens[self.at]
        self.at += 1
        return token

    def took(self, mark: str) -> bool:
        if self.peek().kind == "mark" and self.peek().text == mark:
            self.at += 1
            return True
        return False

    def error(self, message: str, token: _Token) -> ExpressionError:
        where = f" (at character {token.position + 1})"
        return ExpressionError(message + where, self.text, token.position)

    def unexpected(self) -> ExpressionError:
        token = self.peek()
        if token.kind == "end":
            return self.error("the expression stops early: something is missing at its end", token)
        if token.kind in ("name", "quoted", "number") or token.text == "(":
            return self.error(f"missing operator before {_clip(token.text)!r}: use * to multiply",
                              token)  # fmt: skip
        return self.error(f"unexpected {token.text!r}", token)

    def infix(self, least: int) -> Expr:
        """An operand and every infix operator after it that binds at least as strongly."""
        self.nesting += 1
        if self.nesting > MAX_DEPTH:
            raise self.error(
                f"the expression is nested more than {MAX_DEPTH} deep: name parts of it and "
                "work on those", self.peek())  # fmt: skip
        left = self.prefix()
        while (mark := self.peek()).kind == "mark":
            strength = _INFIX.get(mark.text, -1)
            if strength < least or strength < 0:
                break
            if mark.text == "**":
                self.take()
                left = apply("pow", left, self.infix(UNARY))
            elif mark.text == "/":
                self.take()
                left = self.quotient(left, mark)
            else:
                left = self.chain(left, strength)
        self.nesting -= 1
        return left

    def chain(self, left: Expr, strength: int) -> Expr:
        """A run of sums or of products, built at once: linear in its length."""
        marks = ("+", "-") if strength == ADDITIVE else ("*",)
        terms = [left]
        while self.peek().kind == "mark" and self.peek().text in marks:
            minus = self.take().text == "-"
            term = self.infix(strength + 1)
            terms.append(apply("neg", term) if minus else term)
        return apply("add" if strength == ADDITIVE else "mul", *terms)

    def quotient(self, above: Expr, mark: _Token) -> Expr:
        below = self.infix(MULTIPLICATIVE + 1)
        if below.is_number and below.value == 0:
            raise self.error("division by the literal zero has no value", mark)
        return apply("div", above, below)

    def prefix(self) -> Expr:
        minus = False
        while self.peek().kind == "mark" and self.peek().text in "+-":
            minus ^= self.take().text == "-"
            if self.peek().kind == "mark" and self.peek().text in "+-":
                continue
            # The sign binds less strongly than a power: -x**2 is -(x**2).
            operand = self.infix(POWER) if self.peek().kind != "end" else self.operand()
            return apply("neg", operand) if minus else operand
        return self.operand()

    def operand(self) -> Expr:
        token = self.peek()
        if token.kind == "number":
            return self.literal(self.take())
        if token.kind == "quoted":
            return self.variable(self.take())
        if token.kind == "name":
            self.take()
            if self.peek().kind == "mark" and self.peek().text == "(":
                return self.call(token)
            return self.name(token)
        if self.took("("):
            inner = self.infix(0)
            self.close(token)
            return inner
        if token.kind == "end":
            raise self.error("the expression stops early: something is missing at its end", token)
        before = self.tokens[self.at - 1].text if self.at else ""
        twice = ": write floor(a/b) for the whole part" if token.text == before == "/" else ""
        raise self.error(f"unexpected {token.text!r}{twice}", token)

    def close(self, opened: _Token) -> None:
        if not self.took(")"):
            if self.peek().kind == "end":
                raise self.error("this parenthesis is never closed", opened)
            raise self.unexpected()

    def literal(self, token: _Token) -> Expr:
        text = token.text
        if text.isdigit():
            if len(text) > MAX_DIGITS:
                raise self.error(f"an integer of {len(text):,} digits is too long", token)
            return number(int(text))
        value = float(text)
        if value == float("inf"):
            raise self.error(f"{_clip(text)} is beyond the range of floating point", token)
        if value == 0 and re.search("[1-9]", text.lower().partition("e")[0]):
            raise self.error(f"{_clip(text)} is too small for floating point: it would be 0", token)
        return number(value)

    def name(self, token: _Token) -> Expr:
        row = SPELLINGS.get(token.text)
        declared = self.variables is not None and token.text in self.variables
        if row is not None and not declared:
            if row.arity == 0:
                return apply(row.name)
            raise self.error(
                f"{token.text} is a function: write {token.text}(...), or `{token.text}` in "
                "backticks for a variable of that name", token)  # fmt: skip
        if token.text.lower() in ("nan", "inf", "infinity", "oo") and not declared:
            raise self.error(f"{token.text} is not a number an expression can hold", token)
        return self.variable(token)

    def variable(self, token: _Token) -> Expr:
        if self.variables is not None and token.text not in self.variables:
            raise self.error(
                f"there is no variable {_clip(token.text)!r}{_closest(token.text, self.variables)}",
                token)  # fmt: skip
        if token.kind == "name" and token.text.startswith("__"):
            raise self.error(
                f"{_clip(token.text)!r} is not accepted as a name: put it in backticks if it is "
                "one", token)  # fmt: skip
        try:
            return symbol(token.text)
        except ExpressionError as error:
            raise self.error(str(error), token) from None

    def call(self, token: _Token) -> Expr:
        opened = self.take()
        args: list[Expr] = []
        if not self.took(")"):
            args.append(self.infix(0))
            while self.took(","):
                args.append(self.infix(0))
            self.close(opened)
        return self.called(token, args)

    def called(self, token: _Token, args: list[Expr]) -> Expr:
        name, count = token.text, len(args)
        row = SPELLINGS.get(name)
        if name in ("log", "ln") and count == 2:
            return apply("div", apply("log", args[0]), apply("log", args[1]))
        if row is not None and row.arity != 0:
            if not row.accepts(count):
                raise self.arity(token, row.arity, count)
            if row.name in ("div", "mod") and args[1].is_number and args[1].value == 0:
                raise self.error("division by the literal zero has no value", token)
            return apply(row.name, *args)
        if name in SUGAR:
            if count != SUGAR[name][0]:
                raise self.arity(token, SUGAR[name][0], count)
            return substitute(_meaning(name), dict(zip("ab", args, strict=False)))
        known = [*(s for s, r in SPELLINGS.items() if r.arity), *SUGAR]
        way_out = _INSTEAD.get(name) or _closest(name, known)
        raise self.error(f"there is no function {_clip(name)!r}{way_out}", token)

    def arity(self, token: _Token, wanted: int, got: int) -> ExpressionError:
        count = (
            "two or more arguments"
            if wanted == NARY
            else f"{wanted} argument" + "s" * (wanted != 1)
        )
        return self.error(f"{token.text} takes {count}, got {got}", token)


@cache
def _meaning(name: str) -> Expr:
    return parse(SUGAR[name][1])


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    at, end = 0, len(text.rstrip())
    while at < end:
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            raise _unreadable(text, at)
        kind = match.lastgroup
        content = match[kind]
        if kind == "name" and (raised := _RAISED.search(content)):
            raise _unreadable(text, match.start(kind) + raised.start())
        tokens.append(_Token(kind, _SAME_MARK.get(content, content) if kind == "mark" else content,
                             match.start(kind) - (kind == "quoted")))  # fmt: skip
        at = match.end()
    tokens.append(_Token("end", "", end))
    return tokens


def _unreadable(text: str, at: int) -> ExpressionError:
    at += len(text[at:]) - len(text[at:].lstrip())
    char = text[at]
    hint = _HINTS.get(char) or f"{char!r} cannot be read{_way_around(char)}"
    return ExpressionError(f"{hint} (at character {at + 1})", text, at)


_HINTS = {
    "`": "a backtick is never closed",
    "=": "an expression has no =",
    "~": "~ belongs to a formula, not to an expression",
    "|": "write abs(x) for the absolute value",
    "%": "write mod(a, b) for the remainder",
    "<": "an expression has no comparison: an assumption has",
    ">": "an expression has no comparison: an assumption has",
    "÷": "'÷' cannot be read: write / to divide",
    "√": "'√' cannot be read: write sqrt(x) for the root",
    "!": "'!' cannot be read: there are no factorials",
}


def _way_around(char: str) -> str:
    """What to do about a character that looks like something else, or like nothing at all."""
    if _RAISED.match(char):
        return ": write a power as x**2 and a fraction as 1/2"
    if unicodedata.category(char) in ("Cf", "Cc", "Mn"):
        name = unicodedata.name(char, "a control character")
        return f": it is {name}, which may not be seen; remove it, or put the name in backticks"
    return ""


_ANGLE = ": write 2*atan(y/(sqrt(x**2 + y**2) + x)) for the angle of the point (x, y)"
_INSTEAD = {"atan2": _ANGLE, "arctan2": _ANGLE, "fma": ": write a*b + c"}
"""Ways out for functions that are another function's neighbours in name only."""


def _closest(name: str, known: Collection[str]) -> str:
    near = difflib.get_close_matches(name[:50], known, n=1)
    if near:
        return f": did you mean {near[0]}?"
    listed = sorted(known)[:12]
    return f": known are {', '.join(listed)}" + (", ..." if len(known) > 12 else "")


def _clip(text: str) -> str:
    return text if len(text) <= 40 else text[:37] + "..."
