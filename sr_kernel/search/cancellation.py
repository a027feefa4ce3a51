"""How many digits of a law's constants only serve to cancel each other.

A difference of two large and nearly equal terms, such as 1e5*x**0.5001 - 1e5*x**0.5, says something
else than it seems to, here a logarithm, and needs constants of many digits to say it.  Those digits
have to be paid for.
"""

from __future__ import annotations

import math

import numpy as np

from sr_kernel.expr import Expr
from sr_kernel.numeric.gradient import registers
from sr_kernel.numeric.program import compile_program
from sr_kernel.search.sample import Sample

_FREE = 30.0
"""A term may be this much larger than the sum that it is part of."""


def cancelled_digits(expr: Expr, sample: Sample) -> float:
    """Nats that cancel in the sums of ``expr``, beyond what is usual."""
    program = compile_program(expr, sample.variables)
    if not program.theta:
        return 0.0
    values = registers(program, sample.X[:200])
    total = 0.0
    for step, value in zip(program.steps, values, strict=True):
        if step.op not in ("add", "sub"):
            continue
        whole = _spread(value)
        part = max(_spread(values[arg]) for arg in step.args)
        if 0 < whole < math.inf and part < math.inf:
            total += max(0.0, math.log(part / (_FREE * whole)) if part > 0 else 0.0)
    return total


def _spread(value: object) -> float:
    """The standard deviation of a column; constants have none."""
    return float(np.std(np.atleast_1d(np.asarray(value, dtype=np.float64))))
