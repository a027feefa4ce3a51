"""Screening: which few of very many candidate functions are worth a fit on all rows."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from sr_kernel.search.dictionary import Dictionary
from sr_kernel.search.match import Target, best_chains, best_pairs, best_singles, best_triples

IntArray = NDArray[np.int64]

_CHUNK = 20_000
_CHAINED = 15_000
"""The first entries, among which groups are grown one by one, beside those among which pairs are
sought."""
_STARTS, _LONGEST = 8, 5
_DEAR = 0.01
"""Correlation that a node more must be worth."""


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
    pairs = members[best_pairs(unit, correlations[members] * usable, 60, poll=poll)]
    every = np.union1d(members, np.arange(min(len(dictionary), _CHAINED)))
    unit, usable = target.residuals(dictionary.rows(every))
    poll()
    chains = _chains(dictionary.sizes[every], unit, target, correlations[every])
    found += [tuple(int(every[k]) for k in chain) for chain in chains]
    places = np.searchsorted(every, pairs[:20])
    triples = every[best_triples(unit, correlations[every] * usable, places, 20)]
    poll()
    found += [tuple(sorted(int(k) for k in group)) for group in [*pairs, *triples]]
    return list(dict.fromkeys(found))


def _chains(
    sizes: IntArray, unit: NDArray[np.float64], target: Target, correlations: NDArray[np.float64]
) -> list[tuple[int, ...]]:
    """Groups grown from the entries that correlate best, for their size."""
    worth = np.abs(correlations) - _DEAR * sizes
    starts = np.argsort(-worth, kind="stable")[:_STARTS]
    chains = best_chains(unit, target.direction, starts, _LONGEST)
    return [tuple(sorted(chain)) for chain in chains if len(chain) == len(set(chain))]


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
