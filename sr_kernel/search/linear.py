"""The linear proposer: h(y) = a f + b g + c h + known, with f, g, h from the bank."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sr_kernel.errors import ExpressionError
from sr_kernel.expr import Expr, apply, number, symbol
from sr_kernel.expr.operators import FloatArray
from sr_kernel.search.columns import Column, Combination, elimination
from sr_kernel.search.description import structure_length
from sr_kernel.search.dictionary import BankPart, Dictionary
from sr_kernel.search.families import FamilyPart
from sr_kernel.search.match import Target
from sr_kernel.search.outer import IDENTITY, Outer, outers
from sr_kernel.search.proposer import Context
from sr_kernel.search.screen import screen


class LinearProposer:
    """Sums of up to three bank functions, free constant and linear terms, under an outer h."""

    def propose(self, context: Context) -> Iterator[Expr]:
        sample = context.sample
        parts = [BankPart(context.bank, context.limit)]
        families = FamilyPart.over(context)
        for outer, target, slope in outers(context.problem.operators, sample.y):
            for known in self._known(context, outer):
                yield from self._matches(context, Dictionary(parts), outer, target, slope, known)
            if families is not None:
                few = Dictionary([BankPart(context.bank, min(context.limit, 300)), families])
                constant = [Column(number(1), np.ones(sample.rows))]
                yield from self._matches(context, few, outer, target, slope, constant)

    def _known(self, context: Context, outer: Outer) -> list[list[Column]]:
        sample = context.sample
        constant = [Column(number(1), np.ones(sample.rows))]
        choices: list[list[Column]] = [constant, []]
        d = len(sample.variables)
        if context.round > 0 and 1 < d <= 12 and sample.rows > 2 * d + 4 and outer.cost < 3:
            linear = [
                Column(symbol(name), sample.X[:, k]) for k, name in enumerate(sample.variables)
            ]
            choices.append(constant + linear)
        return choices

    def _matches(
        self,
        context: Context,
        dictionary: Dictionary,
        outer: Outer,
        target: FloatArray,
        slope: FloatArray,
        known: list[Column],
    ) -> Iterator[Expr]:
        sample, rows = context.sample, context.probe_rows
        weights = slope * np.sqrt(sample.weights)
        inside = np.stack([c.values for c in known], axis=1) if known else np.zeros((len(target), 0))
        if len(rows) <= inside.shape[1] + 1:
            return
        goal = Target(target[rows], inside[rows], weights[rows])
        groups: list[tuple[int, ...]] = [()] if known else []
        if not goal.explained:
            groups += screen(dictionary, goal, context.poll, pool=context.pool)
        groups = [group for group in groups if len(group) + 1 < sample.rows]
        picked = np.array(sorted({index for group in groups for index in group}), dtype=np.int64)
        values = dictionary.values(picked, sample.X)
        place = {int(index): k for k, index in enumerate(picked)}
        column = {
            index: Column(dictionary.expr(index), values[k])
            for index, k in place.items()
            if np.isfinite(values[k]).all()
        }
        found = []
        for number_, group in enumerate(groups):
            if number_ % 16 == 0:
                context.poll()
            if not all(index in column for index in group):
                continue
            columns = (*known, *(column[index] for index in group))
            found += [
                candidate
                for fit in elimination(columns, target, weights)
                if (candidate := self._judged(context, outer, fit)) is not None
            ]
        found.sort(key=lambda candidate: candidate[0])
        for _, loss, size, structure, fit in found[:400]:
            context.poll()
            slack = _slack(outer, fit)
            if context.promising(loss, size, len(fit.columns), structure, slack):
                expr = _term(outer, fit)
                if expr is not None:
                    yield expr

    @staticmethod
    def _judged(
        context: Context, outer: Outer, fit: Combination
    ) -> tuple[float, float, int, float, Combination] | None:
        sample = context.sample
        with np.errstate(all="ignore"):
            predicted = outer.inverse(fit.predicted())
        loss = sample.relative_loss(np.asarray(predicted))
        d = len(sample.variables)
        size = outer.cost + sum(_size(column.expr) for column in fit.columns) - 1
        structure = 1.5 * outer.cost
        structure += sum(structure_length(c.expr, d) + 2.8 for c in fit.columns)
        slack = _slack(outer, fit)
        if not context.promising(loss, size, len(fit.columns), structure, slack):
            return None
        rank = 0.5 * sample.rows * np.log(sample.floored(loss / slack)) + structure
        return rank, loss, size, structure, fit


def _slack(outer: Outer, fit: Combination) -> float:
    """By how much the loss may fall when constants are fitted in the target's own scale."""
    inner = any(_has_float(column.expr) for column in fit.columns)
    return (1.0 if outer is IDENTITY else 4.0) * (40.0 if inner else 1.0)


def _has_float(expr: Expr) -> bool:
    return isinstance(expr.value, float) or any(_has_float(arg) for arg in expr.args)


def _size(expr: Expr) -> int:
    """Nodes of c*expr with a plus sign in front."""
    return 2 if expr.is_number else expr.size + 3


def _term(outer: Outer, fit: Combination) -> Expr | None:
    try:
        terms = [scaled(c, col.expr) for c, col in zip(fit.coefficients, fit.columns, strict=True)]
        return outer.build(apply("add", *terms))
    except ExpressionError:
        return None


def scaled(coefficient: float, expr: Expr) -> Expr:
    """coefficient * expr, with 1/f spelled coefficient/f."""
    c = number(float(coefficient))
    if expr.is_number:
        return c
    if expr.op == "div" and expr.args[0] is number(1):
        return apply("div", c, expr.args[1])
    return apply("mul", c, expr)
