"""Everything found so far, one entry a function, in its cheapest spelling.

Entries are looked up by a random projection of their predictions and confirmed on the predictions
themselves, so what is merged agrees on the data; the functional hash that a law carries outside
is computed for what is shown.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np

from sr_kernel.expr import Expr
from sr_kernel.search.refine import Fitted
from sr_kernel.search.sample import Sample

_AGREE = 1e-6


class Archive:
    """Fitted expressions over one sample; the whole history can be asked."""

    def __init__(self, sample: Sample, *, seed: int = 0) -> None:
        self.sample = sample
        rows = sample.rows
        generator = np.random.default_rng(seed)
        self._shown = np.sort(generator.permutation(rows)[:256])
        self._probe = generator.normal(size=len(self._shown))
        self._bins: dict[int, list[int]] = {}
        self._entries: list[Fitted] = []

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[Fitted]:
        return iter(self._entries)

    def add(self, fitted: Fitted) -> bool:
        """Keep ``fitted`` if its function is new or its spelling cheaper; says whether it was."""
        values = fitted.predicted[self._shown] / self.sample.unit
        place = self._find(values)
        if place is None:
            for key in self._keys(values)[:1]:
                self._bins.setdefault(key, []).append(len(self._entries))
            self._entries.append(fitted)
            return True
        if _cheapness(fitted) < _cheapness(self._entries[place]):
            self._entries[place] = fitted
            return True
        return False

    def _keys(self, values: np.ndarray) -> list[int]:
        """The bin of the projection and the one nearer to its edge."""
        size = float(np.linalg.norm(values)) or 1.0
        position = float(values @ self._probe) / (size * 10 * _AGREE)
        scale = round(math.log(size))
        bin_ = math.floor(position)
        side = -1 if position - bin_ < 0.5 else 1
        return [hash((bin_ + move, scale + step)) for move in (0, side) for step in (0, -1, 1)]

    def _find(self, values: np.ndarray) -> int | None:
        allowed = _AGREE * (np.abs(values) + 1e-3 * np.abs(values).max(initial=0))
        for key in self._keys(values):
            for place in self._bins.get(key, ()):
                other = self._entries[place].predicted[self._shown] / self.sample.unit
                if (np.abs(other - values) <= allowed).all():
                    return place
        return None

    def query(
        self,
        count: int | None = None,
        *,
        max_size: int | None = None,
        max_parameters: int | None = None,
        where: Callable[[Expr], bool] | None = None,
    ) -> list[Fitted]:
        """Entries by description length, shortest first, that meet what is asked."""
        found = [
            entry
            for entry in self._entries
            if (max_size is None or entry.size <= max_size)
            and (max_parameters is None or entry.parameters <= max_parameters)
            and (where is None or where(entry.expr))
        ]
        found.sort(key=lambda entry: (entry.length, entry.size))
        return found[:count]


def _cheapness(fitted: Fitted) -> tuple[int, int, float]:
    return fitted.size, fitted.parameters, fitted.length
