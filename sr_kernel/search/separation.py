"""The separation proposer: sums and products of functions of different columns, part by part.

Where the rows are those of a sum or a product (see components), or of an invertible function of a
sum, each part is a small problem of its own: to explain what the others leave over.  The laws of
the parts are put together again, and the engine fits all of their constants on the rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice

import numpy as np

from sr_kernel.errors import SrKernelError
from sr_kernel.expr import Expr, apply, number
from sr_kernel.expr.operators import FloatArray
from sr_kernel.search.columns import Column, combine
from sr_kernel.search.components import Components, components
from sr_kernel.search.linear import linear_terms
from sr_kernel.search.outer import IDENTITY, outers
from sr_kernel.search.proposer import Context
from sr_kernel.search.refine import fit
from sr_kernel.search.shapes import LAWS, Shapes
from sr_kernel.search.tidy import tidy

_FEWEST, _MOST = 40, 12
"""Rows and columns between which parts can be told apart."""
_TOGETHER = 2
"""Columns of a part that has no parts up to which its law is looked for."""
_OUTER = 2
"""Nodes of the outer functions that are looked through."""
_WORSE = 9.0
"""Times the least mean square that the parts of a part may leave over."""
_CALM = 0.05
"""The share that may be left over of what an outer function hides."""


class SeparationProposer:
    """Asked once: in the first sweep, or else in the first round."""

    exact = True
    """Most laws that it finds are, if there is no noise."""

    def __init__(self) -> None:
        self._asked = False
        self._large: list[Expr] = []

    def propose(self, context: Context) -> Iterator[Expr]:
        if not context.exactly:
            yield from self._large
            self._large = []
        sample = context.sample
        if self._asked or not context.allows("add", "mul"):
            return
        self._asked = True
        varying = np.flatnonzero(np.ptp(sample.X, axis=0) > 0)
        names = tuple(sample.variables[k] for k in varying)
        if not (2 <= len(names) <= _MOST and sample.rows >= _FEWEST) or sample.constant:
            return
        part = _Part(context, names, sample.y, sample.weights)
        for law in part.separated():
            if not context.exactly or law.size <= context.problem.clear_size:
                yield law
            elif (fitted := fit(law, sample)) is not None and sample.exact(fitted.predicted):
                yield fitted.expr
            else:  # a law that leaves an error may not be as large
                self._large.append(law)
            if context.solved():
                return


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """``target`` (n,) to be explained by the columns ``names`` of the whole search; ``floor`` is
    the mean square that no function of them explains."""

    whole: Context
    names: tuple[str, ...]
    target: FloatArray
    weights: FloatArray
    floor: float = 0.0

    def laws(self) -> list[Expr]:
        """The likeliest first; none if none explains what can be explained."""
        if len(self.names) > 1 and (found := list(islice(self.separated(), LAWS))):
            return found
        if len(self.names) > _TOGETHER:
            return []
        shapes = Shapes(self.whole, self.names, self.target, self.weights, self.floor)
        laws = shapes.laws()
        return laws if shapes.reached else []

    def separated(self) -> Iterator[Expr]:
        """Laws of parts put together, if there are parts: those of a sum or a product, or else of a
        sum inside one of the simplest outer functions."""
        found = self._components(products=True)
        laws = self.joined(found) if found is not None else iter(())
        first = next(laws, None)
        if first is None:
            yield from self._inside()
        else:
            yield from chain([first], laws)

    def _inside(self) -> Iterator[Expr]:
        for outer, target, slope in outers(self.whole.problem.operators, self.target):
            if outer is IDENTITY or outer.cost > _OUTER:
                continue
            weights = self.weights * np.square(slope)
            floor = self.floor * float(self.weights.sum() / weights.sum())
            inside = _Part(self.whole, self.names, target, weights, floor)
            found = inside._components(products=False)
            if found is not None and found.error < _CALM:
                yield from map(outer.build, inside.joined(found))
                return

    def _components(self, *, products: bool) -> Components | None:
        """Those that explain about as much as can be explained."""
        sample = self.whole.sample
        X = sample.X[:, [sample.variables.index(name) for name in self.names]]
        found = components(X, self.target, self.weights, self.whole.poll, products=products)
        if found is None or self.floor == 0.0:
            return found
        return found if found.error**2 * self._spread < _WORSE * self.floor else None

    @property
    def _spread(self) -> float:
        mean = np.average(self.target, weights=self.weights)
        return float(np.average(np.square(self.target - mean), weights=self.weights))

    def joined(self, found: Components) -> Iterator[Expr]:
        """The best laws of all parts put together, then each part's others with those."""
        parts = list(self._parts(found))
        told: dict[int, list[Expr]] = {}
        for place in sorted(range(len(parts)), key=lambda place: -len(parts[place].names)):
            told[place] = parts[place].laws()
            if not told[place]:
                return
        choices = [told[place] for place in range(len(parts))]
        best = [laws[0] for laws in choices]
        yield from self._put(found, best)
        for rank in range(1, LAWS):
            for place, laws in enumerate(choices):
                if rank < len(laws):
                    yield from self._put(found, [*best[:place], laws[rank], *best[place + 1 :]])

    def _parts(self, found: Components) -> Iterator[_Part]:
        for place, group in enumerate(found.groups):
            target, weights = found.target(place, self.target)
            weights = self.weights * weights
            floor = found.error**2 * self._spread * float(self.weights.sum() / weights.sum())
            names = tuple(self.names[k] for k in group)
            yield _Part(self.whole, names, target, weights / weights.sum(), floor)

    def _put(self, found: Components, laws: Sequence[Expr]) -> Iterator[Expr]:
        """A sum with its constant, or a product with its scale and what is added to it."""
        sample = self.whole.sample
        try:
            if found.product:
                term = tidy(apply("mul", *(without_scale(law) for law in laws)))
            else:
                term = tidy(apply("add", *laws))
            values = sample.predict(term)
            if not np.isfinite(values).all():
                return
            if not found.product:
                rest = float(np.average(self.target - values, weights=self.weights))
                yield tidy(term + number(rest))
                return
            columns = [Column(term, values)]
            if found.constant:
                columns.append(Column(number(1), np.ones(sample.rows)))
            fitted = combine(tuple(columns), self.target, np.sqrt(self.weights))
            if fitted is not None:
                yield from map(tidy, linear_terms(lambda law: law, fitted))
        except SrKernelError:  # a literal overflows
            return


def without_scale(law: Expr) -> Expr:
    """``law`` up to a constant factor: without a free one that it has."""
    scale = _scale(law)
    if law.op == "add":
        scales = [_scale(term) for term in law.args if not term.is_number]
        scale = next((one for one in scales if one is not None), None)
    if not scale or law.is_number:
        return law
    if law.op != "add":
        return tidy(_divided(law, scale))
    return tidy(apply("add", *(_divided(term, scale) for term in law.args)))


def _scale(term: Expr) -> float | None:
    """The free constant in front."""
    if term.op == "neg":
        scale = _scale(term.args[0])
        return None if scale is None else -scale
    if term.op in ("mul", "div"):
        return _scale(term.args[0])
    return term.value if isinstance(term.value, float) else None


def _divided(term: Expr, scale: float) -> Expr:
    """``term`` / ``scale``; a free constant in front that becomes one is free no more."""
    if term.op == "neg":
        return _divided(term.args[0], -scale)
    if isinstance(term.value, float):
        ratio = term.value / scale
        return number(1) if ratio == 1.0 else number(ratio)
    if _scale(term) is None:
        return apply("mul", number(1.0 / scale), term)
    return apply(term.op, _divided(term.args[0], scale), *term.args[1:])
