"""Polynomials of degree two by their centres: a*x**2 + b*x as a*(x + c)**2, less a constant.

A sum of squares about a centre, such as a squared distance, is far shorter so, and its terms have
one coefficient in common.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

import numpy as np

from sr_kernel.expr import Expr, apply, number, variables
from sr_kernel.search.operations import power

Terms = list[tuple[float, Expr]]
"""Coefficients and what they stand before; a constant stands before 1."""

_ALIKE = 0.1
"""Relative spread up to which coefficients may be one and the same."""
_SAVED, _SHARED = 2, 2
"""Nodes that a completed square saves, and those that a shared coefficient does."""


def completed(terms: Terms) -> Iterator[Terms]:
    """``terms`` with squares completed; then with one coefficient for squares that are alike."""
    centred = _centred({expr: factor for factor, expr in terms})
    if centred is None:
        return
    squares, rest = centred
    yield [*squares, *rest]
    factors = np.array([factor for factor, _ in squares])
    if len(squares) > 1 and np.ptp(factors) < _ALIKE * abs(factors.mean()):
        yield [(float(factors.mean()), apply("add", *(square for _, square in squares))), *rest]


def saved(exprs: Iterable[Expr]) -> int:
    """Nodes that completing the squares among ``exprs`` may save."""
    count = len(_alone(list(exprs)))
    return _SAVED * count + _SHARED * max(count - 1, 0)


def _centred(coefficients: dict[Expr, float]) -> tuple[Terms, Terms] | None:
    """The squares, and the other terms; None if there is no square to complete."""
    squares: Terms = []
    constant = coefficients.get(number(1), 0.0)
    left = dict(coefficients)
    for x in _alone(list(coefficients)):
        a, b = left.pop(_square(x)), left.pop(x)
        squares.append((a, _square(x + number(b / (2 * a)))))
        constant -= b * b / (4 * a)
    left[number(1)] = constant
    return (squares, [(c, expr) for expr, c in left.items()]) if squares else None


def _alone(exprs: Sequence[Expr]) -> list[Expr]:
    """Variables that stand in two terms only: by themselves and squared."""
    return [
        x for x in exprs
        if x.is_symbol and _square(x) in exprs
        and sum(str(x.value) in variables(expr) for expr in exprs) == 2
    ]  # fmt: skip


def _square(expr: Expr) -> Expr:
    return power(expr, Fraction(2))
