"""Source of a self-contained NumPy function."""

from __future__ import annotations

import keyword
import unicodedata

from sr_kernel.expr.operators import ADDITIVE, MULTIPLICATIVE, OPERATORS, POWER, UNARY
from sr_kernel.expr.printer import to_text
from sr_kernel.expr.term import Expr
from sr_kernel.expr.traversal import variables, walk

_NUMPY = {
    "asin": "arcsin", "acos": "arccos", "atan": "arctan", "asinh": "arcsinh",
    "acosh": "arccosh", "atanh": "arctanh", "min": "minimum", "max": "maximum",
}  # fmt: skip


def to_python(expr: Expr, name: str = "law") -> str:
    """A function called ``name`` of the expression's variables, as source text."""
    columns = variables(expr)
    arguments = _identifiers(columns)
    body = _show(expr, dict(zip(columns, arguments, strict=True)), 0)
    needs_numpy = any(node.op in OPERATORS and node.op not in _PLAIN for node in walk(expr))
    head = "import numpy as np\n\n\n" if needs_numpy else ""
    about = to_text(expr).replace("\\", "\\\\").replace('"', '\\"')
    return f'{head}def {name}({", ".join(arguments)}):\n    """{about}"""\n    return {body}\n'


_PLAIN = frozenset({"add", "mul", "neg", "div", "pow"})
_STRENGTH = {"add": ADDITIVE, "mul": MULTIPLICATIVE, "div": MULTIPLICATIVE, "neg": UNARY,
             "pow": POWER}  # fmt: skip


def _identifiers(columns: tuple[str, ...]) -> list[str]:
    """A Python argument name for each column, distinct."""
    taken: list[str] = []
    for column in columns:
        # Python reads identifiers in this form: two that look apart may be one.
        plain = unicodedata.normalize("NFKC", column)
        plain = "".join(char if f"x{char}".isidentifier() else "_" for char in plain)
        if not plain.isidentifier() or keyword.iskeyword(plain) or plain == "np":
            plain = f"x_{plain}"
        while plain in taken:
            plain += "_"
        taken.append(plain)
    return taken


def _show(expr: Expr, names: dict[str, str], outer: int) -> str:
    text, strength = _spelled(expr, names)
    return text if strength >= outer else f"({text})"


def _spelled(expr: Expr, names: dict[str, str]) -> tuple[str, int]:
    if expr.is_symbol:
        return names[str(expr.value)], 100
    if expr.is_number:
        text = to_text(expr)
        return text, MULTIPLICATIVE if "/" in text else UNARY if text.startswith("-") else 100
    if expr.op not in _PLAIN:
        return _call(expr, names), 100
    strength = _STRENGTH[expr.op]
    shown = [_show(arg, names, strength + (i > 0)) for i, arg in enumerate(expr.args)]
    match expr.op:
        case "add":
            return _sum(expr, names), strength
        case "neg":
            return "-" + shown[0], strength
        case "pow":
            base, exponent = expr.args
            text = f"{_show(base, names, POWER + 1)}**{_show(exponent, names, UNARY)}"
            return text, POWER
    return {"mul": "*", "div": "/"}[expr.op].join(shown), strength


def _sum(expr: Expr, names: dict[str, str]) -> str:
    text = _show(expr.args[0], names, ADDITIVE)
    for term in expr.args[1:]:
        if term.op == "neg":
            text += " - " + _show(term.args[0], names, ADDITIVE + 1)
        else:
            shown = _show(term, names, ADDITIVE + 1)
            negative = term.is_number and shown.startswith("-")
            text += " - " + shown[1:] if negative else " + " + shown
    return text


def _call(expr: Expr, names: dict[str, str]) -> str:
    function = f"np.{_NUMPY.get(expr.op, expr.op)}"
    if not expr.args:
        return function
    first, *rest = (_show(arg, names, 0) for arg in expr.args)
    if expr.op not in ("min", "max"):
        return f"{function}({', '.join([first, *rest])})"
    for arg in rest:  # NumPy's minimum takes two
        first = f"{function}({first}, {arg})"
    return first
