"""Flat programs: a term compiled to single-assignment steps over columns of data.

Register ``i`` holds the result of step ``i``.  Equal sub-terms share a register, unless they hold
a free constant: every *occurrence* of a float is a parameter of its own, because two floats that
happen to be equal (two starting values of 1.0) are still two unknowns.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import numpy as np

from sr_kernel.errors import DataError, ExpressionError, OptionError
from sr_kernel.expr import OPERATORS, Expr, apply, number, variables
from sr_kernel.expr.operators import FloatArray

MAX_SIZE = 200_000
"""Largest term (nodes of its tree) that is compiled."""

Free = Literal["floats", "none"]


@dataclass(frozen=True, slots=True)
class Step:
    """One step: ``input`` (of column ``index``), ``theta`` (parameter ``index``), ``constant``
    (``value``), or a kernel ``op`` over the registers ``args``."""

    op: str
    args: tuple[int, ...] = ()
    index: int = 0
    value: float = 0.0


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Program:
    """A compiled term.  ``theta`` holds the term's own float constants, in reading order.

    Compared by identity, so that it can key caches at no cost.
    """

    expr: Expr
    variables: tuple[str, ...]
    steps: tuple[Step, ...]
    theta: tuple[float, ...]
    free: Free

    def to_expr(self, theta: Sequence[float] | FloatArray | None = None) -> Expr:
        """The term with ``theta`` (default: its own constants) in place of the float leaves.

        Raises :class:`OptionError` for a wrong number of constants and
        :class:`~sr_kernel.errors.ExpressionError` for nan or infinity among them.
        """
        return self.expr if theta is None else _with_constants(self, self.checked(theta))

    def checked(self, theta: Sequence[float] | FloatArray | None) -> tuple[float, ...]:
        """``theta`` as plain floats, of the right number; the program's own where it is None."""
        if theta is None:
            return self.theta
        values = tuple(float(value) for value in theta)
        if len(values) != len(self.theta):
            raise OptionError(
                f"{self.expr} has {len(self.theta)} free constants, got {len(values)} values: "
                "give one for each float, in reading order"
            )
        return values


def compile_program(expr: Expr, variables: Sequence[str], *, free: Free = "floats") -> Program:
    """``expr`` over columns named ``variables``; its floats are parameters unless ``free`` is
    ``"none"``.

    Raises :class:`DataError` for a variable that is no column, :class:`ExpressionError` for a
    term of more than :data:`MAX_SIZE` nodes.
    """
    if expr.size > MAX_SIZE:
        raise ExpressionError(
            f"the expression has {expr.size} nodes, more than the {MAX_SIZE} that can be "
            "evaluated: name parts of it and work on those"
        )
    names = tuple(variables)
    _check_names(expr, names)
    compiler = _Compiler(names, free)
    compiler.register(expr)
    return Program(expr, names, tuple(compiler.steps), tuple(compiler.theta), free)


def _check_names(expr: Expr, names: tuple[str, ...]) -> None:
    missing = [name for name in variables(expr) if name not in names]
    if missing:
        known = ", ".join(names) or "none"
        raise DataError(f"{missing[0]!r} is not a column of the data (columns: {known})")


class _Compiler:
    def __init__(self, names: tuple[str, ...], free: Free) -> None:
        self.columns = {name: index for index, name in enumerate(names)}
        self.free = free
        self.steps: list[Step] = []
        self.theta: list[float] = []
        self.shared: dict[Expr | Step, int] = {}

    def register(self, expr: Expr) -> int:
        """The register that holds ``expr``."""
        found = self.shared.get(expr)
        if found is not None:
            return found
        before = len(self.theta)
        index = self.compiled(expr)
        if len(self.theta) == before:
            self.shared[expr] = index
        return index

    def compiled(self, expr: Expr) -> int:
        if isinstance(expr.value, float) and self.free == "floats":
            self.theta.append(expr.value)
            return self.emit(Step("theta", index=len(self.theta) - 1))
        if expr.is_symbol:
            return self.emit(Step("input", index=self.columns[str(expr.value)]))
        if isinstance(expr.value, Fraction | float):
            return self.emit(Step("constant", value=nearest_float(expr.value)))
        if not expr.args:
            return self.emit(Step("constant", value=float(OPERATORS[expr.op].numpy())))
        return self.combined(expr)

    def combined(self, expr: Expr) -> int:
        if len(expr.args) <= 2 and expr.op != "add":
            return self.emit(Step(expr.op, tuple(self.register(arg) for arg in expr.args)))
        total = self.register(expr.args[0])
        for arg in expr.args[1:]:
            if expr.op == "add" and arg.op == "neg":
                total = self.emit(Step("sub", (total, self.register(arg.args[0]))))
            else:
                total = self.emit(Step(expr.op, (total, self.register(arg))))
        return total

    def emit(self, step: Step) -> int:
        """A register for ``step``; prefixes of sums and products are shared too."""
        if step.op == "theta":
            self.steps.append(step)
            return len(self.steps) - 1
        if step not in self.shared:
            self.steps.append(step)
            self.shared[step] = len(self.steps) - 1
        return self.shared[step]


def nearest_float(value: Fraction | float) -> float:
    """``value`` as a double; an infinity of its sign beyond their range."""
    try:
        return float(value)
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")


def _with_constants(program: Program, theta: Sequence[float]) -> Expr:
    if program.free == "none":
        return program.expr
    return replaced(program.expr, iter([number(value) for value in theta]))


def replaced(expr: Expr, leaves: Iterator[Expr]) -> Expr:
    """``expr`` with its float leaves replaced, in reading order, by the next of ``leaves``."""
    if isinstance(expr.value, float):
        return next(leaves)
    if not expr.args:
        return expr
    args = tuple(replaced(arg, leaves) for arg in expr.args)
    return expr if args == expr.args else apply(expr.op, *args)


def column_matrix(X: object, width: int) -> FloatArray:
    """``X`` as a float64 matrix of ``width`` columns.

    Raises :class:`DataError` for anything else.
    """
    try:
        matrix = np.asarray(X, dtype=np.float64)
    except (TypeError, ValueError) as reason:
        raise DataError(f"X is not a table of numbers ({reason}): convert its columns") from None
    if matrix.ndim == 1 and width == 1:
        matrix = matrix[:, None]
    if matrix.ndim != 2 or matrix.shape[1] != width:
        raise DataError(
            f"X has shape {matrix.shape}, but {width} column(s) are named: give one row a sample "
            "and one column a variable"
        )
    return matrix
