"""What ``%%discover`` is asked for: its line, the ``key: value`` lines of its body.

A formula contains ``-`` freely (``y ~ x1 -x2``), so this reads a line by looking for the declared
flags only; everything else is the formula. Nothing is ever evaluated.
"""

from __future__ import annotations

import difflib
import keyword
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sr_kernel.errors import OptionError

DEFAULT_TIME_LIMIT = 60.0


@dataclass(frozen=True)
class Options:
    """One request for a search; times in seconds. ``None`` leaves the choice to the engine."""

    formula: str
    data: str | None = None
    time_limit: float = DEFAULT_TIME_LIMIT
    output: str | None = None
    seed: int = 0
    jobs: int = 1
    operators: str | None = None
    max_size: int | None = None
    reuse: bool = True
    where: tuple[str, ...] = ()
    guide: str = "auto"


@dataclass(frozen=True)
class Option:
    """A flag of the line and a key of the body, with the reader of its value."""

    field: str
    read: Callable[[str], object]
    metavar: str
    help: str
    spellings: tuple[str, ...]
    repeated: bool = False


_TIME_PART = re.compile(r"(\d+(?:\.\d*)?|\.\d+)\s*(ms|s|sec|m|min|h)?\s*", re.ASCII)
_TIME_UNITS = {"ms": 1e-3, "s": 1.0, "sec": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0}


def read_time(text: str) -> float:
    """Seconds in ``10``, ``10s``, ``500ms``, ``2m`` or ``1m 30s``.

    Raises:
        OptionError: not a positive time.
    """
    seconds, position, stripped = 0.0, 0, text.strip().lower()
    while match := _TIME_PART.match(stripped, position):
        seconds += float(match[1]) * _TIME_UNITS[match[2] or "s"]
        position = match.end()
    if position != len(stripped) or not 0 < seconds < math.inf:
        raise OptionError(f"{_shown(text)} is not a time above zero: write 10s, 500ms, 2m or 1h")
    return seconds


def _whole_number(lowest: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not re.fullmatch(r"\d{1,9}", text.strip(), re.ASCII) or int(text) < lowest:
            raise OptionError(f"{_shown(text)} is not a whole number from {lowest} up")
        return int(text)

    return read


def _name(text: str) -> str:
    if not text.isidentifier() or keyword.iskeyword(text):
        raise OptionError(f"{_shown(text)} is not a name that a variable can have: write -o laws")
    return text


def _yes_or_no(text: str) -> bool:
    if text.strip().lower() not in ("yes", "no"):
        raise OptionError(f"{_shown(text)} is neither yes nor no")
    return text.strip().lower() == "yes"


def _words(text: str) -> str:
    if not text.strip():
        raise OptionError("the value is empty")
    return text.strip()


OPTIONS: tuple[Option, ...] = (
    Option("data", _words, "NAME", "a DataFrame or dict, a CSV file or a bundled data set",
           ("--data", "-d")),
    Option("time_limit", read_time, "TIME", "how long to search: 10s, 500ms, 2m (default 60s)",
           ("--time", "-t")),
    Option("output", _name, "VARIABLE", "the variable that gets the result", ("--output", "-o")),
    Option("operators", _words, "LIST", 'what formulas are made of, as in "+ - * / sqrt exp"',
           ("--operators",)),
    Option("where", _words, "CONDITION", "use only the rows where it holds, as in a > 0.5",
           ("--where",), repeated=True),
    Option("max_size", _whole_number(1), "N", "the largest formula, counted in nodes",
           ("--max-size",)),
    Option("seed", _whole_number(0), "N", "the same seed gives the same search (default 0)",
           ("--seed",)),
    Option("jobs", _whole_number(1), "N", "how many processes may search (default 1)", ("--jobs",)),
    Option("reuse", _yes_or_no, "yes|no", "start from laws found before for the same rows "
           "(default yes)", ("--reuse",)),
    Option("guide", _words, "auto|on|off|FILE", "whether a model says where to look, or its "
           "weights (default auto)", ("--guide",)),
)  # fmt: skip

GUIDES = ("auto", "on", "off")
"""What a guide may be beside a file."""

BY_FLAG = {spelling: option for option in OPTIONS for spelling in option.spellings}
"""What each flag of the line means."""

BY_KEY = {
    spelling.removeprefix("--").replace("-", "_"): option
    for spelling, option in BY_FLAG.items()
    if spelling.startswith("--")
}
"""What each key of the body means."""

_TOKEN = re.compile(r"""(?:`[^`]*`|"[^"]*"|'[^']*'|[^\s`"'])+""")
COMMENT = re.compile(r"""((?:`[^`]*`|"[^"]*"|'[^']*'|[^`"'#])*)(?:#.*)?""", re.DOTALL)
"""A line of the body: what counts of it, then perhaps a comment."""


def read_options(line: str, body: str = "") -> Options:
    """Read the line after ``discover`` and the lines of the cell below it.

    Raises:
        OptionError: an unknown or repeated option, or a value that cannot be read.
    """
    formula, given = _read_line(line)
    for option, text in _read_body(body):
        given.append((option, text))
    return Options(formula=formula, **_read_values(given))


def _read_line(line: str) -> tuple[str, list[tuple[Option, str]]]:
    words = _split(line)
    formula: list[str] = []
    given: list[tuple[Option, str]] = []
    while words:
        word = words.pop(0)
        flag, equals, value = word.partition("=")
        option = _option_of(flag, BY_FLAG) if _is_flag(flag) else None
        if option is None:
            formula.append(word)
            continue
        if not equals:
            if not words or _is_flag(words[0]):
                raise OptionError(f"{flag} needs a value: {flag} {option.metavar}")
            value = words.pop(0)
        given.append((option, unquoted(value)))
    return " ".join(formula), given


def _split(line: str) -> list[str]:
    words, position = [], 0
    while position < len(line):
        if line[position].isspace():
            position += 1
            continue
        match = _TOKEN.match(line, position)
        if match is None or (match.end() < len(line) and line[match.end()] in "`\"'"):
            start = position if match is None else match.end()
            raise OptionError(f"the quote {line[start]} at position {start} is never closed")
        words.append(match[0])
        position = match.end()
    return words


def _is_flag(word: str) -> bool:
    return word in BY_FLAG or bool(re.match(r"--[A-Za-z]", word))


def _read_body(body: str) -> list[tuple[Option, str]]:
    given = []
    for number, raw in enumerate(body.splitlines(), start=2):
        comment = COMMENT.fullmatch(raw)
        line = (raw if comment is None else comment[1]).strip()
        if not line:
            continue
        key, colon, text = line.partition(":")
        if not colon:
            raise OptionError(
                f"line {number} of the cell, {_shown(line)}, is not of the form key: value "
                f"(keys: {', '.join(BY_KEY)})"
            )
        option = _option_of(key.strip().lower().replace("-", "_"), BY_KEY)
        given.append((option, unquoted(text.strip())))
    return given


def _option_of(name: str, table: Mapping[str, Option]) -> Option:
    if name in table:
        return table[name]
    close = difflib.get_close_matches(name[:40], table, n=1)
    way_out = f"did you mean {close[0]}?" if close else f"there are {', '.join(table)}"
    raise OptionError(f"unknown option {_shown(name)}: {way_out}")


def _read_values(given: list[tuple[Option, str]]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for option, text in given:
        try:
            value = option.read(text)
        except OptionError as error:
            raise OptionError(f"{option.spellings[0]}: {error}") from None
        if option.repeated:
            values[option.field] = (*values.get(option.field, ()), value)
        elif option.field in values:
            raise OptionError(f"{option.spellings[0]} is given twice: keep one")
        else:
            values[option.field] = value
    return values


def unquoted(text: str) -> str:
    """``text`` without the quotes around it, if there are any."""
    quoted = len(text) >= 2 and text[0] == text[-1] and text[0] in "\"'"
    return text[1:-1] if quoted else text


def _shown(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:57] + "...")
