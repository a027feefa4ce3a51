"""A search that runs in its own process, and everything in the kernel that shows it.

The cell that started the search drives it: ten times a second it takes in what the process
reported and sends the newest snapshot to the front end, so all messages leave on the kernel's
main thread, under the cell's own header.
"""

from __future__ import annotations

import asyncio
import queue
import threading
import time
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Protocol

from sr_kernel.errors import OptionError
from sr_kernel.expr import Expr, substitute
from sr_kernel.formula.task import Task
from sr_kernel.jupyter import desk, steering
from sr_kernel.jupyter.acceptance import accept
from sr_kernel.jupyter.channel import Channel, Message
from sr_kernel.jupyter.edit import SCORERS
from sr_kernel.jupyter.interrupt import caught_interrupts
from sr_kernel.jupyter.parts import warm_up
from sr_kernel.jupyter.view import View
from sr_kernel.report.laws import Laws
from sr_kernel.report.mime import mime_bundle
from sr_kernel.report.question import USUAL_GUIDE, Question
from sr_kernel.report.snapshot import Json, task_snapshot
from sr_kernel.search.engine import Progress, SearchResult
from sr_kernel.search.hypothesis import Hypothesis
from sr_kernel.search.law import Law

TICK = 0.1
"""Seconds between two looks at the process: at most ten snapshots a second."""

IDLE = 0.3
"""Seconds without news after which a snapshot is sent all the same: the clock moves on."""

SAVE_EVERY = 2.0
"""Seconds between two updates of the output that the notebook file keeps."""

PATIENCE = 5.0
"""Seconds that an interrupted search has to hand over what it found."""

_NOTHING = "no law was found: give it more time, more operators or other columns"


class Engine(Protocol):
    """What a session needs of a search process; see search.process.SearchProcess."""

    message: str

    def start(self) -> None: ...
    def stop(self) -> None: ...
    def suggest(self, *exprs: Expr) -> None: ...
    def events(self) -> Iterable[Progress | SearchResult]: ...
    def steer(self, hypotheses: Iterable[Hypothesis]) -> None: ...
    def pause(self) -> None: ...
    def resume(self) -> None: ...
    def extend(self, seconds: float) -> None: ...
    def close(self) -> None: ...


class Session:
    """One search and its views. ``laws`` is the result, None until the search is over.

    ``loop`` is the loop of a kernel; without one nothing is live, and only the end is shown.
    """

    def __init__(
        self,
        task: Task,
        engine: Engine,
        view: View,
        *,
        time_limit: float,
        guide: str = USUAL_GUIDE,
        loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        self.key = uuid.uuid4().hex
        self.task = task
        self.laws: Laws | None = None
        self.interrupted = False
        self._engine = engine
        self._guide = guide
        self._view = view
        self._steering = steering.Steering(engine, task.derived, time_limit)
        self._loop = loop
        self._channel = Channel(self.key, self.answer, loop) if loop is not None else None
        self._events: queue.SimpleQueue[Progress | SearchResult | Exception] = queue.SimpleQueue()
        self._progress = Progress(elapsed=0.0, candidates=0, distinct=0, front=(), best=None)
        self._result: SearchResult | None = None
        self._sent = self._saved = time.monotonic()
        self._deadline: float | None = None
        self._desk = desk.Desk(task, self._front_now, self._entered, self._changed)
        self._found: desk.Front = ((), None)

    # ------------------------------------------------------------------ life

    def start(self) -> None:
        """Start the process and show the first, empty snapshot."""
        self._engine.start()
        threading.Thread(target=self._read, name="sr_kernel-events", daemon=True).start()
        if self._channel is not None:
            SCORERS.submit(warm_up, self.task)
            self._channel.open(self.snapshot())
        self._view.show(self.bundle())

    async def wait(self) -> Laws:
        """Drive the search to its end, letting the kernel do other work in between.

        An interrupt arrives as a cancellation and ends the search, not the cell: what was found
        is the result.
        """
        while not self._step():
            try:
                await asyncio.sleep(TICK)
            except asyncio.CancelledError:
                self.interrupt()
                if (task := asyncio.current_task()) is not None:
                    task.uncancel()
        return self._ended()

    def wait_blocking(self) -> Laws:
        """As ``wait``, where nothing can be awaited."""
        with caught_interrupts(self.interrupt):
            while not self._step():
                time.sleep(TICK)
        return self._ended()

    def stop(self) -> None:
        """Ask the search to end and to keep what it found; returns at once."""
        if self._result is None:
            self._engine.stop()

    def interrupt(self) -> None:
        """As ``stop``; the second time what is here is taken without waiting for more."""
        self.stop()
        self._deadline = time.monotonic() + (0.0 if self.interrupted else PATIENCE)
        self.interrupted = True

    # ------------------------------------------------------------------ news

    def _read(self) -> None:
        """In a thread of its own: reading from the process blocks."""
        try:
            for event in self._engine.events():
                self._events.put(event)
        except Exception as error:  # noqa: BLE001  raised again in the cell
            self._events.put(error)

    def _step(self) -> bool:
        """Take in what has come and show it; true when the search is over."""
        now = time.monotonic()
        has_news = self._take_in()
        if self._result is None and self._deadline is not None and now > self._deadline:
            self._result = self._left_behind()
        if self._result is not None:
            self._finish(self._result)
            return True
        if has_news or now - self._sent >= IDLE:
            self._sent = now
            self._send()
        if now - self._saved >= SAVE_EVERY:
            self._saved = now
            self._view.update(self.bundle())
        return False

    def _take_in(self) -> bool:
        has_news = False
        while not self._events.empty():
            event = self._events.get()
            has_news = True
            if isinstance(event, Exception):
                self._finish(replace(self._left_behind(), stop_reason="failed"), str(event))
                raise event
            if isinstance(event, SearchResult):
                self._result = event
            else:
                self._progress = event
                self._steering.heard(event.elapsed)
        return has_news

    def _left_behind(self) -> SearchResult:
        """The last report as a result, for a process that does not answer."""
        last = self._progress
        return SearchResult(
            front=last.front, best=last.best, stop_reason="stopped", seconds=last.elapsed,
            candidates=last.candidates, distinct=last.distinct, interrupted=True,
            beliefs=last.beliefs,
        )  # fmt: skip

    def _finish(self, result: SearchResult, message: str | None = None) -> None:
        self._engine.close()
        if result.stop_reason == "failed":
            message = f"{message or self._engine.message}: what was found until then is kept"
        elif not result.front:
            message = _NOTHING
        elif result.reports:
            message = "; ".join(result.reports)
        # The list is shared, so that edits made later are in the result that the user holds.
        laws = Laws.of(
            self.task, result, time_limit=self._steering.time_limit, guide=self._guide,
            session=self._shared_key, message=message, edits=self._desk.edits.entries,
        )  # fmt: skip
        self._found = self._steering.kept(laws.front, laws.best)
        self.laws = laws
        self._spell()
        self._show()

    def _ended(self) -> Laws:
        assert self.laws is not None
        return self.laws

    # ----------------------------------------------------------------- shown

    def snapshot(self) -> Json:
        """The state now."""
        if self.laws is not None:
            hypotheses = self._steering.state()["hypotheses"]
            return self.laws.snapshot(hypotheses=hypotheses, **self._desk.state())
        last = self._progress
        front, best = self._front_so_far()
        return task_snapshot(
            self.task, front, best, status="running", elapsed=self._steering.elapsed,
            candidates=last.candidates, distinct=last.distinct, session=self._shared_key,
            edits=self._desk.edits.entries, beliefs=last.beliefs, **self._steering.state(),
            **self._desk.state(),
        )  # fmt: skip

    def bundle(self) -> dict[str, Any]:
        """The state now for every kind of front end."""
        if self.laws is not None:
            return mime_bundle(self.laws, self.snapshot())
        front, best = self._front_so_far()
        last = self._progress
        so_far = Laws(
            Question.of(self.task, self._steering.time_limit, self._guide), front, best, "running",
            last.elapsed, last.candidates, last.distinct, beliefs=last.beliefs,
        )  # fmt: skip
        return mime_bundle(so_far, self.snapshot())

    def _front_now(self) -> desk.Front:
        return self._front_so_far() if self.laws is None else (self.laws.front, self.laws.best)

    def _front_so_far(self) -> desk.Front:
        """In the table's columns, but not yet simplified there: that takes too long in between."""
        derived, last = self.task.derived, self._progress
        front = {law.key: _restored(law, derived) for law in last.front}
        best = None if last.best is None else front.get(last.best.key)
        return self._desk.spelled(*self._steering.kept(tuple(front.values()), best))

    @property
    def _shared_key(self) -> str | None:
        return self.key if self._channel is not None else None

    def _send(self) -> None:
        if self._channel is not None:
            self._channel.send(self.snapshot())

    def _show(self) -> None:
        self._send()
        self._view.update(self.bundle())

    # -------------------------------------------------------------- requests

    def attach(self, comm: Any) -> None:
        """Show this search to a front end that has asked for it."""
        if self._channel is not None:
            self._channel.attach(comm, self.snapshot())

    async def answer(self, request: Message) -> Message:
        """Answer a front end. Raises SrKernelError for what cannot be done."""
        command = request.get("cmd")
        if command == "stop":
            self.stop()
            return {"ok": True}
        if command in desk.COMMANDS:
            return await self._desk.answer(request)
        if command in steering.COMMANDS:
            return self._steered(request)
        known = ", ".join(("stop", *desk.COMMANDS, *steering.COMMANDS))
        raise OptionError(f"unknown command {str(command)[:40]!r}: use one of {known}")

    def _steered(self, request: Message) -> Message:
        if self._result is not None or self.laws is not None:
            raise OptionError("the search is over: run the cell again, with more time if need be")
        reply = self._steering.answer(request, self._desk.known)
        self._send()
        return reply

    @property
    def found(self) -> tuple[Expr, ...]:
        """The laws found so far, in the columns of the problem."""
        front = self._progress.front if self._result is None else self._result.front
        return tuple(law.expr for law in front)

    def _entered(self, law: Law) -> None:
        """An entered formula is a start for a search that has the table's own columns, and may be
        a success once the front it is set beside is final."""
        if self.laws is not None:
            accept(law, self.laws.front, self.laws.best)
        elif self._result is None and not self.task.derived:
            self._engine.suggest(law.expr)

    def _changed(self) -> None:
        """Who asked gets the answer first: showing the whole takes longer than sending it."""
        self._spell()
        show = self._show if self.laws is not None else self._send
        asyncio.get_running_loop().call_soon(show)

    def _spell(self) -> None:
        """Give the laws of the result the user's spelling."""
        if self.laws is not None:
            self.laws.front, self.laws.best = self._desk.spelled(*self._found)


def _restored(law: Law, derived: Mapping[str, Expr]) -> Law:
    if not derived:
        return law
    expr = substitute(law.expr, derived)
    return replace(law, expr=expr, complexity=expr.size)
