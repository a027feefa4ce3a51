"""Source of a self-contained C function of doubles (C99; it is C++ too)."""

from __future__ import annotations

import re
from fractions import Fraction

from sr_kernel.expr.operators import ATOM, OPERATORS, Operator
from sr_kernel.expr.printer import to_text
from sr_kernel.expr.source_code import Source, double_literal, identifiers
from sr_kernel.expr.term import Expr
from sr_kernel.expr.traversal import variables

_HELPERS = {
    "sign": ("static double sign(double a)\n{\n    return a > 0 ? 1.0 : a < 0 ? -1.0 : a;\n}\n"),
    "floored_mod": (
        "static double floored_mod(double a, double b)\n{\n    double rest = fmod(a, b);\n"
        "    return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;\n}\n"
    ),
    "minimum": (
        "static double minimum(double a, double b)\n{\n    return a < b || a != a ? a : b;\n}\n"
    ),
    "maximum": (
        "static double maximum(double a, double b)\n{\n    return a > b || a != a ? a : b;\n}\n"
    ),
}
"""What C lacks; its fmin and fmax, unlike these, hide what is not a number."""

_KEYWORDS = frozenset(
    re.findall(
        r"\w+",
        """alignas alignof and and_eq asm atomic auto bitand bitor bool break case catch char class
        compl complex concept const const_cast consteval constexpr constinit continue co_await
        co_return co_yield decltype default delete do double dynamic_cast else enum explicit export
        extern false float for friend fortran goto if imaginary inline int long mutable namespace
        new noexcept noreturn not not_eq nullptr operator or or_eq private protected public
        register reinterpret_cast requires restrict return short signed sizeof static static_assert
        static_cast struct switch template this thread_local throw true try typedef typeid typename
        typeof typeof_unqual union unsigned using virtual void volatile wchar_t while xor xor_eq""",
    )
)
_MACRO = re.compile(
    r"(FP|MATH)_[A-Z][A-Z0-9_]*|M_(\d_)?(E|PI|LN|LOG|SQRT)\w*|math_errhandling|HUGE(_VAL\w*)?|S?NAN\w*|INFINITY|MAXFLOAT|DOMAIN|"
    r"SING|OVERFLOW|UNDERFLOW|PLOSS|TLOSS|X_TLOSS|linux|unix|i386|signgam|main"
)
"""Names that headers and compilers give a meaning of their own."""
_LONGEST = 60
"""Characters of a name that every compiler tells apart (C99 asks for 63)."""


def to_c(expr: Expr, name: str = "law") -> str:
    """A function called ``name`` of doubles, one for each variable, as source text."""
    taken = {row.c for row in OPERATORS.values()} | set(_HELPERS) | {"fmod"}
    [called] = identifiers((name,), taken, _c_name).values()
    names = identifiers(variables(expr), {*taken, called}, _c_name)
    source = _CSource(expr, names)
    body = source.show(expr)
    helpers = "".join(f"{text}\n" for used, text in _HELPERS.items() if used in source.used)
    arguments = ", ".join(f"double {each}" for each in names.values()) or "void"
    about = re.sub(r"(?<=\*)(?=/)|(?<=/)(?=\*)", " ", to_text(expr))
    return (
        f"#include <math.h>\n\n{helpers}/* {about} */\n"
        f"double {called}({arguments})\n{{\n    return {body};\n}}\n"
    )


def _c_name(text: str) -> str:
    """``text`` as an identifier of C; other letters than ASCII's are not everywhere allowed."""
    name = re.sub(r"\W", "_", text, flags=re.ASCII)[:_LONGEST]
    odd = name[0] == "_" or name[0].isdigit() or name in _KEYWORDS or _MACRO.fullmatch(name)
    return f"x_{name}" if odd else name


class _CSource(Source):
    def __init__(self, expr: Expr, names: dict[str, str]) -> None:
        super().__init__(expr, names)
        self.used: set[str] = set()

    def function(self, row: Operator) -> str:
        self.used.add(row.c)
        return row.c

    def constant(self, row: Operator, lone: bool) -> str:
        return repr(row.value)

    def literal(self, value: Fraction | float, lone: bool) -> tuple[str, int]:
        return double_literal(value)

    def power(self, base: Expr, exponent: Expr, lone: bool) -> tuple[str, int]:
        return f"{OPERATORS['pow'].c}({self.show(base)}, {self.show(exponent)})", ATOM
