"""Problems of the benchmark folder as tables: drawn by seed, with noise, and with fresh rows."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sr_kernel.expr import Expr, number, parse, substitute, variables
from sr_kernel.expr.operators import FloatArray
from sr_kernel.guide.problems import ROWS, generator_of, law_of, noisy, table_of
from sr_kernel.guide.problems import drawn as records_of
from sr_kernel.numeric.evaluate import evaluate
from sr_kernel.numeric.fit import fit_constants
from sr_kernel.numeric.program import compile_program
from sr_kernel.search.refine import pinned

FRESH = 1000


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
    return records_of(folder / "A_problems.jsonl", families, count, seed)


def made(record: dict[str, Any], noise: float, seed: int) -> Case:
    """The table of a record: noise is relative to the root mean square of y, as in SRBench.

    Raises :class:`SrKernelError` where the formula cannot be read or evaluated.
    """
    truth, names = law_of(record)
    generator = generator_of(record, seed)
    X, clean = table_of(record, generator, ROWS)
    y = noisy(clean, noise, generator)
    fresh, expected = table_of(record, generator, FRESH, again=True)
    return Case(record["id"], record["family"], names, X, y, truth, fresh, expected)


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
