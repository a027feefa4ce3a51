"""The log-linear proposer: h(y) = C x1^p1 x2^p2 ... f^p g^q exp(r u), exponents fitted.

On logarithms this is the linear match with the variables' logarithms known; all power laws with
any exponents come for nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from fractions import Fraction

import numpy as np

from sr_kernel.errors import ExpressionError
from sr_kernel.expr import Expr, apply, number, symbol
from sr_kernel.expr.operators import FloatArray
from sr_kernel.search.columns import Column, Combination, elimination
from sr_kernel.search.description import structure_length
from sr_kernel.search.dictionary import BankPart, Dictionary, LogPart, Part
from sr_kernel.search.families import FamilyPart
from sr_kernel.search.linear import INNER_SLACK, scaled
from sr_kernel.search.matching import View, matches, polished
from sr_kernel.search.operations import power
from sr_kernel.search.outer import IDENTITY, Outer, outers
from sr_kernel.search.proposer import Context

_REDUNDANT = {"reciprocal", "sqrt", "square", "reciprocal sqrt"}
"""Outer functions under which a product of powers stays one."""

_NOISY_SIGNS = 0.02
"""Share of the target's squares on rows where a product may have the wrong sign."""

CONSTANT, LOG, PLAIN = "constant", "log", "plain"


class PowerLawProposer:
    """Products of powers of the variables alone: one fit, so before all else."""

    exact = True
    """Not as a rule, but asked before everything that takes time."""
    cheap = True

    def __init__(self) -> None:
        self._asked = False

    def propose(self, context: Context) -> Iterator[Expr]:
        target = context.sample.y
        size = np.abs(target)
        if self._asked or not context.allows("mul", "div", "pow"):
            return
        self._asked = True
        if size.min() == 0.0:
            return
        known = known_logarithms(context)
        view = _view(context, IDENTITY, target, size * np.sqrt(context.sample.weights))
        for fit in elimination(known, view.target, view.weights):
            if len(fit.columns) > 1:
                yield from view.build(polished(fit, view, context.sample, steps=10))


class PowerProposer:
    """Products of powers of the variables, of up to three bank functions, and of exponentials."""

    def propose(self, context: Context) -> Iterator[Expr]:
        if not context.allows("mul", "div", "pow"):
            return
        for outer, target, slope in outers(context.problem.operators, context.sample.y):
            size = np.abs(target)
            if outer.name in _REDUNDANT or size.min() == 0.0:
                continue
            for part, slack in self._parts(context):
                # d h / d log|h| = |h|: residuals of logarithms in the scale of the target.
                for weights in self._weights(context, slope * size):
                    view = _view(context, outer, target, weights)
                    yield from self._matches(context, part, view, slack)

    def _parts(self, context: Context) -> Iterator[tuple[list[tuple[Part, str]], float]]:
        bank = BankPart(context.bank, context.limit)
        parts: list[tuple[Part, str]] = [(LogPart(bank), LOG)]
        if context.allows("exp"):
            parts.append((BankPart(context.bank, min(context.limit, 20_000)), PLAIN))
        yield parts, 1.0
        families = FamilyPart.over(context)
        if families is not None:
            few = LogPart(BankPart(context.bank, min(context.limit, 300)))
            yield [(few, LOG), (LogPart(families), LOG)], INNER_SLACK

    def _weights(self, context: Context, slope: FloatArray) -> Iterator[FloatArray]:
        root = np.sqrt(context.sample.weights)
        yield slope * root
        if slope.max() > 10 * slope.min():
            yield root

    def _matches(
        self, context: Context, parts: list[tuple[Part, str]], view: View, slack: float
    ) -> Iterator[Expr]:
        dictionary = Dictionary([part for part, _ in parts])
        known = known_logarithms(context)

        def member(index: int, values: FloatArray) -> Column:
            return Column(dictionary.expr(index), values, parts[dictionary.locate(index)[0]][1])

        return matches(context, dictionary, view, known, member, slack)


def _view(context: Context, outer: Outer, target: FloatArray, weights: FloatArray) -> View:
    sign, logs = np.sign(target), np.log(np.abs(target))
    d = len(context.sample.variables)
    with np.errstate(all="ignore"):
        seen = np.log(np.abs(outer.looked(context.seen, target)))

    # Exponents are counted as if they will turn out plain; nothing is lost if they do not.
    def size(fit: Combination) -> int:
        return outer.cost + sum(column.expr.size + 1 for column in fit.columns) - 1

    def structure(fit: Combination) -> float:
        return sum(structure_length(column.expr, d) + 2.0 for column in fit.columns)

    return View(
        target=logs,
        seen=np.where(np.isfinite(seen), seen, logs),
        weights=weights,
        inverse=lambda u: outer.inverse(sign * np.exp(u)),
        size=size,
        structure=structure,
        build=lambda fit: power_terms(context, outer.build, fit, target),
    )


def known_logarithms(context: Context) -> tuple[Column, ...]:
    """The constant and the logarithms of the variables that have one on all rows."""
    sample = context.sample
    known = [Column(number(1), np.ones(sample.rows), CONSTANT)]
    for k, name in enumerate(sample.variables):
        size = np.abs(sample.X[:, k])
        if size.min() > 0 and np.ptp(size) > 1e-12 * size.max():
            known.append(Column(symbol(name), np.log(size), LOG))
    return tuple(known) if len(known) + 1 < sample.rows else tuple(known[:1])


def power_terms(
    context: Context,
    build: Callable[[Expr], Expr],
    fit: Combination,
    target: FloatArray,
) -> Iterator[Expr]:
    """The product with exponents as fitted and, where close, rounded, as ``build`` spells it."""
    sample = context.sample
    exponents = [float(c) for c in fit.coefficients]
    errors = [float(e) for e in fit.errors]
    plain: list[Fraction | float] = [
        _plain(p, e) if c.kind == LOG else p
        for p, e, c in zip(exponents, errors, fit.columns, strict=True)
    ]
    choices: list[list[Fraction | float]] = [plain, [*exponents]]
    for chosen in choices[plain == exponents :]:
        factors: list[tuple[Expr, Fraction | float]] = []
        inner: list[Expr] = []
        constant = 0.0
        values = np.zeros(sample.rows)
        for p, column in zip(chosen, fit.columns, strict=True):
            values += float(p) * column.values
            if column.kind == CONSTANT:
                constant = float(p)
            elif column.kind == LOG:
                factors.append((column.expr, p))
            else:
                inner.append(scaled(float(p), column.expr))
        if abs(constant) > 600 or not np.isfinite(values).all():
            continue
        try:
            body = _product(math.exp(constant), factors, inner, context)
            for sign in (1, -1):
                expr = body if sign == 1 else -body
                if _agrees(sample.predict(expr), target):
                    yield build(expr)
                    break
        except ExpressionError:
            continue


def _agrees(predicted: FloatArray, target: FloatArray) -> bool:
    """Whether the signs are right, so that only the size is left to fit; near zero noise decides
    on the sign."""
    with np.errstate(all="ignore"):
        if not np.isfinite(predicted).all():
            return False
        square = np.square(target / np.abs(target).max())
        return bool(square[predicted * target < 0].sum() <= _NOISY_SIGNS * square.sum())


def _plain(exponent: float, error: float) -> Fraction | float:
    """The nearest integer or half within reach, else the exponent itself."""
    half = Fraction(round(2 * exponent), 2)
    near = abs(float(half) - exponent) <= max(3 * error, 1e-7, 0.02)
    return half if near and half != 0 else exponent


def _product(
    constant: float,
    factors: list[tuple[Expr, Fraction | float]],
    inner: list[Expr],
    context: Context,
) -> Expr:
    above: list[Expr] = [number(constant)]
    below: list[Expr] = []
    roots = [factor for factor in factors if abs(factor[1]) == Fraction(1, 2)]
    if len(roots) > 1 and context.allows("sqrt"):
        # One root of a quotient is shorter than a quotient of roots, and simplifies better.
        above.append(apply("sqrt", _ratio([(base, 2 * p) for base, p in roots])))
        factors = [factor for factor in factors if factor not in roots]
    for base, exponent in factors:
        if exponent < 0 and isinstance(exponent, Fraction):
            below.append(_raised(base, -exponent, context))
        else:
            above.append(_raised(base, exponent, context))
    if inner:
        above.append(apply("exp", apply("add", *inner)))
    top = apply("mul", *above)
    return apply("div", top, apply("mul", *below)) if below else top


def _ratio(factors: list[tuple[Expr, Fraction | float]]) -> Expr:
    """The bases with exponent 1 over those with -1."""
    above = [base for base, exponent in factors if exponent > 0]
    below = [base for base, exponent in factors if exponent < 0]
    top = apply("mul", *above) if len(above) > 1 else above[0] if above else number(1)
    if not below:
        return top
    return apply("div", top, apply("mul", *below) if len(below) > 1 else below[0])


def _raised(base: Expr, exponent: Fraction | float, context: Context) -> Expr:
    if exponent == Fraction(1, 2) and context.allows("sqrt"):
        return apply("sqrt", base)
    return power(base, exponent)
