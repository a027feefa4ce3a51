"""One column of a table: numbers with NaN for missing values, or text."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Column:
    """`numbers` is (n,) float64, or None for a column of text; `texts` holds its cells then."""

    name: str
    numbers: FloatArray | None
    texts: tuple[str, ...] | None

    @property
    def rows(self) -> int:
        """Number of cells."""
        return len(self.numbers) if self.numbers is not None else len(self.texts or ())


def column_of(name: str, values: Any) -> Column:
    """A Column from a one-dimensional array, series or sequence; missing values become NaN."""
    cells = _cells(values)
    if cells.dtype.kind in "biuf":
        return Column(name, cells.astype(np.float64), None)
    if cells.dtype.kind in "OUS":
        numbers = _numbers(cells.tolist())
        if numbers is not None:
            return Column(name, numbers, None)
    return Column(name, None, tuple(str(cell) for cell in cells.tolist()))


def _cells(values: Any) -> npt.NDArray[Any]:
    if isinstance(values, np.ma.MaskedArray) and values.dtype.kind in "biuf":
        return np.ma.filled(values.astype(np.float64), np.nan)
    if hasattr(values, "isna") and hasattr(values, "to_numpy"):
        return _pandas_cells(values)
    return np.asarray(values if isinstance(values, np.ndarray) else _listed(values))


def _pandas_cells(series: Any) -> npt.NDArray[Any]:
    """Nullable pandas types say <NA>, which neither float() nor isnan() takes."""
    cells: npt.NDArray[Any] = series.to_numpy()
    if cells.dtype.kind != "O":
        return cells
    cells = cells.copy()
    cells[np.asarray(series.isna(), dtype=bool)] = None
    return cells


def _listed(values: Any) -> Any:
    """Mixed Python values must not be turned into text by NumPy, so they stay objects."""
    if hasattr(values, "to_numpy"):
        return values.to_numpy()
    if not isinstance(values, Iterable):
        return values
    listed = list(values)
    if all(isinstance(value, int | float) for value in listed):
        return np.array([_float(value) for value in listed], dtype=np.float64)
    cells = np.empty(len(listed), dtype=object)
    cells[:] = listed
    return cells


def _numbers(values: list[object]) -> FloatArray | None:
    """Text is a number only in a file, where everything is text: here '3' stays a text."""
    if any(isinstance(value, str | bytes | complex) for value in values):
        return None
    try:
        return np.array([np.nan if v is None else _float(v) for v in values], dtype=np.float64)
    except (TypeError, ValueError):
        return None


def _float(value: Any) -> float:
    try:
        return float(value)
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")
