"""Curves as handbooks of regression have them: h(y) = a + b f(u; s, t), and sums of a few such f.

On a grid an inner constant may be so far off that a precise table shows nothing of the law.  So the
best of each family is fitted, inner constants and all, whatever it promised: through an outer h on
the values of h(y), where it is easy, and for sums one function after the other, the constants of
all of them being fitted again each time (orthogonal matching pursuit, Pati, Rezaiifar and
Krishnaprasad 1993).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from sr_kernel.expr import Expr, apply, number, symbol
from sr_kernel.expr.operators import FloatArray
from sr_kernel.search.columns import Column, combine
from sr_kernel.search.dictionary import IntArray
from sr_kernel.search.families import Family, FamilyPart
from sr_kernel.search.linear import linear_terms
from sr_kernel.search.machine import descend, ready
from sr_kernel.search.match import Target
from sr_kernel.search.outer import Outer, outers
from sr_kernel.search.proposer import Context

_COLUMNS = 6
"""Columns, those that explain most first, whose curves are looked at."""
_SINGLES = 16
"""Curves that are fitted behind each outer function."""
_STEPS = 30
_CLIMB, _FINE = 60, 1e-3
"""Steps of the search for inner constants, and their size at which it ends."""
_SUMS, _BEAM, _NEXT = 4, 4, 8
"""Functions in a sum, sums with waves that are carried on, and as many without, and functions tried
next in each."""


class CurveProposer:
    """Asked once: curves behind outer functions, then sums of curves.  With several columns there
    is plainer to try in the first round."""

    def __init__(self) -> None:
        self._asked = False

    def propose(self, context: Context) -> Iterator[Expr]:
        several = sum(np.ptp(context.sample.X, axis=0) > 0) > 1
        if self._asked or (several and context.round == 0):
            return
        if not context.allows("add", "mul") or context.sample.rows < 4:
            return
        self._asked = True
        part = FamilyPart(context.bank, _bases(context), context.problem.operators)
        if not len(part.sizes):
            return
        frame = _Frame(context, part)
        for outer, target, slope in outers(context.problem.operators, context.sample.y):
            yield from frame.singles(outer, target, slope)
        yield from frame.sums()


def _bases(context: Context) -> IntArray:
    """Places in the bank of the columns that correlate most with y."""
    sample, bank = context.sample, context.bank
    strength = {
        symbol(name): abs(float(np.corrcoef(column, sample.y)[0, 1]))
        for name, column in zip(sample.variables, sample.X.T, strict=True)
        if np.ptp(column) > 0
    }
    places = [
        (-strength[expr], k)
        for k in np.flatnonzero(bank.varying[: 4 * len(sample.variables) + 8])
        if (expr := bank.expr(int(k))) in strength
    ]
    return np.array([k for _, k in sorted(places)[:_COLUMNS]], dtype=np.int64)


@dataclass(frozen=True, slots=True)
class _Sum:
    """A sum of functions of these ``kinds``, ``waves`` of them periodic, with its loss."""

    loss: float
    expr: Expr
    kinds: tuple[int, ...]
    waves: int = 0


def _carried(found: list[_Sum]) -> list[_Sum]:
    """The best sums, one of each composition, half of them without waves: a few waves come near
    any curve, and must not crowd out what it is made of."""
    best: dict[tuple[int, ...], _Sum] = {}
    for law in sorted(found, key=lambda law: law.loss):
        best.setdefault(law.kinds, law)
    still = [law for law in best.values() if not law.waves][:_BEAM]
    return [*[law for law in best.values() if law.waves][:_BEAM], *still]


class _Frame:
    """The members of the families on the rows that are fitted."""

    def __init__(self, context: Context, part: FamilyPart) -> None:
        self.context, self.part = context, part
        self.rows = part.values(np.arange(len(part.sizes)), context.sample.X)
        self.kinds = part.kinds
        self.ones = np.ones(context.sample.rows)

    def singles(self, outer: Outer, target: FloatArray, slope: FloatArray) -> Iterator[Expr]:
        """h(y) = a + b f for the best f of each family."""
        root = slope * np.sqrt(self.context.sample.weights)
        goal = Target(target, self.ones[:, None], root)
        for place in self._best(goal)[:_SINGLES]:
            self.context.poll()
            inner = self._line(goal, place, target, root)
            near = None if inner is None else self._fitted(inner, target, np.square(root))
            if near is not None:
                yield outer.build(near[0])

    def sums(self) -> Iterator[Expr]:
        """y = a + b f + c g + ..., each function the best for what those before leave over."""
        sample = self.context.sample
        root = np.sqrt(sample.weights)
        beam = [_Sum(math.inf, number(0.0), ())]
        for _ in range(_SUMS):
            found: list[_Sum] = []
            for law in beam:
                rest = sample.y - sample.predict(law.expr)
                goal = Target(rest, self.ones[:, None], root)
                for place in self._best(goal)[:_NEXT]:
                    self.context.poll()
                    line = self._line(goal, place, rest, root)
                    found += [] if line is None else self._grown(law, line, place)
            beam = _carried(found)
            yield from (law.expr for law in beam)
            if not beam or min(law.expr.size for law in beam) > self.context.max_size:
                return

    def _grown(self, law: _Sum, line: Expr, place: int) -> list[_Sum]:
        """``law`` and one more function, all constants fitted."""
        whole = line if law.expr.is_number else _merged(law.expr, line)
        sample = self.context.sample
        near = self._fitted(whole, sample.y, sample.weights)
        kinds = tuple(sorted((*law.kinds, int(self.kinds[place]))))
        waves = law.waves + self.part.member(place)[1].periodic
        return [] if near is None else [_Sum(near[1], near[0], kinds, waves)]

    def _best(self, goal: Target) -> list[int]:
        """The member of each family that explains most beside a constant."""
        if goal.explained:
            return []
        strength = np.abs(goal.look(self.rows))
        order = np.argsort(-strength, kind="stable")
        _, first = np.unique(self.kinds[order], return_index=True)
        return [int(order[k]) for k in np.sort(first) if strength[order[k]] > 0]

    def _line(self, goal: Target, place: int, target: FloatArray, root: FloatArray) -> Expr | None:
        """a + b f, the inner constants of f moved from the grid to where f explains most."""
        base, family, s, t = self.part.member(place)
        u = self.part.bank.values([base], self.context.sample.X)[0]
        s, t, row = _climbed(goal, family, u, s, t)
        f = family.build(self.part.bank.expr(base), number(s), number(t))
        fit = combine((Column(number(1), self.ones), Column(f, row)), target, root)
        return None if fit is None else next(linear_terms(lambda u: u, fit), None)

    def _fitted(
        self, expr: Expr, target: FloatArray, weights: FloatArray
    ) -> tuple[Expr, float] | None:
        """``expr`` fitted to ``target`` (n,), with its weighted sum of squares."""
        X, variables = self.context.sample.X, self.context.sample.variables
        unit = float(np.abs(target).max())
        if ready() and 1e-100 < unit < 1e100:
            near = descend(expr, X, target, weights, variables, steps=_STEPS)
            return None if near is None else (near.expr, near.cost)
        from sr_kernel.numeric.fit import fit_constants

        fit = fit_constants(expr, X, target, variables, weights=weights, max_steps=_STEPS)
        return (fit.expr, fit.loss) if np.isfinite(fit.loss) else None


def _climbed(
    goal: Target, family: Family, u: FloatArray, s: float, t: float
) -> tuple[float, float, FloatArray]:
    """s, t and f(u; s, t) (n,) after a pattern search (Hooke and Jeeves 1961) for the largest
    correlation with the goal, which leaves the linear constants out."""
    best = family.values(u, s, t)
    height, step = abs(float(goal.look(best[None])[0])), 0.5
    reach = max(abs(t + float(u.min())), abs(t + float(u.max())), float(np.ptp(u)) / 10)
    for _ in range(_CLIMB):
        near = [(s * (1 + step), t), (s / (1 + step), t), (s, t + step * reach / 2),
                (s, t - step * reach / 2)]  # fmt: skip
        rows = np.array([family.values(u, *pair) for pair in near])
        heights = np.abs(goal.look(rows))
        k = int(np.argmax(heights))
        if heights[k] > height * (1 + 1e-12):
            (s, t), height, best = near[k], float(heights[k]), rows[k]
        elif (step := step / 2) < _FINE:
            break
    return float(s), float(t), best


def _merged(law: Expr, line: Expr) -> Expr:
    """The sum of two sums, their constant terms made one."""
    terms = [*law.args, *line.args]
    constants = [term.value for term in terms if isinstance(term.value, float)]
    others = [term for term in terms if not isinstance(term.value, float)]
    return apply("add", *others, number(math.fsum(constants)))
