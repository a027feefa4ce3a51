"""Does a law hold in any units?

Measured columns have arbitrary units.  A law is free of them if scaling a column, or the target,
can be made up for by its fitted constants: c*a**1.5 is, log(1 + a) is not.  A law that fixes units
may well be right, where columns are counts or the units are natural ones; but it claims more, and
on few noisy rows the claim has to be paid for.
"""

from __future__ import annotations

import numpy as np

from sr_kernel.expr import Expr, variables, walk
from sr_kernel.expr.operators import FloatArray
from sr_kernel.search.sample import Sample

UNIT_PRICE = 3.5
"""Nats for each unit that a law fixes: one in about thirty is the natural one.  Beside a fitted
exponent, which is plain in the units in which a law has no constants, it is twice that."""

_STEP = 1e-6
_ABSORBED = 1e-4


def unit_length(expr: Expr, sample: Sample) -> float:
    """Nats for the units that ``expr`` fixes."""
    price = UNIT_PRICE * (2.0 if any(map(_fits_exponent, walk(expr))) else 1.0)
    return price * fixed_units(expr, sample)


def _fits_exponent(node: Expr) -> bool:
    return node.op == "pow" and isinstance(node.args[1].value, float)


def fixed_units(expr: Expr, sample: Sample) -> int:
    """Number of independent units that ``expr`` fixes: scalings of its columns and of the target
    that its constants cannot absorb, nor other such scalings make up for.

    x + z claims that x and z have one unit and y the same, two claims about three units.  To first
    order: the changes of the values under scaling, outside the span of their derivatives by the
    fitted constants.
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
    return _rank_beside(np.array(changes), gradient)


def _rank_beside(changes: FloatArray, gradient: FloatArray) -> int:
    """The rank of ``changes`` (k, n) outside the span of the columns of ``gradient`` (n, p)."""
    sizes = np.linalg.norm(changes, axis=1)
    # What cannot be decided is not counted.
    changes = changes[np.isfinite(sizes) & (sizes > 0)]
    if len(changes) == 0:
        return 0
    changes = changes / np.linalg.norm(changes, axis=1)[:, None]
    # An exponent over a base of both signs cannot move: it makes up for nothing.
    gradient = gradient[:, np.isfinite(gradient).all(axis=0)]
    norms = np.linalg.norm(gradient, axis=0)
    basis = gradient[:, norms > 0] / norms[norms > 0]
    if basis.shape[1]:
        changes = changes - (basis @ np.linalg.lstsq(basis, changes.T, rcond=1e-9)[0]).T
    return int((np.linalg.svd(changes, compute_uv=False) > _ABSORBED).sum())
