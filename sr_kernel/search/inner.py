"""Exact laws with one inner constant: y = A + f(c u) B, with A and B sums of many terms.

For each c on a grid the best A and B are had by least squares (variable projection, Golub and
Pereyra 1973), for y and for y seen through outer functions at once.  From the best c of the grid
Gauss-Newton steps lead to a residual that is rounding, or the function is not in the law.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from sr_kernel.errors import ExpressionError
from sr_kernel.expr import Expr, apply, number, symbol, variables
from sr_kernel.expr.operators import FloatArray
from sr_kernel.search.columns import Column
from sr_kernel.search.dictionary import IntArray
from sr_kernel.search.operations import TRANSCENDENTAL
from sr_kernel.search.peel import Peel, outer_peels
from sr_kernel.search.polynomial import total
from sr_kernel.search.proposer import Context
from sr_kernel.search.sample import spread_rows
from sr_kernel.search.sparse import Solver
from sr_kernel.search.terms import PLAIN, terms

_ROWS = 300
_BASE, _FACTORS = 12, 8
"""Terms of A, and terms of B."""
_BASES = (6, 14)
"""Simple functions u beside the columns themselves, in a first sweep and in later ones."""
_MINIMA, _STEPS = 2, 10
_WARM = 2
_CLOSE = 1e-10
"""Relative residual that Gauss-Newton must come below."""
_PROMISING = 0.7
"""Of the typical residual on the grid, what a start must be better than."""


@dataclass(frozen=True, slots=True)
class _Kind:
    """``values`` (k, n) and terms of the k functions of u that share an inner constant c."""

    needs: str
    values: Callable[[FloatArray, float], FloatArray]
    build: Callable[[Expr, Expr], list[Expr]]
    grid: Callable[[FloatArray], FloatArray]


def _waves(u: FloatArray) -> FloatArray:
    """Up to half a wave for each row, a radian apart over the range of u."""
    return np.asarray(np.arange(0.5, min(np.pi * len(u) / 2, 160.0), 1.0) / np.ptp(u))


def _rates(u: FloatArray) -> FloatArray:
    steps = np.geomspace(0.2, 50.0, 9) / np.ptp(u)
    return np.asarray(np.concatenate([-steps[::-1], steps]))


def _exponents(u: FloatArray) -> FloatArray:
    return np.arange(-4.125, 4.5, 0.25) if u.min() > 0 else np.zeros(0)


def _shifts(u: FloatArray) -> FloatArray:
    """So that u + c is positive: from next to the edge of the range to far from it."""
    return np.asarray(np.geomspace(1e-3, 10.0, 14) * np.ptp(u) - u.min())


_KINDS = (
    _Kind("sin", lambda u, c: np.stack([np.sin(c * u), np.cos(c * u)]),
          lambda u, c: [apply("sin", c * u), apply("cos", c * u)], _waves),
    _Kind("exp", lambda u, c: np.exp(c * u)[None], lambda u, c: [apply("exp", c * u)], _rates),
    _Kind("pow", lambda u, c: (u**c)[None], lambda u, c: [u**c], _exponents),
    _Kind("sqrt", lambda u, c: np.sqrt(u + c)[None], lambda u, c: [apply("sqrt", u + c)], _shifts),
    _Kind("log", lambda u, c: np.log(u + c)[None], lambda u, c: [apply("log", u + c)], _shifts),
    _Kind("div", lambda u, c: 1 / (u + c)[None], lambda u, c: [1 / (u + c)], _shifts),
)  # fmt: skip


class InnerProposer:
    """Columns in the first sweep, more functions of them in the second."""

    exact = True
    glance = True
    """Costs more than a first sweep should."""

    def __init__(self) -> None:
        self._seen = 0
        self._sweep = 0

    def propose(self, context: Context) -> Iterator[Expr]:
        if not context.exactly or not context.allows("add", "mul") or self._sweep >= len(_BASES):
            return
        bases = _bases(context, _BASES[self._sweep])
        self._sweep += 1
        fresh, self._seen = bases[self._seen :], len(bases)
        if context.sample.rows < 12 or not fresh:
            return
        frame = Frame(context)
        for base in fresh:
            for kind in _KINDS:
                if kind.needs in context.operators:
                    yield from frame.laws(base, kind)
                    if context.solved():
                        return


def _bases(context: Context, more: int) -> list[Column]:
    """The columns, then the simplest algebraic functions of them."""
    bank, X = context.bank, context.sample.X
    simple = [
        int(k) for k in np.flatnonzero(bank.varying[:200])
        if bank.sizes[k] <= 5 and bank.expr(int(k)).op not in TRANSCENDENTAL
    ]  # fmt: skip
    columns = sum(np.ptp(X, axis=0) > 0)
    chosen = simple[: columns + more]
    return [Column(bank.expr(k), v) for k, v in zip(chosen, bank.values(chosen, X), strict=True)]


class Frame:
    """The targets and the terms of A and B on some of the rows."""

    def __init__(self, context: Context, *, base: int = _BASE) -> None:
        self.context = context
        rows = context.sample.rows
        self.picked = spread_rows(rows, _ROWS, np.random.default_rng(0))
        room = len(self.picked) // 2
        inverse = _reciprocals(context)
        plain = terms(context, min(base, room // 2), PLAIN)
        self.base = [*plain, *_logarithms(context), *inverse]
        self.factors = [*terms(context, min(_FACTORS, room // 4), PLAIN), *inverse]
        self.peels = list(outer_peels(context))
        targets = np.stack([peel.target[self.picked] for peel in self.peels], axis=1)
        known = self._on(self.base)
        self.basis = np.linalg.qr(known / np.linalg.norm(known, axis=0))[0]
        self.whole = np.linalg.norm(targets - targets.mean(axis=0), axis=0)
        self.targets = self.outside(targets)
        self.times = self._on(self.factors)

    def _on(self, columns: list[Column]) -> FloatArray:
        return np.stack([column.values[self.picked] for column in columns], axis=1)

    def outside(self, columns: FloatArray) -> FloatArray:
        for _ in range(2):
            columns = columns - self.basis @ (self.basis.T @ columns)
        return columns

    def laws(self, base: Column, kind: _Kind) -> Iterator[Expr]:
        """Laws with a function of ``kind`` of ``base``."""
        u = base.values[self.picked]
        with np.errstate(all="ignore"):
            grid = kind.grid(u)
            curves = np.array([self._residuals(kind, u, float(c)) for c in grid])
        for place, peel in enumerate(self.peels):
            self.context.poll()
            for c in _starts(grid, curves[:, place] if len(grid) else grid):
                exact = self._exact(base, kind, c, place)
                if exact is not None:
                    yield from self._spelled(base, kind, exact, peel)
                    break

    def _products(
        self, kind: _Kind, u: FloatArray, c: float, factors: IntArray | None = None
    ) -> FloatArray | None:
        """f(c u) times terms of B (all, or those listed), outside the span of those of A."""
        times = self.times if factors is None else self.times[:, factors]
        found = np.concatenate([times * f[:, None] for f in kind.values(u, c)], axis=1)
        norms = np.linalg.norm(found, axis=0)
        if not (np.isfinite(norms).all() and norms.min() > 0):
            return None
        return self.outside(found / norms)

    def _residuals(self, kind: _Kind, u: FloatArray, c: float) -> FloatArray:
        """Relative residuals of all targets at c."""
        found = self._products(kind, u, c)
        if found is None:
            return np.full(self.targets.shape[1], np.inf)
        q = np.linalg.qr(found)[0]
        rest = self.targets - q @ (q.T @ self.targets)
        return np.asarray(np.linalg.norm(rest, axis=0) / self.whole)

    def _exact(self, base: Column, kind: _Kind, c: float, place: int) -> float | None:
        """The c near this one at which the residual is rounding, for as simple a B as will do.

        With u among its terms B can make up for a c that is not quite right.
        """
        u = base.values[self.picked]
        inside = set(variables(base.expr))
        apart = [
            k for k, factor in enumerate(self.factors)
            if not inside.intersection(variables(factor.expr))
        ]  # fmt: skip
        with np.errstate(all="ignore"):
            for chosen in (np.array(apart), None):
                found = self._refined(kind, u, c, self.targets[:, place] / self.whole[place],
                                      chosen)  # fmt: skip
                if found is not None:
                    return found
        return None

    def _refined(
        self, kind: _Kind, u: FloatArray, c: float, target: FloatArray, chosen: IntArray | None
    ) -> float | None:
        """c after Gauss-Newton steps, if they end in rounding."""
        residual, move = np.inf, 0.0
        for count in range(_STEPS):
            step = 1e-6 * max(abs(c), 1e-3)
            near = [self._products(kind, u, c + s, chosen) for s in (0.0, step, -step)]
            if near[0] is None or near[1] is None or near[2] is None:
                return None
            answer = np.linalg.lstsq(near[0], target, rcond=1e-12)[0]
            rest = target - near[0] @ answer
            now = float(np.linalg.norm(rest))
            if now < _CLOSE:
                return c
            if count > _WARM and not now < 0.3 * residual:
                return None  # near a law each step would double the digits
            if not now < residual:  # too far
                move /= 3
                c -= 2 * move
                continue
            residual = now
            slope = (near[1] - near[2]) @ answer / (2 * step)
            both = np.column_stack([near[0], slope])
            move = float(np.linalg.lstsq(both, rest, rcond=1e-12)[0][-1])
            c += move
        return None

    def _spelled(self, base: Column, kind: _Kind, c: float, peel: Peel) -> Iterator[Expr]:
        """The law on all rows, with the few terms that it needs."""
        weights = np.asarray(np.sqrt(self.context.sample.weights))
        columns = list(self.base)
        with np.errstate(all="ignore"):
            heads = kind.values(base.values, c)
        for head, expr in zip(heads, kind.build(base.expr, number(c)), strict=True):
            columns += [
                Column(expr if factor.expr is number(1) else factor.expr * expr,
                       factor.values * head) for factor in self.factors
            ]  # fmt: skip
        if not all(np.isfinite(column.values).all() for column in columns):
            return
        found = Solver(columns, weights).few(peel.target, loosely=True)
        if found is None:
            return
        try:
            yield peel.build(
                total([(float(a), columns[int(k)].expr) for k, a in zip(*found, strict=True)])
            )
        except ExpressionError:
            return


def _reciprocals(context: Context) -> list[Column]:
    """One over each column that stays away from zero."""
    sample = context.sample
    return [
        Column(1 / symbol(name), 1 / values)
        for name, values in zip(sample.variables, sample.X.T, strict=True)
        if context.allows("div") and np.abs(values).min() > 1e-6 * np.abs(values).max()
        and np.ptp(values) > 0
    ]  # fmt: skip


def _logarithms(context: Context) -> list[Column]:
    """Of positive columns: their powers, where y is seen through its logarithm."""
    sample = context.sample
    return [
        Column(apply("log", symbol(name)), np.log(values))
        for name, values in zip(sample.variables, sample.X.T, strict=True)
        if context.allows("log") and values.min() > 0 and np.ptp(values) > 0
    ]


def _starts(grid: FloatArray, curve: FloatArray) -> list[float]:
    """The lowest local minima of a curve, if they stand out."""
    if len(grid) < 3 or not np.isfinite(curve).any():
        return []
    curve = np.where(np.isfinite(curve), curve, np.inf)
    left, right = np.append(np.inf, curve[:-1]), np.append(curve[1:], np.inf)
    lowest = np.flatnonzero((curve <= left) & (curve <= right))
    lowest = lowest[np.argsort(curve[lowest], kind="stable")][:_MINIMA]
    typical = float(np.median(curve[np.isfinite(curve)]))
    return [float(grid[k]) for k in lowest if curve[k] < _PROMISING * typical]
