"""Finds what ``--data`` names: a variable of the notebook, a CSV file or a bundled data set.

Names are looked up, never evaluated.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sr_kernel.errors import DataError
from sr_kernel.formula.csv_file import parse_csv
from sr_kernel.formula.datasets import dataset, dataset_names
from sr_kernel.formula.table import Table, listed

FILE_ENDINGS = (".csv", ".tsv", ".txt", ".dat")
_HEAD_BYTES = 1 << 17


def find_table(name: str | None, namespace: Mapping[str, Any]) -> Table:
    """The table called ``name``; variables win over files, files over bundled data sets.

    Raises:
        DataError: no such table, with those that there are.
    """
    if name is None:
        raise DataError(f"say which data to use with --data NAME: {_at_hand(namespace)}")
    if name in namespace and not name.startswith("_"):
        return Table.of(namespace[name], name)
    if _is_path(name):
        return Table.from_csv(_path(name))
    if name in dataset_names():
        return dataset(name).table()
    raise DataError(f"there is no data called {name[:60]!r}: {_closest(name, namespace)}")


def find_head(name: str, namespace: Mapping[str, Any], rows: int = 20) -> Table:
    """The first ``rows`` rows of what ``find_table`` finds, at a cost that does not grow with it.

    Raises:
        DataError: no such table, or nothing of it can be read.
    """
    if name in namespace and not name.startswith("_"):
        return Table.of(_head_of(namespace[name], rows), name)
    if _is_path(name):
        return _head_of_file(Path(_path(name)), rows)
    return dataset(name).table()


def _head_of(data: Any, rows: int) -> Any:
    """A Table is in memory and checked already, so it needs no cut."""
    if isinstance(data, Table):
        return data
    if hasattr(type(data), "iloc"):
        return data.iloc[:rows]
    if isinstance(data, Mapping):
        return {key: _head_of(column, rows) for key, column in data.items()}
    return data[:rows]


def _head_of_file(path: Path, rows: int) -> Table:
    if not path.is_file():  # reading from a pipe might never end
        raise DataError(f"{str(path)!r} is not a file")
    with path.open("rb") as file:
        raw = file.read(_HEAD_BYTES)
    complete = raw if len(raw) < _HEAD_BYTES else raw[: raw.rfind(b"\n") + 1]
    lines = complete.splitlines(keepends=True)[: rows + 1]
    return Table(path.stem or "data", parse_csv(b"".join(lines), str(path)).columns)


def _is_path(name: str) -> bool:
    if name.lower().endswith(FILE_ENDINGS) or os.sep in name:
        return True
    try:
        return Path(name).is_file()
    except (OSError, ValueError):  # not even a possible name
        return False


def _path(name: str) -> str:
    return str(Path.home()) + name[1:] if name.startswith("~" + os.sep) else name


def _closest(name: str, namespace: Mapping[str, Any]) -> str:
    known = [*tables_in(namespace), *dataset_names()]
    close = difflib.get_close_matches(name[:60], known, n=1)
    return (f"did you mean {close[0]}? " if close else "") + _at_hand(namespace)


def _at_hand(namespace: Mapping[str, Any]) -> str:
    found = tables_in(namespace)
    mine = f"at hand are {listed(found)}" if found else "no DataFrame is at hand"
    return f"{mine}; bundled are {listed(dataset_names())}; or give the path of a CSV file"


def tables_in(namespace: Mapping[str, Any]) -> list[str]:
    """Names of the DataFrames, Tables and dicts of columns, sorted."""
    return sorted(
        name for name, value in namespace.items() if not name.startswith("_") and _is_table(value)
    )


def _is_table(value: Any) -> bool:
    if isinstance(value, type):
        return False
    if isinstance(value, dict):
        return bool(value) and all(
            isinstance(key, str) and hasattr(column, "__len__") and not isinstance(column, str)
            for key, column in value.items()
        )
    kind = type(value)  # asking the object itself could run code of its own
    return isinstance(value, Table) or (hasattr(kind, "columns") and hasattr(kind, "iloc"))
