"""The time of a search, which stands still while it is paused."""

from __future__ import annotations

import time


class Clock:
    """``limit`` seconds from now, of which ``reserve`` are for the end."""

    def __init__(self, limit: float, reserve: float) -> None:
        self._start = time.perf_counter()
        self._limit = limit
        self._reserve = reserve
        self.held = 0.0
        """Seconds that it has stood still, up to when it went on last."""
        self._stopped: float | None = None

    @property
    def elapsed(self) -> float:
        """Seconds that have been searched."""
        now = time.perf_counter() if self._stopped is None else self._stopped
        return now - self._start - self.held

    @property
    def left(self) -> float:
        """Seconds until the result is due."""
        return self._limit - self.elapsed

    @property
    def over(self) -> bool:
        """Whether it is time to end."""
        return self.left <= self._reserve

    @property
    def deadline(self) -> float:
        """When it will be time to end, by ``time.perf_counter``."""
        return time.perf_counter() + self.left - self._reserve

    def hold(self) -> None:
        """Stand still."""
        if self._stopped is None:
            self._stopped = time.perf_counter()

    def go_on(self) -> None:
        """Run again."""
        if self._stopped is not None:
            self.held += time.perf_counter() - self._stopped
            self._stopped = None

    def extend(self, seconds: float) -> None:
        """Put the end off."""
        self._limit += seconds
