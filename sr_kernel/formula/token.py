"""Tokens of formulas and row filters: only what is needed to find where terms begin and end.

Terms themselves are read by the expression parser, from the same text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sr_kernel.errors import FormulaError

MAX_NESTING = 200

_TOKEN = re.compile(
    r"""\s*(?:(?P<quoted>`[^`]*`?)
        |(?P<number>(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?)
        |(?P<name>[^\W\d]\w*)
        |(?P<string>'[^']*'|"[^"]*")
        |(?P<mark>\*\*|[<>=!]=|//|\S))""",
    re.VERBOSE,
)


@dataclass(frozen=True)
class Token:
    """`kind` is "quoted", "number", "name", "string" or "mark"; [start, end) is its place."""

    kind: str
    text: str
    start: int
    end: int
    depth: int


def tokens(text: str) -> Iterator[Token]:
    """The tokens of `text` with their depth in parentheses (a parenthesis has the outer depth).

    Raises FormulaError for parentheses that do not match or nest too deep.
    """
    opened: list[int] = []
    for match in _TOKEN.finditer(text.rstrip()):
        kind = match.lastgroup or "mark"
        word, start = match.group(kind), match.start(kind)
        if kind == "quoted" and (len(word) < 3 or not word.endswith("`")):
            raise FormulaError("a backtick is not closed: write `name`", text, start)
        if word == ")":
            if not opened:
                raise FormulaError("a ')' has no '(' before it: remove it", text, start)
            opened.pop()
        yield Token(kind, word, start, match.end(kind), len(opened))
        if word == "(":
            opened.append(start)
            if len(opened) > MAX_NESTING:
                message = f"the formula is nested more than {MAX_NESTING} deep"
                raise FormulaError(f"{message}: make the inner part a column", text, start)
    if opened:
        raise FormulaError("a '(' is not closed: add the ')'", text, opened[-1])
