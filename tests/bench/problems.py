"""Problems of the benchmark folder as tables: drawn by seed, with noise, and with fresh rows."""

from __future__ import annotations

import csv
import json
import random
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sr_kernel.errors import SrKernelError
from sr_kernel.expr import Expr, number, parse, substitute, variables
from sr_kernel.expr.operators import FloatArray
from sr_kernel.numeric.evaluate import evaluate
from sr_kernel.numeric.fit import fit_constants
from sr_kernel.numeric.program import compile_program
from sr_kernel.search.refine import pinned

ROWS, FRESH = 1000, 1000
BOUND = 100.0
"""Some sets keep only rows with |y| below this; their notes say so."""


@dataclass(frozen=True)
class Case:
    """One table: what is searched (``X``, ``y``) and where the answer is judged.

    ``clean`` (n,) holds the truth on the rows of ``fresh`` (n, d); for a measured table those of
    the known law, and both are None where no law is known.
    """

    name: str
    family: str
    variables: tuple[str, ...]
    X: FloatArray
    y: FloatArray
    truth: Expr | None
    fresh: FloatArray | None
    clean: FloatArray | None
    law_loss: float = float("nan")
    constants: int = 0


def values(expr: Expr, X: FloatArray, variables: Sequence[str]) -> FloatArray:
    with np.errstate(all="ignore"):
        return evaluate(compile_program(expr, variables, free="none"), X)


# ------------------------------------------------------------------ made from formulas


def drawn(folder: Path, families: Sequence[str], count: int, seed: int) -> list[dict[str, Any]]:
    """``count`` records (0: all) of ``families`` (none: of every one), one a right-hand side."""
    with (folder / "A_problems.jsonl").open(encoding="utf-8") as file:
        records = [
            part
            for line in file
            for part in _right_hand_sides(json.loads(line))
            if not families or part["family"] in families
        ]
    records.sort(key=lambda record: record["id"])
    if 0 < count < len(records):
        records = random.Random(seed).sample(records, count)
    return records


def _right_hand_sides(record: dict[str, Any]) -> Iterator[dict[str, Any]]:
    parts = record["formula"].split("|")
    if len(parts) == 1:
        yield record
        return
    for place, formula in enumerate(parts):
        yield {**record, "id": f"{record['id']}_{place}", "formula": formula.strip()}


def made(record: dict[str, Any], noise: float, seed: int) -> Case:
    """The table of a record: noise is relative to the root mean square of y, as in SRBench.

    Raises :class:`SrKernelError` where the formula cannot be read or evaluated.
    """
    names = tuple(variable["name"] for variable in record["variables"])
    truth = parse(record["formula"], variables=names)
    generator = np.random.default_rng([seed, zlib.crc32(record["id"].encode())])
    bounded = "|y|" in (record.get("notes") or "")
    rows = min(record.get("n_train") or ROWS, ROWS)
    X, clean = _table(record["variables"], truth, names, rows, generator, bounded)
    largest = np.abs(clean).max() or 1.0  # whose square may be no number
    level = noise * largest * np.sqrt(np.mean((clean / largest) ** 2))
    y = clean + level * generator.normal(size=len(clean))
    fresh, expected = _table(
        record["variables"], truth, names, FRESH, generator, bounded, again=True
    )
    return Case(record["id"], record["family"], names, X, y, truth, fresh, expected)


def _table(
    variables: Sequence[dict[str, Any]], truth: Expr, names: Sequence[str], rows: int,
    generator: np.random.Generator, bounded: bool, *, again: bool = False,
) -> tuple[FloatArray, FloatArray]:  # fmt: skip
    """Rows on which the truth is defined; ``again`` draws between the points of a fixed grid."""
    fixed = not again and all(v["dist"] in ("linspace", "grid", "values") for v in variables)
    X = _grid(variables) if fixed else _random(variables, 20 * rows, generator)
    y = values(truth, X, names)
    keep = np.isfinite(y) & (np.abs(y) < BOUND if bounded else True)
    X, y = X[keep], y[keep]
    if len(y) < min(rows, 3):
        raise SrKernelError(f"{truth} has a value on {len(y)} rows only: no table can be made")
    if fixed and len(y) > rows:
        picked = np.sort(generator.permutation(len(y))[:rows])
        return X[picked], y[picked]
    return (X, y) if fixed else (X[:rows], y[:rows])


def _grid(variables: Sequence[dict[str, Any]]) -> FloatArray:
    axes = [np.asarray(_axis(v), dtype=np.float64) for v in variables]
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
    low, high, kind = variable["low"], variable["high"], variable["dist"]
    sign = generator.choice([-1.0, 1.0], rows) if kind.endswith("_pm") else 1.0
    if kind == "values":
        return generator.choice(np.asarray(variable["values"], dtype=np.float64), rows)
    if kind.startswith("int_"):
        return generator.integers(int(np.ceil(low)), int(high) + 1, rows) * sign
    if kind.startswith("loguniform"):
        size = np.exp(generator.uniform(np.log(low), np.log(high), rows))
        return -size if kind.endswith("_neg") else size * sign
    return generator.uniform(low, high, rows)


# ------------------------------------------------------------------ measured


def measured(folder: Path) -> Iterator[Case]:
    """The measured tables with their known laws, fitted to the data."""
    for entry in json.loads((folder / "measured" / "index.json").read_text(encoding="utf-8")):
        if entry.get("target"):
            yield _measured(folder / "measured" / entry["file"], entry)


def _measured(path: Path, entry: dict[str, Any]) -> Case:
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
    names = [n for n in entry["columns"] if n != entry["target"] and _is_number(rows, n)]
    if entry.get("law"):  # other columns are the same quantities in other words
        used = variables(parse(entry["law"]))
        names = [n for n in names if n in used]
    columns = [*names, entry["target"]]
    table = np.array([[_float(row[n]) for n in columns] for row in rows])
    table = table[np.isfinite(table).all(axis=1)]
    X, y = table[:, :-1], table[:, -1]
    case = Case(path.stem, "measured", tuple(names), X, y, None, None, None)
    return _with_law(case, entry) if entry.get("law") else case


def _with_law(case: Case, entry: dict[str, Any]) -> Case:
    constants = entry.get("law_params") or {}
    law = pinned(parse(entry["law"], variables=(*case.variables, *constants)))
    law = substitute(law, {name: number(float(v)) for name, v in constants.items()})
    fit = fit_constants(law, case.X, case.y, case.variables, max_steps=200, starts=3)
    low, high = case.X.min(axis=0), case.X.max(axis=0)
    fresh = np.random.default_rng(0).uniform(low, high, (FRESH, len(case.variables)))
    clean = values(fit.expr, fresh, case.variables)
    keep = np.isfinite(clean)
    return Case(
        case.name, case.family, case.variables, case.X, case.y, fit.expr, fresh[keep],
        clean[keep], fit.loss, max(fit.rank, 1),
    )  # fmt: skip


def _is_number(rows: Sequence[dict[str, str]], name: str) -> bool:
    return all(np.isfinite(_float(row[name])) or not row[name].strip() for row in rows)


def _float(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")
