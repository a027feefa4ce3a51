"""Everything found so far, one entry a function, in its cheapest spelling.

An entry's key is a functional hash: a random projection of its values on some rows of the data.
Equal keys are confirmed on the values themselves, so what is merged agrees on the data.

Memory: 8 bytes for each shown row (at most 256) and about 1 kB of terms and numbers an entry.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np

from sr_kernel.expr import Expr
from sr_kernel.expr.operators import FloatArray
from sr_kernel.search.history import Record, chosen
from sr_kernel.search.pattern import Pattern
from sr_kernel.search.refine import Fitted
from sr_kernel.search.sample import Sample

_AGREE = 1e-6
SHOWN = 256
"""Rows on which functions are compared."""


class Archive:
    """Fitted expressions over one sample; the whole history can be asked."""

    def __init__(self, sample: Sample, *, seed: int = 0) -> None:
        self.sample = sample
        generator = np.random.default_rng(seed)
        self._shown = np.sort(generator.permutation(sample.rows)[:SHOWN])
        self._probe = generator.normal(size=len(self._shown))
        self._bins: dict[int, list[int]] = {}
        self._entries: list[Record] = []
        self._values = np.empty((256, len(self._shown)))

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[Record]:
        return iter(self._entries)

    @property
    def bytes_an_entry(self) -> float:
        """Bytes of values held for an entry, room for further ones included."""
        return self._values.nbytes / max(len(self), 1)

    def add(self, fitted: Fitted) -> bool:
        """Keep ``fitted`` if its function is new or its spelling cheaper; says whether it was."""
        values = fitted.predicted[self._shown] / self.sample.unit
        record = Record.of(fitted)
        place = self._find(values)
        if place is None:
            self._append(record, values)
            return True
        if _cheapness(record) < _cheapness(self._entries[place]):
            # The values stay: they are those of the key under which the entry is found.
            self._entries[place] = record
            return True
        return False

    def find(self, predicted: FloatArray) -> Record | None:
        """The entry of the function with these values (n,) on the rows of the sample."""
        place = self._find(predicted[self._shown] / self.sample.unit)
        return None if place is None else self._entries[place]

    def _append(self, record: Record, values: FloatArray) -> None:
        place = len(self._entries)
        if place == len(self._values):
            grown = np.empty((2 * place, len(self._shown)))
            grown[:place] = self._values
            self._values = grown
        self._values[place] = values
        self._bins.setdefault(self._keys(values)[0], []).append(place)
        self._entries.append(record)

    def _keys(self, values: FloatArray) -> list[int]:
        """The bin of the projection and the one nearer to its edge."""
        size = float(np.linalg.norm(values)) or 1.0
        position = float(values @ self._probe) / (size * 10 * _AGREE)
        scale = round(math.log(size))
        bin_ = math.floor(position)
        side = -1 if position - bin_ < 0.5 else 1
        return [hash((bin_ + move, scale + step)) for move in (0, side) for step in (0, -1, 1)]

    def _find(self, values: FloatArray) -> int | None:
        allowed = _AGREE * (np.abs(values) + 1e-3 * np.abs(values).max(initial=0))
        for key in self._keys(values):
            for place in self._bins.get(key, ()):
                if (np.abs(self._values[place] - values) <= allowed).all():
                    return place
        return None

    def query(
        self,
        count: int | None = None,
        *,
        pattern: str | Expr | Pattern | None = None,
        max_size: int | None = None,
        max_parameters: int | None = None,
        where: Callable[[Expr], bool] | None = None,
    ) -> list[Record]:
        """The ``count`` entries (None: all) with the shortest descriptions that meet what is asked.

        ``pattern`` is a sub-expression with wildcards, see :mod:`sr_kernel.search.pattern`.
        """
        return chosen(self._entries, count, pattern, max_size, max_parameters, where)


def _cheapness(record: Record) -> tuple[int, int, float]:
    return record.size, record.parameters, record.length
