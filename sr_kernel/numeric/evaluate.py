"""Values of a program over the rows of a table, a block of rows at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from sr_kernel.expr.operators import FloatArray
from sr_kernel.numeric.kernel import Flags, Operand, without_poles
from sr_kernel.numeric.program import Program, column_matrix
from sr_kernel.numeric.schedule import RESULT, SCALAR, schedule

BLOCK = 4096
"""Rows a pass: a handful of columns of this length stay in the processor's second-level cache."""


def evaluate(
    program: Program, X: FloatArray, theta: Sequence[float] | FloatArray | None = None
) -> FloatArray:
    """Values at the rows of ``X`` (n, d), whose columns are ``program.variables``; shape (n,).

    ``theta`` replaces the program's free constants.  nan where the term is undefined over the
    reals; overflow gives an infinity; nothing warns.

    Raises :class:`DataError` for an ``X`` of another width and :class:`OptionError` for a wrong
    number of constants.
    """
    matrix = column_matrix(X, len(program.variables))
    constants = program.checked(theta)
    rows = len(matrix)
    result = np.empty(rows)
    work = np.empty((schedule(program).slots, min(rows, BLOCK)))
    for start in range(0, rows, BLOCK):
        block = matrix[start : start + BLOCK]
        target = result[start : start + BLOCK]
        columns = column_list(program, block)
        _run(program, columns, constants, list(work[:, : len(block)]), target)
    return result


def column_list(program: Program, block: FloatArray) -> list[Operand]:
    """The columns of ``block`` that ``program`` reads, contiguous; 0.0 for the others."""
    columns: list[Operand] = [0.0] * len(program.variables)
    for _, index in schedule(program).inputs:
        columns[index] = np.ascontiguousarray(block[:, index])
    return columns


def run(program: Program, columns: Sequence[Operand], *, poles: bool = False) -> Any:
    """The value for ``columns``, each one float64 column or one float: a column, or one float
    where all are.

    ``poles`` keeps the infinities of IEEE arithmetic at poles instead of nan.
    """
    shape = np.broadcast_shapes(*(np.shape(column) for column in columns))
    rows = shape[0] if shape else 1
    wide = [np.broadcast_to(column, (rows,)) for column in columns]
    work = list(np.empty((schedule(program).slots, rows)))
    result = np.empty(rows)
    _run(program, wide, program.theta, work, result, poles=poles)
    return result if shape else result[0]


def _run(
    program: Program,
    columns: Sequence[Operand],
    theta: Sequence[float],
    work: list[FloatArray],
    target: FloatArray,
    *,
    poles: bool = False,
) -> None:
    """Writes the values for ``columns`` to ``target``, with ``work`` as scratch columns."""
    plan = schedule(program)
    values: list[Any] = plan.template.copy()
    for register, index in plan.inputs:
        values[register] = columns[index]
    for register, index in plan.thetas:
        values[register] = np.float64(theta[index])
    flags = Flags()
    result: Any = values[-1]
    with flags.watching():
        for move in plan.moves:
            function, left, right, slot, register, may_have_poles = move
            out = None if slot == SCALAR else target if slot == RESULT else work[slot]
            if right < 0:
                result = function(values[left], out)
            else:
                result = function(values[left], values[right], out)
            if flags.raised:
                flags.raised = False
                if may_have_poles and not poles:
                    step = program.steps[register]
                    result = without_poles(step.op, [values[arg] for arg in step.args], result)
            values[register] = result
    if result is not target:
        target[...] = result
