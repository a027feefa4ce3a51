"""The guide's corpus: an endless stream of tables with the laws behind them, and labels.

Laws come from :mod:`~sr_kernel.guide.grammar`, data from :mod:`~sr_kernel.guide.points`.  No two
laws that the stream remembers share a key of :mod:`~sr_kernel.guide.keys`; laws that share one with
the exclusion list never come.  Everything follows from the seed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sr_kernel.errors import OptionError
from sr_kernel.expr import Expr
from sr_kernel.expr.operators import FloatArray
from sr_kernel.guide.exclusion import Hashes, is_excluded, stored
from sr_kernel.guide.grammar import Grammar, Laws, parts_of
from sr_kernel.guide.keys import keys_of
from sr_kernel.guide.points import MOST_COLUMNS, Tables, draw_tables
from sr_kernel.search.machine import CODES

VERSION = 2
"""Raised with every change after which the same seed gives another stream."""

OPERATORS = (
    "add", "mul", "div", "pow", "sqrt", "exp", "log", "sin", "cos", "tan", "tanh", "asin", "acos",
    "atan", "abs", "sinh", "cosh",
)  # fmt: skip
"""Operators whose presence is a label.  A difference is a sum; a minus sign is no operator."""
ROOTS = tuple(name for name in CODES if name not in ("input", "theta", "constant"))
"""Operations that a law can have at its root."""

LABEL = np.array([
    OPERATORS.index("add" if name == "sub" else name) if name in ("sub", *OPERATORS) else -1
    for name in CODES
])  # fmt: skip
"""The place in OPERATORS of each code of a step; -1 for one that is no label."""
_CANDIDATES = 1024
"""Laws that are drawn at a time: part of what the stream is."""
_BINARY = np.array([CODES[name] for name in ("add", "sub", "mul", "div", "pow")])


class Labels(NamedTuple):
    """What is to be told of ``m`` laws.

    ``operators`` (m, len(OPERATORS)): which occur.  ``used`` (m, MOST_COLUMNS): which columns are
    in the law.  ``size`` (m,): nodes.  ``constants`` (m,): constants, exponents included.
    ``noise`` (m,): relative to the target's standard deviation.  ``root`` (m,): the operation to
    undo, an index of ROOTS.  ``remains`` (m,): the argument of it, 0 or 1, that is then left: the
    larger, never a constant, the first of equal ones.
    """

    operators: NDArray[np.bool_]
    used: NDArray[np.bool_]
    size: Any
    constants: Any
    noise: FloatArray
    root: Any
    remains: Any


@dataclass(frozen=True, eq=False)
class Pair:
    """One table with its law: row ``index`` of a batch."""

    batch: Batch
    index: int

    @property
    def X(self) -> FloatArray:  # noqa: N802
        """The table (n, p)."""
        tables, i = self.batch.tables, self.index
        start, rows, columns = tables.x_start[i], tables.rows[i], tables.columns[i]
        return tables.X[start : start + rows * columns].reshape(rows, columns)

    @property
    def y(self) -> FloatArray:
        """The target (n,) with its noise."""
        return self._of(self.batch.tables.y)

    @property
    def exact(self) -> FloatArray:
        """The target (n,) without noise."""
        return self._of(self.batch.tables.exact)

    def _of(self, values: FloatArray) -> FloatArray:
        start = self.batch.tables.y_start[self.index]
        return values[start : start + self.batch.tables.rows[self.index]]

    @property
    def names(self) -> tuple[str, ...]:
        """The columns' names: x1, x2, ..."""
        return tuple(f"x{j + 1}" for j in range(self.batch.tables.columns[self.index]))

    @cached_property
    def parts(self) -> list[Expr]:
        """The terms of the law's steps, arguments before what they are part of; last, the law."""
        place = self.batch.tables.place[self.index]
        names = [f"x{j + 1}" for j in place]
        return parts_of(self.batch.laws, self.index, names)

    @property
    def law(self) -> Expr:
        """The law as a term over :attr:`names`."""
        return self.parts[-1]

    @property
    def root(self) -> str:
        """The operation to undo."""
        return ROOTS[int(self.batch.labels.root[self.index])]

    @property
    def operands(self) -> tuple[Expr, ...]:
        """The arguments of the operation to undo, one or two."""
        laws, i = self.batch.laws, self.index
        last = laws.length[i] - 1
        first, second = self.parts[laws.left[i, last]], self.parts[laws.right[i, last]]
        return (first, second) if laws.code[i, last] in _BINARY else (first,)

    @property
    def rest(self) -> Expr:
        """What is left once the root operation is undone."""
        return self.operands[int(self.batch.labels.remains[self.index])]


@dataclass(frozen=True, eq=False)
class Batch:
    """Some pairs as arrays: row ``i`` of ``laws`` and ``labels`` belongs to problem ``i`` of
    ``tables``."""

    laws: Laws
    tables: Tables

    def __len__(self) -> int:
        return len(self.laws.length)

    def __iter__(self) -> Iterator[Pair]:
        return (Pair(self, index) for index in range(len(self)))

    def __getitem__(self, index: int) -> Pair:
        if not 0 <= index < len(self):
            raise IndexError(f"the batch has {len(self)} pairs, there is none at {index}")
        return Pair(self, index)

    @cached_property
    def labels(self) -> Labels:
        """The labels of all pairs."""
        return labels_of(self.laws, self.tables)


def labels_of(laws: Laws, tables: Tables) -> Labels:
    """The labels of ``laws`` with their ``tables``."""
    count, width = laws.code.shape
    every = np.arange(count)
    real = np.arange(width) < laws.length[:, None]
    operators = np.zeros((count, len(OPERATORS) + 1), dtype=np.bool_)
    operators[every[:, None], np.where(real, LABEL[laws.code], -1)] = True
    used = np.zeros((count, MOST_COLUMNS), dtype=np.bool_)
    for k in range(int(laws.count.max(initial=0))):
        rows = every[laws.count > k]
        used[rows, tables.place[rows, k]] = True
    constants = ((laws.code == CODES["constant"]) & real).sum(axis=1)
    last = laws.length - 1
    root = laws.code[every, last]
    names = np.array([ROOTS.index(name) if name in ROOTS else -1 for name in CODES])
    return Labels(operators[:, :-1], used, laws.length, constants, tables.noise,
                  names[root], _remaining(laws, root))  # fmt: skip


def _remaining(laws: Laws, root: Any) -> Any:
    """The larger argument of each root.  The argument of the lower register has all steps up to
    it, the other one those between the two."""
    every, last = np.arange(len(root)), laws.length - 1
    left, right = laws.left[every, last], laws.right[every, last]
    first = np.where(left < right, left + 1, left - right)
    second = np.where(left < right, right - left, right + 1)
    constant = CODES["constant"]
    second_is_it = (second > first) | (laws.code[every, left] == constant)
    return (np.isin(root, _BINARY) & second_is_it).astype(np.int64)


@dataclass
class Tally:
    """What became of the laws that were drawn."""

    drawn: int = 0
    nowhere: int = 0
    """Without a key: constant or undefined at the points that keys are made from."""
    excluded: int = 0
    duplicates: int = 0
    undefined: int = 0
    """Without data."""
    pairs: int = 0


class _Seen:
    """Keys that came before: at least the last ``memory``, at most twice as many."""

    def __init__(self, memory: int) -> None:
        self.slots = 1 << (2 * memory - 1).bit_length() + 1
        self.memory = memory
        self.young, self.old = self._table(), self._table()
        self.count = 0

    def _table(self) -> NDArray[np.uint64]:
        return np.zeros(self.slots, dtype=np.uint64)

    def news(self, keys: NDArray[np.uint64]) -> NDArray[np.bool_]:
        """Which rows of ``keys`` (m, 2) share no key with one before, which they now are."""
        from sr_kernel.guide.seen_kernels import enter

        fresh = np.zeros(len(keys), dtype=np.bool_)
        start = 0
        while start < len(keys):
            start, self.count = enter(self.young, self.old, keys, fresh, start, self.count,
                                      self.memory)  # fmt: skip
            if self.count >= self.memory:
                self.old, self.young, self.count = self.young, self._table(), 0
        return fresh


@dataclass
class Corpus:
    """The stream of one seed.  Each iteration begins it anew.

    ``distinct``: ``"function"`` keeps laws apart that differ by values of constants, ``"family"``
    does not.  ``memory`` is the number of laws that are surely remembered; as simple laws are few,
    a long stream that never forgot would have none in the end.  ``excluded`` (sorted keys) is the
    list that comes with the package unless given.  Raises :class:`OptionError`.
    """

    seed: int = 0
    grammar: Grammar = field(default_factory=Grammar)
    distinct: Literal["function", "family"] = "function"
    memory: int = 1_000_000
    excluded: Hashes | None = None
    tally: Tally = field(default_factory=Tally, init=False)

    def __post_init__(self) -> None:
        if self.distinct not in ("function", "family"):
            raise OptionError(
                f"distinct={self.distinct!r} is not known: use 'function' or 'family'"
            )
        if not 1 <= self.memory <= 1 << 30:
            raise OptionError(f"memory={self.memory} is no number of laws from 1 to 2**30")
        if self.seed < 0:
            raise OptionError(f"seed={self.seed} is negative: use 0 or more")

    def __iter__(self) -> Iterator[Pair]:
        for batch in self.batches():
            yield from batch

    def batches(self) -> Iterator[Batch]:
        """The same stream in batches of some hundred pairs."""
        rng = np.random.default_rng(self.seed)
        excluded = stored() if self.excluded is None else np.unique(self.excluded)
        seen = _Seen(self.memory)
        self.tally = Tally()
        while True:
            laws = self._new_laws(self.grammar.draw(rng, _CANDIDATES), excluded, seen)
            tables = draw_tables(rng, laws)
            self.tally.undefined += len(laws.length) - len(tables.law)
            self.tally.pairs += len(tables.law)
            if len(tables.law):
                yield Batch(laws.chosen(tables.law), tables)

    def _new_laws(self, laws: Laws, excluded: Hashes, seen: _Seen) -> Laws:
        keys = keys_of(laws, self.distinct)
        somewhere = (keys != 0).all(axis=1)
        laws, keys = laws.chosen(somewhere), keys[somewhere]
        barred = is_excluded(laws, excluded)
        laws, keys = laws.chosen(~barred), keys[~barred]
        fresh = seen.news(keys)
        self.tally.drawn += len(somewhere)
        self.tally.nowhere += int((~somewhere).sum())
        self.tally.excluded += int(barred.sum())
        self.tally.duplicates += int((~fresh).sum())
        return laws.chosen(fresh)
