"""Growing a term where it pays: which function of the bank, added to or multiplied with which
node, explains most of what the term leaves over?

To first order a change c f of a node changes the prediction by c f times the derivative by that
node.  So the bank's rows, multiplied with that derivative, are screened against the residual, the
constants that the term already has being free to move.
"""

from __future__ import annotations

import numpy as np

from sr_kernel.expr import Expr, apply, number, symbol
from sr_kernel.expr.operators import FloatArray
from sr_kernel.numeric.evaluate import evaluate
from sr_kernel.numeric.gradient import evaluate_with_gradient
from sr_kernel.numeric.program import compile_program
from sr_kernel.search.match import Target
from sr_kernel.search.proposer import Context
from sr_kernel.search.variation import Path, at, paths, put

_BANK = 4000
_HOLE = "the node"


class Growth:
    """Guided changes on the probe rows of a search."""

    def __init__(self, context: Context, generator: np.random.Generator) -> None:
        self.context, self.generator = context, generator
        sample, rows = context.sample, context.probe_rows
        self.X, self.y = sample.X[rows], sample.y[rows] / sample.unit
        self.weights = np.sqrt(sample.weights[rows])

    def grown(self, expr: Expr) -> Expr | None:
        """``expr`` with a function of the bank at the node drawn; None if nothing can be said."""
        found = [p for p in paths(expr) if not isinstance(at(expr, p).value, float)]
        if not found:
            return None
        path = found[int(self.generator.integers(len(found)))]
        node = at(expr, path)
        slope = self._slope(expr, path)
        if slope is None:
            return None
        target = self._residual(expr)
        if target is None:
            return None
        times = self.context.allows("mul") and self.generator.random() < 0.4
        if times:
            slope = slope * self._values(node)
        index = self._best(target, slope)
        if index is None:
            return None
        new = apply("mul", number(0.1), self.context.bank.expr(index))
        return put(expr, path, _joined(node, new, times=times))

    def _best(self, target: Target, slope: FloatArray) -> int | None:
        """A bank entry that explains much, the first ones likelier."""
        bank = self.context.bank
        rows = bank.rows[:_BANK]
        with np.errstate(all="ignore"):
            strength = np.abs(target.look(rows * slope))
        # A node more must explain more.
        worth = strength - 0.01 * bank.sizes[: len(rows)]
        worth[~bank.varying[: len(rows)]] = -1.0
        best = np.argsort(-worth, kind="stable")[:20]
        best = best[strength[best] > 0]
        if not len(best):
            return None
        return int(best[int(len(best) * self.generator.random() ** 2)])

    def _residual(self, expr: Expr) -> Target | None:
        program = compile_program(expr, self.context.sample.variables)
        values, gradient = evaluate_with_gradient(program, self.X)
        residual = self.y - values / self.context.sample.unit
        gradient = gradient[:, np.isfinite(gradient).all(axis=0)]
        if not np.isfinite(residual).all() or gradient.shape[1] + 3 > len(self.y):
            return None
        target = Target(residual, gradient, self.weights)
        return None if target.explained else target

    def _slope(self, expr: Expr, path: Path) -> FloatArray | None:
        """The derivative by the node at ``path`` (m,), by differences."""
        names = (*self.context.sample.variables, _HOLE)
        program = compile_program(put(expr, path, symbol(_HOLE)), names, free="none")
        values = self._values(at(expr, path))
        step = 1e-6 * (np.abs(values) + np.abs(values).max(initial=0.0) + 1e-300)
        above, below = (
            evaluate(program, np.column_stack([self.X, moved]))
            for moved in (values + step, values - step)
        )
        with np.errstate(all="ignore"):
            slope = (above - below) / step
        return slope if np.isfinite(slope).all() and slope.any() else None

    def _values(self, node: Expr) -> FloatArray:
        return evaluate(compile_program(node, self.context.sample.variables, free="none"), self.X)


def _joined(node: Expr, new: Expr, *, times: bool) -> Expr:
    if times:
        return apply("mul", node, apply("add", number(1.0), new))
    return apply("add", node, new)
