"""The front: for each size the best law, as long as each larger one pays for itself.

Along the front the size grows and the loss strictly falls.  A law pays for itself if it makes the
description shorter.  Two exceptions show what cannot be told apart: on few rows a law that fits
clearly better is shown although its description is a little longer, and so is one that is shorter
where constants are priced by the rows alone.  No law is there only because it has more constants to
bend.  Nor does a law with a longer description keep off a larger one because it fits a little
better.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from sr_kernel.expr import Expr
from sr_kernel.search.description import coarse_length
from sr_kernel.search.refine import Fitted
from sr_kernel.search.sample import Sample

DOUBT = 8.0
"""Nats by which the description of a law may exceed the shortest one if it fits clearly better."""
CLEARLY = 0.9
"""Share of the loss before it that a law must get below to fit clearly better."""
_ALIKE = 1.0
"""Nats between descriptions of one size that are as good as equal."""
_EQUAL = 1e-9
"""Relative difference of losses that are equal."""


class Claim(Protocol):
    """What the front must know of a law: its size in nodes, its loss in units of the target's
    variance, its description length in nats, and how many constants were fitted."""

    @property
    def size(self) -> int: ...
    @property
    def loss(self) -> float: ...
    @property
    def length(self) -> float: ...
    @property
    def parameters(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Hope:
    """A claim of a law that is not fitted yet."""

    size: int
    loss: float
    length: float
    parameters: int


class Front:
    """Non-dominated entries, by growing size, out of all that were offered."""

    def __init__(self, sample: Sample) -> None:
        self.sample = sample
        self._offered: dict[Expr, Fitted] = {}
        self._allows: Callable[[Expr], bool] = _anything
        self._refused: set[Expr] = set()
        self._replaced: set[Expr] = set()
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

    def bar(self, size: int) -> float:
        """The length that larger laws are measured by: the shortest of up to ``size`` nodes, and
        what few rows leave in doubt."""
        lengths = (entry.length for entry in self._entries if entry.size <= size)
        return min(lengths, default=math.inf) + DOUBT * _few(self.sample)

    def admits(self, claim: Claim) -> bool:
        """Whether no entry of the same size or a smaller one speaks against ``claim``."""
        return all(
            pays(claim, entry, self.sample) for entry in self._entries if entry.size <= claim.size
        )

    def offer(self, fitted: Fitted) -> bool:
        """Take ``fitted`` in if it belongs to the front; says whether it did."""
        known = fitted.expr in self._offered or fitted.expr in self._replaced
        if known or not math.isfinite(fitted.length):
            return False
        self._take(fitted)
        return self._rebuild() and fitted in self._entries

    def replace(self, old: Fitted, new: Fitted) -> None:
        """Let ``new`` stand for ``old``, which is the same in other words, for good."""
        self._offered.pop(old.expr, None)
        self._replaced.add(old.expr)
        self._take(new)
        self._rebuild()

    def _take(self, fitted: Fitted) -> None:
        self._offered[fitted.expr] = fitted
        if not self._allows(fitted.expr):
            self._refused.add(fitted.expr)

    def steer(self, allows: Callable[[Expr], bool]) -> None:
        """From now on show only what ``allows`` lets pass, of all that was ever offered."""
        self._allows = allows
        self._refused = {expr for expr in self._offered if not allows(expr)}
        self._rebuild()

    def refuse(self, entry: Fitted) -> None:
        """Show ``entry`` no more, until steered anew."""
        self._refused.add(entry.expr)
        self._rebuild()

    def _rebuild(self) -> bool:
        shown = (one for expr, one in self._offered.items() if expr not in self._refused)
        kept = strictly_falling(shown, self.sample)
        changed = kept != self._entries
        self._entries = kept
        self.version += changed
        return changed


def pays(claim: Claim, entry: Claim, sample: Sample) -> bool:
    """Whether ``claim`` is worth showing beside ``entry``, which is no larger."""
    if claim.length < entry.length:
        return True
    if claim.size == entry.size:
        return _criterion(claim, sample) < _criterion(entry, sample) and (
            claim.length < entry.length + _ALIKE
        )
    before, after = sample.floored(entry.loss), sample.floored(claim.loss)
    if not after < before * (1 - _EQUAL):
        return False
    clearly = _few(sample) and after < CLEARLY * before
    doubtful = claim.length < entry.length + DOUBT
    return doubtful and (clearly or _coarse(claim, sample) < _coarse(entry, sample))


def _few(sample: Sample) -> bool:
    """Whether the rows are so few that a clearly better fit may not pay for its terms."""
    return -0.5 * sample.rows * math.log(CLEARLY) < DOUBT


def _criterion(claim: Claim, sample: Sample) -> float:
    """Half of Schwarz's criterion, without digits that are rounding."""
    rows, loss = sample.rows, sample.floored(claim.loss)
    return round(0.5 * (rows * math.log(loss) + claim.parameters * math.log(rows)), 6)


def _coarse(claim: Claim, sample: Sample) -> float:
    loss = sample.floored(claim.loss)
    return coarse_length(claim.length, loss, sample.rows, claim.parameters)


def strictly_falling(entries: Iterable[Fitted], sample: Sample) -> list[Fitted]:
    """Of ``entries`` those that belong together: shorter descriptions first, each further one if
    it is smaller and fits worse than those before, or larger, and pays beside them."""
    kept: list[Fitted] = []
    for entry in sorted(_of_each_size(entries, sample), key=lambda one: (one.length, one.size)):
        if all(_beside(entry, other, sample) for other in kept):
            kept.append(entry)
    return sorted(kept, key=lambda entry: entry.size)


def _beside(entry: Fitted, other: Fitted, sample: Sample) -> bool:
    """Whether ``entry`` may stand beside ``other``, whose description is no longer."""
    if entry.size > other.size:
        return pays(entry, other, sample)
    return sample.floored(entry.loss) * (1 - _EQUAL) > sample.floored(other.loss)


def _of_each_size(entries: Iterable[Fitted], sample: Sample) -> list[Fitted]:
    """One entry of each size, and none that a smaller one equals in its loss."""
    sizes: dict[int, list[Fitted]] = {}
    for entry in entries:
        sizes.setdefault(entry.size, []).append(entry)
    found: list[Fitted] = []
    for _, group in sorted(sizes.items()):
        entry = _chosen(group, sample)
        if not any(_equal(entry.loss, other.loss, sample) for other in found):
            found.append(entry)
    return found


def _chosen(group: Sequence[Fitted], sample: Sample) -> Fitted:
    """Of entries of one size that with the shortest description; of those as good as that the one
    that Schwarz's criterion prefers."""
    shortest = min(entry.length for entry in group)
    alike = [entry for entry in group if entry.length < shortest + _ALIKE]
    return min(alike, key=lambda entry: (_criterion(entry, sample), entry.length))


def _equal(a: float, b: float, sample: Sample) -> bool:
    a, b = sample.floored(a), sample.floored(b)
    return abs(a - b) <= _EQUAL * max(a, b)


def scores(losses: Sequence[float], sizes: Sequence[int]) -> list[float]:
    """Fall of log loss for each added node since the law before; 0 for the first."""
    result = [0.0]
    for k in range(1, len(losses)):
        fall = math.log(losses[k - 1]) - math.log(losses[k])
        result.append(fall / (sizes[k] - sizes[k - 1]))
    return result[: len(losses)]


def _anything(expr: Expr) -> bool:
    return True
