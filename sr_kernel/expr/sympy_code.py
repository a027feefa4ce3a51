"""Source that builds the SymPy expression: what to_sympy makes, for a place without us."""

from __future__ import annotations

from fractions import Fraction

from sr_kernel.expr.operators import ATOM, UNARY, Operator
from sr_kernel.expr.source_code import Source, identifiers, python_name
from sr_kernel.expr.term import Expr
from sr_kernel.expr.traversal import variables, walk

RESULT = "law"
"""The variable that holds the expression."""

_CBRT = (
    "\n\ndef cbrt(a):  # SymPy's own is complex where a is negative\n"
    "    return sympy.sign(a)*sympy.Abs(a)**sympy.Rational(1, 3)\n\n"
)


def to_sympy_code(expr: Expr) -> str:
    """Source text that leaves the expression in a variable called ``law``."""
    names = identifiers(variables(expr), {"sympy", "cbrt", RESULT}, python_name)
    symbols = [f"{name} = sympy.Symbol({column!r})" for column, name in names.items()]
    helper = _CBRT if any(node.op == "cbrt" for node in walk(expr)) else ""
    body = f"{RESULT} = {_SympySource(expr, names).show(expr, lone=True)}"
    return f"import sympy\n{helper}\n" + "\n".join([*symbols, body]) + "\n"


class _SympySource(Source):
    def function(self, row: Operator) -> str:
        return f"sympy.{row.sympy}" if row.sympy else row.name

    def call(self, row: Operator, args: list[str]) -> str:
        return f"{self.function(row)}({', '.join(args)})"

    def constant(self, row: Operator, lone: bool) -> str:
        return f"sympy.{row.sympy}"

    def literal(self, value: Fraction | float, lone: bool) -> tuple[str, int]:
        if isinstance(value, Fraction) and value.denominator != 1:
            return f"sympy.Rational({value.numerator}, {value.denominator})", ATOM
        text = repr(value) if isinstance(value, float) else str(value)
        if lone:
            return f"sympy.{'Float' if isinstance(value, float) else 'Integer'}({text})", ATOM
        return text, UNARY if text.startswith("-") else ATOM
