"""What a search says while it runs and when it is over."""

from __future__ import annotations

from dataclasses import dataclass, field

from sr_kernel.search.beliefs import Beliefs
from sr_kernel.search.history import History
from sr_kernel.search.law import Law


@dataclass(frozen=True, slots=True)
class Progress:
    """What is known at some moment of a search; times in seconds."""

    elapsed: float
    candidates: int
    distinct: int
    front: tuple[Law, ...]
    best: Law | None
    paused: bool = False
    steered: int = 0
    """How many changes of the hypotheses are obeyed."""
    beliefs: Beliefs | None = None
    """What the guide expected, once it was asked."""


@dataclass(frozen=True, slots=True)
class SearchResult:
    """``front`` by growing complexity and strictly falling loss; ``best`` is what describes the
    data most shortly, as a rule its last law (a later one fits better, on too few rows to trust).

    ``stop_reason``: "exact" (explains all rows to rounding), "time", "exhausted" (nothing left to
    try), "plateau" (rounds without news), "stopped" (asked to), "memory" (no more of it), "failed"
    (the process died).  ``reports`` says in a sentence each what went wrong without ending the
    search; ``history`` holds everything tried that was new.  ``noise`` is the standard deviation of
    the noise, estimated from the rows before any law is fitted to noise (from above; 0 if a law is
    exact, None if the rows do not tell).
    """

    front: tuple[Law, ...]
    best: Law | None
    stop_reason: str
    seconds: float
    candidates: int
    distinct: int
    interrupted: bool
    reports: tuple[str, ...] = ()
    history: History = field(default_factory=History)
    noise: float | None = None
    steered: int = 0
    beliefs: Beliefs | None = None
