"""The price of a wave that is faster than the rows.

A function that runs through thousands of waves between a few rows can be had for any values on
them: which of so many it is has to be told, whether a fitted constant says so or the column's unit.
"""

from __future__ import annotations

import math

import numpy as np

from sr_kernel.expr import Expr, walk
from sr_kernel.numeric.gradient import registers
from sr_kernel.numeric.program import compile_program
from sr_kernel.search.operations import PERIODIC
from sr_kernel.search.sample import Sample

_FEW = 2.0
"""Waves that a law may as well have as not."""


def many_waves(expr: Expr, sample: Sample) -> float:
    """Nats for choosing the periodic functions of ``expr`` among as many as their arguments have
    waves."""
    if not any(node.op in PERIODIC for node in walk(expr)):
        return 0.0
    program = compile_program(expr, sample.variables)
    values = registers(program, sample.X[:200])
    arguments = [values[step.args[0]] for step in program.steps if step.op in PERIODIC]
    return sum(map(_choice, arguments))


def _choice(argument: object) -> float:
    waves = float(np.ptp(np.atleast_1d(np.asarray(argument, dtype=np.float64)))) / (2.0 * math.pi)
    return math.log1p(waves / _FEW) if math.isfinite(waves) else 0.0
