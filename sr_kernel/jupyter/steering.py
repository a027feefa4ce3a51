"""What the user of a notebook says of a search that runs: hypotheses, a pause, more time.

Laws shown are filtered here too, so that none is shown after an answer that has banned it, however
long the search takes to hear of that.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import count, product
from typing import Any, Protocol

from sr_kernel.errors import OptionError
from sr_kernel.expr import Expr, apply, from_tree, subtree, symbol, to_text, to_tree, variables
from sr_kernel.search.hypothesis import KINDS, MOST, Hypothesis, Kind, contains, obeys
from sr_kernel.search.law import Law

MOST_SECONDS = 7 * 24 * 3600.0
_LONGEST = 4_000
"""Characters of a part."""
Message = dict[str, Any]
COMMANDS = (*KINDS, "drop", "pause", "resume", "more")


class Engine(Protocol):
    """What is steered; see search.process.SearchProcess."""

    def steer(self, hypotheses: Iterable[Hypothesis]) -> None: ...
    def pause(self) -> None: ...
    def resume(self) -> None: ...
    def extend(self, seconds: float) -> None: ...


@dataclass
class Steering:
    """Hypotheses by id, in the table's own columns; ``derived`` says what the search's columns
    stand for in those.  ``time_limit`` is in seconds."""

    engine: Engine
    derived: Mapping[str, Expr]
    time_limit: float
    paused: bool = False

    def __post_init__(self) -> None:
        self.hypotheses: dict[str, Hypothesis] = {}
        self._numbers = count(1)
        self._heard = time.monotonic()
        self._elapsed = self._least = 0.0

    # ------------------------------------------------------------------ shown

    def state(self) -> Message:
        """The fields of a snapshot."""
        shown = [_entry(name, one) for name, one in self.hypotheses.items()]
        return {"paused": self.paused, "hypotheses": shown, "time_limit": self.time_limit}

    def heard(self, elapsed: float) -> None:
        """The search has reported that it has taken ``elapsed`` seconds."""
        self._elapsed, self._heard = elapsed, time.monotonic()

    @property
    def elapsed(self) -> float:
        """Seconds searched by now; the clock goes on between two reports, unless it is paused."""
        runs = not self.paused and self._elapsed > 0
        since = time.monotonic() - self._heard if runs else 0.0
        self._least = max(self._least, self._elapsed + since)
        return self._least

    def kept(self, front: tuple[Law, ...], best: Law | None) -> tuple[tuple[Law, ...], Law | None]:
        """Those laws that obey, and the best of them."""
        known = tuple(self.hypotheses.values())
        left = tuple(law for law in front if obeys(law.expr, known))
        if best is not None and best in left:
            return left, best
        return left, left[-1] if left else None

    # --------------------------------------------------------------- requests

    def answer(self, request: Message, law: Callable[[object], Law]) -> Message:
        """Do what one of COMMANDS asks; ``law`` gives the law with a key or raises OptionError.

        Raises OptionError or ExpressionError for what cannot be done.
        """
        match request.get("cmd"):
            case "require" | "ban" | "symmetric" as kind:
                part = _part(law(request.get("law")), request.get("path"), kind)
                return {"hypothesis": self._assume(kind, part)}
            case "drop":
                self._drop(request.get("hypothesis"))
            case "pause":
                self.engine.pause()
                self._least, self.paused = self.elapsed, True
            case "resume":
                self.engine.resume()
                self.heard(self.elapsed)
                self.paused = False
            case "more":
                self._extend(request.get("seconds"))
        return {"ok": True}

    def _assume(self, kind: Any, part: Expr) -> Message:
        new = Hypothesis(kind, part)
        for name, known in self.hypotheses.items():
            if _are_same(known, new):
                return _entry(name, known)
        _check_together([*self.hypotheses.values(), new])
        if len(self.hypotheses) >= MOST:
            raise OptionError(f"there are {MOST} hypotheses already: drop one first")
        name = f"h{next(self._numbers)}"
        self.hypotheses[name] = new
        self._tell()
        return _entry(name, new)

    def _drop(self, name: object) -> None:
        if not isinstance(name, str) or name not in self.hypotheses:
            raise OptionError(f"there is no hypothesis {str(name)[:40]!r}: it was dropped before")
        del self.hypotheses[name]
        self._tell()

    def _tell(self) -> None:
        meaning = tuple(self.derived.items())
        self.engine.steer([replace(one, meaning=meaning) for one in self.hypotheses.values()])

    def _extend(self, seconds: object) -> None:
        if isinstance(seconds, bool) or not isinstance(seconds, int | float):
            raise OptionError(f"{str(seconds)[:40]!r} is no time: send a number of seconds")
        if not (math.isfinite(seconds) and 0 < seconds <= MOST_SECONDS):
            raise OptionError(f"{seconds} s cannot be added: send more than 0 and at most a week")
        self.engine.extend(float(seconds))
        self.time_limit += float(seconds)


def _entry(name: str, one: Hypothesis) -> Message:
    return {"id": name, "kind": one.kind, "text": to_text(one.part), "tree": to_tree(one.part)}


def _are_same(one: Hypothesis, other: Hypothesis) -> bool:
    if "symmetric" in (one.kind, other.kind):
        return one.kind == other.kind and set(one.columns) == set(other.columns)
    return one == other


def _part(law: Law, path: Any, kind: Kind) -> Expr:
    """The part at ``path``; of one that is to be symmetric, the sum of its columns."""
    part = from_tree(subtree(to_tree(law.expr), path))
    names = variables(part)
    wild = [name for name in names if name.startswith("_")]
    if wild:
        raise OptionError(
            f"a name that begins with '_' stands for any term: rename the column {wild[0][:40]!r}"
        )
    if kind == "symmetric" and len(names) > 1:
        part = apply("add", *map(symbol, names))
    if len(to_text(part)) > _LONGEST:
        raise OptionError(f"the part is longer than {_LONGEST} characters: take a smaller one")
    return part


def _check_together(hypotheses: Iterable[Hypothesis]) -> None:
    """Raises OptionError where no law can obey all."""
    of_kind = {kind: [one for one in hypotheses if one.kind == kind] for kind in KINDS}
    for required, banned in product(of_kind["require"], of_kind["ban"]):
        if contains(required.part, banned.part):
            raise _contradiction(required, banned)
        for one in of_kind["symmetric"]:
            alone = banned.part.is_symbol and set(banned.columns) < set(one.columns)
            if alone and set(one.columns) & set(required.columns):
                raise _contradiction(required, banned, " and is symmetric in them")


def _contradiction(required: Hypothesis, banned: Hypothesis, more: str = "") -> OptionError:
    return OptionError(
        f"no law has {to_text(required.part)[:60]} without {to_text(banned.part)[:60]}{more}: "
        "drop the other hypothesis first"
    )
