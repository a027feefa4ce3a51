"""The compiled part of :mod:`sr_kernel.guide.points`; importing it imports numba."""

from __future__ import annotations

import math

import numpy as np

from sr_kernel.guide.grammar import LARGEST
from sr_kernel.guide.grammar_kernels import INPUT, compiled, pick
from sr_kernel.guide.points import (
    ALIKE,
    KINDS,
    LARGEST_TARGET,
    LEAST_NOISE,
    MOST_NOISE,
    NOISELESS,
    TRIES,
)
from sr_kernel.search.machine_kernels import forward

_NAMES = tuple(KINDS)
_UNIFORM, _NORMAL, _LOG_NORMAL = (_NAMES.index(n) for n in ("uniform", "normal", "log-normal"))
_GRID, _LOG_UNIFORM, _INTEGERS = (_NAMES.index(n) for n in ("grid", "log-uniform", "integers"))
_CORRELATED = _NAMES.index("correlated")
_CHECKED = 12
"""Rows on which each variable must make a difference."""
_SEEN = 1e-3
"""The least difference, relative to the target's standard deviation, in the largest of them."""
_NO_THETA = np.zeros(0)


@compiled
def _scale(rng):  # type: ignore[no-untyped-def]
    u = rng.random()
    decades = 0.7 if u < 0.6 else (3.0 if u < 0.93 else (10.0 if u < 0.98 else 30.0))
    return 10.0 ** (decades * (2.0 * rng.random() - 1.0))


@compiled
def _bounds(rng):  # type: ignore[no-untyped-def]
    """A range in units of the scale: from near 0, about 0, or away from it; either sign."""
    u = rng.random()
    if u < 0.35:
        low, high = 0.1 * rng.random(), 1.0 + rng.random()
    elif u < 0.6:
        low, high = -1.0 - rng.random(), 1.0 + rng.random()
    else:
        low = 0.2 + 3.0 * rng.random()
        high = low + 0.2 + 5.0 * rng.random()
    return (-high, -low) if rng.random() < 0.1 else (low, high)


@compiled
def _place_of(rng):  # type: ignore[no-untyped-def]
    """Where a column lies in units of its scale: bounds, centre and width."""
    low, high = _bounds(rng)
    centre, width = (2.0 * rng.random() if rng.random() < 0.5 else 0.0), 0.2 + rng.random()
    return low, high, centre, width


@compiled
def _fill(rng, column, kind, scale, where):  # type: ignore[no-untyped-def]
    n = len(column)
    low, high, centre, width = where
    if kind == _INTEGERS:
        most = int(2.0 * 10.0 ** (1.7 * rng.random()))
        least = -most if rng.random() < 0.3 else int(2.0 * rng.random())
        for i in range(n):
            column[i] = least + math.floor((most - least + 1) * rng.random())
        return
    for i in range(n):
        if kind in (_UNIFORM, _CORRELATED):
            a = low + (high - low) * rng.random()
        elif kind == _NORMAL:
            a = centre + width * rng.standard_normal()
        elif kind == _LOG_NORMAL:
            a = math.exp(width * rng.standard_normal())
        elif kind == _GRID:
            a = low + (high - low) * i / (n - 1)
        else:
            a = 10.0 ** ((1.0 + 2.0 * width) * (rng.random() - 0.5))
        column[i] = scale * a
    if kind == _GRID:
        _shuffle(rng, column)


@compiled
def _shuffle(rng, column):  # type: ignore[no-untyped-def]
    for i in range(len(column) - 1, 0, -1):
        j = int((i + 1) * rng.random())
        column[i], column[j] = column[j], column[i]


@compiled
def _follow(rng, column, earlier):  # type: ignore[no-untyped-def]
    """Mixes the standardised ``earlier`` column into ``column``, which keeps mean and width."""
    n = len(column)
    own, other = column.mean(), earlier.mean()
    spread, width = column.std(), earlier.std()
    rho = math.sqrt(rng.random()) * (-1.0 if rng.random() < 0.3 else 1.0)
    rest = math.sqrt(1.0 - rho * rho)
    if not (width > 0.0 and math.isfinite(width)):
        return
    for i in range(n):
        column[i] = own + rest * (column[i] - own) + rho * spread * (earlier[i] - other) / width


@compiled
def _columns(rng, X, kinds, attempt):  # type: ignore[no-untyped-def]
    """Fills the table (n, p): any columns, from the third try on positive ones, at last ones
    from 0 to 1.  Those of some tables are all of one kind, of some of these in one place too."""
    n, p = X.shape
    whole = np.empty((p, n))
    kind, scale, where = pick(rng, kinds), _scale(rng), _place_of(rng)
    alike, together = rng.random() < ALIKE, rng.random() < 0.6
    for j in range(p):
        if not alike:
            kind = pick(rng, kinds)
        if not (alike and together):
            scale, where = _scale(rng), _place_of(rng)
        if attempt >= 2:
            scale = 10.0 ** (rng.random() - 0.5)
        if attempt == TRIES - 1:
            for i in range(n):
                whole[j, i] = 0.02 + 0.96 * rng.random()
            continue
        _fill(rng, whole[j], kind, scale, where)
        if kind == _CORRELATED and j > 0:
            _follow(rng, whole[j], whole[int(j * rng.random())])
        if attempt == 2:
            least = 1e-3 * scale
            for i in range(n):
                whole[j, i] = abs(whole[j, i]) + least
    for i in range(n):
        for j in range(p):
            X[i, j] = whole[j, i]


@compiled
def _targets(code, left, right, value, X, y, v):  # type: ignore[no-untyped-def]
    """Fills ``y``; its standard deviation, or 0 where it is undefined, huge or constant."""
    n = len(y)
    low, high, total = math.inf, -math.inf, 0.0
    for i in range(n):
        a = forward(code, left, right, value, X[i], _NO_THETA, v)
        if not abs(a) < LARGEST_TARGET:
            return 0.0
        y[i] = a
        low, high, total = min(low, a), max(high, a), total + a
    largest = max(abs(low), abs(high))
    if not high - low > 1e-5 * largest or largest < 1.0 / LARGEST_TARGET:
        return 0.0
    mean, squares = total / n, 0.0
    for i in range(n):
        part = (y[i] - mean) / largest
        squares += part * part
    return largest * math.sqrt(squares / n)


@compiled
def _all_matter(code, left, right, value, X, y, spread, places, v):  # type: ignore[no-untyped-def]
    """Whether each variable of the law, exchanged with that of another row, moves the target."""
    n = len(y)
    row = np.empty(X.shape[1])
    for j in places:
        moved = False
        for i in range(min(_CHECKED, n)):
            row[:] = X[i]
            row[j] = X[(i + n // 2) % n, j]
            seen = forward(code, left, right, value, row, _NO_THETA, v)
            if abs(seen - y[i]) > _SEEN * spread or not math.isfinite(seen):
                moved = True
                break
        if not moved:
            return False
    return True


@compiled
def _noise(rng, exact, y, spread):  # type: ignore[no-untyped-def]
    """Fills ``y`` with the noisy target and returns the relative level."""
    if rng.random() < NOISELESS:
        y[:] = exact
        return 0.0
    level = LEAST_NOISE * (MOST_NOISE / LEAST_NOISE) ** rng.random()
    for i in range(len(y)):
        y[i] = exact[i] + level * spread * rng.standard_normal()
    return level


@compiled
def _places(rng, columns, place):  # type: ignore[no-untyped-def]
    """Which column each variable is; the rest of ``place`` are the dummies."""
    for j in range(columns):
        place[j] = j
    _shuffle(rng, place[:columns])


@compiled
def fill_tables(  # type: ignore[no-untyped-def]
    rng, code, left, right, value, length, count, rows, columns, place, noise,
    x_start, y_start, X, y, exact, kinds, good,
):  # fmt: skip
    """Fills the arrays of :class:`~sr_kernel.guide.points.Tables`; ``good`` says which."""
    v = np.empty(LARGEST)
    own = np.empty(LARGEST, dtype=np.int64)
    for i in range(len(length)):
        n = length[i]
        _places(rng, columns[i], place[i])
        for k in range(n):
            own[k] = place[i, left[i, k]] if code[i, k] == INPUT else left[i, k]
        steps = code[i, :n]
        table = X[x_start[i] : x_start[i + 1]].reshape((rows[i], columns[i]))
        target = exact[y_start[i] : y_start[i + 1]]
        for attempt in range(TRIES):
            _columns(rng, table, kinds, attempt)
            spread = _targets(steps, own, right[i], value[i], table, target, v)
            if spread > 0.0 and _all_matter(
                steps, own, right[i], value[i], table, target, spread, place[i, : count[i]], v
            ):
                good[i] = True
                noise[i] = _noise(rng, target, y[y_start[i] : y_start[i + 1]], spread)
                break
