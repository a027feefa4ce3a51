"""Settings of an estimator beyond its few arguments."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sr_kernel.errors import MissingExtraError, OptionError
from sr_kernel.search.engine import Progress
from sr_kernel.search.proposer import Proposer

GUIDES = ("auto", "off", "on")


@dataclass(frozen=True)
class Config:
    """What a Discoverer does besides.

    `on_progress` is called about twice a second while it searches; `should_stop` is asked often
    and ends the search when it answers true; `proposers` replace the built-in ones; `target` is
    how the left-hand side is shown; with `keep_data` the result holds the training rows, which
    plots in reports need.
    """

    on_progress: Callable[[Progress], None] | None = None
    should_stop: Callable[[], bool] | None = None
    proposers: Sequence[Proposer] | None = None
    target: str = "y"
    keep_data: bool = True


def check_guide(guide: str) -> None:
    """Raise OptionError for an unknown choice, MissingExtraError for "on": none is there yet."""
    if guide not in GUIDES:
        raise OptionError(f"guide is {guide!r}: choose {', '.join(GUIDES[:-1])} or {GUIDES[-1]}")
    if guide == "on":
        raise MissingExtraError(
            "guide 'on' needs a trained guide and none is installed: install sr_kernel[guide] and "
            "a guide for it, or use 'auto'"
        )
