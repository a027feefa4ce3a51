"""Counts the fitted constants that ``cost="parameters"`` leaves, against the Jacobian's rank.

A result has no constant too many if its values depend on each of them in a way of its own:
the rank of the Jacobian of the values by the constants is their number.  The rank of the raw model,
told as well, is larger where a constant happened to be 0 or 1 and has gone.
"""

from __future__ import annotations

import argparse
import gzip
import itertools
import json
import random
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mpmath
import numpy as np

from sr_kernel.errors import SrKernelError
from sr_kernel.expr import Expr, derivative, parse, rebuild, symbol, to_text, walk
from sr_kernel.numeric.gradient import evaluate_with_gradient
from sr_kernel.numeric.precise import evaluate_precise
from sr_kernel.numeric.program import compile_program
from sr_kernel.simplify import simplify_all_detailed

ROWS = 600
REACH = (0.1, 3.0)
"""Where variables of unknown range are drawn at first; then farther out, see :func:`points`."""
TOLERANCE = 1e-10
"""Singular values of the scaled Jacobian, as parts of the largest, that count as 0."""
DIGITS, SPARE_ROWS = 60, 12
SMALLEST = 1e-40
"""Pivots of the scaled Jacobian at high precision that count as 0."""


@dataclass(frozen=True)
class Model:
    text: str
    expr: Expr
    ranges: Mapping[str, Sequence[float]]


@dataclass(frozen=True)
class Counted:
    """Constants and rank of a raw model, and those of its result; rank None where no point is."""

    model: Model
    result: Expr
    before: tuple[int, int | None]
    after: tuple[int, int | None]

    @property
    def is_minimal(self) -> bool:
        return self.after[0] == self.after[1]


def models(folder: Path) -> list[Model]:
    found = []
    with gzip.open(folder / "D_raw_models.jsonl.gz", "rt") as file:
        for row in map(json.loads, file):
            try:
                expr = parse(row["expr"], row["vars"])
            except SrKernelError as error:
                print(f"left out: {row['expr'][:40]}: {str(error)[:100]}", file=sys.stderr)
                continue
            found.append(Model(row["expr"], expr, row.get("var_range") or {}))
    return found


def constants_of(expr: Expr) -> int:
    """Float leaves of the printed expression."""
    counts: dict[Expr, int] = {}
    for node in walk(expr):
        own = int(isinstance(node.value, float))
        counts[node] = own + sum(counts[arg] for arg in node.args)
    return counts[expr]


def rank(expr: Expr, ranges: Mapping[str, Sequence[float]], seed: int = 0) -> int | None:
    """Rank of the Jacobian of the values by the float constants; None where nothing is finite.

    What doubles take for dependent is looked at again at high precision.
    """
    names = tuple(sorted({str(node.value) for node in walk(expr) if node.is_symbol} | set(ranges)))
    where = points(names, ranges, seed)
    with np.errstate(all="ignore"):
        values, jacobian = evaluate_with_gradient(compile_program(expr, names), where)
    count = jacobian.shape[1]
    finite = np.isfinite(values) & np.isfinite(jacobian).all(axis=1)
    if finite.sum() < count:
        return None
    found = _rank_of_doubles(jacobian[finite]) if count else 0
    return found if found == count else max(found, _precise_rank(expr, names, where[finite]))


def _rank_of_doubles(rows: np.ndarray) -> int:
    rows = _normalised(_normalised(rows, axis=0), axis=1)
    kept = _normalised(rows, axis=0)
    sizes = np.linalg.svd(kept, compute_uv=False)
    return int((sizes > TOLERANCE * sizes.max(initial=0.0)).sum())


def _precise_rank(expr: Expr, names: Sequence[str], where: np.ndarray) -> int:
    """The rank of as many rows as are needed, by elimination with complete pivoting."""
    opened, values = _opened(expr)
    slopes = [derivative(opened, name) for name in values]
    rows = []
    for point in where[np.linspace(0, len(where) - 1, len(slopes) + SPARE_ROWS).astype(int)]:
        env = {**dict(zip(names, point.tolist(), strict=True)), **values}
        row = [evaluate_precise(slope, env, DIGITS) for slope in slopes]
        if None not in row:
            rows.append(row)
    with mpmath.workdps(DIGITS):
        return _eliminated(rows)


def _opened(expr: Expr) -> tuple[Expr, dict[str, float]]:
    """``expr`` with a variable for every float, and their values."""
    if isinstance(expr.value, float):
        name = f"c {next(_FRESH)}"
        return symbol(name), {name: expr.value}
    parts = [_opened(arg) for arg in expr.args]
    values = {name: value for _, inner in parts for name, value in inner.items()}
    return rebuild(expr, tuple(term for term, _ in parts)), values


_FRESH = itertools.count()


def _eliminated(rows: list[list[Any]]) -> int:
    matrix = [list(column) for column in zip(*_scaled(rows), strict=True)]
    matrix = [list(row) for row in zip(*_scaled(matrix), strict=True)]
    rank = 0
    while matrix and matrix[0]:
        size, i, j = max((abs(v), i, j) for i, row in enumerate(matrix) for j, v in enumerate(row))
        if size < SMALLEST:
            break
        rank += 1
        pivot = matrix.pop(i)
        matrix = [
            [v - row[j] / pivot[j] * p for k, (v, p) in enumerate(zip(row, pivot, strict=True))
             if k != j]
            for row in matrix
        ]  # fmt: skip
    return rank


def _scaled(rows: list[list[Any]]) -> list[list[Any]]:
    """Rows with a largest entry of 1, those of 0 left out."""
    largest = [max(map(abs, row)) for row in rows]
    return [[v / top for v in row] for row, top in zip(rows, largest, strict=True) if top]


def points(names: Sequence[str], ranges: Mapping[str, Sequence[float]], seed: int) -> np.ndarray:
    """Random points: in their ranges where those are known, else near 1 and at all magnitudes of
    either sign, because some models were fitted to columns of 1e30."""
    rng = np.random.default_rng(seed)
    columns = []
    for name in names:
        column = rng.uniform(*_ends(ranges.get(name, REACH)), ROWS)
        if name not in ranges:
            far = np.arange(ROWS) % 3 > 0
            column[far] = 10.0 ** rng.uniform(-2, 3 + 30 * rng.random(far.sum()))
            column[rng.random(ROWS) < 0.25] *= -1.0
        columns.append(column)
    return np.column_stack(columns) if columns else np.empty((ROWS, 0))


def _normalised(matrix: np.ndarray, axis: int) -> np.ndarray:
    """Rows or columns of length 1, those of 0 left out."""
    largest = np.abs(matrix).max(axis=axis, initial=0.0)
    kept = np.compress(largest > 0, matrix, axis=1 - axis)
    kept = kept / np.expand_dims(largest[largest > 0], axis)
    return kept / np.linalg.norm(kept, axis=axis, keepdims=True)


def _ends(ends: Sequence[float]) -> tuple[float, float]:
    low, high = ends
    return (low, high) if high > low else (low, low + 1.0)


def counted(drawn: Sequence[Model]) -> tuple[list[Counted], float]:
    """Counts before and after, and the CPU seconds that merging took."""
    started = time.process_time()
    results = simplify_all_detailed([model.expr for model in drawn], cost="parameters")
    seconds = time.process_time() - started
    found = []
    for model, item in zip(drawn, results, strict=True):
        pair = [(constants_of(e), rank(e, model.ranges)) for e in (model.expr, item.result)]
        found.append(Counted(model, item.result, pair[0], pair[1]))
    return found, seconds


def figures(found: Sequence[Counted], seconds: float) -> dict[str, Any]:
    ranked = [item for item in found if item.after[1] is not None]
    return {
        "models": len(found),
        "with_rank": len(ranked),
        "constants_before": sum(item.before[0] for item in found),
        "constants_after": sum(item.after[0] for item in found),
        "minimal": sum(item.is_minimal for item in ranked) / len(ranked),
        "minimal_before": sum(item.before[0] == item.before[1] for item in ranked) / len(ranked),
        "rank_of_raw": sum(item.after[0] == item.before[1] for item in ranked) / len(ranked),
        "more": sum(item.after[0] > item.before[0] for item in found),
        "seconds": seconds,
    }


def table(row: Mapping[str, Any]) -> str:
    """The figures as Markdown."""
    lines = [
        ("raw models", row["models"]),
        ("with a rank (enough points are defined)", row["with_rank"]),
        ("fitted constants in", row["constants_before"]),
        ("fitted constants out", row["constants_after"]),
        ("constants in = rank", f"{100 * row['minimal_before']:.1f} %"),
        ("constants out = rank", f"{100 * row['minimal']:.1f} %"),
        ("constants out = rank of the raw model", f"{100 * row['rank_of_raw']:.1f} %"),
        ("results with more constants", row["more"]),
        ("CPU seconds", f"{row['seconds']:.1f}"),
    ]
    return "\n".join(["| | |", "|---|---|", *(f"| {name} | {figure} |" for name, figure in lines)])


def _record(item: Counted) -> dict[str, Any]:
    return {
        "raw": item.model.text, "result": to_text(item.result),
        "before": item.before, "after": item.after,
    }  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description="Fitted constants against the Jacobian's rank.")
    parser.add_argument("--data", type=Path, default=Path("../shared/benchmarks"))
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=Path("build/bench"))
    options = parser.parse_args()
    if not (options.data / "D_raw_models.jsonl.gz").is_file():
        print(f"the benchmark folder {options.data} is not there: name it with DATA=FOLDER",
              file=sys.stderr)  # fmt: skip
        return 2
    options.out.mkdir(parents=True, exist_ok=True)
    everything = models(options.data)
    drawn = random.Random(options.seed).sample(everything, min(options.count, len(everything)))
    simplify_all_detailed([parse("1.5*sin(x)")], cost="parameters")  # loading is not measured
    found, seconds = counted(drawn)
    row = figures(found, seconds)
    with (options.out / "parameters-open.jsonl").open("w", encoding="utf-8") as file:
        for item in found:
            if not item.is_minimal:
                print(json.dumps(_record(item)), file=file)
    (options.out / "parameters.json").write_text(json.dumps(row, indent=1) + "\n", "utf-8")
    (options.out / "parameters.md").write_text(table(row) + "\n", "utf-8")
    print(table(row))
    return 0


if __name__ == "__main__":
    sys.exit(main())
