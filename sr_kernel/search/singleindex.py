"""Single-index views: is y, but for a factor or linear terms, a function of one function u?

Sorted by the right u, the values of y follow one another smoothly whatever function of u they are,
so the mean square of successive differences is far below twice the variance (von Neumann 1941);
linear terms are seen through by regressing the differences (Yatchew 1997).  No outer function has
to be known, none has to be one-to-one, and noise only adds its own variance.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from sr_kernel.expr import apply, number, symbol
from sr_kernel.expr.operators import FloatArray
from sr_kernel.search.bank import IntArray
from sr_kernel.search.columns import Column
from sr_kernel.search.proposer import Context
from sr_kernel.search.symmetry import View

_SMOOTH = 0.08
"""Ratio of successive differences to chance up to which y is taken for a function of u."""
_CHUNK = 4000
_FEWEST = 24
_AGAIN, _BEST = 60, 3
"""Functions that are looked at on all rows, and how many of them are proposed for each target."""


@dataclass(frozen=True, slots=True)
class _Goal:
    """y / factor is looked at, ``linear`` columns (n, q) being free to be added."""

    factor: Column
    target: FloatArray
    linear: tuple[Column, ...]


def single_index_views(context: Context, begin: int, end: int) -> Iterator[View]:
    """Views of one function among the bank's entries from ``begin`` to ``end``, and of linear
    columns beside it; the smoothest first."""
    bank, rows = context.bank, context.probe_rows
    picked = np.flatnonzero(bank.varying[begin:end]) + begin
    if len(rows) < _FEWEST or not len(picked):
        return
    goals = list(_goals(context))
    ratios = np.full((len(goals), len(picked)), np.inf)
    for start in range(0, len(picked), _CHUNK):
        context.poll()
        part = picked[start : start + _CHUNK]
        order = np.argsort(bank.rows[part], axis=1)
        for place, goal in enumerate(goals):
            ratios[place, start : start + _CHUNK] = _roughness(goal, rows, order)
    found: list[tuple[float, int, View]] = []
    for place, goal in enumerate(goals):
        context.poll()
        best = np.argsort(ratios[place], kind="stable")[:_AGAIN]
        best = best[ratios[place, best] < 4.0 * _SMOOTH]
        found += [(rough, len(found), view) for rough, view in _seen(context, goal, picked[best])]
    for _, _, view in sorted(found, key=lambda entry: entry[:2]):
        yield view


def _goals(context: Context) -> Iterator[_Goal]:
    """y itself, beside all columns, and multiplied with or divided by one of them."""
    sample = context.sample
    y = sample.y / sample.unit
    one = Column(number(1), np.ones(sample.rows))
    names, X = sample.variables, sample.X
    varying = [k for k in range(len(names)) if np.ptp(X[:, k]) > 0]
    columns = tuple(Column(symbol(names[k]), X[:, k]) for k in varying)
    if len(varying) < 2:
        return
    yield _Goal(one, y, ())
    if len(varying) <= 6:
        yield _Goal(one, y, columns)
    for column in columns:
        size = np.abs(column.values)
        if size.min() > 1e-9 * size.max():
            yield _Goal(column, y / column.values, ())
            yield _Goal(
                Column(apply("div", number(1), column.expr), 1 / column.values),
                y * column.values, (),
            )  # fmt: skip


def _roughness(goal: _Goal, rows: IntArray, order: IntArray) -> FloatArray:
    """Mean square of successive differences (k,) in units of chance, rows sorted by ``order``."""
    target = goal.target[rows]
    steps = np.diff(target[order], axis=1)
    rough = np.square(steps).mean(axis=1)
    if not goal.linear:
        return np.asarray(rough / (2.0 * target.var() + 1e-300))
    columns = np.stack([column.values[rows] for column in goal.linear], axis=1)
    columns = columns / columns.std(axis=0)
    moves = np.diff(columns[order], axis=1)
    gram = np.einsum("kij,kil->kjl", moves, moves) + 1e-9 * np.eye(columns.shape[1])
    right = np.einsum("kij,ki->kj", moves, steps)
    answer = np.linalg.solve(gram, right[:, :, None])[:, :, 0]
    left = np.maximum(np.square(steps).sum(axis=1) - np.einsum("kj,kj->k", right, answer), 0.0)
    span = np.column_stack([np.ones(len(target)), columns])
    rest = target - span @ np.linalg.lstsq(span, target, rcond=None)[0]
    return np.asarray(left / (steps.shape[1] - columns.shape[1]) / (2.0 * rest.var() + 1e-300))


def _seen(context: Context, goal: _Goal, picked: IntArray) -> Iterator[tuple[float, View]]:
    """The smoothest of the ``picked`` entries on all rows, functions of one another once."""
    sample = context.sample
    values = context.bank.values(picked, sample.X)
    sound = np.isfinite(values).all(axis=1)
    picked, values = picked[sound], values[sound]
    if not len(picked):
        return
    rough = _roughness(goal, np.arange(sample.rows), np.argsort(values, axis=1))
    order = np.lexsort((context.bank.sizes[picked], np.round(rough, 9)))
    told: list[float] = []
    for k in order:
        if len(told) >= _BEST or rough[k] > _SMOOTH:
            return
        if any(abs(rough[k] - other) < 1e-6 + 1e-3 * other for other in told):
            continue
        told.append(float(rough[k]))
        column = Column(context.bank.expr(int(picked[k])), values[k])
        if column.expr.is_symbol:
            continue
        columns = (column, *goal.linear)
        nothing = np.zeros((0, len(columns)))
        yield float(rough[k]), View(
            columns, goal.factor, np.zeros(0, dtype=np.int64), nothing, np.zeros(0), float(rough[k])
        )
