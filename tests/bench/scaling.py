"""What a search costs: by rows, columns and cores, and how fast it evaluates and enumerates.

Writes a table, its numbers as JSON and a picture; times are CPU seconds unless they are called wall
seconds.  With ``--against pyoperon`` the same terms are evaluated by Operon in the same run.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from rivals import install

from sr_kernel.expr import Expr, apply, number, parse, symbol
from sr_kernel.numeric.evaluate import evaluate
from sr_kernel.numeric.program import compile_program
from sr_kernel.search import DEFAULT_OPERATORS, Problem, search
from sr_kernel.search.archive import Archive
from sr_kernel.search.bank import Bank
from sr_kernel.search.refine import quick_fit
from sr_kernel.search.sample import Sample
from sr_kernel.search.settings import SECONDS_A_ROW

ROWS = (100, 1_000, 10_000, 100_000, 1_000_000)
COLUMNS = (3, 5, 10, 20)
BANK = (1_000, 10_000, 100_000)
TERMS, TERM_NODES = 200, 15
EVALUATED = (100, 1_000, 10_000)
LIMIT = 60.0


def problem(rows: int, columns: int, noise: float, seed: int) -> Problem:
    """A quotient of three columns; all others are dummies."""
    generator = np.random.default_rng(seed)
    X = generator.uniform(1, 4, (rows, columns))
    y = X[:, 0] * X[:, 1] / (X[:, 0] + 2 * X[:, 2])
    y = y + noise * y.std() * generator.normal(size=rows)
    return Problem(tuple(f"x{k}" for k in range(columns)), X, y)


def solved(rows: int, columns: int, seed: int) -> dict[str, Any]:
    """CPU seconds until the law is found, exact, on all rows."""
    data = problem(rows, columns, 0.0, seed)
    begun = time.process_time()
    result = search(data, time_limit=LIMIT)
    return {
        "rows": rows, "columns": columns, "seconds": time.process_time() - begun,
        "found": result.stop_reason == "exact", "candidates": result.candidates,
    }  # fmt: skip


def shared(jobs: int, seed: int, seconds: float) -> dict[str, Any]:
    """How low the loss gets in some wall seconds with so many processes, and what they used."""
    before = os.times()
    data = problem(1000, 5, 0.3, seed)
    result = search(data, time_limit=seconds, n_jobs=jobs)
    after = os.times()
    return {
        "jobs": jobs, "loss": result.front[-1].loss, "laws": len(result.front),
        "candidates": result.candidates, "seconds": sum(after[:4]) - sum(before[:4]),
    }  # fmt: skip


def enumerated(seed: int) -> Iterator[dict[str, Any]]:
    """Growth of the bank: distinct functions, tries and memory."""
    sample = problem(64, 3, 0.0, seed)
    bank = Bank(sample.variables, sample.X, DEFAULT_OPERATORS, seed=seed)
    spent = 0.0
    for size in BANK:
        begun = time.process_time()
        bank.grow(size)
        spent += time.process_time() - begun
        used = sum(
            array.nbytes // len(array) for array in (bank._rows, bank._meta, bank._size,
                                                     bank._flags, bank._hash, bank._order)
        )  # fmt: skip
        yield {
            "distinct": len(bank), "tried": bank.tried, "seconds": spent,
            "distinct a second": len(bank) / spent, "bytes an entry": used,
            "node evaluations a second": bank.tried * 64 / spent,
        }  # fmt: skip


def archived(terms: Sequence[Expr], seed: int) -> dict[str, Any]:
    """Memory of the archive's values."""
    made = problem(1000, 3, 0.1, seed)
    sample = Sample.of(replace(made, variables=("X1", "X2", "X3")))
    archive = Archive(sample, seed=seed)
    begun = time.process_time()
    with np.errstate(all="ignore"):
        fits = [quick_fit(term, sample) for term in terms]
    seconds = time.process_time() - begun
    for fitted in fits:
        if fitted is not None:
            archive.add(fitted)
    return {
        "fits a second": len(terms) / seconds, "entries": len(archive),
        "bytes of values an entry": archive.bytes_an_entry,
    }  # fmt: skip


# ------------------------------------------------------------------ node evaluations


def drawn(seed: int) -> list[Expr]:
    """Random terms over three columns."""
    rng = random.Random(seed)

    def term(leaves: int) -> Expr:
        if leaves == 1:
            return symbol(f"X{rng.randint(1, 3)}") if rng.random() < 0.8 else number(
                round(rng.uniform(0.5, 3.0), 3))  # fmt: skip
        if rng.random() < 0.3:
            return apply(rng.choice(("sqrt", "exp", "log", "sin", "cos")), term(leaves - 1))
        left = rng.randint(1, leaves - 1)
        return apply(rng.choice(("add", "mul", "div")), term(left), term(leaves - left))

    return [term(rng.randint(2, TERM_NODES // 2)) for _ in range(TERMS)]


def evaluations(seed: int, python: Path | None) -> list[dict[str, Any]]:
    """Node evaluations a CPU second, ours in double precision.

    With Operon, both evaluate terms that it has drawn, which have as many nodes as we count.
    """
    if python is None:
        return [_ours(drawn(seed), rows) for rows in EVALUATED]
    done = subprocess.run(
        [str(python), str(Path(__file__).with_name("rival_speed.py")), str(TERMS), str(seed),
         *map(str, EVALUATED)],
        capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": ""},
    )  # fmt: skip
    told = json.loads(done.stdout)
    terms = [parse(text) for text in told["terms"]]
    lines = [_ours(terms, rows) for rows in EVALUATED]
    for line in lines:
        nodes = line["rows"] * sum(term.size for term in terms)
        line["pyoperon"] = nodes / told["seconds"][str(line["rows"])]
        line["ratio"] = line["ours"] / line["pyoperon"]
    return lines


def _ours(terms: Sequence[Expr], rows: int) -> dict[str, Any]:
    names = ("X1", "X2", "X3")
    X = np.random.default_rng(0).uniform(1, 2, (rows, 3))
    programs = [compile_program(term, names, free="none") for term in terms]
    times = []
    for _ in range(5):
        begun = time.process_time()
        with np.errstate(all="ignore"):
            for program in programs:
                evaluate(program, X)
        times.append(time.process_time() - begun)
    return {"rows": rows, "ours": rows * sum(term.size for term in terms) / min(times)}


# ------------------------------------------------------------------ reporting


def table(rows: Sequence[dict[str, Any]]) -> str:
    head = list(rows[0])
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(_cell(row.get(name)) for name in head) + " |" for row in rows]
    return "\n".join(lines)


def _cell(value: Any) -> str:
    if isinstance(value, bool) or value is None:
        return {True: "yes", False: "no", None: "-"}[value]
    return f"{value:,}" if isinstance(value, int) else f"{value:,.3g}"


def picture(panels: Sequence[tuple[str, str, Sequence[tuple[float, float]]]]) -> str:
    """Panels (title, horizontal axis, points) side by side, both axes logarithmic, as SVG."""
    parts = [_panel(40 + 260 * k, *panel) for k, panel in enumerate(panels)]
    width = 260 * len(panels) + 20
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} 240" '
        f'font-family="sans-serif" font-size="11">{"".join(parts)}</svg>\n'
    )


def _panel(left: float, title: str, axis: str, points: Sequence[tuple[float, float]]) -> str:
    logs = np.log10(np.maximum(np.array(points, dtype=np.float64), 1e-9))
    low, high = np.floor(logs.min(axis=0)), np.ceil(logs.max(axis=0))
    span = np.maximum(high - low, 1.0)
    at = (logs - low) / span * [190, -160] + [left, 190]
    marks = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3"/>' for x, y in at)
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in at)
    ticks = "".join(
        f'<text x="{left - 4}" y="{194 - 160 * k / span[1]:.0f}" text-anchor="end">'
        f"{10.0 ** (low[1] + k):g}</text>" for k in range(int(span[1]) + 1)
    ) + "".join(
        f'<text x="{left + 190 * k / span[0]:.0f}" y="206" text-anchor="middle">'
        f"{10.0 ** (low[0] + k):g}</text>" for k in range(int(span[0]) + 1)
    )  # fmt: skip
    return (
        f'<g><rect x="{left}" y="30" width="190" height="160" fill="none" stroke="#999"/>'
        f'<polyline points="{line}" fill="none" stroke="#1f5fa8"/><g fill="#1f5fa8">{marks}</g>'
        f'{ticks}<text x="{left}" y="20">{title}</text>'
        f'<text x="{left + 95}" y="224" text-anchor="middle">{axis}</text></g>'
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--against", default="")
    parser.add_argument("--rivals", type=Path, default=Path("build/rivals"))
    parser.add_argument("--out", type=Path, default=Path("build/bench"))
    parser.add_argument("--wall", type=float, default=10.0, help="seconds for each number of cores")
    parser.add_argument("--most-rows", type=int, default=max(ROWS))
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    python = None
    if "pyoperon" in asked.against.split(","):
        version = install(["pyoperon"], asked.rivals)["pyoperon"]
        python = None if version.startswith("-") else asked.rivals / "bin" / "python"
    write(asked, dict(measured(asked, python)))


def measured(asked: argparse.Namespace, python: Path | None) -> Iterator[tuple[str, Any]]:
    solved(100, 3, asked.seed)  # imports and compilation are no cost of a search
    seed = asked.seed
    sizes = [rows for rows in ROWS if rows <= asked.most_rows]
    yield "exact law by rows", [solved(rows, 3, seed) for rows in sizes]
    yield "exact law by columns", [solved(1000, columns, seed) for columns in COLUMNS]
    cores = range(1, (os.cpu_count() or 1) + 1)
    yield f"noisy law in {asked.wall:g} wall seconds", [
        shared(jobs, seed, asked.wall) for jobs in cores
    ]
    yield "bank", list(enumerated(seed))
    yield "archive and fits", [archived(drawn(seed), seed)]
    yield "node evaluations a second", evaluations(seed, python)


def write(asked: argparse.Namespace, found: dict[str, Any]) -> None:
    text = "\n\n".join(f"## {title}\n\n{table(rows)}" for title, rows in found.items())
    title = f"Seed {asked.seed}; planned for the last fit: {SECONDS_A_ROW:g} s a row."
    (asked.out / "scaling.md").write_text(f"{title}\n\n{text}\n", encoding="utf-8")
    (asked.out / "scaling.json").write_text(json.dumps(found, indent=1), encoding="utf-8")
    by_rows, by_columns = found["exact law by rows"], found["exact law by columns"]
    (asked.out / "scaling.svg").write_text(picture([
        ("CPU s to an exact law", "rows", [(row["rows"], row["seconds"]) for row in by_rows]),
        ("CPU s to an exact law", "columns", [(r["columns"], r["seconds"]) for r in by_columns]),
        ("CPU s to enumerate", "distinct functions",
         [(row["distinct"], row["seconds"]) for row in found["bank"]]),
    ]), encoding="utf-8")  # fmt: skip
    print(text)


if __name__ == "__main__":
    main()
