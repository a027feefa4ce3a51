"""Others that breed terms beside a search and tell it what they find.

Each is a search of its own of nothing but evolution, with a seed of its own: in a spawned process,
or as a task of an executor, which may be on another machine.  One that dies is not missed: what it
had found is already here.
"""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Executor, Future
from dataclasses import replace

from sr_kernel.errors import SrKernelError
from sr_kernel.expr import Expr
from sr_kernel.search.beliefs import Guide
from sr_kernel.search.control import Order
from sr_kernel.search.problem import Problem
from sr_kernel.search.process import SearchProcess
from sr_kernel.search.refine import pinned

SLICE = 3.0
"""Seconds of a task: so long an executor is busy after a search has ended, at most."""


class Helpers:
    """``count`` helpers on ``problem``; close them, or use as a context manager."""

    def __init__(
        self, problem: Problem, count: int, *, time_limit: float, guide: Guide | None = None
    ) -> None:
        self._found: queue.SimpleQueue[Expr] = queue.SimpleQueue()
        self._told: set[Expr] = set()
        self.processes = [
            SearchProcess(
                replace(problem, random_state=problem.random_state + number),
                time_limit=time_limit,
                helper=True,
                guide=guide,
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

    def take(self, order: Order) -> None:
        """Tell all helpers."""
        for process in self.processes:
            process.tell(order)

    def close(self) -> None:
        """End all helpers."""
        for process in self.processes:
            process.close()

    def _listen(self, process: SearchProcess) -> None:
        with contextlib.suppress(SrKernelError, OSError):
            for event in process.events():
                for law in event.front:
                    self._found.put(pinned(law.expr))


class Tasks:
    """Helpers as ``count`` tasks at a time of any :class:`concurrent.futures.Executor`."""

    def __init__(
        self,
        problem: Problem,
        executor: Executor,
        count: int,
        *,
        until: float,
        known: Callable[[], tuple[Expr, ...]],
        report: Callable[[str], None],
        guide: Guide | None = None,
    ) -> None:
        self.problem = problem
        self.executor = executor
        self.until = until
        self._paused = 0.0
        self.known = known
        self.report = report
        self.guide = guide
        self._told: set[Expr] = set()
        self._seed = problem.random_state
        self._running: list[Future[tuple[Expr, ...]]] = []
        for _ in range(count):
            self._submit()

    def found(self) -> Iterator[Expr]:
        """Terms not yet told of; ended tasks are followed by others."""
        for future in [future for future in self._running if future.done()]:
            self._running.remove(future)
            try:
                exprs = future.result()
            except CancelledError:
                continue
            except Exception as error:  # noqa: BLE001  whatever an executor meets
                self._failed(error)
                continue
            self._submit()
            yield from (expr for expr in exprs if expr not in self._told)
            self._told.update(exprs)

    def take(self, order: Order) -> None:
        """Put the end off.  Hypotheses need no telling: tasks are short, and those that follow
        start from the front as it is then."""
        match order.kind:
            case "extend":
                self.until += order.seconds
            case "pause":
                self._paused = time.perf_counter()
            case "resume":
                self.until += time.perf_counter() - self._paused

    def close(self) -> None:
        """Cancel what has not begun; what has ends within a slice."""
        for future in self._running:
            future.cancel()

    def _submit(self) -> None:
        seconds = min(SLICE, self.until - time.perf_counter())
        if seconds < 0.1:
            return
        self._seed += 1
        problem = replace(self.problem, random_state=self._seed)
        task = (problem, seconds, self.known(), self.guide)
        try:
            self._running.append(self.executor.submit(breed, *task))
        except Exception as error:  # noqa: BLE001  one that is shut down or broken
            self._failed(error)

    def _failed(self, error: Exception) -> None:
        said = " ".join(str(error).split())[:120]
        self.report(f"a task of the executor failed ({type(error).__name__}: {said})")


def breed(
    problem: Problem, seconds: float, known: tuple[Expr, ...], guide: Guide | None = None
) -> tuple[Expr, ...]:
    """The laws that evolution finds in ``seconds``, starting from ``known`` ones."""
    from sr_kernel.search.engine import search

    result = search(problem, time_limit=seconds, helper=True, guesses=known, guide=guide)
    return tuple(pinned(law.expr) for law in result.front)
