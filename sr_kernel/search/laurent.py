"""Sums of products of powers, negative ones and roots too: h(y) = a x^p + b x^q + c.

Most terms of physical laws are such products, but one of many columns comes late in a bank: alpha
c**2/d**2 has eleven nodes.  Here all with plain exponents stand beside each other from the start.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import combinations, product

import numpy as np

from sr_kernel.expr import Expr, number, symbol
from sr_kernel.expr.operators import FloatArray
from sr_kernel.search.columns import Column
from sr_kernel.search.dictionary import Dictionary, IntArray
from sr_kernel.search.linear import constant, linear_view
from sr_kernel.search.matching import matches
from sr_kernel.search.outer import outers
from sr_kernel.search.proposer import Context
from sr_kernel.search.sample import spread_rows
from sr_kernel.search.symmetry import product_of

_OUTERS = ("identity", "sqrt", "reciprocal", "square")
_EXPONENTS = (1.0, -1.0, 2.0, -2.0, 0.5, -0.5, 3.0, -3.0)
_FEWER = 4
"""The first exponents, which are all that products of many columns have."""
_MANY, _COLUMNS = 3, 4
"""Columns from which on a product has the fewer exponents, and columns it has at most."""
_MOST, _POOL, _ROWS = 12_000, 1500, 300


class LaurentPart:
    """Products of powers of up to four columns that are positive, the plainest first."""

    def __init__(self, context: Context) -> None:
        sample = context.sample
        self._places = [k for k, column in enumerate(sample.X.T) if 0 < column.min() < column.max()]
        self._columns = [Column(symbol(sample.variables[k]), sample.X[:, k]) for k in self._places]
        self.powers = _powers(len(self._places), roots=context.allows("sqrt"))
        self._rows = self.values(np.arange(len(self.powers)), sample.X[context.probe_rows])

    @property
    def sizes(self) -> IntArray:
        active = np.abs(self.powers) > 0
        raised = active & (np.abs(self.powers) != 1.0)
        return np.asarray((2 * active + 2 * raised).sum(axis=1) - 1, dtype=np.int64)

    def rows(self, picked: IntArray) -> FloatArray:
        return self._rows[picked]

    def values(self, picked: IntArray, X: FloatArray) -> FloatArray:
        logs = np.log(np.maximum(X[:, self._places], 1e-300))
        with np.errstate(all="ignore"):
            return np.asarray(np.exp(self.powers[picked] @ logs.T))

    def member(self, index: int, values: FloatArray) -> Column:
        """The entry with its ``values`` (n,)."""
        return Column(self.expr(index), values)

    def expr(self, index: int) -> Expr:
        found = product_of(self._columns, tuple(map(Fraction, self.powers[index])))
        return number(1) if found is None else found.expr


def _powers(columns: int, *, roots: bool) -> FloatArray:
    """Exponents (N, d) of the products."""
    found: list[FloatArray] = []
    for active in range(1, min(columns, _COLUMNS) + 1):
        known = _EXPONENTS[: _FEWER if active >= _MANY else None]
        known = tuple(p for p in known if roots or p % 1.0 == 0.0)
        for places in combinations(range(columns), active):
            for chosen in product(known, repeat=active):
                if len(found) >= _MOST:
                    return np.array(found)
                row = np.zeros(columns)
                row[list(places)] = chosen
                found.append(row)
    return np.array(found).reshape(-1, columns)


class LaurentProposer:
    """Asked once: what it looks among does not grow."""

    def __init__(self) -> None:
        self._asked = False

    def propose(self, context: Context) -> Iterator[Expr]:
        if self._asked or not context.allows("add", "mul", "div", "pow"):
            return
        self._asked = True
        # Exponents that are one apart are told by many rows, and here is no bank to hold them.
        rows = spread_rows(context.sample.rows, _ROWS, np.random.default_rng(0))
        context = replace(context, probe_rows=rows, pool=_POOL)
        part = LaurentPart(context)
        if part.powers.shape[1] < 2:
            return
        for outer, target, slope in outers(context.problem.operators, context.sample.y):
            if outer.name in _OUTERS:
                view = linear_view(context, outer, target, slope)
                for known in ((), constant(context)):
                    yield from matches(context, Dictionary([part]), view, known, part.member)
