"""Measures the verdicts on generated pairs: is "equal" ever false, is "different" ever unshown?
And the functional hashes of the same pairs: do equal terms share one, do others?

Times are CPU seconds of one process; see ``--help``.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pairs import Pair, pairs
from plain_values import differ, value

from sr_kernel.equality.key import canonical_hash
from sr_kernel.equality.verdict import DIFFERENT, EQUAL, SAME_FAMILY, UNDECIDED, Verdict, compare

WRONG_EQUAL, WRONG_DIFFERENT, UNSHOWN = "false equal", "false different", "not shown"
FAMILY = "equal, called one family"


@dataclass(frozen=True)
class Judged:
    """A pair with its verdict, what is wrong with that ("" if nothing), the seconds it took and
    whether the two terms share their hash, which knows nothing of assumptions."""

    pair: Pair
    verdict: Verdict
    fault: str
    seconds: float
    one_hash: bool


def judged(pair: Pair) -> Judged:
    started = time.process_time()
    verdict = compare(pair.left, pair.right, assume=pair.assumptions)
    seconds = time.process_time() - started
    one_hash = canonical_hash(pair.left) == canonical_hash(pair.right)
    return Judged(pair, verdict, fault(pair, verdict), seconds, one_hash)


def fault(pair: Pair, verdict: Verdict) -> str:
    """What is wrong with a verdict on a pair of which the truth is known."""
    if verdict.status == EQUAL:
        return "" if pair.equal else WRONG_EQUAL
    if verdict.status == DIFFERENT:
        if not shows(pair, verdict):
            return UNSHOWN
        return WRONG_DIFFERENT if pair.equal and None not in (verdict.left, verdict.right) else ""
    return FAMILY if verdict.status == SAME_FAMILY and pair.equal else ""


def shows(pair: Pair, verdict: Verdict) -> bool:
    """Whether the counterexample executes: the values, computed anew, differ at it."""
    point = verdict.counterexample
    if point is None:
        return False
    point = {name: point.get(name, 0) for name in pair.point} | dict(point)
    left, right = value(pair.left, point), value(pair.right, point)
    if left is None or right is None:
        return (left is None) != (right is None)
    return differ(pair.left, pair.right, point)


def figures(found: Sequence[Judged]) -> dict[str, Any]:
    equal = [item for item in found if item.pair.equal]
    changed = [item for item in found if not item.pair.equal]
    times = sorted(item.seconds for item in found)
    return {
        "pairs": len(found),
        "false_equal": _count(found, WRONG_EQUAL),
        "false_different": _count(found, WRONG_DIFFERENT),
        "different": sum(item.verdict.status == DIFFERENT for item in found),
        "not_shown": _count(found, UNSHOWN),
        "called_family": _count(found, FAMILY),
        "undecided": _undecided(found),
        "undecided_equal": _undecided(equal),
        "undecided_changed": _undecided(changed),
        "methods": Counter(item.verdict.method or UNDECIDED for item in found).most_common(),
        "median_ms": 1000 * statistics.median(times),
        "p99_ms": 1000 * times[min(len(times) - 1, int(0.99 * len(times)))],
        "mean_ms": 1000 * statistics.fmean(times),
        "one_hash_equal": round(100 * _one_hash(equal) / max(1, len(equal)), 2),
        "one_hash_changed": _one_hash(changed),
        "rules": len({name for item in equal for name in item.pair.rules}),
    }


def _count(found: Iterable[Judged], name: str) -> int:
    return sum(item.fault == name for item in found)


def _one_hash(found: Iterable[Judged]) -> int:
    return sum(item.one_hash for item in found)


def _undecided(found: Sequence[Judged]) -> float:
    share = sum(item.verdict.status == UNDECIDED for item in found) / max(1, len(found))
    return round(100 * share, 2)


def table(row: dict[str, Any]) -> str:
    """The figures as Markdown."""
    lines = [
        ("pairs", row["pairs"]),
        ("rules used for the equal ones", row["rules"]),
        ('false "equal"', row["false_equal"]),
        ('false "different"', row["false_different"]),
        ('"different", with a counterexample', row["different"]),
        ("counterexamples that show nothing", row["not_shown"]),
        ("equal, called one family", row["called_family"]),
        ("undecided, %", row["undecided"]),
        ("undecided of the equal ones, %", row["undecided_equal"]),
        ("undecided of the mutated ones, %", row["undecided_changed"]),
        ("equal ones with one hash, %", row["one_hash_equal"]),
        ("mutated ones with one hash", row["one_hash_changed"]),
        ("median ms", f"{row['median_ms']:.1f}"),
        ("mean ms", f"{row['mean_ms']:.1f}"),
        ("p99 ms", f"{row['p99_ms']:.0f}"),
        ("decided by", ", ".join(f"{name} {count}" for name, count in row["methods"])),
    ]
    return "\n".join(["| | |", "|---|---|", *(f"| {name} | {figure} |" for name, figure in lines)])


def _record(item: Judged) -> dict[str, Any]:
    pair = item.pair
    return {
        "left": str(pair.left), "right": str(pair.right), "assume": list(pair.assumptions),
        "equal": pair.equal, "rules": pair.rules, "status": item.verdict.status,
        "fault": item.fault, "one_hash": item.one_hash, "seconds": round(item.seconds, 4),
    }  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description="Verdicts on generated pairs.")
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=Path("build/bench"))
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    compare("sin(x)**2", "1 - cos(x)**2")  # loading is not what is measured
    found: list[Judged] = []
    with (options.out / "verdicts-open.jsonl").open("w", encoding="utf-8") as file:
        for pair in pairs(options.count, options.seed):
            item = judged(pair)
            found.append(item)
            if item.fault or item.verdict.status == UNDECIDED or item.one_hash != pair.equal:
                print(json.dumps(_record(item)), file=file, flush=True)
    row = figures(found)
    (options.out / "verdicts.json").write_text(json.dumps(row, indent=1) + "\n", "utf-8")
    (options.out / "verdicts.md").write_text(table(row) + "\n", "utf-8")
    print(table(row))
    wrong = ("false_equal", "false_different", "not_shown", "one_hash_changed")
    return 1 if any(row[name] for name in wrong) else 0


if __name__ == "__main__":
    sys.exit(main())
