"""Symbolic derivatives, by the chain rule over the table's ``derivative`` column."""

from __future__ import annotations

from functools import cache

from sr_kernel.errors import ExpressionError
from sr_kernel.expr.operators import OPERATORS
from sr_kernel.expr.parser import parse
from sr_kernel.expr.term import Expr, apply, number
from sr_kernel.expr.traversal import substitute, walk

_ZERO, _ONE = number(0), number(1)


def derivative(expr: Expr, name: str) -> Expr:
    """d ``expr`` / d ``name``, with zero terms and unit factors left out.

    Raises :class:`ExpressionError` for ``min`` and ``max`` of terms that depend on ``name``:
    their derivative is no term of ours.
    """
    done: dict[Expr, Expr] = {}
    for node in walk(expr):
        if node.is_symbol:
            done[node] = _ONE if node.value == name else _ZERO
        else:
            inner = [done[arg] for arg in node.args]
            done[node] = _chain(node, inner) if any(d is not _ZERO for d in inner) else _ZERO
    return done[expr]


def _chain(node: Expr, inner: list[Expr]) -> Expr:
    terms = []
    for index, slope in enumerate(inner):
        if slope is not _ZERO:
            terms.append(_times(_partial(node, index), slope))
    return apply("add", *terms)


def _partial(node: Expr, index: int) -> Expr:
    if node.op == "add":
        return _ONE
    if node.op == "mul":
        return apply("mul", *(arg for i, arg in enumerate(node.args) if i != index))
    rules = OPERATORS[node.op].derivative
    if not rules:
        raise ExpressionError(f"the derivative of {node.op} is not an expression")
    return substitute(_rule(rules[index]), dict(zip("ab", node.args, strict=False)))


@cache
def _rule(text: str) -> Expr:
    return parse(text)


def _times(left: Expr, right: Expr) -> Expr:
    if left is _ONE:
        return right
    return left if right is _ONE else apply("mul", left, right)
