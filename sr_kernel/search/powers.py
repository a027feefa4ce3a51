"""The log-linear proposer: h(y) = C x1^p1 x2^p2 ... f^p g^q exp(r u), exponents fitted.

On logarithms this is the linear match with the variables' logarithms known; all power laws with
any exponents come for nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction

import numpy as np

from sr_kernel.errors import ExpressionError
from sr_kernel.expr import Expr, apply, number, symbol
from sr_kernel.expr.operators import FloatArray
from sr_kernel.search.columns import Column, Combination, elimination
from sr_kernel.search.description import structure_length
from sr_kernel.search.dictionary import BankPart, Dictionary, LogPart, Part
from sr_kernel.search.families import FamilyPart
from sr_kernel.search.linear import scaled
from sr_kernel.search.match import Target
from sr_kernel.search.operations import power
from sr_kernel.search.outer import OUTERS, Outer, outers
from sr_kernel.search.proposer import Context
from sr_kernel.search.screen import screen

_REDUNDANT = {"reciprocal", "sqrt", "square", "reciprocal sqrt"}
"""Outer functions under which a product of powers stays one."""

_CONSTANT, _LOG, _PLAIN = "constant", "log", "plain"


class PowerProposer:
    """Products of powers of the variables, of up to two bank functions, and of exponentials."""

    def propose(self, context: Context) -> Iterator[Expr]:
        if not context.allows("mul", "div", "pow"):
            return
        names = [o.name for o in OUTERS if o.name not in _REDUNDANT]
        for outer, target, slope in outers(context.problem.operators, context.sample.y):
            if outer.name not in names or np.abs(target).min() <= 1e-12 * np.abs(target).max():
                continue
            for dictionary, kinds in self._dictionaries(context):
                # d h / d log|h| = |h|: residuals of logarithms in the scale of the target.
                for weights in self._weights(context, slope * np.abs(target)):
                    yield from self._matches(context, dictionary, kinds, outer, target, weights)

    @staticmethod
    def _dictionaries(context: Context) -> Iterator[tuple[Dictionary, list[str]]]:
        bank = BankPart(context.bank, context.limit)
        parts: list[Part] = [LogPart(bank)]
        kinds = [_LOG]
        if context.allows("exp"):
            parts.append(BankPart(context.bank, min(context.limit, 20_000)))
            kinds.append(_PLAIN)
        yield Dictionary(parts), kinds
        families = FamilyPart.over(context)
        if families is not None:
            few: list[Part] = [LogPart(BankPart(context.bank, 300)), LogPart(families)]
            yield Dictionary(few), [_LOG, _LOG]

    @staticmethod
    def _weights(context: Context, slope: FloatArray) -> Iterator[FloatArray]:
        root = np.sqrt(context.sample.weights)
        yield slope * root
        if slope.max() > 10 * slope.min():
            yield root

    def _matches(
        self,
        context: Context,
        dictionary: Dictionary,
        kinds: list[str],
        outer: Outer,
        target: FloatArray,
        weights: FloatArray,
    ) -> Iterator[Expr]:
        sample, rows = context.sample, context.probe_rows
        known = _known(context)
        inside = np.stack([column.values for column, _ in known], axis=1)
        if len(rows) <= inside.shape[1] + 1:
            known, inside = known[:1], inside[:, :1]
        logs = np.log(np.abs(target))
        goal = Target(logs[rows], inside[rows], weights[rows])
        groups: list[tuple[int, ...]] = [()]
        if not goal.explained and len(rows) > inside.shape[1] + 1:
            groups += screen(dictionary, goal, context.poll, pool=context.pool)
        picked = np.array(sorted({index for group in groups for index in group}), dtype=np.int64)
        values = dictionary.values(picked, sample.X)
        members: dict[int, tuple[Column, str]] = {}
        for k, index in enumerate(picked):
            if np.isfinite(values[k]).all():
                kind = kinds[dictionary.locate(int(index))[0]]
                members[int(index)] = (Column(dictionary.expr(int(index)), values[k]), kind)
        found = []
        for count, group in enumerate(groups):
            if count % 16 == 0:
                context.poll()
            if all(index in members for index in group):
                chosen = [*known, *(members[index] for index in group)]
                found += self._judged(context, outer, chosen, logs, weights)
        found.sort(key=lambda candidate: candidate[0])
        kind_of = {id(c): kind for c, kind in [*known, *members.values()]}
        for _, loss, size, structure, fit in found[:400]:
            context.poll()
            if context.promising(loss, size, len(fit.columns), structure, _SLACK):
                yield from _terms(context, outer, fit, kind_of, target)

    @staticmethod
    def _judged(
        context: Context,
        outer: Outer,
        chosen: list[tuple[Column, str]],
        logs: FloatArray,
        weights: FloatArray,
    ) -> list[tuple[float, float, int, float, Combination]]:
        sample = context.sample
        found = []
        d = len(sample.variables)
        sign = np.sign(outer.forward(sample.y))
        for fit in elimination(tuple(column for column, _ in chosen), logs, weights):
            with np.errstate(all="ignore"):
                loss = sample.relative_loss(outer.inverse(sign * np.exp(fit.predicted())))
            size = outer.cost + sum(column.expr.size + 2 for column in fit.columns) - 1
            structure = sum(structure_length(c.expr, d) + 2.8 for c in fit.columns)
            # Plain exponents cost less than the fitted ones counted here.
            if context.promising(loss, size - 2, 1, 0.6 * structure, _SLACK):
                rank = 0.5 * sample.rows * np.log(sample.floored(loss)) + structure
                found.append((rank, loss, size - 2, 0.6 * structure, fit))
        return found


_SLACK = 4.0


def _known(context: Context) -> list[tuple[Column, str]]:
    sample = context.sample
    known = [(Column(number(1), np.ones(sample.rows)), _CONSTANT)]
    for k, name in enumerate(sample.variables):
        size = np.abs(sample.X[:, k])
        if size.min() > 0 and np.ptp(size) > 1e-12 * size.max():
            known.append((Column(symbol(name), np.log(size)), _LOG))
    return known


def _terms(
    context: Context,
    outer: Outer,
    fit: Combination,
    kind_of: dict[int, str],
    target: FloatArray,
) -> Iterator[Expr]:
    """The product with exponents as fitted and, where close, rounded."""
    sample = context.sample
    exponents = [float(c) for c in fit.coefficients]
    errors = [float(e) for e in fit.errors]
    plain = [
        _plain(p, e) if kind_of[id(c)] == _LOG else p
        for p, e, c in zip(exponents, errors, fit.columns, strict=True)
    ]
    choices = [plain] if plain != exponents else []
    for chosen in [*choices, exponents]:
        factors: list[tuple[Expr, Fraction | float]] = []
        inner: list[Expr] = []
        constant = 0.0
        values = np.zeros(sample.rows)
        for p, column in zip(chosen, fit.columns, strict=True):
            kind = kind_of[id(column)]
            values += float(p) * column.values
            if kind == _CONSTANT:
                constant = float(p)
            elif kind == _LOG:
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
                    yield outer.build(expr)
                    break
        except ExpressionError:
            continue


def _agrees(predicted: FloatArray, target: FloatArray) -> bool:
    """Whether the signs are right, so that only the size is left to fit."""
    with np.errstate(all="ignore"):
        return bool(np.isfinite(predicted).all() and (predicted * target >= 0).all())


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
    for base, exponent in factors:
        if exponent < 0 and isinstance(exponent, Fraction):
            below.append(_raised(base, -exponent, context))
        else:
            above.append(_raised(base, exponent, context))
    if inner:
        above.append(apply("exp", apply("add", *inner)))
    top = apply("mul", *above)
    return apply("div", top, apply("mul", *below)) if below else top


def _raised(base: Expr, exponent: Fraction | float, context: Context) -> Expr:
    if exponent == Fraction(1, 2) and context.allows("sqrt"):
        return apply("sqrt", base)
    return power(base, exponent)
