"""Screening: which few of very many candidate functions are worth a fit on all rows."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from sr_kernel.search.dictionary import Dictionary
from sr_kernel.search.match import Target, best_pairs, best_singles, best_triples

IntArray = NDArray[np.int64]

_CHUNK = 20_000


def screen(
    dictionary: Dictionary,
    target: Target,
    poll: Callable[[], None],
    *,
    pool: int = 3000,
) -> list[tuple[int, ...]]:
    """Index tuples of one, two and three entries that may explain the target, best guesses first.

    ``pool`` bounds the entries among which pairs are sought.
    """
    correlations = _look(dictionary, target, poll)
    singles = best_singles(correlations, dictionary.sizes, 6)
    found: list[tuple[int, ...]] = [(int(i),) for i in singles]
    members = _pool(correlations, dictionary.sizes, pool)
    rows = dictionary.rows(members)
    finite = np.isfinite(rows).all(axis=1)
    members, rows = members[finite], rows[finite]
    if len(members) < 2:
        return found
    unit, usable = target.residuals(rows)
    poll()
    pairs = best_pairs(unit, correlations[members] * usable, 60, poll=poll)
    triples = best_triples(unit, correlations[members] * usable, pairs[:20], 20)
    found += [tuple(int(members[k]) for k in group) for group in [*pairs, *triples]]
    return list(dict.fromkeys(found))


def _look(dictionary: Dictionary, target: Target, poll: Callable[[], None]) -> NDArray[np.float64]:
    correlations = np.zeros(len(dictionary))
    for begin in range(0, len(dictionary), _CHUNK):
        chunk = np.arange(begin, min(begin + _CHUNK, len(dictionary)))
        correlations[chunk] = target.look(dictionary.rows(chunk))
        poll()
    return correlations


def _pool(correlations: NDArray[np.float64], sizes: IntArray, count: int) -> IntArray:
    """The simplest and the best correlated entries, half and half."""
    if len(sizes) <= count:
        return np.arange(len(sizes))
    simplest = np.argsort(sizes, kind="stable")[: count // 2]
    best = np.argpartition(-np.abs(correlations), count // 2)[: count // 2]
    return np.unique(np.concatenate([simplest, best]))
