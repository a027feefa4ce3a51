"""A search in a process of its own, so that the kernel stays free and Ctrl-C does not hurt it.

The child is a fresh interpreter running :mod:`sr_kernel.search.worker`, in a session of its own.
It imports nothing of the caller's, so it needs no ``if __name__ == "__main__"`` and works the
same from a script, a shell or a notebook.
"""

from __future__ import annotations

import contextlib
import math
import os
import queue
import subprocess
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TypeVar

from sr_kernel.errors import OptionError, SrKernelError
from sr_kernel.expr import Expr
from sr_kernel.search.beliefs import Guide
from sr_kernel.search.control import Order
from sr_kernel.search.hypothesis import Hypothesis, checked, obeys
from sr_kernel.search.problem import Problem
from sr_kernel.search.result import Progress, SearchResult
from sr_kernel.simplify.child import read_frame, spawned, write_frame

GRACE = 0.9
"""Seconds after a stop in which the child may still hand in its result."""

_ENDED = object()
_News = TypeVar("_News", Progress, SearchResult)


class SearchProcess:
    """``search`` in a spawned process; use as a context manager or call :meth:`close`."""

    def __init__(
        self,
        problem: Problem,
        *,
        time_limit: float,
        n_jobs: int = 1,
        helper: bool = False,
        guesses: Iterable[Expr] = (),
        checkpoint: str | os.PathLike[str] | None = None,
        hypotheses: Iterable[Hypothesis] = (),
        guide: Guide | None = None,
    ) -> None:
        if n_jobs < 1:
            raise OptionError(f"n_jobs is {n_jobs}: give a number of processors, 1 or more")
        self.problem = problem
        self.time_limit = time_limit
        self.n_jobs = n_jobs
        self.helper = helper
        """Whether the process only breeds terms for another search."""
        self.guesses = tuple(guesses)
        self.checkpoint = None if checkpoint is None else os.fspath(checkpoint)
        self.hypotheses = checked(hypotheses, problem.variables)
        """What laws have to obey now."""
        self.guide = guide
        """Who is asked what law to expect, in the process."""
        self.message = ""
        """Why the process failed, in one line; empty if it did not."""
        self._child: subprocess.Popen[bytes] | None = None
        self._inbox: queue.SimpleQueue[object] = queue.SimpleQueue()
        self._stop_asked = 0.0
        self._steered = 0
        self._started = 0.0
        self._last: Progress | None = None
        self._errors: list[str] = []
        self._result: SearchResult | None = None
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> SearchProcess:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def pid(self) -> int | None:
        """The child's process id once started."""
        return None if self._child is None else self._child.pid

    def start(self) -> None:
        """Start the child and hand it the problem."""
        if self._child is not None:
            return
        self._started = time.perf_counter()
        self._child = spawned("sr_kernel.search.worker", threads=self.n_jobs)
        options = {
            "time_limit": self.time_limit, "n_jobs": self.n_jobs, "helper": self.helper,
            "guesses": self.guesses, "checkpoint": self.checkpoint, "guide": self.guide,
        }  # fmt: skip
        self._send((self.problem, options))
        if self.hypotheses:
            self.steer(self.hypotheses)
        for work in (self._receive, self._collect_errors):
            thread = threading.Thread(target=work, daemon=True)
            thread.start()
            self._threads.append(thread)

    def stop(self) -> None:
        """Ask the child to stop; the result follows within a second."""
        if self._child is not None and not self._stop_asked:
            self._stop_asked = time.perf_counter()
            self._send("stop")
            self._inbox.put(None)  # wakes a waiting reader, which then counts the grace

    def suggest(self, *exprs: Expr) -> None:
        """Give a running search terms to look at next, in the units of the data."""
        if self._child is not None:
            self._send(exprs)

    def steer(self, hypotheses: Iterable[Hypothesis]) -> None:
        """From now on show only laws that obey ``hypotheses``, in place of those before.

        Raises :class:`OptionError` for one with a column that is not there.
        """
        self.hypotheses = checked(hypotheses, self.problem.variables)
        if self._child is not None:
            self._steered += 1
            self.tell(Order("steer", self.hypotheses))
            self._say_again()

    def pause(self) -> None:
        """Let the search and its clock stand still; it still reports."""
        self.tell(Order("pause"))
        self._say_again(paused=True)

    def resume(self) -> None:
        """Let a paused search go on."""
        self.tell(Order("resume"))
        self._say_again(paused=False)

    def extend(self, seconds: float) -> None:
        """Give a search that has not ended ``seconds`` more.  Raises :class:`OptionError`."""
        if not 0 < seconds < math.inf:
            raise OptionError(f"{seconds} s is no time to add: give a number of seconds, 1 or more")
        self.time_limit += seconds
        self.tell(Order("extend", seconds=seconds))

    def tell(self, order: Order) -> None:
        """Send ``order``, if the child has been started."""
        if self._child is not None:
            self._send(order)

    def events(self) -> Iterator[Progress | SearchResult]:
        """Progress as it comes; the last item is the result.

        If the child dies, that is made from the last progress, with stop reason "failed".
        Raises the error of this package with which the search ended, if it did.
        """
        self.start()
        while self._result is None:
            item = self._next()
            if isinstance(item, Progress):
                self._last = item
                yield self._obeying(item)
            elif isinstance(item, SearchResult):
                self._result = self._obeying(item)
            elif isinstance(item, SrKernelError):
                raise item
            elif item is _ENDED:
                self._result = self._obeying(self._rescued())
        yield self._result

    def close(self) -> None:
        """End the child, whatever it is doing."""
        child = self._child
        if child is None:
            return
        if child.poll() is None:
            child.kill()
        child.wait()
        for thread in self._threads:
            thread.join(timeout=5)
        for pipe in (child.stdin, child.stdout, child.stderr):
            if pipe is not None:
                with contextlib.suppress(OSError):  # a full pipe to a dead child cannot be flushed
                    pipe.close()

    # ---------------------------------------------------------------- inside

    def _next(self) -> object:
        timeout = None
        if self._stop_asked:
            timeout = max(0.0, self._stop_asked + GRACE - time.perf_counter())
        try:
            return self._inbox.get(timeout=timeout)
        except queue.Empty:
            return _ENDED

    def _say_again(self, **changes: bool) -> None:
        """The last report as it is after an order, which the search may hear only in a while."""
        if self._last is not None:
            self._inbox.put(replace(self._last, **changes))  # type: ignore[arg-type]

    def _obeying(self, news: _News) -> _News:
        """``news`` without laws that were on their way when the search was steered."""
        if news.steered == self._steered:
            return news
        front = tuple(law for law in news.front if obeys(law.expr, self.hypotheses))
        best = news.best if news.best in front else (front[-1] if front else None)
        return replace(news, front=front, best=best)

    def _rescued(self) -> SearchResult:
        """What is known when no result came: the last progress."""
        last = self._last or Progress(0.0, 0, 0, (), None)
        reason = "stopped" if self._stop_asked else "failed"
        if not self._stop_asked and self._child is not None:
            status = self._child.wait()
            detail = self._errors[-1] if self._errors else f"exit status {status}"
            self.message = f"the search process ended unexpectedly ({detail})"
        return SearchResult(
            last.front, last.best, reason, time.perf_counter() - self._started,
            last.candidates, last.distinct, interrupted=bool(self._stop_asked),
            steered=last.steered, beliefs=last.beliefs,
        )  # fmt: skip

    def _send(self, content: object) -> None:
        assert self._child is not None
        assert self._child.stdin is not None
        # A child that is gone is noticed by the reader.
        with contextlib.suppress(BrokenPipeError):
            write_frame(self._child.stdin, content)  # type: ignore[arg-type]

    def _receive(self) -> None:
        assert self._child is not None
        assert self._child.stdout is not None
        try:
            while True:
                self._inbox.put(read_frame(self._child.stdout))  # type: ignore[arg-type]
        except EOFError:
            self._inbox.put(_ENDED)

    def _collect_errors(self) -> None:
        assert self._child is not None
        assert self._child.stderr is not None
        for line in self._child.stderr:
            self._errors.append(line.decode(errors="replace").strip())
            del self._errors[:-50]
