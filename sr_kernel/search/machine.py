"""A small compiled machine that fits constants: thousands of short descents a second.

A program's steps are run row by row, forwards for the value and backwards for the derivatives by
all constants at once (reverse accumulation), straight into the normal equations; the constants
move by Levenberg-Marquardt.  It is quick, not exact to the last digit: what is kept is polished by
:func:`sr_kernel.numeric.fit.fit_constants`.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from sr_kernel.expr import Expr
from sr_kernel.expr.operators import FloatArray
from sr_kernel.numeric.program import Program, compile_program

CODES = {
    name: code
    for code, name in enumerate((
        "input", "theta", "constant", "add", "sub", "mul", "div", "neg", "pow", "sqrt", "exp",
        "log", "sin", "cos", "tan", "tanh", "asin", "acos", "atan", "abs", "sinh", "cosh",
    ))
}  # fmt: skip
"""Steps that the machine knows; programs with others are for the slower fit."""


PATIENCE = 15
"""Fits after which it pays to load the machine."""
_asked: list[None] = []
_known: set[str] = set()
"""What has been seen of the compiled machine, for good."""


class Tape(NamedTuple):
    """A program as arrays: for each step its code, two places and a value."""

    code: Any
    left: Any
    right: Any
    value: FloatArray


class Descent(NamedTuple):
    """``expr`` with the floats ``theta`` and weighted sum of squares ``cost``; its ``program``
    still has those it started from."""

    expr: Expr
    theta: tuple[float, ...]
    cost: float
    program: Program


def tape(program: Program) -> Tape | None:
    """The program's steps as a tape; None where the machine does not know one of them."""
    steps = program.steps
    if any(step.op not in CODES for step in steps):
        return None
    left = [step.args[0] if step.args else step.index for step in steps]
    right = [step.args[1] if len(step.args) > 1 else 0 for step in steps]
    return Tape(
        np.array([CODES[step.op] for step in steps], dtype=np.int64),
        np.array(left, dtype=np.int64),
        np.array(right, dtype=np.int64),
        np.array([step.value for step in steps], dtype=np.float64),
    )


def descend(
    expr: Expr,
    X: FloatArray,
    y: FloatArray,
    weights: FloatArray,
    variables: Sequence[str],
    *,
    steps: int = 15,
    starts: Sequence[FloatArray] = (),
) -> Descent | None:
    """The end of the best descent from the floats of ``expr`` and from ``starts`` (each (p,));
    None where it is undefined on some row or not for the machine.
    """
    program = compile_program(expr, variables)
    steps_ = tape(program)
    if steps_ is None:
        return None
    best: tuple[float, FloatArray] | None = None
    for start in (np.array(program.theta, dtype=np.float64), *starts):
        cost, theta = _kernels()(*steps_, X, y, weights, start, steps)
        if np.isfinite(cost) and (best is None or cost < best[0]):
            best = float(cost), theta
    if best is None or not np.isfinite(best[1]).all():
        return None
    theta = tuple(float(value) for value in best[1])
    return Descent(program.to_expr(theta), theta, best[0], program)


def begin() -> None:
    """A new search begins: its first fits will do without the machine again, so that the same
    search takes the same steps whatever was searched before."""
    _asked.clear()


def ready(*, patient: bool = True) -> bool:
    """Whether the machine can be used without waiting for it.

    It has to be compiled once on a computer, which takes some seconds; another process does that
    while searches go on without it.  Loading takes a second too, so the first few fits of a search
    do without it unless they are not ``patient``.
    """
    if patient and len(_asked) < PATIENCE:
        _asked.append(None)
        return False
    if _usable():
        return True
    if "compiling" not in _known:
        _known.add("compiling")
        threading.Thread(target=_compile_elsewhere, daemon=True).start()
    return False


def _compile_elsewhere() -> None:
    root = str(Path(__file__).resolve().parents[2])
    paths = [root, *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    subprocess.run(
        [sys.executable, "-c", "from sr_kernel.search.machine_kernels import warm; warm()"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        check=False, start_new_session=True,
    )  # fmt: skip


def _usable() -> bool:
    """Whether the machine is compiled, here or on disk."""
    if "usable" not in _known:
        from sr_kernel.search.machine_kernels import on_disk

        if not on_disk():
            return False
        _known.add("usable")
    return True


@cache
def _kernels() -> Any:
    """The compiled descent; numba is imported on first use and keeps what it compiles on disk."""
    from sr_kernel.search.machine_kernels import descent

    return descent
