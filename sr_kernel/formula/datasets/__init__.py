"""Measured tables that come with the package, each with units and citation in index.json."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np

from sr_kernel.errors import DataError
from sr_kernel.formula.column import Column
from sr_kernel.formula.csv_file import parse_csv
from sr_kernel.formula.table import Table

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class DatasetColumn:
    """What a column holds; `unit` is empty for names and counts."""

    name: str
    meaning: str
    unit: str


@dataclass(frozen=True)
class Dataset:
    """One bundled table: facts in the public domain, from `citation`."""

    name: str
    title: str
    file: str
    columns: tuple[DatasetColumn, ...]
    citation: str
    licence: str

    def table(self) -> Table:
        """The data as a Table named after the data set."""
        raw = files(__name__).joinpath(self.file).read_bytes()
        return Table(self.name, parse_csv(raw, self.file).columns, source=self.citation)


def datasets() -> Mapping[str, Dataset]:
    """The bundled data sets by name."""
    index = json.loads(files(__name__).joinpath("index.json").read_text(encoding="utf-8"))
    return {name: _dataset(name, entry) for name, entry in index.items()}


def dataset_names() -> tuple[str, ...]:
    """Names of the bundled data sets."""
    return tuple(datasets())


def dataset(name: str) -> Dataset:
    """The bundled data set called `name`. Raises DataError with the names there are."""
    known = datasets()
    if name not in known:
        raise DataError(f"no data set {name!r}: the bundled ones are {', '.join(known)}")
    return known[name]


def load_dataset(name: str) -> "pd.DataFrame":
    """The bundled data set called `name` as a DataFrame, text columns included.

    `df.attrs` holds its name, title, citation and units. Raises DataError for an unknown name.
    """
    import pandas as pd

    found = dataset(name)
    columns = found.table().columns
    frame = pd.DataFrame({column.name: _values(column) for column in columns})
    units = {column.name: column.unit for column in found.columns}
    frame.attrs = {
        "name": name, "title": found.title, "citation": found.citation, "units": units
    }  # fmt: skip
    return frame


def _values(column: Column) -> object:
    """Counts and quantum numbers read as integers again."""
    numbers = column.numbers
    if numbers is None:
        return list(column.texts or ())
    return numbers.astype(np.int64) if bool((numbers % 1 == 0).all()) else numbers


def _dataset(name: str, entry: Mapping[str, object]) -> Dataset:
    columns = entry["columns"]
    assert isinstance(columns, Mapping)
    return Dataset(
        name=name,
        title=str(entry["title"]),
        file=str(entry["file"]),
        columns=tuple(DatasetColumn(c, d["meaning"], d["unit"]) for c, d in columns.items()),
        citation=str(entry["citation"]),
        licence=str(entry["licence"]),
    )
