"""Values of expressions in the columns of a table."""

import numpy as np

from sr_kernel.expr import Expr, variables
from sr_kernel.formula.column import FloatArray
from sr_kernel.formula.table import Table
from sr_kernel.numeric.evaluate import evaluate
from sr_kernel.numeric.program import compile_program


def values_of(expr: Expr, table: Table) -> FloatArray:
    """`expr` in every row of `table`, shape (rows,); NaN where it is not defined.

    Raises DataError for unknown columns and for text.
    """
    names = variables(expr)
    matrix = table.numbers(names)
    return evaluated(expr, names, matrix)


def evaluated(expr: Expr, names: tuple[str, ...], matrix: FloatArray) -> FloatArray:
    """`expr` over the rows of `matrix`, shape (n, len(names)); NaN where it is not defined."""
    if expr.is_symbol:
        return matrix[:, names.index(str(expr.value))].copy()
    program = compile_program(expr, names, free="none")
    return np.asarray(evaluate(program, matrix), dtype=np.float64)
