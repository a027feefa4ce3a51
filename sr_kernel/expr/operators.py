"""THE operator table: one row an operator, read by every layer.

Parsing, printing, evaluation, derivatives, intervals, the e-graph and the cost models all take
what they need from the same row, so a new operator is one new row.

All functions are real functions.  ``a**b`` with a negative base is defined only for integer ``b``;
``cbrt`` is the real cube root; ``mod`` is floored (the sign of the divisor), as in Python.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import reduce
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

NARY = -1
"""Arity of operators that take two arguments or more."""

ADDITIVE, MULTIPLICATIVE, UNARY, POWER, ATOM = 10, 20, 30, 40, 100
"""Binding strengths of the infix operators, Python's order."""

INFINITY = float("inf")


@dataclass(frozen=True, slots=True)
class Operator:
    """One row of the table.

    ``derivative`` holds the partial derivative by each argument as text in the formal arguments
    ``a`` and ``b``; ``domain`` the conditions on them under which the value is defined.  Both are
    read by our own parser, so a row stays plain data.  n-ary rows have their derivative in
    :func:`sr_kernel.expr.calculus.derivative`.
    """

    name: str
    arity: int
    numpy: Callable[..., Any]
    mpmath: str
    derivative: tuple[str, ...] = ()
    domain: tuple[str, ...] = ()
    symbol: str = ""
    precedence: int = ATOM
    aliases: tuple[str, ...] = ()
    latex: str = ""
    sympy: str = ""
    c: str = ""
    """The function in C's math.h, or one that :mod:`~sr_kernel.expr.c_code` writes out."""
    torch: str = ""
    """The function in PyTorch, or one that :mod:`~sr_kernel.expr.torch_code` writes out."""
    flops: int = 1
    parity: str = ""
    """``"odd"``: f(-a) = -f(a); ``"even"``: f(-a) = f(a)."""
    monotone: int = 0
    """+1 increasing, -1 decreasing on the whole domain, 0 neither."""
    image: tuple[float, float] = (-INFINITY, INFINITY)
    """Bounds of the values."""
    value: float | None = None
    """The value of a constant (arity 0)."""

    @property
    def egg(self) -> str:
        """The constructor's name in the rewrite rules."""
        return self.name.capitalize()

    def accepts(self, count: int) -> bool:
        """Whether ``count`` arguments are the right number."""
        return count >= 2 if self.arity == NARY else count == self.arity


def _sum(*terms: Any) -> Any:
    return reduce(np.add, terms)


def _product(*factors: Any) -> Any:
    return reduce(np.multiply, factors)


def _minimum(*values: Any) -> Any:
    return reduce(np.minimum, values)


def _maximum(*values: Any) -> Any:
    return reduce(np.maximum, values)


_CALL = r"\operatorname{{{name}}}\left({{0}}\right)"


def _function(
    name: str, numpy: Callable[..., Any], derivative: str, *, latex: str = "", **row: Any
) -> Operator:
    """A row for a function of one argument."""
    head = latex or "\\" + name
    row.setdefault("mpmath", name)
    for language in ("sympy", "c", "torch"):
        row.setdefault(language, name)
    row.setdefault("flops", 10)
    return Operator(
        name, 1, numpy, derivative=(derivative,), latex=head + r"\left({0}\right)", **row
    )


_UNIT_CLOSED = ("a >= -1", "a <= 1")

_ROWS = (
    # arithmetic
    Operator("add", NARY, _sum, "", symbol="+", precedence=ADDITIVE, sympy="Add"),
    Operator("mul", NARY, _product, "", symbol="*", precedence=MULTIPLICATIVE, sympy="Mul"),
    Operator("neg", 1, np.negative, "", ("-1",), symbol="-", precedence=UNARY,
             parity="odd", monotone=-1),
    Operator("div", 2, np.divide, "", ("1/b", "-a/b**2"), ("b != 0",), symbol="/",
             precedence=MULTIPLICATIVE, latex=r"\frac{{{0}}}{{{1}}}", flops=4),
    Operator("pow", 2, np.power, "", ("b*a**(b - 1)", "log(a)*a**b"), symbol="**",
             precedence=POWER, latex=r"{0}^{{{1}}}", sympy="Pow", c="pow", flops=20),
    Operator("mod", 2, np.mod, "", ("1", "-floor(a/b)"), ("b != 0",), aliases=("Mod",),
             latex=r"{0} \bmod {1}", sympy="Mod", c="floored_mod", torch="remainder", flops=8),
    # roots and pieces
    Operator("sqrt", 1, np.sqrt, "sqrt", ("1/(2*sqrt(a))",), ("a >= 0",), sympy="sqrt",
             c="sqrt", torch="sqrt", latex=r"\sqrt{{{0}}}",
             flops=4, monotone=1, image=(0.0, INFINITY)),
    Operator("cbrt", 1, np.cbrt, "", ("1/(3*cbrt(a)**2)",), latex=r"\sqrt[3]{{{0}}}",
             c="cbrt", torch="cbrt", flops=10, parity="odd", monotone=1),
    Operator("abs", 1, np.abs, "fabs", ("sign(a)",), aliases=("Abs", "fabs"), sympy="Abs",
             c="fabs", torch="abs", latex=r"\left|{0}\right|", parity="even",
             image=(0.0, INFINITY)),
    Operator("sign", 1, np.sign, "sign", ("0",), aliases=("sgn",), sympy="sign",
             c="sign", torch="sign", latex=r"\operatorname{{sgn}}\left({0}\right)",
             parity="odd", monotone=1, image=(-1.0, 1.0)),
    Operator("floor", 1, np.floor, "floor", ("0",), sympy="floor", c="floor",
             torch="floor", monotone=1, latex=r"\left\lfloor{0}\right\rfloor"),
    Operator("ceil", 1, np.ceil, "ceil", ("0",), aliases=("ceiling",), sympy="ceiling",
             c="ceil", torch="ceil", latex=r"\left\lceil{0}\right\rceil", monotone=1),
    Operator("min", NARY, _minimum, "", aliases=("Min", "fmin"), sympy="Min",
             c="minimum", torch="minimum", latex=r"\min"),
    Operator("max", NARY, _maximum, "", aliases=("Max", "fmax"), sympy="Max",
             c="maximum", torch="maximum", latex=r"\max"),
    # exponential and logarithm
    _function("exp", np.exp, "exp(a)", monotone=1, image=(0.0, INFINITY)),
    _function("log", np.log, "1/a", domain=("a > 0",), aliases=("ln",), monotone=1),
    # circular functions
    _function("sin", np.sin, "cos(a)", parity="odd", image=(-1.0, 1.0)),
    _function("cos", np.cos, "-sin(a)", parity="even", image=(-1.0, 1.0)),
    _function("tan", np.tan, "1 + tan(a)**2", domain=("cos(a) != 0",), parity="odd"),
    _function("asin", np.arcsin, "1/sqrt(1 - a**2)", domain=_UNIT_CLOSED, aliases=("arcsin",),
              latex=r"\arcsin", parity="odd", monotone=1, image=(-np.pi / 2, np.pi / 2)),
    _function("acos", np.arccos, "-1/sqrt(1 - a**2)", domain=_UNIT_CLOSED, aliases=("arccos",),
              latex=r"\arccos", monotone=-1, image=(0.0, np.pi)),
    _function("atan", np.arctan, "1/(1 + a**2)", aliases=("arctan",), latex=r"\arctan",
              parity="odd", monotone=1, image=(-np.pi / 2, np.pi / 2)),
    # hyperbolic functions
    _function("sinh", np.sinh, "cosh(a)", parity="odd", monotone=1),
    _function("cosh", np.cosh, "sinh(a)", parity="even", image=(1.0, INFINITY)),
    _function("tanh", np.tanh, "1 - tanh(a)**2", parity="odd", monotone=1, image=(-1.0, 1.0)),
    _function("asinh", np.arcsinh, "1/sqrt(a**2 + 1)", aliases=("arcsinh",),
              latex=r"\operatorname{{arsinh}}", parity="odd", monotone=1),
    _function("acosh", np.arccosh, "1/sqrt(a**2 - 1)", domain=("a >= 1",), aliases=("arccosh",),
              latex=r"\operatorname{{arcosh}}", monotone=1, image=(0.0, INFINITY)),
    _function("atanh", np.arctanh, "1/(1 - a**2)", domain=("a > -1", "a < 1"),
              aliases=("arctanh",), latex=r"\operatorname{{artanh}}", parity="odd", monotone=1),
    # constants
    Operator("pi", 0, lambda: np.pi, "pi", aliases=("π",), latex=r"\pi", sympy="pi", flops=0,
             value=np.pi),
    Operator("e", 0, lambda: np.e, "e", latex="e", sympy="E", flops=0, value=np.e),
)  # fmt: skip

OPERATORS: Mapping[str, Operator] = MappingProxyType({row.name: row for row in _ROWS})
"""The table by name."""

SPELLINGS: Mapping[str, Operator] = MappingProxyType(
    {spelling: row for row in _ROWS for spelling in (row.name, *row.aliases)}
)
"""The table by every spelling that the parser reads as a call or a constant."""

SUGAR: Mapping[str, tuple[int, str]] = MappingProxyType(
    {
        "sub": (2, "a - b"),
        "square": (1, "a**2"),
        "cube": (1, "a**3"),
        "inv": (1, "1/a"),
        "log2": (1, "log(a)/log(2)"),
        "log10": (1, "log(a)/log(10)"),
        "log1p": (1, "log(1 + a)"),
        "exp2": (1, "2**a"),
        "expm1": (1, "exp(a) - 1"),
        "sec": (1, "1/cos(a)"),
        "csc": (1, "1/sin(a)"),
        "cot": (1, "cos(a)/sin(a)"),
        "sech": (1, "1/cosh(a)"),
        "csch": (1, "1/sinh(a)"),
        "coth": (1, "cosh(a)/sinh(a)"),
        "hypot": (2, "sqrt(a**2 + b**2)"),
    }
)
"""Functions that are read as a combination of rows: name -> (number of arguments, meaning)."""
