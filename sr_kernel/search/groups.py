"""Laws of one group: y = x^a g(u x^b), with exponents found by the rows alone.

If the exponents are right, y / x^a is a function of the group, so rows next to each other by the
group differ by noise only.  What a row differs from the line through its two neighbours, squared
and in units of the noise there, is the criterion (Gasser, Sroka and Jennen-Steinmetz 1986); the
exponents that make it least are climbed to in plain steps.  Unlike gradients of a surrogate this
uses all rows at once, so it sees through more noise.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import combinations, islice

import numpy as np

from sr_kernel.expr import number, walk
from sr_kernel.expr.operators import FloatArray
from sr_kernel.search.columns import Column
from sr_kernel.search.joints import JOINTS
from sr_kernel.search.surrogate import trimmed_mean
from sr_kernel.search.symmetry import product_of

_STEPS = (-1.0, 1.0, -0.5, 0.5, -2.0, 2.0)
_LARGEST = 4.0
"""Exponents beyond this are not looked for."""
_STARTS, _CLIMBS, _COUNT = 5, 12, 3
_BETTER = 0.99
"""Share of the criterion that a step must get below to be worth taking."""
_PRICE = 0.008
"""What a unit of an exponent costs, as a share of the criterion; half of one costs twice that."""
_FEWEST, _ROWS = 40, 1000
_LOUD, _FAR = 0.05, 5
"""Share of the target that must be noise for a row to be compared with so many pairs of others."""
_JOINED, _CLEARLY = 6, 0.8
"""Columns up to which sums and differences of two are tried too, and the share of the criterion of
mere powers that they must get below: there are many of them."""


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """The target is ``factor`` times a function of ``column``; ``noise`` is the standard deviation
    of the target that this leaves."""

    factor: Column
    column: Column
    noise: float


def groups(
    columns: Sequence[Column],
    y: FloatArray,
    weights: FloatArray | None = None,
    *,
    seed: int = 0,
    poll: Callable[[], None] = lambda: None,
) -> list[Group]:
    """The likeliest groups over ``columns`` for the target ``y`` (n,), the best first; the variance
    of the noise goes by one over ``weights`` (n,), and rows without weight do not count."""
    weights = np.ones(len(y)) if weights is None else weights
    order = np.random.default_rng(seed).permutation(len(y))
    picked = np.sort(order[weights[order] > 0][:_ROWS])
    if len(picked) < _FEWEST:
        return []
    X = np.stack([column.values[picked] for column in columns], axis=1)
    rows = _Rows(_logarithms(X), y[picked], weights[picked].mean() / weights[picked])
    powers = _tops(_powers(rows, columns, picked), poll)
    if powers and powers[0].criterion > _LOUD**2 * float(np.var(y[picked])):
        # Where noise is large the bends between a few rows are not, and more rows tell more.
        rows = replace(rows, reach=_FAR)
        powers = _tops(_powers(rows, columns, picked), poll)
    joined = _tops(_joined(rows, columns, picked), poll)
    if powers:
        joined = [one for one in joined if one.criterion < _CLEARLY * powers[0].criterion]
    return list(islice(_named([*joined, *powers], columns), _COUNT))


def _logarithms(X: FloatArray) -> FloatArray:
    """Logarithms (n, d) of the columns of one sign; others, which have no powers, are left 0."""
    signed = (X > 0).all(axis=0) | (X < 0).all(axis=0)
    return np.where(signed, np.log(np.where(signed, np.abs(X), 1.0)), 0.0)


def _tops(starts: Iterable[_Climber], poll: Callable[[], None]) -> list[_Climber]:
    """Where the climbs from the likeliest ``starts`` end, the best first."""
    found = []
    for start in starts:
        poll()
        if start.criterion < math.inf:
            found.append(start)
    found = sorted(found, key=lambda climber: climber.criterion)[:_STARTS]
    return sorted((one.top(poll) for one in found), key=lambda climber: climber.final_price)


def _powers(rows: _Rows, columns: Sequence[Column], picked: np.ndarray) -> Iterator[_Climber]:
    """Groups of one column, of a product and of a quotient of two, and that which bends most."""
    one = Column(number(1), np.ones(len(columns[0].values)))
    unit = np.eye(len(columns))
    for k, column in enumerate(columns):
        if k in rows.places:
            yield _start(rows, one, unit[k], picked)
        else:
            yield _start(rows, column, 0.0 * unit[k], picked)
    for j, k in combinations(rows.places, 2):
        for sign in (1.0, -1.0):
            yield _start(rows, one, unit[j] + sign * unit[k], picked)
    for bent in _bent(rows):
        yield _start(rows, one, bent, picked)


def _bent(rows: _Rows) -> Iterator[FloatArray]:
    """Exponents (d,) of the directions in which log |y| bends most, as it does along the logarithm
    of a group alone (Li 1992, principal Hessian directions)."""
    places, size = rows.places, rows.sizes
    L = rows.logs[:, places] - rows.logs[:, places].mean(axis=0)
    i, j = np.triu_indices(len(places))
    matrix = np.column_stack([np.ones(len(L)), L, L[:, i] * L[:, j]])
    if len(places) < 2 or len(L) < 2 * matrix.shape[1]:
        return
    bends = np.zeros((len(places), len(places)))
    solution = np.linalg.lstsq(matrix * size[:, None], np.log(size) * size, rcond=None)[0]
    bends[i, j] = solution[1 + len(places) :]
    values, vectors = np.linalg.eigh(bends + bends.T)
    for k in np.argsort(-np.abs(values), kind="stable")[:2]:
        direction = vectors[:, k] / np.abs(vectors[:, k]).max()
        for steps in (1.0, 2.0):
            exponents = np.zeros(rows.logs.shape[1])
            exponents[places] = np.round(steps * direction) / steps
            yield exponents


def _joined(rows: _Rows, columns: Sequence[Column], picked: np.ndarray) -> Iterator[_Climber]:
    """Groups of two columns in one that powers do not give."""
    for a, b in combinations(columns if len(columns) <= _JOINED else (), 2):
        for joint in JOINTS:
            for first, second in ((a, b), (b, a))[: 1 + joint.ordered]:
                with np.errstate(all="ignore"):
                    values = joint.values(first.values, second.values)
                term = joint.build(first.expr, second.expr)
                powers = all(node.op != "add" for node in walk(term))
                if not powers and np.isfinite(values).all() and np.ptp(values) > 0:
                    base = Column(term, values)
                    yield _start(rows, base, np.zeros(len(columns)), picked)


# ------------------------------------------------------------------ as terms


def _named(found: Iterable[_Climber], columns: Sequence[Column]) -> Iterator[Group]:
    """The groups spelled; of those that put the rows in the same order only the first."""
    seen = set()
    for climber in found:
        for group in _spelled(climber, columns):
            order = np.argsort(group.column.values, kind="stable")
            key = (order if order[0] < order[-1] else order[::-1]).tobytes()
            if key not in seen:
                seen.add(key)
                yield group


def _spelled(climber: _Climber, columns: Sequence[Column]) -> Iterator[Group]:
    factor, exponents = climber.factor, climber.exponents
    if climber.base.expr is number(1):
        factor, exponents = _plainest(factor, exponents)
    above = product_of(columns, tuple(map(_fraction, factor)))
    raised = (Fraction(1), *map(_fraction, exponents))
    group = product_of([climber.base, *columns], raised)
    if above is not None and group is not None and np.ptp(group.values) > 0:
        yield Group(above, group, math.sqrt(climber.criterion))


def _fraction(exponent: float) -> Fraction:
    return Fraction(exponent).limit_denominator(12)


def _plainest(factor: FloatArray, exponents: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The same view with whole exponents in the group and the smallest ones in the factor."""
    doubled = np.round(2.0 * exponents).astype(int)
    whole = doubled / (np.gcd.reduce(doubled) or 1)
    if not whole.any():
        return factor, whole
    if (whole > 0).sum() < (whole < 0).sum() or (whole.sum() == 0 and whole[whole != 0][0] < 0):
        whole = -whole
    shifts = [0.0, *(factor[whole != 0] / whole[whole != 0])]
    moved = [factor - shift * whole for shift in shifts]
    return min(moved, key=lambda powers: float(np.abs(powers).sum())), whole


# ------------------------------------------------------------------ the climb


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    """Logarithms (n, d) of the columns, zero where there are none, the target (n,) and the
    variance (n,) of its noise, up to a factor."""

    logs: FloatArray
    y: FloatArray
    variance: FloatArray
    reach: int = 1
    """Pairs of neighbours that a row is compared with."""

    @property
    def places(self) -> list[int]:
        """Columns that have logarithms."""
        return [k for k in range(self.logs.shape[1]) if np.ptp(self.logs[:, k]) > 0]

    @property
    def sizes(self) -> FloatArray:
        """|y|, with logarithms throughout."""
        size = np.abs(self.y)
        return np.asarray(np.maximum(size, 1e-9 * size.max()))

    def criterion(self, u: FloatArray, factor: FloatArray, exponents: FloatArray) -> float:
        """The variance of the target that remains beside a function of the group."""
        with np.errstate(all="ignore"):
            group = u * np.exp(self.logs @ exponents)
            scale = np.exp(self.logs @ factor)
            order = np.argsort(group, kind="stable")
            t, r = group[order], (self.y / scale)[order]
            s = (self.variance / np.square(scale))[order]
            if not t[0] < t[-1]:
                return math.inf
            missed, spread = self._between(t, r, s)
            squares = np.square(missed) / spread
        return trimmed_mean(squares)

    def _between(
        self, t: FloatArray, r: FloatArray, s: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """What rows in order of ``t`` differ from the lines through pairs of their neighbours on
        either side, and the variance of that."""
        far, last = self.reach, len(t) - self.reach
        missed, spread = r[far:last].copy(), s[far:last].copy()
        for step in range(1, far + 1):
            below, above = slice(far - step, last - step), slice(far + step, last + step)
            gap = t[above] - t[below]
            share = np.where(gap > 0, (t[far:last] - t[below]) / np.where(gap > 0, gap, 1.0), 0.5)
            missed -= ((1.0 - share) * r[below] + share * r[above]) / far
            spread += (np.square(1.0 - share) * s[below] + np.square(share) * s[above]) / far**2
        return missed, spread


def _start(rows: _Rows, base: Column, exponents: FloatArray, picked: np.ndarray) -> _Climber:
    """A group, and exponents of the factor by a power law with a cubic in the group beside it."""
    u, size = base.values[picked], rows.sizes
    t = rows.logs @ exponents if exponents.any() else u
    t = (t - t.mean()) / (t.std() or 1.0)
    # What the factor has of the group can be taken for the group's: one exponent is free.
    free = np.flatnonzero(exponents)[:1]
    places = [k for k in rows.places if k not in free]
    matrix = np.column_stack([np.ones(len(t)), t, t * t, t**3, *rows.logs[:, places].T])
    solution = np.linalg.lstsq(matrix * size[:, None], np.log(size) * size, rcond=None)[0]
    factor = np.zeros(len(exponents))
    factor[places] = np.clip(np.round(2.0 * solution[4:]) / 2.0, -_LARGEST, _LARGEST)
    return _Climber(rows, base, u, factor, exponents, rows.criterion(u, factor, exponents))


@dataclass(frozen=True, slots=True, eq=False)
class _Climber:
    """Exponents (d,) of the factor and of the group beside the base ``u`` (n,)."""

    rows: _Rows
    base: Column
    u: FloatArray
    factor: FloatArray
    exponents: FloatArray
    criterion: float

    @property
    def price(self) -> float:
        """The criterion, and a little for each exponent on the way, more for broken ones."""
        return self._priced(self.factor, self.exponents)

    @property
    def final_price(self) -> float:
        """The same for the exponents that are told."""
        if self.base.expr is not number(1):
            return self.price
        return self._priced(*_plainest(self.factor, self.exponents))

    def _priced(self, factor: FloatArray, exponents: FloatArray) -> float:
        powers = np.abs(np.concatenate([factor, exponents]))
        broken = (powers % 1.0 > 1e-9).sum() + 2.0 * (2.0 * powers % 1.0 > 1e-9).sum()
        size = float(np.ceil(powers - 1e-9).sum() + broken) + self.base.expr.size
        return self.criterion * (1.0 + _PRICE * size)

    def top(self, poll: Callable[[], None]) -> _Climber:
        """Where no step makes it better."""
        here = self
        for _ in range(_CLIMBS):
            poll()
            best = min(here._around(), key=lambda climber: climber.price)
            if not best.price < _BETTER * here.price:
                break
            here = best
        return here

    def _around(self) -> Iterator[_Climber]:
        yield self
        for k in self.rows.places:
            for step in _STEPS:
                yield from self._moved(k, step, 0.0)
                yield from self._moved(k, 0.0, step)
                if abs(step) <= 1.0:
                    yield from self._moved(k, step, step)
                    yield from self._moved(k, step, -step)

    def _moved(self, place: int, step: float, other: float) -> Iterator[_Climber]:
        factor, exponents = self.factor.copy(), self.exponents.copy()
        factor[place] += step
        exponents[place] += other
        if max(abs(factor[place]), abs(exponents[place])) <= _LARGEST:
            criterion = self.rows.criterion(self.u, factor, exponents)
            yield _Climber(self.rows, self.base, self.u, factor, exponents, criterion)
