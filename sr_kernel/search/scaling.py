"""Data beyond the comfortable range of floats, searched in other units and told in their own.

Squares and products of 1e300 or 1e-300 are no numbers.  Columns and targets of ordinary size are
left as they are, so that plain constants stay plain.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace

import numpy as np

from sr_kernel.errors import ExpressionError
from sr_kernel.expr import Expr, apply, number, substitute, symbol
from sr_kernel.expr.operators import FloatArray
from sr_kernel.search.problem import Problem
from sr_kernel.search.tidy import tidy

ORDINARY = 1e30
"""Columns whose largest value is between 1/ORDINARY and ORDINARY keep their unit."""


@dataclass(frozen=True, slots=True)
class Scaling:
    """``target`` and ``columns`` (by name, only those that are changed): powers of ten."""

    target: float
    columns: dict[str, float]

    @classmethod
    def of(cls, problem: Problem) -> Scaling:
        """The units in which ``problem`` is searched."""
        columns = {
            name: factor
            for name, column in zip(problem.variables, problem.X.T, strict=True)
            if (factor := _factor(column)) != 1.0
        }
        return cls(_factor(problem.y), columns)

    @property
    def trivial(self) -> bool:
        """Whether nothing is scaled."""
        return self.target == 1.0 and not self.columns

    def scaled(self, problem: Problem) -> Problem:
        """``problem`` in the units of the search."""
        if self.trivial:
            return problem
        factors = np.array([self.columns.get(name, 1.0) for name in problem.variables])
        return replace(problem, X=problem.X / factors, y=problem.y / self.target)

    def restored(self, expr: Expr) -> Iterator[Expr]:
        """A law found in the units of the search, in those of the data: the plainest form first.

        Forms differ in the order in which they are computed, as 1e300*a/b may overflow where
        a/b*1e300 does not; the last repeats the search's own computation.
        """
        if self.trivial:
            yield expr
            return
        inner = {
            name: apply("div", symbol(name), number(factor))
            for name, factor in self.columns.items()
        }
        literal = substitute(expr, inner)
        with suppress(ExpressionError):  # folding needs constants beyond floats
            yield tidy(apply("mul", number(self.target), literal))
        with suppress(ExpressionError):
            yield apply("mul", tidy(literal), number(self.target))
        yield apply("mul", literal, number(self.target))

    def applied(self, expr: Expr) -> Expr:
        """A law in the units of the data, in those of the search.

        Raises :class:`ExpressionError` where a constant would be beyond floats.
        """
        if self.trivial:
            return expr
        return tidy(apply("div", self.of_columns(expr), number(self.target)))

    def of_columns(self, expr: Expr) -> Expr:
        """A part of a law in the units of the data, of columns in those of the search."""
        inner = {
            name: apply("mul", number(factor), symbol(name))
            for name, factor in self.columns.items()
        }
        return tidy(substitute(expr, inner)) if inner else expr


def _factor(values: FloatArray) -> float:
    largest = float(np.abs(values).max(initial=0.0))
    if largest == 0.0 or 1.0 / ORDINARY <= largest <= ORDINARY:
        return 1.0
    return 10.0 ** math.floor(math.log10(largest))
