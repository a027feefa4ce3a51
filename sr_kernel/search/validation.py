"""How well a law does on rows that its constants were not fitted to."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from sr_kernel.expr import Expr
from sr_kernel.search.refine import fit
from sr_kernel.search.sample import Sample, spread_rows

FOLDS = 5
FEWEST = 10
"""Rows below which a fold is too small to say anything."""
_MOST = 5000

Rows = NDArray[np.int64]


def validation_error(expr: Expr, sample: Sample, seen: Rows, *, seed: int = 0) -> float | None:
    """The weighted mean squared error of ``expr`` on held-out rows; None on too few rows.

    ``seen`` are the rows that the search has looked at.  If enough others are left, those are held
    out; otherwise each of five folds is, the constants being fitted to the other four.  Infinite
    where the law is undefined on a row.
    """
    if sample.rows < FEWEST:
        return None
    total = weight = 0.0
    for inside, outside in _splits(sample.rows, seen, seed):
        fitted = fit(expr, _part(sample, inside), max_steps=15, units=False)
        judged = _part(sample, outside)
        share = float(sample.weights[outside].sum())
        loss = judged.relative_loss(judged.predict(fitted.expr if fitted is not None else expr))
        total += share * judged.absolute(loss)
        weight += share
    return total / weight if weight > 0 else None


def _splits(rows: int, seen: Rows, seed: int) -> Iterator[tuple[Rows, Rows]]:
    generator = np.random.default_rng(seed)
    unseen = np.setdiff1d(np.arange(rows), seen)
    if len(unseen) >= max(len(seen) // 4, FEWEST):
        yield seen, unseen[spread_rows(len(unseen), _MOST, generator)]
        return
    order = generator.permutation(seen)
    for fold in range(FOLDS):
        yield np.delete(order, np.s_[fold::FOLDS]), order[fold::FOLDS]


def _part(sample: Sample, rows: Rows) -> Sample:
    weights = sample.weights[rows]
    if not weights.any():  # of no weight in the sum either
        weights = np.ones(len(rows))
    return Sample(sample.variables, sample.X[rows], sample.y[rows], weights)
