"""The bank: every function of a few nodes, once, as its values on some rows of the data.

Functions are enumerated bottom-up by price (see operations).  A new function is kept only if its
values differ from those of every function already there, so the cheapest spelling stays.
Functions are looked up by one random projection of their values (sorted array, binary search) and
*confirmed on all m values*, so there are no false merges: two entries that agree on all m rows
cannot be told apart by these data.

Memory: 8 m + 40 bytes an entry (m rows), held in arrays, 552 bytes at m = 64.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sr_kernel.expr import Expr, number
from sr_kernel.expr.operators import FloatArray
from sr_kernel.search.operations import Operation, operations, variable
from sr_kernel.search.prices import USUAL, Prices

if TYPE_CHECKING:
    from sr_kernel.search.problem import Problem

IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

LARGEST, SMALLEST = 1e100, 1e-100
"""Rows beyond these are left out: their squares must still be numbers."""

_BLOCK = 1_000_000
"""Numbers computed at a time: some 10 ms, so that a stop is never far."""

_AGREE = 1e-9
"""Relative difference up to which two values are the same."""

_LEAF = -1
_CONSTANT = -2


@dataclass(slots=True)
class _Level:
    start: int
    stop: int


class Bank:
    """Functions of ``names`` over the rows of ``X`` (m, d); ``constants`` are small integers and
    ``prices`` those of operations and columns.

    ``grow`` goes on where it stopped; entries never move, so an index is good for ever.
    """

    def __init__(
        self,
        names: Sequence[str],
        X: FloatArray,
        operators: tuple[str, ...],
        *,
        constants: Sequence[int] = (1, 2),
        max_price: int = 15,
        seed: int = 0,
        prices: Prices = USUAL,
    ) -> None:
        self.names = tuple(names)
        self.X = X
        self.operations = tuple(map(prices.priced, operations(operators)))
        self.constants = tuple(constants)
        self.max_price = max_price
        self.tried = 0
        self.exhausted = False
        self._count = 0
        rows = len(X)
        self._probe = np.random.default_rng(seed).normal(size=rows)
        self._rows = np.empty((256, rows))
        self._meta = np.empty((256, 3), dtype=np.int32)
        self._size = np.empty(256, dtype=np.int16)
        self._flags = np.empty((256, 2), dtype=np.bool_)  # periodic inside, transcendental root
        self._hash = np.empty(0)
        self._order = np.empty(0, dtype=np.int64)
        self._levels: dict[int, _Level] = {}
        self._exprs: dict[int, Expr] = {}
        self._leaves = np.array([prices.leaf(name) for name in self.names], dtype=np.int64)
        self._add_leaves()
        self._work = self._enumerate()

    def __len__(self) -> int:
        return self._count

    @property
    def rows(self) -> FloatArray:
        """Values (N, m) of all entries."""
        return self._rows[: self._count]

    @property
    def sizes(self) -> NDArray[np.int16]:
        """Nodes (N,) of the entries' terms."""
        return self._size[: self._count]

    @property
    def varying(self) -> BoolArray:
        """Which entries are not constants (N,)."""
        return np.asarray(self._meta[: self._count, 0] != _CONSTANT)

    @property
    def transcendental(self) -> BoolArray:
        """Which entries are a wave, an exponential or the like of another (N,)."""
        return np.asarray(self._flags[: self._count, 1] & self.varying)

    def made_by(self, names: Sequence[str]) -> BoolArray:
        """Which entries have one of these operations at their root (N,)."""
        kinds = [k for k, operation in enumerate(self.operations) if operation.name in names]
        return np.asarray(np.isin(self._meta[: self._count, 0], kinds))

    def periodic(self, index: int) -> bool:
        """Whether an entry has a periodic function in it."""
        return bool(self._flags[index, 0])

    @property
    def level(self) -> int:
        """The price up to which the enumeration is complete."""
        return max(self._levels, default=0)

    def covered(self, operation: Operation) -> BoolArray:
        """Entries (N,) whose image under a unary operation has been looked at."""
        found = np.arange(self._count) < 0
        known = self._levels.get(self.level - operation.price)
        if known is not None and operation in self.operations:
            found[: known.stop] = self._admitted(operation, np.arange(known.stop))
        return found

    def _admitted(self, operation: Operation, chosen: IntArray) -> BoolArray:
        """Which of the ``chosen`` a unary operation is applied to."""
        admitted = self._meta[chosen, 0] != _CONSTANT
        if operation.periodic:
            admitted &= ~self._flags[chosen, 0]
        if operation.transcendental:
            admitted &= ~self._flags[chosen, 1]
        return np.asarray(admitted)

    def grow(self, limit: int, poll: Callable[[], None] = lambda: None) -> int:
        """Enumerate until there are ``limit`` entries or none are left; returns how many are new.

        ``poll`` is called every few hundredths of a second and may raise to stop.
        """
        before = self._count
        while self._count < limit and not self.exhausted:
            if next(self._work, None) is None:
                self.exhausted = True
            poll()
        return self._count - before

    def expr(self, index: int) -> Expr:
        """The term of an entry."""
        known = self._exprs.get(index)
        if known is None:
            kind, left, right = (int(part) for part in self._meta[index])
            if kind == _LEAF:
                known = variable(self.names[left])
            elif kind == _CONSTANT:
                known = number(self.constants[left])
            else:
                operation = self.operations[kind]
                parts = (left, right)[: operation.arity]
                known = operation.build(*(self.expr(part) for part in parts))
            self._exprs[index] = known
        return known

    def values(self, indices: Sequence[int] | IntArray, X: FloatArray) -> FloatArray:
        """Values (k, n) of some entries on other rows X (n, d); nan where undefined."""
        known: dict[int, FloatArray] = {}
        with np.errstate(all="ignore"):
            found = [self._values(int(index), X, known) for index in indices]
        return np.array(found).reshape(len(found), len(X))

    def _values(self, index: int, X: FloatArray, known: dict[int, FloatArray]) -> FloatArray:
        if index not in known:
            kind, left, right = (int(part) for part in self._meta[index])
            if kind == _LEAF:
                known[index] = X[:, left]
            elif kind == _CONSTANT:
                known[index] = np.full(len(X), float(self.constants[left]))
            else:
                operation = self.operations[kind]
                parts = (left, right)[: operation.arity]
                known[index] = operation.values(*(self._values(p, X, known) for p in parts))
        return known[index]

    # -------------------------------------------------------------- growing

    def _add_leaves(self) -> None:
        self._add_columns(1)
        for place, value in enumerate(self.constants):
            row = np.full((1, len(self.X)), float(value))
            self._append(row, _CONSTANT, np.array([place]), np.array([0]), 1, np.zeros((1, 2)))
        self._levels[1] = _Level(0, self._count)

    def _add_columns(self, price: int) -> None:
        columns = self.X.T
        keep = self._usable(columns) & (np.ptp(columns, axis=1) > 0)
        picked = np.flatnonzero(keep & (self._leaves == price))
        self._absorb(columns[picked], _LEAF, picked, np.zeros_like(picked))

    def _enumerate(self) -> Iterator[int]:
        for price in range(2, self.max_price + 1):
            start = self._count
            if price in self._leaves:
                self._add_columns(price)
            for kind, operation in enumerate(self.operations):
                rest = price - operation.price
                if operation.arity == 1:
                    yield from self._unary(kind, operation, rest)
                else:
                    for first in range(1, rest):
                        yield from self._binary(kind, operation, first, rest - first)
            self._levels[price] = _Level(start, self._count)

    def _unary(self, kind: int, operation: Operation, inner: int) -> Iterator[int]:
        level = self._levels.get(inner)
        if level is None:
            return
        chosen = np.arange(level.start, level.stop)
        chosen = chosen[self._admitted(operation, chosen)]
        step = max(1, _BLOCK // self._rows.shape[1])
        for begin in range(0, len(chosen), step):
            part = chosen[begin : begin + step]
            with np.errstate(all="ignore"):
                rows = operation.values(self._rows[part])
            self._absorb(rows, kind, part, np.zeros_like(part))
            yield self._count

    def _binary(self, kind: int, operation: Operation, first: int, second: int) -> Iterator[int]:
        symmetric = operation.commutative or operation.name == "sub"
        a, b = self._levels.get(first), self._levels.get(second)
        if a is None or b is None or (symmetric and first > second):
            return
        right = np.arange(b.start, b.stop)
        scaling = operation.name in ("mul", "div")
        if scaling:  # factors are free in every match
            right = right[self._meta[right, 0] != _CONSTANT]
        if not len(right):
            return
        step = max(1, _BLOCK // (self._rows.shape[1] * len(right)))
        width = max(1, _BLOCK // self._rows.shape[1])
        for begin in range(a.start, a.stop, step):
            left = np.arange(begin, min(begin + step, a.stop))
            if scaling:
                left = left[self._meta[left, 0] != _CONSTANT]
            for offset in range(0, len(right), width):
                i, j = (g.ravel() for g in np.meshgrid(left, right[offset : offset + width],
                                                       indexing="ij"))  # fmt: skip
                if symmetric and first == second:
                    i, j = i[i <= j], j[i <= j]
                self._combine(kind, operation, i, j)
                yield self._count

    def _combine(self, kind: int, operation: Operation, i: IntArray, j: IntArray) -> None:
        left, right = self._rows[i], self._rows[j]
        with np.errstate(all="ignore"):
            rows = operation.values(left, right)
        if operation.name == "sub":
            # Of a - b and b - a the one that is positive on average: roots and logs want it.
            flip = rows.sum(axis=1) < 0
            rows[flip] *= -1.0
            i, j = np.where(flip, j, i), np.where(flip, i, j)
        if operation.name in ("add", "sub"):
            # What is left after digits cancelled is noise.
            with np.errstate(all="ignore"):
                lost = np.abs(rows).max(axis=1) < 1e-7 * np.abs(left).max(axis=1)
            rows, i, j = rows[~lost], i[~lost], j[~lost]
            self.tried += int(lost.sum())
        self._absorb(rows, kind, i, j)

    @staticmethod
    def _usable(rows: FloatArray) -> BoolArray:
        with np.errstate(all="ignore"):
            largest = np.abs(rows).max(axis=1)
            return np.asarray((largest < LARGEST) & (largest > SMALLEST))

    def _absorb(self, rows: FloatArray, kind: int, left: IntArray, right: IntArray) -> None:
        """Append those of ``rows`` that are usable, not constant, and new."""
        self.tried += len(rows)
        keep = self._usable(rows)
        with np.errstate(all="ignore"):
            keep &= np.ptp(rows, axis=1) > 1e-10 * np.abs(rows).max(axis=1)
        rows, left, right = rows[keep], left[keep], right[keep]
        key = rows @ self._probe
        reach = 1e-10 * np.sqrt(np.einsum("ij,ij->i", rows, rows))
        order = np.argsort(key, kind="stable")
        rows, left, right = rows[order], left[order], right[order]
        key, reach = key[order], reach[order]
        new = ~(self._repeated(rows, key, reach) | self._stored(rows, key, reach))
        rows, left, right = rows[new], left[new], right[new]
        self._append(
            rows, kind, left, right, self._sizes_of(kind, left, right),
            self._flags_of(kind, left, right),
        )  # fmt: skip

    def _sizes_of(self, kind: int, left: IntArray, right: IntArray) -> IntArray:
        if kind < 0:
            return np.ones(len(left), dtype=np.int64)
        operation = self.operations[kind]
        size = self._size[left] + operation.cost
        if operation.arity == 2:
            size = size + self._size[right]
        return size.astype(np.int64)

    def _flags_of(self, kind: int, left: IntArray, right: IntArray) -> BoolArray:
        flags = np.zeros((len(left), 2), dtype=np.bool_)
        if kind >= 0:
            operation = self.operations[kind]
            flags[:, 0] = self._flags[left, 0] | operation.periodic
            if operation.arity == 2:
                flags[:, 0] |= self._flags[right, 0]
            flags[:, 1] = operation.transcendental
        return flags

    @staticmethod
    def _repeated(rows: FloatArray, key: FloatArray, reach: FloatArray) -> BoolArray:
        """Which of the sorted rows repeat one shortly before them."""
        found = np.zeros(len(rows), dtype=np.bool_)
        for shift in (1, 2):
            near = np.flatnonzero(key[shift:] - key[:-shift] <= reach[shift:]) + shift
            found[near[_same(rows[near], rows[near - shift])]] = True
        return found

    def _stored(self, rows: FloatArray, key: FloatArray, reach: FloatArray) -> BoolArray:
        """Which of the sorted rows are in the bank."""
        found = np.zeros(len(rows), dtype=np.bool_)
        if not len(self._hash):
            return found
        begin = np.searchsorted(self._hash, key - reach, side="left")
        end = np.searchsorted(self._hash, key + reach, side="right")
        for shift in range(int(min((end - begin).max(initial=0), 16))):
            near = np.flatnonzero((begin + shift < end) & ~found)
            other = self._order[begin[near] + shift]
            found[near[_same(rows[near], self._rows[other])]] = True
        return found

    def _append(
        self,
        rows: FloatArray,
        kind: int,
        left: IntArray,
        right: IntArray,
        size: IntArray | int,
        flags: NDArray[np.generic],
    ) -> None:
        start, stop = self._count, self._count + len(rows)
        self._reserve(stop)
        self._rows[start:stop] = rows
        self._meta[start:stop, 0] = kind
        self._meta[start:stop, 1] = left
        self._meta[start:stop, 2] = right
        self._size[start:stop] = size
        self._flags[start:stop] = flags
        key = rows @ self._probe
        order = np.argsort(key, kind="stable")
        place = np.searchsorted(self._hash, key[order])
        self._hash = np.insert(self._hash, place, key[order])
        self._order = np.insert(self._order, place, order + start)
        self._count = stop

    def _reserve(self, count: int) -> None:
        capacity = len(self._rows)
        if count <= capacity:
            return
        capacity = max(count, 2 * capacity)
        for name in ("_rows", "_meta", "_size", "_flags"):
            old = getattr(self, name)
            fresh = np.empty((capacity, *old.shape[1:]), dtype=old.dtype)
            fresh[: self._count] = old[: self._count]
            setattr(self, name, fresh)


def banks_of(problem: Problem, X: FloatArray, prices: Prices = USUAL) -> tuple[Bank, Bank | None]:
    """The banks of a search over its probe rows ``X`` (m, d): the usual one, and that of exact
    laws where these may use more operators."""
    price, seed = min(15, problem.max_size + 2) + prices.slack, problem.random_state
    usual, exact = (
        Bank(problem.variables, X, operators, max_price=price, seed=seed, prices=prices)
        for operators in (problem.operators, problem.exact_operators)
    )
    return usual, None if problem.exact_operators == problem.operators else exact


def _same(a: FloatArray, b: FloatArray) -> BoolArray:
    """Whether pairs of rows agree value by value."""
    scale = np.maximum(np.abs(a), np.abs(b))
    allowed = _AGREE * scale + 1e-13 * scale.max(axis=1, keepdims=True, initial=0)
    return np.asarray((np.abs(a - b) <= allowed).all(axis=1), dtype=np.bool_)
