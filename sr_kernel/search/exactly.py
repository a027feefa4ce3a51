"""The exact proposer: sums and products of bank functions that give y, or what is left of it once
something is peeled off, up to rounding.  Cheap, and silent under noise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations_with_replacement, islice

import numpy as np

from sr_kernel.expr import Expr, apply, number, symbol
from sr_kernel.expr.operators import FloatArray
from sr_kernel.search.columns import Column, Combination, elimination
from sr_kernel.search.description import EXACT_LOSS
from sr_kernel.search.dictionary import (
    BankPart,
    Dictionary,
    IntArray,
    LogPart,
    Part,
    Subset,
)
from sr_kernel.search.exact import Seen, exact_groups, exact_singles
from sr_kernel.search.linear import linear_terms
from sr_kernel.search.peel import Peel, outer_peels, peels, quotients, reciprocals, whole
from sr_kernel.search.powers import LOG, PLAIN, known_logarithms, power_terms
from sr_kernel.search.products import modulated
from sr_kernel.search.proposer import Context
from sr_kernel.search.wrapped import WrappedPart

_FIRST = (40, 20, 5)
"""Peels tried at the beginning of each round, fewer as the bank grows."""
_LATER = (60, 60, 0)
"""Peels tried at its end, once the noisy have had their turn."""
_AHEAD = 60_000
_DIVISORS = 20
_FACTORS = 8
"""Divisors tried with functions of every bank entry."""
_GLANCE = 8_000
"""Bank entries that are looked at, once, before anything that costs more."""
_FUNCTIONS = (30_000, 60_000)
"""Bank entries of which functions are looked at then, and at last."""
_WRAPPED = 8_000
"""Bank entries of which functions are taken that are not in the bank."""
_FEW, _CHUNK, _HITS = 12, 20_000, 500
"""Rows beyond those that a span fits by itself on which many functions are screened, functions
screened at a time, and the most that are looked at closely."""
_INNER = 20_000
"""Bank entries that may stand inside an exponential factor."""


class ExactProposer:
    """Laws without noise: up to two bank functions beside all variables, under one or two peels.

    Asked twice a round, the second time with ``later`` for the less likely peels.
    """

    exact = True
    """Wants as large a bank as there is."""
    cheap = True
    """First in a sweep."""

    def __init__(self, *, later: bool = False) -> None:
        self.later = later
        self._limit = 0
        self._direct = 0

    def propose(self, context: Context) -> Iterator[Expr]:
        stage = min(context.round, len(_FIRST) - 1)
        first = _FIRST[stage]
        if context.exactly and context.limit > _AHEAD // 4:
            first = 0  # without a peel a much larger bank is as quickly seen through
        begin, end = (first, first + _LATER[stage]) if self.later else (0, first)
        if context.limit <= self._limit or (self.later and (begin == end or context.exactly)):
            return  # nothing has been added since the last time
        self._limit = context.limit
        scan = _Scan(context, context.limit)
        if not self.later and context.limit > self._direct:
            self._direct = scan.limit
            yield from scan.directly()
        for peel in islice(peels(context, _DIVISORS), begin, end):
            if context.solved():
                return
            yield from scan.sums(peel, scan.spans[-1])
            if not peel.quotient:
                yield from scan.products(peel)

class GlanceProposer:
    """One look at a much larger bank than a sweep has, the first and the last time."""

    exact = True
    glance = True
    """Costs more than a first sweep should."""

    def __init__(self) -> None:
        self._seen = 0

    def propose(self, context: Context) -> Iterator[Expr]:
        count = _FUNCTIONS[1 if context.limit > _AHEAD // 2 else 0]
        if not context.exactly or count <= self._seen:
            return
        first, self._seen = self._seen == 0, count
        context.bank.grow(count, context.poll)
        scan = _Scan(context, min(_GLANCE, len(context.bank)))
        if first:
            yield from scan.directly()
        if not context.solved():
            yield from scan.functions(count, _FACTORS)


class _Scan:
    """The bank, its rows scaled once for all targets."""

    def __init__(self, context: Context, limit: int) -> None:
        self.context = context
        self.limit = limit
        bank = BankPart(context.bank, limit)
        wrapped = WrappedPart(context.bank, min(limit, _WRAPPED)) if context.exactly else None
        nested: list[Part] = [] if wrapped is None else [wrapped]
        stored: list[Part] = [bank, *modulated(context, limit)]
        self.plain = Dictionary([*stored, *nested])
        every = np.arange(len(self.plain))
        self.seen = Seen.of(self.plain.rows(every), self.plain.sizes)
        self.stored = self.seen.first(int(self.plain.starts[len(stored)]))
        """Without functions that the bank does not have: enough under an outer function."""
        self.spans = _spans(context)
        self.kinds = [LOG]
        parts: list[Part] = [LogPart(bank)]
        if context.allows("exp"):
            parts.append(BankPart(context.bank, min(limit, _INNER)))
            self.kinds.append(PLAIN)
        if wrapped is not None:
            parts.append(LogPart(wrapped))
            self.kinds.append(LOG)
        self.factors = Dictionary(parts)
        self.logarithms = known_logarithms(context)
        self._seen_factors: Seen | None = None

    def directly(self) -> Iterator[Expr]:
        """Nothing peeled off."""
        start = whole(self.context.sample.y)
        yield from self.products(start)
        for known in self.spans:
            yield from self.sums(start, known)

    def functions(self, count: int, divisors: int) -> Iterator[Expr]:
        """One function of one of ``count`` bank entries, under an outer function, or times or over
        one of the simplest entries."""
        context = self.context
        part = WrappedPart(context.bank, count)
        start = whole(context.sample.y)
        tasks = [(start, known) for known in self.spans]
        tasks += [(peel, self.spans[0]) for peel in outer_peels(context)]
        for peel in quotients(context, start, divisors):
            tasks += [(each, self.spans[0]) for each in (peel, *reciprocals(context, peel))]
        for task, place in _screened(context, part, tasks):
            peel, known = tasks[task]
            chosen = Dictionary([Subset(part, place)])
            seen = Seen.of(chosen.rows(np.arange(len(chosen))), chosen.sizes)
            yield from self._sums(chosen, seen, peel, known)

    def sums(self, peel: Peel, known: tuple[Column, ...]) -> Iterator[Expr]:
        """Linear combinations that give what is left of y."""
        self.context.poll()
        seen = self.seen if peel.cost == 0 or peel.quotient else self.stored
        yield from self._sums(self.plain, seen, peel, known)

    def _sums(
        self, dictionary: Dictionary, seen: Seen, peel: Peel, known: tuple[Column, ...]
    ) -> Iterator[Expr]:
        yield from self._found(
            dictionary, seen, peel, peel.target, peel.mask, known,
            lambda index, values: Column(dictionary.expr(index), values),
            lambda u: u,
            lambda fit: linear_terms(peel.build, fit),
        )  # fmt: skip

    def products(self, peel: Peel) -> Iterator[Expr]:
        """Products of powers and exponentials that give it."""
        context = self.context
        context.poll()
        if not context.allows("mul", "div", "pow"):
            return
        if self._seen_factors is None:
            every = np.arange(len(self.factors))
            self._seen_factors = Seen.of(self.factors.rows(every), self.factors.sizes)
        size, sign = np.abs(peel.target), np.sign(peel.target)
        mask = peel.mask * (size > 0)
        if mask.mean() < 0.3:
            return
        yield from self._found(
            self.factors, self._seen_factors, peel, np.log(np.where(size > 0, size, 1.0)), mask,
            self.logarithms,
            lambda index, values: Column(
                self.factors.expr(index), values, self.kinds[self.factors.locate(index)[0]]
            ),
            lambda u: sign * np.exp(u),
            lambda fit: power_terms(context, peel.build, fit, peel.target),
        )  # fmt: skip

    def _found(
        self,
        dictionary: Dictionary,
        seen: Seen,
        peel: Peel,
        target: FloatArray,
        mask: FloatArray,
        known: tuple[Column, ...],
        member: Callable[[int, FloatArray], Column],
        inverse: Callable[[FloatArray], FloatArray],
        build: Callable[[Combination], Iterator[Expr]],
    ) -> Iterator[Expr]:
        context = self.context
        rows = context.probe_rows
        inside = np.stack([column.values[rows] for column in known], axis=1)
        for group in exact_groups(seen, target[rows], inside, mask[rows]):
            context.poll()
            values = dictionary.values(np.array(group, dtype=np.int64), context.sample.X)
            if not np.isfinite(values).all():
                continue
            columns = (*known, *(member(k, row) for k, row in zip(group, values, strict=True)))
            fits = [
                fit
                for fit in elimination(columns, target, mask * np.sqrt(context.sample.weights))
                if self._loss(peel.inverse(inverse(fit.predicted()))) < EXACT_LOSS
            ]
            if fits:
                yield from build(fits[-1])
                if context.solved():
                    return

    def _loss(self, predicted: FloatArray) -> float:
        with np.errstate(all="ignore"):
            return self.context.sample.relative_loss(predicted)


def _screened(
    context: Context, part: WrappedPart, tasks: list[tuple[Peel, tuple[Column, ...]]]
) -> Iterator[tuple[int, IntArray]]:
    """(task, places in ``part``) for the functions that may solve it, seen on a few rows."""
    if not len(part.sizes):
        return
    chosen = np.arange(len(context.probe_rows))[: max(len(known) for _, known in tasks) + _FEW]
    rows = context.probe_rows[chosen]
    targets = [peel.target[rows] for peel, _ in tasks]
    spans = [np.stack([column.values[rows] for column in known], axis=1) for _, known in tasks]
    found: list[list[IntArray]] = [[] for _ in tasks]
    for begin in range(0, len(part.sizes), _CHUNK):
        context.poll()
        places = np.arange(begin, min(begin + _CHUNK, len(part.sizes)))
        with np.errstate(all="ignore"):
            matched = exact_singles(part.on(places, chosen), targets, spans)
        for mine, hits in zip(found, matched, strict=True):
            mine.append(places[hits])
    for task, mine in enumerate(found):
        together = np.concatenate(mine)[:_HITS]
        if len(together):
            yield task, together


def _spans(context: Context) -> list[tuple[Column, ...]]:
    """Columns with free coefficients: constant and variables, then products of two and three."""
    sample = context.sample
    names, d = sample.variables, len(sample.variables)
    room = (len(context.probe_rows) - 8) // 2
    one = (Column(number(1), np.ones(sample.rows)),)
    if d > room or not context.allows("mul"):
        return [one]
    usable = [k for k in range(d) if np.ptp(sample.X[:, k]) > 0]
    linear = [Column(symbol(names[k]), sample.X[:, k]) for k in usable]
    spans = [(*one, *linear)]
    for degree in (2, 3):
        products = list(combinations_with_replacement(usable, degree))
        if len(spans[-1]) + len(products) <= room:
            found = [_monomial(names, sample.X, chosen) for chosen in products]
            spans.append((*spans[-1], *found))
    return spans


def _monomial(names: Sequence[str], X: FloatArray, chosen: tuple[int, ...]) -> Column:
    expr = apply("mul", *(symbol(names[k]) for k in chosen))
    return Column(expr, np.prod(X[:, chosen], axis=1))
