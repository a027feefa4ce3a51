"""What a search has tried that was new, to be asked once it is over."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sr_kernel.expr import Expr, to_text
from sr_kernel.search.pattern import Pattern

if TYPE_CHECKING:
    from sr_kernel.search.refine import Fitted


@dataclass(frozen=True, slots=True)
class Record:
    """A fitted term: ``loss`` is relative to the target's variance, ``length`` the description
    length in nats; both are of a short fit unless the term went on to the front."""

    expr: Expr
    size: int
    parameters: int
    loss: float
    length: float

    @classmethod
    def of(cls, fitted: Fitted) -> Record:
        """What is remembered of ``fitted``."""
        return cls(fitted.expr, fitted.size, fitted.parameters, fitted.loss, fitted.length)

    @property
    def equation(self) -> str:
        """The term as text."""
        return to_text(self.expr)

    @property
    def key(self) -> str:
        """The functional hash of the term, the same in every process."""
        from sr_kernel.equality import canonical_hash

        return canonical_hash(self.expr)


class History(Sequence[Record]):
    """Records, shortest description first."""

    def __init__(self, records: Iterable[Record] = ()) -> None:
        self._records = sorted(records, key=_order)

    def __len__(self) -> int:
        return len(self._records)

    def __getitem__(self, index: int) -> Record:  # type: ignore[override]  # no slices
        return self._records[index]

    def __iter__(self) -> Iterator[Record]:
        return iter(self._records)

    def __repr__(self) -> str:
        return f"<{len(self)} functions tried>"

    def query(
        self,
        count: int | None = None,
        *,
        pattern: str | Expr | Pattern | None = None,
        max_size: int | None = None,
        max_parameters: int | None = None,
        where: Callable[[Expr], bool] | None = None,
    ) -> list[Record]:
        """The ``count`` records (None: all) with the shortest descriptions that meet what is asked.

        ``pattern`` is a sub-expression such as ``"sin(_)"``: ``_`` stands for anything, ``_a`` for
        the same term throughout, ``_c`` for a number.
        """
        return chosen(self._records, count, pattern, max_size, max_parameters, where)


def chosen(
    records: Iterable[Record],
    count: int | None,
    pattern: str | Expr | Pattern | None,
    max_size: int | None,
    max_parameters: int | None,
    where: Callable[[Expr], bool] | None,
) -> list[Record]:
    """Those of ``records`` that meet what is asked, by description length."""
    if pattern is not None and not isinstance(pattern, Pattern):
        pattern = Pattern(pattern)
    found = (
        record
        for record in records
        if (max_size is None or record.size <= max_size)
        and (max_parameters is None or record.parameters <= max_parameters)
        and (pattern is None or pattern.occurs_in(record.expr))
        and (where is None or where(record.expr))
    )
    return sorted(found, key=_order) if count is None else heapq.nsmallest(count, found, key=_order)


def _order(record: Record) -> tuple[float, int]:
    return record.length, record.size
