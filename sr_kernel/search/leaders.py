"""One start for each function with inner constants: the grid point that correlates best.

On a grid of inner constants the right function may look worse than a wrong one, so a few of every
kind are fitted before they are judged.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sr_kernel.expr import Expr, number
from sr_kernel.search.columns import Column, combine
from sr_kernel.search.dictionary import IntArray, Part
from sr_kernel.search.families import FamilyPart
from sr_kernel.search.linear import linear_terms
from sr_kernel.search.match import Target
from sr_kernel.search.products import products
from sr_kernel.search.proposer import Context

_FEW, _MANY = 40, 200
"""Kinds tried each round, and for a table of one column, where little else is to be done."""


class LeaderProposer:
    """Sums a f + b with one function f of inner constants, or one times a simple function."""

    def propose(self, context: Context) -> Iterator[Expr]:
        for part, kinds in _parts(context):
            yield from _leaders(context, part, kinds)


def _parts(context: Context) -> Iterator[tuple[Part, IntArray]]:
    members = FamilyPart.over(context)
    if members is None:
        return
    yield members, members.kinds
    for part in products(context)[:1]:
        yield part, part.kinds


def _leaders(context: Context, part: Part, kinds: IntArray) -> Iterator[Expr]:
    sample, rows = context.sample, context.probe_rows
    if len(rows) < 6:
        return
    weights = np.sqrt(sample.weights[rows])
    best: dict[int, tuple[float, int]] = {}
    for known in (np.ones((len(rows), 1)), np.zeros((len(rows), 0))):
        goal = Target(context.seen[rows], known, weights)
        if goal.explained:
            return
        strength = np.abs(goal.look(part.rows(np.arange(len(kinds)))))
        for place in np.argsort(-strength, kind="stable"):
            kind = 2 * int(kinds[place]) + known.shape[1]
            best.setdefault(kind, (float(strength[place]), int(place)))
    ranked = sorted(best.items(), key=lambda entry: (-entry[1][0], entry[0]))
    one = Column(number(1), np.ones(sample.rows))
    count = _MANY if len(sample.variables) == 1 and not context.noisy else _FEW
    for kind, (_, place) in ranked[:count]:
        context.poll()
        values = part.values(np.array([place]), sample.X)[0]
        column = Column(part.expr(place), values)
        fit = combine((one, column) if kind % 2 else (column,), sample.y, np.sqrt(sample.weights))
        if np.isfinite(values).all() and fit is not None:
            yield from linear_terms(lambda term: term, fit)
