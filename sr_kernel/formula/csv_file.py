"""Delimited text files: separator, header, quotes and missing values are found out, not asked for.

The standard library's csv module reads the cells; no cell is ever evaluated, only matched against
the patterns below.
"""

import codecs
import csv
import io
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sr_kernel.errors import DataError
from sr_kernel.formula.column import Column

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+([eE][+-]?\d+)?")
_INFINITE = re.compile(r"[+-]?inf(inity)?", re.IGNORECASE)
_MISSING = frozenset({"", "na", "n/a", "nan", "null", "none", "-", "?", "."})
_SEPARATORS = ("\t", ";", ",")
_SAMPLE_LINES = 20


@dataclass(frozen=True)
class Delimited:
    """The columns of one file and what had to be assumed to read them."""

    columns: tuple[Column, ...]
    notes: tuple[str, ...]


def read_csv(path: str | os.PathLike[str]) -> Delimited:
    """Read a delimited text file. Raises DataError naming the file and the way out."""
    shown = os.fspath(path)
    try:
        raw = Path(path).read_bytes()
    except FileNotFoundError:
        raise DataError(f"no file {shown!r}: give the path of a CSV file{_near(shown)}") from None
    except IsADirectoryError:
        raise DataError(f"{shown!r} is a directory: give the path of a CSV file in it") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise DataError(f"cannot read {shown!r}: {reason}") from None
    return parse_csv(raw, shown)


def parse_csv(raw: bytes, shown: str) -> Delimited:
    """Parse the bytes of a delimited file; `shown` names it in errors."""
    text, notes = _decode(raw, shown)
    lines = [line for line in text.splitlines() if line.strip()]
    while lines and lines[0].startswith("#"):
        lines.pop(0)
    if not lines:
        raise DataError(f"{shown!r} is empty: it needs a header row and rows of numbers")
    separator = _separator(lines[:_SAMPLE_LINES])
    rows = _rows("\n".join(lines), separator, shown)
    names, body, header_notes = _split_header(rows)
    if not body:
        raise DataError(f"{shown!r} has a header but no rows of data: add at least two rows")
    _check_widths(names, body, shown)
    decimal_comma = separator != ","
    columns = tuple(
        _column(name, [row[j] for row in body], decimal_comma) for j, name in enumerate(names)
    )
    return Delimited(_without_empty_tail(columns), notes + header_notes)


def _near(path: str) -> str:
    """A hint at a file of the same folder with nearly the same name."""
    from difflib import get_close_matches

    wanted = Path(path)
    try:
        names = [entry.name for entry in wanted.parent.iterdir()]
    except OSError:
        return ""
    close = get_close_matches(wanted.name, names, n=1)
    return f" (did you mean {str(wanted.parent / close[0])!r}?)" if close else ""


def _decode(raw: bytes, shown: str) -> tuple[str, tuple[str, ...]]:
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return raw.decode("utf-16", errors="replace"), ()
    if b"\0" in raw:
        raise DataError(f"{shown!r} is not a text file: save the table as CSV and give that")
    try:
        return raw.decode("utf-8-sig"), ()
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace"), ("read as Windows-1252, it is not UTF-8",)


def _separator(lines: Sequence[str]) -> str:
    """The candidate that splits the sample into the same number (> 1) of cells on every line.

    The order of the candidates matters: with ';' a comma is a decimal mark or part of a text.
    """
    best, most = ",", 1
    for candidate in _SEPARATORS:
        rows = list(csv.reader(lines, delimiter=candidate, skipinitialspace=True))
        widths = {len(row) for row in rows}
        if len(widths) == 1 and next(iter(widths)) > 1:
            return candidate
        if max(widths, default=1) > most and len(rows[0]) > 1:
            best, most = candidate, max(widths)
    return best


def _rows(text: str, separator: str, shown: str) -> list[list[str]]:
    reader = csv.reader(io.StringIO(text), delimiter=separator, skipinitialspace=True)
    try:
        return [[cell.strip() for cell in row] for row in reader]
    except csv.Error as error:
        place = f"near line {reader.line_num}"
        raise DataError(f"{shown!r} is not a CSV file {place}: {error}") from None


def _is_data(cell: str) -> bool:
    return (
        cell.lower() in _MISSING
        or _NUMBER.fullmatch(cell) is not None
        or _DECIMAL_COMMA.fullmatch(cell) is not None
        or _INFINITE.fullmatch(cell) is not None
    )


def _split_header(rows: list[list[str]]) -> tuple[list[str], list[list[str]], tuple[str, ...]]:
    """A first row that holds any number is data, and the columns are called x1, x2, ..."""
    first = rows[0]
    is_header = not any(cell and _is_data(cell) for cell in first)
    if is_header:
        return [cell or f"column{j + 1}" for j, cell in enumerate(first)], rows[1:], ()
    names = [f"x{j + 1}" for j in range(len(first))]
    return names, rows, (f"no header row: the columns are called {names[0]} to {names[-1]}",)


def _check_widths(names: list[str], body: list[list[str]], shown: str) -> None:
    for i, row in enumerate(body):
        if len(row) != len(names):
            raise DataError(
                f"row {i + 1} of {shown!r} has {len(row)} cells where {len(names)} are expected: "
                f"correct the row, or quote text that contains the separator"
            )


def _column(name: str, cells: list[str], decimal_comma: bool) -> Column:
    if decimal_comma and any(_DECIMAL_COMMA.fullmatch(cell) for cell in cells):
        cells = [cell.replace(",", ".", 1) if _is_data(cell) else cell for cell in cells]
    if not all(_is_data(cell) and "," not in cell for cell in cells):
        return Column(name, None, tuple(cells))
    numbers = [np.nan if cell.lower() in _MISSING else float(cell) for cell in cells]
    return Column(name, np.array(numbers, dtype=np.float64), None)


def _without_empty_tail(columns: tuple[Column, ...]) -> tuple[Column, ...]:
    """A separator at the end of every line makes a nameless column without a value."""
    last = columns[-1]
    is_tail = len(columns) > 1 and last.name == f"column{len(columns)}"
    if is_tail and last.numbers is not None and bool(np.isnan(last.numbers).all()):
        return columns[:-1]
    return columns
