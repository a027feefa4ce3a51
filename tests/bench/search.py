"""Measures the search on problems with a known law, beside rivals; see ``--help``.

Recovered, as the benchmarks' README has it: on fresh rows of the same ranges the largest relative
error is below 1e-6 (without noise), *and* the law is the truth once constants are rounded.  The
second is tested by its meaning: with its constants fitted to the truth itself the law must become
the truth, and the constants may not move beyond their third digit or four standard errors, nor
vanish.  Times are CPU seconds of a process and its children, so other load on the machine does not
count.  A rival's terms are judged alike, after their constants have been fitted as ours are; it is
given the time of its imports and of its last generation.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import statistics
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from problems import Case, drawn, made, measured, values
from rivals import PACKAGES, cpu_of, install, rival

from sr_kernel.errors import SrKernelError
from sr_kernel.expr import Expr, to_text
from sr_kernel.numeric.fit import fit_constants
from sr_kernel.search import Problem, Progress, search
from sr_kernel.search.refine import pinned

OURS = "sr_kernel"
EXACT, FORM, DIGITS, DEVIATIONS = 1e-6, 1e-6, 5e-3, 4.0
TINY = 1e-250
HOPELESS = 0.5
"""A law with a lower R^2 on fresh rows is not looked at closely."""


# ------------------------------------------------------------------ judging


def largest_error(found: Any, truth: Any) -> float:
    """The largest relative error; inf where a value is missing.  Underflows are not counted."""
    truth, found = truth[np.abs(truth) > TINY], found[np.abs(truth) > TINY]
    with np.errstate(all="ignore"):
        error = np.abs(found - truth) / np.abs(truth)
    return float(error.max(initial=0.0)) if np.isfinite(error).all() else math.inf


def has_form(law: Expr, case: Case) -> tuple[bool, bool]:
    """Whether the law has the truth's form, and whether its constants are the truth's too."""
    expr = pinned(law)
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


def judged(law: Expr, case: Case, noise: float) -> dict[str, Any]:
    found = values(law, case.fresh, case.variables)
    error = largest_error(found, case.clean)
    if not fits(found, case.clean) > HOPELESS:
        return {"recovered": False, "form": False, "error": error}
    form, constants = has_form(law, case)
    exact = error < EXACT
    if case.family == "measured":
        loss = float(np.mean((values(law, case.X, case.variables) - case.y) ** 2))
        better = loss <= 1.01 * case.law_loss + 1e-18 * float(np.mean(case.y**2))
        return {"recovered": form and better, "form": form, "error": error}
    return {
        "recovered": form and (exact if noise == 0 else constants), "form": form, "error": error
    }  # fmt: skip


def fits(found: Any, truth: Any) -> float:
    """R^2, minus infinity where a value is missing."""
    spread = float(np.mean((truth - truth.mean()) ** 2))
    with np.errstate(all="ignore"):
        loss = float(np.mean((found - truth) ** 2))
    if not math.isfinite(loss):
        return -math.inf
    return 1.0 - loss / spread if spread > 0 else float(loss == 0)


# ------------------------------------------------------------------ running


def ours(case: Case, budget: float, jobs: int) -> dict[str, Any]:
    """One search: its terms, choice, and when it first showed each term."""
    clock = Clock(children=jobs > 1)
    shown: dict[str, float] = {}

    def watch(progress: Progress) -> None:
        for law in progress.front:
            shown.setdefault(law.key, clock())

    result = search(
        Problem(case.variables, case.X, case.y), time_limit=20 * budget, n_jobs=jobs,
        on_progress=watch, should_stop=lambda: clock() > budget,
    )  # fmt: skip
    cpu = clock()
    return {
        "front": [law.expr for law in result.front],
        "best": None if result.best is None else result.best.expr,
        "times": [shown.get(law.key, cpu) for law in result.front],
        "cpu": cpu, "stop": result.stop_reason, "candidates": result.candidates,
    }  # fmt: skip


class Clock:
    """CPU seconds since it was made; ``children`` are looked up a few times a second."""

    def __init__(self, *, children: bool) -> None:
        self._children = children
        self._looked, self._theirs = 0.0, 0.0
        self._start = time.process_time()
        self._ended = self._of_ended()

    def __call__(self) -> float:
        own = time.process_time() - self._start
        if self._children and time.perf_counter() - self._looked > 0.2:
            self._looked = time.perf_counter()
            alive = cpu_of(os.getpid()) - time.process_time()
            self._theirs = max(self._theirs, alive - self._ended)
        return own + self._theirs

    @staticmethod
    def _of_ended() -> float:
        ended = os.times()
        return ended.children_user + ended.children_system


def theirs(name: str, case: Case, options: argparse.Namespace) -> dict[str, Any]:
    found = rival(name, case, options.budget, options.seed, options.rivals)
    return {
        "front": list(found.front), "best": found.front[-1] if found.front else None,
        "times": [found.told] * len(found.front), "cpu": found.cpu,
        "stop": found.note or "time", "candidates": None,
    }  # fmt: skip


def measure(tool: str, case: Case, noise: float, options: argparse.Namespace) -> dict[str, Any]:
    """One fit and its judgement, as a row of the results."""
    began = time.perf_counter()
    if tool == OURS:
        found = ours(case, options.budget, options.jobs)
    else:
        found = theirs(tool, case, options)
    best = found["best"]
    row: dict[str, Any] = {
        "tool": tool, "id": case.name, "family": case.family, "noise": noise,
        "budget": options.budget, "rows": len(case.y), "columns": len(case.variables),
        "cpu": round(found["cpu"], 3), "wall": round(time.perf_counter() - began, 3),
        "stop": found["stop"], "candidates": found["candidates"],
        "truth": to_text(case.truth) if case.truth is not None else None,
        "best": None if best is None else to_text(best)[:1000],
        "size": None if best is None else best.size,
        "r2": None if best is None else fits(values(best, case.X, case.variables), case.y),
        "recovered": None, "front": None, "form": None, "claimed": None, "seconds": None,
    }  # fmt: skip
    if row["r2"] == -math.inf:
        row["r2"] = None
    if case.truth is not None:
        row |= _verdict(found, case, noise)
        row["claimed"] = found["stop"] == "exact" and noise == 0 and not row["exact"]
    return row


def _verdict(found: dict[str, Any], case: Case, noise: float) -> dict[str, Any]:
    marks = {expr: judged(expr, case, noise) for expr in found["front"]}
    nothing = {"recovered": False, "form": False, "error": math.inf}
    best = marks.get(found["best"], nothing)
    times = [when for expr, when in zip(found["front"], found["times"], strict=True)
             if marks[expr]["recovered"]]  # fmt: skip
    return {
        "recovered": best["recovered"],
        "front": any(mark["recovered"] for mark in marks.values()),
        "form": any(mark["form"] for mark in marks.values()),
        "exact": best["error"] < 1e-4,
        "seconds": round(min(times), 3) if times else None,
    }


def cases(options: argparse.Namespace, left_out: list[str]) -> Iterator[tuple[Case, float]]:
    if options.suite == ["measured"]:
        for case in measured(options.data):
            yield case, 0.0
        return
    records = drawn(options.data, options.suite, options.count, options.seed)
    for noise in options.noise:
        for record in records:
            try:
                yield made(record, noise, options.seed), noise
            except SrKernelError as error:
                left_out.append(f"{record['id']}: {str(error)[:100]}")


def run(options: argparse.Namespace, tools: list[str]) -> list[dict[str, Any]]:
    """All rows; those already in the file of this run are not measured again."""
    path = options.out / f"search-{options.label}.jsonl"
    if options.fresh:
        path.unlink(missing_ok=True)
    rows = []
    if path.exists():
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    done = {(row["tool"], row["id"], row["noise"]) for row in rows}
    left_out: list[str] = []
    with path.open("a", encoding="utf-8") as file:
        for case, noise in cases(options, left_out):
            for tool in tools:
                if (tool, case.name, noise) in done:
                    continue
                row = measure(tool, case, noise, options)
                rows.append(row)
                file.write(json.dumps(row) + "\n")
                file.flush()
                mark = "+" if row["recovered"] else "." if row["front"] else "-"
                print(f"{mark} {tool:10} {noise:<5g} {row['id']:30} {row['cpu']:6.2f} s  "
                      f"{row['best']}"[:170], flush=True)  # fmt: skip
    for text in dict.fromkeys(left_out):
        print(f"left out: {text}")
    return [row for row in rows if row["tool"] in tools]


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
    """One line for each family, noise and tool, and for all families together."""
    known = [row for row in rows if row["recovered"] is not None]
    lines = []
    if len({row["family"] for row in known}) > 1:
        known += [{**row, "family": "all"} for row in known]
    keys = {(row["family"], row["noise"], row["tool"]) for row in known}
    for key in sorted(keys, key=_ours_first):
        group = [row for row in known if (row["family"], row["noise"], row["tool"]) == key]
        hits, front = (sum(row[name] for row in group) for name in ("recovered", "front"))
        lines.append({
            "family": key[0], "noise": key[1], "tool": key[2], "problems": len(group),
            "recovered": hits, "interval": interval(hits, len(group)),
            "front": front, "front_interval": interval(front, len(group)),
            "form": sum(row["form"] for row in group),
            "seconds": _median(row["seconds"] for row in group),
            "cpu": _median(row["cpu"] for row in group),
            "size": _median(row["size"] for row in group),
            "r2": _median(row["r2"] for row in group),
            "failed": sum(row["best"] is None for row in group),
            "false": sum(bool(row["claimed"]) for row in group),
        })  # fmt: skip
    return lines


def _ours_first(key: tuple[str, float, str]) -> tuple[str, float, bool, str]:
    return key[0], key[1], key[2] != OURS, key[2]


def _median(numbers: Iterable[float | None]) -> float | None:
    known = [number for number in numbers if number is not None]
    return statistics.median(known) if known else None


def table(lines: list[dict[str, Any]]) -> str:
    head = (
        "| set | noise | tool | recovered | 95 % | on the front | 95 % | s to it | CPU s | size "
        "| R2 | no result | false |"
    )
    text = [head, "|" + "---|" * 13]
    for line in lines:
        bounds = (*line["interval"], *line["front_interval"])
        low, high, front_low, front_high = (100 * share for share in bounds)
        text.append(
            f"| {line['family']} | {line['noise']:g} | {line['tool']} "
            f"| {line['recovered']} of {line['problems']} | {low:.0f}-{high:.0f} % "
            f"| {line['front']} | {front_low:.0f}-{front_high:.0f} % "
            f"| {_shown(line['seconds'], '.2f')} | {_shown(line['cpu'], '.2f')} "
            f"| {_shown(line['size'], '.0f')} | {_shown(line['r2'], '.6f')} "
            f"| {line['failed']} | {line['false']} |"
        )
    return "\n".join(text)


def _shown(value: float | None, form: str) -> str:
    return "-" if value is None else format(value, form)


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
    add("--against", default="", help=f"rivals, comma between: {', '.join(PACKAGES)}")
    add("--rivals", type=Path, default=Path("build/rivals"), help="where they are installed")
    found = parser.parse_args()
    found.suite = [] if found.suite == "all" else found.suite.split(",")
    found.against = [name for name in found.against.split(",") if name]
    found.noise = [float(level) for level in found.noise.split(",")]
    return found


def main() -> None:
    asked = options()
    asked.out.mkdir(parents=True, exist_ok=True)
    versions = install(asked.against, asked.rivals) if asked.against else {}
    there = [name for name, version in versions.items() if not version.startswith("-")]
    lines = summary(run(asked, [OURS, *there]))
    notes = [f"{name} {version}" if name in there else f"left out: {name} {version}"
             for name, version in versions.items()]  # fmt: skip
    text = "\n".join([table(lines), "", *notes])
    title = f"CPU budget {asked.budget:g} s, seed {asked.seed}, {asked.jobs} job(s)\n\n"
    (asked.out / "search.md").write_text(title + text + "\n", encoding="utf-8")
    (asked.out / "search.json").write_text(json.dumps(lines, indent=1), encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
