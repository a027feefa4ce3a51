"""The front: for each size the best law, as long as each larger one pays for itself.

Along the front the size grows and both the loss and the description length strictly fall, so its
last law is the best one and no row is there only because it has more constants to bend.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from sr_kernel.expr import Expr
from sr_kernel.search.refine import Fitted
from sr_kernel.search.sample import Sample


class Front:
    """Non-dominated entries, by growing size, out of all that were offered."""

    def __init__(self, sample: Sample) -> None:
        self.sample = sample
        self._offered: dict[Expr, Fitted] = {}
        self._entries: list[Fitted] = []
        self.version = 0
        """Counts the changes."""

    @property
    def entries(self) -> tuple[Fitted, ...]:
        return tuple(self._entries)

    @property
    def best(self) -> Fitted | None:
        """The entry with the shortest description: the last one."""
        return self._entries[-1] if self._entries else None

    def bar(self, size: int) -> tuple[float, float]:
        """(loss, length) that an entry of ``size`` has to get below."""
        below = [entry for entry in self._entries if entry.size <= size]
        if not below:
            return math.inf, math.inf
        return self.sample.floored(below[-1].loss), below[-1].length

    def offer(self, fitted: Fitted) -> bool:
        """Take ``fitted`` in if it belongs to the front; says whether it did."""
        if not math.isfinite(fitted.length) or fitted.expr in self._offered:
            return False
        self._offered[fitted.expr] = fitted
        if fitted.length >= self.bar(fitted.size)[1]:
            return False
        return self._rebuild() and fitted in self._entries

    def replace(self, old: Fitted, new: Fitted) -> None:
        """Let ``new`` stand for ``old``, which is the same in other words."""
        self._offered.pop(old.expr, None)
        self._offered[new.expr] = new
        self._rebuild()

    def _rebuild(self) -> bool:
        entries = sorted(self._offered.values(), key=self._order)
        kept = strictly_falling(entries, self.sample)
        changed = kept != self._entries
        self._entries = kept
        self.version += changed
        return changed

    def _order(self, fitted: Fitted) -> tuple[float, ...]:
        loss = self.sample.floored(fitted.loss)
        return fitted.size, fitted.length, loss, fitted.parameters


def strictly_falling(entries: Sequence[Fitted], sample: Sample) -> list[Fitted]:
    """Of ``entries`` (sorted by size) those with a lower loss and length than all before."""
    kept: list[Fitted] = []
    loss = length = math.inf
    for entry in entries:
        floored = sample.floored(entry.loss)
        if floored < loss * (1 - 1e-9) and entry.length < length:
            kept.append(entry)
            loss, length = floored, entry.length
    return kept


def scores(losses: Sequence[float], sizes: Sequence[int]) -> list[float]:
    """Fall of log loss for each added node since the law before; 0 for the first."""
    result = [0.0]
    for k in range(1, len(losses)):
        fall = math.log(losses[k - 1]) - math.log(losses[k])
        result.append(fall / (sizes[k] - sizes[k - 1]))
    return result[: len(losses)]
