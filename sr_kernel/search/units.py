"""Does a law hold in any units?

Measured columns have arbitrary units.  A law is free of them if scaling a column, or the target,
can be made up for by its fitted constants: c*a**1.5 is, log(1 + a) is not.  A law that fixes units
may well be right, where columns are counts or the units are natural ones; but it claims more, and
on few noisy rows the claim has to be paid for.
"""

from __future__ import annotations

import numpy as np

from sr_kernel.expr import Expr, variables
from sr_kernel.expr.operators import FloatArray
from sr_kernel.search.sample import Sample

UNIT_PRICE = 7.0
"""Nats for each column, or the target, whose unit a law fixes."""

_STEP = 1e-6
_ABSORBED = 1e-4


def fixed_units(expr: Expr, sample: Sample) -> int:
    """Number of columns of ``expr``, and the target, whose scaling its constants cannot absorb.

    To first order: the change of the values under scaling must lie in the span of their
    derivatives by the fitted constants.
    """
    from sr_kernel.numeric.evaluate import evaluate
    from sr_kernel.numeric.gradient import evaluate_with_gradient
    from sr_kernel.numeric.program import compile_program

    program = compile_program(expr, sample.variables)
    rows = slice(0, 200)
    X = sample.X[rows]
    with np.errstate(all="ignore"):
        values, gradient = evaluate_with_gradient(program, X)
        changes = [values]
        for name in variables(expr):
            column = sample.variables.index(name)
            moved = X.copy()
            moved[:, column] *= 1 + _STEP
            changes.append((evaluate(program, moved) - values) / _STEP)
    return sum(not _in_span(change, gradient) for change in changes)


def _in_span(change: FloatArray, gradient: FloatArray) -> bool:
    size = float(np.linalg.norm(change))
    if not np.isfinite(size):
        return True  # a guard that cannot decide does not fire
    # An exponent over a base of both signs cannot move: it makes up for nothing.
    gradient = gradient[:, np.isfinite(gradient).all(axis=0)]
    norms = np.linalg.norm(gradient, axis=0)
    basis = gradient[:, norms > 0] / norms[norms > 0]
    if size == 0:
        return True
    if basis.shape[1] == 0:
        return False
    solution = np.linalg.lstsq(basis, change, rcond=1e-9)[0]
    return bool(np.linalg.norm(change - basis @ solution) <= _ABSORBED * size)
