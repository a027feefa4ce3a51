"""Data for laws, drawn on the fly: columns, targets, noise.

Rows are log-uniform from :data:`FEWEST_ROWS` to :data:`MOST_ROWS`.  Each column has a kind of its
own (:data:`KINDS`) and a scale, most within three decades of 1, a few within thirty; in some
tables (:data:`ALIKE`) all columns have the same.  Up to
:data:`MOST_DUMMIES` columns have no part in the law; the columns' order is random.  A law that is
undefined somewhere is tried on other columns, then on positive ones and on ones from 0 to 1.

Kept are targets that are finite, below :data:`LARGEST_TARGET`, not constant, and to which each
variable of the law makes a difference that can be seen.

Noise is none in 40 % of the problems, else normal with a standard deviation log-uniform from
0.1 to 20 % of the target's.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from sr_kernel.expr.operators import FloatArray
from sr_kernel.guide.grammar import MOST_VARIABLES, Laws

FEWEST_ROWS, MOST_ROWS = 10, 1000
MOST_DUMMIES = 3
MOST_COLUMNS = MOST_VARIABLES + MOST_DUMMIES
LEAST_NOISE, MOST_NOISE = 1e-3, 0.2
NOISELESS = 0.4
LARGEST_TARGET = 1e120
TRIES = 4
"""Sets of columns on which a law is tried."""

KINDS = {
    "uniform": 0.30, "normal": 0.14, "log-normal": 0.12, "grid": 0.10, "log-uniform": 0.14,
    "integers": 0.08, "correlated": 0.12,
}  # fmt: skip
"""Kind of column -> share.  ``correlated`` follows an earlier column."""
ALIKE = 0.4
"""Share of the tables whose columns are all of one kind, as they mostly are in a table that
somebody made; in 60 % of these they have one scale and one range too."""


class Tables(NamedTuple):
    """Data of the laws that could be given some.

    Problem ``i`` has the law ``law[i]`` (an index), ``rows[i]`` rows and ``columns[i]`` columns;
    its table stands row by row from ``X[x_start[i]]`` on and its target from ``y[y_start[i]]`` on,
    ``exact`` without noise.  Variable ``k`` of the law is column ``place[i, k]``; ``noise[i]`` is
    relative to the target's standard deviation.
    """

    law: Any
    rows: Any
    columns: Any
    place: Any
    noise: FloatArray
    x_start: Any
    y_start: Any
    X: FloatArray
    y: FloatArray
    exact: FloatArray


def draw_tables(rng: np.random.Generator, laws: Laws) -> Tables:
    """A table for each of ``laws`` (but for those that are undefined wherever they are tried)."""
    from sr_kernel.guide.points_kernels import fill_tables

    count = len(laws.length)
    rows = np.floor(FEWEST_ROWS * ((MOST_ROWS + 1) / FEWEST_ROWS) ** rng.random(count)).astype(
        np.int64
    )
    dummies = np.where(rng.random(count) < 0.35, rng.integers(1, MOST_DUMMIES + 1, count), 0)
    columns = laws.count + dummies
    x_start, y_start = _starts(rows * columns), _starts(rows)
    place = np.zeros((count, MOST_COLUMNS), dtype=np.int64)
    noise = np.zeros(count)
    X, y, exact = np.empty(x_start[-1]), np.empty(y_start[-1]), np.empty(y_start[-1])
    good = np.zeros(count, dtype=np.bool_)
    fill_tables(rng, *laws, rows, columns, place, noise, x_start, y_start, X, y, exact,
                np.cumsum(list(KINDS.values())), good)  # fmt: skip
    kept = np.flatnonzero(good)
    return Tables(kept, rows[kept], columns[kept], place[kept], noise[kept],
                  x_start[kept], y_start[kept], X, y, exact)  # fmt: skip


def _starts(sizes: Any) -> Any:
    return np.concatenate([[0], np.cumsum(sizes)])
