"""Products of functions with inner constants: exp(-a t) cos(w t + p), x exp(-b x) and the like.

Logarithms find products that keep their sign; a damped oscillation does not, and a product that
is one term of a sum has no logarithm.  So the simplest products stand in the dictionary themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from sr_kernel.expr import Expr, apply, number, symbol
from sr_kernel.expr.operators import FloatArray
from sr_kernel.search.dictionary import BankPart, Part, Subset
from sr_kernel.search.families import FamilyPart
from sr_kernel.search.proposer import Context

IntArray = NDArray[np.int64]

_CAPS = (12_000, 30_000, 100_000, 200_000)
"""Products looked at in each round."""
_PRODUCTS = 60_000
_AMONG, _FACTORS = 400, 30
"""Bank entries among which monomials are taken, and how many."""
_MEANS = 15
"""Pairs of columns whose geometric means are taken."""
_PLAIN = (4, 8, 20, 30)
"""Bank entries that a family is multiplied with."""


class ProductPart:
    """left[i] * right[j] for some pairs (k, 2) of places."""

    def __init__(self, left: Part, right: Part, pairs: IntArray) -> None:
        self.left, self.right = left, right
        self._pairs = pairs

    @property
    def kinds(self) -> IntArray:
        """For each product of a family member a number for base, family and the other factor."""
        assert isinstance(self.left, FamilyPart)
        i, j = self._pairs.T
        return np.asarray(self.left.kinds[i] * len(self.right.sizes) + j, dtype=np.int64)

    @property
    def sizes(self) -> IntArray:
        i, j = self._pairs.T
        return np.asarray(self.left.sizes[i] + self.right.sizes[j] + 1, dtype=np.int64)

    def rows(self, picked: IntArray) -> FloatArray:
        i, j = self._pairs[picked].T
        with np.errstate(all="ignore"):
            return np.asarray(self.left.rows(i) * self.right.rows(j))

    def values(self, picked: IntArray, X: FloatArray) -> FloatArray:
        i, j = self._pairs[picked].T
        with np.errstate(all="ignore"):
            return np.asarray(self.left.values(i, X) * self.right.values(j, X))

    def expr(self, index: int) -> Expr:
        i, j = (int(place) for place in self._pairs[index])
        return apply("mul", self.left.expr(i), self.right.expr(j))


class MeanPart:
    """Geometric means of two columns that are positive: sqrt(a*b) comes late in a bank."""

    def __init__(self, context: Context) -> None:
        sample = context.sample
        positive = [k for k, column in enumerate(sample.X.T) if 0 < column.min() < column.max()]
        self._pairs = list(combinations(positive, 2))[:_MEANS] if context.allows("sqrt") else []
        self._names = sample.variables
        self._rows = self.values(np.arange(len(self._pairs)), sample.X[context.probe_rows])

    @property
    def sizes(self) -> IntArray:
        return np.full(len(self._pairs), 4, dtype=np.int64)

    def rows(self, picked: IntArray) -> FloatArray:
        return self._rows[picked]

    def values(self, picked: IntArray, X: FloatArray) -> FloatArray:
        pairs = np.array(self._pairs, dtype=np.int64).reshape(-1, 2)[picked]
        return np.asarray(np.sqrt(X[:, pairs[:, 0]] * X[:, pairs[:, 1]]).T)

    def expr(self, index: int) -> Expr:
        a, b = (symbol(self._names[k]) for k in self._pairs[index])
        return apply("sqrt", a * b)


def products(context: Context) -> list[ProductPart]:
    """Families times the simplest bank entries, and waves times the other families."""
    stage = min(context.round, len(_CAPS) - 1)
    cap = _CAPS[stage]
    if not context.allows("mul"):
        return []
    members = FamilyPart.over(context, (2, 6, 10, 16))
    if members is None:
        return []
    plain = _simple(context, _PLAIN[stage])
    waves = np.flatnonzero(members.waves)
    others = np.flatnonzero(~members.waves)
    every = np.arange(len(members.sizes))
    found = [
        ProductPart(members, plain, _cheapest(every, members, plain, cap)),
        ProductPart(members, members, _crossed(waves, others, members, cap)),
    ]
    return [part for part in found if len(part.sizes)]


def _simple(context: Context, count: int) -> Part:
    """The first bank entries, and of a table of one column its powers."""
    if len(context.sample.variables) > 1:
        return BankPart(context.bank, count)
    first = BankPart(context.bank, _AMONG)
    powers = [k for k in range(len(first.sizes)) if k < count or monomial(first.expr(k))]
    return Subset(first, np.array(powers, dtype=np.int64))


def modulated(context: Context, limit: int) -> list[ProductPart]:
    """Products of columns with waves, exponentials and roots of the bank, at most ``limit``.

    They are the terms of many sums and come late in a bank that has them as one of all products.
    """
    bank = context.bank
    if not context.allows("mul"):
        return []
    first = range(min(limit, len(bank), _AMONG))
    factors = [k for k in first if bank.varying[k] and bank.sizes[k] <= 5]
    plain = [k for k in factors if monomial(bank.expr(k))][:_FACTORS]
    heads = bank.transcendental[: min(limit, _PRODUCTS)]
    limit = min(limit, _PRODUCTS)
    special = np.flatnonzero(heads)[: max(limit // max(len(plain), 1), 1)]
    if not plain or not len(special):
        return []
    everything = BankPart(bank, limit)
    place = {int(index): k for k, index in enumerate(everything.picked)}
    heads_at = [place[int(k)] for k in special]
    means = MeanPart(context)
    found = [ProductPart(everything, everything, _pairs([place[k] for k in plain], heads_at))]
    if len(means.sizes):
        found.append(ProductPart(means, everything, _pairs(range(len(means.sizes)), heads_at)))
    return found


def _pairs(left: Sequence[int], right: Sequence[int]) -> IntArray:
    """All pairs (k, 2) of one of ``left`` and one of ``right``."""
    i, j = np.meshgrid(left, right, indexing="ij")
    return np.stack([i.ravel(), j.ravel()], axis=1)


def monomial(expr: Expr) -> bool:
    """Whether ``expr`` is a product of powers of columns."""
    if expr.is_symbol:
        return True
    if expr.op in ("mul", "div"):
        return all(monomial(arg) or arg is number(1) for arg in expr.args)
    if expr.op == "sqrt":
        return monomial(expr.args[0])
    return expr.op == "pow" and expr.args[0].is_symbol and expr.args[1].is_number


def _cheapest(members: IntArray, left: Part, right: Part, cap: int) -> IntArray:
    i, j = np.meshgrid(members, np.arange(len(right.sizes)), indexing="ij")
    return _capped(np.stack([i.ravel(), j.ravel()], axis=1), left, right, cap)


def _crossed(waves: IntArray, others: IntArray, part: FamilyPart, cap: int) -> IntArray:
    """Waves with all others, as far as ``cap`` allows, the simplest first."""
    narrow = 1 + cap // max(len(waves), 1)
    others = others[np.argsort(part.sizes[others], kind="stable")[:narrow]]
    i, j = np.meshgrid(waves, others, indexing="ij")
    return _capped(np.stack([i.ravel(), j.ravel()], axis=1), part, part, cap)


def _capped(pairs: IntArray, left: Part, right: Part, cap: int) -> IntArray:
    cost = left.sizes[pairs[:, 0]] + right.sizes[pairs[:, 1]]
    return np.asarray(pairs[np.argsort(cost, kind="stable")[:cap]])
