"""A proposer from outside, kept at arm's length: a user's own, or one that asks a language model.

It runs in a thread of its own and is handed the word one expression at a time, so that a search
with one worker can be repeated.  One that raises or hands over rubbish is reported and asked no
more; one that takes longer than its share is reported and left behind: what it hands over later is
heard later, and if it uses the processor meanwhile it is ended.
"""

from __future__ import annotations

import contextvars
import ctypes
import queue
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from sr_kernel.errors import ExpressionError, SrKernelError
from sr_kernel.expr import Expr, as_expr, from_sympy, parse, variables
from sr_kernel.search.guesses import readings
from sr_kernel.search.proposer import Context, Proposer

SHARE = 2.0
"""Seconds that a guest may take for a round before the search goes on without it."""
MOST_RUBBISH = 20
"""Things that are no expressions, without one in between that is, after which it is asked no more.
"""
_WAIT = 0.02
_LOOK = 0.1
"""Seconds for which a thread is watched before it is taken to wait."""
_HAS_THREAD_CLOCKS = hasattr(time, "pthread_getcpuclockid")
_ENDED, _NOTHING = object(), object()


class _Overdue(SystemExit):
    """Raised inside a guest that computes on although nobody waits any more."""


class Guest:
    """``proposer`` as the engine asks it; ``share`` is in seconds a round."""

    def __init__(self, proposer: Proposer, *, share: float = SHARE) -> None:
        self.proposer = proposer
        self.share = share
        self.name = type(proposer).__name__
        self._dismissed = False
        self._rubbish = 0
        self._said: set[str] = set()
        self._turn: _Turn | None = None

    def propose(self, context: Context) -> Iterator[Expr]:
        """What the proposer hands over within its share, and what it had left from before."""
        if self._turn is not None:
            yield from self.late(context)
        if self._dismissed or self._turn is not None:
            return
        self._turn = turn = _Turn(self.proposer, context)
        spent = 0.0
        while spent < self.share:
            begun = time.perf_counter() - context.held
            found = turn.next(self.share - spent, context)
            spent += time.perf_counter() - context.held - begun
            if found is _ENDED or not self._dealt(found, context):
                self._turn = None
                return
            if found is not _NOTHING:
                yield from self._read(found, context)
                if self._rubbish >= MOST_RUBBISH:
                    self._dismissed = True
                    self.close()
                    return
        if turn.asked:
            self._report(context, f"took more than its {self.share:g} s: the search went on")
            turn.leave()
        else:  # it has more to say than there is time for, and is asked afresh the next round
            self.close()

    def late(self, context: Context) -> Iterator[Expr]:
        """What it has handed over since it was left behind."""
        while self._turn is not None and (found := self._turn.waiting()) is not _NOTHING:
            if found is _ENDED or not self._dealt(found, context):
                self._turn = None
            else:
                yield from self._read(found, context)
        if self._turn is not None and self._turn.busy() > self.share:
            self._report(context, "computed on without end: it was ended")
            self._dismissed = True
            self.close()

    def close(self) -> None:
        """End the thread, if there is one."""
        if self._turn is not None:
            self._turn.end()
            self._turn = None

    def _dealt(self, found: object, context: Context) -> bool:
        """False, once the proposer has raised."""
        if not isinstance(found, BaseException):
            return True
        self._dismissed = True
        said = " ".join(str(found).split())[:120]
        self._report(context, f"raised {type(found).__name__}: {said}" if said else
                     f"raised {type(found).__name__}")  # fmt: skip
        return False

    def _read(self, found: Any, context: Context) -> Iterator[Expr]:
        try:
            exprs = _expressions(found, context)
            self._rubbish = 0
            yield from exprs
        except (SrKernelError, TypeError, ValueError, RecursionError) as error:
            self._rubbish += 1
            self._report(context, f"proposed what is no expression ({error})", kind="rubbish")

    def _report(self, context: Context, text: str, kind: str = "") -> None:
        if (kind or text) not in self._said:
            self._said.add(kind or text)
            context.report(f"proposer {self.name} {text}")


def _expressions(found: Any, context: Context) -> tuple[Expr, ...]:
    """What was handed over as a term; text and SymPy expressions are read.

    In text, ``2*x`` is as a rule not meant to the digit: it is tried in all its readings.  Raises
    :class:`SrKernelError`, TypeError or ValueError for anything else.
    """
    if isinstance(found, str):
        read = parse(found, variables=context.problem.variables)
    elif isinstance(found, Expr):
        read = found
    else:
        read = from_sympy(found) if hasattr(found, "free_symbols") else as_expr(found)
    unknown = [name for name in variables(read) if name not in context.problem.variables]
    if unknown:
        raise ExpressionError(f"there is no variable {unknown[0][:40]!r}")
    return readings(read) if isinstance(found, str) else (read,)


class _Turn:
    """One round of a proposer in a thread, which goes on only when its next word is wanted."""

    def __init__(self, proposer: Proposer, context: Context) -> None:
        self._wanted = threading.Semaphore(0)
        self._found: queue.SimpleQueue[object] = queue.SimpleQueue()
        self._left, self._over = threading.Event(), threading.Event()
        self.asked = False
        """Whether it owes a word."""
        self._waits = False
        self._spent = 0.0
        own = replace(context, poll=self._poll)
        # The thread sees numpy's error state, and whatever else hangs on the context.
        run = contextvars.copy_context().run
        work = threading.Thread(target=run, args=(self._work, proposer, own), daemon=True)
        work.start()
        self._thread = work

    def next(self, seconds: float, context: Context) -> object:
        """What is handed over next, an exception, ``_ENDED``, or ``_NOTHING`` after ``seconds``."""
        if not self.asked:
            self._wanted.release()
            self.asked = True
        until = time.perf_counter() - context.held + seconds
        while True:
            context.poll()
            try:
                found = self._found.get(timeout=_WAIT)
            except queue.Empty:
                if time.perf_counter() - context.held > until:
                    return _NOTHING
                continue
            self.asked = False
            return found

    def waiting(self) -> object:
        """What has been handed over meanwhile, if anything."""
        try:
            found = self._found.get_nowait()
        except queue.Empty:
            return _NOTHING
        self._wanted.release()
        return found

    def leave(self) -> None:
        """Nobody waits any more."""
        self._left.set()
        self._spent = self._processor_time()

    def busy(self) -> float:
        """Processor seconds used since it was left."""
        return self._processor_time() - self._spent if self._left.is_set() else 0.0

    def end(self) -> None:
        """End the thread: one that computes is interrupted, one that waits outside ends later.

        One that waits for its turn is told: an exception in the midst of waiting leaves locks in
        disorder.  Nor is one raised in a thread that waits for something else: while it is
        pending, all others run slower, and under a tracer Python 3.11 does not run them at all.
        """
        self._left.set()
        self._over.set()
        identity = self._thread.ident
        if identity is not None and not self._waits and self._computes():
            ctypes.pythonapi.PyThreadState_SetAsyncExc(
                ctypes.c_ulong(identity), ctypes.py_object(_Overdue)
            )
        self._wanted.release()

    def _await_turn(self) -> None:
        self._waits = True
        self._wanted.acquire()
        self._waits = False
        if self._over.is_set():
            raise _Overdue

    def _computes(self) -> bool:
        """Whether it uses the processor just now, as far as the system can say."""
        if not self._thread.is_alive():
            return False
        if not _HAS_THREAD_CLOCKS:
            return True
        before, until = self._processor_time(), time.perf_counter() + _LOOK
        while time.perf_counter() < until:
            time.sleep(_LOOK / 10)
            if self._processor_time() > before + _LOOK / 100:
                return True
        return False

    def _processor_time(self) -> float:
        identity = self._thread.ident
        if not self._thread.is_alive() or identity is None or not _HAS_THREAD_CLOCKS:
            return 0.0
        try:
            return time.clock_gettime(time.pthread_getcpuclockid(identity))
        except OSError:  # it ended just now
            return 0.0

    def _poll(self) -> None:
        if self._left.is_set():
            raise _Overdue

    def _work(self, proposer: Proposer, context: Context) -> None:
        try:
            self._await_turn()
            for expr in proposer.propose(context):
                self._found.put(expr)
                self._await_turn()
            self._found.put(_ENDED)
        except _Overdue:
            self._found.put(_ENDED)
        except BaseException as error:  # noqa: BLE001  whatever it is, it is reported
            self._found.put(error)
