"""One entry of a front: an expression with its fit, ready to be shown."""

from __future__ import annotations

import math
from dataclasses import dataclass

from sr_kernel.expr import Expr, to_text


@dataclass(frozen=True, slots=True)
class Parameter:
    """A constant and its standard error (same unit; nan where the data fix none).

    One that is ``fixed`` is held at its value by the user: it is not fitted and has no error.
    """

    value: float
    error: float
    fixed: bool = False


@dataclass(frozen=True, slots=True)
class Law:
    """``expr`` explains the target with weighted mean squared error ``loss``.

    ``score`` is the fall of log loss for each added node since the next simpler law of its front
    (0 for the first).  ``key`` is the functional hash: two laws with the same key are the same
    function.  ``conditions`` must hold for the expression to be defined, ``box_conditions`` are
    those that the ranges of the columns do not imply.

    ``length`` is the description length in nats, by which laws are chosen (see
    :mod:`~sr_kernel.search.description`), ``bic`` the Bayesian information criterion, both up to a
    constant of the data.  ``validation`` is the mean squared error on rows held out, None if it
    was not measured.
    """

    expr: Expr
    loss: float
    r2: float
    complexity: int
    parameters: tuple[Parameter, ...]
    conditions: tuple[str, ...]
    score: float
    key: str
    length: float = math.nan
    bic: float = math.nan
    validation: float | None = None
    box_conditions: tuple[str, ...] = ()

    @property
    def equation(self) -> str:
        """The expression as text in Python syntax."""
        return to_text(self.expr)
