"""Matches that hold up to rounding, found by hash: all pairs of a bank for the price of one sort.

t = a f + b g + known holds exactly when the parts of f and g outside span(known, t) are parallel.
Projected on a few random vectors orthogonal to that span, such f and g have the same direction, so
they meet in a sorted list: O(N log N) for N functions (a meet in the middle).  The bank's rows are
scaled once and each further target costs one matrix product, so many targets can be afforded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sr_kernel.expr.operators import FloatArray
from sr_kernel.search.match import Target

IntArray = NDArray[np.int64]

_NEGLIGIBLE = 1e-7
_PARALLEL = 2e-9
_APART = 1e-6
_CONFIRMED = 1e-8
_CHUNK = 20_000


@dataclass(frozen=True, slots=True)
class Seen:
    """Rows (N, m) scaled to a largest value of one, zero where they are not finite."""

    rows: FloatArray
    sizes: IntArray
    squares: FloatArray
    """Sums of squares (N,) of the scaled rows."""

    @classmethod
    def of(cls, rows: FloatArray, sizes: IntArray) -> Seen:
        """A scaled copy of ``rows``."""
        scaled = np.empty_like(rows)
        for begin in range(0, len(rows), _CHUNK):
            part = rows[begin : begin + _CHUNK]
            largest = np.abs(part).max(axis=1, initial=0.0)
            usable = (largest > 0) & (largest < np.inf)  # false for nan
            with np.errstate(all="ignore"):
                scaled[begin : begin + _CHUNK] = part / np.where(usable, largest, 1.0)[:, None]
            scaled[begin : begin + _CHUNK][~usable] = 0.0
        return cls(scaled, sizes, np.einsum("ij,ij->i", scaled, scaled))

    def first(self, count: int) -> Seen:
        """The first ``count`` rows."""
        return Seen(self.rows[:count], self.sizes[:count], self.squares[:count])


def exact_groups(
    seen: Seen, target: FloatArray, known: FloatArray, mask: FloatArray, *, count: int = 12
) -> list[tuple[int, ...]]:
    """Groups of no, one or two rows that give ``target`` (m,) exactly together with ``known``
    (m, q), on the rows where ``mask`` (m,) is one; the simplest first.
    """
    rows = int(mask.sum())
    if rows <= known.shape[1] + 3:
        return []  # so few rows that everything fits
    goal = Target(target, known, mask)
    if goal.explained:
        return [()]
    correlations, projected = _looked(seen, goal)
    singles = np.flatnonzero(np.abs(correlations) > 1.0 - 1e-9)
    groups: list[tuple[int, ...]] = [(int(k),) for k in singles[:count]]
    if rows > known.shape[1] + 4:
        groups += _pairs(seen.sizes, correlations, projected)
    groups.sort(key=lambda group: sum(int(seen.sizes[k]) for k in group))
    return _confirmed(seen, groups, target, known, mask, count)


def _looked(seen: Seen, goal: Target) -> tuple[FloatArray, FloatArray]:
    """Correlations (N,) with the target modulo known, and the projections (N, 4) of the unit
    rows on three random vectors and on the target's own direction; zero if of no use."""
    weights = goal.weights[:, None]
    looks = np.column_stack([goal.basis, goal.probe, goal.direction]) * weights
    found = seen.rows @ looks
    q = goal.basis.shape[1]
    whole = seen.squares
    if not (goal.weights == 1.0).all():
        whole = np.einsum("ij,ij,j->i", seen.rows, seen.rows, goal.weights**2)
    rest = whole - np.einsum("ij,ij->i", found[:, :q], found[:, :q])
    usable = rest > _NEGLIGIBLE**2 * whole
    norm = np.sqrt(np.where(usable, rest, 1.0))
    projected = np.where(usable[:, None], found[:, q:] / norm[:, None], 0.0)
    sharp = rest > _NEGLIGIBLE * whole
    return np.where(sharp, projected[:, 3], 0.0), projected


def _pairs(
    sizes: IntArray, correlations: FloatArray, projected: FloatArray
) -> list[tuple[int, ...]]:
    """Pairs of rows whose projections are parallel and that differ along the target."""
    norm = np.linalg.norm(projected[:, :3], axis=1)
    usable = np.flatnonzero((norm > 1e-7) & (np.abs(correlations) < 1.0 - 1e-9))
    if len(usable) < 2:
        return []
    sign = np.where(projected[usable, 0] < 0, -1.0, 1.0) / norm[usable]
    unit = projected[usable] * sign[:, None]
    order = np.argsort(unit[:, 1], kind="stable")
    unit, usable = unit[order], usable[order]
    new = (np.abs(np.diff(unit[:, :3], axis=0)) > _PARALLEL).any(axis=1)
    cluster = np.concatenate([[0], np.cumsum(new)])
    shared = np.bincount(cluster)[cluster] > 1
    cluster, along, member = cluster[shared], unit[shared, 3], usable[shared]
    if not len(member):
        return []
    # Of each cluster the simplest member, and the simplest that differs along the target.
    order = np.lexsort((member, sizes[member], cluster))
    cluster, along, member = cluster[order], along[order], member[order]
    start = np.concatenate([[True], cluster[1:] != cluster[:-1]])
    first = np.flatnonzero(start)[np.cumsum(start) - 1]
    other = np.abs(along - along[first]) > _APART * (1.0 + np.abs(along[first]))
    place = np.flatnonzero(other)
    _, once = np.unique(cluster[place], return_index=True)
    found = [(int(member[first[k]]), int(member[k])) for k in place[once]]
    found.sort(key=lambda pair: int(sizes[pair[0]] + sizes[pair[1]]))
    return list(found[:60])


def _confirmed(
    seen: Seen,
    groups: list[tuple[int, ...]],
    target: FloatArray,
    known: FloatArray,
    mask: FloatArray,
    count: int,
) -> list[tuple[int, ...]]:
    """Those of ``groups`` that least squares on the rows bears out."""
    rows = mask > 0
    unit = target[rows] / np.abs(target[rows]).max()
    scale = np.abs(known[rows]).max(axis=0, initial=1e-300)
    kept: list[tuple[int, ...]] = []
    for group in groups:
        matrix = np.column_stack([known[rows] / scale, seen.rows[list(group)].T[rows]])
        answer = np.linalg.lstsq(matrix, unit, rcond=1e-13)[0]
        residual = np.abs(matrix @ answer - unit).max()
        if residual < _CONFIRMED * np.abs(unit - unit.mean()).max():
            kept.append(group)
        if len(kept) >= count:
            break
    return kept


def exact_singles(
    rows: FloatArray, targets: Sequence[FloatArray], known: Sequence[FloatArray]
) -> list[IntArray]:
    """For each of ``targets`` (m,) the places of the ``rows`` (N, m) that may give it together
    with its ``known`` (m, q): a screen for a few values of very many functions."""
    ones = np.ones(rows.shape[1])
    goals = [Target(t, k, ones) for t, k in zip(targets, known, strict=True)]
    scaled = Seen.of(rows, np.zeros(len(rows), dtype=np.int64))
    looked = scaled.rows @ np.column_stack([np.column_stack([g.basis, g.direction]) for g in goals])
    found, start = [], 0
    for goal in goals:
        stop = start + goal.basis.shape[1]
        rest = scaled.squares - np.square(looked[:, start:stop]).sum(axis=1)
        sharp = rest > _NEGLIGIBLE * scaled.squares
        found.append(np.flatnonzero(sharp & (looked[:, stop] ** 2 > (1.0 - 1e-7) * rest)))
        start = stop + 1
    return found


def distinct_modulo(rows: FloatArray, columns: FloatArray) -> IntArray:
    """Places of the ``rows`` (N, m) that differ by more than a factor and the span of a constant
    and ``columns`` (m, d); of those that do not, the first; none of the span itself."""
    known = np.column_stack([np.ones(len(columns)), columns])
    goal = Target(np.zeros(len(columns)), known, np.ones(len(columns)))
    seen = Seen.of(rows, np.zeros(len(rows), dtype=np.int64)).rows
    inside = seen @ goal.basis
    rest = np.einsum("ij,ij->i", seen, seen) - np.einsum("ij,ij->i", inside, inside)
    outside = np.flatnonzero(rest > _NEGLIGIBLE)
    projected = (seen[outside] @ goal.probe) / np.sqrt(rest[outside])[:, None]
    projected *= np.where(projected[:, :1] < 0, -1.0, 1.0)
    _, first = np.unique(np.round(projected, 7), axis=0, return_index=True)
    return np.asarray(outside[np.sort(first)])
