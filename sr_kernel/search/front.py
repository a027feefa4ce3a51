"""The front: for each size the best law, as long as each larger one pays for itself.

Along the front the size grows and the loss strictly falls.  So does the description length, except
that on few rows, where it cannot be sure, a law that fits clearly better is shown although its
description is a little longer.  No law is there only because it has more constants to bend.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from sr_kernel.expr import Expr
from sr_kernel.search.refine import Fitted
from sr_kernel.search.sample import Sample

DOUBT = 8.0
"""Nats by which the description of a law may exceed the shortest one if it fits clearly better."""
CLEARLY = 0.9
"""Share of the loss before it that a law must get below to fit clearly better."""


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
        """The entry with the shortest description."""
        return min(self._entries, key=lambda entry: entry.length, default=None)

    def bar(self, size: int) -> tuple[float, float]:
        """(loss, length) that an entry of ``size`` has to get below."""
        below = [entry for entry in self._entries if entry.size <= size]
        if not below:
            return math.inf, math.inf
        shortest = min(entry.length for entry in below)
        return self.sample.floored(below[-1].loss), shortest + DOUBT * self.doubtful

    @property
    def doubtful(self) -> bool:
        """Whether the rows are so few that a clearly better fit may not pay for its terms."""
        return -0.5 * self.sample.rows * math.log(CLEARLY) < DOUBT

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
    """Of ``entries`` (sorted by size) those with a lower loss than all before that pay for it."""
    kept: list[Fitted] = []
    loss = length = math.inf
    for entry in entries:
        if kept and kept[-1].size == entry.size:
            continue  # the shorter description came first
        floored = sample.floored(entry.loss)
        doubt = DOUBT if floored < CLEARLY * loss else 0.0
        if floored < loss * (1 - 1e-9) and entry.length < length + doubt:
            kept.append(entry)
            loss, length = floored, min(length, entry.length)
    return kept


def scores(losses: Sequence[float], sizes: Sequence[int]) -> list[float]:
    """Fall of log loss for each added node since the law before; 0 for the first."""
    result = [0.0]
    for k in range(1, len(losses)):
        fall = math.log(losses[k - 1]) - math.log(losses[k])
        result.append(fall / (sizes[k] - sizes[k - 1]))
    return result[: len(losses)]
