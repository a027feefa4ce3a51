"""A table of named columns from a DataFrame, a mapping, an array or a CSV file."""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from sr_kernel.errors import DataError
from sr_kernel.formula.column import Column, FloatArray, column_of
from sr_kernel.formula.csv_file import read_csv

_SHOWN_NAMES = 12


@dataclass(frozen=True)
class Table:
    """Columns of equal length; text columns are kept, so that an error can speak of them.

    `name` is what the user called the data, `notes` say what was assumed when it was read, `source`
    is where the data are from, if that is known.
    """

    name: str
    columns: tuple[Column, ...]
    notes: tuple[str, ...] = ()
    source: str = ""

    def __post_init__(self) -> None:
        lengths = {column.rows for column in self.columns}
        if not self.columns:
            raise DataError(f"{self.name} has no columns: give named columns of numbers")
        if len(lengths) > 1:
            shown = ", ".join(f"{column.name} {column.rows}" for column in self.columns[:6])
            raise DataError(f"columns of {self.name} differ in length ({shown}): make them equal")

    @classmethod
    def of(cls, data: Any, name: str = "data") -> "Table":
        """The table in `data`: a Table, DataFrame, mapping, 2-D array or path of a CSV file.

        An array's columns are called x1, x2, ... Raises DataError for anything else.
        """
        if isinstance(data, Table):
            return data
        if isinstance(data, str | os.PathLike):
            return cls.from_csv(data)
        if hasattr(data, "columns") and hasattr(data, "iloc"):
            return cls(name, tuple(_frame_columns(data)), source=_source(data))
        if isinstance(data, Mapping):
            return cls(name, tuple(_column(key, values, name) for key, values in data.items()))
        if hasattr(data, "columns") and hasattr(data, "__getitem__"):
            return cls(name, tuple(_column(key, data[key], name) for key in data.columns))
        return cls._from_array(data, name)

    @classmethod
    def from_csv(cls, path: str | os.PathLike[str]) -> "Table":
        """Read a delimited text file. Raises DataError naming the file and the way out."""
        read = read_csv(path)
        return cls(Path(path).stem or "data", read.columns, read.notes)

    @classmethod
    def _from_array(cls, data: Any, name: str) -> "Table":
        try:
            array = np.asarray(data)
        except ValueError:
            raise DataError(f"{name} is not a table: its rows differ in length") from None
        if array.dtype.names is not None:
            return cls(name, tuple(column_of(field, array[field]) for field in array.dtype.names))
        if array.ndim != 2:
            raise DataError(
                f"{name} is not a table but {_described(data, array)}: "
                "give a DataFrame, a mapping of columns, a 2-D array or the path of a CSV file"
            )
        return cls(name, tuple(column_of(f"x{j + 1}", array[:, j]) for j in range(array.shape[1])))

    @property
    def rows(self) -> int:
        """Number of rows."""
        return self.columns[0].rows

    @property
    def names(self) -> tuple[str, ...]:
        """All column names in order."""
        return tuple(column.name for column in self.columns)

    @property
    def numeric_names(self) -> tuple[str, ...]:
        """Names of the columns that hold numbers, in order."""
        return tuple(column.name for column in self.columns if column.numbers is not None)

    @property
    def text_names(self) -> tuple[str, ...]:
        """Names of the columns that hold text, in order."""
        return tuple(column.name for column in self.columns if column.numbers is None)

    def column(self, name: str) -> Column:
        """The column called `name`. Raises DataError if there is none, or more than one."""
        found = [column for column in self.columns if column.name == name]
        if not found:
            raise DataError(f"no column {name!r} in {self.name}: {self._way_out(name)}")
        if len(found) > 1:
            raise DataError(f"{self.name} has {len(found)} columns called {name!r}: rename them")
        return found[0]

    def numbers(self, names: Sequence[str]) -> FloatArray:
        """The columns called `names` as (rows, len(names)). Raises DataError for text."""
        matrix = np.empty((self.rows, len(names)))
        for j, name in enumerate(names):
            column = self.column(name)
            if column.numbers is None:
                example = next((text for text in column.texts or () if text), "")
                raise DataError(
                    f"column {name!r} of {self.name} holds text ({example[:20]!r}), not numbers: "
                    f"leave it out or turn it into numbers"
                )
            matrix[:, j] = column.numbers
        return matrix

    def keep(self, rows: npt.NDArray[np.bool_]) -> "Table":
        """The rows where `rows`, shape (n,), is true."""
        kept = tuple(
            Column(
                column.name,
                None if column.numbers is None else column.numbers[rows],
                None if column.texts is None else _picked(column.texts, rows),
            )
            for column in self.columns
        )
        return Table(self.name, kept, self.notes, self.source)

    def _way_out(self, name: str) -> str:
        from difflib import get_close_matches

        close = get_close_matches(name, self.names, n=1) or [
            other for other in self.names if other.lower() == name.lower()
        ]
        hint = f"did you mean {close[0]!r}? " if close else ""
        return f"{hint}its columns are {listed(self.names)}"


def listed(names: Sequence[str]) -> str:
    """Names for an error message, cut where there are many."""
    shown = ", ".join(name[:40] for name in names[:_SHOWN_NAMES])
    more = len(names) - _SHOWN_NAMES
    return f"{shown} and {more} more" if more > 0 else shown


def _picked(texts: tuple[str, ...], rows: npt.NDArray[np.bool_]) -> tuple[str, ...]:
    return tuple(text for text, kept in zip(texts, rows, strict=True) if kept)


def _frame_columns(frame: Any) -> Iterable[Column]:
    """By position: two columns of a DataFrame may have the same name."""
    for j, name in enumerate(frame.columns):
        yield column_of(str(name), frame.iloc[:, j])


def _source(frame: Any) -> str:
    """The bundled data sets carry their citation along in the attributes of the DataFrame."""
    attributes = getattr(frame, "attrs", None)
    citation = attributes.get("citation") if isinstance(attributes, Mapping) else None
    return citation[:500] if isinstance(citation, str) else ""


def _column(name: object, values: Any, table: str) -> Column:
    column = np.ndim(values) if isinstance(values, np.ndarray) else 1
    if isinstance(values, str | bytes) or not hasattr(values, "__len__") or column != 1:
        raise DataError(f"column {str(name)!r} of {table} is not a list of values: give one a row")
    return column_of(str(name), values)


def _described(data: Any, array: npt.NDArray[Any]) -> str:
    if array.ndim == 0:
        return f"of type {type(data).__name__}"
    return f"an array of {array.ndim} dimension{'s' if array.ndim > 1 else ''}"
