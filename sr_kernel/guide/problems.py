"""Problems from a file, one a line, as tables: a formula and the ranges of its variables.

A line is a JSON object with ``id``, ``family``, ``formula`` (several right-hand sides separated by
``|``) and ``variables``, each with ``name``, ``dist`` and ``low`` and ``high`` or ``values``.
``dist`` is ``uniform``, ``loguniform``, ``int_uniform`` (also ``_pm``: of either sign, ``_neg``),
``linspace``, ``grid`` or ``values``.
"""

from __future__ import annotations

import json
import math
import random
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from sr_kernel.errors import DataError
from sr_kernel.expr import Expr, parse
from sr_kernel.expr.operators import FloatArray
from sr_kernel.numeric import compile_program, evaluate

ROWS = 1000
BOUND = 100.0
"""Some sets keep only rows with |y| below this; their notes say so."""
_LARGEST_GRID = 1_000_000


def drawn(path: Path, families: Sequence[str], count: int, seed: int) -> list[dict[str, Any]]:
    """``count`` records (0: all) of ``families`` (none: of every one), one a right-hand side.

    Raises :class:`DataError` for a file that holds no problems.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        records = [part for line in lines if line.strip() for part in _parts(json.loads(line))]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise DataError(f"{str(path)[:200]!r} holds no problems, one a line: {error}") from None
    records = [part for part in records if not families or part.get("family") in families]
    records.sort(key=lambda record: str(record["id"]))
    if 0 < count < len(records):
        records = random.Random(seed).sample(records, count)
    return records


def _parts(record: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A record for each right-hand side; raises KeyError or TypeError for what is no record."""
    told = [record["id"], record["formula"]]
    told += [variable[word] for variable in record["variables"] for word in ("name", "dist")]
    if not all(isinstance(text, str) for text in told):
        raise TypeError("id, formula, name and dist are texts")
    parts = record["formula"].split("|")
    if len(parts) == 1:
        yield record
        return
    for place, formula in enumerate(parts):
        yield {**record, "id": f"{record['id']}_{place}", "formula": formula.strip()}


def law_of(record: dict[str, Any]) -> tuple[Expr, tuple[str, ...]]:
    """The law of a record and the names of its columns."""
    names = tuple(str(variable["name"]) for variable in record["variables"])
    return parse(record["formula"], variables=names), names


def generator_of(record: dict[str, Any], seed: int) -> np.random.Generator:
    """The generator of a record's rows."""
    return np.random.default_rng([seed, zlib.crc32(str(record["id"]).encode())])


def noisy(clean: FloatArray, noise: float, generator: np.random.Generator) -> FloatArray:
    """``clean`` (n,) with normal noise relative to its root mean square."""
    largest = np.abs(clean).max() or 1.0  # whose square may be no number
    level = noise * largest * np.sqrt(np.mean((clean / largest) ** 2))
    return np.asarray(clean + level * generator.normal(size=len(clean)))


def table_of(
    record: dict[str, Any], generator: np.random.Generator, rows: int = ROWS, *, again: bool = False
) -> tuple[FloatArray, FloatArray]:
    """Rows (n, d) on which the law is defined and its values (n,), at most ``rows`` and no more
    than the record has; ``again`` draws as many others, between the points of a fixed grid.

    Raises :class:`DataError` where the law has hardly any values or no rows can be drawn.
    """
    law, names = law_of(record)
    variables = record["variables"]
    fixed = not again and all(v["dist"] in ("linspace", "grid", "values") for v in variables)
    try:
        rows = rows if again else min(int(record.get("n_train") or rows), rows)
        X = _grid(variables) if fixed else _random(variables, 20 * rows, generator)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise DataError(f"no rows of {str(record['id'])[:80]!r} can be drawn: {error}") from None
    y = evaluate(compile_program(law, names, free="none"), X)
    keep = np.isfinite(y)
    if "|y|" in (record.get("notes") or ""):
        keep &= np.abs(y) < BOUND
    X, y = X[keep], y[keep]
    if len(y) < min(rows, 3):
        raise DataError(f"{law} has a value on {len(y)} rows only: no table can be made")
    if fixed and len(y) > rows:
        picked = np.sort(generator.permutation(len(y))[:rows])
        return X[picked], y[picked]
    return (X, y) if fixed else (X[:rows], y[:rows])


def _grid(variables: Sequence[dict[str, Any]]) -> FloatArray:
    axes = [np.asarray(_axis(v), dtype=np.float64) for v in variables]
    if math.prod(map(len, axes)) > _LARGEST_GRID:
        raise ValueError(f"its grid has more than {_LARGEST_GRID} points")
    return np.stack([axis.ravel() for axis in np.meshgrid(*axes, indexing="ij")], axis=1)


def _axis(variable: dict[str, Any]) -> Any:
    if variable["dist"] == "values":
        return variable["values"]
    return np.linspace(variable["low"], variable["high"], int(variable.get("n") or 20))


def _random(
    variables: Sequence[dict[str, Any]], rows: int, generator: np.random.Generator
) -> FloatArray:
    return np.stack([_column(v, rows, generator) for v in variables], axis=1)


def _column(variable: dict[str, Any], rows: int, generator: np.random.Generator) -> FloatArray:
    kind = variable["dist"]
    if kind == "values":
        return generator.choice(np.asarray(variable["values"], dtype=np.float64), rows)
    low, high = variable["low"], variable["high"]
    sign = generator.choice([-1.0, 1.0], rows) if kind.endswith("_pm") else 1.0
    if kind.startswith("int_"):
        return generator.integers(int(np.ceil(low)), int(high) + 1, rows) * sign
    if kind.startswith("loguniform"):
        size = np.exp(generator.uniform(np.log(low), np.log(high), rows))
        return -size if kind.endswith("_neg") else size * sign
    return generator.uniform(low, high, rows)
