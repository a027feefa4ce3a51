"""The linear proposer: h(y) = a f + b g + c h + known, with f, g, h from the bank."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from sr_kernel.errors import ExpressionError
from sr_kernel.expr import Expr, apply, number, symbol
from sr_kernel.expr.operators import FloatArray
from sr_kernel.search.columns import Column, Combination
from sr_kernel.search.description import structure_length
from sr_kernel.search.dictionary import BankPart, Dictionary
from sr_kernel.search.families import FamilyPart
from sr_kernel.search.matching import View, matches
from sr_kernel.search.outer import IDENTITY, Outer, outers
from sr_kernel.search.products import modulated, products
from sr_kernel.search.proposer import Context

INNER_SLACK = 30.0
"""By how much the loss may fall once an inner constant leaves its grid."""
_NEAR, _CLOSE = 4.0, 0.01
"""Standard errors, or the share of a coefficient, within which it may be plain."""


class StraightProposer:
    """A straight line in the column that explains most: there is a law from the start."""

    exact = True
    """Not as a rule, but asked before everything that takes time."""
    cheap = True

    def __init__(self) -> None:
        self._done = False

    def propose(self, context: Context) -> Iterator[Expr]:
        if self._done or not context.allows("add", "mul"):
            return
        self._done = True
        sample = context.sample
        centred = sample.X - sample.X.mean(axis=0)
        norms = np.linalg.norm(centred, axis=0)
        slopes = centred.T @ (sample.weights * sample.y) / np.where(norms > 0, norms, np.inf)
        yield 1.0 + 1.0 * symbol(sample.variables[int(np.argmax(np.abs(slopes)))])


class LinearProposer:
    """Sums of up to three bank functions, free constant and linear terms, under an outer h."""

    def propose(self, context: Context) -> Iterator[Expr]:
        bank = BankPart(context.bank, context.limit)
        whole = Dictionary([bank, *modulated(context, context.limit)])
        families = FamilyPart.over(context)
        for outer, target, slope in outers(context.problem.operators, context.sample.y):
            view = linear_view(context, outer, target, slope)
            for known in _known(context, outer):
                yield from self._matches(context, whole, view, known, 1.0)
            if families is not None:
                few = Dictionary([families, BankPart(context.bank, min(context.limit, 300))])
                yield from self._matches(context, few, view, constant(context), INNER_SLACK)
            if families is not None and outer is IDENTITY and (both := products(context)):
                wide = Dictionary([*both, families, BankPart(context.bank, 100)])
                for known in (constant(context), ()):
                    yield from self._matches(context, wide, view, known, INNER_SLACK)

    def _matches(
        self,
        context: Context,
        dictionary: Dictionary,
        view: View,
        known: tuple[Column, ...],
        slack: float,
    ) -> Iterator[Expr]:
        def member(index: int, values: FloatArray) -> Column:
            return Column(dictionary.expr(index), values)

        return matches(context, dictionary, view, known, member, slack)


def constant(context: Context) -> tuple[Column, ...]:
    return (Column(number(1), np.ones(context.sample.rows)),)


def _known(context: Context, outer: Outer) -> list[tuple[Column, ...]]:
    """Spans with free coefficients: a constant, nothing, and all variables, which under outer
    functions are left to later rounds."""
    sample = context.sample
    choices: list[tuple[Column, ...]] = [constant(context), ()]
    d = len(sample.variables)
    early = outer is IDENTITY or (context.round > 0 and outer.cost < 3)
    if early and 1 < d <= 12 and sample.rows > 2 * d + 4:
        linear = [Column(symbol(name), sample.X[:, k]) for k, name in enumerate(sample.variables)]
        choices.append((*constant(context), *linear))
    return choices


def linear_view(context: Context, outer: Outer, target: FloatArray, slope: FloatArray) -> View:
    d = len(context.sample.variables)

    def size(fit: Combination) -> int:
        return outer.cost + sum(_size(column.expr) for column in fit.columns) - 1

    def structure(fit: Combination) -> float:
        terms = sum(structure_length(column.expr, d) + 2.9 for column in fit.columns)
        return 1.5 * outer.cost + terms - 1.4

    return View(
        target=target,
        seen=outer.looked(context.seen, target),
        weights=slope * np.sqrt(context.sample.weights),
        inverse=outer.inverse,
        size=size,
        structure=structure,
        build=lambda fit: _terms(context, outer, fit),
        linear=outer is IDENTITY,
    )


def _terms(context: Context, outer: Outer, fit: Combination) -> Iterator[Expr]:
    """The combination under ``outer``; with plain coefficients where rough ones leave its domain,
    as those of sqrt(a**2 + b**2 - 2*a*b) do."""
    for term in linear_terms(outer.build, fit):
        yield term
        if not np.isfinite(context.sample.predict(term)).all():
            yield from linear_terms(outer.build, _plainly(fit))


def _plainly(fit: Combination) -> Combination:
    """``fit`` with coefficients rounded to halves where their errors allow it."""
    halves = np.round(2.0 * fit.coefficients) / 2.0
    reach = np.maximum(_NEAR * fit.errors, _CLOSE * np.abs(halves))
    near = (np.abs(halves - fit.coefficients) <= reach) & (halves != 0.0)
    plain = np.where(near, halves, fit.coefficients)
    return Combination(fit.columns, plain, fit.errors)


def _size(expr: Expr) -> int:
    """Nodes of c*expr with a plus sign in front."""
    return 2 if expr.is_number else expr.size + (1 if _is_inverse(expr) else 3)


def linear_terms(build: Callable[[Expr], Expr], fit: Combination) -> Iterator[Expr]:
    """The linear combination as ``build`` spells it."""
    try:
        terms = [scaled(c, col.expr) for c, col in zip(fit.coefficients, fit.columns, strict=True)]
        yield build(apply("add", *terms))
    except ExpressionError:
        return


def scaled(coefficient: float, expr: Expr) -> Expr:
    """coefficient * expr, with 1/f spelled coefficient/f."""
    c = number(float(coefficient))
    if expr.is_number:
        return c
    if _is_inverse(expr):
        return apply("div", c, expr.args[1])
    return apply("mul", c, expr)


def _is_inverse(expr: Expr) -> bool:
    return expr.op == "div" and expr.args[0] is number(1)
