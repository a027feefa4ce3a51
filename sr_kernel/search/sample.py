"""The data as the search looks at them: all rows, rows to fit on, and a few probe rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from sr_kernel.expr import Expr
from sr_kernel.expr.operators import FloatArray
from sr_kernel.search.description import RELATIVE_FLOOR

if TYPE_CHECKING:
    from sr_kernel.search.problem import Problem


_FAR = 1e300

USUAL = 3.0
"""Nats of the usual operator, in which the costs of operators are told."""


class Sample:
    """Rows of a problem with what is needed to judge predictions on them.

    ``weights`` (n,) sum to one.  ``variance`` is the weighted variance of y (of a constant
    target: its square, or one), the unit in which losses are compared.
    """

    def __init__(
        self,
        variables: Sequence[str],
        X: FloatArray,
        y: FloatArray,
        weights: FloatArray,
        costs: Sequence[tuple[str, float]] = (),
    ) -> None:
        self.variables = tuple(variables)
        self.costs = dict(costs)
        self.X, self.y = X, y
        self.weights = weights / weights.sum()
        self.largest = float(np.abs(y).max())
        # Computed on y / largest: squares of 1e300 are no numbers.
        unit = y / self.largest if self.largest > 0 else y
        mean = float(self.weights @ unit)
        self.square = float(self.weights @ np.square(unit)) or 1.0
        spread = float(self.weights @ np.square(unit - mean))
        self.constant = spread <= (RELATIVE_FLOOR**2) * self.square
        self.spread = self.square if self.constant else spread
        self.mean = mean * self.largest

    @property
    def coarse(self) -> bool:
        """Whether y is given to so few digits that hardly any law can be exact."""
        return all(float(f"{value:.9g}") == value for value in self.y[:1000])

    @classmethod
    def of(cls, problem: Problem, rows: np.ndarray | None = None) -> Sample:
        """All rows of ``problem``, or those listed."""
        if rows is None:  # no copy of what may be large
            return cls(
                problem.variables, problem.X, problem.y, problem.relative_weights,
                problem.operator_costs,
            )  # fmt: skip
        return cls(
            problem.variables, problem.X[rows], problem.y[rows], problem.relative_weights[rows],
            problem.operator_costs,
        )  # fmt: skip

    @property
    def rows(self) -> int:
        return len(self.y)

    @property
    def unit(self) -> float:
        """What relative residuals are relative to: max |y|, or one."""
        return self.largest or 1.0

    def relative_loss(self, predicted: FloatArray) -> float:
        """Weighted mean squared error in units of the target's variance; inf if undefined."""
        with np.errstate(all="ignore"):
            if self.unit < _FAR:
                residual = (predicted - self.y) / self.unit
            else:  # the difference of two such numbers may be none
                residual = predicted / self.unit - self.y / self.unit
            loss = float(self.weights @ np.square(residual)) / self.spread
        return loss if np.isfinite(loss) else np.inf

    def floored(self, loss: float) -> float:
        """``loss`` or the level of rounding, whichever is larger."""
        return max(loss, RELATIVE_FLOOR**2 * self.square / self.spread)

    def absolute(self, loss: float) -> float:
        """A relative loss in squared units of the target; inf beyond the range of floats."""
        with np.errstate(over="ignore"):
            return float(np.float64(loss) * self.spread * self.unit * self.unit)

    def exact(self, predicted: FloatArray) -> bool:
        """Whether the predictions are the target, row by row, up to rounding.

        Next to a few huge values all others are nothing: most rows must agree by their own size.
        """
        used = self.weights > 0
        with np.errstate(all="ignore"):
            gap, size = np.abs(predicted - self.y)[used], np.abs(self.y)[used]
            close = gap <= 1e-9 * size + 1e-11 * self.unit
            return bool(close.all() and np.mean(gap <= 1e-9 * size) >= 0.5)

    def complexity(self, expr: Expr) -> int:
        """Nodes of ``expr``, each operator counted as often as it costs."""
        return max(expr.size + round(self._extra(expr)), 1) if self.costs else expr.size

    def surcharge(self, expr: Expr) -> float:
        """Nats that the user's operator costs add to the description of ``expr``."""
        return USUAL * self._extra(expr) if self.costs else 0.0

    def _extra(self, expr: Expr) -> float:
        own = (self.costs.get(expr.op, 1.0) - 1.0) * max(len(expr.args) - 1, 1)
        return own + sum(self._extra(arg) for arg in expr.args)

    def predict(self, expr: Expr) -> FloatArray:
        """Values (n,) of ``expr``; nan where it is undefined."""
        from sr_kernel.numeric.evaluate import evaluate
        from sr_kernel.numeric.program import compile_program

        return evaluate(compile_program(expr, self.variables, free="none"), self.X)


def fit_rows(problem: Problem, count: int) -> np.ndarray:
    """At most ``count`` row numbers, spread over the data, the same for the same seed."""
    return spread_rows(problem.rows, count, np.random.default_rng(problem.random_state))


def with_few_rows(problem: Problem, count: int) -> Problem:
    """``problem`` with only the rows of :func:`fit_rows`."""
    rows, weights = fit_rows(problem, count), problem.weights
    return replace(
        problem, X=problem.X[rows], y=problem.y[rows],
        weights=None if weights is None else weights[rows],
    )  # fmt: skip


def spread_rows(rows: int, count: int, generator: np.random.Generator) -> np.ndarray:
    """At most ``count`` of ``rows`` row numbers, in order."""
    if rows <= count:
        return np.arange(rows)
    return np.sort(generator.permutation(rows)[:count])
