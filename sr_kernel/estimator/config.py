"""Settings of an estimator beyond its few arguments."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

from sr_kernel.errors import MissingExtraError, OptionError
from sr_kernel.search.proposer import Proposer
from sr_kernel.search.result import Progress

GUIDES = ("auto", "off", "on")


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


def check_guide(guide: str) -> None:
    """Raise OptionError for an unknown choice, MissingExtraError for "on": none is there yet."""
    if guide not in GUIDES:
        raise OptionError(f"guide is {guide!r}: choose {', '.join(GUIDES[:-1])} or {GUIDES[-1]}")
    if guide == "on":
        raise MissingExtraError(
            "guide 'on' needs a trained guide and none is installed: install sr_kernel[guide] and "
            "a guide for it, or use 'auto'"
        )


def checked_proposers(given: Any) -> tuple[Proposer, ...]:
    """``given`` as proposers; raises OptionError for what cannot propose."""
    if not isinstance(given, Iterable):
        raise OptionError(f"proposers is {given!r}: give a list of objects with propose(context)")
    found = tuple(given)
    for one in found:
        if isinstance(one, type) or not callable(getattr(one, "propose", None)):
            raise OptionError(f"{one!r} is no proposer: give an object with propose(context)")
    return found
