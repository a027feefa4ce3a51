"""Meet in the middle: which one, two or three rows of a bank explain a target linearly?

Everything works on raw rows of values.  ``known`` columns (the constant, the variables ...) have
free coefficients and are projected out first, so what is compared is what they cannot explain.

Pairs are found by correlation: the best ones of a pool by the explained sum of squares, one matrix
product for all.  Without noise there is a quicker way, see exact.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from sr_kernel.expr.operators import FloatArray

IntArray = NDArray[np.int64]

_NEGLIGIBLE = 1e-7
"""A row whose part outside the known span is smaller than this share of it lies in the span."""


class Target:
    """A target (m,) seen modulo ``known`` (m, q), rows weighted by ``weights`` (m,) >= 0."""

    def __init__(
        self, target: FloatArray, known: FloatArray, weights: FloatArray, *, seed: int = 0
    ) -> None:
        self.weights = weights / weights.max()
        self.basis = _orthonormal(known * self.weights[:, None])
        rest = self._outside((target * self.weights)[None, :])[0]
        whole = float(np.linalg.norm(target * self.weights))
        self.norm = float(np.linalg.norm(rest))
        self.explained = self.norm <= 1e-13 * whole
        """Whether the known columns alone give the target, up to rounding."""
        self.direction = rest / self.norm if self.norm > 0 else rest
        both = np.column_stack([self.basis, self.direction])
        probe = np.random.default_rng(seed).normal(size=(len(target), 3))
        for _ in range(2):
            probe -= both @ (both.T @ probe)
        self.probe = probe / np.maximum(np.linalg.norm(probe, axis=0), 1e-300)

    def _outside(self, rows: FloatArray) -> FloatArray:
        for _ in range(2):  # twice is enough, once is not
            rows = rows - (rows @ self.basis) @ self.basis.T
        return rows

    def _shown(self, rows: FloatArray) -> FloatArray:
        """Weighted rows of largest value one; rows that are not finite become zero."""
        largest = np.abs(rows).max(axis=1)
        usable = (largest > 0) & (largest < np.inf)  # false for nan
        with np.errstate(all="ignore"):
            shown = rows / np.where(usable, largest, 1.0)[:, None] * self.weights
        shown[~usable] = 0.0
        return np.asarray(shown)

    def look(self, rows: FloatArray) -> FloatArray:
        """Signed correlation (N,) of each row with the target modulo known; 0 if undefined."""
        shown = self._shown(rows)
        inside = shown @ self.basis
        whole = np.einsum("ij,ij->i", shown, shown)
        rest = whole - np.einsum("ij,ij->i", inside, inside)
        usable = rest > _NEGLIGIBLE * whole
        products = shown @ self.direction
        return np.where(usable, products / np.sqrt(np.where(usable, rest, 1.0)), 0.0)

    def residuals(self, rows: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Unit parts of the rows outside the known span (N, m), and 0 or 1 (N,) for usable."""
        shown = self._shown(rows)
        whole = np.linalg.norm(shown, axis=1)
        rest = self._outside(shown)
        norm = np.linalg.norm(rest, axis=1)
        usable = norm > _NEGLIGIBLE * whole
        rest[~usable] = 0.0
        return rest / np.where(usable, norm, 1.0)[:, None], usable.astype(np.float64)


def _orthonormal(columns: FloatArray) -> FloatArray:
    """An orthonormal basis (m, r) of the span, dependent columns dropped."""
    if columns.shape[1] == 0:
        return np.zeros((len(columns), 0))
    norms = np.linalg.norm(columns, axis=0)
    scaled = columns[:, norms > 0] / norms[norms > 0]
    left, singular, _ = np.linalg.svd(scaled, full_matrices=False)
    return np.asarray(left[:, singular > 1e-10 * max(singular.max(initial=0), 1e-300)])


def best_singles(correlations: FloatArray, sizes: IntArray, per_size: int) -> IntArray:
    """Indices of the ``per_size`` rows of each size with the largest squared correlation.

    Rows with the same correlation are the same function up to the known span: one is kept.
    """
    strength = np.square(correlations)
    chosen: list[IntArray] = []
    for size in np.unique(sizes):
        group = np.flatnonzero(sizes == size)
        keep = min(len(group), 3 * per_size)
        top = group[np.argpartition(-strength[group], keep - 1)[:keep]]
        top = top[np.lexsort((top, -strength[top]))]
        chosen.append(_apart(top, strength)[:per_size])
    return np.concatenate(chosen) if chosen else np.zeros(0, dtype=np.int64)


def _apart(order: IntArray, strength: FloatArray) -> IntArray:
    """``order`` (falling strength) without those as strong as the one before, to rounding."""
    if len(order) == 0:
        return order
    gap = -np.diff(strength[order])
    return np.asarray(order[np.concatenate([[True], gap > 1e-12])])


def best_pairs(
    unit: FloatArray,
    correlations: FloatArray,
    count: int,
    *,
    poll: Callable[[], None] = lambda: None,
) -> IntArray:
    """The ``count`` pairs (k, 2) of unit residual rows that explain most of the target together.

    ``unit`` (L, m) and ``correlations`` (L,) come from :class:`Target`.
    """
    strength = np.square(correlations)
    pairs = np.zeros((0, 2), dtype=np.int64)
    gains = np.zeros(0)
    block = max(1, 500_000 // max(len(unit), 1))
    for begin in range(0, len(unit), block):
        poll()
        part = slice(begin, begin + block)
        cosine = unit[part] @ unit.T
        rest = 1.0 - np.square(cosine)
        gain = strength[part, None] + strength[None, :]
        gain -= 2.0 * cosine * correlations[part, None] * correlations[None, :]
        with np.errstate(all="ignore"):
            gain = np.where(rest > 1e-7, gain / rest, 0.0)
        # Each pair once, and only where the second adds to the first.
        gain[np.tril_indices(len(gain), begin, gain.shape[1])] = 0.0
        keep = min(count, gain.size)
        flat = np.argpartition(-gain.ravel(), keep - 1)[:keep]
        i, j = np.divmod(flat, gain.shape[1])
        pairs = np.concatenate([pairs, np.stack([i + begin, j], axis=1)])
        gains = np.concatenate([gains, gain.ravel()[flat]])
        best = np.argsort(-gains, kind="stable")[:count]
        pairs, gains = pairs[best], gains[best]
    return pairs[gains > 0]


def best_triples(
    unit: FloatArray, correlations: FloatArray, pairs: IntArray, count: int
) -> IntArray:
    """The ``count`` triples (k, 3) that extend one of ``pairs`` best."""
    found: list[tuple[float, int, int, int]] = []
    for i, j in pairs:
        basis = _orthonormal(unit[[i, j]].T)
        inside = unit @ basis
        left = correlations - inside @ (basis.T @ _seen(unit[[i, j]], correlations[[i, j]]))
        rest = 1.0 - np.square(inside).sum(axis=1)
        with np.errstate(all="ignore"):
            gain = np.where(rest > 1e-7, np.square(left) / rest, 0.0)
        best = np.argsort(-gain, kind="stable")[:3]
        found += [(float(gain[k]), int(i), int(j), int(k)) for k in best if gain[k] > 0]
    found.sort(reverse=True)
    return np.array([triple[1:] for triple in found[:count]], dtype=np.int64).reshape(-1, 3)


def best_chains(
    unit: FloatArray, direction: FloatArray, starts: IntArray, length: int
) -> list[tuple[int, ...]]:
    """Groups of two to ``length`` places, each of ``starts`` grown by one row after the other.

    ``unit`` (L, m) and ``direction`` (m,) come from :class:`Target`.  The next row is the one that
    explains most of what those before leave over: orthogonal matching pursuit (Pati, Rezaiifar and
    Krishnaprasad 1993).
    """
    rests = np.tile(direction, (len(starts), 1))
    left = np.ones((len(starts), len(unit)))
    basis = np.zeros((len(starts), 0, unit.shape[1]))
    chains: list[tuple[int, ...]] = [(int(start),) for start in starts]
    found: list[tuple[int, ...]] = []
    for _ in range(length - 1):
        fresh = unit[[chain[-1] for chain in chains]]
        fresh = fresh - np.einsum("skm,sk->sm", basis, np.einsum("skm,sm->sk", basis, fresh))
        fresh /= np.maximum(np.linalg.norm(fresh, axis=1), 1e-300)[:, None]
        basis = np.concatenate([basis, fresh[:, None]], axis=1)
        rests = rests - np.einsum("sm,sm->s", rests, fresh)[:, None] * fresh
        left = left - np.square(fresh @ unit.T)
        with np.errstate(all="ignore"):
            gain = np.where(left > 1e-6, np.square(rests @ unit.T) / left, 0.0)
        best = np.argmax(gain, axis=1)
        chains = [(*chain, int(k)) for chain, k in zip(chains, best, strict=True)]
        found += chains
    return found


def _seen(unit: FloatArray, correlations: FloatArray) -> FloatArray:
    """The part of the target direction in the span of a few unit rows, from correlations."""
    return np.asarray(np.linalg.lstsq(unit, correlations, rcond=1e-10)[0])
