"""Requests of a front end about laws: formulas entered, parts looked at and changed, undo."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from sr_kernel.errors import OptionError
from sr_kernel.expr import Expr
from sr_kernel.formula.task import Task
from sr_kernel.jupyter import parts
from sr_kernel.jupyter.edit import SCORERS, Edit, is_open, read_edit, score_edit
from sr_kernel.jupyter.edits import Edits
from sr_kernel.jupyter.inspection import answer_about
from sr_kernel.report.sample import sample_of
from sr_kernel.report.snapshot import Json, law_entry
from sr_kernel.search.law import Law

FILLERS = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sr_kernel-fill")
"""One thread for holes, which take seconds: other edits do not wait for them."""

MAX_SEEN = 500
"""Laws that were on the front and may still be on a screen."""
COMMANDS = ("score", "menu", "swap", "constant", "fill", "egraph", "explain", "undo", "redo")
Front = tuple[tuple[Law, ...], Law | None]
T = TypeVar("T")


class Desk:
    """``front`` gives the laws shown now and the best of them, ``enter`` is told of each law that
    the user enters, ``changed`` is called when there is something new to show."""

    def __init__(
        self,
        task: Task,
        front: Callable[[], Front],
        enter: Callable[[Law], None],
        changed: Callable[[], None],
    ) -> None:
        self.edits = Edits()
        self._task = task
        self._front = front
        self._enter = enter
        self._changed = changed
        self._seen: dict[str, Law] = {}

    def state(self) -> Json:
        """The fields of a snapshot."""
        return {"can_undo": self.edits.can_undo, "can_redo": self.edits.can_redo}

    def spelled(self, front: tuple[Law, ...], best: Law | None) -> Front:
        """The laws as the user has written them; what was shown can be spoken of later."""
        for law in front:
            self._seen.pop(law.key, None)  # the newest come last
            self._seen[law.key] = law
        for key in list(self._seen)[:-MAX_SEEN]:
            del self._seen[key]
        best = None if best is None else self.edits.spelled(best)
        return tuple(map(self.edits.spelled, front)), best

    async def answer(self, request: Json) -> Json:
        """Do what one of COMMANDS asks. Raises SrKernelError for what cannot be done."""
        law, path = request.get("law"), request.get("path")
        match request.get("cmd"):
            case "score":
                return await self._score(request.get("text"), request.get("base"))
            case "menu":
                return await _in(SCORERS, parts.menu_answer, self._task, self.known(law), path)
            case "swap":
                return await self._swap(self.known(law), path, request.get("text"))
            case "constant":
                return await self._constant(self.known(law), path, request)
            case "fill":
                return await self._fill(parts.emptied(self.known(law), path), self.known(law))
            case "egraph" | "explain" as command:
                known = self.known(law)
                found = self.edits.found(known.key)
                return await _in(SCORERS, answer_about, command, known, self._task, found)
            case "undo":
                return self._moved(self.edits.undo())
            case "redo":
                return self._moved(self.edits.redo())
        raise OptionError(f"unknown command {str(request.get('cmd'))[:40]!r}")

    def known(self, key: object) -> Law:
        """The law with this key. Raises OptionError if there is none now."""
        law = self._find(key)
        if law is None:
            raise OptionError(f"there is no law {str(key)[:40]!r} any more: choose another one")
        return law

    def _find(self, key: object) -> Law | None:
        """On the front first: an entered formula may be the same function in other words."""
        if not isinstance(key, str):
            return None
        shown = next((law for law in self._front()[0] if law.key == key), None)
        return shown or self.edits.law(key) or self._seen.get(key)

    async def _score(self, text: object, base: object) -> Json:
        if not isinstance(text, str):
            raise OptionError("there is no formula to score: send its text")
        started = self._find(base) or self._front()[1]
        if is_open(text):
            return await self._fill(read_edit(self._task, text), started)
        return self._entered(await _in(SCORERS, score_edit, self._task, text, started))

    async def _fill(self, expr: Expr, base: Law | None) -> Json:
        return self._entered(await _in(FILLERS, parts.filled, self._task, expr, base))

    async def _swap(self, law: Law, path: object, text: object) -> Json:
        spelled = await _in(SCORERS, parts.respelled, self._task, law, path, text)
        return self._respelled(spelled, law)

    async def _constant(self, law: Law, path: object, request: Json) -> Json:
        match request.get("do"):
            case "freeze":
                return self._respelled(parts.frozen(law, path), law)
            case "free":
                edit = await _in(SCORERS, parts.freed, self._task, law, path)
            case "snap":
                text = request.get("text")
                edit = await _in(SCORERS, parts.snapped, self._task, law, path, text)
            case other:
                raise OptionError(f"a constant can be frozen, freed or snapped, not {other!r:.40}")
        return self._entered(edit)

    def _entered(self, edit: Edit) -> Json:
        """A law of the user's own: kept, shown, and a start for the search."""
        entry, verdict = self._entry(edit.law), {"status": edit.status, "text": edit.text}
        self.edits.enter(edit.law, {**entry, "verdict": verdict})
        self._enter(edit.law)
        self._changed()
        return {"law": entry, "verdict": verdict}

    def _respelled(self, law: Law, before: Law) -> Json:
        """The same function in other words, in its old place."""
        self.edits.respell(law, before)
        self._changed()
        verdict = {"status": "equal", "text": "the same function, written as you chose"}
        return {"law": self._entry(law), "verdict": verdict}

    def _entry(self, law: Law) -> Json:
        return law_entry(law, sample_of(self._task))

    def _moved(self, about: str | None) -> Json:
        self._changed()
        return {"ok": True, "law": about}


async def _in(executor: ThreadPoolExecutor, work: Callable[..., T], *arguments: Any) -> T:
    return await asyncio.get_running_loop().run_in_executor(executor, work, *arguments)
