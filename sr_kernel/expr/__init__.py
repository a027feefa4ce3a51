"""Terms, the operator table, reading and printing.  Needs nothing but numpy."""

from sr_kernel.expr.c_code import to_c
from sr_kernel.expr.calculus import derivative
from sr_kernel.expr.latex import to_latex
from sr_kernel.expr.operators import OPERATORS, Operator
from sr_kernel.expr.parser import parse
from sr_kernel.expr.printer import quoted, to_text
from sr_kernel.expr.python_code import to_python
from sr_kernel.expr.sympy_bridge import from_sympy, to_sympy
from sr_kernel.expr.sympy_code import to_sympy_code
from sr_kernel.expr.term import Expr, apply, as_expr, number, symbol
from sr_kernel.expr.torch_code import to_torch
from sr_kernel.expr.traversal import (
    has_floats,
    rebuild,
    substitute,
    transform,
    variables,
    walk,
)
from sr_kernel.expr.tree import float_paths, from_tree, replaced, subtree, to_tree

__all__ = [
    "OPERATORS",
    "Expr",
    "Operator",
    "apply",
    "as_expr",
    "derivative",
    "float_paths",
    "from_sympy",
    "from_tree",
    "has_floats",
    "number",
    "parse",
    "quoted",
    "rebuild",
    "replaced",
    "substitute",
    "subtree",
    "symbol",
    "to_c",
    "to_latex",
    "to_python",
    "to_sympy",
    "to_sympy_code",
    "to_text",
    "to_torch",
    "to_tree",
    "transform",
    "variables",
    "walk",
]
