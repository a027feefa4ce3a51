"""Waves whose phase is a sum of a few monomials, in what a law leaves over: a sin(x*z - x + c).

Functions of a bank reach such a phase late, and what is not there cannot be pursued.  For all sums
of up to three monomials with small whole coefficients the sine and the cosine are regressed on the
residual at once; from the best of them the coefficients are fitted.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, islice, product

import numpy as np

from sr_kernel.errors import ExpressionError
from sr_kernel.expr import Expr, apply, number
from sr_kernel.expr.operators import FloatArray
from sr_kernel.search.columns import Column
from sr_kernel.search.polynomial import monomials
from sr_kernel.search.proposer import Context
from sr_kernel.search.pursuit import Residual
from sr_kernel.search.sample import spread_rows

_LAWS = 3
"""Laws of the front, the shortest descriptions first, whose residuals are looked at."""
_WAVES, _BLOCK, _ROWS = 4000, 500, 300
"""Phases looked at, so many at once, on at most so many rows."""
_TERMS, _DEGREE, _MONOMIALS = 3, 2, 60
_BEST = 4
_PRICE = 20.0
"""Nats that a wave must save to be worth a fit."""


class PhaseProposer:
    """Laws of the front with a wave more."""

    needs = ("sin", "cos")

    def __init__(self) -> None:
        self._done: set[Expr] = set()

    def propose(self, context: Context) -> Iterator[Expr]:
        if not context.allows("sin", "add", "mul"):
            return
        terms = monomials(context, _DEGREE, _MONOMIALS)[1:]
        for _ in range(_LAWS):
            entries = sorted(context.front.entries, key=lambda entry: entry.length)[:_LAWS]
            law = next((entry.expr for entry in entries if entry.expr not in self._done), None)
            if law is None or context.solved():
                return
            self._done.add(law)
            yield from _waving(context, law, terms)


def _waving(context: Context, law: Expr, terms: tuple[Column, ...]) -> Iterator[Expr]:
    """``law`` with the waves that explain most of what it leaves over."""
    residual = Residual.of(context, law)
    if residual is None:
        return
    picked = spread_rows(context.sample.rows, _ROWS, np.random.default_rng(0))
    values = np.stack([term.values[picked] for term in terms], axis=1)
    phases = list(islice(_phases(len(terms)), _WAVES))
    gains = np.zeros(len(phases))
    for begin in range(0, len(phases), _BLOCK):
        context.poll()
        part = slice(begin, begin + _BLOCK)
        gains[part] = residual.gains(_angles(phases[part], values), picked)
    saved = -0.5 * len(picked) * np.log(np.maximum(1.0 - gains, 1e-12))
    for place in np.argsort(-saved, kind="stable")[:_BEST]:
        if saved[place] > _PRICE:
            wave = _wave(terms, phases[place])
            for amplitude in (number(0.5), number(-0.5)):
                try:
                    yield law + apply("mul", amplitude, wave)
                except ExpressionError:  # a literal overflows
                    continue


Phase = tuple[tuple[int, float], ...]
"""Places of monomials with their coefficients."""


def _phases(count: int) -> Iterator[Phase]:
    """Sums of one, two and three of ``count`` monomials, each up to its sign."""
    for size in range(1, _TERMS + 1):
        for places in combinations(range(count), size):
            for rest in product((1.0, -1.0, 2.0, -2.0), repeat=size - 1):
                for first in (1.0, 2.0):
                    yield tuple(zip(places, (first, *rest), strict=True))


def _angles(phases: list[Phase], values: FloatArray) -> FloatArray:
    """The sums (k, n) of the monomials' values (n, m)."""
    weights = np.zeros((len(phases), values.shape[1]))
    for row, phase in zip(weights, phases, strict=True):
        for place, coefficient in phase:
            row[place] = coefficient
    return weights @ values.T


def _wave(terms: tuple[Column, ...], phase: Phase) -> Expr:
    parts = [apply("mul", number(c), terms[place].expr) for place, c in phase]
    return apply("sin", apply("add", *parts, number(0.1)))
