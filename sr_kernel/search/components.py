"""Components: parts of a sum or a product that stand in different columns, before any is known.

y = c + f(A) + g(B) + ... is linear in polynomials of each group of columns; y = c + f(A) g(B) ...
is so in each factor while the others are held (alternating least squares).  What either leaves over
is noise if the rows are of such a law.  If they are not, products of low polynomials in two columns
explain some of it, which an F test tells (Tukey 1949, with more than one degree of freedom).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from sr_kernel.expr.operators import FloatArray
from sr_kernel.search.alternation import Product

Group = tuple[int, ...]

_DEGREES = (3, 6, 10, 16, 24)
"""Degrees of the polynomials in one column that are tried, as the rows allow."""
_TENSORS = (3, 5, 7, 9)
"""The same for groups of more columns, by total degree."""
_ROOM = 0.4
"""Coefficients for each row."""
_BEND = 3
"""Degree in each column of the products that two columns are told to go together by."""
_TOGETHER = 4.0
"""F above which they do."""
_PRECISE = 1e-9
"""What is left over below this share is rounding."""
_POOR = 0.3
"""Share left over beyond which a model explains too little."""
_IDLE = 4.0
"""Variance of a component, in units of what noise makes of one, up to which it is none."""
_SPLIT = 4
"""Columns up to which products of two groups are looked for."""
_SCREEN = 300
"""Rows on which most tables are told that have no such parts."""
_CLEAR = 0.02
"""Share left over by a sum below which no product is looked for."""
_BLIND = 1e-3
"""Share of its usual size below which a factor is next to zero."""


@dataclass(frozen=True, slots=True)
class Components:
    """y = ``constant`` + the sum of ``parts``, or + their product where ``product``.

    ``groups`` say which columns are in each of the ``parts`` (each (n,)); ``error`` is the standard
    deviation of what is left over, as a share of that of y.
    """

    groups: tuple[Group, ...]
    parts: tuple[FloatArray, ...]
    constant: float
    error: float
    product: bool

    def target(self, place: int, y: FloatArray) -> tuple[FloatArray, FloatArray]:
        """What the part at ``place`` has to explain (n,), its constant included if this is a sum,
        and what the variance of its noise goes by one over (n,)."""
        others = [part for k, part in enumerate(self.parts) if k != place]
        if not self.product:
            return y - np.sum(others, axis=0), np.ones(len(y))
        factor = np.prod(others, axis=0)
        # Next to a zero of the others a row says nothing.
        size = np.abs(factor)
        told = size > _BLIND * float(np.sqrt(np.mean(np.square(factor))))
        target = (y - self.constant) / np.where(told, factor, 1.0)
        return np.where(told, target, 0.0), np.where(told, np.square(factor), 0.0)


def components(
    X: FloatArray,
    y: FloatArray,
    weights: FloatArray,
    poll: Callable[[], None] = lambda: None,
    *,
    products: bool = True,
) -> Components | None:
    """Those of ``y`` (n,) over the columns ``X`` (n, d), if the rows are of a sum or, unless these
    are not wanted, of a product of functions of different columns; ``weights`` (n,) are those of
    the rows."""
    if len(y) > 2 * _SCREEN:
        few = np.random.default_rng(0).permutation(len(y))[:_SCREEN]
        if components(X[few], y[few], weights[few], poll, products=products) is None:
            return None
    if X.shape[1] < 2 or not weights.any():
        return None
    model = _Model(X, y, weights, poll)
    if not 0.0 < model.spread < np.inf:
        return None
    added = model.sum()
    if not products or (added is not None and added.error < _CLEAR):
        return added
    multiplied = model.product()
    if added is None or (multiplied is not None and multiplied.error < added.error):
        return multiplied
    return added


class _Model:
    """The rows with polynomials of their columns."""

    def __init__(
        self, X: FloatArray, y: FloatArray, weights: FloatArray, poll: Callable[[], None]
    ) -> None:
        self.n, self.d = X.shape
        self.poll = poll
        low, high = X.min(axis=0), X.max(axis=0)
        self.U = (2.0 * X - low - high) / np.where(high > low, high - low, 1.0)
        self.root = np.sqrt(weights / weights.mean())
        self.mean = float(np.average(y, weights=weights))
        self.y = y - self.mean
        self.spread = float(np.sqrt(np.mean(np.square(self.root * self.y))))
        # A column of few values has no more functions than those.
        kinds = [len(np.unique(u)) for u in self.U.T]
        self.powers = [
            _legendre(u, min(_DEGREES[-1], kind - 1))
            for u, kind in zip(self.U.T, kinds, strict=True)
        ]
        self.pairs = list(combinations(range(self.d), 2))

    # ---------------------------------------------------------------- bases

    def basis(self, group: Group, degree: int) -> FloatArray:
        """Polynomials (n, k) of a group, without a constant."""
        if len(group) == 1:
            return self.powers[group[0]][:, :degree]
        full = [np.column_stack([np.ones(self.n), self.powers[k][:, :degree]]) for k in group]
        return np.stack(
            [np.prod([f[:, e] for f, e in zip(full, exponents, strict=True)], axis=0)
             for exponents in _exponents([f.shape[1] - 1 for f in full], degree)], axis=1,
        )  # fmt: skip

    def _choices(self, groups: Sequence[Group]) -> Iterator[list[FloatArray]]:
        """Bases of all groups, of more and more functions, as long as there is room."""
        for single, tensor in zip(_DEGREES, (*_TENSORS, _TENSORS[-1]), strict=True):
            found = [self.basis(g, single if len(g) == 1 else tensor) for g in groups]
            if 1 + sum(basis.shape[1] for basis in found) > _ROOM * self.n:
                return
            yield found

    # ---------------------------------------------------------------- sums

    def sum(self) -> Components | None:
        """y as a sum, if it is one of at least two parts."""
        groups: list[Group] = [(k,) for k in range(self.d)]
        while True:
            self.poll()
            fit = self._added(groups)
            if fit is None:
                return None
            found, rest, left = fit
            together = self._together(rest, left, groups)
            if not together:
                return self._kept(found)
            groups = _joined(groups, together)
            if len(groups) < 2:
                return None

    def _added(self, groups: Sequence[Group]) -> tuple[Components, FloatArray, int] | None:
        """The sum over ``groups`` of the degree that predicts best, what it leaves over (n,), and
        with how many degrees of freedom."""
        best: tuple[list[FloatArray], _Solved] | None = None
        for bases in self._choices(groups):
            solved = _Solved.of(np.column_stack([np.ones(self.n), *bases]), self.y, self.root)
            if best is not None and not solved.missed < best[1].missed:
                break
            best = bases, solved
        if best is None:
            return None
        bases, solved = best
        parts, begin = [], 1
        for basis in bases:
            part = basis @ solved.answer[begin : begin + basis.shape[1]]
            parts.append(part - part.mean())
            begin += basis.shape[1]
        left = self.n - begin
        error = float(np.linalg.norm(solved.rest) / np.sqrt(left)) / self.spread
        found = Components(tuple(groups), tuple(parts), self.mean, error, False)
        return found, solved.rest, left

    def _together(self, rest: FloatArray, left: int, groups: Sequence[Group]) -> list[Group]:
        """Pairs of columns of different groups that go together, by what is left over (n,)."""
        whole = float(rest @ rest)
        if whole <= (_PRECISE * self.spread) ** 2 * self.n or left < 3 * _BEND**2:
            return []
        found: list[Group] = []
        for pair in self.pairs:
            if any(set(pair) <= set(group) for group in groups):
                continue
            if self._test(pair, rest, whole, left) > _TOGETHER:
                found.append(pair)
        return found

    def _test(self, pair: Group, rest: FloatArray, whole: float, left: int) -> float:
        """F of products of polynomials of two columns."""
        a, b = (self.powers[k][:, :_BEND] for k in pair)
        both = (a[:, :, None] * b[:, None, :]).reshape(self.n, -1) * self.root[:, None]
        if not both.shape[1]:
            return 0.0
        q = np.linalg.qr(both)[0]
        explained = min(float(np.square(q.T @ rest).sum()), whole)
        free = max(left - both.shape[1], 1)
        return float(explained / both.shape[1] / max((whole - explained) / free, 1e-300))

    def _kept(self, found: Components) -> Components | None:
        """``found`` without the parts that are none; None if it explains too little or fewer than
        two are left."""
        if found.error > _POOR:
            return None
        noise = _IDLE * (found.error * self.spread) ** 2 * _DEGREES[1] / self.n
        least = max(noise, (_PRECISE * self.spread) ** 2)
        kept = [k for k, part in enumerate(found.parts) if float(np.mean(np.square(part))) > least]
        if len(kept) < 2:
            return None
        return Components(
            tuple(found.groups[k] for k in kept), tuple(found.parts[k] for k in kept),
            found.constant, found.error, found.product,
        )  # fmt: skip

    # ---------------------------------------------------------------- products

    def product(self) -> Components | None:
        """y as a product of at least two factors, and a constant."""
        for groups in self._partitions():
            # A constant can take the place of much that is in a tensor.
            for offset in (False, True) if len(groups) == self.d else (False,):
                self.poll()
                found = self._multiplied(groups, offset)
                if found is not None:
                    return found
        return None

    def _partitions(self) -> Iterator[list[Group]]:
        """Each column alone, then one column or two beside all others."""
        yield [(k,) for k in range(self.d)]
        if self.d > _SPLIT:
            return
        for count in range(1, self.d // 2 + 1):
            for group in combinations(range(self.d), count):
                rest = tuple(k for k in range(self.d) if k not in group)
                if len(rest) > 1 and (len(rest) > count or group < rest):
                    yield [group, rest]

    def _multiplied(self, groups: Sequence[Group], offset: bool) -> Components | None:
        """The product over ``groups`` if the rows are of one."""
        best: Components | None = None
        factors: list[FloatArray] | None = None
        for bases in self._choices(groups):
            self.poll()
            found, rest, left = self._fitted(groups, bases, offset, factors)
            factors = list(found.parts)
            if found.error > _POOR and best is None and len(bases[0].T) > _DEGREES[0]:
                return None
            if best is not None and not found.error < best.error:
                break
            best, kept = found, (rest, left)
        if best is None or best.error > _POOR or self._together(*kept, [()]):
            return None
        return best

    def _fitted(
        self, groups: Sequence[Group], bases: list[FloatArray], offset: bool,
        factors: list[FloatArray] | None,
    ) -> tuple[Components, FloatArray, int]:  # fmt: skip
        """The product over ``groups`` from ``factors`` on, what it leaves over (n,), and with how
        many degrees of freedom."""
        full = [np.column_stack([np.ones(self.n), basis]) for basis in bases]
        product = Product(full, self.y + self.mean, self.root, self.mean if offset else 0.0)
        if factors is None:
            product.begin()
        else:
            product.factors = factors
        product.alternate(offset)
        product.descend(offset)
        rest = product.rest()
        left = max(self.n - sum(basis.shape[1] for basis in bases) - 1 - offset, 1)
        error = float(np.sqrt(np.square(rest).sum() / left)) / self.spread
        factors = list(product.factors)
        return Components(tuple(groups), tuple(factors), product.constant, error, True), rest, left


@dataclass(frozen=True, slots=True)
class _Solved:
    """Least squares: the ``answer`` (k,), the weighted ``rest`` (n,), and by how much rows are
    ``missed`` that were left out, in the mean square."""

    answer: FloatArray
    rest: FloatArray
    missed: float

    @classmethod
    def of(cls, design: FloatArray, y: FloatArray, root: FloatArray) -> _Solved:
        q, r = np.linalg.qr(design * root[:, None])
        right = y * root
        inside = q.T @ right
        inside += q.T @ (right - q @ inside)
        answer = np.linalg.lstsq(r, inside, rcond=1e-13)[0]
        rest = right - q @ inside
        leverage = np.minimum(np.square(q).sum(axis=1), 0.99)
        missed = float(np.sqrt(np.mean(np.square(rest / (1.0 - leverage)))))
        return cls(answer, rest, missed)


def _legendre(u: FloatArray, degree: int) -> FloatArray:
    return np.asarray(np.polynomial.legendre.legvander(u, degree)[:, 1:])


def _exponents(highest: Sequence[int], total: int) -> list[tuple[int, ...]]:
    """All but the constant one, of a total degree, none of them beyond its ``highest``."""
    found: list[tuple[int, ...]] = [()]
    for top in highest:
        found = [(*old, e) for old in found for e in range(min(top, total - sum(old)) + 1)]
    return [exponents for exponents in found if any(exponents)]


def _joined(groups: Sequence[Group], together: Sequence[Group]) -> list[Group]:
    """The groups with those made one that a pair has columns of."""
    merged = [set(group) for group in groups]
    for pair in together:
        touched = [group for group in merged if group & set(pair)]
        merged = [group for group in merged if not group & set(pair)]
        merged.append(set().union(*touched))
    return sorted(tuple(sorted(group)) for group in merged)
