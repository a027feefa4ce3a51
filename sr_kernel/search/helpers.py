"""Processes that breed terms beside a search and tell it what they find.

Each is a search of its own in a spawned process, of nothing but evolution and with a seed of its
own.  One that dies is not missed: what it had found is already here.
"""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Iterator
from dataclasses import replace

from sr_kernel.errors import SrKernelError
from sr_kernel.expr import Expr
from sr_kernel.search.problem import Problem
from sr_kernel.search.process import SearchProcess
from sr_kernel.search.refine import pinned


class Helpers:
    """``count`` helpers on ``problem``; close them, or use as a context manager."""

    def __init__(self, problem: Problem, count: int, *, time_limit: float) -> None:
        self._found: queue.SimpleQueue[Expr] = queue.SimpleQueue()
        self._told: set[Expr] = set()
        self.processes = [
            SearchProcess(
                replace(problem, random_state=problem.random_state + number),
                time_limit=time_limit,
                helper=True,
            )
            for number in range(1, count + 1)
        ]
        for process in self.processes:
            process.start()
            threading.Thread(target=self._listen, args=(process,), daemon=True).start()

    def found(self) -> Iterator[Expr]:
        """Terms not yet told of."""
        while True:
            try:
                expr = self._found.get_nowait()
            except queue.Empty:
                return
            if expr not in self._told:
                self._told.add(expr)
                yield expr

    def close(self) -> None:
        """End all helpers."""
        for process in self.processes:
            process.close()

    def _listen(self, process: SearchProcess) -> None:
        with contextlib.suppress(SrKernelError, OSError):
            for event in process.events():
                for law in event.front:
                    self._found.put(pinned(law.expr))
