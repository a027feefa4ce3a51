"""Measures the guide's corpus: pairs a CPU second of one process, and what becomes of the laws."""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sr_kernel.guide.corpus import Corpus


def measured(pairs: int, seed: int, distinct: str) -> dict[str, Any]:
    """Figures of the first ``pairs`` pairs, labels included; compiling is not measured."""
    corpus = Corpus(seed, distinct=distinct)  # type: ignore[arg-type]
    assert len(next(corpus.batches()).labels.size)
    cpu, wall, done, values = time.process_time(), time.perf_counter(), 0, 0
    for batch in corpus.batches():
        done += len(batch.labels.size)
        values += int(batch.tables.rows.sum())
        if done >= pairs:
            break
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    return {
        "distinct": distinct, "pairs": done, "pairs_a_cpu_second": round(done / cpu),
        "pairs_a_second": round(done / wall), "rows_a_pair": round(values / done, 1),
        **asdict(corpus.tally),
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description="The speed of the guide's corpus.")
    parser.add_argument("--pairs", type=int, default=50_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=Path("build/bench"))
    options = parser.parse_args()
    rows = [measured(options.pairs, options.seed, kind) for kind in ("function", "family")]
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "guide-corpus.json").write_text(json.dumps(rows, indent=1) + "\n", "utf-8")
    print("| | " + " | ".join(row["distinct"] for row in rows) + " |\n|---|---|---|")
    for name in list(rows[0])[1:]:
        print(f"| {name.replace('_', ' ')} | " + " | ".join(str(row[name]) for row in rows) + " |")


if __name__ == "__main__":
    main()
