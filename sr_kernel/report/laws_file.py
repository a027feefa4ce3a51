"""Laws as a JSON file: versioned, checked when read, never evaluated."""

import json
import math
import os
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np

from sr_kernel.errors import DataError
from sr_kernel.report.beliefs import beliefs_json, beliefs_of
from sr_kernel.report.laws import Laws
from sr_kernel.report.question import USUAL_GUIDE, Question, Rows
from sr_kernel.report.snapshot import Json, finite, law_entry, law_of
from sr_kernel.search.law import Law

FORMAT = "sr_kernel laws"
VERSION = 1
_JUDGED = ("length", "bic", "validation")
_MADE_AGAIN = ("code",)
"""What is not saved, as it follows from the rest."""
_USUAL = ("guide", USUAL_GUIDE)
"""What is not saved; files of an earlier sr_kernel lack it anyway."""
LONGEST_PATH = 4096
"""Characters of a path of weights; systems open none that is longer."""
MAX_NUMBERS = 200_000
"""A table with more numbers than this is not saved along with its laws."""


def write_laws(laws: Laws, path: str | os.PathLike[str]) -> None:
    """Write `laws` to `path`. Raises DataError where the file cannot be written."""
    content = json.dumps(laws_json(laws), allow_nan=False, ensure_ascii=False)
    try:
        Path(path).write_text(content, encoding="utf-8")
    except OSError as error:
        raise DataError(f"cannot write {os.fspath(path)!r}: {error.strerror}") from None


def read_laws(path: str | os.PathLike[str]) -> Laws:
    """The laws in `path`. Raises DataError naming the file and what is wrong with it."""
    shown = os.fspath(path)
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise DataError(f"cannot read {shown!r}: {error.strerror}") from None
    except (ValueError, RecursionError):
        raise DataError(f"{shown!r} holds no saved laws: give a file written by save()") from None
    return laws_from_json(content)


def laws_json(laws: Laws) -> Json:
    """`laws` as JSON."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "question": _question_json(laws.question),
        "front": [_law_json(law) for law in laws.front],
        "best": None if laws.best is None else laws.best.key,
        "stop_reason": laws.stop_reason,
        "seconds": finite(laws.seconds),
        "candidates": laws.candidates,
        "distinct": laws.distinct,
        "interrupted": laws.interrupted,
        "edits": list(laws.edits),
        "rows": _rows_json(laws.rows),
        "guide": None if laws.beliefs is None else beliefs_json(laws.beliefs),
    }


def laws_from_json(content: Any) -> Laws:
    """The laws that `content` describes. Raises DataError for anything laws_json did not make."""
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise DataError("these are no saved laws: give a file written by save()")
    if content.get("version") != VERSION:
        raise DataError(
            f"the laws were saved in version {content.get('version')!r} of the format and this "
            f"reads version {VERSION}: install the sr_kernel that wrote them"
        )
    try:
        return _laws(content)
    except (KeyError, TypeError, ValueError) as error:
        if isinstance(error, DataError):
            raise
        raise DataError(f"the saved laws are damaged ({error}): save them again") from None


def _laws(content: Json) -> Laws:
    front = tuple(map(_law, content["front"]))
    question = _question(content["question"])
    guide = content.get("guide")  # files of an earlier sr_kernel lack it
    return Laws(
        question=question,
        front=front,
        best=next((law for law in front if law.key == content["best"]), None),
        stop_reason=str(content["stop_reason"]),
        seconds=float("nan") if content["seconds"] is None else float(content["seconds"]),
        candidates=int(content["candidates"]),
        distinct=int(content["distinct"]),
        interrupted=bool(content["interrupted"]),
        rows=_rows(content["rows"], len(question.variables)),
        edits=tuple(map(_edit, content["edits"])),
        beliefs=None if guide is None else beliefs_of(guide),
    )


def _law_json(law: Law) -> Json:
    """What is shown of `law`, and how it was judged: what is infinite as a text, nan not at all."""
    judged = {name: getattr(law, name) for name in _JUDGED}
    told = {name: _spelled(value) for name, value in judged.items() if value == value}
    entry = {key: value for key, value in law_entry(law).items() if key not in _MADE_AGAIN}
    return {**entry, **told, "box_conditions": list(law.box_conditions)}


def _law(entry: Json) -> Law:
    """The law in `entry`; files of an earlier sr_kernel do not say how it was judged."""
    law = law_of({key: value for key, value in entry.items() if key not in _JUDGED})
    judged: Json = {name: _number(entry[name]) for name in _JUDGED if name in entry}
    conditions = entry.get("box_conditions", [])
    if not all(isinstance(condition, str) for condition in conditions):
        raise TypeError("box_conditions is not a list of texts")
    return replace(law, box_conditions=tuple(conditions), **judged)


def _edit(entry: Json) -> Json:
    """`entry` with what files of an earlier sr_kernel do not have."""
    return {**law_entry(law_of(entry)), **entry}


def _spelled(value: float | None) -> float | str | None:
    return value if value is None or math.isfinite(value) else str(value)


def _number(value: float | str | None) -> float | None:
    return None if value is None else float(value)


def _question_json(question: Question) -> Json:
    named = {f.name: _plain(getattr(question, f.name)) for f in fields(Question)}
    return {name: value for name, value in named.items() if (name, value) != _USUAL}


def _question(content: Json) -> Question:
    """Every field with the type of its default."""
    content = dict((_USUAL,), **content)
    named = {f.name: content[f.name] for f in fields(Question)}
    for name in ("formula", "target", "data", "source", "guide"):
        if not isinstance(named[name], str):
            raise TypeError(f"{name} is not a text")
    for name in ("variables", "where", "operators", "warnings"):
        if not all(isinstance(item, str) for item in named[name]):
            raise TypeError(f"{name} is not a list of texts")
        named[name] = tuple(named[name])
    for name in ("max_size", "random_state", "rows", "dropped"):
        named[name] = int(named[name])
    if not 0 < len(named["guide"]) <= LONGEST_PATH:
        raise ValueError(f"guide is not a text of 1 to {LONGEST_PATH} characters")
    if named["time_limit"] is not None:
        named["time_limit"] = float(named["time_limit"])
    return Question(**named)


def _rows_json(rows: Rows | None) -> Json | None:
    if rows is None or rows.X.size + rows.y.size > MAX_NUMBERS:
        return None
    return {"X": rows.X.tolist(), "y": rows.y.tolist()}


def _rows(content: Json | None, columns: int) -> Rows | None:
    if content is None:
        return None
    y = np.array(content["y"], dtype=np.float64)
    X = np.array(content["X"], dtype=np.float64).reshape(len(y), columns)
    return Rows(X, y)


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
