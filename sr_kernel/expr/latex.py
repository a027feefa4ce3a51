"""LaTeX for mathematicians' eyes: fractions, roots, subscripts, Greek names."""

from __future__ import annotations

import re
from fractions import Fraction

from sr_kernel.expr.operators import ADDITIVE, ATOM, MULTIPLICATIVE, OPERATORS, POWER, UNARY
from sr_kernel.expr.printer import float_text
from sr_kernel.expr.term import Expr, without_minus

_GREEK = frozenset(
    {"alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa",
     "lambda", "mu", "nu", "xi", "pi", "rho", "sigma", "tau", "upsilon", "phi", "chi", "psi",
     "omega", "Gamma", "Delta", "Theta", "Lambda", "Xi", "Pi", "Sigma", "Upsilon", "Phi", "Psi",
     "Omega"}
)  # fmt: skip
_SPECIAL = str.maketrans(
    {c: "\\" + c for c in "&%$#_{}"}
    | {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
)
_SUBSCRIPT = re.compile(r"([A-Za-z]+)_?(\d+|(?<=_)[A-Za-z0-9]+)\Z")


def to_latex(expr: Expr, digits: int | None = 6) -> str:
    """``expr`` in LaTeX's maths mode; floats with ``digits`` significant digits (None: all)."""
    return _show(expr, 0, digits)


def name_latex(name: str) -> str:
    """A variable's name: one letter or Greek as itself, ``x_1`` with a subscript, else upright."""
    match = _SUBSCRIPT.match(name)
    if match:
        return f"{_word(match[1])}_{{{_word(match[2]) if len(match[2]) > 1 else match[2]}}}"
    return _word(name)


def _word(name: str) -> str:
    if name in _GREEK:
        return "\\" + name
    if (len(name) == 1 and name.isalnum()) or name.isdigit():
        return name
    return rf"\mathrm{{{name.translate(_SPECIAL)}}}"


def _show(expr: Expr, outer: int, digits: int | None) -> str:
    text, strength = _spelled(expr, digits)
    return text if strength >= outer else rf"\left({text}\right)"


def _spelled(expr: Expr, digits: int | None) -> tuple[str, int]:
    if expr.is_symbol:
        return name_latex(str(expr.value)), ATOM
    if isinstance(expr.value, Fraction | float):
        return _literal(expr.value, digits)
    shown = [_show(arg, 0, digits) for arg in expr.args]
    match expr.op:
        case "add":
            return _sum(expr, digits), ADDITIVE
        case "mul":
            return _product(expr, digits), MULTIPLICATIVE
        case "neg":
            return "-" + _show(expr.args[0], MULTIPLICATIVE, digits), UNARY
        case "pow":
            return f"{_show(expr.args[0], POWER + 1, digits)}^{{{shown[1]}}}", POWER
        case "div" if (positive := without_minus(expr)) is not None:
            return "-" + _show(positive, MULTIPLICATIVE, digits), UNARY
        case "mod":
            sides = [_show(arg, POWER, digits) for arg in expr.args]
            return OPERATORS["mod"].latex.format(*sides), MULTIPLICATIVE
        case "min" | "max":
            return rf"{OPERATORS[expr.op].latex}\left({', '.join(shown)}\right)", ATOM
    return OPERATORS[expr.op].latex.format(*shown), ATOM


def _literal(value: Fraction | float, digits: int | None) -> tuple[str, int]:
    strength = ATOM if value >= 0 else UNARY
    if isinstance(value, Fraction):
        if value.denominator == 1:
            return str(value.numerator), strength
        sign = "-" if value < 0 else ""
        return rf"{sign}\frac{{{abs(value.numerator)}}}{{{value.denominator}}}", strength
    text = float_text(value, digits)
    if "e" in text:
        mantissa, exponent = text.split("e")
        return rf"{mantissa} \cdot 10^{{{int(exponent)}}}", MULTIPLICATIVE
    return text, strength


def _product(expr: Expr, digits: int | None) -> str:
    text = _show(expr.args[0], MULTIPLICATIVE, digits)
    for factor in expr.args[1:]:
        shown = _show(factor, POWER if factor.op != "div" else MULTIPLICATIVE + 1, digits)
        # Two numbers side by side would read as one.
        text += (r" \cdot " if shown[0].isdigit() or shown[0] in "-." else r" ") + shown
    return text


def _sum(expr: Expr, digits: int | None) -> str:
    text = _show(expr.args[0], ADDITIVE, digits)
    for term in expr.args[1:]:
        if term.op == "neg":
            text += " - " + _show(term.args[0], ADDITIVE + 1, digits)
        else:
            shown = _show(term, ADDITIVE + 1, digits)
            text += " - " + shown[1:] if shown.startswith("-") else " + " + shown
    return text
