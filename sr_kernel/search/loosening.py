"""Laws of the front with one constant more: an exponent, a shift or a rate.

On precise data a law that lacks only that comes before the law itself, which is then a step away:
c/(x + a) before c*(x + a)**-1.07.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from sr_kernel.expr import Expr, apply, number
from sr_kernel.search.proposer import Context
from sr_kernel.search.variation import Path, at, paths, put

_RATED = ("exp", "log", "sin", "cos", "tan", "tanh")
"""Functions whose argument may have a rate."""


class LooseningProposer:
    """Each law that has come to the front, once."""

    def __init__(self) -> None:
        self._seen: set[Expr] = set()

    def propose(self, context: Context) -> Iterator[Expr]:
        for entry in context.front.entries:
            if entry.expr not in self._seen and not entry.expr.is_number:
                self._seen.add(entry.expr)
                context.poll()
                yield from _loosened(entry.expr, context)


def _loosened(expr: Expr, context: Context) -> Iterator[Expr]:
    for path in paths(expr):
        node = at(expr, path)
        if node.is_number:
            continue
        for freed in _freed(node, context):
            yield put(expr, path, freed)
        if _shiftable(expr, path) and context.allows("add"):
            yield put(expr, path, apply("add", node, number(0.0)))


def _freed(node: Expr, context: Context) -> Iterator[Expr]:
    """``node`` with its exponent or rate freed."""
    if context.allows("pow"):
        if node.op == "pow" and isinstance(node.args[1].value, Fraction):
            yield apply("pow", node.args[0], number(float(node.args[1].value)))
        if node.op == "sqrt":
            yield apply("pow", node.args[0], number(0.5))
        if node.op == "div" and not node.args[1].is_number:
            yield apply("mul", node.args[0], apply("pow", node.args[1], number(-1.0)))
    if node.op in _RATED and context.allows("mul"):
        yield apply(node.op, apply("mul", number(1.0), node.args[0]))


def _shiftable(expr: Expr, path: Path) -> bool:
    """Whether a constant added there would be one more: sums have theirs."""
    parent = at(expr, path[:-1]) if path else None
    if at(expr, path).op in ("add", "neg") or (parent is not None and parent.op == "neg"):
        return False
    return parent is None or parent.op != "add"
