"""What a run deals with between two terms: stopping, pausing, steering, reporting."""

from __future__ import annotations

import math
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

from sr_kernel.search.checkpoint import Checkpoint
from sr_kernel.search.clock import Clock
from sr_kernel.search.control import Control, Order
from sr_kernel.search.interrupts import resident_bytes
from sr_kernel.search.proposer import Context
from sr_kernel.search.result import Progress
from sr_kernel.search.settings import Settings
from sr_kernel.search.steering import Steering

_PROGRESS_EVERY = 0.3
_NAP = 0.03
"""Seconds between two looks of a paused search at what it is told."""
T = TypeVar("T")


class SearchStopped(Exception):  # noqa: N818  (a signal, not an error)
    """Raised inside a proposer's poll to end the search."""


class Watch(ABC):
    """The part of a run that is asked at every :meth:`poll`; the run itself has the rest."""

    context: Context
    steering: Steering
    checkpoint: Checkpoint | None

    def __init__(self, settings: Settings, rows: int) -> None:
        self.clock = Clock(settings.time_limit, settings.reserve(rows))
        self.settings = settings
        self.control = settings.control or Control()
        self.reason = "exhausted"
        self.interrupted = False
        self.reports: list[str] = []
        self._shown = self._weighed = time.perf_counter()
        self._terminated: Sequence[int] = ()
        self._theirs: BaseException | None = None

    @abstractmethod
    def _snapshot(self, seconds: float, *, final: bool = False) -> Progress: ...

    @abstractmethod
    def _save(self) -> None: ...

    def report(self, text: str) -> None:
        """Remember that something went wrong; each thing once."""
        if text not in self.reports:
            self.reports.append(text)

    def poll(self) -> None:
        """Report progress if it is due; raise :class:`SearchStopped` when the search is over."""
        self._stop_if_asked()
        self._heed()
        now = time.perf_counter()
        if self.clock.over:
            self._stop("time")
        if self.checkpoint is not None and self.checkpoint.due:
            self._save()
        limit = self.settings.memory_limit
        if limit is not None and now - self._weighed >= _PROGRESS_EVERY:
            self._weighed = now
            if resident_bytes() > limit:
                self._stop("memory")
        self._tell()

    def _stop_if_asked(self) -> None:
        if self._terminated:
            self.interrupted = True
            self._stop("stopped")
        if self.settings.should_stop is not None and self._their(self.settings.should_stop):
            self._stop("stopped")

    def _heed(self) -> None:
        """Do as is told; while the search is paused, wait here."""
        self._take_orders()
        if not self.control.paused:
            return
        self._pause(paused=True)
        try:
            while self.control.paused:
                time.sleep(_NAP)
                self._stop_if_asked()
                self._take_orders()
                self._tell()
        finally:
            self._pause(paused=False)

    def _pause(self, *, paused: bool) -> None:
        (self.clock.hold if paused else self.clock.go_on)()
        self.context.held = self.clock.held
        self.steering.pass_on(Order("pause" if paused else "resume"))
        self._shown = -math.inf

    def _take_orders(self) -> None:
        seconds = self.control.more_seconds()
        if seconds:
            self.clock.extend(seconds)
            self.steering.pass_on(Order("extend", seconds=seconds))
        if self.steering.hear():
            self._shown = -math.inf  # whoever has told is told at once
        else:
            self.steering.work()

    def _tell(self) -> None:
        told = self.settings.on_progress
        if told is not None and time.perf_counter() - self._shown >= _PROGRESS_EVERY:
            self._their(partial(told, self._snapshot(0.15)))
            self._shown = time.perf_counter()

    def _stop(self, reason: str) -> None:
        self.reason = reason
        raise SearchStopped

    def _their(self, function: Callable[[], T]) -> T:
        """Call the user's function: what it raises is the user's to see."""
        try:
            return function()
        except BaseException as error:
            self._theirs = error
            raise


def raised(error: Exception) -> str:
    """What happened, as the end of a report."""
    said = " ".join(str(error).split())[:120]
    return f"raised {type(error).__name__}" + (f": {said}" if said else "")
