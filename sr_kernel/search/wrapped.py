"""Functions h(u) of the bank's functions u that the bank itself does not have: computed when asked.

The bank nests no wave in a wave and no exponential in a logarithm, and ends somewhere.  One more
level over its first entries costs no memory that stays.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sr_kernel.expr import Expr, apply
from sr_kernel.expr.operators import FloatArray
from sr_kernel.search.bank import Bank
from sr_kernel.search.operations import Operation

IntArray = NDArray[np.int64]

_DECAY_NAME = "exp of minus"
_LEFT_OUT = frozenset({"cube", "acos"})
"""acos u is a constant less asin u, and constants are free."""
_CIRCULAR, _ARCS = ("sin", "cos", "tan"), ("asin", "acos", "atan")
_UNDONE = {
    **dict.fromkeys(_CIRCULAR, _ARCS), **dict.fromkeys(_ARCS, _CIRCULAR),
    "log": ("exp",), "exp": ("log",), _DECAY_NAME: ("log",),
}  # fmt: skip
"""Functions that undo others: sin(acos(u)) is an algebraic function in disguise."""
_POSITIVE = frozenset({"log", "sqrt"})
_DECAY = Operation(
    _DECAY_NAME, 1, 2, lambda u: np.exp(-u), lambda u: apply("exp", -u), price=3
)  # fmt: skip


class WrappedPart:
    """h(u) for the first ``count`` functions u of a bank that vary, as part of a dictionary."""

    def __init__(self, bank: Bank, count: int) -> None:
        self.bank = bank
        self._heads = _heads(bank)
        members = [_inner(bank, head, count) for head in self._heads]
        self._head = np.repeat(np.arange(len(members)), [len(inner) for inner in members])
        self._inner = np.concatenate(members) if members else np.zeros(0, dtype=np.int64)
        self._costs = np.array([head.cost for head in self._heads], dtype=np.int64)

    @property
    def sizes(self) -> IntArray:
        return np.asarray(self.bank.sizes[self._inner] + self._costs[self._head], dtype=np.int64)

    def rows(self, picked: IntArray) -> FloatArray:
        return self._of(picked, self.bank.rows[self._inner[picked]])

    def values(self, picked: IntArray, X: FloatArray) -> FloatArray:
        return self._of(picked, self.bank.values(self._inner[picked], X))

    def _of(self, picked: IntArray, rows: FloatArray) -> FloatArray:
        """h of each of ``rows`` (k, n), which are overwritten."""
        head = self._head[picked]
        with np.errstate(all="ignore"):
            for place in np.unique(head):
                mine = head == place
                rows[mine] = self._heads[place].values(rows[mine])
        return rows

    def on(self, picked: IntArray, rows: IntArray) -> FloatArray:
        """Values (k, r) on some of the bank's rows."""
        return self._of(picked, self.bank.rows[np.ix_(self._inner[picked], rows)])

    def expr(self, index: int) -> Expr:
        built: Expr = self._heads[self._head[index]].build(self.bank.expr(int(self._inner[index])))
        return built


def _heads(bank: Bank) -> list[Operation]:
    found = [o for o in bank.operations if o.arity == 1 and o.name not in _LEFT_OUT]
    return [*found, _DECAY] if any(o.name == "exp" for o in found) else found


def _inner(bank: Bank, head: Operation, count: int) -> IntArray:
    """Entries that ``head`` admits and whose image the bank does not have already."""
    rows = bank.rows[:count]
    usable = bank.varying[:count] & ~bank.covered(head)[:count]
    usable &= ~bank.made_by(_UNDONE.get(head.name, ()))[:count]
    if head.name in _POSITIVE:
        usable &= rows.min(axis=1) > 0
    elif head.name == "asin":
        usable &= np.abs(rows).max(axis=1) <= 1
    return np.flatnonzero(usable)
