"""Description length: how many nats it takes to say a law and then the data given the law.

Model choice is by this length (Rissanen 1978; for the form used here see Hansen and Yu,
JASA 96:746, 2001): the residual variance, the fitted constants, and the price of the structure,
node by node.  A larger law is only worth showing if it shortens the whole.
"""

from __future__ import annotations

import math
from fractions import Fraction
from functools import lru_cache

from sr_kernel.expr import Expr
from sr_kernel.search.operations import PERIODIC

RELATIVE_FLOOR = 1e-12
"""Residuals below this share of the target's size are rounding, and all equally good."""

EXACT_LOSS = 1e-16
"""Relative loss below which a match is taken for exact and worth spelling."""
ROUNDING = 1e-25
"""The same for sums of many terms, which come near any smooth function but not this near."""

_PRICES = {"div": 1.6, "pow": 2.0, "sqrt": 2.0, "log": 2.0, "abs": 2.5}
_NESTED = 4.0
"""A function of a function that is no polynomial, such as 1/(a + sqrt(x)), is rare in laws."""
_STEEP, _STEEPEST = 2.0, 4.0
"""Fitted exponents beyond the steepest usual one mostly mimic an exponential function."""

_BELOW = 0.3
"""A quotient is the usual word for a factor with a negative exponent."""


def structure_length(expr: Expr, columns: int) -> float:
    """Nats to spell ``expr`` over ``columns`` variables, fitted constants left blank."""
    return _structure(expr, columns)[0]


@lru_cache(maxsize=4096)
def _structure(expr: Expr, columns: int) -> tuple[float, bool]:
    """(nats, whether a root, a broken power or a transcendental function is in it)."""
    if expr.is_symbol:
        return 1.0 + math.log(columns + 1.0), False
    value = expr.value
    if isinstance(value, float):
        return 1.5, False
    if isinstance(value, Fraction):
        plain = math.log(value.denominator) + math.log(1.0 + abs(value.numerator) / 2.0)
        return 1.5 + plain, False
    parts = [_structure(arg, columns) for arg in expr.args]
    total = sum(nats for nats, _ in parts)
    special = any(flag for _, flag in parts)
    if expr.op in ("add", "mul"):
        return total + 1.4 * (len(parts) - 1), special
    if expr.op == "neg":
        return total, special
    exponent = expr.args[1].value if expr.op == "pow" else None
    if isinstance(exponent, Fraction) and exponent < 0:
        total += _BELOW
    if isinstance(exponent, float):
        total += _STEEP * math.log(max(abs(exponent) / _STEEPEST, 1.0))
    if expr.op in PERIODIC:
        total += 7.0
    else:
        total += _PRICES.get(expr.op, 3.0)
    if parts and parts[-1][1] and not _power_below(expr):
        total += _NESTED  # the last argument: a denominator, an exponent, or the only one
    return total, special or _special(expr)


def _power_below(expr: Expr) -> bool:
    """Whether ``expr`` is divided by a power of a column: x**-1.5 in other words."""
    below = expr.args[-1]
    return expr.op == "div" and below.op in ("pow", "sqrt") and below.args[0].is_symbol


def _special(expr: Expr) -> bool:
    if expr.op == "pow":
        exponent = expr.args[1].value
        return not (isinstance(exponent, Fraction) and exponent.denominator == 1)
    return expr.op != "div" and bool(expr.args)


def description_length(loss: float, rows: int, parameters: int, structure: float) -> float:
    """Nats for ``loss`` (mean squared error in units of the target's variance) and the rest.

    gMDL: each fitted constant takes its share of the rows, so few rows and many constants cannot
    look like an exact law.  Infinite if there are as many parameters as rows.
    """
    if parameters >= rows:
        return math.inf
    spread = max(loss * rows / (rows - parameters), RELATIVE_FLOOR**2)
    fit = 0.5 * (rows - parameters) * math.log(spread)
    if parameters:
        explained = rows * max(1.0 - loss, 0.0) / parameters
        fit += 0.5 * parameters * math.log(max(explained, spread))
    return fit + structure


def coarse_length(length: float, loss: float, rows: int, parameters: int) -> float:
    """``length`` with half the log of the rows for each constant, however precise the data are
    (Schwarz 1978); ``loss`` and ``parameters`` are those that it was computed from."""
    fitting = description_length(loss, rows, parameters, 0.0)
    return length - fitting + 0.5 * (rows * math.log(loss) + parameters * math.log(rows))
