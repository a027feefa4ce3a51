"""Walking, rebuilding and substituting in terms; shared parts are visited once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache

from sr_kernel.expr.term import Expr, apply


def walk(expr: Expr) -> Iterator[Expr]:
    """Every distinct sub-term once, arguments before the terms they are part of."""
    seen: set[Expr] = set()
    stack: list[tuple[Expr, bool]] = [(expr, False)]
    while stack:
        node, ready = stack.pop()
        if ready:
            yield node
        elif node not in seen:
            seen.add(node)
            stack.append((node, True))
            stack.extend((arg, False) for arg in reversed(node.args))


@lru_cache(maxsize=1024)
def variables(expr: Expr) -> tuple[str, ...]:
    """Names of the variables, in the order in which the printed form first shows them."""
    return tuple(str(node.value) for node in walk(expr) if node.is_symbol)


def has_floats(*exprs: Expr) -> bool:
    """Whether fitted constants occur, so that values are known to a float's precision only."""
    return any(map(_has_floats, exprs))


@lru_cache(maxsize=1024)
def _has_floats(expr: Expr) -> bool:
    return any(type(node.value) is float for node in walk(expr))


def rebuild(expr: Expr, args: tuple[Expr, ...]) -> Expr:
    """``expr``'s operator over other arguments; ``expr`` itself where they are the same."""
    return expr if args == expr.args else apply(expr.op, *args)


def transform(expr: Expr, change: Callable[[Expr], Expr]) -> Expr:
    """``expr`` rebuilt bottom-up with ``change`` applied to every distinct sub-term once."""
    done: dict[Expr, Expr] = {}
    for node in walk(expr):
        done[node] = change(rebuild(node, tuple(done[arg] for arg in node.args)))
    return done[expr]


def substitute(expr: Expr, values: Mapping[str, Expr]) -> Expr:
    """``expr`` with each variable named in ``values`` replaced, all at once."""
    return transform(
        expr, lambda node: values.get(str(node.value), node) if node.is_symbol else node
    )
