"""Values of terms at a few points, by which they are compared."""

from __future__ import annotations

import zlib
from fractions import Fraction
from functools import lru_cache

import numpy as np

from sr_kernel.expr import OPERATORS, Expr
from sr_kernel.expr.operators import FloatArray

_POINTS = 6
"""Points of either kind, positive ones and others, at which terms are compared."""
_FAR = 24
"""Points of either kind within two decades of 1."""
_FEWEST = _POINTS - 1
"""Points at which two terms must be numbers to be compared."""
_DIGITS = 1e-9


@lru_cache(maxsize=20_000)
def values(expr: Expr, *, far: bool = False) -> FloatArray:
    """Values at points that hang on the variables' names alone, positive ones first; at ``far``
    ones, what is flat near zero is so no longer."""
    if expr.is_symbol:
        drawn = np.random.default_rng(zlib.crc32(str(expr.value).encode())).uniform
        if far:
            signs = np.sign(np.concatenate([np.ones(_FAR), drawn(-1, 1, _FAR)]))
            return np.asarray(signs * 10 ** drawn(-2, 2, 2 * _FAR))
        return np.concatenate([drawn(0.3, 1.9, _POINTS), drawn(-1.5, 1.5, _POINTS)])
    if isinstance(expr.value, Fraction | float):
        try:
            return np.asarray(float(expr.value))
        except OverflowError:
            return np.asarray(np.nan)
    args = [values(arg, far=far) for arg in expr.args]
    with np.errstate(all="ignore"):
        return np.asarray(OPERATORS[expr.op].numpy(*args), dtype=np.float64)


def proportional(a: FloatArray, b: FloatArray) -> bool:
    """Whether one is a constant times the other, where both are numbers."""
    with np.errstate(all="ignore"):
        ratio = a / b
        known = np.isfinite(ratio)
        if known.sum() < _FEWEST:
            return False
        ratio = ratio[known]
        first = ratio[0]
        return bool(first != 0 and (np.abs(ratio - first) <= _DIGITS * abs(first)).all())


def equal(a: FloatArray, b: FloatArray) -> bool | None:
    """Whether they are the same where both are numbers; None where too few are."""
    known = np.isfinite(a) & np.isfinite(b)
    if known.sum() < _FEWEST:
        return None
    a, b = a[known], b[known]
    with np.errstate(over="ignore"):
        return bool((np.abs(a - b) <= _DIGITS * np.maximum(np.abs(a), np.abs(b))).all())
