"""Least-squares fits of a term's float constants.

Constants that enter linearly are solved for exactly at every step (variable projection, Golub &
Pereyra 1973, with Kaufman's Jacobian); the others move by Levenberg-Marquardt with Moré's scaling
by the largest column norms seen and Nielsen's damping.  Residuals are relative to the size of y
and columns to their norms, so scales of 1e-30 and 1e30 behave like 1.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np

from sr_kernel.errors import DataError, OptionError
from sr_kernel.expr import Expr
from sr_kernel.expr.operators import FloatArray
from sr_kernel.numeric.evaluate import evaluate
from sr_kernel.numeric.gradient import evaluate_with_gradient
from sr_kernel.numeric.linear import (
    Factored,
    column_norms,
    factored,
    linear_constants,
    solved,
    standard_errors,
)
from sr_kernel.numeric.program import Program, column_matrix, compile_program
from sr_kernel.numeric.starting import far_from_natural, starting_values

EXACT = 1e-15
"""Residuals of this size relative to y are rounding errors."""
_STARTS_OFF_SCALE = 3
"""Starts tried at least when the constants given are not of the data's scale."""
_SPARE_STARTS = 5
"""Further starts tried when the ones asked for leave the domain or feel no slope."""


@dataclass(frozen=True)
class Fit:
    """A term with fitted constants.

    ``loss`` is the weighted mean of squared residuals (infinite where the term is undefined on
    some row), ``parameters`` the floats of ``expr`` in reading order and ``errors`` their standard
    errors (infinite where the data do not determine them).  ``rank`` is the number of independent
    constants: the numerical rank of the Jacobian.
    """

    expr: Expr
    loss: float
    parameters: tuple[float, ...]
    errors: tuple[float, ...]
    converged: bool
    rank: int
    steps: int


def fit_constants(
    expr: Expr,
    X: FloatArray,
    y: FloatArray,
    variables: Sequence[str],
    *,
    weights: FloatArray | None = None,
    max_steps: int = 60,
    starts: int = 1,
    random_state: int = 0,
    time_limit: float | None = None,
) -> Fit:
    """``expr`` with its float constants fitted to ``y`` (n,) at the rows of ``X`` (n, d).

    Starts from the constants it has; ``starts`` > 1 adds deterministic others (seeded by
    ``random_state``) and keeps the best.  Each start takes at most ``max_steps`` steps, all
    together ``time_limit`` seconds.  A fit that does not converge is returned with
    ``converged=False``; one that finds no defined point keeps the constants given.

    Raises :class:`DataError` for shapes that do not match, rows of ``y`` that are not finite and
    negative weights, :class:`OptionError` for a negative number of steps or starts.
    """
    if max_steps < 0 or starts < 1:
        raise OptionError(
            f"max_steps={max_steps} and starts={starts} leave nothing to try: use at least 0 and 1"
        )
    program = compile_program(expr, variables)
    deadline = time.perf_counter() + time_limit if time_limit is not None else None
    with np.errstate(all="ignore"):
        model = _Model(program, X, y, weights)
        best = _best_of_starts(model, starts, max_steps, random_state, deadline)
        return model.report(best)


@dataclass
class _State:
    """A point of the search: constants, and weighted residuals relative to the size of y."""

    theta: FloatArray
    residual: FloatArray
    cost: float
    converged: bool = False
    stuck: bool = False
    steps: int = 0


class _Model:
    """The data of one fit, normalised, with the split into linear and other constants."""

    def __init__(
        self, program: Program, X: FloatArray, y: FloatArray, weights: FloatArray | None
    ) -> None:
        self.program = program
        self.X = column_matrix(X, len(program.variables))
        self.y, roots = _checked_target(len(self.X), y, weights)
        self.rows = int(np.sum(roots > 0))
        self.total = float(np.sum(np.square(roots)))
        self.roots = roots
        largest = float(np.max(np.abs(self.y)))
        self.unit = largest if largest > 0 else 1.0
        self.linear = list(linear_constants(program.expr))
        self.other = [i for i in range(len(program.theta)) if i not in self.linear]

    def state(self, theta: FloatArray) -> _State | None:
        """``theta`` with its linear part solved for; None where the term is undefined."""
        if not np.all(np.isfinite(theta)):
            return None
        if not self.linear:
            values = evaluate(self.program, self.X, theta)
            return self.measured(theta, values)
        theta = theta.copy()
        kept = theta[self.linear]
        theta[self.linear] = 0.0
        offset, columns = evaluate_with_gradient(self.program, self.X, theta, by=self.linear)
        if not (np.all(np.isfinite(offset)) and np.all(np.isfinite(columns))):
            return None
        target = self.relative(self.y - offset)
        theta[self.linear] = solved(factored(self.relative(columns)), target, kept)
        return self.measured(theta, offset + columns @ theta[self.linear])

    def relative(self, rows: FloatArray) -> FloatArray:
        """``rows`` times the roots of their weights, in units of the largest |y|."""
        scaled = rows / self.unit
        return scaled * (self.roots[:, None] if rows.ndim == 2 else self.roots)

    def measured(self, theta: FloatArray, values: FloatArray) -> _State | None:
        residual = self.relative(self.y - values)
        cost = float(residual @ residual)
        return _State(theta, residual, cost) if np.isfinite(cost) else None

    def jacobian(self, theta: FloatArray) -> FloatArray:
        """Derivatives of the relative values, zero where there is no usable slope.

        A vertical slope says nothing about the row; a missing one (the exponent of a negative
        base) freezes the constant.
        """
        matrix = self.relative(evaluate_with_gradient(self.program, self.X, theta)[1])
        matrix[:, np.any(np.isnan(matrix), axis=0)] = 0.0
        matrix[np.isinf(matrix)] = 0.0
        return matrix

    def projected(self, theta: FloatArray) -> FloatArray:
        """The Jacobian by the non-linear constants with the linear ones following (Kaufman)."""
        matrix = self.jacobian(theta)
        moving = matrix[:, self.other]
        if not self.linear:
            return moving
        basis = factored(matrix[:, self.linear])
        U = basis.U[:, : basis.rank]
        return moving - U @ (U.T @ moving)

    def is_exact(self, state: _State) -> bool:
        """Whether what is left is rounding."""
        return state.cost <= EXACT**2 * self.total

    def report(self, state: _State | None) -> Fit:
        """The public result for ``state``; None where no start is defined on every row."""
        if state is None:
            theta = self.program.theta
            unknown = (float("inf"),) * len(theta)
            return Fit(self.program.expr, float("inf"), theta, unknown, False, 0, 0)
        expr = self.program.to_expr(state.theta)
        matrix = factored(self.jacobian(state.theta))
        errors = standard_errors(matrix, state.residual, self.rows)
        return Fit(
            expr,
            float(state.cost / self.total * np.float64(self.unit) * self.unit),
            compile_program(expr, self.program.variables).theta,
            tuple(float(error) for error in errors),
            state.converged,
            matrix.rank,
            state.steps,
        )


def _checked_target(
    rows: int, y: FloatArray, weights: FloatArray | None
) -> tuple[FloatArray, FloatArray]:
    """The target and the roots of the weights (largest 1), both of length ``rows``."""
    target = np.asarray(y, dtype=np.float64)
    if target.shape != (rows,) or rows == 0:
        raise DataError(f"y has shape {target.shape} for {rows} rows of X: give one value a row")
    if not np.all(np.isfinite(target)):
        raise DataError("y holds nan or infinities: drop those rows before fitting")
    if weights is None:
        return target, np.ones(rows)
    given = np.asarray(weights, dtype=np.float64)
    if given.shape != (rows,) or not np.all(np.isfinite(given)) or np.any(given < 0):
        raise DataError("weights must be one finite number >= 0 a row")
    if not np.any(given > 0):
        raise DataError("all weights are 0: give at least one row a positive weight")
    return target, np.sqrt(given / given.max())


def _best_of_starts(
    model: _Model, starts: int, max_steps: int, seed: int, deadline: float | None
) -> _State | None:
    best: _State | None = None
    if model.other and far_from_natural(model.program, model.X, model.other):
        starts = max(starts, _STARTS_OFF_SCALE)
    values = starting_values(model.program, model.X, seed)
    for tried, theta in enumerate(islice(values, starts + _SPARE_STARTS)):
        if tried >= starts and best is not None and not best.stuck:
            break
        if tried and deadline is not None and time.perf_counter() > deadline:
            break
        found = _descended(model, np.array(theta, dtype=np.float64), max_steps, deadline)
        if found is not None and (best is None or _better(found, best)):
            best = found
        if best is not None and (not model.other or model.is_exact(best)):
            break
    return best


def _better(found: _State, best: _State) -> bool:
    return found.cost < best.cost or (best.stuck and not found.stuck and found.cost <= best.cost)


def _descended(
    model: _Model, theta: FloatArray, max_steps: int, deadline: float | None
) -> _State | None:
    """The end of the descent from ``theta``; None where the term is undefined there."""
    state = model.state(theta)
    if state is None:
        return None
    if not model.other or model.is_exact(state):
        state.converged = True
        return state
    norms = np.zeros(len(model.other))
    damping = 1e-3
    for step in range(max_steps):
        slope = model.projected(state.theta)
        state.steps = step
        if not np.any(slope):
            state.converged = state.stuck = True
            return state
        norms = np.maximum(norms, column_norms(slope))
        following, damping = _step(model, state, factored(slope, norms), damping)
        if following is None:
            state.converged = True
            return state
        following.steps = step + 1
        gained = state.cost - following.cost
        state = following
        if model.is_exact(state) or gained <= 1e-15 * state.cost:
            state.converged = True
            return state
        if deadline is not None and time.perf_counter() > deadline:
            return state
    return state


def _step(
    model: _Model, state: _State, slope: Factored, damping: float
) -> tuple[_State | None, float]:
    """A point of lower cost, and the damping to go on with; None where there is none."""
    pull = slope.U.T @ state.residual
    growth = 2.0
    while damping < 1e12:
        weights = slope.s * pull / (np.square(slope.s) + damping)
        promised = float(np.sum(weights * (2 * slope.s * pull - np.square(slope.s) * weights)))
        if promised <= 1e-16 * state.cost:
            return None, damping
        theta = state.theta.copy()
        theta[model.other] += (slope.Vt.T @ weights) / np.where(slope.norms > 0, slope.norms, 1.0)
        found = model.state(theta)
        if found is not None and found.cost < state.cost:
            ratio = (state.cost - found.cost) / promised
            return found, damping * max(1 / 3, 1 - (2 * min(ratio, 1.0) - 1) ** 3)
        damping *= growth
        growth *= 2.0
    return None, damping
