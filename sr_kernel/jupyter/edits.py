"""What a user did with the laws of one search: formulas entered, parts written differently.

Every step can be undone.  A step that keeps the function (another spelling, a constant held where
it is) replaces the law in its place under the same key; any other gives a law of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from sr_kernel.expr import Expr
from sr_kernel.report.snapshot import Json, law_entry
from sr_kernel.search.law import Law

MAX_EDITS = 50
"""Entered formulas that are kept; the oldest go."""
MAX_STEPS = 100
"""Steps that can be undone."""


@dataclass(frozen=True)
class _State:
    entries: tuple[Json, ...] = ()
    entered: Mapping[str, Law] = field(default_factory=dict)
    spelled: Mapping[str, Law] = field(default_factory=dict)
    found: Mapping[str, Expr] = field(default_factory=dict)
    """By key, how the laws that are spelled differently were written before."""
    changed: str | None = None
    """The key of the law that the step before was about."""


class Edits:
    """``entries`` are the entered formulas as law entries with a verdict, oldest first: one list
    for the life of the search, so that who holds it sees later edits."""

    def __init__(self) -> None:
        self.entries: list[Json] = []
        self._now = _State()
        self._past: list[_State] = []
        self._future: list[_State] = []

    @property
    def can_undo(self) -> bool:
        """Whether there is a step to take back."""
        return bool(self._past)

    @property
    def can_redo(self) -> bool:
        """Whether there is a step to take again."""
        return bool(self._future)

    def enter(self, law: Law, entry: Json) -> None:
        """Keep an entered formula with its entry, newest last and each function once."""
        others = [known for known in self._now.entries if known["id"] != law.key]
        entries = (*others, entry)[-MAX_EDITS:]
        known = {**self._now.entered, law.key: law}
        entered = {one["id"]: known[one["id"]] for one in entries}
        spelled = {key: one for key, one in self._now.spelled.items() if key != law.key}
        self._step(_State(entries, entered, spelled, self._now.found, law.key))

    def respell(self, law: Law, before: Law) -> None:
        """Let ``law`` stand for ``before``, which has the same key, wherever that is shown."""
        now = self._now
        entry = law_entry(law)
        entries = tuple(
            {**known, **entry} if known["id"] == law.key else known for known in now.entries
        )
        entered = {**now.entered, law.key: law} if law.key in now.entered else now.entered
        spelled, found = {**now.spelled, law.key: law}, {law.key: before.expr, **now.found}
        self._step(_State(entries, entered, spelled, found, law.key))

    def undo(self) -> str | None:
        """Take back the last step; the key of the law it was about, None if there is none."""
        return self._move(self._past, self._future)

    def redo(self) -> str | None:
        """Take again the last step taken back."""
        return self._move(self._future, self._past)

    def law(self, key: str) -> Law | None:
        """The entered or respelled law with this key."""
        return self._now.spelled.get(key) or self._now.entered.get(key)

    def found(self, key: str) -> Expr | None:
        """How the law was written before the user wrote it differently, if that happened."""
        return self._now.found.get(key) if key in self._now.spelled else None

    def spelled(self, law: Law) -> Law:
        """``law`` as the user wrote it, in the place it has on its front."""
        mine = self._now.spelled.get(law.key)
        if mine is None:
            return law
        return replace(mine, loss=law.loss, r2=law.r2, score=law.score, validation=law.validation)

    def _step(self, state: _State) -> None:
        self._past.append(self._now)
        del self._past[:-MAX_STEPS]
        self._future.clear()
        self._show(state)

    def _move(self, source: list[_State], other: list[_State]) -> str | None:
        if not source:
            return None
        other.append(self._now)
        about = self._now.changed if other is self._future else source[-1].changed
        self._show(source.pop())
        return about

    def _show(self, state: _State) -> None:
        self._now = state
        self.entries[:] = state.entries
