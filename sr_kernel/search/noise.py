"""How noisy is the target, before any law is known?

Rows with equal inputs tell it by their spread (pure error, Fisher 1922).  Without them each row is
predicted by a plane through its nearest neighbours; what the plane misses is noise, and bending of
the function between neighbours, so it is an upper estimate.
"""

from __future__ import annotations

import math

import numpy as np

from sr_kernel.expr.operators import FloatArray
from sr_kernel.search.sample import Sample, spread_rows

REPEATS = 10
"""Degrees of freedom from which on repeated rows are believed."""
_ASKED = 400
_FEWEST = 12
"""Rows below which nothing is said."""


def noise_level(sample: Sample, *, seed: int = 0) -> float | None:
    """The standard deviation of the noise in units of the target; None if the rows do not tell."""
    varying = [k for k, column in enumerate(sample.X.T) if np.ptp(column) > 0]
    if sample.rows < _FEWEST or not varying or sample.constant:
        return None
    y = sample.y / sample.unit
    X = _evened(sample.X[:, varying])
    variance = _of_repeats(X, y)
    if variance is None:
        variance = _of_planes(X, y, np.random.default_rng(seed))
    return None if variance is None else math.sqrt(variance) * sample.unit


def _evened(X: FloatArray) -> FloatArray:
    """Columns (n, d) by rank, from 0 to 1: neighbours are then the same in any units."""
    ranks = [np.unique(column, return_inverse=True)[1] for column in X.T]
    return np.stack([rank / max(rank.max(), 1) for rank in ranks], axis=1)


def _of_repeats(X: FloatArray, y: FloatArray) -> float | None:
    _, group, counts = np.unique(X, axis=0, return_inverse=True, return_counts=True)
    freedom = len(y) - len(counts)
    if freedom < REPEATS:
        return None
    group = group.reshape(-1)
    means = np.bincount(group, y) / counts
    return float(np.square(y - means[group]).sum() / freedom)


def _of_planes(X: FloatArray, y: FloatArray, generator: np.random.Generator) -> float | None:
    from scipy.spatial import cKDTree

    rows, columns = X.shape
    count = 2 * (columns + 1) + 2
    if rows < 3 * count:
        return None
    asked = spread_rows(rows, _ASKED, generator)
    near = np.asarray(cKDTree(X).query(X[asked], k=count + 1)[1])
    squares = []
    for found, own in zip(near, asked, strict=True):
        others = found[found != own][:count]
        squares.append(_missed(X[others] - X[own], y[others], y[own]))
    # The median stands up to outliers and to the few rows where the function bends most.
    known = [square for square in squares if math.isfinite(square)]
    return float(np.median(known)) / _MEDIAN if len(known) >= _FEWEST else None


_MEDIAN = 0.4549364
"""The median of the square of a standard normal variable."""


def _missed(moves: FloatArray, values: FloatArray, own: float) -> float:
    """The squared error of a plane at its centre, in units of the noise there."""
    design = np.column_stack([np.ones(len(moves)), moves])
    inverse = np.linalg.pinv(design, rcond=1e-8)
    leverage = float(np.square(inverse[0]).sum())
    return float(own - inverse[0] @ values) ** 2 / (1.0 + leverage)
