"""Source that we write for other languages, held against our own evaluation."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction

import numpy as np

from sr_kernel.expr import OPERATORS, Expr, apply, number, parse, symbol, variables, walk
from sr_kernel.numeric import compile_program, evaluate

_GRID = np.array([0.5, -0.25, 1.75, 3.0, -2.3, 0.9, 12.5])
_STEP = 1e-9
_JUMPS = frozenset({"floor", "ceil", "mod", "sign"})

TEXTS = [
    "x - (y - z)", "x/(y/z)", "x/y/z", "-x**2", "(-x)**2", "x**-2", "x**y**0.5", "(x**2)**0.5",
    "-(x + y)*2", "x - -2.5*y", "x + 1/2 - 3/4*y", "2*3*x", "4/2*x", "1/2/x", "x*(1/3)",
    "x + 2**0.5", "x*sin(2)", "sin(2)", "2.5", "7", "-1/3", "x*2**-1", "(-8)**3*x", "x + 10**30",
    "min(x, 2)", "max(1, x, y)", "min(2, 3)*x", "mod(x, 2)", "mod(-7, 3)*x", "mod(7, -3) + x",
    "cbrt(-8)*x", "abs(-2)*x", "pi*x", "e**x", "pi", "sqrt(2)", "2**x", "x*0.1*3*0.7",
    "exp(1e-3*x)", "x + 123456789012345678901234567890", "x*(1/123456789012345678901)",
    "floor(-2.5)*x", "sign(-3)*x", "x - y + min(x, y, z)", "1e-300*x", "1e300*x",
]  # fmt: skip
"""What is easily written wrong: binding, minus signs, whole numbers, parts without variables."""


def points(expr: Expr) -> np.ndarray:
    """Rows (7, d) of values of both signs for the variables of ``expr``."""
    return np.column_stack([np.roll(_GRID, j) for j, _ in enumerate(variables(expr))] or [_GRID])


def each_operator() -> Iterator[Expr]:
    """Every row of the table on variables, and on numbers."""
    for name, row in OPERATORS.items():
        count = 3 if row.arity < 0 else row.arity
        yield apply(name, *map(symbol, "xyz"[:count]))
        if count:
            numbers = [number(Fraction(1)), number(3), number(0.5)][:count]
            yield symbol("x") + apply(name, *numbers)


def has_no_constant_jump(expr: Expr) -> bool:
    """A jump of a part without variables may fall on either side of a rounding."""
    return not any(node.op in _JUMPS and not variables(node) for node in walk(expr))


def ours(expr: Expr, X: np.ndarray) -> np.ndarray:
    """Our own values (n,)."""
    names = variables(expr)
    return evaluate(compile_program(expr, names, free="none"), X[:, : len(names)])


def assert_agrees(expr: Expr, function: Callable[..., float]) -> None:
    """``function`` of the variables gives our values, where those are numbers and are steady."""
    X = points(expr)
    expected = ours(expr, X)
    steps = 1 + _STEP * np.arange(1, X.shape[1] + 1)
    with np.errstate(all="ignore"):
        spread = np.fmax(*(np.abs(ours(expr, X * f) - expected) for f in (steps, 1 / steps)))
    steady = np.isfinite(expected) & (spread <= 1e-5 * np.maximum(np.abs(expected), 1.0))
    for row, value, unsure in zip(X[steady], expected[steady], spread[steady], strict=True):
        found = function(*map(float, row[: len(variables(expr))]))
        assert abs(found - value) <= 1e-9 * abs(value) + 1e-3 * unsure + 1e-290, (expr, row, found)


def texts() -> list[Expr]:
    """The terms of TEXTS."""
    return [parse(text) for text in TEXTS]
