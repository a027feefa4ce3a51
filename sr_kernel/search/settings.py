"""How a search is run, beside what is asked."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass

from sr_kernel.expr import Expr
from sr_kernel.search.beliefs import Guide
from sr_kernel.search.control import Control
from sr_kernel.search.guest import Guest
from sr_kernel.search.proposer import Proposer
from sr_kernel.search.result import Progress

SECONDS_A_ROW = 3e-6
"""Time that fitting a front to all rows takes."""


@dataclass(frozen=True, eq=False)
class Settings:
    """``guesses`` are looked at first and ``feed`` is asked for more while the search runs, both
    in the units of the data.  ``checkpoint`` names a file that the search goes on from, if it is
    there, and is saved to.  ``executor`` runs the helpers, ``n_jobs`` at a time; without one they
    are processes of their own, ``n_jobs`` - 1.  ``memory_limit`` is in bytes for this process.
    ``control`` tells the search what to do while it runs; ``again`` makes proposers that have said
    nothing yet, for a search that has ended and is told to go on.  ``guide`` is asked once what law
    to expect.
    """

    time_limit: float = 60.0
    n_jobs: int = 1
    on_progress: Callable[[Progress], None] | None = None
    should_stop: Callable[[], bool] | None = None
    guests: tuple[Guest, ...] = ()
    guesses: tuple[Expr, ...] = ()
    feed: Callable[[], Iterable[Expr]] | None = None
    checkpoint: str | os.PathLike[str] | None = None
    executor: Executor | None = None
    memory_limit: int | None = None
    control: Control | None = None
    again: Callable[[], Sequence[Proposer]] | None = None
    guide: Guide | None = None

    def afresh(self, proposers: Sequence[Proposer]) -> Sequence[Proposer]:
        """Who is asked in place of ``proposers`` by a search that had ended and goes on."""
        return proposers if self.again is None else [*self.guests, *self.again()]

    def reserve(self, rows: int) -> float:
        """Seconds of the time limit that are left for the last simplification and the last fit."""
        return min(0.4 * self.time_limit, min(0.5, 0.1 * self.time_limit) + SECONDS_A_ROW * rows)
