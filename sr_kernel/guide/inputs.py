"""What the network sees of a table: points and statistics, the same for any order of the rows.

Extreme scales are divided out by powers of ten first.  The statistics are those of regressions of y
(and its logarithm, reciprocal, square, root and exponential) on the columns, their logarithms and
simple functions of them: how much is left over, which column or pair of columns matters how much,
with which exponent; whether y is a quotient of polynomials; and how y differs between neighbouring
rows, which tells noise.  Columns are treated alike, so their order does not matter but for the
order of the answers.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sr_kernel.expr.operators import FloatArray

Single = NDArray[np.float32]

POINTS = 40
"""Most rows whose points are looked at."""
ROWS = 256
"""Most rows of which statistics are made."""
VIEWS = 6
"""Ways in which y is looked at."""
SHAPES = 8
"""Simple functions of a column."""
CHANNELS = 8
"""Numbers for each entry of a table."""
_EPS = 1e-12


class Inputs(NamedTuple):
    """``b`` tables of ``d`` columns: ``x`` (b, n, d, CHANNELS) and ``y`` (b, n, CHANNELS) for
    ``n`` points; ``whole`` (b, WHOLE), ``column`` (b, d, COLUMN), ``pair`` (b, d, d, PAIR)."""

    x: Single
    y: Single
    whole: Single
    column: Single
    pair: Single


def inputs_of(X: FloatArray, y: FloatArray) -> Inputs:
    """The inputs for tables (b, n, d) with targets (b, n); of more rows than :data:`ROWS` the first
    are taken, so rows should be in no order."""
    X, y = _ordinary(X[:, :ROWS]), _ordinary(y[:, :ROWS])
    with np.errstate(all="ignore"):
        whole, column, pair = _statistics(X, y)
        return Inputs(
            _channels(X[:, :POINTS]), _channels(y[:, :POINTS]),
            _bounded(whole), _bounded(column), _bounded(pair),
        )  # fmt: skip


def _bounded(values: FloatArray) -> Single:
    return np.nan_to_num(values, nan=0.0, posinf=10.0, neginf=-10.0).clip(-10, 10).astype("f4")


def _magnitude(values: FloatArray) -> FloatArray:
    """Absolute values (b, n, ...); of a zero, the smallest other one of its column, so that
    logarithms and reciprocals are not all about zeros."""
    size = np.abs(values)
    least = np.where(size > 0, size, np.inf).min(axis=1, keepdims=True)
    return np.asarray(np.maximum(size, np.where(np.isfinite(least), least, 1.0)))


def _ordinary(values: FloatArray) -> FloatArray:
    """Values (b, n, ...) over a power of ten, if they are far from 1."""
    with np.errstate(all="ignore"):
        size = np.log10(_magnitude(values)).mean(axis=1, keepdims=True).round()
        return np.asarray(values / np.where(np.abs(size) > 3, 10.0**size, 1.0))


def _standard(values: FloatArray, limit: float = 6.0) -> FloatArray:
    """Values (b, n, ...) with mean 0 and variance 1, outliers drawn in."""
    values = np.nan_to_num(values, nan=0.0, posinf=1e30, neginf=-1e30).clip(-1e30, 1e30)
    for _ in range(2):
        values = values - values.mean(axis=1, keepdims=True)
        values = values / (np.sqrt(np.square(values).mean(axis=1, keepdims=True)) + 1e-30)
        values = values.clip(-limit, limit)
    values = values - values.mean(axis=1, keepdims=True)
    return np.asarray(values / (np.sqrt(np.square(values).mean(axis=1, keepdims=True)) + 1e-30))


def _channels(values: FloatArray) -> Single:
    """Each value (b, n, ...) as CHANNELS numbers that show it on several scales."""
    size = np.abs(values)
    most = size.max(axis=1, keepdims=True) + 1e-30
    logs = np.log10(size + _EPS).clip(-6, 6)
    over = (most / np.where(size > 1e-3 * most, values, 1e-3 * most)).clip(-30, 30)
    found = [
        _standard(values) / 2, values / most, np.sign(values), logs / 3,
        _standard(np.log(_magnitude(values))) / 2, np.arcsinh(values.clip(-1e6, 1e6)) / 3,
        np.sin(values.clip(-50, 50)), np.arcsinh(over) / 3,
    ]  # fmt: skip
    return _bounded(np.stack(found, axis=-1))


def _views(y: FloatArray) -> FloatArray:
    """y (b, n) through functions (b, n, VIEWS)."""
    size = _magnitude(y)
    most = size.max(axis=1, keepdims=True)
    views = [y, np.log(size), np.sign(y) / size, y * y, np.sqrt(size), np.exp(3 * y / most)]
    return _standard(np.stack(views, axis=2))


def _shapes(X: FloatArray) -> FloatArray:
    """Columns (b, n, d) as functions of them (b, n, d, SHAPES)."""
    size = _magnitude(X)
    some = X.clip(-12, 12)
    shapes = [X, X * X, np.sign(X) / size, np.log(size), np.sqrt(size), np.exp(some),
              np.sin(X), np.cos(X)]  # fmt: skip
    b, n, d = X.shape
    return _standard(np.stack(shapes, axis=3).reshape(b, n, -1)).reshape(b, n, d, SHAPES)


def _regression(
    A: FloatArray, T: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Of T (b, n, q) on A (b, n, p), both standard: the share left over (b, q), coefficients and
    their t statistics (b, p, q), and what is left of the first two (b, n, 2)."""
    n, p = A.shape[1:]
    gram = A.transpose(0, 2, 1) @ A / n + 1e-6 * np.eye(p)
    inverse = np.linalg.inv(gram)
    weights = inverse @ (A.transpose(0, 2, 1) @ T / n)
    missed = T - A @ weights
    left = np.square(missed).mean(axis=1)
    share = (left * n / max(n - p - 1, 1)).clip(1e-9, 2.0)
    spread = np.diagonal(inverse, axis1=1, axis2=2).clip(1e-9)
    error = np.sqrt(spread[:, :, None] * (left[:, None, :] + 1e-9) / n)
    return share, weights, np.arcsinh(weights / error / 3), missed[:, :, :2]


def _statistics(X: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Of tables (b, n, d): (b, WHOLE), (b, d, COLUMN), (b, d, d, PAIR)."""
    b, n, d = X.shape
    views, shapes = _views(y), _shapes(X)
    plain, logs = shapes[..., 0], shapes[..., 3]
    whole, column, pair, missed = [], [], [], []
    for values in (plain, logs):
        share, weights, t, left = _regression(values, views)
        missed.append(left)
        whole += _shares(share)
        column += [t, weights]
        if values is logs:
            column.append(_exponents(X, y, weights[:, :, 1]))
        crossed, first, second = _crossed(values)
        if values is plain:
            related = _related(crossed, plain, views[..., 0])
        share, _, t, left = _regression(crossed, views)
        missed.append(left)
        whole += _shares(share)
        column.append(t[:, :d])
        square = np.zeros((b, d, d, VIEWS))
        square[:, first, second] = square[:, second, first] = t[:, d:]
        column.append(square[:, np.arange(d), np.arange(d)])
        pair.append(square)
    share, _, t, left = _regression(shapes.reshape(b, n, -1), views)
    missed.append(left)
    whole += _shares(share)
    column.append(t.reshape(b, d, SHAPES, VIEWS)[..., :2].reshape(b, d, -1))
    likeness = np.einsum("bndp,bnt->bdpt", shapes, views, optimize=True) / n
    column += [likeness.reshape(b, d, -1), _range(X), related[1]]
    pair.append(related[2])
    whole += [_range(y[:, :, None])[:, 0], (views**3).mean(axis=1) / 3,
              np.log((views**4).mean(axis=1)), _neighbours(plain, views[..., 0]),
              np.full((b, 2), [n / ROWS, d / 9]),
              _likeness(plain, np.concatenate(missed, axis=2)), related[0]]  # fmt: skip
    return tuple(np.concatenate(parts, axis=-1) for parts in (whole, column, pair))  # type: ignore[return-value]


def _shares(share: FloatArray) -> list[FloatArray]:
    return [-np.log10(share) / 3, share.clip(0, 1.5)]


def _crossed(values: FloatArray) -> tuple[FloatArray, NDArray[np.int64], NDArray[np.int64]]:
    """Columns (b, n, d) with their squares and products, and whose those are."""
    first, second = np.triu_indices(values.shape[2])
    products = _scaled(values[:, :, first] * values[:, :, second])
    return np.concatenate([values, products], axis=2), first, second


def _scaled(values: FloatArray) -> FloatArray:
    """Values (b, n, p) with mean 0 and variance 1."""
    values = values - values.mean(axis=1, keepdims=True)
    return np.asarray(values / (np.sqrt(np.square(values).mean(axis=1, keepdims=True)) + 1e-6))


def _related(
    crossed: FloatArray, X: FloatArray, y: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """How well y (b, n) obeys a relation between the ``crossed`` columns, itself and itself times
    the columns X (b, n, d), as a quotient of polynomials does: how little is left over of y (b, 2)
    and of y times each column (b, d, 2), and partial correlations of the latter (b, d, d, 1)."""
    n, d = X.shape[1:]
    target = y[:, :, None]
    A = np.concatenate([crossed, _scaled(X * target), target], axis=2)
    p = A.shape[2]
    inverse = np.linalg.inv(A.transpose(0, 2, 1) @ A / n + 1e-6 * np.eye(p))
    sizes = np.diagonal(inverse, axis1=1, axis2=2).clip(1e-9)  # (b, p)
    share = (n / max(n - p, 1) / sizes).clip(1e-9, 2.0)
    partial = -inverse / np.sqrt(sizes[:, :, None] * sizes[:, None])
    logs, mixed = -np.log10(share) / 3, slice(p - d - 1, p - 1)
    column = np.stack([logs[:, mixed], partial[:, mixed, -1]], axis=2)
    return np.stack([logs[:, -1], share[:, -1]], axis=1), column, partial[:, mixed, mixed, None]


def _exponents(X: FloatArray, y: FloatArray, weights: FloatArray) -> FloatArray:
    """The exponents (b, d) of a power law, and whether they are whole or half numbers."""
    logs, target = np.log(_magnitude(X)), np.log(_magnitude(y))
    ratio = target.std(axis=1)[:, None] / (logs.std(axis=1) + 1e-9)
    e = (weights * ratio).clip(-8, 8)
    turns = 2 * np.pi * e
    return np.stack([e / 2, np.cos(turns), np.cos(2 * turns), np.abs(e) < 0.1], axis=2)


def _range(values: FloatArray) -> FloatArray:
    """Where the columns (b, n, d) lie (b, d, 7)."""
    mean, spread = values.mean(axis=1), values.std(axis=1) + 1e-30
    found = [
        (mean / spread).clip(-10, 10) / 3, np.log10(spread).clip(-8, 8) / 3,
        np.log10(np.abs(mean) + 1e-30).clip(-8, 8) / 3, (values > 0).mean(axis=1),
        (np.abs(values) < 1).mean(axis=1), values.min(axis=1).clip(-10, 10) / 5,
        values.max(axis=1).clip(-10, 10) / 5,
    ]  # fmt: skip
    return np.stack(found, axis=-1)


def _neighbours(X: FloatArray, y: FloatArray) -> FloatArray:
    """How much y (b, n) differs between the nearest rows (b, n, d) of at most POINTS, against how
    far they are apart: quantiles of both, and of their ratio, as logarithms (b, 9)."""
    X, y = X[:, :POINTS], y[:, :POINTS]
    nearest, square = _nearest(X)
    apart = np.sqrt(square.clip(1e-12))
    change = np.abs(np.take_along_axis(y, nearest, axis=1) - y) + 1e-9
    logs = [np.log10(values) for values in (change, apart, change / apart)]
    return np.concatenate([np.quantile(v, [0.1, 0.5, 0.9], axis=1).T / 3 for v in logs], axis=1)


def _likeness(X: FloatArray, missed: FloatArray) -> FloatArray:
    """How much what regressions leave over (b, n, k) agrees between the nearest rows (b, k): noise
    does not, what is left of a law does."""
    nearest, _ = _nearest(X)
    other = np.take_along_axis(missed, nearest[:, :, None], axis=1)
    share = (missed * other).mean(axis=1) / (np.square(missed).mean(axis=1) + 1e-30)
    return np.asarray(share)


def _nearest(X: FloatArray) -> tuple[NDArray[np.int64], FloatArray]:
    """The nearest other row of each row (b, n, d), and the square of how far it is (b, n)."""
    square, n = np.square(X).sum(axis=2), X.shape[1]
    distance = square[:, :, None] + square[:, None] - 2 * X @ X.transpose(0, 2, 1)
    distance[:, np.arange(n), np.arange(n)] = np.inf
    nearest = distance.argmin(axis=2)
    return nearest, np.take_along_axis(distance, nearest[:, :, None], 2)[:, :, 0]


def _sizes() -> tuple[int, int, int]:
    X = np.random.default_rng(0).uniform(1, 2, (1, 16, 2))
    found = inputs_of(X, X[:, :, 0])
    return found.whole.shape[-1], found.column.shape[-1], found.pair.shape[-1]


WHOLE, COLUMN, PAIR = _sizes()
"""Numbers of a table, of each column, of each pair of columns."""
