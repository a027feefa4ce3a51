"""Sparse polynomials of the columns, for y and for what is left of it under a peel.

All monomials up to a degree are fitted at once and dropped one by one, the least significant first;
what is promising on the way is proposed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from itertools import combinations_with_replacement, islice, pairwise

import numpy as np

from sr_kernel.errors import ExpressionError
from sr_kernel.expr import Expr, apply, number, symbol
from sr_kernel.expr.operators import FloatArray
from sr_kernel.search.centres import completed, saved
from sr_kernel.search.columns import Column, Combination, combine, elimination
from sr_kernel.search.description import ROUNDING, description_length, structure_length
from sr_kernel.search.linear import scaled
from sr_kernel.search.operations import power
from sr_kernel.search.peel import Peel, peels, whole
from sr_kernel.search.proposer import Context

_TERMS, _DEGREE = 45, 9
_PEELS, _DIVISORS = 30, 12
_BEST = 4
_STEEPEST = 10.0
"""By how much the slope on a row may exceed the median."""
_SPARE = 3
"""Rows asked for each monomial."""


class PolynomialProposer:
    """Polynomials do not depend on the bank, so once for exact ones and once for others will do."""

    exact = True

    def __init__(self) -> None:
        self._asked = self._swept = False

    def propose(self, context: Context) -> Iterator[Expr]:
        if (self._swept if context.exactly else self._asked) or not context.allows("add", "mul"):
            return
        if context.exactly:
            self._swept = True
        else:
            self._asked = True
        columns = monomials(context, _degree(context))
        if len(columns) < 3:
            return
        every = [whole(context.sample.y), *islice(peels(context, _DIVISORS), 1, _PEELS)]
        for peel in every:
            context.poll()
            yield from _of(context, peel, columns)
            if context.solved():
                return


def monomials(context: Context, degree: int, most: int | None = None) -> tuple[Column, ...]:
    """The constant and the monomials of the varying columns up to ``degree``, ``most`` at most.

    Many columns have millions: those of low degree come first, and no more are made.
    """
    return tuple(islice(_monomials(context, degree), most))


def _monomials(context: Context, degree: int) -> Iterator[Column]:
    sample = context.sample
    yield Column(number(1), np.ones(sample.rows))
    varying = [k for k in range(len(sample.variables)) if np.ptp(sample.X[:, k]) > 0]
    for total in range(1, degree + 1):
        for picked in combinations_with_replacement(varying, total):
            values = np.prod(sample.X[:, picked], axis=1)
            factors = [
                power(symbol(sample.variables[k]), Fraction(picked.count(k)))
                for k in dict.fromkeys(picked)
            ]
            yield Column(apply("mul", *factors) if len(factors) > 1 else factors[0], values)


def _degree(context: Context) -> int:
    """The highest degree whose monomials are few enough for the rows and for time."""
    room = min(_TERMS, context.sample.rows // _SPARE)
    d = len(context.sample.variables)
    count, degree = 1, 0
    while degree < _DEGREE:
        count = count * (d + degree + 1) // (degree + 1)
        if count > room:
            break
        degree += 1
    return degree if context.allows("pow") else min(degree, 2)


def _of(context: Context, peel: Peel, columns: tuple[Column, ...]) -> Iterator[Expr]:
    weights = peel.mask * _slope(context, peel) * np.sqrt(context.sample.weights)
    if not (np.isfinite(weights).all() and weights.any()):
        return
    full = combine(columns, peel.target, weights)
    if full is not None and not context.exactly:
        # Where noise makes up y, its own slope says nothing; that of the fit does.
        calm = replace(peel, target=full.predicted())
        weights = peel.mask * _slope(context, calm) * np.sqrt(context.sample.weights)
        full = combine(columns, peel.target, weights) if np.isfinite(weights).all() else None
    # What all terms together cannot do, some of them cannot either.
    if full is None or not _promising(context, peel, full, few=True):
        return
    if context.exactly and not _loss(context, peel, full) < ROUNDING:
        return
    ranked: list[tuple[float, int, Combination]] = []
    for fit in elimination(columns, peel.target, weights):
        context.poll()
        if context.exactly and not _loss(context, peel, fit) < ROUNDING:
            break
        if _promising(context, peel, fit):
            ranked.append((_length(context, peel, fit), len(ranked), fit))
    for _, _, fit in sorted(ranked, key=lambda entry: entry[:2])[:_BEST]:
        terms = [(float(c), col.expr) for c, col in zip(fit.coefficients, fit.columns, strict=True)]
        for spelled in (terms, *completed(terms)):
            with suppress(ExpressionError):  # a literal overflows
                yield peel.build(total(spelled))


def total(terms: Sequence[tuple[float, Expr]]) -> Expr:
    """The sum of c f over ``terms`` (c, f); in one variable nested, as Horner did."""
    degrees = _degrees([expr for _, expr in terms])
    if degrees is None:
        parts = [scaled(c, expr) for c, expr in terms]
        return apply("add", *parts) if len(parts) > 1 else parts[0]
    variable, powers = degrees
    order = sorted(range(len(terms)), key=lambda k: -powers[k])
    result: Expr = number(terms[order[0]][0])
    for above, below in pairwise(order):
        step = power(variable, Fraction(powers[above] - powers[below]))
        result = apply("mul", result, step) + number(terms[below][0])
    lowest = powers[order[-1]]
    return apply("mul", power(variable, Fraction(lowest)), result) if lowest else result


def total_size(exprs: Sequence[Expr]) -> int:
    """About as many nodes as :func:`total` has for these functions."""
    if _degrees(exprs) is None:
        return sum(_term_size(expr) for expr in exprs) - 1
    return 4 * len(exprs) - 3


def _term_size(expr: Expr) -> int:
    return 2 if expr.is_number else expr.size + 3


def _degrees(exprs: Sequence[Expr]) -> tuple[Expr, list[int]] | None:
    """The one variable of which ``exprs`` are powers, and the powers; None if they are not."""
    found: list[int] = []
    variables: set[Expr] = set()
    for expr in exprs:
        base = expr.args[0] if expr.op == "pow" else expr
        exponent = expr.args[1].value if expr.op == "pow" else 1
        if expr is number(1):
            found.append(0)
        elif base.is_symbol and isinstance(exponent, Fraction | int) and exponent >= 1:
            variables.add(base)
            found.append(int(exponent))
        else:
            return None
    if len(variables) != 1 or len(set(found)) < max(len(found), 2):
        return None
    return variables.pop(), found


def _slope(context: Context, peel: Peel) -> FloatArray:
    """|dy/du| (n,) for the target u of a peel."""
    step = 1e-6 * np.maximum(np.abs(peel.target), 1e-3 * np.abs(peel.target).max())
    with np.errstate(all="ignore"):
        above, below = peel.inverse(peel.target + step), peel.inverse(peel.target - step)
        slope = np.abs(above - below) / (2 * step)
        near = np.abs(above - context.sample.y) / step  # at the edge of a domain
        slope = np.where(np.isfinite(slope), slope, np.where(np.isfinite(near), near, 0.0))
    used = slope[slope > 0]
    return np.minimum(slope, _STEEPEST * np.median(used)) if len(used) else slope


def _promising(context: Context, peel: Peel, fit: Combination, *, few: bool = False) -> bool:
    """Whether the fit, or with ``few`` one of a few of its terms, may change the front."""
    size, structure, count = _size(peel, fit), _structure(context, peel, fit), len(fit.columns)
    if few:
        share = 2.0 / count
        size, structure, count = 3, share * structure, 2
    return context.promising(_loss(context, peel, fit), size, count, structure, 2.0)


def _loss(context: Context, peel: Peel, fit: Combination) -> float:
    with np.errstate(all="ignore"):
        return context.sample.relative_loss(peel.inverse(fit.predicted()))


def _size(peel: Peel, fit: Combination) -> int:
    exprs = [column.expr for column in fit.columns]
    return peel.cost + total_size(exprs) - saved(exprs)


def _structure(context: Context, peel: Peel, fit: Combination) -> float:
    d = len(context.sample.variables)
    return 1.5 * peel.cost + sum(structure_length(c.expr, d) + 2.9 for c in fit.columns)


def _length(context: Context, peel: Peel, fit: Combination) -> float:
    sample = context.sample
    loss = sample.floored(_loss(context, peel, fit))
    return description_length(loss, sample.rows, len(fit.columns), _structure(context, peel, fit))
