"""Batches for training: tables of one shape with what is to be told of their laws."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from sr_kernel.guide.actions import Peels, peels_of
from sr_kernel.guide.corpus import Batch, Corpus, Labels
from sr_kernel.guide.inputs import Inputs, inputs_of
from sr_kernel.guide.network import NOISE_EDGES
from sr_kernel.guide.tokens import FREE, sequences_of

ROWS = (10, 14, 20, 32, 64, 128, 256)
"""Numbers of rows that tables are cut to, so that many have the same."""
_FEWER = 0.6
"""Share of the tables of more rows than 64 that are cut to 64: small ones are quicker."""
_TOKEN, _CONSTANT = 4.5, 8.0
"""Bits of a token and of the value of a constant, roughly."""


class Targets(NamedTuple):
    """Labels of ``b`` laws over ``d`` columns: see :class:`~sr_kernel.guide.corpus.Labels` and
    :class:`~sr_kernel.guide.actions.Peels`; ``noise`` is a level, ``size`` nodes less 1, ``bits``
    what the law's description takes, ``sequence`` (b, LONGEST) the decoder's tokens."""

    operators: Any
    used: Any
    joined: Any
    size: Any
    noise: Any
    bits: Any
    outer: Any
    atoms: Any
    pairs: Any
    sequence: Any


class Row(NamedTuple):
    """One table with its targets, before tables of the same shape come together."""

    X: Any
    y: Any
    targets: Targets


def targets_of(labels: Labels, peels: Peels, sequences: Any) -> Targets:
    """The targets of the laws of a corpus batch, for as many columns as a table may have."""
    free = (sequences == FREE).sum(axis=1)
    bits = _TOKEN * (sequences >= 0).sum(axis=1) + _CONSTANT * free
    return Targets(
        labels.operators, labels.used, peels.joined, (sequences >= 0).sum(axis=1) - 1,
        np.searchsorted(NOISE_EDGES, labels.noise), bits.astype(np.float32),
        peels.outer, peels.atoms, peels.pairs, sequences,
    )  # fmt: skip


@dataclass
class Batches:
    """The stream of a corpus in batches of ``size`` tables of one shape; the same for a seed."""

    corpus: Corpus
    size: int = 64

    def __iter__(self) -> Iterator[tuple[Inputs, Targets]]:
        rng = np.random.default_rng([self.corpus.seed, 1])
        waiting: dict[tuple[int, int], list[Row]] = defaultdict(list)
        for batch in self.corpus.batches():
            for row in _rows(batch, rng):
                key = row.X.shape
                waiting[key].append(row)
                if len(waiting[key]) == self.size:
                    yield together(waiting.pop(key))


def _rows(batch: Batch, rng: np.random.Generator) -> Iterator[Row]:
    place = batch.tables.place
    all_ = targets_of(batch.labels, peels_of(batch.laws, place), sequences_of(batch.laws, place))
    for index, pair in enumerate(batch):
        X, y = pair.X, pair.y
        most = max(rows for rows in ROWS if rows <= len(y))
        if most > 64 and rng.random() < _FEWER:
            most = 64
        picked = rng.permutation(len(y))[:most]
        yield Row(X[picked], y[picked], Targets(*(part[index] for part in all_)))


def together(rows: list[Row]) -> tuple[Inputs, Targets]:
    """Rows of one shape as one batch."""
    d = rows[0].X.shape[1]
    stacked = Targets(
        *(np.stack(part) for part in zip(*(row.targets for row in rows), strict=True))
    )
    cut = stacked._replace(
        used=stacked.used[:, :d], joined=stacked.joined[:, :d, :d],
        atoms=stacked.atoms[:, :d], pairs=stacked.pairs[:, :d, :d],
    )  # fmt: skip
    X, y = np.stack([row.X for row in rows]), np.stack([row.y for row in rows])
    return inputs_of(X, y), cut
