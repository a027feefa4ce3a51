"""Values of several terms at the same few rows: parts that they share are computed once.

Compiling a term takes longer than running it on a few dozen rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import reduce
from typing import Any

import numpy as np

from sr_kernel.expr import OPERATORS, Expr
from sr_kernel.expr.operators import FloatArray
from sr_kernel.numeric.kernel import Flags, Operand, has_poles, kernel, without_poles
from sr_kernel.numeric.program import nearest_float


class SharedValues:
    """The rows of ``points`` (n, d), whose columns are ``names``."""

    def __init__(self, names: Sequence[str], points: FloatArray) -> None:
        self._rows = len(points)
        self._columns = {name: points[:, column].copy() for column, name in enumerate(names)}
        self._known: dict[Expr, Operand] = {}
        self._flags = Flags()

    def of(self, expr: Expr) -> FloatArray:
        """Values of ``expr``, (n,): those of :func:`~sr_kernel.numeric.evaluate.evaluate`."""
        known, stack = self._known, [expr]
        with self._flags.watching():
            while stack:
                node = stack[-1]
                missing = [arg for arg in node.args if arg not in known]
                stack += missing
                if not missing:
                    known[stack.pop()] = self._value(node)
        found = self._known[expr]
        return found if np.ndim(found) else np.full(self._rows, found)

    def _value(self, node: Expr) -> Operand:
        if node.is_symbol:
            return self._columns[str(node.value)]
        if isinstance(node.value, Fraction | float):
            return np.float64(nearest_float(node.value))
        if not node.args:
            return np.float64(OPERATORS[node.op].numpy())
        if node.op == "add":
            return self._sum(node)
        args = [self._known[arg] for arg in node.args]
        if len(args) < 2:
            return self._applied(node.op, args)
        return reduce(lambda left, right: self._applied(node.op, [left, right]), args)

    def _sum(self, node: Expr) -> Operand:
        total = self._known[node.args[0]]
        for arg in node.args[1:]:
            if arg.op == "neg":
                total = total - self._known[arg.args[0]]
            else:
                total = total + self._known[arg]
        return total

    def _applied(self, op: str, args: list[Any]) -> Operand:
        result = kernel(op)(*args, None)
        if self._flags.taken() and has_poles(op):
            return without_poles(op, args, result)
        return result
