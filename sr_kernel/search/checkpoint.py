"""The state of a search on disk, as JSON: what a later search goes on from.

Written to a neighbouring file that then takes the name, so that at any moment the whole of one
state is there; checked when read, never evaluated.  Where writing fails the search goes on.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sr_kernel.errors import DataError, ExpressionError
from sr_kernel.expr import Expr, from_tree, to_tree, variables
from sr_kernel.search.problem import Problem
from sr_kernel.search.scaling import Scaling

FORMAT, VERSION = "sr_kernel search", 1
EVERY = 2.0
"""Seconds between two states on disk, so this much is lost at most."""
KEPT = 500
"""Terms of the archive that are kept beside the front."""
MAX_BYTES = 50_000_000
_NOTHING = object()


@dataclass(frozen=True)
class State:
    """``front`` and ``archive`` are terms in the units of the search, which ``scaling`` names.

    ``runs`` counts the searches that led here, ``digest`` identifies their data.
    """

    variables: tuple[str, ...]
    target: str
    digest: str
    scaling: Scaling
    runs: int
    seconds: float
    candidates: int
    front: tuple[Expr, ...]
    archive: tuple[Expr, ...]

    @property
    def exprs(self) -> tuple[Expr, ...]:
        """All terms, those of the front first, in the units of the data."""
        found = []
        for expr in dict.fromkeys((*self.front, *self.archive)):
            with contextlib.suppress(ExpressionError):  # beyond floats in these units
                found.append(next(self.scaling.restored(expr)))
        return tuple(found)


def digest(problem: Problem) -> str:
    """A hash of the rows that are searched."""
    content = hashlib.sha256()
    for array in (problem.X, problem.y, problem.weights):
        content.update(b"-" if array is None else array.tobytes())
    return content.hexdigest()[:32]


class Checkpoint:
    """The file at ``path``; ``report`` is told once that it cannot be written."""

    def __init__(
        self, path: str | os.PathLike[str], problem: Problem, report: Callable[[str], None]
    ) -> None:
        self.path = Path(path)
        self.variables = problem.variables
        self.digest = digest(problem)
        self.report = report
        self.broken = False
        self._written = time.perf_counter()

    @property
    def due(self) -> bool:
        """Whether the state on disk is old."""
        return time.perf_counter() - self._written >= EVERY

    def write(self, state: State) -> bool:
        """Replace the file; says whether that worked."""
        self._written = time.perf_counter()
        beside = self.path.with_name(f".{self.path.name}.{os.getpid()}.tmp")
        try:
            with beside.open("w", encoding="utf-8") as file:
                json.dump(as_json(state), file, allow_nan=False)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(self.path)
        except OSError as error:
            with contextlib.suppress(OSError):
                beside.unlink()
            if not self.broken:
                self.broken = True
                self.report(
                    f"the search cannot be saved to {str(self.path)!r} ({error.strerror}): it goes "
                    "on, and what it finds is returned"
                )
            return False
        return True

    def read(self) -> State | None:
        """The state on disk, None if there is none.

        Raises :class:`DataError` for anything that is not a state of a search for the problem's
        columns.  Other rows are reported: laws found on them are worth a try.
        """
        content = _content(self.path)
        if content is _NOTHING:
            return None
        shown = str(self.path)
        try:
            state = from_json(content)
        except (DataError, ExpressionError, KeyError, TypeError, ValueError) as error:
            raise DataError(
                f"{shown!r} is not a saved search ({error}): remove it or name another file"
            ) from None
        if state.variables != self.variables:
            raise DataError(
                f"{shown!r} is a search over {', '.join(state.variables)[:80]}: name another file "
                f"for {', '.join(self.variables)[:80]}"
            )
        if state.digest != self.digest:
            self.report(f"{shown!r} was saved with other rows: its laws are fitted anew")
        return state


def _content(path: Path) -> Any:
    try:
        if path.exists() and path.stat().st_size > MAX_BYTES:
            raise DataError(f"{str(path)!r} is too large for a saved search: name another file")
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return _NOTHING
    except OSError as error:
        if error.errno is not None and not path.exists():
            return _NOTHING  # nothing there to go on from; writing says what is wrong
        raise DataError(f"cannot read {str(path)!r}: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        if isinstance(error, DataError):
            raise
        raise DataError(
            f"{str(path)!r} is not a saved search: remove it or name another file"
        ) from None


def as_json(state: State) -> dict[str, Any]:
    """``state`` as JSON."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "variables": list(state.variables),
        "target": state.target,
        "digest": state.digest,
        "units": {"target": state.scaling.target, "columns": dict(state.scaling.columns)},
        "runs": state.runs,
        "seconds": state.seconds,
        "candidates": state.candidates,
        "front": [to_tree(expr) for expr in state.front],
        "archive": [to_tree(expr) for expr in state.archive],
    }


def from_json(content: Any) -> State:
    """The state that ``content`` describes; raises DataError, KeyError, TypeError, ValueError or
    ExpressionError for anything else."""
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise DataError("no such format")
    if content.get("version") != VERSION:
        raise DataError(f"its version is {content.get('version')!r}, this reads {VERSION}")
    names = tuple(_text(name) for name in _list(content["variables"]))
    units = content["units"]
    scaling = Scaling(
        _factor(units["target"]), {_text(k): _factor(v) for k, v in units["columns"].items()}
    )
    return State(
        names, _text(content["target"]), _text(content["digest"]), scaling,
        _count(content["runs"]), _number(content["seconds"]), _count(content["candidates"]),
        _exprs(content["front"], names), _exprs(content["archive"], names),
    )  # fmt: skip


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise DataError(f"{str(value)[:40]!r} is not a list")
    return value


def _exprs(trees: Any, names: Sequence[str]) -> tuple[Expr, ...]:
    found = tuple(from_tree(tree) for tree in _list(trees))
    for expr in found:
        if any(name not in names for name in variables(expr)):
            raise DataError("a law has a variable that is not among the columns")
    return found


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise DataError(f"{str(value)[:40]!r} is not a text")
    return value


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise DataError(f"{str(value)[:40]!r} is not a number")
    return float(value)


def _factor(value: Any) -> float:
    if not _number(value) > 0:
        raise DataError(f"{value!r} is not a unit")
    return float(value)


def _count(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise DataError(f"{str(value)[:40]!r} is not a count")
    return value
