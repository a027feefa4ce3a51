"""The search: proposers asked in rounds of growing budget, until exact, out of time or stopped."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sr_kernel.errors import ExpressionError
from sr_kernel.expr import Expr, number, symbol, transform
from sr_kernel.search import machine
from sr_kernel.search.archive import Archive
from sr_kernel.search.bank import Bank
from sr_kernel.search.evolve import Evolution
from sr_kernel.search.exactly import ExactProposer
from sr_kernel.search.front import Front
from sr_kernel.search.law import Law
from sr_kernel.search.linear import LinearProposer
from sr_kernel.search.polynomial import PolynomialProposer
from sr_kernel.search.powers import PowerProposer
from sr_kernel.search.presentation import Presenter
from sr_kernel.search.problem import Problem
from sr_kernel.search.proposer import Context, Proposer
from sr_kernel.search.rational import RationalProposer
from sr_kernel.search.refine import Fitted, fit, quick_fit, refine, rounded
from sr_kernel.search.sample import Sample, fit_rows
from sr_kernel.search.scaling import Scaling
from sr_kernel.search.tidy import tidy

if TYPE_CHECKING:
    from sr_kernel.search.helpers import Helpers

ROUNDS = (
    (6000, 400, 200),
    (60_000, 1000, 600),
    (250_000, 6000, 1500),
    (400_000, 40_000, 3000),
    (400_000, 150_000, 4000),
    (400_000, 400_000, 6000),
)
"""For each round the bank's size for exact matches and for those under noise, and the pool among
which pairs are sought by correlation."""

FIT_ROWS, PROBE_ROWS = 1000, 64
_PROGRESS_EVERY = 0.3


@dataclass(frozen=True, slots=True)
class Progress:
    """What is known at some moment of a search; times in seconds."""

    elapsed: float
    candidates: int
    distinct: int
    front: tuple[Law, ...]
    best: Law | None


@dataclass(frozen=True, slots=True)
class SearchResult:
    """``front`` by growing complexity and strictly falling loss; ``best`` is what describes the
    data most shortly, as a rule its last law (a later one fits better, on too few rows to trust).

    ``stop_reason``: "exact" (explains all rows to rounding), "time", "exhausted" (nothing left to
    try), "plateau" (rounds without news), "stopped" (asked to), "failed" (the process died).
    """

    front: tuple[Law, ...]
    best: Law | None
    stop_reason: str
    seconds: float
    candidates: int
    distinct: int
    interrupted: bool


class SearchStopped(Exception):  # noqa: N818  (a signal, not an error)
    """Raised inside a proposer's poll to end the search."""


def default_proposers() -> list[Proposer]:
    """The proposers a search uses unless told otherwise."""
    return [
        ExactProposer(), PolynomialProposer(), RationalProposer(), LinearProposer(),
        PowerProposer(), ExactProposer(later=True), Evolution(),
    ]  # fmt: skip


def search(
    problem: Problem,
    *,
    time_limit: float = 60.0,
    n_jobs: int = 1,
    on_progress: Callable[[Progress], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
    proposers: Sequence[Proposer] | None = None,
    helper: bool = False,
) -> SearchResult:
    """Look for laws for at most ``time_limit`` seconds, in this process.

    ``on_progress`` is called at least twice a second, ``should_stop`` more often.  Ctrl-C ends
    the search and keeps what was found (``interrupted``).  The same problem and seed give the
    same laws if time does not cut in and ``n_jobs`` is 1; each further job is a process that
    breeds terms for this one.  A ``helper`` is such a process.
    """
    if proposers is None:
        proposers = [Evolution(endless=True)] if helper else default_proposers()
    with np.errstate(all="ignore"):  # candidates may be anything; what is kept is checked
        run = _Run(problem, time_limit, on_progress, should_stop, n_jobs)
        return run.result(proposers)


class _Run:
    def __init__(
        self,
        problem: Problem,
        time_limit: float,
        on_progress: Callable[[Progress], None] | None,
        should_stop: Callable[[], bool] | None,
        n_jobs: int = 1,
    ) -> None:
        self.start = time.perf_counter()
        machine.begin()
        self.n_jobs = n_jobs
        self.helpers: Helpers | None = None
        self.time_limit = time_limit
        self.on_progress = on_progress
        self.should_stop = should_stop
        self.reason = "exhausted"
        self.interrupted = False
        self.fitted = 0
        self._tries: dict[Expr, int] = {}
        self._shown = self.start
        scaling = Scaling.of(problem)
        self.presenter = Presenter(problem, scaling)
        problem = self.presenter.problem
        self.problem = problem
        rows = fit_rows(problem, FIT_ROWS)
        sample = Sample.of(problem, rows)
        probe_rows = np.arange(len(rows))
        if len(rows) > PROBE_ROWS:
            generator = np.random.default_rng(problem.random_state + 1)
            probe_rows = np.sort(generator.permutation(len(rows))[:PROBE_ROWS])
        bank = Bank(
            problem.variables, sample.X[probe_rows], problem.operators,
            max_price=min(15, problem.max_size + 2), seed=problem.random_state,
        )  # fmt: skip
        self.context = Context(
            problem, sample, bank, Archive(sample, seed=problem.random_state), Front(sample),
            np.random.default_rng(problem.random_state), probe_rows, poll=self.poll,
        )  # fmt: skip

    # ---------------------------------------------------------------- the loop

    def result(self, proposers: Sequence[Proposer]) -> SearchResult:
        try:
            self._constant_laws()
            self._rounds(proposers)
        except SearchStopped:
            pass
        except KeyboardInterrupt:
            self.reason, self.interrupted = "stopped", True
        except SystemError as error:
            # Python says so where Ctrl-C comes while the arguments of compiled code are read.
            if not isinstance(error.__cause__, KeyboardInterrupt):
                raise
            self.reason, self.interrupted = "stopped", True
        finally:
            if self.helpers is not None:
                self.helpers.close()
        final = self._snapshot(0.4 if self.reason == "stopped" else 1.0, final=True)
        return SearchResult(
            final.front, final.best, self.reason, final.elapsed,
            final.candidates, final.distinct, self.interrupted,
        )  # fmt: skip

    def _constant_laws(self) -> None:
        sample = self.context.sample
        self.consider(number(float(sample.mean)))
        if sample.constant:
            # Nothing varies: the constant is the answer, exactly if all rows agree.
            self.reason = "exact" if self._exact() else "exhausted"
            raise SearchStopped

    def _rounds(self, proposers: Sequence[Proposer]) -> None:
        context, quiet = self.context, 0
        for number_, (exact, limit, pool) in enumerate(ROUNDS):
            before = context.front.version
            if self.presenter.whole.coarse:
                exact = min(exact, limit)
            grown = context.bank.grow(max(exact, limit), self.poll)
            context.round, context.pool = number_, pool
            for proposer in proposers:
                wide = getattr(proposer, "exact", False)
                context.limit = min(exact if wide else limit, len(context.bank))
                for expr in proposer.propose(context):
                    self.consider(expr)
                    self._hear()
                    self.poll()
                if self._exact():
                    self.reason = "exact"
                    return
                self._call_helpers()
            quiet = quiet + 1 if context.front.version == before else 0
            if number_ > 0 and not grown:
                return
            if quiet >= 3:
                self.reason = "plateau"
                return

    def _call_helpers(self) -> None:
        """Start the other jobs, once it shows that there is something left for them to do."""
        from sr_kernel.search.helpers import Helpers

        if self.n_jobs > 1 and self.helpers is None:
            left = self.time_limit - (time.perf_counter() - self.start)
            self.helpers = Helpers(self.problem, self.n_jobs - 1, time_limit=max(left, 0.1))

    def _hear(self) -> None:
        for expr in self.helpers.found() if self.helpers is not None else ():
            self.consider(expr)

    def _exact(self) -> bool:
        best, whole = self.context.front.best, self.presenter.whole
        if best is None or not self.context.solved():
            return False
        return whole.exact(whole.predict(best.expr))

    def poll(self) -> None:
        """Report progress if it is due; raise :class:`SearchStopped` when the search is over."""
        now = time.perf_counter()
        if self.should_stop is not None and self.should_stop():
            self.reason = "stopped"
            raise SearchStopped
        if now - self.start >= self.time_limit:
            self.reason = "time"
            raise SearchStopped
        if self.on_progress is not None and now - self._shown >= _PROGRESS_EVERY:
            self.on_progress(self._snapshot(0.15))
            self._shown = time.perf_counter()

    # ---------------------------------------------------------------- candidates

    def consider(self, expr: Expr) -> None:
        """Fit ``expr``, and if it is any good make it plain; keep what comes out."""
        context = self.context
        try:
            expr = tidy(expr, roots=context.allows("sqrt"))
        except ExpressionError:
            return
        skeleton = transform(expr, _blank)
        tries = self._tries.get(skeleton, 0)
        if tries >= 2 or expr.size > context.problem.max_size + 6:
            return
        self._tries[skeleton] = tries + 1
        self.fitted += 1
        try:
            fitted = quick_fit(expr, context.sample)
            if fitted is None:
                return
            context.archive.add(fitted)
            # Going on may lower the loss some more; plain constants shorten the description.
            slack = 2.0 * fitted.parameters + 2.0
            if fitted.length - slack > context.front.bar(fitted.size)[1]:
                return
            fitted = fit(fitted.expr, context.sample)
            if fitted is None:
                return
            for plain in refine(fitted, context.sample, context.problem.operators):
                self._keep(plain)
        except ExpressionError:
            return

    def _keep(self, fitted: Fitted) -> None:
        context = self.context
        if fitted.size <= self.problem.max_size:
            context.archive.add(fitted)
            if fitted.length < context.front.bar(fitted.size)[1]:
                context.front.offer(rounded(fitted, context.sample))

    # ---------------------------------------------------------------- what is shown

    def _snapshot(self, seconds: float, *, final: bool = False) -> Progress:
        laws, best = self.presenter.laws(self.context.front, seconds, final=final)
        return Progress(
            time.perf_counter() - self.start,
            self.context.bank.tried + self.fitted,
            len(self.context.bank) + len(self.context.archive),
            laws,
            best,
        )


_BLANK = symbol("constant")


def _blank(node: Expr) -> Expr:
    return _BLANK if isinstance(node.value, float) else node
