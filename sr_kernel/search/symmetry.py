"""Symmetries of the unknown law in a surrogate's gradients, and the fewer columns they leave.

If sum_k b_k x_k dy/dx_k = b y on all rows, then y = x^a g(groups), the groups being products of
powers that the scaling x_k -> s^b_k x_k leaves alone (Buckingham 1914).  If two columns enter only
through one function h of both, then dy/dx_i : dy/dx_j = dh/dx_i : dh/dx_j, which is tried for the
usual h: sums, differences, products, quotients, sums of squares.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import permutations

import numpy as np

from sr_kernel.expr import Expr, apply, number
from sr_kernel.expr.operators import FloatArray
from sr_kernel.search.columns import Column
from sr_kernel.search.joints import JOINTS, Joint
from sr_kernel.search.operations import power

_ALIKE = 0.15
"""Relative difference of gradients up to which a symmetry is worth a try."""
_NOISIER = 3.0
"""How many times the noise, which gradients suffer from most, such a difference may be larger."""
_SURE = 0.003
"""Violations below this are the surrogate's own."""
_DOUBTS = (1.5, 6.0)
"""Columns that ten times the error is worth, without and with noise."""
_CERTAIN = 1.25
"""Errors up to this many times what says nothing leave no doubt."""
_DOUBT = 2.0
"""Errors this many times the noise are no view's that is right."""
_POOR = 0.3
"""Errors beyond this explain too little, whatever the noise."""
_FACTOR = 0.05
"""The same where a column is taken for a mere factor."""
_GAP = 2.0
"""Ratio of successive singular values that may be the edge of a row space."""
_LARGEST = 6
"""Exponents beyond this are no law's."""
_DEPTH, _WIDTH = 6, 6
_CALM = 0.93
"""Share of the rows that are looked at: the steepest are where a surrogate errs most."""


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """The law as ``factor`` times a function of ``columns``.

    ``gradients`` (k, d) of that function, or where ``logarithmic`` of its logarithm, by the values
    of the columns on the rows ``picked`` (k,); ``values`` (k,) is the function there, or one.
    ``error`` is the largest relative violation of a symmetry on the way here, ``mixed`` says
    whether groups were formed, ``floor`` how large an error says nothing.  Where ``dense`` the
    error is that between rows next to each other, which no function of the columns explains.
    """

    columns: tuple[Column, ...]
    factor: Column
    picked: np.ndarray
    gradients: FloatArray
    values: FloatArray
    error: float = 0.0
    mixed: bool = False
    floor: float = _SURE
    dense: bool = False

    @property
    def key(self) -> frozenset[float]:
        """The same for views whose columns are powers of one another's."""
        probe = np.random.default_rng(0).normal(size=len(self.picked))
        found = set()
        for place in range(len(self.columns)):
            with np.errstate(all="ignore"):
                logs = np.log(np.abs(self.at(place)))
            logs = np.where(np.isfinite(logs), logs, 0.0)
            logs = logs - logs.mean()
            size = float(np.linalg.norm(logs)) or 1.0
            found.add(round(abs(float(logs @ probe)) / size, 6))
        return frozenset(found)

    @property
    def sound(self) -> bool:
        """Whether the error is that of a view that is right."""
        return self.error <= min(_DOUBT * self.floor, _POOR)

    @property
    def certain(self) -> bool:
        """Whether the error is no larger than that of a view that is right."""
        return self.error <= _CERTAIN * self.floor

    @property
    def rank(self) -> float:
        """The less, the likelier it is to help."""
        size = sum(column.expr.size for column in (*self.columns, self.factor))
        # Noise is measured better than what a surrogate makes of a function without.
        weight = _DOUBTS[self.floor > 2.0 * _SURE]
        doubt = weight * math.log10(max(self.error / self.floor, 1.0))
        return len(self.columns) + doubt + 0.03 * size

    def at(self, place: int) -> FloatArray:
        """Values (k,) of a column on the rows that have gradients."""
        return np.asarray(self.columns[place].values[self.picked])


def reductions(start: View, *, noise: float, count: int = 8) -> list[View]:
    """Views with fewer columns than ``start``, or a factor split off, the likeliest first."""
    floor = max(noise, _SURE)
    start = replace(start, floor=floor)
    found: dict[frozenset[float], View] = {start.key: start}
    layer, refused = [start], _Refused()
    for _ in range(_DEPTH):
        fresh: dict[frozenset[float], View] = {}
        # Views with groups have few columns at once; the others must not be lost beside them.
        for mixed in (True, False):
            some = [view for view in layer if view.mixed == mixed]
            for old in sorted(some, key=lambda view: view.rank)[:_WIDTH]:
                for view in _next(old, noise, refused):
                    key = view.key
                    if key not in found and (key not in fresh or view.rank < fresh[key].rank):
                        fresh[key] = view
        found.update(fresh)
        layer = list(fresh.values())
        if any(len(view.columns) == 1 and view.error <= floor for view in layer):
            break
    views = [view for view in found.values() if view is not start]
    return sorted(views, key=lambda view: view.rank)[:count]


def _next(view: View, noise: float, refused: _Refused) -> Iterator[View]:
    if len(view.columns) < 2:
        return
    split = _split(view)
    if split is not None:
        yield split
    yield from _scaled(view, noise)
    yield from _merged(view, refused)


def _split(view: View) -> View | None:
    """The view with all columns that enter as mere factors split off."""
    exponents = [Fraction(0)] * len(view.columns)
    error = 0.0
    for k in range(len(view.columns)):
        slope = view.at(k) * view.gradients[:, k]
        exponent = _plain(float(slope @ view.values) / float(view.values @ view.values))
        unlike = _unlike(slope, float(exponent) * view.values)
        if exponent and unlike < _FACTOR:
            exponents[k], error = exponent, max(error, unlike)
    rest = [k for k, exponent in enumerate(exponents) if not exponent]
    if not rest or len(rest) == len(exponents):
        return None
    groups = [tuple(Fraction(int(j == k)) for j in range(len(exponents))) for k in rest]
    error = max(error, view.error)
    return _by_groups(view, tuple(exponents), groups, rest, error, mixed=view.mixed)


# ------------------------------------------------------------------ scaling


def _scaled(view: View, noise: float) -> Iterator[View]:
    """Views by dimensionless groups, for each plausible number of them."""
    d = len(view.columns)
    rows = np.column_stack([view.at(k) * view.gradients[:, k] for k in range(d)])
    rows = np.column_stack([rows, view.values])
    if not np.isfinite(rows).all():
        return
    size = np.linalg.norm(rows, axis=1)
    rows = rows[size <= np.quantile(size, _CALM)] / np.sqrt(len(rows))
    _, singular, right = np.linalg.svd(rows, full_matrices=False)
    for count in range(1, len(singular)):
        edge = singular[count] / max(singular[0], 1e-300)
        if edge > _ALIKE or singular[count - 1] < _GAP * singular[count]:
            continue
        powers = _rational(right[:count])
        if powers is None:
            continue
        factor, groups, pivots = powers
        if len(groups) == d and not any(factor):
            continue
        error = _violation(rows, factor, groups)
        # Rounding the exponents must not cost much more than the surrogate's own error.
        if error > max(3.0 * edge, 0.003 + noise):
            continue
        made = _by_groups(view, factor, groups, pivots, max(error, view.error), mixed=True)
        if made is not None:
            yield made


Exponents = tuple[Fraction, ...]


def _rational(span: FloatArray) -> tuple[Exponents, list[Exponents], list[int]] | None:
    """The span (r + 1, d + 1) of rows (a, 1) and (b_j, 0) with rational a and b_j.

    Returns a, the b_j and the columns in which each b_j alone is not zero; a is zero there.
    """
    rows = span.copy()
    first = int(np.argmax(np.abs(rows[:, -1])))
    if abs(rows[first, -1]) < 1e-6:
        return None
    rows[[0, first]] = rows[[first, 0]]
    rows[0] /= rows[0, -1]
    rows[1:] -= rows[1:, -1:] * rows[0]
    groups, factor = rows[1:, :-1], rows[0, :-1]
    pivots: list[int] = []
    for k in range(len(groups)):
        free = np.abs(groups[k:]).copy()
        free[:, pivots] = 0.0
        place, column = divmod(int(np.argmax(free)), free.shape[1])
        if free[place, column] < 1e-8:
            return None
        groups[[k, k + place]] = groups[[k + place, k]]
        groups[k] /= groups[k, column]
        for other in range(len(groups)):
            if other != k:
                groups[other] -= groups[other, column] * groups[k]
        factor = factor - factor[column] * groups[k]
        pivots.append(int(column))
    plain = [tuple(_plain(value) for value in group) for group in groups]
    whole = tuple(_plain(value) for value in factor)
    if any(abs(value) > _LARGEST for row in (*plain, whole) for value in row):
        return None
    return whole, plain, pivots


def _plain(value: float) -> Fraction:
    """The nearest half, or the nearest third or quarter if that is much nearer."""
    half = Fraction(round(2 * value), 2)
    for denominator in (3, 4):
        other = Fraction(round(denominator * value), denominator)
        if abs(float(other) - value) < 0.2 * abs(float(half) - value) - 0.005:
            return other
    return half


def _violation(rows: FloatArray, factor: Exponents, groups: list[Exponents]) -> float:
    """How far the rows are from the span of (factor, 1) and the groups, relatively."""
    span = np.array([[*map(float, group), 0.0] for group in groups] + [[*map(float, factor), 1.0]])
    basis = np.linalg.qr(span.T)[0]
    outside = rows - (rows @ basis) @ basis.T
    return float(np.linalg.norm(outside, 2)) / max(float(np.linalg.norm(rows, 2)), 1e-300)


def _by_groups(
    view: View,
    factor: Exponents,
    groups: list[Exponents],
    pivots: list[int],
    error: float,
    *,
    mixed: bool,
) -> View | None:
    columns: list[Column] = []
    gradients: list[FloatArray] = []
    above = product_of(view.columns, factor)
    if above is None:
        return None
    for group, pivot in zip(groups, pivots, strict=True):
        scale = math.lcm(*(value.denominator for value in group))
        if sum(value > 0 for value in group) < sum(value < 0 for value in group):
            scale = -scale
        column = product_of(view.columns, tuple(value * scale for value in group))
        if column is None:
            return None
        columns.append(column)
        by_log = view.at(pivot) * view.gradients[:, pivot] / scale
        with np.errstate(all="ignore"):
            gradients.append(by_log / column.values[view.picked])
    if not columns or not np.isfinite(gradients).all():
        return None
    slopes, values = np.array(gradients).T, view.values
    if not (values == 1.0).all():  # not the logarithm
        down = above.values[view.picked]
        slopes, values = slopes / down[:, None], values / down
    whole = _times(view.factor, above)
    if not np.isfinite(whole.values).all() or not np.isfinite(slopes).all():
        return None
    return View(
        tuple(columns), whole, view.picked, slopes, values, error, mixed, view.floor
    )


def product_of(columns: Sequence[Column], exponents: Exponents) -> Column | None:
    """The product of powers; None where it has no value on some row or is not plain enough."""
    above: list[Expr] = []
    below: list[Expr] = []
    values = np.ones(len(columns[0].values))
    for column, exponent in zip(columns, exponents, strict=True):
        if not exponent or column.expr is number(1):
            continue
        with np.errstate(all="ignore"):
            values = values * column.values ** float(exponent)
        (above if exponent > 0 else below).append(power(column.expr, abs(exponent)))
    size = np.abs(values)
    if not np.isfinite(values).all() or not size.min() > 1e-14 * size.max():
        return None
    top = apply("mul", *above) if len(above) > 1 else above[0] if above else number(1)
    if not below:
        return Column(top, values)
    return Column(apply("div", top, apply("mul", *below) if len(below) > 1 else below[0]), values)


def _times(a: Column, b: Column) -> Column:
    if a.expr is number(1):
        return b
    if b.expr is number(1):
        return a
    return Column(apply("mul", a.expr, b.expr), a.values * b.values)


# ------------------------------------------------------------------ two columns in one

_Refused = set[tuple[Expr, Expr, int]]
"""Columns that do not go together; what the others are is the same unless there are groups."""


def _merged(view: View, refused: _Refused) -> Iterator[View]:
    for i, j in permutations(range(len(view.columns)), 2):
        for place, joint in enumerate(JOINTS):
            key = (view.columns[i].expr, view.columns[j].expr, place)
            if (j < i and not joint.ordered) or (key in refused and not view.mixed):
                continue
            merged = list(_merge(view, i, j, joint))
            if not merged and not view.mixed:
                refused.add(key)
            yield from merged


def _merge(view: View, i: int, j: int, joint: Joint) -> Iterator[View]:
    a, b = view.at(i), view.at(j)
    left, right = view.gradients[:, i], view.gradients[:, j]
    with np.errstate(all="ignore"):
        by_first, by_second = joint.by_first(a, b), joint.by_second(a, b)
        error = _unlike(left * by_second, right * by_first)
        if not error < _ALIKE + min(_NOISIER * max(view.floor - _SURE, 0.0), _ALIKE):
            return
        slope = (left * by_first + right * by_second) / (by_first**2 + by_second**2)
        values = joint.values(view.columns[i].values, view.columns[j].values)
    if not (np.isfinite(values).all() and np.isfinite(slope).all()):
        return
    rest = [k for k in range(len(view.columns)) if k not in (i, j)]
    term = joint.build(view.columns[i].expr, view.columns[j].expr)
    yield View(
        (Column(term, values), *(view.columns[k] for k in rest)),
        view.factor,
        view.picked,
        np.column_stack([slope, view.gradients[:, rest]]),
        view.values,
        max(error, view.error),
        view.mixed,
        view.floor,
    )


def _unlike(left: FloatArray, right: FloatArray) -> float:
    """Relative difference of two vectors, the largest few rows left out."""
    if not (np.isfinite(left).all() and np.isfinite(right).all()):
        return np.inf
    size = np.abs(left) + np.abs(right)
    calm = size <= np.quantile(size, _CALM)
    whole = float(np.linalg.norm(size[calm]))
    return float(np.linalg.norm((left - right)[calm])) / whole if whole > 0 else np.inf
