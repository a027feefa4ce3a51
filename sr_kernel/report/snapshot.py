"""The state of a search as JSON: what a notebook shows live, saves and shows again.

Version 1.  Non-finite numbers are null.  Sizes are bounded on the way out and checked on the way
in, because a notebook may come from anywhere.
"""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sr_kernel.errors import DataError, ExpressionError
from sr_kernel.expr import from_tree, to_latex, to_text, to_tree
from sr_kernel.formula.task import Task
from sr_kernel.search.law import Law, Parameter

MIME = "application/vnd.sr-kernel+json"
VERSION = 1
MAX_LAWS = 200
MAX_EQUATION = 4_000
"""Characters of one equation."""
MAX_BYTES = 1_000_000
MAX_TEXT = 4_000
MAX_LIST = 200
STATUSES = ("running", "finished", "stopped", "failed")

Json = dict[str, Any]


def finite(value: float | None) -> float | None:
    """`value`, or None where JSON has no number for it."""
    return value if value is not None and math.isfinite(value) else None


def law_entry(law: Law) -> Json:
    """One law as JSON."""
    return {
        "id": law.key,
        "complexity": law.complexity,
        "loss": finite(law.loss),
        "r2": finite(law.r2),
        "score": finite(law.score),
        "equation": to_text(law.expr),
        "latex": to_latex(law.expr),
        "tree": to_tree(law.expr),
        "parameters": [
            {"value": finite(p.value), "error": finite(p.error)} for p in law.parameters
        ],
        "conditions": list(law.conditions),
    }


def status_of(stop_reason: str, interrupted: bool) -> str:
    """The status of a search that has ended."""
    if stop_reason == "failed":
        return "failed"
    return "stopped" if interrupted or stop_reason == "stopped" else "finished"


def task_snapshot(
    task: Task,
    front: Sequence[Law],
    best: Law | None,
    *,
    status: str,
    elapsed: float,
    candidates: int,
    distinct: int,
    time_limit: float | None = None,
    stop_reason: str | None = None,
    session: str | None = None,
    message: str | None = None,
    edits: Iterable[Json] = (),
    paused: bool = False,
    hypotheses: Sequence[Json] = (),
) -> Json:
    """The snapshot of a search for `task`; `front` and `best` in the table's own columns.

    `elapsed` and `time_limit` are seconds; `edits` are law entries with a verdict.
    """
    return snapshot(
        {"formula": task.formula.text, "target": task.formula.target, "data": task.data,
         "variables": list(task.variables), "rows": task.rows, "dropped": task.dropped,
         "warnings": list(task.warnings)},
        front, best, status=status, elapsed=elapsed, candidates=candidates, distinct=distinct,
        time_limit=time_limit, stop_reason=stop_reason, session=session, message=message,
        edits=edits, paused=paused, hypotheses=list(hypotheses),
    )  # fmt: skip


def snapshot(
    about: Mapping[str, Any], front: Sequence[Law], best: Law | None, **state: Any
) -> Json:
    """A snapshot from what is known `about` the question and the `state` of the search."""
    entries = [entry for entry in map(law_entry, front[:MAX_LAWS]) if _fits(entry)]
    shown = {entry["id"] for entry in entries}
    edits = [entry for entry in state.pop("edits", ()) if _fits(entry)]
    made: Json = {
        "version": VERSION,
        **{key: _clipped(value) for key, value in about.items()},
        **state,
        "elapsed": finite(state["elapsed"]),
        "time_limit": finite(state.get("time_limit")),
        "best": best.key if best is not None and best.key in shown else None,
        "front": entries,
        "edits": edits[-MAX_LAWS:],
    }
    while _bytes(made) > MAX_BYTES and (made["edits"] or made["front"]):
        # The oldest edit, then the longest law, is what a reader misses least.
        (made["edits"] or made["front"]).pop(0 if made["edits"] else -1)
    return made


def validate(candidate: Any) -> Any:
    """`candidate` itself if it is a snapshot of this version within the bounds.

    Raises DataError naming the first field that is not.
    """
    version = candidate.get("version") if isinstance(candidate, dict) else None
    if isinstance(version, bool) or version != VERSION:
        raise DataError(f"not a saved result of version {VERSION}: save it again")
    for field, accepts in _FIELDS.items():
        if not accepts(candidate.get(field)):
            raise _refused(field, candidate.get(field))
    for field in ("front", "edits"):
        for entry in candidate[field]:
            check_entry(entry)
    if _bytes(candidate) > MAX_BYTES:
        raise DataError(f"the saved result is larger than {MAX_BYTES} bytes: save it again")
    return candidate


def check_entry(entry: Any) -> None:
    """Raises DataError unless `entry` is a law as law_entry makes them."""
    if not isinstance(entry, dict):
        raise _refused("front", entry)
    for field, accepts in _LAW_FIELDS.items():
        if not accepts(entry.get(field)):
            raise _refused(field, entry.get(field))


def law_of(entry: Json) -> Law:
    """The law in `entry`. Raises DataError if it is not one."""
    check_entry(entry)
    try:
        expr = from_tree(entry["tree"])
    except ExpressionError as error:
        raise DataError(f"a law of the saved result cannot be read: {error}") from None
    return Law(
        expr=expr,
        loss=_number(entry["loss"]),
        r2=_number(entry["r2"]),
        complexity=entry["complexity"],
        parameters=tuple(
            Parameter(_number(p["value"]), _number(p["error"])) for p in entry["parameters"]
        ),
        conditions=tuple(entry["conditions"]),
        score=_number(entry["score"]),
        key=entry["id"],
    )


def _number(value: float | None) -> float:
    return math.nan if value is None else float(value)


def _refused(field: str, value: object) -> DataError:
    return DataError(f"field {field!r} of the saved result is {str(value)[:40]!r}: save it again")


def _fits(entry: Json) -> bool:
    return max(len(entry["equation"]), len(entry["latex"])) <= MAX_EQUATION


def _clipped(value: Any) -> Any:
    if isinstance(value, str):
        return value[:MAX_TEXT]
    return [_clipped(item) for item in value[:MAX_LIST]] if isinstance(value, list) else value


def _bytes(made: Json) -> int:
    return len(json.dumps(made, allow_nan=False, ensure_ascii=False).encode())


def _is_text(value: object) -> bool:
    return isinstance(value, str) and len(value) <= MAX_TEXT


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_number_or_null(value: object) -> bool:
    return value is None or _is_number(value)


def _is_text_or_null(value: object) -> bool:
    return value is None or _is_text(value)


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and len(value) <= MAX_LIST and all(map(_is_text, value))


def _is_laws(value: object) -> bool:
    return isinstance(value, list) and len(value) <= MAX_LAWS


def _is_parameters(value: object) -> bool:
    return isinstance(value, list) and all(
        isinstance(p, dict) and all(_is_number_or_null(p.get(k)) for k in ("value", "error"))
        for p in value
    )


_FIELDS = {
    "session": _is_text_or_null, "formula": _is_text, "target": _is_text, "data": _is_text,
    "variables": _is_texts, "rows": _is_count, "dropped": _is_count,
    "status": STATUSES.__contains__, "stop_reason": _is_text_or_null,
    "elapsed": _is_number_or_null, "time_limit": _is_number_or_null, "candidates": _is_count,
    "distinct": _is_count, "best": _is_text_or_null, "warnings": _is_texts,
    "message": _is_text_or_null, "front": _is_laws, "edits": _is_laws,
}  # fmt: skip
_LAW_FIELDS = {
    "id": _is_text, "complexity": _is_count, "loss": _is_number_or_null, "r2": _is_number_or_null,
    "score": _is_number_or_null, "equation": _is_text, "latex": _is_text,
    "tree": lambda tree: tree is not None, "parameters": _is_parameters, "conditions": _is_texts,
}  # fmt: skip
