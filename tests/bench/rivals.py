"""Rivals of the search, each in an environment and a process of its own.

They are measurements' dependencies, not the package's: ``python tests/bench/rivals.py NAME ...``
installs them into a folder beside the results and says which could not be.
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from problems import Case

from sr_kernel.errors import SrKernelError
from sr_kernel.expr import Expr, parse, substitute, symbol
from sr_kernel.numeric.fit import fit_constants
from sr_kernel.search.refine import pinned

PACKAGES = {
    "pyoperon": ("pyoperon",), "eggp": ("eggp",), "gplearn": ("gplearn",),
    # Its build needs pybind11 and does not say so.
    "rils_rols": ("pybind11", "setuptools", "wheel", "--no-build-isolation rils-rols"),
}  # fmt: skip
STARTING = 60.0
"""Seconds for a rival's imports, which are not counted."""
PATIENCE = 2.0
"""A rival is killed after so many times its CPU seconds; what it told by then counts."""


@dataclass(frozen=True)
class Found:
    """Terms of a rival (the last is its choice), CPU seconds when it told them, and in all."""

    front: tuple[Expr, ...]
    told: float
    cpu: float
    note: str = ""


# ------------------------------------------------------------------ installing


def install(names: Sequence[str], folder: Path) -> dict[str, str]:
    """By rival its version, or why there is none, also kept in ``folder``."""
    kept = folder / "rivals.json"
    known: dict[str, str] = json.loads(kept.read_text("utf-8")) if kept.exists() else {}
    python = folder / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    for name in names:
        if name not in PACKAGES:
            raise SystemExit(f"no rival {name!r}: there are {', '.join(PACKAGES)}")
        if not known.get(name, "-").startswith("-"):
            continue
        known[name] = _installed(python, PACKAGES[name])
        print(f"{name}: {known[name]}", flush=True)
    kept.write_text(json.dumps(known), encoding="utf-8")
    return {name: known[name] for name in names}


def _installed(python: Path, packages: Sequence[str]) -> str:
    for package in packages:
        done = subprocess.run(
            [str(python), "-m", "pip", "install", "-q", *package.split()],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            lines = [line for line in done.stderr.splitlines() if "rror" in line]
            return f"- pip could not install {package} ({lines[0].strip() if lines else '?'})"
    shown = subprocess.run(
        [str(python), "-m", "pip", "show", packages[-1].split()[-1]], capture_output=True,
        text=True, check=True,
    ).stdout  # fmt: skip
    return next(line.split()[1] for line in shown.splitlines() if line.startswith("Version"))


# ------------------------------------------------------------------ running


def cpu_of(pid: int) -> float:
    """CPU seconds of a process and of all it has started (Linux)."""
    total, tick = 0.0, os.sysconf("SC_CLK_TCK")
    parents: dict[int, int] = {}
    times: dict[int, float] = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
        except (OSError, IndexError):
            continue  # it has ended
        parents[int(entry.name)] = int(fields[1])
        # Its own time, and that of children that have ended.
        times[int(entry.name)] = sum(map(int, fields[11:15])) / tick
    for process in times:
        ancestor = process
        while ancestor not in (pid, 0):
            ancestor = parents.get(ancestor, 0)
        total += times[process] if ancestor == pid else 0.0
    return total


def rival(name: str, case: Case, budget: float, seed: int, folder: Path) -> Found:
    """One fit of ``name`` with ``budget`` CPU seconds."""
    with tempfile.TemporaryDirectory() as place:
        table = Path(place) / "table.npz"
        np.savez(table, X=case.X, y=case.y)
        script = Path(__file__).with_name("rival_fit.py")
        command = [str(folder / "bin" / "python"), str(script), name, str(table), f"{budget:g}"]
        with subprocess.Popen(
            [*command, str(seed)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1",
                 "PYTHONPATH": ""},
        ) as process:  # fmt: skip
            try:
                return _watched(process, case, budget)
            finally:
                process.kill()


def _watched(process: subprocess.Popen[bytes], case: Case, budget: float) -> Found:
    assert process.stdout is not None
    assert process.stderr is not None
    lines = _Lines(process.stdout.fileno())
    if lines.next(STARTING) is None:
        return Found((), 0.0, 0.0, "did not start: " + _last_line(process))
    base = cpu_of(process.pid)
    front: list[Expr] = []
    told = cpu = 0.0
    note = ""
    while True:
        line = lines.next(0.2)
        cpu = max(cpu, cpu_of(process.pid) - base)
        if line is not None:
            front, told = _terms(line["front"], case), line["cpu"]
        elif lines.ended:
            break
        elif cpu > PATIENCE * budget:
            note = "killed"
            break
    if not front and not note:
        note = "failed: " + _last_line(process)
    return Found(tuple(front), told, max(cpu, told), note)


class _Lines:
    """JSON lines of a pipe, waited for."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._text = b""
        self.ended = False

    def next(self, seconds: float) -> Any:
        """The next line, None if none comes in time or at the end."""
        until = time.perf_counter() + seconds
        while b"\n" not in self._text and not self.ended:
            ready, _, _ = select.select([self._descriptor], [], [], max(0.0, until -
                                                                        time.perf_counter()))
            if not ready:
                return None
            part = os.read(self._descriptor, 1 << 16)
            self._text += part
            self.ended = not part
        line, newline, self._text = self._text.partition(b"\n")
        return json.loads(line) if newline else None


def _last_line(process: subprocess.Popen[bytes]) -> str:
    process.kill()
    assert process.stderr is not None
    lines = process.stderr.read().decode(errors="replace").strip().splitlines()
    return lines[-1][:100] if lines else "?"


def _terms(texts: Sequence[str], case: Case) -> list[Expr]:
    """What can be read, with constants polished: some rivals print few digits."""
    columns = {f"v{k}": symbol(name) for k, name in enumerate(case.variables)}
    found = []
    for text in dict.fromkeys(texts[::-1]):
        try:
            expr = substitute(parse(text, variables=list(columns)), columns)
            fit = fit_constants(pinned(expr), case.X, case.y, case.variables, max_steps=30)
        except SrKernelError:
            continue
        found.append(fit.expr)
    return found[::-1]


if __name__ == "__main__":
    folder, *asked = sys.argv[1:]
    install(asked, Path(folder))
