"""Powers of fitted bases as exponentials, by whose rates fits are compared."""

from __future__ import annotations

from math import log

from sr_kernel.expr import Expr, apply, number, rebuild

FLATTEST, STEEPEST = 0.01, 50.0
"""A float base near 1 has too few digits left for its logarithm."""


def natural(expr: Expr) -> Expr:
    """``expr`` with powers of fitted bases as exponentials."""
    node = rebuild(expr, tuple(map(natural, expr.args)))
    if node.op != "pow" or node.args[1].is_number:
        return node
    value = node.args[0].value
    if not isinstance(value, float) or value <= 0 or value == 1:
        return node
    return apply("exp", apply("mul", number(log(value)), node.args[1]))
