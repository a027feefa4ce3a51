"""Forward-mode derivatives of a program by its free constants.

The partial derivatives of each operator are read from the table.  Where a partial mentions the
operator's own value (exp' = exp) the value already computed is used.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np

from sr_kernel.expr import OPERATORS, Expr, apply, parse, symbol, transform
from sr_kernel.expr.operators import FloatArray
from sr_kernel.numeric.evaluate import BLOCK, column_list, run
from sr_kernel.numeric.kernel import Flags, Operand, has_poles, kernel, power, without_poles
from sr_kernel.numeric.program import Program, Step, column_matrix, compile_program

Tangents = dict[int, Any]
"""Derivative of a register by each parameter that it depends on."""


def evaluate_with_gradient(
    program: Program,
    X: FloatArray,
    theta: Sequence[float] | FloatArray | None = None,
    *,
    by: Sequence[int] | None = None,
) -> tuple[FloatArray, FloatArray]:
    """Values (n,) at the rows of ``X`` (n, d) and their derivatives (n, p) by the constants.

    ``by`` lists the constants to differentiate by (default: all, p of them).  The derivative is
    infinite where the slope is vertical (sqrt at 0) and nan where there is none: outside the
    domain, and by the exponent of a negative base.

    Raises what :func:`~sr_kernel.numeric.evaluate.evaluate` raises.
    """
    matrix = column_matrix(X, len(program.variables))
    constants = program.checked(theta)
    wanted = range(len(constants)) if by is None else by
    values = np.empty(len(matrix))
    gradient = np.zeros((len(matrix), len(wanted)), order="F")
    for start in range(0, len(matrix), BLOCK):
        rows = slice(start, start + BLOCK)
        columns = column_list(program, matrix[rows])
        for careful in (False, True):
            sweep = _Sweep(program, columns, constants, frozenset(wanted), careful)
            value, tangents = sweep.result()
            values[rows] = value
            for place, parameter in enumerate(wanted):
                gradient[rows, place] = tangents.get(parameter, 0.0)
            if np.all(np.isfinite(gradient[rows])):
                break
    gradient[np.isnan(values)] = np.nan
    return values, gradient


def registers(program: Program, X: FloatArray) -> list[Any]:
    """What each step of ``program`` computes with its own constants: a column or one float."""
    columns = column_list(program, column_matrix(X, len(program.variables)))
    sweep = _Sweep(program, columns, program.theta, frozenset(), False)
    sweep.result()
    return sweep.values


class _Sweep:
    """One pass over the steps with values and tangents side by side.

    ``careful`` lets a vertical slope that is not felt (its tangent is 0) count as 0, which costs
    a comparison an operation and is needed at single points only.
    """

    def __init__(
        self,
        program: Program,
        columns: Sequence[Operand],
        theta: Sequence[float],
        wanted: frozenset[int],
        careful: bool,
    ) -> None:
        self.program = program
        self.columns = columns
        self.theta = theta
        self.wanted = wanted
        self.product = _careful_product if careful else np.multiply
        self.values: list[Any] = []
        self.tangents: list[Tangents] = []
        self.flags = Flags()

    def result(self) -> tuple[Any, Tangents]:
        """The value of the last step and its tangents."""
        with self.flags.watching():
            for step in self.program.steps:
                args = [self.values[index] for index in step.args]
                self.values.append(self.value(step, args))
                self.tangents.append(self.tangents_of(step, args))
        return self.values[-1], self.tangents[-1]

    def value(self, step: Step, args: list[Operand]) -> Any:
        if step.op == "input":
            return self.columns[step.index]
        if step.op == "theta":
            return np.float64(self.theta[step.index])
        if step.op == "constant":
            return np.float64(step.value)
        result = kernel(step.op)(*args, None)
        if self.flags.taken() and has_poles(step.op):
            return without_poles(step.op, args, result)
        return result

    def tangents_of(self, step: Step, args: list[Operand]) -> Tangents:
        """By the chain rule."""
        if step.op == "theta" and step.index in self.wanted:
            return {step.index: _ONE}
        total: Tangents = {}
        for place, arg in enumerate(step.args):
            if not self.tangents[arg]:
                continue
            partial = partials(step.op)[place](args, self.values[-1])
            for parameter, tangent in self.tangents[arg].items():
                term = self.product(partial, tangent)
                held = total.get(parameter)
                total[parameter] = term if held is None else held + term
        return total


def _careful_product(partial: Any, tangent: Any) -> Any:
    return np.where(np.equal(tangent, 0), 0.0, np.multiply(partial, tangent))


Partial = Callable[[list[Operand], Any], Any]
_ONE = np.float64(1.0)


def _power_by_base(args: list[Operand], value: Any) -> Any:
    base, exponent = args
    below = exponent - 1.0
    # 0**negative is a vertical slope here, not a point outside the domain.
    steep = np.power(base, below) if np.any(np.less(below, 0)) else power(base, below)
    return exponent * steep


def _power_by_exponent(args: list[Operand], value: Any) -> Any:
    base, exponent = args
    flat = np.equal(base, 0) & np.greater(exponent, 0)
    return np.where(flat, 0.0, value * np.log(np.where(flat, 1.0, base)))


_PARTIALS: dict[str, tuple[Partial, Partial]] = {
    "add": (lambda args, value: _ONE, lambda args, value: _ONE),
    "sub": (lambda args, value: _ONE, lambda args, value: -_ONE),
    "mul": (lambda args, value: args[1], lambda args, value: args[0]),
    "div": (lambda args, value: 1.0 / args[1], lambda args, value: -value / args[1]),
    "pow": (_power_by_base, _power_by_exponent),
    "min": (
        lambda args, value: np.where(args[0] <= args[1], 1.0, 0.0),
        lambda args, value: np.where(args[0] <= args[1], 0.0, 1.0),
    ),
    "max": (
        lambda args, value: np.where(args[0] >= args[1], 1.0, 0.0),
        lambda args, value: np.where(args[0] >= args[1], 0.0, 1.0),
    ),
}
"""Two-operand steps: n-ary rows are folded, and a power is singular where its base is 0."""


@cache
def partials(op: str) -> tuple[Partial, ...]:
    """The partial derivative of ``op`` by each operand, as functions of operands and value."""
    found = _PARTIALS.get(op)
    if found is not None:
        return found
    formal = [symbol(name) for name in "ab"[: OPERATORS[op].arity]]
    own = apply(op, *formal)
    return tuple(_from_table(parse(text), own) for text in OPERATORS[op].derivative)


def _from_table(rule: Expr, own: Expr) -> Partial:
    value_name = symbol("value")
    short = transform(rule, lambda node: value_name if node is own else node)
    program = compile_program(short, ("a", "b", "value"), free="none")

    def partial(args: list[Operand], value: Any) -> Any:
        second = args[1] if len(args) > 1 else 0.0
        return run(program, [args[0], second, value], poles=True)

    return partial
