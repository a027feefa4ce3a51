"""The state of a search as JSON: what a notebook shows live, saves and shows again.

Version 1.  Non-finite numbers are null.  Sizes are bounded on the way out and checked on the way
in, because a notebook may come from anywhere.  Fields that version 1 did not have at first may be
missing.
"""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sr_kernel.errors import DataError, ExpressionError
from sr_kernel.expr import from_tree, variables
from sr_kernel.formula.task import Task
from sr_kernel.report.beliefs import guide_entry, is_guide_or_null
from sr_kernel.report.entry import MAX_CODE, MAX_EQUATION, Json, finite, is_number, law_entry
from sr_kernel.report.sample import MAX_COLUMNS, MAX_ROWS, Sample, sample_of
from sr_kernel.report.source import SHOWN
from sr_kernel.search.beliefs import Beliefs
from sr_kernel.search.hypothesis import KINDS
from sr_kernel.search.law import Law, Parameter

MIME = "application/vnd.sr-kernel+json"
VERSION = 1
MAX_LAWS = 200
MAX_BYTES = 1_000_000
MAX_TEXT = 4_000
MAX_LIST = 200
MAX_HYPOTHESES = 50
STATUSES = ("running", "finished", "stopped", "failed")

__all__ = [
    "MAX_EQUATION", "MIME", "Json", "check_entry", "finite", "law_entry", "law_of", "snapshot",
    "status_of", "task_snapshot", "validate",
]  # fmt: skip


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
    **more: Any,
) -> Json:
    """The snapshot of a search for `task`; `front` and `best` in the table's own columns.

    `elapsed` and `time_limit` are seconds; `edits` are law entries with a verdict; `more` may give
    `paused`, `can_undo`, `can_redo`, `hypotheses` and `beliefs`.
    """
    return snapshot(
        {"formula": task.formula.text, "target": task.formula.target, "data": task.data,
         "variables": list(task.variables), "rows": task.rows, "dropped": task.dropped,
         "warnings": list(task.warnings)},
        front, best, status=status, elapsed=elapsed, candidates=candidates, distinct=distinct,
        time_limit=time_limit, stop_reason=stop_reason, session=session, message=message,
        edits=edits, sample=sample_of(task), **more,
    )  # fmt: skip


def snapshot(
    about: Mapping[str, Any],
    front: Sequence[Law],
    best: Law | None,
    *,
    sample: Sample | None = None,
    edits: Iterable[Json] = (),
    hypotheses: Iterable[Json] = (),
    beliefs: Beliefs | None = None,
    **state: Any,
) -> Json:
    """A snapshot from what is known `about` the question and the `state` of the search."""
    entries = [entry for law in front[:MAX_LAWS] if _fits(entry := law_entry(law, sample))]
    shown = {entry["id"] for entry in entries}
    made: Json = {
        "version": VERSION,
        **{key: _clipped(value) for key, value in about.items()},
        "paused": False,
        "can_undo": False,
        "can_redo": False,
        **state,
        "elapsed": finite(state["elapsed"]),
        "time_limit": finite(state.get("time_limit")),
        "best": best.key if best is not None and best.key in shown else None,
        "front": entries,
        "edits": [_with_values(entry, sample) for entry in edits if _fits(entry)][-MAX_LAWS:],
        "hypotheses": list(hypotheses)[:MAX_HYPOTHESES],
        "guide": guide_entry(beliefs),
        "sample": None if sample is None else _sample_json(sample, front),
    }
    return _bounded(made)


def _sample_json(sample: Sample, front: Sequence[Law]) -> Json:
    columns = {name[:MAX_TEXT]: values for name, values in sample.columns(front).items()}
    return {"columns": columns, "y": sample.y}


def _with_values(edit: Json, sample: Sample | None) -> Json:
    """`edit` with what it says for the rows of this sample, and not for those of another."""
    entry = {key: value for key, value in edit.items() if key != "predicted"}
    if sample is not None:
        predicted = sample.predicted_tree(edit["tree"], edit["equation"])
        if predicted is not None:
            entry["predicted"] = predicted
    return entry


def _bounded(made: Json) -> Json:
    """`made` within MAX_BYTES, without what a reader misses least: the code of the laws, values in
    the rows, the rows, the oldest edits, the longest laws."""
    for fields in (("code",), ("predicted", "sample")):
        if _bytes(made) <= MAX_BYTES:
            return made
        made = {**made, **{key: _without(made[key], fields) for key in ("front", "edits")}}
        if "sample" in fields:
            made["sample"] = None
    while _bytes(made) > MAX_BYTES and (made["edits"] or made["front"]):
        (made["edits"] or made["front"]).pop(0 if made["edits"] else -1)
    return made


def _without(entries: list[Json], fields: tuple[str, ...]) -> list[Json]:
    return [{k: v for k, v in entry.items() if k not in fields} for entry in entries]


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
    for field, accepts in _LATER_FIELDS.items():
        if field in candidate and not accepts(candidate[field]):
            raise _refused(field, candidate[field])
    rows = len((candidate.get("sample") or {"y": ()})["y"])
    for field in ("front", "edits"):
        for entry in candidate[field]:
            check_entry(entry)
            if "predicted" in entry and len(entry["predicted"]) != rows:
                raise _refused("predicted", entry["predicted"])
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
    for field, accepts in _LATER_LAW_FIELDS.items():
        if field in entry and not accepts(entry[field]):
            raise _refused(field, entry[field])


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
            Parameter(_number(p["value"]), _number(p["error"]), bool(p.get("fixed")))
            for p in entry["parameters"]
        ),
        conditions=tuple(entry["conditions"]),
        score=_number(entry["score"]),
        key=entry["id"],
        validation=entry.get("validation"),
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


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_number_or_null(value: object) -> bool:
    return value is None or is_number(value)


def _is_text_or_null(value: object) -> bool:
    return value is None or _is_text(value)


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and len(value) <= MAX_LIST and all(map(_is_text, value))


def _is_laws(value: object) -> bool:
    return isinstance(value, list) and len(value) <= MAX_LAWS


def _is_parameters(value: object) -> bool:
    return isinstance(value, list) and all(map(_is_parameter, value))


def _is_parameter(value: object) -> bool:
    return (
        isinstance(value, dict)
        and all(_is_number_or_null(value.get(key)) for key in ("value", "error"))
        and _is_path_or_null(value.get("path"))
        and isinstance(value.get("fixed", False), bool)
    )


def _is_path_or_null(value: object) -> bool:
    return value is None or (
        isinstance(value, list) and len(value) <= MAX_LIST and all(map(_is_count, value))
    )


def _is_flag(value: object) -> bool:
    return isinstance(value, bool)


def _is_values(value: object) -> bool:
    return (
        isinstance(value, list) and len(value) <= MAX_ROWS and all(map(_is_number_or_null, value))
    )


def _is_sample_or_null(value: object) -> bool:
    if value is None:
        return True
    if not isinstance(value, dict) or not _is_values(value.get("y")):
        return False
    columns = value.get("columns")
    return (
        isinstance(columns, dict)
        and len(columns) <= MAX_COLUMNS
        and all(map(_is_text, columns))
        and all(_is_values(column) for column in columns.values())
        and all(len(column) == len(value["y"]) for column in columns.values())
    )


def _is_code(value: object) -> bool:
    return isinstance(value, dict) and all(
        language in SHOWN and isinstance(text, str) and len(text) <= MAX_CODE
        for language, text in value.items()
    )


def _is_hypotheses(value: object) -> bool:
    return isinstance(value, list) and len(value) <= MAX_HYPOTHESES and all(map(_is_guess, value))


def _is_guess(value: object) -> bool:
    return (
        isinstance(value, dict)
        and value.get("kind") in KINDS
        and all(_is_text(value.get(key)) for key in ("id", "text"))
        and value.get("tree") is not None
        and (value["kind"] != "symmetric" or _has_columns(value["tree"]))
    )


def _has_columns(tree: object) -> bool:
    """Whether ``tree`` is a term in which columns may be exchanged: of two at least."""
    try:
        return len(variables(from_tree(tree))) > 1
    except ExpressionError:
        return False


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
_LATER_FIELDS = {
    "sample": _is_sample_or_null, "paused": _is_flag, "can_undo": _is_flag, "can_redo": _is_flag,
    "hypotheses": _is_hypotheses, "guide": is_guide_or_null,
}  # fmt: skip
_LATER_LAW_FIELDS = {"validation": _is_number_or_null, "predicted": _is_values, "code": _is_code}
