"""What a guide expected as JSON: whole in a saved file, bounded in a snapshot, checked in both."""

from collections.abc import Iterable, Mapping

from sr_kernel.errors import DataError, OptionError
from sr_kernel.report.entry import Json, finite, is_number
from sr_kernel.search.beliefs import Beliefs

LIMITS: Mapping[str, int] = {"operators": 20, "columns": 12, "pairs": 6, "peels": 10}
"""The most rows of each list in a snapshot."""
WORDS: Mapping[str, int] = {"operators": 1, "columns": 1, "pairs": 2, "peels": 1}
"""Texts that stand before the probability in a row of each list."""
MAX_NAME = 100
"""Characters of a name or of the words of a peel."""
MAX_REASON = 500
_NUMBERS = ("size", "noise", "length", "seconds", "noiseless")


def beliefs_json(beliefs: Beliefs) -> Json:
    """`beliefs` whole, each list likeliest first."""
    return {
        "source": beliefs.source,
        "used": bool(beliefs.used),
        "reason": beliefs.reason,
        "operators": _ranked(((name,), p) for name, p in beliefs.operators.items()),
        "columns": _ranked(((name,), p) for name, p in beliefs.columns.items()),
        "pairs": _ranked(beliefs.pairs.items()),
        "peels": _ranked(((words,), p) for words, p in beliefs.peels),
        **{name: finite(float(getattr(beliefs, name))) for name in _NUMBERS},
    }


def guide_entry(beliefs: Beliefs | None) -> Json | None:
    """The field `guide` of a snapshot: what is likeliest, with long texts cut."""
    if beliefs is None:
        return None
    whole = beliefs_json(beliefs)
    rows = {name: [_short(row) for row in whole[name][:most]] for name, most in LIMITS.items()}
    source, reason = beliefs.source[:MAX_NAME], beliefs.reason[:MAX_REASON]
    return {**whole, **rows, "source": source, "reason": reason}


def is_guide_or_null(value: object) -> bool:
    """Whether `value` may be the field `guide` of a snapshot."""
    if value is None:
        return True
    return (
        isinstance(value, dict)
        and all(_is_short(value.get(name), most) for name, most in LIMITS.items())
        and _is_beliefs(value)
        and len(value["source"]) <= MAX_NAME
        and len(value["reason"]) <= MAX_REASON
    )


def beliefs_of(entry: object) -> Beliefs:
    """What beliefs_json wrote. Raises DataError for anything else."""
    if not isinstance(entry, dict) or not _is_beliefs(entry):
        raise DataError(_DAMAGED)
    numbers = {name: float(entry[name]) for name in _NUMBERS if entry.get(name) is not None}
    try:
        return Beliefs(
            operators={name: float(p) for name, p in entry["operators"]},
            columns={name: float(p) for name, p in entry["columns"]},
            pairs={(one, other): float(p) for one, other, p in entry["pairs"]},
            peels=tuple((words, float(p)) for words, p in entry["peels"]),
            source=entry["source"], used=entry["used"], reason=entry["reason"], **numbers,
        )  # fmt: skip
    except (OptionError, TypeError):  # a number is missing or out of range
        raise DataError(_DAMAGED) from None


_DAMAGED = "what the guide expected is damaged in the saved laws: save them again"


def _ranked(rows: Iterable[tuple[tuple[str, ...], float]]) -> list[list[str | float]]:
    ordered = sorted(rows, key=lambda row: -row[1])
    return [[*words, float(p)] for words, p in ordered]


def _short(row: list[str | float]) -> list[str | float]:
    return [item[:MAX_NAME] if isinstance(item, str) else item for item in row]


def _is_short(rows: object, most: int) -> bool:
    """Whether the list and its texts are within bounds, looked at before each row is checked."""
    return (
        isinstance(rows, list)
        and len(rows) <= most
        and all(
            isinstance(row, list)
            and all(len(item) <= MAX_NAME for item in row if isinstance(item, str))
            for row in rows
        )
    )


def _is_beliefs(value: Mapping[str, object]) -> bool:
    return (
        all(isinstance(value.get(name), str) for name in ("source", "reason"))
        and isinstance(value.get("used"), bool)
        and all(value.get(name) is None or is_number(value[name]) for name in _NUMBERS)
        and all(_are_rows(value.get(name), words) for name, words in WORDS.items())
    )


def _are_rows(rows: object, words: int) -> bool:
    return isinstance(rows, list) and all(
        isinstance(row, list)
        and len(row) == words + 1
        and all(isinstance(word, str) for word in row[:-1])
        and is_number(row[-1])
        and 0 <= row[-1] <= 1
        for row in rows
    )
