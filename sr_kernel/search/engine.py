"""The search: proposers asked in rounds of growing budget, until exact, out of time or stopped."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor

import numpy as np

from sr_kernel.expr import Expr
from sr_kernel.numeric.threads import one_thread
from sr_kernel.search.beliefs import Guide
from sr_kernel.search.control import Control, Order
from sr_kernel.search.evolve import Evolution
from sr_kernel.search.guest import Guest
from sr_kernel.search.hypothesis import Hypothesis, checked
from sr_kernel.search.problem import Problem
from sr_kernel.search.proposer import Proposer
from sr_kernel.search.result import Progress, SearchResult
from sr_kernel.search.rounds import default_proposers
from sr_kernel.search.run import Run
from sr_kernel.search.settings import Settings
from sr_kernel.search.watch import SearchStopped

__all__ = ["Progress", "SearchResult", "SearchStopped", "default_proposers", "search"]


def search(
    problem: Problem,
    *,
    time_limit: float = 60.0,
    n_jobs: int = 1,
    on_progress: Callable[[Progress], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
    proposers: Sequence[Proposer] | None = None,
    guests: Sequence[Proposer] = (),
    guesses: Iterable[Expr] = (),
    feed: Callable[[], Iterable[Expr]] | None = None,
    checkpoint: str | os.PathLike[str] | None = None,
    executor: Executor | None = None,
    memory_limit: int | None = None,
    helper: bool = False,
    hypotheses: Iterable[Hypothesis] = (),
    control: Control | None = None,
    guide: Guide | None = None,
) -> SearchResult:
    """Look for laws for at most ``time_limit`` seconds, in this process.

    ``on_progress`` is called at least twice a second, ``should_stop`` more often.  Ctrl-C and
    SIGTERM end the search and keep what was found (``interrupted``).  The same problem and seed
    give the same laws if time does not cut in and ``n_jobs`` is 1; each further job is a process
    that breeds terms for this one.  A ``helper`` is such a process.

    ``proposers`` replace the built-in ones, ``guests`` are asked besides and at arm's length (see
    :class:`~sr_kernel.search.guest.Guest`); for the others see
    :class:`~sr_kernel.search.settings.Settings`.  Raises DataError for a checkpoint that is none.

    Laws obey the ``hypotheses``, and whatever ``control`` is told while the search runs (from
    another thread); ``SearchProcess`` does that for a search in a process of its own.

    The ``guide`` is asked what law to expect once a first look has found no exact one; what it says
    changes the order in which the search looks, and is told in the result.  One that fails is
    reported.
    """
    again = None
    if proposers is None:
        again = _breeders if helper else default_proposers
        proposers = again()
    if control is None:
        control = Control()
    if given := checked(hypotheses, problem.variables):
        control.take(Order("steer", given))
    settings = Settings(
        time_limit, n_jobs, on_progress, should_stop, tuple(map(Guest, guests)), tuple(guesses),
        feed, checkpoint, executor, memory_limit, control, again, guide,
    )  # fmt: skip
    # Candidates may be anything; what is kept is checked.
    with one_thread(), np.errstate(all="ignore"):
        return Run(problem, settings, helper=helper).result([*settings.guests, *proposers])


def _breeders() -> list[Proposer]:
    return [Evolution(endless=True)]
