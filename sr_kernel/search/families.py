"""Functions with an inner constant: exp(t u), u**t, 1/(u + t) ... on a grid of t to start from.

u runs over the simplest bank entries; the grid follows the range of u, so it is free of units.
What matches is fitted afterwards, inner constant included.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from sr_kernel.expr import Expr, apply, number
from sr_kernel.expr.operators import FloatArray
from sr_kernel.search.bank import Bank
from sr_kernel.search.operations import PERIODIC, power
from sr_kernel.search.proposer import Context

IntArray = NDArray[np.int64]

_FASTEST = 400.0
"""Radians over the range of u up to which the periodogram is computed."""


@dataclass(frozen=True, slots=True)
class Family:
    """``values(u, s, t)`` and ``build(u, s, t)`` with grids of (s, t) from the range of u."""

    needs: tuple[str, ...]
    cost: int
    values: Callable[[FloatArray, float, float], FloatArray]
    build: Callable[[Expr, Expr, Expr], Expr]
    grid: Callable[[FloatArray], list[tuple[float, float]]]

    @property
    def periodic(self) -> bool:
        return self.needs[0] in PERIODIC


def _rates(u: FloatArray) -> list[tuple[float, float]]:
    width = float(np.std(u))
    steps = (0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
    return [(sign * step / width, 0.0) for step in steps for sign in (1, -1)]


def _waves(u: FloatArray) -> list[tuple[float, float]]:
    """Frequencies up to half a wave for each row, half a radian apart over the range."""
    width = float(np.ptp(u))
    top = min(np.pi * len(np.unique(u)) / 2, 40.0)
    return [(step / width, 0.0) for step in np.arange(1.0, top, 1.0)]


def _phases(u: FloatArray) -> list[tuple[float, float]]:
    """The same frequencies between sine and cosine; a grid of all phases with these two."""
    return [(s, sign * np.pi / 4) for s, _ in _waves(u) for sign in (1, -1)]


def _shifts(u: FloatArray) -> list[tuple[float, float]]:
    width, low, high = float(np.ptp(u)), float(u.min()), float(u.max())
    steps = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
    outside = [width * step - low for step in steps]
    outside += [-high - width * step for step in steps]
    return [(0.0, shift) for shift in outside]


def _bells(u: FloatArray) -> list[tuple[float, float]]:
    """Centres over the range, widths from a tenth of it to the whole."""
    width, low = float(np.ptp(u)), float(u.min())
    centres = [low + width * k / 10 for k in range(11)]
    return [(1.0 / (width * share), c) for c in centres for share in (0.05, 0.1, 0.2, 0.4)]


def _exponents(u: FloatArray) -> list[tuple[float, float]]:
    if u.min() <= 0:
        return []
    return [(0.0, k / 4) for k in range(-16, 17) if k % 4 or abs(k) > 12]


def _square(u: Expr) -> Expr:
    return power(u, Fraction(2))


FAMILIES = (
    Family(("exp",), 3, lambda u, s, t: np.exp(s * u),
           lambda u, s, t: apply("exp", s * u), _rates),
    Family(("pow",), 2, lambda u, s, t: u**t, lambda u, s, t: u**t, _exponents),
    Family(("div", "add"), 4, lambda u, s, t: 1 / (u + t), lambda u, s, t: 1 / (u + t), _shifts),
    Family(("log", "add"), 3, lambda u, s, t: np.log(np.abs(u + t)),
           lambda u, s, t: apply("log", u + t), _shifts),
    Family(("sqrt", "add"), 3, lambda u, s, t: np.sqrt(u + t),
           lambda u, s, t: apply("sqrt", u + t), _shifts),
    Family(("sin",), 3, lambda u, s, t: np.sin(s * u),
           lambda u, s, t: apply("sin", s * u), _waves),
    Family(("cos",), 3, lambda u, s, t: np.cos(s * u),
           lambda u, s, t: apply("cos", s * u), _waves),
    Family(("cos", "add"), 5, lambda u, s, t: np.cos(s * u + t),
           lambda u, s, t: apply("cos", s * u + t), _phases),
    Family(("exp", "pow"), 7, lambda u, s, t: np.exp(-np.square(s * (u - t))),
           lambda u, s, t: apply("exp", -_square(s * (u - t))), _bells),
    Family(("exp", "div", "add"), 7, lambda u, s, t: 1 / (1 + np.exp(s * (t - u))),
           lambda u, s, t: 1 / (1 + apply("exp", s * (t - u))), _bells),
    Family(("exp", "div", "sub"), 7, lambda u, s, t: 1 / np.expm1(s * u),
           lambda u, s, t: 1 / (apply("exp", s * u) - 1), _rates),
    Family(("tanh",), 5, lambda u, s, t: np.tanh(s * (u - t)),
           lambda u, s, t: apply("tanh", s * (u - t)), _bells),
)  # fmt: skip


class FamilyPart:
    """All families over some bank entries, as part of a dictionary.

    ``peaks`` are frequencies, by entry, that the data suggest beyond the grid.
    """

    def __init__(
        self,
        bank: Bank,
        bases: IntArray,
        operators: tuple[str, ...],
        peaks: Mapping[int, Sequence[float]] | None = None,
    ) -> None:
        self.bank = bank
        self._members: list[tuple[int, Family, float, float]] = []
        rows: list[FloatArray] = []
        with np.errstate(all="ignore"):
            for base in bases:
                u = bank.rows[base]
                found = (peaks or {}).get(int(base), ())
                for family in FAMILIES:
                    if not all(name in operators for name in family.needs):
                        continue
                    for s, t in [*family.grid(u), *_at_peaks(family, found)]:
                        self._members.append((int(base), family, s, t))
                        rows.append(family.values(u, s, t))
        self._rows = np.array(rows).reshape(len(rows), len(bank.X))
        self._sizes = np.array(
            [bank.sizes[base] + family.cost for base, family, _, _ in self._members],
            dtype=np.int64,
        )

    @classmethod
    def over(
        cls, context: Context, counts: Sequence[int] = (3, 12, 60, 150, 300)
    ) -> FamilyPart | None:
        """The families over as many simple bank entries as this round is about."""
        bank = context.bank
        count = counts[min(context.round, len(counts) - 1)]
        if context.round == 0 and len(context.sample.variables) > 1:
            return None  # with several columns there is plainer to try first
        plain = [
            index
            for index in np.flatnonzero(bank.varying[:3000])
            if not bank.periodic(int(index)) and bank.sizes[index] <= 7
        ][:count]
        if not plain:
            return None
        peaks = {int(index): _frequencies(context, int(index)) for index in plain[:8]}
        part = cls(bank, np.array(plain, dtype=np.int64), context.problem.operators, peaks)
        return part if len(part.sizes) else None

    @property
    def sizes(self) -> IntArray:
        return self._sizes

    @property
    def kinds(self) -> IntArray:
        """For each member a number for its base and family: those that differ in constants only."""
        known: dict[tuple[int, int], int] = {}
        return np.array(
            [known.setdefault((base, id(family)), len(known))
             for base, family, _, _ in self._members],
            dtype=np.int64,
        )  # fmt: skip

    @property
    def waves(self) -> NDArray[np.bool_]:
        """Which members are periodic (N,)."""
        return np.array([family.periodic for _, family, _, _ in self._members], dtype=np.bool_)

    def rows(self, picked: IntArray) -> FloatArray:
        return self._rows[picked]

    def values(self, picked: IntArray, X: FloatArray) -> FloatArray:
        found = np.empty((len(picked), len(X)))
        known: dict[int, FloatArray] = {}
        with np.errstate(all="ignore"):
            for k, index in enumerate(picked):
                base, family, s, t = self._members[index]
                if base not in known:
                    known[base] = self.bank.values([base], X)[0]
                found[k] = family.values(known[base], s, t)
        return found

    def member(self, index: int) -> tuple[int, Family, float, float]:
        """The base, by its place in the bank, the family, and s and t."""
        return self._members[index]

    def expr(self, index: int) -> Expr:
        base, family, s, t = self._members[index]
        return family.build(self.bank.expr(base), number(float(s)), number(float(t)))


def _at_peaks(family: Family, frequencies: Sequence[float]) -> list[tuple[float, float]]:
    if not family.periodic:
        return []
    if family.grid is _waves:
        return [(s, 0.0) for s in frequencies]
    return [(s, sign * np.pi / 4) for s in frequencies for sign in (1, -1)]


def _frequencies(context: Context, index: int) -> list[float]:
    """The strongest frequencies over an entry of the bank, computed once."""
    known, expr = context.frequencies, context.bank.expr(index)
    if expr not in known:
        u = context.bank.values([index], context.sample.X)[0]
        known[expr] = strongest_frequencies(u, context)
    return known[expr]


def strongest_frequencies(u: FloatArray, context: Context, count: int = 6) -> list[float]:
    """Frequencies s at which exp(i s u) correlates most with the target on the fitted rows.

    They are read off the periodogram (Lomb 1976), up to half a wave for each row.
    """
    sample = context.sample
    width = float(np.ptp(u))
    if not 0 < width < np.inf:
        return []
    steps = np.arange(1.0, min(np.pi * len(np.unique(u)) / 2, _FASTEST), 0.5)
    wave = np.exp(1j * np.outer(steps / width, u - u.min()))
    power = np.abs(wave @ (sample.weights * (sample.y - sample.mean) / sample.unit))
    if len(power) < 3 or not np.isfinite(power).all():
        return []
    inner = power[1:-1]
    tops = np.flatnonzero((inner >= power[:-2]) & (inner >= power[2:])) + 1
    best = tops[np.argsort(-power[tops], kind="stable")[:count]]
    return [float(step) for step in steps[best] / width]
