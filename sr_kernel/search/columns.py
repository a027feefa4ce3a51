"""Fits that are linear in their coefficients: what a match is made of before it becomes a term."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from sr_kernel.expr import Expr
from sr_kernel.expr.operators import FloatArray

_DEPENDENT = 1e-10
"""What is left of a column of length one that the others give."""


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
    if diagonal.min() < _DEPENDENT:
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
    """The fit of all columns, then fits with the least significant one dropped, down to one.

    The columns are made orthogonal once: fits of some of them are fits in as many dimensions as
    there are columns, however many rows there are (Miller, Subset Selection in Regression, 2002).
    """
    columns = tuple(column for column in columns if _is_sound(column, weights))[: len(target)]
    if not columns:
        return
    matrix = np.stack([column.values for column in columns], axis=1) * weights[:, None]
    norms = np.linalg.norm(matrix, axis=0)
    q, r = np.linalg.qr(matrix / norms)
    right = target * weights
    inside = q.T @ right
    inside += q.T @ (right - q @ inside)
    outside = float(np.square(right - q @ inside).sum())
    kept = np.arange(len(columns))
    while len(kept):
        found = _solved(r[:, kept], inside, outside, max(len(target) - len(kept), 1))
        if found is None:
            kept = kept[:-1]
            continue
        share, errors = found
        chosen = tuple(columns[k] for k in kept)
        yield Combination(chosen, share / norms[kept], errors / norms[kept])
        size = np.abs(share)
        doubt = np.where(size > 0, errors / np.where(size > 0, size, 1.0), np.inf)
        # On exact data all errors are rounding: then the smallest contribution goes.
        order = np.lexsort((size, -np.round(np.log10(np.maximum(doubt, 1e-9)), 3)))
        kept = np.delete(kept, order[0])


def _is_sound(column: Column, weights: FloatArray) -> bool:
    norm = np.linalg.norm(column.values * weights)
    return bool(np.isfinite(norm) and norm > 0)


def _solved(
    part: FloatArray, inside: FloatArray, outside: float, freedom: int
) -> tuple[FloatArray, FloatArray] | None:
    """Least squares of ``inside`` (d,) by ``part`` (d, k) with standard errors, where ``outside``
    is the square of what no column explains; None if it is degenerate."""
    q, r = np.linalg.qr(part)
    if np.abs(np.diag(r)).min() < _DEPENDENT:
        return None
    answer = np.linalg.solve(r, q.T @ inside)
    rest = inside - part @ answer
    answer += np.linalg.solve(r, q.T @ rest)
    square = float(np.square(inside - part @ answer).sum()) + outside
    return answer, np.sqrt(np.square(np.linalg.inv(r)).sum(axis=1) * square / freedom)
