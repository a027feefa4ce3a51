"""Fixed sample points, and the numeric comparison of two terms at them.

A disagreement refutes an equality; an agreement proves nothing and only guards against mistakes.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from sr_kernel.expr import Expr, has_floats, variables
from sr_kernel.expr.operators import FloatArray
from sr_kernel.numeric.deadline import check_time
from sr_kernel.numeric.evaluate import evaluate
from sr_kernel.numeric.precise import evaluate_precise, largest_part
from sr_kernel.numeric.program import compile_program
from sr_kernel.numeric.shared_values import SharedValues

SEED = 20_231
ROWS = 48
_FAST_TOLERANCE = 1e-10
_DIGITS = 50
# One over the relative differences that are allowed: mpmath drops a Ctrl-C that comes while it
# reads a float.
_FLOAT_TOLERANCE = 10**9
_STRICT_TOLERANCE = 10**12
_EXACT_TOLERANCE = 10**30
_THOROUGH_ROWS = 12
_VISIBLE = 10**7
_FLOAT_ROUNDING = 10**13
_EXACT_ROUNDING = 10**40

Box = Mapping[str, tuple[float, float]]


@lru_cache(maxsize=64)
def _unit_rows(rows: int, columns: int) -> FloatArray:
    return np.random.default_rng(SEED).random((rows, columns))


def sample_points(
    names: Sequence[str],
    box: Box | None = None,
    rows: int = ROWS,
    integers: frozenset[str] = frozenset(),
) -> FloatArray:
    """Seeded points, one column a name: near and far, both signs, the same in every process."""
    if not box and not integers:
        return _free_points(len(names), rows).copy()
    return _points(names, box or {}, rows, integers)


@lru_cache(maxsize=64)
def _free_points(columns: int, rows: int) -> FloatArray:
    return _points([""] * columns, {}, rows, frozenset())


def _points(
    names: Sequence[str], box: Box, rows: int, integers: frozenset[str]
) -> FloatArray:
    unit = _unit_rows(rows, len(names))
    points = np.empty_like(unit)
    for column, name in enumerate(names):
        low, high = box.get(name, (-math.inf, math.inf))
        points[:, column] = _short(_spread(unit[:, column], low, high), low, high)
        if name in integers:
            points[:, column] = np.clip(np.round(points[:, column]), low, high)
    return points


def _short(values: FloatArray, low: float, high: float) -> FloatArray:
    """Values of few digits, for counterexamples that people read."""
    rounded = np.array([float(f"{value:.3g}") for value in values])
    return np.where((rounded > low) & (rounded < high), rounded, values)


def _spread(unit: FloatArray, low: float, high: float) -> FloatArray:
    """Maps [0, 1) into the interval; half of unbounded ranges lie within 3 of the origin."""
    if math.isfinite(low) and math.isfinite(high):
        return low + unit * (high - low)
    positive = np.where(unit < 0.6, 0.05 + 5.0 * unit, 0.02 * 10.0 ** (4.5 * unit - 1.0))
    if math.isfinite(low):
        return low + positive
    if math.isfinite(high):
        return high - positive
    rows = np.arange(len(unit)) % 3
    return np.where(rows == 0, -positive, np.where(rows == 1, positive, 6.0 * unit - 3.0))


@dataclass(frozen=True, slots=True)
class Difference:
    """A point at which two terms differ; None stands for undefined."""

    point: Mapping[str, float]
    left: float | None
    right: float | None


def find_difference(
    a: Expr, b: Expr, names: Sequence[str], points: FloatArray, *, thorough: bool = False
) -> Difference | None:
    """A row of ``points`` at which a is defined and b differs, confirmed at high precision.

    An undefined b counts as a difference.  ``thorough`` asks for a difference where both are
    defined, and looks for small ones too: some rows are compared at high precision only.
    """
    shared = SharedValues(names, points)
    left, right = shared.of(a), shared.of(b)
    with np.errstate(all="ignore"):
        gap = np.abs(left - right)
        close = gap <= _FAST_TOLERANCE * np.maximum(np.abs(left), np.abs(right))
    tolerance = _tolerance(a, b, thorough)
    suspects = np.flatnonzero(~(close | np.isnan(left)))
    rest = np.flatnonzero(close)[:_THOROUGH_ROWS] if thorough else suspects[:0]
    for row in (*suspects, *rest):
        check_time()
        point = dict(zip(names, points[row].tolist(), strict=True))
        found = _confirmed(a, b, point, tolerance)
        if found is not None and not (thorough and found.right is None):
            return found
    return None


def _tolerance(a: Expr, b: Expr, thorough: bool) -> int:
    """One over the relative difference at high precision above which values count as different."""
    if not has_floats(a, b):
        return _EXACT_TOLERANCE
    return _STRICT_TOLERANCE if thorough else _FLOAT_TOLERANCE


def names_of(*exprs: Expr) -> tuple[str, ...]:
    """All variables of ``exprs`` in alphabetical order."""
    return tuple(sorted({name for expr in exprs for name in variables(expr)}))


def values(expr: Expr, names: Sequence[str], points: FloatArray) -> FloatArray:
    """Values of ``expr`` at ``points``; nan where undefined."""
    return evaluate(compile_program(expr, tuple(names)), points)


def _confirmed(a: Expr, b: Expr, point: dict[str, float], tolerance: int) -> Difference | None:
    """The difference at ``point`` if it stands at high precision; undefined b counts as one."""
    left = evaluate_precise(a, point, _DIGITS)
    if left is None:
        return None
    right = evaluate_precise(b, point, _DIGITS)
    if right is None:
        return Difference(point, _float(left), None)
    scale = max(abs(left), abs(right))
    gap = abs(left - right)
    if gap * tolerance <= scale:
        return None
    # Constants that cancel leave digits that no float holds; a result that shows such digits is
    # refused, one that drops them is not.
    visible = tolerance == _FLOAT_TOLERANCE and right != 0 and gap * _VISIBLE > scale
    if not visible and _is_rounding(a, b, point, gap):
        return None
    return Difference(point, _float(left), _float(right))


def _is_rounding(a: Expr, b: Expr, point: dict[str, float], gap: Any) -> bool:
    """Whether rounding of intermediate values and of fitted constants can explain ``gap``."""
    largest = max(largest_part(expr, point) for expr in (a, b))
    return bool(gap * (_FLOAT_ROUNDING if has_floats(a, b) else _EXACT_ROUNDING) <= largest)


def _float(value: object) -> float:
    try:
        return float(value)  # type: ignore[arg-type]
    except OverflowError:
        return math.inf
