"""Measures the search on problems with a known law; see ``--help``.

Recovered, as the benchmarks' README has it: on fresh rows of the same ranges the largest relative
error is below 1e-6 (without noise), *and* the law is the truth once constants are rounded.  The
second is tested by its meaning: with its constants fitted to the truth itself the law must become
the truth, and the constants may not move beyond their third digit or four standard errors, nor
vanish.  Times are CPU seconds of one process, so other load on the machine does not count.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from problems import Case, drawn, made, measured, values

from sr_kernel.errors import SrKernelError
from sr_kernel.expr import to_text
from sr_kernel.numeric.fit import fit_constants
from sr_kernel.search import Law, Problem, SearchResult, search
from sr_kernel.search.refine import pinned

EXACT, FORM, DIGITS, DEVIATIONS = 1e-6, 1e-6, 5e-3, 4.0
TINY = 1e-250


# ------------------------------------------------------------------ judging


def largest_error(found: Any, truth: Any) -> float:
    """The largest relative error; inf where a value is missing.  Underflows are not counted."""
    truth, found = truth[np.abs(truth) > TINY], found[np.abs(truth) > TINY]
    with np.errstate(all="ignore"):
        error = np.abs(found - truth) / np.abs(truth)
    return float(error.max(initial=0.0)) if np.isfinite(error).all() else math.inf


def has_form(law: Law, case: Case) -> tuple[bool, bool]:
    """Whether the law has the truth's form, and whether its constants are the truth's too."""
    expr = pinned(law.expr)
    fit = fit_constants(expr, case.fresh, case.clean, case.variables, max_steps=200)
    error = largest_error(values(fit.expr, case.fresh, case.variables), case.clean)
    if error > FORM or (case.family == "measured" and fit.rank > case.constants):
        return False, False
    before = fit_constants(expr, case.X, case.y, case.variables, max_steps=0)
    moves = list(zip(before.parameters, fit.parameters, before.errors, strict=True))
    vanished = any(abs(new) < 0.02 * abs(old) for old, new, _ in moves)
    near = all(
        abs(new - old) <= max(DIGITS * abs(new), DEVIATIONS * error) for old, new, error in moves
    )
    return not vanished, near and not vanished


def judged(law: Law, case: Case, noise: float) -> dict[str, Any]:
    form, constants = has_form(law, case)
    error = largest_error(values(law.expr, case.fresh, case.variables), case.clean)
    exact = error < EXACT
    if case.family == "measured":
        better = law.loss <= 1.01 * case.law_loss + 1e-18 * float(np.mean(case.y**2))
        return {"recovered": form and better, "form": form, "error": error}
    return {
        "recovered": form and (exact if noise == 0 else constants), "form": form, "error": error
    }  # fmt: skip


# ------------------------------------------------------------------ running


def measure(case: Case, noise: float, budget: float, jobs: int) -> dict[str, Any]:
    """One search and its judgement, as a row of the results."""
    start, clock = time.process_time(), time.perf_counter()
    problem = Problem(case.variables, case.X, case.y)
    result = search(
        problem,
        time_limit=20 * budget,
        n_jobs=jobs,
        should_stop=lambda: time.process_time() - start > budget,
    )
    row: dict[str, Any] = {
        "id": case.name, "family": case.family, "noise": noise, "budget": budget,
        "rows": len(case.y), "columns": len(case.variables),
        "cpu": round(time.process_time() - start, 3), "wall": round(time.perf_counter() - clock, 3),
        "stop": result.stop_reason, "candidates": result.candidates,
        "truth": to_text(case.truth) if case.truth is not None else None,
        "best": result.best.equation if result.best else None,
        "size": result.best.complexity if result.best else None,
        "r2": result.best.r2 if result.best else None,
        "recovered": None, "front": None, "form": None, "claimed": None,
    }  # fmt: skip
    if case.truth is not None:
        row |= _verdict(result, case, noise)
        row["claimed"] = result.stop_reason == "exact" and noise == 0 and not row["exact"]
    return row


def _verdict(result: SearchResult, case: Case, noise: float) -> dict[str, Any]:
    marks = {law.key: judged(law, case, noise) for law in result.front}
    nothing = {"recovered": False, "form": False, "error": math.inf}
    best = marks[result.best.key] if result.best is not None else nothing
    return {
        "recovered": best["recovered"],
        "front": any(mark["recovered"] for mark in marks.values()),
        "form": any(mark["form"] for mark in marks.values()),
        "exact": best["error"] < 1e-4,
    }


def cases(
    options: argparse.Namespace, done: set[tuple[str, float]]
) -> Iterator[tuple[Case, float]]:
    if options.suite == ["measured"]:
        for case in measured(options.data):
            if (case.name, 0.0) not in done:
                yield case, 0.0
        return
    records = drawn(options.data, options.suite, options.count, options.seed)
    for noise in options.noise:
        for record in records:
            if (record["id"], noise) in done:
                continue
            try:
                yield made(record, noise, options.seed), noise
            except SrKernelError as error:
                print(f"left out: {record['id']}: {str(error)[:100]}")


def run(options: argparse.Namespace) -> list[dict[str, Any]]:
    """All rows; those already in the file of this run are not measured again."""
    path = options.out / f"search-{options.label}.jsonl"
    if options.fresh:
        path.unlink(missing_ok=True)
    rows = []
    if path.exists():
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    done = {(row["id"], row["noise"]) for row in rows}
    with path.open("a", encoding="utf-8") as file:
        for case, noise in cases(options, done):
            row = measure(case, noise, options.budget, options.jobs)
            rows.append(row)
            file.write(json.dumps(row) + "\n")
            file.flush()
            mark = "+" if row["recovered"] else "." if row["front"] else "-"
            print(f"{mark} {noise:<5g} {row['id']:30} {row['cpu']:6.2f} s  {row['best']}"[:170])
    return rows


# ------------------------------------------------------------------ reporting


def interval(hits: int, total: int) -> tuple[float, float]:
    """Wilson's 95 % confidence interval of a share."""
    z, share = 1.96, hits / total
    centre, width = (
        share + z * z / (2 * total),
        z * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total)),
    )
    scale = 1 + z * z / total
    return (centre - width) / scale, (centre + width) / scale


def summary(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """One line for each family and noise."""
    known = [row for row in rows if row["recovered"] is not None]
    lines = []
    for key in sorted({(row["family"], row["noise"]) for row in known}):
        group = [row for row in known if (row["family"], row["noise"]) == key]
        hits = sum(row["recovered"] for row in group)
        times = [row["cpu"] for row in group if row["recovered"]]
        lines.append({
            "family": key[0], "noise": key[1], "problems": len(group), "recovered": hits,
            "interval": interval(hits, len(group)),
            "front": sum(row["front"] for row in group),
            "form": sum(row["form"] for row in group),
            "seconds": statistics.median(times) if times else None,
            "p90": float(np.quantile(times, 0.9)) if times else None,
            "false": sum(bool(row["claimed"]) for row in group),
        })  # fmt: skip
    return lines


def table(lines: list[dict[str, Any]]) -> str:
    head = "| set | noise | recovered | 95 % | on the front | form | median s | p90 s | false |"
    text = [head, "|" + "---|" * 9]
    for line in lines:
        low, high = line["interval"]
        seconds = " | ".join(
            "-" if line[k] is None else f"{line[k]:.2f}" for k in ("seconds", "p90")
        )
        text.append(
            f"| {line['family']} | {line['noise']:g} | {line['recovered']} of {line['problems']} "
            f"| {100 * low:.0f}-{100 * high:.0f} % | {line['front']} | {line['form']} "
            f"| {seconds} | {line['false']} |"
        )
    return "\n".join(text)


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add("--data", type=Path, default=Path("../shared/benchmarks"), help="the benchmark folder")
    add("--suite", default="AI-Feynman", help="families, comma between; all; or measured")
    add("--count", type=int, default=30, help="problems drawn in all, 0 for every one")
    add("--noise", default="0", help="levels relative to the root mean square of y: 0,0.01")
    add("--budget", type=float, default=20.0, help="CPU seconds a problem")
    add("--seed", type=int, default=0)
    add("--jobs", type=int, default=1)
    add("--label", default="run", help="names the file of results, which a later run goes on with")
    add("--fresh", action="store_true", help="start over")
    add("--out", type=Path, default=Path("build/bench"))
    found = parser.parse_args()
    found.suite = [] if found.suite == "all" else found.suite.split(",")
    found.noise = [float(level) for level in found.noise.split(",")]
    return found


def main() -> None:
    asked = options()
    asked.out.mkdir(parents=True, exist_ok=True)
    lines = summary(run(asked))
    text = table(lines)
    title = f"CPU budget {asked.budget:g} s, seed {asked.seed}, {asked.jobs} job(s)\n\n"
    (asked.out / "search.md").write_text(title + text + "\n", encoding="utf-8")
    (asked.out / "search.json").write_text(json.dumps(lines, indent=1), encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
