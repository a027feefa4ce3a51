"""Source of a self-contained NumPy function."""

from __future__ import annotations

from fractions import Fraction

from sr_kernel.expr.operators import ATOM, MULTIPLICATIVE, OPERATORS, UNARY, Operator
from sr_kernel.expr.printer import float_text
from sr_kernel.expr.source_code import Source, docstring, identifiers, python_name
from sr_kernel.expr.term import Expr
from sr_kernel.expr.traversal import variables, walk

_NUMPY = {
    "asin": "arcsin", "acos": "arccos", "atan": "arctan", "asinh": "arcsinh",
    "acosh": "arccosh", "atanh": "arctanh", "min": "minimum", "max": "maximum",
}  # fmt: skip


def to_python(expr: Expr, name: str = "law") -> str:
    """A function called ``name`` of the expression's variables, as source text."""
    names = identifiers(variables(expr), {"np"}, python_name)
    body = _NumpySource(expr, names).show(expr)
    head = "import numpy as np\n\n\n" if any(map(_needs_numpy, walk(expr))) else ""
    arguments = ", ".join(names.values())
    return f"{head}def {name}({arguments}):\n    {docstring(expr)}\n    return {body}\n"


def _needs_numpy(node: Expr) -> bool:
    return node.op in OPERATORS and OPERATORS[node.op].precedence == ATOM


class _NumpySource(Source):
    def function(self, row: Operator) -> str:
        return f"np.{_NUMPY.get(row.name, row.name)}"

    def constant(self, row: Operator, lone: bool) -> str:
        return f"np.{row.name}"

    def literal(self, value: Fraction | float, lone: bool) -> tuple[str, int]:
        text = float_text(value) if isinstance(value, float) else str(value)
        return text, MULTIPLICATIVE if "/" in text else UNARY if text.startswith("-") else ATOM
