"""The reduction proposer: a symmetry shows fewer columns, and the smaller problem is solved.

Each reduction is a search of its own, with a bank over the new columns; what it finds is told in
the old ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice

import numpy as np

from sr_kernel.errors import SrKernelError
from sr_kernel.expr import Expr, apply, number, substitute
from sr_kernel.search.archive import Archive
from sr_kernel.search.bank import banks_of
from sr_kernel.search.candidates import Candidates
from sr_kernel.search.front import Front
from sr_kernel.search.presentation import keeps_to, known_signs
from sr_kernel.search.problem import Problem
from sr_kernel.search.proposer import Context, Proposer
from sr_kernel.search.refine import pinned
from sr_kernel.search.sample import Sample
from sr_kernel.search.surrogate import Surrogate
from sr_kernel.search.symmetry import View
from sr_kernel.search.views import MEASURED, QUIET, evened, squares, symmetric_views

_ROUNDS = ((1500, 60_000, 800), (12_000, 60_000, 1500), (60_000, 100_000, 2000))
"""For each round of the whole search the bank's size for exact matches and for those under noise,
and the pool for pairs, of a reduced one."""
_FITS, _FITS_AT_LEAST = (50, 250, 900), 200
"""Terms fitted in each round for each column of a reduction, and as many besides, half of them by
one proposer at most: one that looks right but is not has no end."""
_FITS_IN_ALL = (400, 1200, 5000)
"""Terms in each round after which no other reduction is searched."""
_WIDTHS = (6, 4, 3)
"""Reductions searched in each round."""
_SWEPT = ((12, 8), (8, 2), (2, 0))
"""The same for each sweep, without and with signs of noise."""
_FEW = 2
_TOLD = 25
"""Rows for each column without which a surrogate may have learned the noise."""
_POOR, _ALIKE = 0.1, 1.2
"""Errors beyond which a view explains too little, and times that of the best that are no worse."""
_NOISE = 1e-6
"""Losses below this are no noise that would tell when to stop."""
_SETTLED, _PLAINLY = 1.1, 1
"""Losses up to so many times that of the surrogate leave nothing to be explained."""
_LAWS = 4
_PLAIN, _PATIENCE = 12, 1.0
"""Nodes from which a solution is simplified, as is any law that is too large, and the seconds that
may take."""


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
        left = _FITS_IN_ALL[context.round]
        for search in islice(self._known(context), self._width(context)):
            view = search.view
            if context.exactly:
                if view.dense and view.error > 2.0 * QUIET:
                    continue
            elif not (view.sound or self._best_of_all(view)):
                continue
            context.poll()
            before = search.candidates.fitted
            yield from search.laws(context)
            left -= search.candidates.fitted - before
            if context.solved() or (search.settled() and view.certain) or left <= 0:
                return

    def _best_of_all(self, view: View) -> bool:
        """Whether ``view`` is about as good as any: of many columns a surrogate takes too much of
        the noise for the law to say how much there is."""
        others = [search.view for search in self._searches]
        if any(other.sound for other in others):
            return False
        return view.error <= min(_POOR, *(_ALIKE * other.error for other in others))

    def _width(self, context: Context) -> int:
        """How many reductions are worth their time just now."""
        if not context.exactly:
            return _WIDTHS[context.round]
        self._sweep += 1
        return _SWEPT[min(self._sweep, len(_SWEPT)) - 1][self.noise > QUIET]

    def _known(self, context: Context) -> Iterator[Reduced]:
        """The searches there are, the likeliest first; new ones are made as they are asked for."""
        yield from list(self._searches)
        if not self._looked:
            self._looked = True
            for view in symmetric_views(context):
                self.noise = max(self.noise, view.floor)
                # Few columns leave a surrogate little else to stumble over.
                few = view.sound and len(view.columns) <= _FEW
                context.noisy |= few and view.error > QUIET
                rows = min(context.sample.rows, MEASURED) // 2
                many = rows >= _TOLD * (len(view.columns) + 1)
                context.quiet |= view.error < QUIET and many
                self._searches.append(Reduced(context, view, self.solvers()))
                yield self._searches[-1]
            if context.quiet:  # what looked like noise was a surrogate that stumbled
                context.noisy = False
                calm = [search for search in self._searches if search.view.error < 2 * QUIET]
                self._searches = calm or self._searches
        self._searches.sort(key=lambda search: search.view.rank)


class Reduced:
    """A search over the columns of a view, for the target divided by its factor."""

    def __init__(self, context: Context, view: View, proposers: Sequence[Proposer]) -> None:
        self.view, self.proposers = view, proposers
        names = tuple(f"column {k}" for k in range(len(view.columns)))
        self.meaning = dict(zip(names, (c.expr for c in view.columns), strict=True))
        weights = context.sample.weights * squares(view.factor.values)
        whole = context.problem
        problem = Problem(
            names, np.stack([column.values for column in view.columns], axis=1),
            context.sample.y / view.factor.values, weights, operators=whole.operators,
            max_size=whole.max_size, random_state=whole.random_state,
        )  # fmt: skip
        sample = Sample.of(problem)
        rows = context.probe_rows
        prices = context.prices.of_operators
        usual, exact = banks_of(problem, sample.X[rows], prices)
        self.context = Context(
            problem, sample, usual, Archive(sample, seed=problem.random_state), Front(sample),
            context.generator, rows, poll=context.poll, exact_bank=exact, prices=prices,
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
        if not context.exactly and self._smooth is None and len(self.view.columns) <= _FEW:
            self._smooth = self._smoothed()
        wide, narrow, context.pool = _ROUNDS[whole.round]
        wide = whole.limit if context.exactly else wide
        context.bank.grow(wide if context.exactly else max(wide, narrow), context.poll)
        most = _FITS_AT_LEAST + _FITS[whole.round] * len(self.view.columns)
        last = self.candidates.fitted + most
        for proposer in self._order():
            exact = getattr(proposer, "exact", False)
            first = getattr(proposer, "glance", False) and whole.limit <= _ROUNDS[0][0]
            if context.exactly and (first or not exact):
                continue
            context.limit = min(wide if exact else narrow, len(context.bank))
            enough = self.candidates.fitted + most // 2
            for expr in proposer.propose(context):
                context.poll()
                self.candidates.consider(expr)
                if self.settled(_PLAINLY) or self.candidates.fitted >= min(last, enough):
                    break
            yield from self._news()
            if context.solved() or self.settled(_PLAINLY) or self.candidates.fitted >= last:
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

    def settled(self, constants: int = 99) -> bool:
        """Whether the best law, of so few constants, does as well as a surrogate of any form."""
        if self.context.exactly or len(self.view.columns) > 1:  # which it fits well enough
            return False
        best = self.context.front.best
        if self._smooth is None or best is None or best.parameters > constants:
            return False
        return _NOISE < best.loss < _SETTLED * self._smooth

    def _smoothed(self) -> float:
        """The loss of a surrogate, through whose eyes the rows are looked at from now on."""
        context, sample = self.context, self.context.sample
        y = sample.y / sample.unit
        Z, _ = evened(sample.X)
        probe = context.probe_rows
        model = Surrogate.of(Z, y, sample.weights, first=probe, poll=context.poll)
        weights = sample.weights[model.picked]
        square = np.square(model.values - y[model.picked])
        loss = float(weights @ square / weights.sum() / sample.spread)
        if loss > _NOISE:
            context.smooth = sample.y.copy()
            context.smooth[probe] = model.values[: len(probe)] * sample.unit
        return loss

    def _restored(self, expr: Expr) -> Iterator[Expr]:
        from sr_kernel.simplify import simplify_all_detailed

        try:
            inner = substitute(expr, self.meaning)
            factor = self.view.factor.expr
            told = inner if factor is number(1) else apply("mul", factor, inner)
        except SrKernelError:  # a literal overflows
            return
        if told.size > (_PLAIN if self.context.solved() else self.context.problem.max_size):
            [result] = simplify_all_detailed([told], assume=self.assume, time_limit=_PATIENCE)
            if keeps_to(result.result, told, self.context.problem.operators):
                yield pinned(result.result)
        yield told
