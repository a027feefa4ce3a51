"""Exact algebraic relations with many terms: y = A, B y = A, and y**2 = A y + B.

A and B are sums over the cheapest products of powers and functions of single columns.  A law like
(a + b sin(x)) (c + z) is such a sum once it is multiplied out, one with a single root of a sum is a
quadratic relation.  y may be seen through an outer function.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

import numpy as np

from sr_kernel.errors import ExpressionError
from sr_kernel.expr import Expr, apply
from sr_kernel.expr.operators import FloatArray
from sr_kernel.search.columns import Column
from sr_kernel.search.dictionary import IntArray
from sr_kernel.search.factors import product_of
from sr_kernel.search.peel import Peel, divided, outer_peels, whole
from sr_kernel.search.polynomial import total
from sr_kernel.search.proposer import Context
from sr_kernel.search.sparse import Solver
from sr_kernel.search.terms import ALONE, MIXED, PLAIN, specials, terms

_SUM, _ABOVE, _BELOW = 240, 90, 60
_TIMES = "times u"
_RELATED = 3e-13
"""Part of a unit column outside those before it that rounding may leave."""
_BESIDE, _UNDER = 40, 160
_LONG, _FEW_COLUMNS = 260, 3
_ROWS_A_TERM = 1.6
"""Rows for each of all terms that are solved for at once."""


class RelationProposer:
    """Does not depend on the bank, so once in a search without noise will do; ``long`` quotients
    of many columns are for later."""

    exact = True

    def __init__(self, *, long: bool = False) -> None:
        self.glance = long
        self._relations = (_long_quotients,) if long else (_sums, _quotients, _roots)
        self._done = False

    def propose(self, context: Context) -> Iterator[Expr]:
        if self._done or not context.exactly or not context.allows("add", "mul"):
            return
        self._done = True
        room = int(context.sample.rows / _ROWS_A_TERM)
        if room < 6:
            return
        for relation in self._relations:
            for expr in relation(context, room):
                yield expr
                if context.solved():
                    return


def _weights(context: Context) -> FloatArray:
    return np.asarray(np.sqrt(context.sample.weights))


def _sums(context: Context, room: int) -> Iterator[Expr]:
    for kind in (PLAIN, MIXED):
        columns = terms(context, min(_SUM, room), kind)
        solver = Solver(columns, _weights(context))
        for peel in outer_peels(context, powers=True):
            context.poll()
            if (found := solver.few(peel.target)) is not None:
                yield from _built(peel, _total(columns, *found))


def _quotients(context: Context, room: int) -> Iterator[Expr]:
    if not context.allows("div"):
        return
    for kind in (PLAIN, MIXED, ALONE):
        above = terms(context, min(_ABOVE, 2 * room // 3), kind)
        below = terms(context, min(_BELOW, room // 2), kind)
        factors = _over_functions(context) if kind == PLAIN else ()
        for peel in chain(outer_peels(context), factors):
            context.poll()
            yield from _quotient(context, peel, above, below)
            if context.solved():
                return


def _long_quotients(context: Context, room: int) -> Iterator[Expr]:
    """Of more terms, where many columns have many of low degree."""
    if len(context.sample.variables) <= _FEW_COLUMNS or not context.allows("div"):
        return
    above, below = terms(context, min(_LONG, room // 2), PLAIN), terms(context, _BELOW, PLAIN)
    for peel in chain([whole(context.sample.y)], _over_functions(context)):
        context.poll()
        yield from _quotient(context, peel, above, below)
        if context.solved():
            return


def _over_functions(context: Context) -> Iterator[Peel]:
    """y over each function of a single column."""
    for expr, values in specials(context):
        peel = divided(context, values, expr) if expr.op != "div" else None
        if peel is not None:
            yield peel


def _quotient(
    context: Context, peel: Peel, above: list[Column], below: list[Column]
) -> Iterator[Expr]:
    """u below = above, with one of the terms below brought to the other side."""
    times = [Column(c.expr, c.values * peel.target, _TIMES) for c in below]
    columns = _interleaved(above, times)
    size = np.abs(peel.target)
    # Each row says the same, so the few next to a pole need not drown the others.
    weights = _weights(context) / (float(np.median(size)) + size)
    related = _first_relation(columns, weights)
    if related is None:
        return
    lead = max(related, key=lambda k: related[k] * (columns[k].kind == _TIMES))
    rest = [column for k, column in enumerate(columns[: max(related) + 1]) if k != lead]
    found = Solver(rest, weights).few(columns[lead].values)
    if found is None or columns[lead].kind != _TIMES:
        return
    chosen = [(float(c), rest[place]) for place, c in zip(*found, strict=True)]
    top = [(c, column.expr) for c, column in chosen if column.kind != _TIMES]
    bottom = [(-c, column.expr) for c, column in chosen if column.kind == _TIMES]
    if top and bottom:
        divisor = product_of([(1.0, columns[lead].expr), *bottom])
        yield from _built(peel, apply("div", product_of(top), divisor))


def _interleaved(above: list[Column], times: list[Column]) -> list[Column]:
    """Both kinds from simple to less simple, so that a relation is met in its lowest terms."""
    ranked = [(float(k), column) for k, column in enumerate(above)]
    ranked += [(1.5 * k + 0.5, column) for k, column in enumerate(times)]
    return [column for _, column in sorted(ranked, key=lambda entry: entry[0])]


def _first_relation(columns: list[Column], weights: FloatArray) -> dict[int, float] | None:
    """The columns, and their shares, of the first that depends on those before it."""
    matrix = np.stack([column.values for column in columns], axis=1) * weights[:, None]
    norms = np.linalg.norm(matrix, axis=0)
    if not (np.isfinite(norms).all() and norms.min() > 0):
        return None
    r = np.linalg.qr(matrix / norms, mode="r")
    dependent = np.flatnonzero(np.abs(np.diag(r)) < _RELATED)
    if not len(dependent) or dependent[0] == 0:
        return None
    last = int(dependent[0])
    upper = np.asarray(r)
    share = np.linalg.solve(upper[:last, :last], upper[:last, last])
    return dict(enumerate([*np.abs(share).tolist(), 1.0]))


def _roots(context: Context, room: int) -> Iterator[Expr]:
    """y = A + sqrt(B) and A - sqrt(B): y**2 is a sum of terms of A times y and of others."""
    if not context.allows("sqrt"):
        return
    y = context.sample.y / context.sample.unit
    for kind in (PLAIN, MIXED):
        beside = terms(context, min(_BESIDE, room // 3), kind)
        under = terms(context, min(_UNDER, room // 2), kind)
        context.poll()
        columns = [*(Column(c.expr, c.values * y, _TIMES) for c in beside), *under]
        answer = Solver(columns, _weights(context)).few(y * y, most=40)
        if answer is None:
            continue
        places, coefficients = answer
        near = [(c / 2, beside[k]) for k, c in zip(places, coefficients, strict=True)
                if k < len(beside)]  # fmt: skip
        yield from _root(context, y, near, under)


def _root(
    context: Context, y: FloatArray, near: list[tuple[float, Column]], under: list[Column]
) -> Iterator[Expr]:
    rest = y - sum((c * column.values for c, column in near), np.zeros_like(y))
    found = Solver(under, _weights(context)).few(rest * rest)
    one_sign = (rest >= 0).all() or (rest <= 0).all()
    if found is None or not near or not one_sign:
        return
    unit = context.sample.unit
    inner = _total(under, found[0], found[1] * unit * unit)
    root = apply("sqrt", inner)
    beside = total([(float(c) * unit, column.expr) for c, column in near])
    yield beside + root if (rest >= 0).all() else beside - root


def _total(columns: list[Column], places: IntArray, coefficients: FloatArray) -> Expr:
    return product_of(
        [(float(c), columns[int(k)].expr) for k, c in zip(places, coefficients, strict=True)]
    )


def _built(peel: Peel, rest: Expr) -> Iterator[Expr]:
    try:
        yield peel.build(rest)
    except ExpressionError:
        return
