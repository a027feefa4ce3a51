"""What a running search can be told, and how that crosses threads and processes."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Literal

from sr_kernel.search.hypothesis import Hypothesis


@dataclass(frozen=True, slots=True)
class Order:
    """A word to a running search: new ``hypotheses``, or ``seconds`` more."""

    kind: Literal["steer", "pause", "resume", "extend"]
    hypotheses: tuple[Hypothesis, ...] = ()
    seconds: float = 0.0


class Control:
    """The orders to a search so far; given in any thread, read in that of the search."""

    def __init__(self, hypotheses: tuple[Hypothesis, ...] = ()) -> None:
        self._lock = threading.Lock()
        self._hypotheses = hypotheses
        self._steered = 0
        self._seconds = 0.0
        self.paused = False

    def take(self, order: Order) -> None:
        """Note ``order``."""
        with self._lock:
            if order.kind == "steer":
                self._hypotheses = order.hypotheses
                self._steered += 1
            elif order.kind == "extend":
                self._seconds += order.seconds
            else:
                self.paused = order.kind == "pause"

    @property
    def steered(self) -> tuple[int, tuple[Hypothesis, ...]]:
        """How often the hypotheses were changed, and what they are."""
        with self._lock:
            return self._steered, self._hypotheses

    def more_seconds(self) -> float:
        """Seconds that were added since this was asked last."""
        with self._lock:
            seconds, self._seconds = self._seconds, 0.0
            return seconds
