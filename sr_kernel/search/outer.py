"""Invertible functions h through which the target may be seen: h(y) is matched, y is shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from sr_kernel.expr import Expr, apply, number, symbol
from sr_kernel.expr.operators import FloatArray
from sr_kernel.search.operations import power

_STRAY = 0.05
"""Share of the rows that noise may take out of the domain of an outer function."""
_STEEPEST = 10.0
"""By how much the slope on a row may exceed the median."""


@dataclass(frozen=True, slots=True)
class Outer:
    """y = inverse(u) with u = forward(y); ``slope`` is |dy/du| as a function of y.

    ``cost`` is the number of nodes that ``build``, the inverse on terms, adds.
    """

    name: str
    needs: tuple[str, ...]
    cost: int
    forward: Callable[[FloatArray], FloatArray]
    inverse: Callable[[FloatArray], FloatArray]
    slope: Callable[[FloatArray], FloatArray]
    build: Callable[[Expr], Expr]
    even: bool = False
    """Whether inverse(-u) is inverse(u)."""

    def target(self, y: FloatArray) -> FloatArray | None:
        """forward(y), or None where it is not defined or not one-to-one on these values."""
        u, faithful = self._faithful(y)
        return u if faithful.all() else None

    def tolerant(self, y: FloatArray) -> tuple[FloatArray, FloatArray] | None:
        """forward(y) and |dy/du|, both zero on a few rows that noise has taken out of the domain;
        None if they are not few."""
        u, faithful = self._faithful(y)
        if faithful.mean() < 1.0 - _STRAY:
            return None
        with np.errstate(all="ignore"):
            slope = np.asarray(self.slope(y), dtype=np.float64)
        sound = faithful & np.isfinite(slope)
        if not sound.any():
            return None
        # Where noise makes up y the slope there says nothing: no row may outweigh the others.
        slope = np.minimum(np.where(sound, slope, 0.0), _STEEPEST * np.median(slope[sound]))
        return np.where(sound, u, 0.0), slope

    def looked(self, y: FloatArray, target: FloatArray) -> FloatArray:
        """forward(y) where there is such, else ``target``."""
        u, faithful = self._faithful(y)
        return np.where(faithful, u, target)

    def _faithful(self, y: FloatArray) -> tuple[FloatArray, NDArray[np.bool_]]:
        """forward(y), and the rows on which it is defined and leads back to y."""
        with np.errstate(all="ignore"):
            u = np.asarray(self.forward(y), dtype=np.float64)
            back = np.asarray(self.inverse(u), dtype=np.float64)
            faithful = np.abs(back - y) <= 1e-9 * np.abs(y) + 1e-12 * np.abs(y).max()
        return u, faithful & np.isfinite(u)


def _reciprocal(u: Expr) -> Expr:
    return apply("div", number(1), u)


def _one(y: FloatArray) -> FloatArray:
    return np.ones_like(y)


def _root(u: FloatArray) -> FloatArray:
    """Rough coefficients put a sum that is nearly zero on some row a little below it."""
    return np.sqrt(np.maximum(u, 0.0))


IDENTITY = Outer("identity", (), 0, lambda y: y, lambda u: u, _one, lambda u: u)

OUTERS = (
    IDENTITY,
    Outer("reciprocal", ("div",), 2, np.reciprocal, np.reciprocal, np.square, _reciprocal),
    Outer("exp", ("exp",), 1, np.log, np.exp, np.abs, lambda u: apply("exp", u)),
    Outer("log", ("log",), 1, np.exp, np.log, lambda y: np.exp(-y), lambda u: apply("log", u)),
    Outer("sqrt", ("sqrt",), 1, np.square, _root, lambda y: 0.5 / np.abs(y),
          lambda u: apply("sqrt", u)),
    Outer("square", ("pow",), 2, np.sqrt, np.square, lambda y: 2 * np.sqrt(np.abs(y)),
          lambda u: power(u, Fraction(2))),
    Outer("reciprocal sqrt", ("sqrt", "div"), 3, lambda y: 1 / y**2, lambda u: 1 / np.sqrt(u),
          lambda y: 0.5 * np.abs(y) ** 3, lambda u: _reciprocal(apply("sqrt", u))),
    Outer("sin", ("sin",), 1, np.arcsin, np.sin, lambda y: np.sqrt(1 - y**2),
          lambda u: apply("sin", u)),
    Outer("cos", ("cos",), 1, np.arccos, np.cos, lambda y: np.sqrt(1 - y**2),
          lambda u: apply("cos", u)),
    Outer("asin", ("asin",), 1, np.sin, np.arcsin, lambda y: 1 / np.cos(y),
          lambda u: apply("asin", u)),
    Outer("acos", ("acos",), 1, np.cos, np.arccos, lambda y: 1 / np.sin(y),
          lambda u: apply("acos", u)),
    Outer("atan", ("atan",), 1, np.tan, np.arctan, lambda y: np.cos(y) ** 2,
          lambda u: apply("atan", u)),
    Outer("tan", ("tan",), 1, np.arctan, np.tan, lambda y: 1 + y**2,
          lambda u: apply("tan", u)),
    Outer("tanh", ("tanh",), 1, np.arctanh, np.tanh, lambda y: 1 - y**2,
          lambda u: apply("tanh", u)),
)  # fmt: skip


def _power(exponent: Fraction) -> Outer:
    """y = u**exponent, u of either sign where that says which."""
    odd = exponent.numerator % 2 == 1 and exponent.denominator == 1
    p = float(exponent)

    def forward(y: FloatArray) -> FloatArray:
        return np.asarray(np.sign(y) * np.abs(y) ** (1 / p) if odd else y ** (1 / p))

    def build(u: Expr) -> Expr:
        return power(u, exponent) if exponent > 0 else _reciprocal(power(u, -exponent))

    return Outer(
        f"power {exponent}", ("pow", "div"), build(symbol("u")).size - 1, forward, lambda u: u**p,
        lambda y: abs(p) * np.abs(y) ** (1 - 1 / p), build, even=exponent.numerator % 2 == 0,
    )  # fmt: skip


_EXPONENTS = ((3, 1), (4, 1), (-2, 1), (-3, 1), (-4, 1), (1, 3), (1, 4), (3, 2), (-3, 2))
POWERS = tuple(_power(Fraction(*pair)) for pair in _EXPONENTS)
"""Outer functions that few laws have."""


def powers_of(operators: tuple[str, ...]) -> list[Outer]:
    """The outer powers beyond those of :data:`OUTERS` that ``operators`` allow."""
    return [outer for outer in POWERS if all(name in operators for name in outer.needs)]


def outers_of(operators: tuple[str, ...]) -> list[Outer]:
    """The outer functions that ``operators`` allow, the identity first."""
    return [outer for outer in OUTERS if all(name in operators for name in outer.needs)]


def outers(operators: tuple[str, ...], y: FloatArray) -> list[tuple[Outer, FloatArray, FloatArray]]:
    """(outer, h(y), |dy/dh|) for each h that ``operators`` allow and ``y`` admits.

    The slopes (n,) turn residuals of h(y) into residuals of y to first order; they are zero on the
    few rows that noise has taken out of the domain.
    """
    found = []
    for outer in outers_of(operators):
        seen = outer.tolerant(y)
        if seen is None:
            continue
        target, slope = seen
        used = target[slope > 0]
        if len(used) and np.ptp(used) > 1e-12 * np.abs(used).max():
            found.append((outer, target, slope))
    return found
