"""One run of a search: who is asked when, what ends it, and what is told on the way."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from sr_kernel.errors import ExpressionError
from sr_kernel.expr import Expr, number
from sr_kernel.search import machine
from sr_kernel.search.candidates import Candidates
from sr_kernel.search.checkpoint import KEPT, Checkpoint, State
from sr_kernel.search.guidance import LATE, Guidance
from sr_kernel.search.helpers import Helpers, Tasks
from sr_kernel.search.history import History
from sr_kernel.search.interrupts import terminable
from sr_kernel.search.law import Law
from sr_kernel.search.noise import noise_level
from sr_kernel.search.opening import FIT_ROWS, context_of
from sr_kernel.search.presentation import Presenter
from sr_kernel.search.problem import Problem
from sr_kernel.search.proposer import Proposer
from sr_kernel.search.refine import pinned
from sr_kernel.search.result import Progress, SearchResult
from sr_kernel.search.rounds import ROUNDS, SWEEPS, parted
from sr_kernel.search.sample import fit_rows, with_few_rows
from sr_kernel.search.scaling import Scaling
from sr_kernel.search.settings import Settings
from sr_kernel.search.steering import Steering
from sr_kernel.search.watch import SearchStopped, Watch, raised

_QUIET = 0.003
"""Noise below this share of the target's standard deviation may be none."""
_SLIGHT, _LOUD = 0.03, 0.2
"""Noise above these shares may be waves that are faster than the rows, and is as likely to be."""

_ANOTHER_SEED = 7919
"""Between the seeds of a search and of one that goes on from it."""


class Run(Watch):
    def __init__(self, problem: Problem, settings: Settings, *, helper: bool = False) -> None:
        super().__init__(settings, problem.rows)
        machine.begin()
        self.helpers: Helpers | Tasks | None = None
        self._dismissed: set[int] = set()
        self._caught_up = self._swept = False
        self._costly, self._share = list[Proposer](), 0.0
        self.checkpoint, self.before = None, None
        if settings.checkpoint is not None:
            self.checkpoint = Checkpoint(settings.checkpoint, problem, self.report)
            self.before = self.checkpoint.read()
        if self.before is not None:
            seed = problem.random_state + _ANOTHER_SEED * self.before.runs
            problem = replace(problem, random_state=seed)
        self.scaling = Scaling.of(problem)
        self.presenter = Presenter(problem, self.scaling)
        self.problem = self.presenter.problem
        self.context = context_of(self.problem, self.poll, self.report)
        self.noise: float | None = None
        self._noise_known = helper  # who asked for help has estimated it
        self.candidates = Candidates(self.context)
        self.guidance = Guidance(settings.guide, self.report)
        self.steering = Steering(self.control, self.context, self.candidates, self.scaling)
        self.presenter.obeys = self.steering.obeys_shown

    # ---------------------------------------------------------------- the loop

    def result(self, proposers: Sequence[Proposer]) -> SearchResult:
        with terminable() as self._terminated:
            self._search(partial(self._begin, proposers))
            final = self._final()
            while self._told_to_go_on():
                self._search(partial(self._rounds, self.settings.afresh(proposers)))
                final = self._final()
            if final.steered != self.steering.version:
                final = self._snapshot(0.0, final=True)
        self._save()
        front, best = self._validated(final)
        return SearchResult(
            front, best, self.reason, self.clock.elapsed, final.candidates,
            final.distinct, self.interrupted, tuple(self.reports), History(self.context.archive),
            None if self.noise is None else self.noise * self.scaling.target, final.steered,
            self.context.beliefs,
        )  # fmt: skip

    def _begin(self, proposers: Sequence[Proposer]) -> None:
        self.steering.hear()
        self._constant_laws()
        self._known_laws()
        cheap, self._costly = parted(proposers)
        self._sweep(cheap, SWEEPS[0])
        self._ask_guide()
        if not self.guidance.noisy:
            self._sweep_costly()
        self._call_helpers()
        self._estimate_noise()
        self._judge_noise(proposers)
        self._rounds(proposers)

    def _told_to_go_on(self) -> bool:
        """Whether the search has ended by itself, and not on what it has been told meanwhile.

        Simplified, the law that it ended with may have turned out to be banned.
        """
        self.clock.extend(self.control.more_seconds())
        changed = self.steering.hear()
        lost = self.reason == "exact" and not self._exact()
        late = self.reason == "time"
        ended = late or self.reason in ("exact", "exhausted", "plateau")
        return ended and (changed or lost or late) and not self.clock.over

    def _search(self, work: Callable[[], None]) -> None:
        try:
            self._work(work)
        finally:
            for helper in (self.helpers, *self.settings.guests):
                if helper is not None:
                    helper.close()
            self.helpers = self.steering.helpers = None

    def _work(self, work: Callable[[], None]) -> None:
        self.reason = "exhausted"
        try:
            work()
        except SearchStopped:
            pass
        except KeyboardInterrupt:
            self.reason, self.interrupted = "stopped", True
        except SystemError as error:
            # Python says so where Ctrl-C comes while the arguments of compiled code are read.
            if not isinstance(error.__cause__, KeyboardInterrupt):
                raise
            self.reason, self.interrupted = "stopped", True
        except MemoryError:
            self.reason = "memory"
        if self.reason == "memory":
            self._spent = self.candidates_tried, self._banked
            self.context.forget()

    def _judge_noise(self, proposers: Sequence[Proposer]) -> None:
        """Go on at once with laws without noise, where the rows say nothing against them."""
        share = 0.0 if self.noise is None else self.noise / float(np.std(self.context.sample.y))
        self._share = share
        self.context.quiet |= self.noise is not None and share < _QUIET
        if self.context.quiet:
            self._sweeps(proposers)
        elif share > _LOUD:
            self._sweep(proposers, SWEEPS[0], glance=True)

    def _constant_laws(self) -> None:
        sample = self.context.sample
        self.candidates.consider(number(float(sample.mean)))
        if sample.constant or not np.ptp(sample.X, axis=0).any():
            # Nothing varies: the constant is the answer, exactly if all rows agree.
            self.reason = "exact" if self._exact() else "exhausted"
            raise SearchStopped

    def _known_laws(self) -> None:
        """Guesses, and the laws of the search that this one goes on from."""
        known = () if self.before is None else self.before.exprs
        for expr in (*self.settings.guesses, *known):
            self._hear_of(expr)
            self.poll()
        self._caught_up = True
        if known or self.settings.guesses:
            self._stop_if_exact()

    def _hear_of(self, expr: Expr) -> None:
        """Consider a term in the units of the data."""
        try:
            self._consider(self.scaling.applied(pinned(expr)))
        except ExpressionError:  # a constant beyond floats in the units of the search
            return

    def _ask_guide(self) -> None:
        """What law to expect, once it is known that it is none of the simplest."""
        self.guidance.speak(self.context, self.problem)
        for proposer in self.guidance.proposers:
            self._ask(proposer)

    def _sweep_costly(self) -> None:
        """What else the smallest bank has of laws without noise, once."""
        self._sweep(self._costly, SWEEPS[0])
        self._costly = []

    def _sweeps(self, proposers: Sequence[Proposer]) -> None:
        """The larger sweeps, once, as long as nothing speaks against a law without noise."""
        if not self._swept:
            self._larger_sweeps(proposers)
        self._swept = True
        bank, self.context.exact_bank = self.context.exact_bank, None
        if bank is not None:
            self._spent = self._spent[0] + bank.tried, self._spent[1] + len(bank)

    def _larger_sweeps(self, proposers: Sequence[Proposer]) -> None:
        if self._share > _SLIGHT or not self.context.noisy:
            wavy = [one for one in proposers if getattr(one, "wavy", False)]
            self._sweep(wavy if self.context.noisy else proposers, SWEEPS[0], glance=True)
        for limit in SWEEPS[1:]:
            if not self.context.noisy:
                self._sweep(proposers, limit)

    def _sweep(self, proposers: Sequence[Proposer], limit: int, *, glance: bool = False) -> None:
        """Ask those who know how for laws without noise in a bank of ``limit`` functions, or of
        the smallest bank those who ``glance`` at more."""
        context = self.context
        quick = [one for one in self.guidance.asked(proposers) if getattr(one, "exact", False)]
        if limit == SWEEPS[0]:
            quick = [one for one in quick if getattr(one, "glance", False) is glance]
        if self.presenter.whole.coarse or not quick:
            return
        quick.sort(key=lambda proposer: not getattr(proposer, "cheap", False))
        context.look(exactly=True)
        context.bank.grow(limit, self.poll)
        context.limit = min(limit, len(context.bank))
        for proposer in quick:
            self._ask(proposer)
        context.look(exactly=False)

    def _ask(self, proposer: Proposer) -> None:
        for expr in self._asked(proposer):
            self._consider(expr)
            self._hear()
            self.poll()
        self._hear()
        self._stop_if_exact()

    def _rounds(self, proposers: Sequence[Proposer]) -> None:
        context, quiet = self.context, 0
        proposers = self.guidance.joined(proposers)
        for number_, (exact, limit, pool) in enumerate(ROUNDS):
            before = context.front.version
            if self.presenter.whole.coarse:
                exact = min(exact, limit)
            grown = context.bank.grow(max(exact, limit), self.poll)
            context.round, context.pool = number_, pool
            if number_ == LATE:
                self._ask_late(proposers)
            for proposer in self.guidance.asked(proposers):
                wide = getattr(proposer, "exact", False)
                context.limit = min(exact if wide else limit, len(context.bank))
                self._ask(proposer)
                self._estimate_noise()
                self._call_helpers()
            self._sweeps(proposers)
            quiet = quiet + 1 if context.front.version == before else 0
            if number_ > 0 and not grown:
                break
            if quiet >= 3:
                self.reason = "plateau"
                break
        self._ask_late(proposers)

    def _ask_late(self, proposers: Sequence[Proposer]) -> None:
        """Those whom the guide has put off: it may be wrong."""
        self._sweep_costly()
        late = self.guidance.late(proposers)
        self._larger_sweeps(late)
        for proposer in late:
            self._ask(proposer)

    def _estimate_noise(self) -> None:
        """Once it shows that the rows may be noisy: laws that are exact are found before."""
        if not self._noise_known:
            self._noise_known = True
            exact = self.reason == "exact"
            self.noise = 0.0 if exact else noise_level(self.context.sample)

    def _asked(self, proposer: Proposer) -> Iterator[Expr]:
        """What ``proposer`` has to say; one that fails is reported and asked no more."""
        if id(proposer) in self._dismissed:
            return
        try:
            yield from proposer.propose(self.context)
        except (SearchStopped, SystemError, MemoryError):
            raise
        except Exception as error:
            if error is self._theirs:
                raise
            self._dismissed.add(id(proposer))
            self.report(f"proposer {type(proposer).__name__} {raised(error)}")

    def _consider(self, expr: Expr) -> None:
        try:
            self.candidates.consider(expr)
        except (SystemError, MemoryError):
            raise
        except Exception as error:  # noqa: BLE001  one term shall not end the search
            self.report(f"fitting {str(expr)[:80]} {raised(error)}")

    def _call_helpers(self) -> None:
        """Start the other jobs, once it shows that there is something left for them to do."""
        if self.helpers is not None:
            return
        few, jobs = with_few_rows(self.problem, FIT_ROWS), self.settings.n_jobs
        if self.settings.executor is not None:
            self.helpers = Tasks(
                few, self.settings.executor, jobs, until=self.clock.deadline, known=self._front,
                report=self.report, guide=self.guidance.for_helpers,
            )  # fmt: skip
        elif jobs > 1:
            left = self.clock.deadline - time.perf_counter()
            self.helpers = Helpers(
                few, jobs - 1, time_limit=max(left, 0.1), guide=self.guidance.for_helpers
            )
            self.steering.helpers = self.helpers

    def _front(self) -> tuple[Expr, ...]:
        return tuple(entry.expr for entry in self.context.front.entries)

    def _hear(self) -> None:
        """Whatever helpers, guests left behind and the feed have to say."""
        for expr in self.helpers.found() if self.helpers is not None else ():
            self._consider(expr)
        for guest in self.settings.guests:
            for expr in guest.late(self.context):
                self._consider(expr)
        if self.settings.feed is not None:
            for expr in self._their(self.settings.feed):
                self._hear_of(expr)

    def _stop_if_exact(self) -> None:
        if self._exact():
            self._stop("exact")

    def _exact(self) -> bool:
        best, whole = self.context.front.best, self.presenter.whole
        if best is None or not self.context.solved():
            return False
        return whole.exact(whole.predict(best.expr))

    def _save(self) -> None:
        before = self.before
        # What is on disk is not replaced before all of it is known here.
        if self.checkpoint is None or (before is not None and not self._caught_up):
            return
        seconds = self.clock.elapsed
        self.checkpoint.write(State(
            self.problem.variables, self.problem.target, self.checkpoint.digest, self.scaling,
            1 + (0 if before is None else before.runs),
            seconds + (0.0 if before is None else before.seconds),
            self.candidates_tried + (0 if before is None else before.candidates),
            self._front(), tuple(record.expr for record in self.context.archive.query(KEPT)),
        ))  # fmt: skip

    # ---------------------------------------------------------------- what is shown

    @property
    def candidates_tried(self) -> int:
        tried = sum(bank.tried for bank in self.context.banks)
        return self._spent[0] + tried + self.candidates.fitted

    @property
    def _banked(self) -> int:
        return sum(len(bank) for bank in self.context.banks)

    _spent = (0, 0)
    """Terms tried in a bank that was given up, and its entries."""

    def _final(self) -> Progress:
        """What is returned; Ctrl-C while it is made plain leaves it as it is."""
        left = self.clock.left
        seconds = 0.4 if self.reason == "stopped" else min(1.0, max(left, 0.2))
        try:
            return self._snapshot(seconds, final=True)
        except KeyboardInterrupt:
            self.interrupted = True
        except MemoryError:
            self.reason = "memory"
        return self._snapshot(0.0)

    def _validated(self, shown: Progress) -> tuple[tuple[Law, ...], Law | None]:
        """With errors on held-out rows, if there is noise to be fitted by mistake."""
        sample = self.context.sample
        left = self.clock.left
        until = time.perf_counter() + min(max(left, 0.3), 1.0)
        try:
            self._estimate_noise()
            if self.noise is None or self.noise < 1e-9 * sample.unit * sample.spread**0.5:
                return shown.front, shown.best
            seen = fit_rows(self.problem, FIT_ROWS)
            return self.presenter.validated(shown.front, shown.best, seen, until)
        except (KeyboardInterrupt, MemoryError, OSError):  # no room to load a library either
            return shown.front, shown.best

    def _snapshot(self, seconds: float, *, final: bool = False) -> Progress:
        laws, best = self.presenter.laws(self.context.front, seconds, final=final)
        return Progress(
            self.clock.elapsed, self.candidates_tried,
            self._spent[1] + self._banked + len(self.context.archive),
            laws, best, self.control.paused, self.steering.version, self.context.beliefs,
        )  # fmt: skip
