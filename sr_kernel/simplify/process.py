"""Simplification in a process of its own, which is killed and replaced past its limits.

What no limit inside can stop (a library that takes all memory or brings the process down) costs
that one term its simplification, and nothing else.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import pickle
import signal
import subprocess
import threading
import time
from collections.abc import Iterable
from functools import lru_cache
from queue import Empty, SimpleQueue

from sr_kernel.errors import OptionError, SrKernelError
from sr_kernel.expr import Expr
from sr_kernel.simplify.child import read_frame, spawned, write_frame
from sr_kernel.simplify.pipeline import Simplification
from sr_kernel.simplify.situation import OUT_OF_TIME, Situation
from sr_kernel.simplify.worker import READY

OUT_OF_MEMORY, FAILED = "memory", "failed"
MEGABYTES = 1_024
"""Memory that work may take beyond what an idle worker has."""
START_SECONDS = 60.0
_GRACE = 0.35, 0.03
"""Part of the time limit, and seconds, after it in which the worker may still answer."""
_ENDED = object()


class SimplifierProcess:
    """A worker that starts with the first use; threads may share one."""

    def __init__(self, megabytes: int = MEGABYTES) -> None:
        self.megabytes = megabytes
        self._child: subprocess.Popen[bytes] | None = None
        self._owner = 0
        self._inbox: SimpleQueue[object] = SimpleQueue()
        self._errors: list[str] = []
        self._threads: list[threading.Thread] = []
        self._lock = threading.RLock()

    @property
    def pid(self) -> int | None:
        """The worker's process id, None while there is none."""
        return None if self._child is None else self._child.pid

    def start(self) -> None:
        """Have a worker ready, which takes most of a second where there is none."""
        with self._lock:
            if self._child is not None and self._owner != os.getpid():
                self._child = None  # a fork: that one is its parent's
            if self._child is not None and self._child.poll() is None:
                return
            self.close()
            self._spawn()

    def run(self, situation: Situation, exprs: Iterable[Expr]) -> list[Simplification]:
        """``Pipeline(situation).run(exprs)``.

        A term that ends the worker comes back as it was, with the reason to stop "memory" or
        "failed"; so does one that is not ready in time, with "time".  Raises what the work raises.
        """
        terms = list(exprs)
        with self._lock:
            try:
                return self._run(situation, terms)
            except Exception:
                raise
            except BaseException:
                self.close()  # it is still at work on what nobody waits for any more
                raise

    def close(self) -> None:
        """End the worker, whatever it is doing."""
        with self._lock:
            child, self._child = self._child, None
            if child is None or self._owner != os.getpid():
                return
            child.kill()
            child.wait()
            for thread in self._threads:
                thread.join(timeout=5.0)
            for pipe in (child.stdin, child.stdout, child.stderr):
                if pipe is not None:
                    with contextlib.suppress(OSError):  # what was not yet sent cannot be flushed
                        pipe.close()

    # ---------------------------------------------------------------- inside

    def _run(self, situation: Situation, terms: list[Expr]) -> list[Simplification]:
        if not terms:
            return []
        started = time.perf_counter()
        reason, found = OUT_OF_TIME, None
        if not situation.is_late():
            reason, found = self._asked(situation, terms)
        if found is not None:
            return found
        if reason != OUT_OF_TIME and len(terms) > 1:
            middle = len(terms) // 2
            return self._run(situation, terms[:middle]) + self._run(situation, terms[middle:])
        seconds = (time.perf_counter() - started) / len(terms)
        return [Simplification(term, (), reason, seconds) for term in terms]

    def _asked(
        self, situation: Situation, terms: list[Expr]
    ) -> tuple[str, list[Simplification] | None]:
        """The worker's answer, or why there is none."""
        self.start()
        assert self._child is not None
        assert self._child.stdin is not None
        try:
            write_frame(self._child.stdin, (situation, terms))  # type: ignore[arg-type]
        except BrokenPipeError:
            pass  # a worker that is gone is noticed below
        except (pickle.PicklingError, AttributeError, TypeError) as error:
            raise OptionError(
                f"the cost or the rules cannot be sent to a worker process ({error}): give a cost "
                "by its name or a function of a module, or leave isolate out"
            ) from None
        try:
            answer = self._inbox.get(timeout=_patience(situation))
        except Empty:
            self.close()
            return OUT_OF_TIME, None
        if isinstance(answer, list):
            return "", answer
        if isinstance(answer, MemoryError) or answer is _ENDED:
            reason = OUT_OF_MEMORY if isinstance(answer, MemoryError) else self._cause()
            self.close()
            return reason, None
        assert isinstance(answer, Exception)
        raise answer

    def _spawn(self) -> None:
        child = spawned("sr_kernel.simplify.worker", str(self.megabytes))
        self._child, self._owner = child, os.getpid()
        self._inbox, self._errors = SimpleQueue(), []
        self._threads = [
            threading.Thread(target=_receive, args=(child, self._inbox), daemon=True),
            threading.Thread(target=_collect_errors, args=(child, self._errors), daemon=True),
        ]
        for thread in self._threads:
            thread.start()
        try:
            first = self._inbox.get(timeout=START_SECONDS)
        except Empty:
            first = _ENDED
        if first != READY:
            self.close()
            raise SrKernelError(
                f"the worker process did not start ({(self._errors or ['no reason given'])[-1]}): "
                "try without isolate"
            )

    def _cause(self) -> str:
        """Why the worker ended by itself: the system kills what takes too much memory."""
        assert self._child is not None
        status = self._child.wait()
        self._threads[1].join(timeout=5.0)
        told = any("memory" in line.lower() for line in self._errors)
        killed = status == -getattr(signal, "SIGKILL", 9)
        return OUT_OF_MEMORY if told or killed else FAILED


def _patience(situation: Situation) -> float | None:
    """Seconds to wait for an answer."""
    left, limit = situation.time_left(), situation.time_limit
    return None if left is None or limit is None else left + _GRACE[0] * limit + _GRACE[1]


def _receive(child: subprocess.Popen[bytes], inbox: SimpleQueue[object]) -> None:
    assert child.stdout is not None
    try:
        while True:
            inbox.put(read_frame(child.stdout))  # type: ignore[arg-type]
    except (EOFError, ValueError, OSError):  # it has ended, or was closed from here
        inbox.put(_ENDED)


def _collect_errors(child: subprocess.Popen[bytes], errors: list[str]) -> None:
    assert child.stderr is not None
    with contextlib.suppress(ValueError, OSError):
        for line in child.stderr:
            errors.append(line.decode(errors="replace").strip())
            del errors[:-50]


@lru_cache(maxsize=1)
def shared_process() -> SimplifierProcess:
    """The worker that all isolated calls of this process use; it ends with it."""
    process = SimplifierProcess()
    atexit.register(process.close)
    return process
