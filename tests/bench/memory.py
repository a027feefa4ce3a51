"""How much a process grows over many simplifications, all different.

``python tests/bench/memory.py [--count 10000]`` prints the resident memory as it goes and ends
with 1 where it has grown by more than ``--limit`` MB since the first hundred.
"""

from __future__ import annotations

import argparse
import gc
import os
import random
import sys
import time
from pathlib import Path

from sr_kernel.expr import Expr, apply, number, symbol
from sr_kernel.simplify import simplify

UNARY = ("neg", "sqrt", "exp", "log", "sin", "cos", "abs", "tanh")
BINARY = ("add", "add", "mul", "mul", "div")


def generated(rng: random.Random, leaves: int, names: int) -> Expr:
    """A term with ``leaves`` leaves; its variables are new ones now and then."""
    if leaves == 1:
        kind = rng.random()
        if kind < 0.6:
            return symbol(f"x{rng.randrange(3)}" if kind < 0.5 else f"v{rng.randrange(names)}")
        return number(rng.randint(-9, 9) if kind < 0.8 else round(rng.uniform(-5, 5), 6))
    if rng.random() < 0.35:
        return apply(rng.choice(UNARY), generated(rng, leaves - 1, names))
    left = rng.randint(1, leaves - 1)
    parts = generated(rng, left, names), generated(rng, leaves - left, names)
    return apply(rng.choice(BINARY), *parts)


def resident_mb() -> float:
    """Memory that this process holds now (Linux), in MB."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def growth(count: int, seed: int = 0, *, every: int = 0) -> float:
    """MB gained from the first hundred of ``count`` simplifications to the last."""
    rng = random.Random(seed)
    first = 0.0
    started = time.perf_counter()
    for done in range(1, count + 1):
        simplify(generated(rng, rng.randint(2, 9), 10 * count))
        if done == 100 or (every and done % every == 0) or done == count:
            gc.collect()
            first = first or resident_mb()
        if every and done % every == 0:
            seconds = time.perf_counter() - started
            print(f"{done:8,} simplified  {resident_mb():8.1f} MB  {seconds:7.1f} s", flush=True)
    return resident_mb() - first


def main() -> int:
    """Measure, print and judge."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--limit", type=float, default=50.0, help="MB of growth allowed")
    options = parser.parse_args()
    grown = growth(options.count, options.seed, every=max(1, options.count // 20))
    print(f"grown by {grown:.1f} MB (allowed: {options.limit:g})")
    return int(grown > options.limit)


if __name__ == "__main__":
    sys.exit(main())
