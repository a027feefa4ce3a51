"""How fast and how faithful the notebook's kernel side is while a real search runs.

``python tests/bench/notebook.py [--seed 0] [PART ...]`` measures, in seconds of the clock:

- ``menu``: from a request for the menu of a random part to its answer;
- ``edit``: from an entered formula to its fit, score and verdict;
- ``inspect``: from a request for the e-graph or the derivation of a law to its answer;
- ``progress``: the longest time between two snapshots;
- ``stop``: from Stop to the finished result, and whether all laws shown before are kept;
- ``steer``: from a ban of a part of the best law to the first snapshot without it, and violations
  in later snapshots and in the result;
- ``fronts``: functionally equal rows on the fronts of short searches;
- ``size``: bytes of the output that a notebook keeps.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import time
from collections.abc import Awaitable, Callable, Iterator
from itertools import combinations
from typing import Any

import numpy as np

from sr_kernel.equality import equivalent
from sr_kernel.errors import SrKernelError
from sr_kernel.expr import from_tree, number, subtree, to_text, to_tree, transform
from sr_kernel.formula import problem_of
from sr_kernel.formula.task import Task
from sr_kernel.jupyter.session import Session
from sr_kernel.report.snapshot import Json
from sr_kernel.search.hypothesis import contains
from sr_kernel.search.process import SearchProcess

LARGEST = 25
"""Nodes of a law whose menus are timed."""


class Screen:
    """A view and a comm that remember what was shown, and when."""

    def __init__(self) -> None:
        self.times: list[float] = []
        self.last: Json = {}
        self.bundle: dict[str, Any] = {}

    def show(self, bundle: dict[str, Any]) -> None:
        self.bundle = bundle

    update = show

    def on_msg(self, callback: Callable[..., object]) -> None:
        """Requests are put to the session itself."""

    on_close = on_msg

    def send(self, data: Json) -> None:
        if "snapshot" in data:
            self.times.append(time.perf_counter())
            self.last = data["snapshot"]


def noisy_task(rng: np.random.Generator, rows: int = 500) -> Task:
    """A law of three columns with noise, so that a search has enough to do."""
    a, b, c = rng.uniform(0.5, 4.0, (3, rows))
    weights = rng.uniform(0.5, 3.0, 4)
    laws = (
        weights[0] * a * b + weights[1] * c**2 / a,
        weights[0] * np.sin(weights[1] * a) * b + weights[2] * c,
        weights[0] * np.exp(-weights[1] * a / 3) * b + weights[2] * np.sqrt(c),
    )
    y = laws[int(rng.integers(len(laws)))]
    y = y + 0.1 * y.std() * rng.normal(size=rows)
    return problem_of("y ~ a + b + c", {"a": a, "b": b, "c": c, "y": y}, name="t")


async def searched(
    task: Task, seconds: float, drive: Callable[[Session, Screen], Awaitable[None]]
) -> tuple[Session, Screen]:
    """A session that runs while ``drive`` asks it things, and is stopped after that."""
    screen = Screen()
    engine = SearchProcess(task.problem, time_limit=seconds)
    session = Session(task, engine, screen, time_limit=seconds, loop=asyncio.get_running_loop())
    session.start()
    session.attach(screen)
    waiting = asyncio.ensure_future(session.wait())
    while not screen.last.get("front") and not waiting.done():
        await asyncio.sleep(0.05)
    await drive(session, screen)
    session.stop()
    await waiting
    return session, screen


def paths(tree: Any, here: tuple[int, ...] = ()) -> Iterator[list[int]]:
    """Every part of a tree."""
    yield list(here)
    if isinstance(tree, list) and tree[0] not in ("float", "integer"):
        for place, child in enumerate(tree[1:]):
            yield from paths(child, (*here, place))


# ---------------------------------------------------------------- parts


def menu(rng: np.random.Generator, count: int = 120) -> str:
    """Menus of random parts of the laws on the front while the search runs."""
    times: list[float] = []
    chance = random.Random(int(rng.integers(2**31)))

    async def drive(session: Session, screen: Screen) -> None:
        for _ in range(count // 3):
            laws = [law for law in session._front_so_far()[0] if law.expr.size <= LARGEST]
            law = chance.choice(laws)
            path = chance.choice(list(paths(to_tree(law.expr))))
            start = time.perf_counter()
            try:
                await session.answer({"cmd": "menu", "law": law.key, "path": path})
            except SrKernelError as error:
                if "any more" not in str(error):  # the front may have moved on
                    raise
            times.append(time.perf_counter() - start)
            await asyncio.sleep(0.05)

    for _ in range(3):
        asyncio.run(searched(noisy_task(rng), 60.0, drive))
    return _percentiles("menu", times)


def edit(rng: np.random.Generator, count: int = 90) -> str:
    """Formulas like those a user enters: a law of the front with something changed."""
    times: list[float] = []

    async def drive(session: Session, screen: Screen) -> None:
        await asyncio.sleep(2.0)  # the first compiles
        for _ in range(count // 3):
            law = session._front_so_far()[0][-1]
            text = _changed(law, rng)
            start = time.perf_counter()
            await session.answer({"cmd": "score", "text": text, "base": law.key})
            times.append(time.perf_counter() - start)
            await asyncio.sleep(0.05)

    for _ in range(3):
        asyncio.run(searched(noisy_task(rng), 60.0, drive))
    return _percentiles("edit", times)


def _changed(law: Any, rng: np.random.Generator) -> str:
    """The law with other constants, and a term added or its sum multiplied."""
    factor = float(rng.uniform(0.8, 1.2))

    def move(node: Any) -> Any:
        return number(node.value * factor) if isinstance(node.value, float) else node

    text = to_text(transform(law.expr, move), digits=5)
    return str(rng.choice([text, f"{text} + 0.3*a", f"({text})*b**0.1", f"{text} - sin(c)"]))


def inspect(rng: np.random.Generator, count: int = 60) -> str:
    """E-graphs and derivations of the laws on the front and of formulas like them."""
    times: list[float] = []

    async def drive(session: Session, screen: Screen) -> None:
        await asyncio.sleep(2.0)  # the first loads the rules
        for _ in range(count // 6):
            law = session._front_so_far()[0][-1]
            reply = await session.answer({"cmd": "score", "text": _changed(law, rng)})
            for command in ("egraph", "explain"):
                start = time.perf_counter()
                await session.answer({"cmd": command, "law": reply["law"]["id"]})
                times.append(time.perf_counter() - start)

    for _ in range(3):
        asyncio.run(searched(noisy_task(rng), 60.0, drive))
    return _percentiles("inspect", times)


def progress(rng: np.random.Generator, seconds: float = 15.0) -> str:
    """Gaps between snapshots while the search runs."""

    async def drive(session: Session, screen: Screen) -> None:
        await asyncio.sleep(seconds)

    gaps: list[float] = []
    for _ in range(3):
        _, screen = asyncio.run(searched(noisy_task(rng), 60.0, drive))
        gaps += list(np.diff(screen.times))
    return f"progress: {len(gaps)} gaps, median {np.median(gaps):.2f} s, longest {max(gaps):.2f} s"


def stop(rng: np.random.Generator, trials: int = 20) -> str:
    """Time from Stop to the result, at random moments."""
    times: list[float] = []
    lost = 0

    async def drive(session: Session, screen: Screen) -> None:
        await asyncio.sleep(float(rng.uniform(0.0, 2.5)))
        nonlocal lost
        shown = {law["complexity"]: law["loss"] for law in screen.last["front"]}
        start = time.perf_counter()
        await session.answer({"cmd": "stop"})
        while session.laws is None:
            await asyncio.sleep(0.01)
        times.append(time.perf_counter() - start)
        best = min(law.loss for law in session.laws)
        lost += best > min(shown.values()) * 1.01

    for _ in range(trials):
        asyncio.run(searched(noisy_task(rng), 60.0, drive))
    return f"stop: {trials} trials, longest {max(times):.2f} s, {lost} lost a better law"


def steer(rng: np.random.Generator, trials: int = 20) -> str:
    """Bans of a random part of the best law, each watched for two more seconds."""
    times: list[float] = []
    violations = laws = 0

    async def drive(session: Session, screen: Screen) -> None:
        nonlocal violations, laws
        await asyncio.sleep(float(rng.uniform(0.5, 2.5)))
        while (best := session._front_so_far()[0][-1]).expr.is_number:
            await asyncio.sleep(0.1)
        path = _banned(best, rng)
        part = from_tree(subtree(to_tree(best.expr), path))
        start, seen = time.perf_counter(), len(screen.times)
        await session.answer({"cmd": "ban", "law": best.key, "path": path})
        while len(screen.times) == seen:
            await asyncio.sleep(0.005)
        times.append(screen.times[seen] - start)
        until = time.perf_counter() + 2.0
        while time.perf_counter() < until:
            shown = [from_tree(law["tree"]) for law in screen.last["front"]]
            laws += len(shown)
            violations += sum(contains(expr, part) for expr in shown)
            await asyncio.sleep(0.1)
        session.stop()
        while session.laws is None:
            await asyncio.sleep(0.01)
        violations += sum(contains(law.expr, part) for law in session.laws)

    for _ in range(trials):
        asyncio.run(searched(noisy_task(rng), 60.0, drive))
    longest = max(times)
    return f"steer: {trials} bans, longest {longest:.2f} s, {violations} violations in {laws} laws"


def _banned(law: Any, rng: np.random.Generator) -> list[int]:
    """The path of a part that is more than a number, the whole law if there is no other."""
    tree = to_tree(law.expr)
    found = [path for path in paths(tree) if path and not from_tree(subtree(tree, path)).is_number]
    return found[int(rng.integers(len(found)))] if found else []


def fronts(rng: np.random.Generator, runs: int = 50) -> str:
    """Rows of one front that are the same function."""
    equal = rows = 0
    for _ in range(runs):
        task = noisy_task(rng, 200)
        with SearchProcess(task.problem, time_limit=2.0) as process:
            *_, result = process.events()
        rows += len(result.front)
        equal += sum(
            equivalent(one.expr, two.expr) is True for one, two in combinations(result.front, 2)
        )
    return f"fronts: {runs} runs, {rows} rows, {equal} pairs of equal functions"


def size(rng: np.random.Generator, seconds: float = 30.0) -> str:
    """The output that a notebook keeps: each update replaces the one before."""

    async def drive(session: Session, screen: Screen) -> None:
        await asyncio.sleep(seconds)

    _, screen = asyncio.run(searched(noisy_task(rng), 60.0, drive))
    return f"size: {len(json.dumps(screen.bundle)) / 1e3:.0f} kB in the notebook"


def _percentiles(name: str, times: list[float]) -> str:
    p50, p95 = np.percentile(times, [50, 95]) * 1e3
    longest = max(times) * 1e3
    return f"{name}: {len(times)}, median {p50:.0f} ms, p95 {p95:.0f} ms, longest {longest:.0f} ms"


PARTS = {f.__name__: f for f in (menu, edit, inspect, progress, stop, steer, fronts, size)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS], help="all if none is named")
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    for name in asked.parts or PARTS:
        print(PARTS[name](np.random.default_rng(asked.seed)), flush=True)


if __name__ == "__main__":
    main()
