"""What can be undone first: the peel policy's actions, and which of them a law admits.

A law is read as a chain of terms (sums, differences) or of factors (products, quotients) below its
root; constants in the chain are left aside.  Undoing one step leaves a simpler target:

- an *outer* function, ``y = exp(u)`` and the like; powers and reciprocals also of a multiple, and
  the square where all factors are even powers;
- a *factor* or *divisor*: ``y/g`` or ``y*g`` for a simple function ``g`` of one column
  (:data:`ATOMS`), or the sum or difference of two; ``x`` is a factor of ``x**3`` too, and also of
  ``x*u + x*v`` and ``1/(1/x + 1/z)``: sums count that are shorter when multiplied or divided;
- a *term*: ``y - c*g`` for a ``g`` of one column or a product of two.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sr_kernel.expr import Expr, apply, number, symbol
from sr_kernel.guide.grammar import Laws
from sr_kernel.guide.points import MOST_COLUMNS

OUTER = (
    "square", "power", "inverse", "sqrt", "exp", "log", "sin", "cos", "tan", "tanh", "asin",
    "acos", "atan", "abs", "sinh", "cosh",
)  # fmt: skip
"""Outer functions that can be undone; ``power`` is any other constant exponent."""
ATOMS = ("x", "square", "cube", "sqrt", "exp", "log", "sin", "cos", "inverse")
"""Simple functions of one column."""
WAYS = ("factor", "divisor", "term")
"""How an atom is undone: y/g, y*g, y - c*g."""
PAIRS = ("sum factor", "sum divisor", "difference factor", "difference divisor", "product term")
"""How a function of two columns is undone."""


class Peels(NamedTuple):
    """Which actions are right for ``m`` laws over columns: ``outer`` (m, 16), ``atoms``
    (m, MOST_COLUMNS, 9, 3), ``pairs`` (m, MOST_COLUMNS, MOST_COLUMNS, 5), symmetric in columns;
    ``joined`` (m, MOST_COLUMNS, MOST_COLUMNS, 2): whether two columns stand in one term, and in
    one factor, of the law, so that neither a sum nor a product parts them."""

    outer: NDArray[np.bool_]
    atoms: NDArray[np.bool_]
    pairs: NDArray[np.bool_]
    joined: NDArray[np.bool_]


def peels_of(laws: Laws, place: NDArray[np.int64], *, sums: bool = True) -> Peels:
    """The right actions for ``laws`` whose variable ``k`` is column ``place[i, k]``, one of the
    first MOST_COLUMNS; without ``sums`` only those that the laws admit as they are written.

    Raises :class:`DataError` for a law larger than the grammar's.
    """
    from sr_kernel.guide.actions_kernels import fill_peels

    laws = laws.bounded(place, MOST_COLUMNS)
    count, d = len(laws.length), MOST_COLUMNS
    found = Peels(
        np.zeros((count, len(OUTER)), dtype=np.bool_),
        np.zeros((count, d, len(ATOMS), len(WAYS)), dtype=np.bool_),
        np.zeros((count, d, d, len(PAIRS)), dtype=np.bool_),
        np.zeros((count, d, d, 2), dtype=np.bool_),
    )
    fill_peels(laws.code, laws.left, laws.right, laws.value, laws.length, place,
               sums, *found)  # fmt: skip
    return found


def atom(kind: str, name: str) -> Expr:
    """The term of an atom of the column ``name``."""
    x = symbol(name)
    powers = {"x": 1, "square": 2, "cube": 3, "inverse": -1}
    if kind == "x":
        return x
    return apply("pow", x, number(powers[kind])) if kind in powers else apply(kind, x)


def pair(kind: str, first: str, second: str) -> Expr:
    """The function of two columns of a pair action."""
    a, b = symbol(first), symbol(second)
    if kind.startswith("sum"):
        return a + b
    return a - b if kind.startswith("difference") else a * b
