"""Fits that are linear in their coefficients: what a match is made of before it becomes a term."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from sr_kernel.expr import Expr
from sr_kernel.expr.operators import FloatArray


@dataclass(frozen=True, slots=True)
class Column:
    """One regressor: its term and its values (n,) on the rows that are fitted.

    ``kind`` says how the values come from the term; what it may be is up to the proposer.
    """

    expr: Expr
    values: FloatArray
    kind: str = "plain"


@dataclass(frozen=True, slots=True)
class Combination:
    """Columns with their least-squares coefficients (k,) and standard errors (k,)."""

    columns: tuple[Column, ...]
    coefficients: FloatArray
    errors: FloatArray

    def predicted(self) -> FloatArray:
        """The linear combination (n,)."""
        total = np.zeros_like(self.columns[0].values)
        for c, column in zip(self.coefficients, self.columns, strict=True):
            total += c * column.values
        return total


def combine(
    columns: tuple[Column, ...], target: FloatArray, weights: FloatArray
) -> Combination | None:
    """Least squares with residuals multiplied by ``weights`` (n,); None if it is degenerate."""
    matrix = np.stack([column.values for column in columns], axis=1) * weights[:, None]
    norms = np.linalg.norm(matrix, axis=0)
    if not np.isfinite(norms).all() or not (norms > 0).all() or len(target) < len(columns):
        return None
    right = target * weights
    q, r = np.linalg.qr(matrix / norms)
    diagonal = np.abs(np.diag(r))
    if diagonal.min() < 1e-10:
        return None
    scaled = np.linalg.solve(r, q.T @ right)
    residual = right - (matrix / norms) @ scaled
    # One refinement step: exact data deserve all digits.
    scaled += np.linalg.solve(r, q.T @ residual)
    residual = right - (matrix / norms) @ scaled
    freedom = max(len(target) - len(columns), 1)
    inverse = np.linalg.inv(r)
    errors = np.sqrt(np.square(inverse).sum(axis=1) * float(residual @ residual) / freedom)
    return Combination(columns, scaled / norms, errors / norms)


def elimination(
    columns: tuple[Column, ...], target: FloatArray, weights: FloatArray
) -> Iterator[Combination]:
    """The fit of all columns, then fits with the least significant one dropped, down to one."""
    while columns:
        fit = combine(columns, target, weights)
        if fit is None:
            columns = columns[:-1]
            continue
        yield fit
        size = np.abs(fit.coefficients)
        doubt = np.where(size > 0, fit.errors / np.where(size > 0, size, 1.0), np.inf)
        # On exact data all errors are rounding: then the smallest contribution goes.
        share = size * np.array([np.linalg.norm(c.values * weights) for c in columns])
        order = np.lexsort((share, -np.round(np.log10(np.maximum(doubt, 1e-9)), 3)))
        columns = tuple(column for k, column in enumerate(columns) if k != order[0])
