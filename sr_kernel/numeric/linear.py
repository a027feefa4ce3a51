"""Which constants enter a term linearly, and least squares for them at any scale."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sr_kernel.expr import Expr
from sr_kernel.expr.operators import FloatArray

RANK_TOLERANCE = 1e-12
"""Singular values of a column-normalised matrix below this fraction of the largest count as 0."""


def linear_constants(expr: Expr) -> tuple[int, ...]:
    """Reading-order numbers of float leaves in which ``expr`` is jointly affine.

    Of several factors that hold candidates only the richest counts: a product of two unknowns is
    not linear in both.
    """
    return tuple(sorted(_scan(expr, 0)[1]))


def _scan(expr: Expr, start: int) -> tuple[int, frozenset[int]]:
    """The number of the next leaf after ``expr``, and the linear ones within it."""
    if isinstance(expr.value, float):
        return start + 1, frozenset({start})
    inner = []
    for arg in expr.args:
        start, found = _scan(arg, start)
        inner.append(found)
    if expr.op in ("add", "neg"):
        return start, frozenset().union(*inner)
    if expr.op == "mul":
        return start, max(inner, key=len)
    return start, inner[0] if expr.op == "div" else frozenset()


class Factored(NamedTuple):
    """A matrix with columns scaled to unit norm: ``A = U diag(s) Vt diag(norms)``."""

    U: FloatArray
    s: FloatArray
    Vt: FloatArray
    norms: FloatArray

    @property
    def rank(self) -> int:
        """Numerical rank."""
        return int(np.sum(self.s > RANK_TOLERANCE * self.s[0])) if len(self.s) else 0


def factored(matrix: FloatArray, floor: FloatArray | None = None) -> Factored:
    """Singular value decomposition after scaling columns by their norms (at least ``floor``).

    Column entries may lie anywhere in the range of doubles: norms are taken relative to the
    largest entry, so squares neither overflow nor vanish.
    """
    norms = column_norms(matrix)
    if floor is not None:
        norms = np.maximum(norms, floor)
    unit = matrix / np.where(norms > 0, norms, 1.0)
    U, s, Vt = np.linalg.svd(unit, full_matrices=False)
    return Factored(U, s, Vt, norms)


def column_norms(matrix: FloatArray) -> FloatArray:
    """Euclidean norms of the columns, without overflow."""
    largest: FloatArray = np.max(np.abs(matrix), axis=0, initial=0.0)
    safe = np.where(largest > 0, largest, 1.0)
    norms: FloatArray = safe * np.sqrt(np.sum(np.square(matrix / safe), axis=0))
    return np.where(largest > 0, norms, 0.0)


def solved(matrix: Factored, target: FloatArray, kept: FloatArray) -> FloatArray:
    """The least-squares coefficients of shortest scaled length; ``kept`` for empty columns."""
    rank = matrix.rank
    weights = matrix.U[:, :rank].T @ target / matrix.s[:rank]
    safe = np.where(matrix.norms > 0, matrix.norms, 1.0)
    coefficients: FloatArray = (matrix.Vt[:rank].T @ weights) / safe
    return np.where(matrix.norms > 0, coefficients, kept)


def standard_errors(matrix: Factored, residual: FloatArray, rows: int) -> FloatArray:
    """Standard errors of the coefficients from the Jacobian at the optimum.

    ``s**2 (J'J)**-1`` with ``s**2`` the residual variance (Seber & Wild, Nonlinear Regression,
    2.1); infinite for a coefficient that the data do not determine, all of them where there are
    no more rows than coefficients.
    """
    count = len(matrix.norms)
    if rows <= count:
        return np.full(count, np.inf)
    rank = matrix.rank
    variance = float(residual @ residual) / (rows - count)
    spread = np.sqrt(np.sum(np.square(matrix.Vt[:rank].T / matrix.s[:rank]), axis=1))
    loose = np.sum(np.square(matrix.Vt[:rank]), axis=0) < 1.0 - 1e-6
    safe = np.where(matrix.norms > 0, matrix.norms, 1.0)
    errors: FloatArray = np.sqrt(variance) * spread / safe
    return np.where(loose | (matrix.norms == 0), np.inf, errors)
