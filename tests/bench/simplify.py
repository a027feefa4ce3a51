"""Measures the simplifier against SymPy and SymEngine on the benchmark folder; see ``--help``.

SymPy runs in a process that is killed at its limit; a killed expression counts with its input's
size and the whole limit.  Its answers are kept between runs, so an interrupted run goes on where it
was.  Times are CPU seconds.
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import random
import re
import statistics
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from peers import Answer, Case, Peer, symengine_answer

from sr_kernel.errors import SrKernelError
from sr_kernel.expr import Expr, has_floats, parse, to_text, variables, walk
from sr_kernel.expr.operators import SPELLINGS
from sr_kernel.numeric.assumption import NOTHING, Assumptions
from sr_kernel.numeric.precise import definedness, evaluate_precise
from sr_kernel.simplify import Simplification, simplify_all_detailed

POINTS, DIGITS = 60, 50
EXACT, FITTED, ROUNDING = 1e-30, 1e-9, 1e-13
WARMING = "sin(x)**2 + cos(x)**2"
"""Loading is not what is measured."""
OURS, PEER, OTHER = "sr_kernel", "sympy", "symengine"


# ------------------------------------------------------------------ data


def raw_models(folder: Path) -> Iterator[Case]:
    with gzip.open(folder / "D_raw_models.jsonl.gz", "rt") as file:
        for line in file:
            yield from _case(json.loads(line)["expr"])


def pairs(folder: Path) -> Iterator[Case]:
    for row in _rows(folder / "D_pairs.jsonl"):
        if row["kind"] == "simplification":
            yield from _case(row["expr"], known=row["simplified"])


def preconditions(folder: Path) -> Iterator[Case]:
    for row in _rows(folder / "D_fpcore.jsonl"):
        texts = (row["expr"], row.get("precondition") or "")
        yield from _case(*(quoted(text, row.get("vars") or ()) for text in texts))


SETS = {"D_raw_models": raw_models, "D_pairs": pairs, "D_fpcore": preconditions}


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        yield from map(json.loads, file)


def quoted(text: str, names: Iterable[str]) -> str:
    """``text`` with the variables that would be read as constants or functions in backticks."""
    for name in names:
        if name in SPELLINGS:
            text = re.sub(rf"(?<![\w.`]){name}(?![\w`(])", f"`{name}`", text)
    return text


def _case(text: str, precondition: str = "", known: str | None = None) -> Iterator[Case]:
    """The case, unless one of its texts holds what this library does not read."""
    try:
        size = parse(known).size if known is not None else None
        yield Case(text, parse(text), facts(precondition), size)
    except SrKernelError as error:
        print(f"left out: {text[:40]}: {str(error)[:100]}", file=sys.stderr)


def facts(precondition: str) -> Assumptions:
    """The conjuncts of a precondition; one that is not a comparison is not relied on."""
    text = precondition.strip()
    while text.startswith("(") and _closing(text) == len(text) - 1:
        text = text[1:-1].strip()
    if " or " in text or "not " in text:
        return NOTHING
    return Assumptions.parse([part.strip() for part in text.split(" and ")] if text else ())


def _closing(text: str) -> int:
    depth = 0
    for place, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if depth == 0:
            return place
    return len(text)


# ------------------------------------------------------------------ checks


def points(case: Case, seed: int) -> list[dict[str, float]]:
    """At most 60 points: near and far, both signs, within the assumptions."""
    rng = random.Random(f"{seed} {case.text}")
    terms = [case.expr, *(relation.difference for relation in case.assumptions.relations)]
    names = dict.fromkeys(name for term in terms for name in variables(term))
    box = case.assumptions.box()
    found: list[dict[str, float]] = []
    for attempt in range(POINTS * 20):
        point = {
            name: _drawn(rng, attempt, *box.get(name, (-math.inf, math.inf))) for name in names
        }
        if all(_holds(relation, point) for relation in case.assumptions.relations):
            found.append(point)
        if len(found) == POINTS:
            break
    return found


def _drawn(rng: random.Random, attempt: int, low: float, high: float) -> float:
    if math.isfinite(low) and math.isfinite(high):
        return rng.uniform(low, high)
    near = (rng.uniform(0, 3), rng.uniform(-3, 3), 10 ** rng.uniform(-2, 2))[attempt % 3]
    if math.isfinite(low):
        return low + abs(near)
    return high - abs(near) if math.isfinite(high) else near


def _holds(relation: Any, point: dict[str, float]) -> bool:
    gap = evaluate_precise(relation.difference, point, DIGITS)
    if gap is None:
        return False
    return bool({
        "<": gap < 0, "<=": gap <= 0, ">": gap > 0, ">=": gap >= 0, "==": gap == 0, "!=": gap != 0,
    }[relation.sign])  # fmt: skip


def fault(case: Case, found: Simplification, seed: int) -> str:
    """ "wrong", "unreported" (a larger domain that no condition tells of) or ""."""
    for point in points(case, seed):
        before = evaluate_precise(case.expr, point, DIGITS)
        after = evaluate_precise(found.result, point, DIGITS)
        if before is None:
            undefined = definedness(case.expr, point, DIGITS) is False
            if undefined and after is not None and not found.conditions:
                return "unreported"
        elif after is None or not _close(case.expr, found.result, before, after, point):
            return "wrong"
    return ""


def _close(a: Expr, b: Expr, left: Any, right: Any, point: dict[str, float]) -> bool:
    """Equal to 30 digits; with fitted constants as far as floats can tell."""
    gap, fitted = abs(left - right), has_floats(a, b)
    if gap <= (FITTED if fitted else EXACT) * max(abs(left), abs(right)):
        return True
    values = (evaluate_precise(node, point, 20) for expr in (a, b) for node in walk(expr))
    largest = max(abs(value) for value in values if value is not None)
    return bool(gap <= (ROUNDING if fitted else EXACT) * largest)


# ------------------------------------------------------------------ times


def batched(cases: Sequence[Case]) -> tuple[list[Simplification], float]:
    """Results of all cases, those with the same assumptions in one batch, and CPU seconds.

    The seconds of each result are by the clock on the wall, which others' work makes run faster:
    they are scaled to the processor's.
    """
    groups: dict[Assumptions, list[int]] = {}
    for place, case in enumerate(cases):
        groups.setdefault(case.assumptions, []).append(place)
    found: dict[int, Simplification] = {}
    started, wall = time.process_time(), time.perf_counter()
    for given, places in groups.items():
        exprs = [cases[place].expr for place in places]
        results = simplify_all_detailed(exprs, assume=given)
        found.update(zip(places, results, strict=True))
    spent = time.process_time() - started
    share = spent / (time.perf_counter() - wall)
    timed = [replace(found[place], seconds=share * found[place].seconds) for place in sorted(found)]
    return timed, spent


def alone(cases: Sequence[Case]) -> list[float]:
    """CPU seconds one by one, in a process that has not seen the terms before."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as fresh:
        return fresh.submit(one_by_one, cases).result()


def one_by_one(cases: Sequence[Case]) -> list[float]:
    simplify_all_detailed([parse(WARMING)])
    times = []
    for case in cases:
        started = time.process_time()
        simplify_all_detailed([case.expr], assume=case.assumptions)
        times.append(time.process_time() - started)
    return times


# ------------------------------------------------------------------ table


def measured(name: str, cases: Sequence[Case], peer: Peer, seed: int) -> dict[str, Any]:
    """One set's figures."""
    results, total = batched(cases)
    single = alone(cases)
    peers = [peer(case) for case in cases]
    others = [symengine_answer(case) for case in cases]
    faults = [fault(case, found, seed) for case, found in zip(cases, results, strict=True)]
    ours = [Answer(found.result.size, total / len(cases), found.result) for found in results]
    known = [(a.size, case.known) for a, case in zip(ours, cases, strict=True) if case.known]
    each = _median(found.seconds for found in results)
    slow = _median(answer.seconds for answer in peers)
    return {
        "set": name,
        "expressions": len(cases),
        "ratio": {
            tool: _ratio(cases, found)
            for tool, found in ((OURS, ours), (PEER, peers), (OTHER, others))
        },
        "of_sympy": _ratio(cases, ours) / _ratio(cases, peers),
        "larger": sum(a.size > case.expr.size for a, case in zip(ours, cases, strict=True)),
        "wrong": faults.count("wrong"),
        "unreported": faults.count("unreported"),
        "known_met": sum(a <= b for a, b in known) / len(known) if known else None,
        "batched_mean_ms": 1000 * total / len(cases),
        "batched_ms": 1000 * each,
        "alone_median_ms": 1000 * _median(single),
        "alone_p99_ms": 1000 * _quantile(single, 0.99),
        "sympy_median_ms": 1000 * slow,
        "sympy_p99_ms": 1000 * _quantile([answer.seconds for answer in peers], 0.99),
        "sympy_unanswered": sum(answer.expr is None for answer in peers),
        "symengine_median_ms": 1000 * _median(answer.seconds for answer in others),
        "smaller_by_sympy": [
            {"expr": case.text, "ours": to_text(a.expr), "sympy": to_text(b.expr)}
            for case, a, b in zip(cases, ours, peers, strict=True)
            if a.expr is not None and b.expr is not None and b.size < a.size
        ],
    }  # fmt: skip


def _ratio(cases: Sequence[Case], answers: Sequence[Answer]) -> float:
    """Mean of size out over size in."""
    ratios = [a.size / case.expr.size for a, case in zip(answers, cases, strict=True)]
    return statistics.fmean(ratios)


def _median(values: Iterable[float]) -> float:
    return statistics.median(values)


def _quantile(values: Sequence[float], q: float) -> float:
    return sorted(values)[min(len(values) - 1, math.ceil(q * len(values)) - 1)]


def table(rows: Sequence[dict[str, Any]]) -> str:
    """The figures as Markdown, one column a set."""
    lines = [
        ("expressions", lambda r: str(r["expressions"])),
        ("mean size out / in, sr_kernel", lambda r: f"{r['ratio'][OURS]:.3f}"),
        ("mean size out / in, SymPy", lambda r: f"{r['ratio'][PEER]:.3f}"),
        ("mean size out / in, SymEngine", lambda r: f"{r['ratio'][OTHER]:.3f}"),
        ("sr_kernel's mean over SymPy's", lambda r: f"{r['of_sympy']:.3f}"),
        ("larger than the input", lambda r: str(r["larger"])),
        ("wrong (60 points, 50 digits)", lambda r: str(r["wrong"])),
        ("unreported domain changes", lambda r: str(r["unreported"])),
        ("no larger than the known answer", lambda r: _share(r["known_met"])),
        ("ms batched, median", lambda r: f"{r['batched_ms']:.1f}"),
        ("ms batched, mean", lambda r: f"{r['batched_mean_ms']:.1f}"),
        ("ms one by one, median", lambda r: f"{r['alone_median_ms']:.1f}"),
        ("ms one by one, p99", lambda r: f"{r['alone_p99_ms']:.0f}"),
        ("ms SymPy, median", lambda r: f"{r['sympy_median_ms']:.0f}"),
        ("ms SymPy, p99", lambda r: f"{r['sympy_p99_ms']:.0f}"),
        ("SymPy: stopped or unreadable", lambda r: str(r["sympy_unanswered"])),
        ("ms SymEngine, median", lambda r: f"{r['symengine_median_ms']:.2f}"),
        ("batched / SymPy's median", lambda r: _part(r["batched_ms"], r["sympy_median_ms"])),
        ("one by one / SymPy's", lambda r: _part(r["alone_median_ms"], r["sympy_median_ms"])),
    ]
    head = "| | " + " | ".join(row["set"] for row in rows) + " |"
    body = (f"| {name} | " + " | ".join(map(show, rows)) + " |" for name, show in lines)
    return "\n".join([head, "|---|" + "---|" * len(rows), *body])


def _share(value: float | None) -> str:
    return "" if value is None else f"{100 * value:.1f} %"


def _part(part: float, whole: float) -> str:
    return f"1/{whole / part:.1f}"


def main() -> int:
    parser = argparse.ArgumentParser(description="The simplifier against SymPy and SymEngine.")
    parser.add_argument("--data", type=Path, default=Path("../shared/benchmarks"))
    parser.add_argument("--count", type=int, default=30, help="expressions drawn from each set")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=Path("build/bench"))
    options = parser.parse_args()
    if not (options.data / "D_pairs.jsonl").is_file():
        print(f"the benchmark folder {options.data} is not there: name it with DATA=FOLDER",
              file=sys.stderr)  # fmt: skip
        return 2
    options.out.mkdir(parents=True, exist_ok=True)
    peer, rows = Peer(options.out / "simplify-sympy.jsonl"), []
    simplify_all_detailed([parse(WARMING)])
    for name, load in SETS.items():
        cases = list(load(options.data))
        drawn = random.Random(options.seed).sample(cases, min(options.count, len(cases)))
        rows.append(measured(name, drawn, peer, options.seed))
        print(f"measured {name}", file=sys.stderr)
    peer.close()
    text = table(rows)
    (options.out / "simplify.md").write_text(text + "\n", "utf-8")
    (options.out / "simplify.json").write_text(json.dumps(rows, indent=1) + "\n", "utf-8")
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
