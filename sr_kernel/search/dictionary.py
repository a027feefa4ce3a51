"""Collections of candidate functions that a match can pick from, seen on the probe rows.

A part has rows (N, m) on the probe rows, sizes (N,), and for each entry a term and its values on
other rows.  Parts: the bank, the logarithms of another part, and families with an inner constant.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sr_kernel.expr import Expr
from sr_kernel.expr.operators import FloatArray
from sr_kernel.search.bank import Bank

IntArray = NDArray[np.int64]


class Part(Protocol):
    """Candidate functions; undefined values are nan or infinite."""

    @property
    def sizes(self) -> IntArray: ...

    def rows(self, picked: IntArray) -> FloatArray: ...

    def values(self, picked: IntArray, X: FloatArray) -> FloatArray: ...

    def expr(self, index: int) -> Expr: ...


class BankPart:
    """The first ``limit`` entries of a bank that are not constants."""

    def __init__(self, bank: Bank, limit: int) -> None:
        self.bank = bank
        self.picked = np.flatnonzero(bank.varying[:limit])

    @property
    def sizes(self) -> IntArray:
        return self.bank.sizes[self.picked].astype(np.int64)

    def rows(self, picked: IntArray) -> FloatArray:
        return self.bank.rows[self.picked[picked]]

    def values(self, picked: IntArray, X: FloatArray) -> FloatArray:
        return self.bank.values(self.picked[picked], X)

    def expr(self, index: int) -> Expr:
        return self.bank.expr(int(self.picked[index]))


class Subset:
    """Some entries of another part."""

    def __init__(self, part: Part, picked: IntArray) -> None:
        self.part, self._picked = part, picked

    @property
    def sizes(self) -> IntArray:
        return self.part.sizes[self._picked]

    def rows(self, picked: IntArray) -> FloatArray:
        return self.part.rows(self._picked[picked])

    def values(self, picked: IntArray, X: FloatArray) -> FloatArray:
        return self.part.values(self._picked[picked], X)

    def expr(self, index: int) -> Expr:
        return self.part.expr(int(self._picked[index]))


class LogPart:
    """log |f| for the f of another part."""

    def __init__(self, part: Part) -> None:
        self.part = part

    @property
    def sizes(self) -> IntArray:
        return self.part.sizes

    def rows(self, picked: IntArray) -> FloatArray:
        with np.errstate(all="ignore"):
            return np.log(np.abs(self.part.rows(picked)))

    def values(self, picked: IntArray, X: FloatArray) -> FloatArray:
        with np.errstate(all="ignore"):
            return np.log(np.abs(self.part.values(picked, X)))

    def expr(self, index: int) -> Expr:
        """The term of f, not of its logarithm."""
        return self.part.expr(index)


class Dictionary:
    """Parts one after the other."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self.parts = tuple(parts)
        self.sizes = np.concatenate([part.sizes for part in self.parts])
        self.starts = np.cumsum([0, *(len(part.sizes) for part in self.parts)])

    def __len__(self) -> int:
        return len(self.sizes)

    def locate(self, index: int) -> tuple[int, int]:
        """(part, place in it)."""
        part = int(np.searchsorted(self.starts, index, side="right")) - 1
        return part, index - int(self.starts[part])

    def rows(self, picked: IntArray) -> FloatArray:
        """Values (k, m) on the probe rows."""
        return self._gather(picked, None)

    def values(self, picked: IntArray, X: FloatArray) -> FloatArray:
        """Values (k, n) on the rows of X."""
        return self._gather(picked, X)

    def _gather(self, picked: IntArray, X: FloatArray | None) -> FloatArray:
        found: FloatArray | None = None
        for number, part in enumerate(self.parts):
            inside = (picked >= self.starts[number]) & (picked < self.starts[number + 1])
            if not inside.any():
                continue
            local = picked[inside] - self.starts[number]
            block = part.rows(local) if X is None else part.values(local, X)
            if inside.all():
                return block
            if found is None:
                found = np.empty((len(picked), block.shape[1]))
            found[inside] = block
        return np.zeros((0, 0)) if found is None else found

    def expr(self, index: int) -> Expr:
        """The term of an entry."""
        part, place = self.locate(index)
        return self.parts[part].expr(place)
