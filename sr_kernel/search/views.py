"""Views: what the law may look like with fewer columns, and how far the rows speak for it.

Symmetries in the gradients of a surrogate propose them (see symmetry), and exponents of a single
group that make neighbours alike (see groups); a surrogate over the new columns measures them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from sr_kernel.expr import number, symbol
from sr_kernel.expr.operators import FloatArray
from sr_kernel.search.columns import Column
from sr_kernel.search.groups import Group, groups
from sr_kernel.search.proposer import Context
from sr_kernel.search.surrogate import Surrogate
from sr_kernel.search.symmetry import View, reductions

QUIET = 0.003
"""Errors of a surrogate below which there is no noise to speak of."""
MEASURED = 260
"""Rows on which a view is told from one that only looks like it."""
_SOUND = 3
_ALIKE, _SEEMING = 1.1, 1.4
"""Errors this many times those of the best view are no other view's that is right, by the rows
themselves and by a surrogate."""
_FEWEST, _MOST = 60, 12
"""Rows and columns between which a surrogate can be relied on and is quick."""


def symmetric_views(context: Context) -> Iterator[View]:
    """What the symmetries of surrogates of log |y| and of y leave, the likeliest of each first."""
    sample = context.sample
    varying = [k for k in range(sample.X.shape[1]) if np.ptp(sample.X[:, k]) > 0]
    if not (2 <= len(varying) <= _MOST and sample.rows >= _FEWEST) or sample.constant:
        return
    columns = tuple(Column(symbol(sample.variables[k]), sample.X[:, k]) for k in varying)
    y = sample.y / sample.unit
    seed = context.problem.random_state
    likely = groups(columns, y, sample.weights, seed=seed, poll=context.poll)
    seen: set[frozenset[float]] = set()
    for target in _targets(y):
        start, noise, missed = _start(context, columns, target, y)
        dense = _of_groups(likely, start, target, y, missed)
        # With more columns than one a surrogate takes bends that it has too few rows for as noise.
        least = min((view.error for view in dense), default=np.inf)
        noise = min(noise, least)
        seen.update(view.key for view in dense)
        found = list(dense)
        for view in reductions(start, noise=noise):
            if view.key not in seen:
                seen.add(view.key)
                found.append(_measured(context, view, target, noise))
        if 2.0 * QUIET < least < np.inf:
            found = [*dense, *(v for v in found if not v.dense and v.error < _SEEMING * least)]
        found = _worthwhile(found)
        yield from found
        if found and _certain(found[0]):
            return


def _certain(view: View) -> bool:
    """Whether the law is likely to be of the one column of ``view``."""
    return len(view.columns) == 1 and view.certain


def _of_groups(
    likely: Sequence[Group], start: View, target: FloatArray, y: FloatArray, missed: float
) -> list[View]:
    """``start`` reduced to the one column of a group, for those that may be right: they tell at
    least as much as a surrogate of all columns, which misses rows by so much, and as each other."""
    scale = 1.0 if target is y else float(np.median(np.abs(y)))
    unknown = np.full((len(start.picked), 1), np.nan)
    found = [
        replace(
            start, columns=(group.column,), factor=group.factor, gradients=unknown, mixed=True,
            error=group.noise / scale / float(target.std()), floor=max(missed, QUIET), dense=True,
        )
        for group in likely
    ]  # fmt: skip
    least = min((view.error for view in found), default=0.0)
    return [view for view in found if view.sound and view.error < _ALIKE * least]


def _worthwhile(views: list[View]) -> list[View]:
    """The likeliest first: those that explain the target, or in want of such a few others."""
    views = sorted(views, key=lambda view: view.rank)
    sound = [view for view in views if view.sound]
    if sound and _certain(sound[0]):
        sound = [view for view in sound if len(view.columns) == 1]
    return sound[:_SOUND] if sound else views[:_SOUND]


def _measured(context: Context, view: View, target: FloatArray, noise: float) -> View:
    """``view`` with the error that a surrogate over its own columns makes."""
    context.poll()
    logarithm = (view.values == 1.0).all()
    with np.errstate(all="ignore"):
        factor = view.factor.values
        rest = target - np.log(np.abs(factor)) if logarithm else target / factor
    Z, _ = evened(np.stack([column.values for column in view.columns], axis=1))
    if not (np.isfinite(rest).all() and Z.std(axis=0).min() > 0):
        return replace(view, error=np.inf)
    weights = context.sample.weights * squares(np.exp(target) if logarithm else factor)
    model = Surrogate.of(Z, rest, weights, seed=1, rows=MEASURED, poll=context.poll)
    share = model.noise * float(rest.std() / target.std())
    if not logarithm:
        share *= float(np.median(np.abs(factor)))
    return replace(view, error=share, floor=max(noise, QUIET))


def squares(values: FloatArray) -> FloatArray:
    """What weighs rows whose noise was divided by ``values``."""
    with np.errstate(under="ignore"):
        return np.asarray(np.square(values / np.abs(values).max()))


def _targets(y: FloatArray) -> list[FloatArray]:
    """The target, and its logarithm if all values have one sign."""
    if y.min() > 0 or y.max() < 0:
        return [np.log(np.abs(y)), y]
    return [y]


def _start(
    context: Context, columns: tuple[Column, ...], target: FloatArray, y: FloatArray
) -> tuple[View, float, float]:
    X = np.stack([column.values for column in columns], axis=1)
    Z, positive = evened(X)
    logarithm = target is not y
    weights = context.sample.weights * squares(y if logarithm else np.ones(len(y)))
    seed = context.problem.random_state
    model = Surrogate.of(Z, target, weights, seed=seed, poll=context.poll)
    slopes = model.gradients / np.where(positive, X[model.picked], 1.0)
    values = np.ones(len(model.values)) if logarithm else model.values / y.std()
    if not logarithm:
        slopes = slopes / y.std()
    one = Column(number(1), np.ones(len(y)))
    return View(columns, one, model.picked, slopes, values), model.noise, model.missed


def evened(X: FloatArray) -> tuple[FloatArray, np.ndarray]:
    """``X`` with logarithms in place of the columns that they spread more evenly, and which."""
    positive = np.array([_logarithmic(column) for column in X.T])
    return np.where(positive, np.log(np.where(positive, X, 1.0)), X), positive


def _logarithmic(column: FloatArray) -> bool:
    """Whether the logarithms of a column are spread more evenly than its values."""
    if column.min() <= 0:
        return False
    return _skew(np.log(column)) < _skew(column)


def _skew(values: FloatArray) -> float:
    unit = (values - values.mean()) / max(float(values.std()), 1e-300)
    return abs(float(np.mean(unit**3)))
