"""Description length: how many nats it takes to say a law and then the data given the law.

Model choice is by this length (Rissanen 1978; for the form used here see Hansen and Yu,
JASA 96:746, 2001): n/2 log of the residual variance, half log n for each fitted constant, and the
price of the structure, node by node.  A larger law is only worth showing if it shortens the whole.
"""

from __future__ import annotations

import math
from fractions import Fraction

from sr_kernel.expr import Expr
from sr_kernel.search.operations import PERIODIC, TRANSCENDENTAL

RELATIVE_FLOOR = 1e-12
"""Residuals below this share of the target's size are rounding, and all equally good."""

_PRICES = {"add": 1.4, "mul": 1.4, "neg": 0.7, "div": 1.6, "pow": 2.0, "sqrt": 2.0, "abs": 2.5}


def structure_length(expr: Expr, columns: int) -> float:
    """Nats to spell ``expr`` over ``columns`` variables, fitted constants left blank."""
    if expr.is_symbol:
        return 1.0 + math.log(columns + 1.0)
    value = expr.value
    if isinstance(value, float):
        return 2.5
    if isinstance(value, Fraction):
        return 1.5 + math.log(value.denominator) + math.log(1.0 + abs(value.numerator) / 2.0)
    inner = sum(structure_length(arg, columns) for arg in expr.args)
    if expr.op in ("add", "mul"):
        return inner + _PRICES[expr.op] * (len(expr.args) - 1)
    if expr.op in PERIODIC:
        return inner + 4.0
    return inner + _PRICES.get(expr.op, 3.0 if expr.op in TRANSCENDENTAL else 3.5)


def description_length(loss: float, rows: int, parameters: int, structure: float) -> float:
    """Nats for ``loss`` (mean squared error in units of the target's variance) and the rest.

    Infinite if there are as many parameters as rows: then nothing has been explained.
    """
    if parameters >= rows:
        return math.inf
    spread = loss * rows / (rows - parameters)
    fit = 0.5 * rows * math.log(max(spread, RELATIVE_FLOOR**2))
    return fit + 0.5 * parameters * math.log(rows) + structure
