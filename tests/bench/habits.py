"""Does it pay that the guide learns from a user's accepted laws, and what does it do elsewhere?

Made-up fields are random grammars, neither the corpus's nor any benchmark's.  A user accepts some
laws of one field and then studies fresh ones of the same field ("own") or of another ("foreign");
beside both stands the guide without learning ("off").

1. Beliefs: the log-loss of operators, in bits a law (a sum over operators), over many tables, each
   with other accepted laws.  No search is run.
2. Searches with the same seeds and budgets of CPU seconds: shares recovered, the ratio of seconds
   where both solve.  Where the guide is not asked the arms are one search, which runs once.

Counts are kept in a folder of this run, never the user's.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import tempfile
import time
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from guide import OTHER, Grammar, other, other_cases, ratio_of, run_one
from problems import Case
from search import interval

from sr_kernel.equality.cache import ENVIRONMENT
from sr_kernel.expr import Expr
from sr_kernel.guide.habits import Habits, Tally, operators_of
from sr_kernel.guide.neural import reader
from sr_kernel.guide.weights import SHIPPED, load

_NARROW: dict[str, Any] = {"columns": (2, 5), "operators": (2, 8)}
FIELDS = {
    "saturation": Grammar(
        {"tanh": 4.0, "log": 4.0, "exp": 1.0, "square": 1.0, "inverse": 1.0},
        {"add": 3.0, "sub": 1.5, "mul": 3.0, "div": 1.5}, **_NARROW,
    ),
    "powers": Grammar(
        {"square": 4.0, "cube": 2.0, "sqrt": 1.0, "inverse": 2.0},
        {"add": 1.0, "sub": 0.5, "mul": 4.0, "div": 4.0}, **_NARROW,
    ),
    "waves": Grammar(
        {"sin": 4.0, "cos": 4.0, "exp": 2.0, "square": 1.0},
        {"add": 3.0, "sub": 1.0, "mul": 4.0, "div": 1.0}, **_NARROW,
    ),
    "decay": Grammar(
        {"exp": 5.0, "inverse": 2.0, "sqrt": 2.0},
        {"add": 2.0, "sub": 3.0, "mul": 3.0, "div": 2.0}, **_NARROW,
    ),
    "mixed": replace(OTHER, **_NARROW),
}  # fmt: skip
FOREIGN = {"saturation": "powers", "powers": "saturation", "waves": "powers",
           "decay": "saturation", "mixed": "waves"}  # fmt: skip
ARMS = ("off", "own", "foreign")
POOL = 100
"""Laws of a field from which those that are accepted are drawn."""
FAR = 1_000_000
"""What parts the seeds of accepted laws from those of the tables."""
_SURE = 1e-6
"""A probability counts as no nearer to 0 and 1 than this."""


def pool(field: str, seed: int) -> list[Expr]:
    """Laws of ``field`` that a user may accept; none of the tables' has their seed."""
    return [law for law, _, _ in other_cases(POOL, seed + FAR, FIELDS[field])]


def tables(field: str, count: int, noise: float, seed: int) -> Iterator[Case]:
    """Tables of fresh laws of ``field``."""
    for case in other(count, noise, seed, FIELDS[field]):
        yield replace(case, name=f"{field}_{case.name}", family=field)


# ------------------------------------------------------------------ beliefs


def learned(laws: Sequence[Expr]) -> Habits:
    """Counts of ``laws``, in no file."""
    tally = Tally(is_on=True)
    for law in laws:
        tally = tally.with_law(law, "")
    return Habits(Path(os.devnull), tally)


def bits(believed: Mapping[str, float], law: Expr) -> float:
    """Log-loss of ``believed`` for the operators of ``law``."""
    there = operators_of(law)
    sure = {name: min(max(p, _SURE), 1 - _SURE) for name, p in believed.items()}
    return -sum(math.log2(p if name in there else 1 - p) for name, p in sure.items())


def losses(
    field: str, count: int, noise: float, accepted: int, options: argparse.Namespace
) -> dict[str, list[float]]:
    """Bits of each table of ``field`` in each arm, after so many ``accepted`` laws."""
    found: dict[str, list[float]] = {arm: [] for arm in ARMS}
    rates, rng = load(options.weights).rates, np.random.default_rng([options.seed, accepted])
    pools = {"own": pool(field, options.seed), "foreign": pool(FOREIGN[field], options.seed)}
    for case, told in told_of(field, count, noise, options):
        found["off"].append(bits(told, case.truth))
        for arm, laws in pools.items():
            picked = [laws[k] for k in rng.choice(len(laws), accepted, replace=False)]
            found[arm].append(bits(learned(picked).adjusted(told, rates), case.truth))
    return found


_TOLD: dict[tuple[Any, ...], list[tuple[Any, dict[str, float]]]] = {}


def told_of(
    field: str, count: int, noise: float, options: argparse.Namespace
) -> list[tuple[Any, dict[str, float]]]:
    """Tables with what the network says of them, read once."""
    key = (field, count, noise, options.seed, options.weights)
    if key not in _TOLD:
        look = reader(options.weights).read
        _TOLD[key] = [
            (case, look(case.variables, case.X, case.y, options.seed).operators)
            for case in tables(field, count, noise, options.seed)
        ]
    return _TOLD[key]


def beliefs_report(options: argparse.Namespace) -> list[str]:
    """The table of log-losses."""
    lines = [("| field | noise | laws accepted | tables | off | own | own - off | 95 % | foreign "
             "| foreign - off | 95 % |"), "|" + "---|" * 11]  # fmt: skip
    for field in options.fields:
        for noise in options.noise:
            for accepted in options.accepted:
                found = losses(field, options.tables, noise, accepted, options)
                lines.append(_losses_line(field, noise, accepted, found))
    return lines


def _losses_line(field: str, noise: float, accepted: int, found: dict[str, list[float]]) -> str:
    off, own, foreign = (np.array(found[arm]) for arm in ARMS)
    return (
        f"| {field} | {noise:g} | {accepted} | {len(off)} | {off.mean():.2f} | {own.mean():.2f} "
        f"| {_mean_with_interval(own - off)} | {foreign.mean():.2f} "
        f"| {_mean_with_interval(foreign - off)} |"
    )


def _mean_with_interval(values: Any) -> str:
    picked = np.random.default_rng(0).integers(0, len(values), (2000, len(values)))
    low, high = np.quantile(values[picked].mean(axis=1), [0.025, 0.975])
    return f"{values.mean():+.3f} | {low:+.3f} to {high:+.3f}"


# ------------------------------------------------------------------ searches


@contextmanager
def habits_of(laws: Sequence[Expr]) -> Iterator[Habits]:
    """A folder of its own in place of the user's, with learning on and ``laws`` accepted; off for
    no laws."""
    before = os.environ.get(ENVIRONMENT)
    with tempfile.TemporaryDirectory() as folder:
        os.environ[ENVIRONMENT] = folder
        try:
            habits = Habits.read()
            habits.switch(bool(laws))
            for law in laws:
                habits.accept(law)
            yield habits
        finally:
            os.environ.pop(ENVIRONMENT)
            if before is not None:
                os.environ[ENVIRONMENT] = before


def arms_of(case: Case, noise: float, accepted: Mapping[str, Sequence[Expr]],
            options: argparse.Namespace) -> list[dict[str, Any]]:  # fmt: skip
    """The searches of one table; which arm comes first, and so with colder caches, changes."""
    first = zlib.crc32(f"{case.name} {noise}".encode()) % len(ARMS)
    rows: list[dict[str, Any]] = []
    for arm in (*ARMS[first:], *ARMS[:first]):
        if rows and rows[0]["asked"] is None:  # nothing that could differ
            rows.append({**rows[0], "arm": arm})
            continue
        with habits_of(accepted[arm]):
            rows.append({**run_one(case, noise, "on", options), "arm": arm})
    return sorted(rows, key=lambda row: ARMS.index(row["arm"]))


def run(options: argparse.Namespace) -> list[dict[str, Any]]:
    """All rows; the tables that are in the file already are not searched again."""
    path = options.out / f"habits-{options.label}.jsonl"
    rows = []
    if path.exists():
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    done, ready = {(row["id"], row["noise"], row["seed"]) for row in rows}, len(rows)
    with path.open("a", encoding="utf-8") as file:
        for case, noise, accepted in cases(options):
            if (case.name, noise, options.seed) in done:
                continue
            if len(rows) == ready:
                run_one(case, noise, "on", options)  # compiles what is compiled
            found = arms_of(case, noise, accepted, options)
            rows += found
            file.write("".join(json.dumps(row) + "\n" for row in found))
            file.flush()
            told = " ".join(f"{row['arm']} {row['seconds']}" for row in found)
            print(f"{noise:<5g} {case.name:28} asked {found[0]['asked']} {told}", flush=True)
    return rows


def cases(options: argparse.Namespace) -> Iterator[tuple[Case, float, dict[str, list[Expr]]]]:
    """Tables with the laws that were accepted before, as many as the first of ``accepted``."""
    for field in options.fields:
        laws = {"off": [], "own": pool(field, options.seed)[: options.accepted[0]],
                "foreign": pool(FOREIGN[field], options.seed)[: options.accepted[0]]}  # fmt: skip
        for noise in options.noise:
            drawn = tables(field, 50 * options.count, noise, options.seed)
            large = (case for case in drawn if case.truth.size >= options.size)
            for case in islice(large, options.count):
                yield case, noise, laws


def searches_report(rows: list[dict[str, Any]]) -> list[str]:
    """The table of searches; there is one at least."""
    groups = {"all": rows}
    for field in sorted({row["family"] for row in rows}):
        groups[field] = [row for row in rows if row["family"] == field]
    for noise in sorted({row["noise"] for row in rows}):
        groups[f"noise {noise:g}"] = [row for row in rows if row["noise"] == noise]
    lines = [("| problems | arm | searches | guide asked | recovered | 95 % | seconds over off "
             "(guide asked) | 95 % | both |"), "|" + "---|" * 9]  # fmt: skip
    for name, group in groups.items():
        lines += [_searches_line(name, arm, group) for arm in ARMS]
    return lines


def _searches_line(name: str, arm: str, rows: list[dict[str, Any]]) -> str:
    own, base = ({(r["id"], r["noise"], r["seed"]): r for r in rows if r["arm"] == which}
                 for which in (arm, "off"))  # fmt: skip
    hits, asked = sum(r["front"] for r in own.values()), [k for k in own if base[k]["asked"]]
    low, high = interval(hits, len(own))
    pairs = [
        (own[k]["seconds"], base[k]["seconds"])
        for k in asked if own[k]["front"] and base[k]["front"]
    ]  # fmt: skip
    ratio, below, above = ratio_of(pairs)
    return (
        f"| {name} | {arm} | {len(own)} | {len(asked)} | {100 * hits / len(own):.1f} % "
        f"| {100 * low:.0f}-{100 * high:.0f} % | {ratio:.2f} | {below:.2f}-{above:.2f} "
        f"| {len(pairs)} |"
    )


def options(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add("--fields", default="saturation,powers", help=f"of {', '.join(FIELDS)}")
    add("--tables", type=int, default=200, help="tables of a field whose beliefs are judged")
    add("--count", type=int, default=24, help="tables of a field that are searched, 0 for none")
    add("--size", type=int, default=11, help="fewest nodes of a law that is searched")
    add("--accepted", default="20", help="laws accepted before; searches take the first number")
    add("--noise", default="0,0.01")
    add("--budget", type=float, default=5.0, help="CPU seconds a search")
    add("--seed", type=int, default=0)
    add("--weights", type=Path, default=SHIPPED)
    add("--label", default="run")
    add("--out", type=Path, default=Path("build/bench"))
    found = parser.parse_args(arguments)
    found.fields = found.fields.split(",")
    found.accepted = [int(count) for count in found.accepted.split(",")]
    found.noise = [float(level) for level in found.noise.split(",")]
    return found


def main() -> None:
    asked = options()
    asked.out.mkdir(parents=True, exist_ok=True)
    began = time.perf_counter()
    lines = ["Log-loss of operators, bits a law:", "", *beliefs_report(asked)]
    if asked.count:
        lines += ["", "Searches:", "", *searches_report(run(asked))]
    text = "\n".join(lines)
    (asked.out / "habits.md").write_text(text + "\n", encoding="utf-8")
    print(text)
    print(f"\n{time.perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main()
