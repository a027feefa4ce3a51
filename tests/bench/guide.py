"""The guide's ablation: the same searches with the guide off, on, and a random one in its place.

Problems come from the benchmark folder and from a generator of laws with a grammar of its own
(random trees, other weights and ranges than the corpus has), so that neither is the corpus.
Each search has the same budget and the same seed in each arm.  Recovered is what the bench of the
search calls so; the time is that at which the law first came to the front, in CPU seconds.

Shown are the shares recovered at the budget, with Wilson's intervals, and over the problems that
both arms solve the ratio of the seconds, with a bootstrap interval over problems.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from problems import Case, drawn, made
from search import Clock, interval, judged

from sr_kernel.errors import SrKernelError
from sr_kernel.expr import Expr, apply, number, symbol, to_text, variables
from sr_kernel.guide.neural import NeuralGuide, reader
from sr_kernel.numeric import compile_program, evaluate
from sr_kernel.search import Problem, Progress, search
from sr_kernel.search.beliefs import Beliefs
from sr_kernel.search.front import Front
from sr_kernel.search.proposer import Proposer

ARMS = ("off", "on", "random")
WIDE, NOISY = 4, 0.01
"""Columns and noise from which a problem counts as one that the guide is for."""
_JUDGED = 200
"""Laws of a front that are judged, those that came first."""


@dataclass(frozen=True)
class RandomGuide:
    """As the neural guide, but what it believes is drawn at random."""

    guide: NeuralGuide
    seed: int

    def beliefs(self, problem: Problem) -> Beliefs:
        told = self.guide.beliefs(problem)
        rng = np.random.default_rng(self.seed)

        def drawn_for(known: dict[Any, float]) -> dict[Any, float]:
            return dict(zip(known, rng.permutation(list(known.values())).tolist(), strict=True))

        return Beliefs(
            drawn_for(told.operators), drawn_for(told.columns), drawn_for(told.pairs),
            float(rng.uniform(3, 25)), float(rng.choice([0, 0.01, 0.1])), told.length,
            told.peels, "random", told.seconds,
        )  # fmt: skip

    def proposers(self) -> tuple[Proposer, ...]:
        """The planner and the decoder of an untrained network."""
        from sr_kernel.guide.network import Shape, initial
        from sr_kernel.guide.planning import PeelProposer
        from sr_kernel.guide.proposals import BeamProposer
        from sr_kernel.guide.reading import Reader
        from sr_kernel.guide.weights import Weights

        untrained = Reader(Weights(initial(Shape(), self.seed), Shape(), {}))
        return (BeamProposer(untrained), PeelProposer(untrained))


# ------------------------------------------------------------------ another grammar

_POWERS = {"square": 2, "cube": 3}


@dataclass(frozen=True)
class Grammar:
    """How random trees are drawn: weights of unary and binary operators by name, the share of unary
    ones, and the bounds (the upper one excluded) on columns and operators."""

    unary: dict[str, float]
    binary: dict[str, float]
    share: float = 0.35
    columns: tuple[int, int] = (2, 8)
    operators: tuple[int, int] = (2, 7)


OTHER = Grammar(
    {"sqrt": 2.0, "exp": 2.0, "log": 1.5, "sin": 2.0, "cos": 2.0, "square": 3.0, "inverse": 1.5,
     "tanh": 0.5},
    {"add": 3.0, "sub": 1.5, "mul": 3.0, "div": 1.5},
)  # fmt: skip


def other_cases(
    count: int, seed: int, grammar: Grammar = OTHER
) -> Iterator[tuple[Expr, tuple[str, ...], Any]]:
    """Laws of another grammar, with the columns' ranges (d, 2)."""
    rng = np.random.default_rng([seed, 77])
    made_ = 0
    while made_ < count:
        names = tuple("abcdefg"[: int(rng.integers(*grammar.columns))])
        law = _tree(rng, int(rng.integers(*grammar.operators)), names, grammar)
        low = rng.uniform(0.2, 2.0, len(names))
        ranges = np.stack([low, low + rng.uniform(1.0, 4.0, len(names))], axis=1)
        if len(variables(law)) == len(names) and 5 <= law.size <= 22:
            made_ += 1
            yield law, names, ranges


def _tree(
    rng: np.random.Generator, operators: int, names: tuple[str, ...], grammar: Grammar
) -> Expr:
    """A tree of so many operators."""
    if operators == 0:
        if rng.random() < 0.12:
            return number(float(f"{10 ** rng.uniform(-0.5, 1):.3g}"))
        return symbol(str(rng.choice(names)))
    if rng.random() < grammar.share:
        return _called(_one(rng, grammar.unary), _tree(rng, operators - 1, names, grammar))
    left = int(rng.integers(0, operators))
    a = _tree(rng, left, names, grammar)
    b = _tree(rng, operators - 1 - left, names, grammar)
    name = _one(rng, grammar.binary)
    return a - b if name == "sub" else apply(name, a, b)


def _one(rng: np.random.Generator, weights: dict[str, float]) -> str:
    shares = np.array(list(weights.values())) / sum(weights.values())
    return str(rng.choice(list(weights), p=shares))


def _called(name: str, inner: Expr) -> Expr:
    if name in _POWERS:
        return inner ** _POWERS[name]
    return 1 / inner if name == "inverse" else apply(name, inner)


def other(count: int, noise: float, seed: int, grammar: Grammar = OTHER) -> Iterator[Case]:
    """Tables of such laws with 1000 rows, where they have values and vary."""
    left = count
    for k, (law, names, ranges) in enumerate(other_cases(20 * count, seed, grammar)):
        rng = np.random.default_rng([seed, k])
        X, fresh = (rng.uniform(*ranges.T, (1000, len(names))) for _ in range(2))
        with np.errstate(all="ignore"):
            y, clean = (evaluate(compile_program(law, names, free="none"), Z) for Z in (X, fresh))
            spread = np.std(y)
        if not (np.isfinite(y).all() and np.isfinite(clean).all() and 1e-6 < spread < 1e6):
            continue
        if spread < 1e-3 * np.abs(y).max():
            continue
        y = y + noise * np.sqrt(np.mean(y**2)) * rng.normal(size=len(y))
        yield Case(f"other_{seed}_{k}", "other grammar", names, X, y, law, fresh, clean)
        left -= 1
        if not left:
            return


# ------------------------------------------------------------------ running


def run_one(case: Case, noise: float, arm: str, options: argparse.Namespace) -> dict[str, Any]:
    """One search, and when it had the law."""
    guide = NeuralGuide(options.weights, always=True)
    reader(options.weights)
    chosen = {"off": None, "on": guide, "random": RandomGuide(guide, options.seed)}[arm]
    clock, offered = Clock(children=False), {}
    offer = Front.offer

    def heard(front: Front, entry: Any) -> bool:
        if len(entry.expr.args):
            offered.setdefault(entry.expr, clock())
        return offer(front, entry)

    shown: dict[str, float] = {}

    def seen(progress: Progress) -> None:
        for law in progress.front:
            shown.setdefault(law.key, clock())

    Front.offer = heard  # type: ignore[method-assign,assignment]
    try:
        result = search(
            Problem(case.variables, case.X, case.y, random_state=options.seed),
            time_limit=30 * options.budget, on_progress=seen,
            should_stop=lambda: clock() > options.budget, guide=chosen,
        )  # fmt: skip
    finally:
        Front.offer = offer  # type: ignore[method-assign]
    cpu = clock()
    right = [law for law in result.front if judged(law.expr, case, noise)["recovered"]]
    front, told = bool(right), min((shown.get(law.key, cpu) for law in right), default=cpu)
    first = next((when for expr, when in list(offered.items())[:_JUDGED]
                  if set(variables(expr)) <= set(case.variables)
                  and judged(expr, case, noise)["recovered"]), None) if front else None  # fmt: skip
    best = result.best is not None and judged(result.best.expr, case, noise)["recovered"]
    return {
        "id": case.name, "family": case.family, "columns": len(case.variables), "noise": noise,
        "seed": options.seed, "arm": arm, "cpu": round(cpu, 3), "front": front, "best": best,
        "seconds": round(told if first is None else min(first, told), 3) if front else None,
        "stop": result.stop_reason, "asked": None if result.beliefs is None else
        round(result.beliefs.seconds, 4), "law": None if result.best is None else
        to_text(result.best.expr)[:300],
    }  # fmt: skip


def cases(options: argparse.Namespace) -> Iterator[tuple[Case, float]]:
    """All tables."""
    for noise in options.noise:
        for record in drawn(options.data, options.suite, options.count, options.seed):
            if len(record["variables"]) < options.columns:
                continue
            try:
                yield made(record, noise, options.seed), noise
            except SrKernelError:
                continue
        for case in other(options.other, noise, options.seed) if options.other else ():
            yield case, noise


def run(options: argparse.Namespace) -> list[dict[str, Any]]:
    """All rows; those in the file already are not measured again."""
    path = options.out / f"guide-{options.label}.jsonl"
    rows = []
    if path.exists():
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    done = {(row["id"], row["noise"], row["seed"], row["arm"]) for row in rows}
    with path.open("a", encoding="utf-8") as file:
        for case, noise in cases(options):
            for arm in options.arms:
                if (case.name, noise, options.seed, arm) in done:
                    continue
                row = run_one(case, noise, arm, options)
                rows.append(row)
                file.write(json.dumps(row) + "\n")
                file.flush()
                mark = "+" if row["best"] else "." if row["front"] else "-"
                print(f"{mark} {arm:6} {noise:<5g} {row['id']:28} {row['seconds']} {row['cpu']}",
                      flush=True)  # fmt: skip
    return rows


# ------------------------------------------------------------------ reporting


def report(rows: list[dict[str, Any]]) -> list[str]:
    """The table of all groups of problems."""
    meant = [row for row in rows if row["columns"] >= WIDE or row["noise"] >= NOISY]
    groups = {"all": rows, f">= {WIDE} columns or noise >= {NOISY:g}": meant}
    for family in sorted({row["family"] for row in rows}):
        groups[family] = [row for row in rows if row["family"] == family]
    for noise in sorted({row["noise"] for row in rows}):
        groups[f"noise {noise:g}"] = [row for row in rows if row["noise"] == noise]
    lines = ["| problems | arm | searches | recovered | 95 % | seconds over off | 95 % | both |",
             "|" + "---|" * 8]  # fmt: skip
    for name, group in groups.items():
        lines += [_line(name, arm, group) for arm in ARMS if any(r["arm"] == arm for r in group)]
    return lines


def _line(name: str, arm: str, rows: list[dict[str, Any]]) -> str:
    own = {_key(row): row for row in rows if row["arm"] == arm}
    base = {_key(row): row for row in rows if row["arm"] == "off"}
    hits = sum(row["front"] for row in own.values())
    low, high = interval(hits, len(own))
    pairs = [
        (own[key]["seconds"], base[key]["seconds"])
        for key in own if key in base and own[key]["front"] and base[key]["front"]
    ]  # fmt: skip
    ratio, below, above = ratio_of(pairs)
    return (
        f"| {name} | {arm} | {len(own)} | {100 * hits / max(len(own), 1):.1f} % "
        f"| {100 * low:.0f}-{100 * high:.0f} % | {ratio:.2f} | {below:.2f}-{above:.2f} "
        f"| {len(pairs)} |"
    )


def _key(row: dict[str, Any]) -> tuple[Any, ...]:
    return row["id"], row["noise"], row["seed"]


def ratio_of(pairs: list[tuple[float, float]]) -> tuple[float, float, float]:
    """All seconds of one arm over all of the other, with a bootstrap interval over problems."""
    if not pairs:
        return math.nan, math.nan, math.nan
    values = np.array(pairs)
    rng = np.random.default_rng(0)
    picked = rng.integers(0, len(values), (2000, len(values)))
    sums = values[picked].sum(axis=1)
    ratios = sums[:, 0] / sums[:, 1]
    total = values.sum(axis=0)
    return float(total[0] / total[1]), *(float(q) for q in np.quantile(ratios, [0.025, 0.975]))


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add("--data", type=Path, default=Path("../shared/benchmarks"), help="the benchmark folder")
    add("--suite", default="AI-Feynman,AI-Feynman-bonus,SRSD-Feynman-dummy")
    add("--count", type=int, default=30, help="problems of the folder")
    add("--other", type=int, default=20, help="laws of another grammar")
    add("--columns", type=int, default=2, help="fewest columns of a problem")
    add("--noise", default="0,0.01")
    add("--budget", type=float, default=5.0, help="CPU seconds a search")
    add("--seed", type=int, default=0)
    add("--arms", default="off,on,random")
    add("--weights", type=Path, default=None, help="those of the package unless given")
    add("--label", default="run")
    add("--out", type=Path, default=Path("build/bench"))
    found = parser.parse_args()
    found.suite = [name for name in found.suite.split(",") if name]
    found.arms = found.arms.split(",")
    found.noise = [float(level) for level in found.noise.split(",")]
    if found.weights is None:
        from sr_kernel.guide.weights import SHIPPED

        found.weights = SHIPPED
    return found


def main() -> None:
    asked = options()
    asked.out.mkdir(parents=True, exist_ok=True)
    began = time.perf_counter()
    lines = report(run(asked))
    text = "\n".join(lines)
    (asked.out / "guide.md").write_text(text + "\n", encoding="utf-8")
    print(text)
    print(f"\n{time.perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main()
