"""Row filters such as `a > 1 and body != "Pluto"`: comparisons, read by our own parser.

Comparisons may be chained (`1 < a <= 5`) and joined by `and`, `&` or commas.  Text columns are
compared with `==` and `!=` to a quoted text.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from sr_kernel.errors import ExpressionError, FormulaError
from sr_kernel.expr import Expr, parse
from sr_kernel.formula.derived import values_of
from sr_kernel.formula.table import Table
from sr_kernel.formula.token import Token, tokens

MAX_LENGTH = 10_000
"""Longest filter in characters."""

_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
    "==": np.equal,
    "!=": np.not_equal,
}
_JOINS = frozenset({"and", "&", "&&", ","})
_OTHER_JOINS = frozenset({"or", "not", "|", "||", "!"})
_EXAMPLE = "for example a > 1 and b <= 5"
_Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Comparison:
    """`left` and `right` are expressions in the columns, or texts."""

    left: Expr | str
    mark: str
    right: Expr | str


@dataclass(frozen=True)
class RowFilter:
    """Comparisons that all have to hold."""

    text: str
    comparisons: tuple[Comparison, ...]

    @classmethod
    def parse(cls, text: str, table: Table) -> "RowFilter":
        """Read `text` over the columns of `table`. Raises FormulaError with the way out."""
        if len(text) > MAX_LENGTH:
            raise FormulaError(
                f"the row filter has {len(text)} characters, at most {MAX_LENGTH} are read: "
                "filter the data before"
            )
        found = list(tokens(text))
        if not found:
            raise FormulaError(f"the row filter is empty: write a comparison, {_EXAMPLE}", text, 0)
        reader = _Reader(text, table)
        return cls(
            text.strip(), tuple(c for part in _joined(found) for c in reader.comparisons(part))
        )

    def mask(self, table: Table) -> _Mask:
        """Rows of `table` that pass, shape (n,); a missing value passes no comparison."""
        passed = np.ones(table.rows, dtype=np.bool_)
        for comparison in self.comparisons:
            passed &= _holds(comparison, table)
        return passed


def _joined(found: Sequence[Token]) -> list[list[Token]]:
    parts: list[list[Token]] = [[]]
    for token in found:
        if token.depth == 0 and token.text in _JOINS and token.kind != "string":
            parts.append([])
        else:
            parts[-1].append(token)
    return [part for part in parts if part]


class _Reader:
    def __init__(self, text: str, table: Table) -> None:
        self.text = text
        self.table = table

    def comparisons(self, part: Sequence[Token]) -> list[Comparison]:
        places = [i for i, token in enumerate(part) if token.text in _COMPARE and not token.depth]
        if not places or any(token.text in _OTHER_JOINS and not token.depth for token in part):
            raise self._unreadable(part)
        bounds = [-1, *places, len(part)]
        operands = [self._operand(part[start + 1 : end], part) for start, end in pairwise(bounds)]
        marks = [part[place].text for place in places]
        found = [
            Comparison(left, mark, right)
            for left, mark, right in zip(operands, marks, operands[1:], strict=False)
        ]
        for comparison in found:
            self._check(comparison, part)
        return found

    def _operand(self, side: Sequence[Token], part: Sequence[Token]) -> Expr | str:
        if not side:
            raise self._unreadable(part)
        start, end = side[0].start, side[-1].end
        if len(side) == 1 and side[0].kind == "string":
            return side[0].text[1:-1]
        try:
            return parse(" " * start + self.text[start:end], self.table.names)
        except ExpressionError as error:
            raise FormulaError(str(error), self.text, error.position) from None

    def _check(self, comparison: Comparison, part: Sequence[Token]) -> None:
        """A quoted text stands opposite a text column, and only equality is asked of it."""
        for side, other in (
            (comparison.left, comparison.right),
            (comparison.right, comparison.left),
        ):
            if isinstance(side, str):
                is_column = isinstance(other, Expr) and other.is_symbol
                if not is_column or str(getattr(other, "value", "")) not in self.table.text_names:
                    raise self._error(f"{side!r} is not compared with a column of text", part)
                if comparison.mark not in ("==", "!="):
                    raise self._error("texts are compared with == and != only", part)

    def _unreadable(self, part: Sequence[Token]) -> FormulaError:
        words = {token.text for token in part}
        if words & _OTHER_JOINS:
            return self._error("only 'and' joins comparisons", part)
        if "=" in words:
            return self._error("equality is written ==", part)
        return self._error("this is not a comparison", part)

    def _error(self, message: str, part: Sequence[Token]) -> FormulaError:
        start = part[0].start
        shown = self.text[start : part[-1].end][:60]
        return FormulaError(f"row filter {shown!r}: {message}, {_EXAMPLE}", self.text, start)


def _holds(comparison: Comparison, table: Table) -> _Mask:
    compare = _COMPARE[comparison.mark]
    sides = (comparison.left, comparison.right)
    if any(isinstance(side, str) for side in sides):
        left, right = (_texts(side, table) for side in sides)
        return np.asarray(compare(left, right), dtype=np.bool_)
    numbers = [values_of(side, table) for side in sides if isinstance(side, Expr)]
    known = np.isfinite(numbers[0]) & np.isfinite(numbers[1])
    return np.asarray(compare(*numbers), dtype=np.bool_) & known


def _texts(side: Expr | str, table: Table) -> npt.NDArray[np.object_]:
    if isinstance(side, str):
        return np.array([side] * table.rows, dtype=np.object_)
    return np.array(table.column(str(side.value)).texts, dtype=np.object_)
