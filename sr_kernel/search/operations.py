"""The steps by which the bank grows: each one an operator (or 1/a, a**2, a**3) on rows of values.

An operation knows its values, its term and its price in nodes of the printed term.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from sr_kernel.expr import OPERATORS, Expr, apply, number, parse, substitute, symbol
from sr_kernel.expr.operators import NARY, SUGAR, FloatArray

PERIODIC = frozenset({"sin", "cos", "tan"})
"""Functions that can follow any few points, given a free frequency."""

TRANSCENDENTAL = PERIODIC | {
    "exp", "log", "asin", "acos", "atan", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh",
}  # fmt: skip


_LATE = frozenset({"tan", "asin", "acos"})
"""Functions that laws have more rarely than those they can be made of."""


@dataclass(frozen=True, slots=True)
class Operation:
    """``values`` works on arrays of any shape, ``build`` on terms; ``cost`` is nodes added.

    ``price`` is by how much it moves a function back in the bank: what laws are full of, squares
    and reciprocals, comes early, what they rarely nest comes late.
    """

    name: str
    arity: int
    cost: int
    values: Callable[..., FloatArray]
    build: Callable[..., Expr]
    commutative: bool = False
    price: int = 1

    @property
    def periodic(self) -> bool:
        return self.name in PERIODIC

    @property
    def transcendental(self) -> bool:
        return self.name in TRANSCENDENTAL


def operations(operators: tuple[str, ...]) -> tuple[Operation, ...]:
    """The operations that use only ``operators`` (names of the table or its sugar)."""
    found: list[Operation] = []
    if "div" in operators:
        found.append(Operation("inv", 1, 2, np.reciprocal, _inverse))
    if "pow" in operators:
        found.append(Operation("square", 1, 2, np.square, lambda a: power(a, Fraction(2))))
        found.append(
            Operation("cube", 1, 2, lambda a: a * a * a, lambda a: power(a, Fraction(3)), price=3)
        )
    for name in operators:
        found.extend(_operation(name))
    return tuple(sorted(found, key=lambda operation: operation.transcendental))


def _operation(name: str) -> list[Operation]:
    if name == "sub":
        return [Operation("sub", 2, 1, np.subtract, lambda a, b: a - b)]
    if name in SUGAR:
        return _sugar(name)
    row = OPERATORS[name]
    if row.arity == 0 or name == "neg":
        return []  # constants are leaves, signs are free in every match

    def build(*args: Expr) -> Expr:
        return apply(name, *args)

    if row.arity == 1:
        return [Operation(name, 1, 1, row.numpy, build, price=3 if name in _LATE else 2)]
    # A variable exponent is rare; integer and fitted ones are had more cheaply.
    price = 3 if name == "pow" else 1
    common = row.arity == NARY
    return [Operation(name, 2, 1, row.numpy, build, commutative=common, price=price)]


def _sugar(name: str) -> list[Operation]:
    count, meaning = SUGAR[name]
    body = parse(meaning, ("a", "b")[:count])
    cost = body.size - count

    def build(*args: Expr) -> Expr:
        return substitute(body, dict(zip("ab", args, strict=False)))

    def values(*args: FloatArray) -> FloatArray:
        return _values(body, dict(zip("ab", args, strict=False)))

    return [Operation(name, count, cost, values, build, price=max(cost, 2))]


def _values(expr: Expr, columns: dict[str, FloatArray]) -> FloatArray:
    if expr.is_symbol:
        return columns[str(expr.value)]
    if isinstance(expr.value, Fraction | float):
        return np.asarray(float(expr.value))
    args = [_values(arg, columns) for arg in expr.args]
    return np.asarray(OPERATORS[expr.op].numpy(*args), dtype=np.float64)


def power(base: Expr, exponent: Fraction | float) -> Expr:
    """``base**exponent`` in its shortest spelling: integer powers of powers are merged."""
    if exponent == 1:
        return base
    inner = base.args[1].value if base.op == "pow" else None
    if isinstance(exponent, Fraction) and isinstance(inner, Fraction):
        if exponent.denominator == 1 and inner.denominator == 1:
            return power(base.args[0], exponent * inner)
    elif base.op == "sqrt" and exponent == 2:
        return base.args[0]
    return apply("pow", base, number(exponent))


def _inverse(base: Expr) -> Expr:
    if base.op == "pow" and isinstance(base.args[1].value, Fraction):
        return power(base, Fraction(-1))
    if base.op == "div":
        return apply("div", base.args[1], base.args[0])
    return apply("div", number(1), base)


def variable(name: str) -> Expr:
    """The leaf for a column."""
    return symbol(name)
