"""What is asked: data, the operators a law may use, and how far to look."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from numbers import Real
from typing import Any

import numpy as np

from sr_kernel.errors import DataError, OptionError
from sr_kernel.expr.operators import OPERATORS, SPELLINGS, SUGAR, FloatArray

DEFAULT_OPERATORS = ("add", "sub", "mul", "div", "pow", "sqrt", "exp", "log", "sin", "cos")
"""Arithmetic, powers, growth and decay, waves: the vocabulary of most textbook laws.

``tan``, ``tanh``, the inverse circular functions, ``abs``, ``min`` and the like describe fewer
laws than they imitate, so they are for the user to add."""
RARE_OPERATORS = ("tan", "asin", "acos")
"""Beside the usual operators these may appear in laws that are exact, where nothing is imitated."""

USUAL_SIZE = 30
"""Nodes of a law that leaves an error, unless the user says otherwise."""

_SIGNS = {"+": "add", "-": "sub", "*": "mul", "/": "div", "**": "pow", "^": "pow"}


def operator_names(operators: Iterable[str]) -> tuple[str, ...]:
    """Table (or sugar) names of ``operators``, which may be signs, aliases or names; no repeats.

    Raises :class:`OptionError` for one that is not known.
    """
    names: dict[str, None] = {}
    for text in operators:
        name = _SIGNS.get(text, text)
        if name in SPELLINGS:
            name = SPELLINGS[name].name
        elif name not in SUGAR:
            known = " ".join([*_SIGNS][:5] + [n for n, row in OPERATORS.items() if row.arity == 1])
            raise OptionError(f"there is no operator {text!r}: use some of {known}")
        names[name] = None
    if not names:
        raise OptionError("no operators were given: name at least one, for example '+ *'")
    return tuple(names)


def operator_costs(given: Mapping[str, Any] | None) -> tuple[tuple[str, float], ...]:
    """``given`` by table names; raises :class:`OptionError` for a cost that makes no sense."""
    costs: dict[str, float] = {}
    for text, cost in (given or {}).items():
        [name] = operator_names([text])
        if name in SUGAR:
            raise OptionError(f"{text!r} is written {SUGAR[name][1]}: price the operators of that")
        if isinstance(cost, bool) or not isinstance(cost, Real) or not 0 <= float(cost) < math.inf:
            raise OptionError(f"the cost of {text!r} is {cost!r}: give a number, 1 for the usual")
        costs[name] = float(cost)
    return tuple(costs.items())


@dataclass(frozen=True, eq=False)
class Problem:
    """A table of ``n`` rows to be explained.

    ``X`` is (n, d), ``y`` (n,), ``weights`` (n,) non-negative or None for equal weights; all are
    converted to contiguous float64.  ``target`` is only how the left-hand side is shown.

    Raises :class:`DataError` for shapes that do not fit or values that are not finite and
    :class:`OptionError` for operators or sizes that make no sense.
    """

    variables: tuple[str, ...]
    X: FloatArray
    y: FloatArray
    weights: FloatArray | None = None
    target: str = "y"
    operators: tuple[str, ...] = field(default=DEFAULT_OPERATORS)
    max_size: int = USUAL_SIZE
    random_state: int = 0
    operator_costs: tuple[tuple[str, float], ...] = ()
    """By operator, what a use of it costs in units of the usual; see :func:`operator_costs`."""

    def __post_init__(self) -> None:
        settle = object.__setattr__
        settle(self, "variables", tuple(self.variables))
        settle(self, "X", _numbers(self.X, "X", 2))
        settle(self, "y", _numbers(self.y, "y", 1))
        if self.weights is not None:
            settle(self, "weights", _numbers(self.weights, "weights", 1))
        settle(self, "operators", operator_names(self.operators))
        if self.max_size < 1:
            raise OptionError(f"max_size is {self.max_size}: it must be at least 1")
        self._check_shapes()

    def _check_shapes(self) -> None:
        rows, columns = self.X.shape
        if rows == 0:
            raise DataError("there are no rows to learn from: give at least one complete row")
        if len(self.y) != rows:
            raise DataError(f"X has {rows} rows and y has {len(self.y)}: they must be as many")
        if len(self.variables) != columns:
            raise DataError(
                f"X has {columns} columns and {len(self.variables)} names: give one name a column"
            )
        if len(set(self.variables)) != columns:
            raise DataError("two columns have the same name: rename one of them")
        weights = self.weights
        if weights is not None and (len(weights) != rows or weights.min() < 0 or not weights.any()):
            raise DataError(
                f"weights must be {rows} numbers, none negative and not all zero, one for a row"
            )

    @property
    def clear_size(self) -> int:
        """The most nodes of a law that is clearly better than all of the usual sizes: a third
        more than these have, if the user has not said how many."""
        return 4 * self.max_size // 3 if self.max_size == USUAL_SIZE else self.max_size

    @property
    def exact_size(self) -> int:
        """The most nodes of a law that explains every row: twice as many as a law that does not
        may have, if the user has not said how many."""
        return 2 * self.max_size if self.max_size == USUAL_SIZE else self.max_size

    @property
    def exact_operators(self) -> tuple[str, ...]:
        """The operators of laws that explain every row: the usual ones and the rare, or those
        that the user has named."""
        if self.operators == DEFAULT_OPERATORS:
            return self.operators + RARE_OPERATORS
        return self.operators

    @property
    def rows(self) -> int:
        """Number of rows n."""
        return len(self.y)

    @property
    def relative_weights(self) -> FloatArray:
        """Weights (n,) with sum one."""
        if self.weights is None:
            return np.full(self.rows, 1.0 / self.rows)
        scaled = self.weights / self.weights.max()
        return np.asarray(scaled / scaled.sum(), dtype=np.float64)


def _numbers(values: object, name: str, dimensions: int) -> FloatArray:
    try:
        array = np.ascontiguousarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise DataError(f"{name} holds something that is not a number: {error}") from error
    if array.ndim != dimensions:
        raise DataError(f"{name} has {array.ndim} dimensions: it must have {dimensions}")
    if not np.isfinite(array).all():
        raise DataError(f"{name} holds values that are not finite: drop those rows first")
    return array
