"""Functions of two columns through which a law may know them: sums, products, sums of squares."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from sr_kernel.expr import Expr, number
from sr_kernel.expr.operators import FloatArray
from sr_kernel.search.operations import power


@dataclass(frozen=True, slots=True)
class Joint:
    """h(a, b) with its term and its partial derivatives."""

    values: Callable[[FloatArray, FloatArray], FloatArray]
    by_first: Callable[[FloatArray, FloatArray], FloatArray]
    by_second: Callable[[FloatArray, FloatArray], FloatArray]
    build: Callable[[Expr, Expr], Expr]
    ordered: bool = False
    """Whether h(b, a) is another function."""


def _weighed(c: int) -> Joint:
    def build(a: Expr, b: Expr) -> Expr:
        part = b if abs(c) == 1 else number(abs(c)) * b
        return a + part if c > 0 else a - part

    return Joint(
        lambda a, b: a + c * b, lambda a, b: a * 0 + 1, lambda a, b: b * 0 + c, build,
        ordered=abs(c) > 1,
    )  # fmt: skip


def _squared(expr: Expr) -> Expr:
    return power(expr, Fraction(2))


JOINTS = (
    _weighed(-1), _weighed(1),
    Joint(lambda a, b: a * b, lambda a, b: b, lambda a, b: a, lambda a, b: a * b),
    Joint(lambda a, b: a / b, lambda a, b: 1 / b, lambda a, b: -a / b**2, lambda a, b: a / b),
    Joint(lambda a, b: a * a + b * b, lambda a, b: 2 * a, lambda a, b: 2 * b,
          lambda a, b: _squared(a) + _squared(b)),
    Joint(lambda a, b: a * a - b * b, lambda a, b: 2 * a, lambda a, b: -2 * b,
          lambda a, b: _squared(a) - _squared(b)),
    Joint(lambda a, b: a * a + b, lambda a, b: 2 * a, lambda a, b: b * 0 + 1,
          lambda a, b: _squared(a) + b, ordered=True),
    Joint(lambda a, b: a * b * b, lambda a, b: b * b, lambda a, b: 2 * a * b,
          lambda a, b: a * _squared(b), ordered=True),
    Joint(lambda a, b: a / (b * b), lambda a, b: 1 / b**2, lambda a, b: -2 * a / b**3,
          lambda a, b: a / _squared(b), ordered=True),
    Joint(lambda a, b: a * b / (a + b), lambda a, b: (b / (a + b)) ** 2,
          lambda a, b: (a / (a + b)) ** 2, lambda a, b: a * b / (a + b)),
    Joint(lambda a, b: a * b / (b - a), lambda a, b: (b / (b - a)) ** 2,
          lambda a, b: -((a / (b - a)) ** 2), lambda a, b: a * b / (b - a)),
    _weighed(2), _weighed(-2),
)  # fmt: skip
