"""The reduction proposer: a symmetry shows fewer columns, and the smaller problem is solved.

Each reduction is a search of its own, with a bank over the new columns; what it finds is told in
the old ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import islice

import numpy as np

from sr_kernel.errors import SrKernelError
from sr_kernel.expr import Expr, apply, number, substitute, symbol
from sr_kernel.expr.operators import FloatArray
from sr_kernel.search.archive import Archive
from sr_kernel.search.bank import banks_of
from sr_kernel.search.candidates import Candidates
from sr_kernel.search.columns import Column
from sr_kernel.search.front import Front
from sr_kernel.search.presentation import keeps_to, known_signs
from sr_kernel.search.problem import Problem
from sr_kernel.search.proposer import Context, Proposer
from sr_kernel.search.refine import pinned
from sr_kernel.search.sample import Sample
from sr_kernel.search.surrogate import Surrogate
from sr_kernel.search.symmetry import View, reductions

_ROUNDS = ((1500, 1500, 200), (12_000, 6000, 600), (60_000, 20_000, 1000))
"""For each round of the whole search the bank's size for exact matches and for those under noise,
and the pool for pairs, of a reduced one."""
_FITS = (100, 300, 1000)
"""Terms fitted in each round for each column of a reduction: one that looks right but is not has no
end."""
_WIDTHS = (6, 4, 3)
"""Reductions searched in each round."""
_SWEPT = ((12, 8), (8, 2), (2, 0))
"""The same for each sweep, without and with signs of noise."""
_QUIET = 0.003
"""Errors of a surrogate below which there is no noise to speak of."""
_MEASURED = 260
"""Rows on which a view is told from one that only looks like it."""
_SOUND = 3
_FEW = 2
_TOLD = 25
"""Rows for each column without which a surrogate may have learned the noise."""
_NOISE = 1e-6
"""Losses below this are no noise that would tell when to stop."""
_SETTLED, _PLAINLY = 1.1, 1
"""Losses up to so many times that of the surrogate leave nothing to be explained."""
_LAWS = 4
_PLAIN, _PATIENCE = 12, 1.0
"""Nodes from which a solution is simplified, and the seconds that may take."""
_FEWEST, _MOST = 60, 12
"""Rows and columns between which a surrogate can be relied on and is quick."""


class ReductionProposer:
    """Laws of fewer columns than the table has; ``solvers`` makes the proposers of a search."""

    exact = True
    """Wants as large a bank as there is."""

    def __init__(self, solvers: Callable[[], Sequence[Proposer]]) -> None:
        self.solvers = solvers
        self._searches: list[Reduced] = []
        self._looked = False
        self._sweep = 0
        self.noise = 0.0
        self._round = -1

    def propose(self, context: Context) -> Iterator[Expr]:
        if not context.allows("mul", "div", "pow", "add", "sub"):
            return
        if not context.exactly:
            if context.round <= self._round or context.round >= len(_ROUNDS):
                return
            self._round = context.round
        for search in islice(self._known(context), self._width(context)):
            if not (search.view.sound or context.exactly):
                continue
            context.poll()
            yield from search.laws(context)
            if context.solved():
                return

    def _width(self, context: Context) -> int:
        """How many reductions are worth their time just now."""
        if not context.exactly:
            return _WIDTHS[context.round]
        self._sweep += 1
        return _SWEPT[min(self._sweep, len(_SWEPT)) - 1][self.noise > _QUIET]

    def _known(self, context: Context) -> Iterator[Reduced]:
        """The searches there are, the likeliest first; new ones are made as they are asked for."""
        yield from list(self._searches)
        if not self._looked:
            self._looked = True
            for view in symmetric_views(context):
                self.noise = max(self.noise, view.floor)
                # Few columns leave a surrogate little else to stumble over.
                few = view.sound and len(view.columns) <= _FEW
                context.noisy |= few and view.error > _QUIET
                rows = min(context.sample.rows, _MEASURED) // 2
                many = rows >= _TOLD * (len(view.columns) + 1)
                context.quiet |= view.error < _QUIET and many
                self._searches.append(Reduced(context, view, self.solvers()))
                yield self._searches[-1]
            if context.quiet:  # what looked like noise was a surrogate that stumbled
                context.noisy = False
                calm = [search for search in self._searches if search.view.error < 2 * _QUIET]
                self._searches = calm or self._searches
        self._searches.sort(key=lambda search: search.view.rank)


def symmetric_views(context: Context) -> Iterator[View]:
    """What the symmetries of surrogates of log |y| and of y leave, the likeliest of each first."""
    sample = context.sample
    varying = [k for k in range(sample.X.shape[1]) if np.ptp(sample.X[:, k]) > 0]
    if not (2 <= len(varying) <= _MOST and sample.rows >= _FEWEST) or sample.constant:
        return
    columns = tuple(Column(symbol(sample.variables[k]), sample.X[:, k]) for k in varying)
    seen: set[frozenset[float]] = set()
    for target in _targets(sample.y / sample.unit):
        start, noise = _start(context, columns, target, sample.y / sample.unit)
        found = []
        for view in reductions(start, noise=noise):
            if view.key not in seen:
                seen.add(view.key)
                found.append(_measured(context, view, target, noise))
        found = _worthwhile(found)
        yield from found
        if found and found[0].sound and len(found[0].columns) == 1:
            return


def _worthwhile(views: list[View]) -> list[View]:
    """The likeliest first: those that explain the target, or in want of such a few others."""
    views = sorted(views, key=lambda view: view.rank)
    sound = [view for view in views if view.sound]
    if sound and len(sound[0].columns) == 1:
        sound = [view for view in sound if len(view.columns) == 1]
    return sound[:_SOUND] if sound else views[:_SOUND]


def _measured(context: Context, view: View, target: FloatArray, noise: float) -> View:
    """``view`` with the error that a surrogate over its own columns makes."""
    context.poll()
    with np.errstate(all="ignore"):
        factor = view.factor.values
        rest = target - np.log(np.abs(factor)) if (view.values == 1.0).all() else target / factor
    Z, _ = _evened(np.stack([column.values for column in view.columns], axis=1))
    if not (np.isfinite(rest).all() and Z.std(axis=0).min() > 0):
        return replace(view, error=np.inf)
    model = Surrogate.of(Z, rest, seed=1, rows=_MEASURED, poll=context.poll)
    share = model.noise * float(rest.std() / target.std()) if rest is not target else model.noise
    return replace(view, error=share, floor=max(noise, _QUIET))


def _targets(y: FloatArray) -> list[FloatArray]:
    """The target, and its logarithm if all values have one sign."""
    if y.min() > 0 or y.max() < 0:
        return [np.log(np.abs(y)), y]
    return [y]


def _start(
    context: Context, columns: tuple[Column, ...], target: FloatArray, y: FloatArray
) -> tuple[View, float]:
    X = np.stack([column.values for column in columns], axis=1)
    Z, positive = _evened(X)
    model = Surrogate.of(Z, target, seed=context.problem.random_state, poll=context.poll)
    slopes = model.gradients / np.where(positive, X[model.picked], 1.0)
    logarithm = target is not y
    values = np.ones(len(model.values)) if logarithm else model.values / y.std()
    if not logarithm:
        slopes = slopes / y.std()
    one = Column(number(1), np.ones(len(y)))
    return View(columns, one, model.picked, slopes, values), model.noise


def _evened(X: FloatArray) -> tuple[FloatArray, np.ndarray]:
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


class Reduced:
    """A search over the columns of a view, for the target divided by its factor."""

    def __init__(self, context: Context, view: View, proposers: Sequence[Proposer]) -> None:
        self.view, self.proposers = view, proposers
        names = tuple(f"column {k}" for k in range(len(view.columns)))
        self.meaning = dict(zip(names, (c.expr for c in view.columns), strict=True))
        weights = context.sample.weights * np.square(
            view.factor.values / np.abs(view.factor.values).max()
        )
        whole = context.problem
        problem = Problem(
            names, np.stack([column.values for column in view.columns], axis=1),
            context.sample.y / view.factor.values, weights, operators=whole.operators,
            max_size=whole.max_size, random_state=whole.random_state,
        )  # fmt: skip
        sample = Sample.of(problem)
        rows = context.probe_rows
        usual, exact = banks_of(problem, sample.X[rows])
        self.context = Context(
            problem, sample, usual, Archive(sample, seed=problem.random_state), Front(sample),
            context.generator, rows, poll=context.poll, exact_bank=exact,
        )  # fmt: skip
        self.candidates = Candidates(self.context)
        self._smooth: float | None = None
        self._asked = 0
        self.assume = known_signs(whole)
        self._told: set[Expr] = set()

    def laws(self, whole: Context) -> Iterator[Expr]:
        """The laws of one more sweep or round, whichever the whole search is in, the best first."""
        context = self.context
        context.round = whole.round
        context.look(exactly=whole.exactly and not self._simple())
        if whole.exact_bank is None:  # laws that are exact have been looked for
            context.exact_bank = None
        context.noisy = whole.noisy
        wide, narrow, context.pool = _ROUNDS[whole.round]
        wide = whole.limit if context.exactly else wide
        context.bank.grow(wide, context.poll)
        last = self.candidates.fitted + _FITS[whole.round] * len(self.view.columns)
        for proposer in self._order():
            exact = getattr(proposer, "exact", False)
            first = getattr(proposer, "glance", False) and whole.limit <= _ROUNDS[0][0]
            if context.exactly and (first or not exact):
                continue
            context.limit = min(wide if exact else narrow, len(context.bank))
            for expr in proposer.propose(context):
                context.poll()
                self.candidates.consider(expr)
                if self._settled(_PLAINLY) or self.candidates.fitted >= last:
                    break
            yield from self._news()
            if context.solved() or self._settled() or self.candidates.fitted >= last:
                break

    def _order(self) -> Sequence[Proposer]:
        """Who is asked, one after the other: for exact laws first those who are quickest."""
        if not self.context.exactly:
            return self.proposers
        return sorted(self.proposers, key=lambda proposer: not getattr(proposer, "cheap", False))

    def _news(self) -> Iterator[Expr]:
        """What has come to the front since the last time, in the old columns."""
        context = self.context
        if context.exactly and not context.solved():
            return
        count = 1 if context.solved() else _LAWS
        for entry in sorted(context.front.entries, key=lambda fitted: fitted.length)[:count]:
            if entry.expr not in self._told:
                self._told.add(entry.expr)
                yield from self._restored(entry.expr)

    def _simple(self) -> bool:
        """Whether the view is of one column and certain, so that all is quickly tried on it."""
        self._asked += 1
        return self.view.sound and len(self.view.columns) == 1 and self._asked == 2

    def _settled(self, constants: int = 99) -> bool:
        """Whether the best law, of so few constants, does as well as a surrogate of any form."""
        if self.context.exactly or len(self.view.columns) > _FEW:
            return False
        if self._smooth is None:
            self._smooth = self._surrogate_loss()
        best = self.context.front.best
        if best is None or best.parameters > constants:
            return False
        return _NOISE < best.loss < _SETTLED * self._smooth

    def _surrogate_loss(self) -> float:
        sample = self.context.sample
        y = sample.y / sample.unit
        Z, _ = _evened(sample.X)
        model = Surrogate.of(Z, y, poll=self.context.poll)
        weights = sample.weights[model.picked]
        square = np.square(model.values - y[model.picked])
        return float(weights @ square / weights.sum() / sample.spread)

    def _restored(self, expr: Expr) -> Iterator[Expr]:
        from sr_kernel.simplify import simplify_all_detailed

        try:
            inner = substitute(expr, self.meaning)
            factor = self.view.factor.expr
            told = inner if factor is number(1) else apply("mul", factor, inner)
        except SrKernelError:  # a literal overflows
            return
        if self.context.solved() and told.size > _PLAIN:
            [result] = simplify_all_detailed([told], assume=self.assume, time_limit=_PATIENCE)
            if keeps_to(result.result, told, self.context.problem.operators):
                yield pinned(result.result)
        yield told
