"""From a proposed expression to the archive and the front."""

from __future__ import annotations

import math
from contextlib import suppress

from sr_kernel.errors import ExpressionError
from sr_kernel.expr import Expr, symbol, transform
from sr_kernel.search.front import Claim, Hope
from sr_kernel.search.proposer import Context
from sr_kernel.search.refine import Fitted, fit, quick_fit, refine, rounded
from sr_kernel.search.tidy import tidy

_TRIES = 2
"""Times that one skeleton is fitted, from different constants."""
_SPARE = 6
"""Nodes that simplification may yet take away."""


class Candidates:
    """Fits what is proposed and keeps what is any good; ``fitted`` counts the fits."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.fitted = 0
        self._tries: dict[Expr, int] = {}

    def consider(self, expr: Expr) -> None:
        """Fit ``expr``, and if it is any good make it plain; keep what comes out."""
        context = self.context
        try:
            expr = tidy(expr, roots=context.allows("sqrt"))
            skeleton = transform(expr, _blank)
            tries = self._tries.get(skeleton, 0)
            if tries >= _TRIES or expr.size > context.largest + _SPARE:
                return
            self._tries[skeleton] = tries + 1
            self.fitted += 1
            self._fit(expr)
        except ExpressionError:
            return

    def again(self, expr: Expr) -> None:
        """Fit ``expr`` however often that was done: the front has changed since."""
        self.fitted += 1
        with suppress(ExpressionError):
            self._fit(expr)

    def promises(self, fitted: Claim) -> bool:
        """Whether what has been fitted quickly may yet come to the front."""
        context = self.context
        # Going on may lower the loss some more; plain constants shorten the description.
        slack = 2.0 * fitted.parameters + 2.0
        if not context.front.admits(_hope(fitted, slack, context.sample.rows)):
            return False
        return context.admits(fitted.size - _SPARE, fitted.length - slack)

    def _fit(self, expr: Expr) -> None:
        context = self.context
        fitted = quick_fit(expr, context.sample)
        if fitted is None:
            return
        context.archive.add(fitted)
        if not (self.promises(fitted) and context.obeys(fitted.expr)):
            return
        fitted = fit(fitted.expr, context.sample)
        if fitted is None:
            return
        for plain in refine(fitted, context.sample, context.problem.operators):
            self._keep(plain)

    def _keep(self, fitted: Fitted) -> None:
        context = self.context
        if context.admits(fitted.size, fitted.length) or self._is_exact(fitted):
            context.archive.add(fitted)
            if context.front.admits(fitted):
                context.front.offer(rounded(fitted, context.sample))

    def _is_exact(self, fitted: Fitted) -> bool:
        exact = self.context.sample.exact(fitted.predicted)
        return exact and fitted.size <= self.context.problem.exact_size


def _hope(fitted: Claim, slack: float, rows: int) -> Hope:
    """What ``fitted`` claims once its description is ``slack`` nats shorter."""
    loss = fitted.loss * math.exp(-2.0 * slack / rows)
    return Hope(fitted.size, loss, fitted.length - slack, fitted.parameters)


_BLANK = symbol("constant")


def _blank(node: Expr) -> Expr:
    return _BLANK if isinstance(node.value, float) else node
