"""Exact laws with a wave of a sum: y = A + B sin(f + c g + ...), where c is any number.

A and B are sums of simple terms, f is a function of the bank, g a simple one.  For all f, g and c
on a grid the Fourier sums of what A leaves of y are had as one matrix product (a periodogram, Lomb
1976, over functions in place of time).  From its peaks Gauss-Newton steps, in which every column
may join the sum inside, lead to a residual that is rounding, or there is no such wave.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from sr_kernel.errors import ExpressionError
from sr_kernel.expr import Expr, apply, number, symbol, variables
from sr_kernel.expr.operators import FloatArray
from sr_kernel.search.columns import Column
from sr_kernel.search.dictionary import IntArray
from sr_kernel.search.inner import Frame
from sr_kernel.search.peel import Peel
from sr_kernel.search.polynomial import total
from sr_kernel.search.proposer import Context
from sr_kernel.search.sparse import Solver
from sr_kernel.search.terms import ALONE, PLAIN, terms

_FUNCTIONS, _SLOPES = (400, 1500, 4000), (10, 14, 14)
"""Bank entries f, and products of powers g, in each sweep."""
_BASE = 60
"""Terms of A."""
_ROWS = 96
_STEP, _FARTHEST, _MOST = 2.0, 10.0, 500
"""Radians between two c over the range of g, the largest c, and the most steps either way."""
_DEGREE, _FASTEST = 3, 4_000_000
"""Highest power g, and most steps of c, where nothing else is in the wave."""
_PEAK, _PEAKS = 0.45, 6
"""Share of a wave that a peak must have (0.7 is all of it), and peaks that are looked at."""
_TURNS, _CLOSE = 12, 1e-8
_IDLE = 1e-9
_FACTORS, _PEELS = 5, 4
"""Columns with which a wave is multiplied, and peels."""
_WILD = 1e4
"""Functions larger than this turn faster than any grid."""


@dataclass(frozen=True, slots=True)
class _Peak:
    share: float
    f: int
    slope: Column
    c: float


class SpectrumProposer:
    """Asked in each sweep but the first, for more functions each time."""

    exact = True
    glance = True
    """Costs more than a first sweep should."""
    wavy = True
    """Also asked where what it looks for seems to be noise."""
    needs = ("sin", "cos")

    def __init__(self) -> None:
        self._sweep = 0

    def propose(self, context: Context) -> Iterator[Expr]:
        waves = {"sin", "cos"} <= set(context.operators) and context.allows("add", "mul")
        if not context.exactly or not waves or self._sweep >= len(_FUNCTIONS):
            return
        sweep = self._sweep
        self._sweep += 1
        if context.sample.rows < _ROWS:
            return
        search = _Search(context, min(_FUNCTIONS[sweep], len(context.bank)), _SLOPES[sweep])
        peels = sorted(enumerate(search.frame.peels), key=lambda found: found[1].cost)
        if sweep == 0:
            yield from search.fast_laws(peels[0][1])
        for place, peel in peels[:_PEELS]:
            if context.solved():
                return
            for factor in search.factors[: 1 if peel.cost and sweep else None]:
                yield from search.laws(place, peel, factor)
                if context.solved():
                    return


class _Search:
    def __init__(self, context: Context, count: int, slopes: int) -> None:
        self.context, self.frame = context, Frame(context, base=_BASE)
        X = context.sample.X
        self.rows = np.arange(len(self.frame.picked))[:_ROWS]
        nothing = Column(number(0), np.zeros(len(X)))
        self.functions = [nothing, *self._simple(count)]
        context.poll()
        self.slopes = terms(context, 1 + slopes, PLAIN)[1:]
        self.columns = [
            Column(symbol(name), values)
            for name, values in zip(context.sample.variables, X.T, strict=True)
            if np.ptp(values) > 0
        ]
        one = Column(number(1), np.ones(len(X)))
        self.factors = [one, *self.columns][: 1 + _FACTORS]
        self.turning = np.exp(1j * self._on(self.functions)).astype(np.complex64)
        grids = [_grid(self._on([slope])[0]) for slope in self.slopes]
        self.steps = [
            (slope, float(c)) for slope, grid in zip(self.slopes, grids, strict=True) for c in grid
        ]
        along = self._on(self.slopes)
        phases = np.concatenate([np.outer(c, u) for c, u in zip(grids, along, strict=True)])
        self.scan = np.exp(1j * phases).astype(np.complex64)

    def _on(self, columns: list[Column], picked: IntArray | None = None) -> FloatArray:
        picked = self.frame.picked[self.rows] if picked is None else picked
        return np.stack([column.values[picked] for column in columns])

    def _simple(self, count: int) -> list[Column]:
        bank, X = self.context.bank, self.context.sample.X
        chosen = np.flatnonzero(bank.varying[:count])
        chosen = chosen[np.median(np.abs(bank.rows[chosen]), axis=1) < _WILD]
        values = bank.values(chosen, X)
        return [
            Column(bank.expr(int(k)), row) for k, row in zip(chosen, values, strict=True)
            if np.isfinite(row).all()
        ]  # fmt: skip

    def laws(self, place: int, peel: Peel, factor: Column) -> Iterator[Expr]:
        """Laws with waves times ``factor`` for one of the targets."""
        target = self.frame.targets[self.rows, place]
        yield from self._from(self._peaks(target * self._on([factor])[0]), place, peel, factor)

    def fast_laws(self, peel: Peel) -> Iterator[Expr]:
        """Laws with a wave of c g alone, of as many turns as it takes for the largest c."""
        target = self.frame.targets[self.rows, 0]
        for slope in terms(self.context, 1 + _DEGREE * len(self.columns), ALONE)[1:]:
            yield from self._from(self._fast_peaks(target, slope), 0, peel, self.factors[0])

    def _from(self, peaks: list[_Peak], place: int, peel: Peel, factor: Column) -> Iterator[Expr]:
        """The first law that one of the ``peaks`` leads to."""
        for peak in peaks:
            for inner, times in self._plans(peak, factor):
                self.context.poll()
                c = self._refined(place, peak, inner, times)
                if c is not None:
                    yield from self._spelled(self._argument(peak, inner, c), times, peel)
                    return

    def _plans(self, peak: _Peak, factor: Column) -> Iterator[tuple[list[Column], list[Column]]]:
        """What may join the argument, and what the wave is multiplied with.

        With the same terms in both a factor makes up for a c that is not quite right.
        """
        slope = peak.slope
        yield [slope, *(c for c in self.columns if c.expr is not slope.expr)], [factor]
        inside = set(variables(slope.expr))
        yield [slope], [f for f in self.factors if not inside.intersection(variables(f.expr))]

    def _peaks(self, weighed: FloatArray) -> list[_Peak]:
        size = float(np.linalg.norm(weighed)) * np.sqrt(len(weighed))
        if not 0 < size < np.inf:
            return []
        waves = self.scan * (weighed / size).astype(np.float32)
        found: list[_Peak] = []
        for begin in range(0, len(self.turning), 200):
            self.context.poll()
            shares = np.abs(self.turning[begin : begin + 200] @ waves.T)
            for f, k in np.argwhere(shares > _PEAK):
                found.append(_Peak(float(shares[f, k]), begin + int(f), *self.steps[k]))
        return sorted(found, key=lambda peak: -peak.share)[:_PEAKS]

    def _fast_peaks(self, target: FloatArray, slope: Column) -> list[_Peak]:
        """c on a fine grid, coarse steps times fine ones."""
        along = self._on([slope])[0]
        step = _STEP / float(np.ptp(along))
        count = int(_FARTHEST / step)
        if not _MOST < count <= _FASTEST:
            return []
        unit = target / (np.linalg.norm(target) * np.sqrt(len(target)))
        width = math.isqrt(count) + 1
        fine = step * np.arange(width)
        coarse = step * width * np.arange(width)
        turns = (np.exp(1j * np.outer(fine, along)) * unit).astype(np.complex64)
        found: list[_Peak] = []
        for begin in range(0, width, 500):
            self.context.poll()
            rough = np.exp(1j * np.outer(coarse[begin : begin + 500], along))
            shares = np.abs(rough.astype(np.complex64) @ turns.T)
            for i, k in np.argwhere(shares > _PEAK):
                c = float(coarse[begin + i] + fine[k])
                found.append(_Peak(float(shares[i, k]), 0, slope, c))
        return sorted(found, key=lambda peak: -peak.share)[:_PEAKS]

    # ------------------------------------------------------------ towards a law

    def _refined(
        self, place: int, peak: _Peak, inner: list[Column], times: list[Column]
    ) -> FloatArray | None:
        """The coefficients of ``inner``, if Gauss-Newton steps end in rounding."""
        frame = self.frame
        parts, factors = (self._on(columns, frame.picked).T for columns in (inner, times))
        start = self.functions[peak.f].values[frame.picked]
        c = np.array([peak.c, *[0.0] * (len(inner) - 1)])
        target, before = frame.targets[:, place] / frame.whole[place], np.inf
        for _ in range(_TURNS):
            waves, quarter = self._waves(start + parts @ c, factors)
            answer = np.linalg.lstsq(waves, target, rcond=1e-12)[0]
            rest = target - waves @ answer
            now = float(np.linalg.norm(rest))
            if not now < 0.3 * before:
                return c if now < _CLOSE else None
            before = now
            slopes = frame.outside(parts * (quarter @ answer)[:, None])
            both = np.column_stack([waves, slopes])
            c = c + np.linalg.lstsq(both, rest, rcond=1e-12)[0][waves.shape[1] :]
        return None

    def _waves(self, angle: FloatArray, times: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Factors times waves outside the span of A, and their derivatives by the angle."""
        sine, cosine = np.sin(angle), np.cos(angle)
        waves = np.concatenate([times * sine[:, None], times * cosine[:, None]], axis=1)
        quarter = np.concatenate([times * cosine[:, None], -times * sine[:, None]], axis=1)
        return self.frame.outside(waves), quarter

    def _argument(self, peak: _Peak, inner: list[Column], c: FloatArray) -> list[Column]:
        parts = [self.functions[peak.f]] if peak.f else []
        for column, factor in zip(inner, c, strict=True):
            if abs(factor) * np.ptp(column.values) > _IDLE:
                parts.append(Column(number(float(factor)) * column.expr, factor * column.values))
        return parts

    def _spelled(self, parts: list[Column], times: list[Column], peel: Peel) -> Iterator[Expr]:
        """The law on all rows, with the few terms that it needs."""
        if not parts:
            return
        expr = apply("add", *(p.expr for p in parts)) if len(parts) > 1 else parts[0].expr
        angle = np.sum([part.values for part in parts], axis=0)
        base = self.frame.base
        columns = list(base)
        for factor in times:
            columns += [
                Column(apply("sin", expr), factor.values * np.sin(angle)),
                Column(apply("cos", expr), factor.values * np.cos(angle)),
            ]
        weights = np.asarray(np.sqrt(self.context.sample.weights))
        found = Solver(columns, weights).few(peel.target, loosely=True)
        if found is None:
            return
        share = np.zeros(len(columns))
        share[found[0]] = found[1]
        chosen = [(float(share[k]), base[k].expr) for k in range(len(base)) if share[k]]
        for factor, (sine, cosine) in zip(times, share[len(base) :].reshape(-1, 2), strict=True):
            chosen += _wave(expr, factor.expr, float(sine), float(cosine))
        with contextlib.suppress(ExpressionError):  # a literal overflows
            yield peel.build(total(chosen))


def _wave(expr: Expr, factor: Expr, sine: float, cosine: float) -> list[tuple[float, Expr]]:
    """sine sin(expr) + cosine cos(expr), times a factor, as one wave."""
    if not (sine or cosine):
        return []
    if not cosine:
        size, wave = sine, apply("sin", expr)
    elif not sine:
        size, wave = cosine, apply("cos", expr)
    else:
        size = math.hypot(sine, cosine)
        wave = apply("cos", expr + number(-math.atan2(sine, cosine)))
    return [(size, wave if factor is number(1) else factor * wave)]


def _grid(u: FloatArray) -> FloatArray:
    """Factors c of u, far enough apart that the phase of a wave tells them apart."""
    step = _STEP / float(np.ptp(u))
    count = int(min(_FARTHEST / step, _MOST))
    return np.asarray(step * np.arange(-count, count + 1), dtype=np.float64)
