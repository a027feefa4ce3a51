"""Settings of an estimator beyond its few arguments."""

import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

from sr_kernel.errors import OptionError
from sr_kernel.search.beliefs import Guide
from sr_kernel.search.proposer import Proposer
from sr_kernel.search.result import Progress


@dataclass(frozen=True)
class Config:
    """What a Discoverer does besides.

    `on_progress` is called about twice a second while it searches; `should_stop` is asked often
    and ends the search when it answers true; `proposers` replace the built-in ones; `target` is
    how the left-hand side is shown; with `keep_data` the result holds the training rows, which
    plots in reports need.  `executor`, any concurrent.futures.Executor, runs the helpers of the
    search, `n_jobs` at a time; it is not shut down.  `memory_limit` is in bytes: a process that
    holds more ends its search with what it has.
    """

    on_progress: Callable[[Progress], None] | None = None
    should_stop: Callable[[], bool] | None = None
    proposers: Sequence[Proposer] | None = None
    target: str = "y"
    keep_data: bool = True
    executor: Executor | None = None
    memory_limit: int | None = None

    def __deepcopy__(self, memo: Any) -> "Config":
        """Itself: an executor cannot be copied, and clones of an estimator share it."""
        return self


def checked_guide(option: Any) -> Guide | None:
    """The guide that ``option`` names, "auto", "on", "off" or a path of weights; None for none.

    Raises OptionError for a guide that is not there or no guide.
    """
    from sr_kernel.guide import guide_of

    if not isinstance(option, str | os.PathLike):
        raise OptionError(f"guide is {option!r}: choose auto, on or off, or give a path of weights")
    return guide_of(os.fspath(option))


def checked_proposers(given: Any) -> tuple[Proposer, ...]:
    """``given`` as proposers; raises OptionError for what cannot propose."""
    if not isinstance(given, Iterable):
        raise OptionError(f"proposers is {given!r}: give a list of objects with propose(context)")
    found = tuple(given)
    for one in found:
        if isinstance(one, type) or not callable(getattr(one, "propose", None)):
            raise OptionError(f"{one!r} is no proposer: give an object with propose(context)")
    return found
