"""Shapes: the laws of one part of a sum or a product, mostly functions of a single column.

A dictionary of functions with inner constants is looked through by correlation, the best of each
kind is fitted, and the shortest descriptions are kept.  How much can be explained is known, so that
it shows when there is nothing left to look for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sr_kernel.errors import SrKernelError
from sr_kernel.expr import Expr, apply, number, symbol, transform, variables
from sr_kernel.expr.operators import FloatArray
from sr_kernel.search.bank import Bank
from sr_kernel.search.columns import Column, combine
from sr_kernel.search.dictionary import BankPart, IntArray, Part, Subset
from sr_kernel.search.families import FamilyPart
from sr_kernel.search.linear import linear_terms
from sr_kernel.search.match import Target
from sr_kernel.search.opening import PROBE_ROWS
from sr_kernel.search.products import ProductPart, monomial
from sr_kernel.search.proposer import Context
from sr_kernel.search.refine import Fitted, fit, quick_fit
from sr_kernel.search.sample import Sample, spread_rows
from sr_kernel.search.tidy import tidy

_ROWS = 400
"""Rows on which laws are tried."""
_BANK = (300, 2000)
"""Functions without inner constants, of one column and of more."""
_AMONG = 60
"""Of the latter those among which functions of all columns are taken for families."""
_BASES, _HEADS, _FACTORS = 4, 2, 4
"""The simplest functions in families, those in families that are multiplied, and what with."""
_SINGLES, _FAMILIES, _PRODUCTS = 12, 60, 40
"""Kinds of each sort that are fitted first."""
_WIDER = 3
"""Times as many that are fitted where those have not been enough."""
_TRUST = 5.0
"""Rows of a correlation on the grid: it says that little of what an inner constant that is free
will explain, so that simple kinds come first."""
_REACHED, _EXACT = 1.5, 1e-17
"""Losses up to so many times what no function explains, or this, leave nothing to be explained."""
_ERRING = 9.0
"""The same where there is no noise, and the target is as wrong as those of the other parts are."""
QUIET = 1e-7
"""Losses below which that is proof, as no other law comes near."""
_SETTLED = 1.0
"""The same where there is noise: no more than the most pliable law leaves."""
_NEAR, _TINY = 30.0, 1e-9
"""Times what is enough, or losses, from which on a law without noise is fitted to the end."""
_SUMS, _SECOND = 2, 24
"""Laws made longer by another function where one is not enough, and kinds tried in each."""
_FINAL, LAWS = 6, 3
"""Laws that are fitted to the end, and those told."""


@dataclass(frozen=True, slots=True)
class _Choice:
    """Functions with a number for the kind of each (N,), and how many kinds are fitted first."""

    part: Part
    kinds: IntArray
    count: int


class Shapes:
    """Laws of ``target`` (n,) by some ``names`` of the columns of ``whole``; ``floor`` is the mean
    square that no function of them explains."""

    def __init__(
        self, whole: Context, names: tuple[str, ...], target: FloatArray, weights: FloatArray,
        floor: float,
    ) -> None:  # fmt: skip
        self.every = _sample(whole, names, target, weights, np.arange(len(target)))
        rows = spread_rows(len(target), _ROWS, np.random.default_rng(whole.problem.random_state))
        self.sample = _sample(whole, names, target, weights, rows)
        probe = np.arange(min(len(rows), PROBE_ROWS))
        self.operators = whole.problem.operators
        self.bank = Bank(names, self.sample.X[probe], self.operators)
        self.bank.grow(_BANK[len(names) > 1], whole.poll)
        self.probe, self.poll = probe, whole.poll
        self.floor = floor / self.every.absolute(1.0)
        quiet = _ERRING * self.floor < QUIET
        self.enough = max((_ERRING if quiet else _REACHED) * self.floor, _EXACT)
        self.root = np.sqrt(self.sample.weights)
        self._found: dict[Expr, Fitted] = {}

    def laws(self) -> list[Expr]:
        """The shortest descriptions, the best first."""
        if self.sample.constant:
            return [number(self.sample.mean)]
        for starts in self._stages():
            for start in starts:
                self.poll()
                self._consider(start)
            if self.settled:
                break
        best = self._best(_FINAL)
        self._found.clear()
        for one in best:
            self._finish(one.expr)
        for one in self._best(LAWS):
            self._finish(_without_constant(one.expr))
        return [fitted.expr for fitted in self._best(LAWS)]

    @property
    def reached(self) -> bool:
        """Whether a law explains all that can be explained."""
        return self.sample.constant or self._least < self.enough

    @property
    def settled(self) -> bool:
        """Whether no other law will explain more, or come near one that is exact."""
        return self._least < max(_SETTLED * self.floor, self.enough * (self.enough < QUIET))

    @property
    def _least(self) -> float:
        return min((one.loss for one in self._found.values()), default=np.inf)

    def _best(self, count: int) -> list[Fitted]:
        return sorted(self._found.values(), key=lambda fitted: fitted.length)[:count]

    def _consider(self, start: Expr) -> None:
        try:
            fitted = quick_fit(tidy(start), self.sample)
            if fitted is not None and fitted.loss < max(_NEAR * self.enough, _TINY) < QUIET:
                fitted = fit(fitted.expr, self.sample, units=False)
        except SrKernelError:  # a literal overflows
            return
        if fitted is not None:
            self._keep(fitted)

    def _finish(self, law: Expr) -> None:
        """Fit ``law`` on all rows."""
        fitted = fit(law, self.every, units=False)
        if fitted is not None:
            self._keep(fitted)

    def _keep(self, fitted: Fitted) -> None:
        skeleton = transform(fitted.expr, _blank)
        known = self._found.get(skeleton)
        if known is None or fitted.loss <= known.loss:
            self._found[skeleton] = fitted

    # ---------------------------------------------------------------- what is tried

    def _stages(self) -> Iterator[Iterator[Expr]]:
        for choice in self._choices:
            yield self._starts(choice, self.sample.y, 0, choice.count)
        if self.reached or len(self.sample.variables) > 1:
            return
        for choice in self._choices:
            yield self._starts(choice, self.sample.y, choice.count, _WIDER * choice.count)
        if not self.reached:
            yield self._sums()

    def _sums(self) -> Iterator[Expr]:
        """The best laws with another function each."""
        for law in self._best(_SUMS):
            for choice in self._choices[:2]:
                for start in self._starts(choice, self.sample.y - law.predicted, 0, _SECOND):
                    yield apply("add", law.expr, start)

    @cached_property
    def _choices(self) -> tuple[_Choice, ...]:
        bank, operators = self.bank, self.operators
        plain = BankPart(bank, len(bank))
        powers = [k for k in range(len(plain.sizes)) if monomial(plain.expr(k))]
        bases = plain.picked[powers] if len(self.sample.variables) == 1 else self._joints(plain)
        families = FamilyPart(bank, bases[:_BASES], operators)
        heads = FamilyPart(bank, bases[:_HEADS], operators)
        factors = Subset(plain, np.array(powers[:_FACTORS], dtype=np.int64))
        scaled = ProductPart(heads, factors, _crossed(len(heads.sizes), len(factors.sizes)))
        few = FamilyPart(bank, bases[:1], operators)
        waves, others = np.flatnonzero(few.waves), np.flatnonzero(~few.waves)
        pairs = _crossed(len(waves), len(others))
        pairs = np.stack([waves[pairs[:, 0]], others[pairs[:, 1]]], axis=1)
        damped = few.kinds[pairs[:, 0]] * len(few.sizes) + few.kinds[pairs[:, 1]]
        found = (
            _Choice(plain, np.arange(len(plain.sizes)), _SINGLES),
            _Choice(families, families.kinds, _FAMILIES),
            _Choice(scaled, scaled.kinds, _PRODUCTS),
            _Choice(ProductPart(few, few, pairs), damped, _PRODUCTS),
        )
        return tuple(choice for choice in found if len(choice.kinds))

    def _joints(self, plain: BankPart) -> IntArray:
        """Of several columns, which go together: the simplest functions that have them all."""
        d = len(self.sample.variables)
        return plain.picked[[k for k in range(_AMONG) if len(variables(plain.expr(k))) == d]]

    def _starts(self, choice: _Choice, target: FloatArray, begin: int, end: int) -> Iterator[Expr]:
        """a + b f to ``target`` (n,) for f the best of each kind, those that explain most first."""
        part, rows = choice.part, self.probe
        goal = Target(target[rows], np.ones((len(rows), 1)), self.root[rows])
        if goal.explained:
            return
        seen = goal.look(part.rows(np.arange(len(part.sizes))))
        saved = -_TRUST * np.log(np.maximum(1.0 - np.square(seen), 1e-12)) - 0.5 * part.sizes
        order = np.argsort(-saved, kind="stable")
        # Rising and falling: what is best on the grid may lie beyond a constant that is right.
        _, first = np.unique((2 * choice.kinds + (seen > 0))[order], return_index=True)
        one = Column(number(1), np.ones(self.sample.rows))
        for place in order[np.sort(first)][begin:end]:
            values = part.values(np.array([place]), self.sample.X)[0]
            if not np.isfinite(values).all():
                continue
            line = combine((one, Column(part.expr(int(place)), values)), target, self.root)
            if line is not None:
                yield from linear_terms(lambda law: law, line)


def _crossed(first: int, second: int) -> IntArray:
    """All pairs (k, 2) of so many places."""
    i, j = np.meshgrid(np.arange(first), np.arange(second), indexing="ij")
    return np.stack([i.ravel(), j.ravel()], axis=1)


def _sample(
    whole: Context, names: tuple[str, ...], target: FloatArray, weights: FloatArray, rows: IntArray
) -> Sample:
    places = [whole.sample.variables.index(name) for name in names]
    return Sample(names, whole.sample.X[rows][:, places], target[rows], weights[rows])


def _without_constant(law: Expr) -> Expr:
    """Factors of a product often have none."""
    rest = [term for term in law.args if not term.is_number] if law.op == "add" else []
    return apply("add", *rest) if len(rest) > 1 else rest[0] if rest else law


_BLANK = symbol("constant")


def _blank(node: Expr) -> Expr:
    return _BLANK if isinstance(node.value, float) else node
