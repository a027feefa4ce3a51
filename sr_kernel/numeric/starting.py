"""Starting values for constants, at the scale that the data suggest."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sr_kernel.expr.operators import FloatArray
from sr_kernel.numeric.gradient import registers
from sr_kernel.numeric.program import Program

_FIRST = (1.0, -1.0, 0.1, 10.0)


def starting_values(
    program: Program, X: FloatArray, random_state: int
) -> Iterator[tuple[float, ...]]:
    """The program's own constants, then values of natural size, then random ones around it."""
    yield program.theta
    scales = natural_scales(program, X)
    for factor in _FIRST:
        yield tuple(float(value) for value in factor * scales)
    rng = np.random.default_rng(random_state)
    while True:
        sizes = scales * 10.0 ** rng.uniform(-1.5, 1.0, len(scales))
        yield tuple(float(value) for value in sizes * rng.choice([-1.0, 1.0], len(scales)))


def far_from_natural(program: Program, X: FloatArray, constants: list[int]) -> bool:
    """Whether one of ``constants`` is a thousand times too large or too small to matter."""
    ratio = np.abs(np.array(program.theta)) / natural_scales(program, X)
    picked = ratio[constants]
    return bool(np.any((picked < 1e-3) | (picked > 1e3)))


def natural_scales(program: Program, X: FloatArray) -> FloatArray:
    """For each constant the size at which it matters as much as what it is combined with.

    ``c`` in ``c*u`` about 1/|u|, in ``u + c`` and ``u/c`` about |u|, elsewhere 1.
    """
    sizes = [_size(column) for column in registers(program, X)]
    scales = np.ones(len(program.theta))
    for step in program.steps:
        for place, arg in enumerate(step.args):
            source = program.steps[arg]
            if source.op == "theta" and len(step.args) == 2:
                scales[source.index] = _scale(step.op, sizes[step.args[1 - place]])
    return scales


def _scale(op: str, other: float) -> float:
    if op == "mul":
        return 1.0 / other
    return other if op in ("add", "sub", "div", "min", "max", "mod") else 1.0


def _size(column: object) -> float:
    """The typical size of a column's entries; 1 where it has none."""
    sizes = np.abs(np.atleast_1d(np.asarray(column, dtype=np.float64)))
    sizes = sizes[np.isfinite(sizes) & (sizes > 1e-150) & (sizes < 1e150)]
    return float(np.median(sizes)) if len(sizes) else 1.0
