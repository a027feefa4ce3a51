"""Presentation MathML of a term: what browsers draw without a script or a font.

MathML Core (W3C).  Names and numbers are escaped; a name is never read as markup.
"""

import re
from fractions import Fraction
from html import escape

from sr_kernel.expr import OPERATORS, Expr

_NAMES = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi rho sigma tau "
    "upsilon phi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega"
)
_GREEK = dict(zip(_NAMES.split(), "αβγδεζηθικλμνξρστυφχψωΓΔΘΛΞΠΣΦΨΩ", strict=True))
_SUBSCRIPT = re.compile(r"([A-Za-z]+)(?:_([A-Za-z0-9]+)|(\d+))\Z")
_SUM, _SIGN, _PRODUCT, _FRACTION, _POWER, _ATOM = range(6)


def to_mathml(expr: Expr, *, digits: int = 6, left: Expr | None = None) -> str:
    """`expr` as a math element; `left = expr` if a left-hand side is given."""
    body = _show(expr, _SUM, digits)
    if left is not None:
        body = f"{_show(left, _SUM, digits)}<mo>=</mo>{body}"
    namespace = "http://www.w3.org/1998/Math/MathML"
    return f'<math xmlns="{namespace}" displaystyle="true"><mrow>{body}</mrow></math>'


def _show(expr: Expr, outer: int, digits: int) -> str:
    markup, strength = _spelled(expr, digits)
    return markup if strength >= outer else _fenced(markup)


def _fenced(markup: str, left: str = "(", right: str = ")") -> str:
    return f"<mrow><mo>{left}</mo>{markup}<mo>{right}</mo></mrow>"


def _spelled(expr: Expr, digits: int) -> tuple[str, int]:
    if expr.is_symbol:
        return _name(str(expr.value)), _ATOM
    if isinstance(expr.value, Fraction | float):
        return _literal(expr.value, digits)
    match expr.op:
        case "add":
            return _sum(expr, digits), _SUM
        case "mul":
            return _product(expr, digits), _PRODUCT
        case "neg":
            return f"<mrow><mo>−</mo>{_show(expr.args[0], _PRODUCT, digits)}</mrow>", _SIGN
        case "div":
            above, below = (_show(arg, _SUM, digits) for arg in expr.args)
            return f"<mfrac><mrow>{above}</mrow><mrow>{below}</mrow></mfrac>", _FRACTION
        case "pow":
            base, exponent = expr.args
            raised = f"<mrow>{_show(exponent, _SUM, digits)}</mrow>"
            return f"<msup><mrow>{_show(base, _ATOM, digits)}</mrow>{raised}</msup>", _POWER
        case "mod":
            sides = [_show(arg, _POWER, digits) for arg in expr.args]
            return f"<mrow>{sides[0]}<mo>mod</mo>{sides[1]}</mrow>", _PRODUCT
    return _call(expr, digits), _ATOM


def _call(expr: Expr, digits: int) -> str:
    inner = "<mo>,</mo>".join(_show(arg, _SUM, digits) for arg in expr.args)
    match expr.op:
        case "pi":
            return "<mi>π</mi>"
        case "e":
            return "<mi>e</mi>"
        case "sqrt":
            return f"<msqrt><mrow>{inner}</mrow></msqrt>"
        case "cbrt":
            return f"<mroot><mrow>{inner}</mrow><mn>3</mn></mroot>"
        case "abs":
            return _fenced(inner, "|", "|")
        case "floor":
            return _fenced(inner, "⌊", "⌋")
        case "ceil":
            return _fenced(inner, "⌈", "⌉")
    name = OPERATORS[expr.op].name
    return f"<mrow><mi>{escape(name)}</mi><mo>&#8289;</mo>{_fenced(inner)}</mrow>"


def _sum(expr: Expr, digits: int) -> str:
    parts = [_show(expr.args[0], _SUM, digits)]
    for term in expr.args[1:]:
        minus = term.op == "neg" or (not isinstance(term.value, str | None) and term.value < 0)
        shown = -term if minus else term
        parts.append(f"<mo>{'−' if minus else '+'}</mo>{_show(shown, _PRODUCT, digits)}")
    return f"<mrow>{''.join(parts)}</mrow>"


def _product(expr: Expr, digits: int) -> str:
    """Factors side by side with a thin space; a dot where two numbers would read as one."""
    parts = [_show(expr.args[0], _SIGN, digits)]
    for before, factor in zip(expr.args, expr.args[1:], strict=False):
        clash = _starts_with_number(factor) or (before.is_number and factor.op == "div")
        times = "<mo>·</mo>" if clash else "<mspace width='0.17em'/>"
        parts.append(times + _show(factor, _FRACTION, digits))
    return f"<mrow>{''.join(parts)}</mrow>"


def _starts_with_number(expr: Expr) -> bool:
    while expr.op in ("mul", "pow") and expr.args:
        expr = expr.args[0]
    return expr.is_number


def _literal(value: Fraction | float, digits: int) -> tuple[str, int]:
    sign = "<mo>−</mo>" if value < 0 else ""
    size = abs(value)
    strength = _SIGN if sign else _ATOM
    if isinstance(size, Fraction):
        if size.denominator == 1:
            return f"{_signed(sign, f'<mn>{size.numerator}</mn>')}", strength
        ratio = f"<mfrac><mn>{size.numerator}</mn><mn>{size.denominator}</mn></mfrac>"
        return _signed(sign, ratio), _SIGN if sign else _FRACTION
    mantissa, _, exponent = f"{size:.{digits}g}".partition("e")
    if not exponent:
        return _signed(sign, f"<mn>{mantissa}</mn>"), strength
    power = f"<msup><mn>10</mn><mn>{_exponent(int(exponent))}</mn></msup>"
    return _signed(sign, f"<mn>{mantissa}</mn><mo>·</mo>{power}"), _SIGN if sign else _PRODUCT


def _exponent(value: int) -> str:
    return f"−{-value}" if value < 0 else str(value)


def _signed(sign: str, markup: str) -> str:
    return f"<mrow>{sign}{markup}</mrow>" if sign or "<mo>" in markup else markup


def _name(name: str) -> str:
    """One letter or a Greek name in italics, a short index as a subscript, a word upright."""
    if name in _GREEK or len(name) == 1:
        return _word(name)
    match = _SUBSCRIPT.match(name)
    if match:
        return f"<msub>{_word(match[1])}{_word(match[2] or match[3])}</msub>"
    return _word(name)


def _word(word: str) -> str:
    if word.isdigit():
        return f"<mn>{word}</mn>"
    if word in _GREEK:
        return f"<mi>{_GREEK[word]}</mi>"
    style = "" if len(word) == 1 else ' mathvariant="normal"'
    return f"<mi{style}>{escape(word)}</mi>"
