"""Terms as plain JSON: what the front end draws and the saved results hold.

A tree is a number, a variable's name, or ``[operator, tree, ...]``.  A fraction p/q is
``["div", p, q]``; an integer beyond 2**53 is ``["integer", "digits"]``, as JSON readers would
round it.  Floats are written ``["float", 2.0]`` where they would read back as an integer.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from sr_kernel.errors import ExpressionError
from sr_kernel.expr.operators import OPERATORS
from sr_kernel.expr.term import MAX_DEPTH, MAX_DIGITS, Expr, apply, number, symbol

Tree = Any
"""``float | int | str | list[Tree]``"""
Path = tuple[int, ...]
"""Child numbers from the root of a tree; child i of ``[op, ...]`` is entry i + 1."""

_SAFE_INTEGER = 2**53
_LITERALS = ("integer", "float")


def to_tree(expr: Expr) -> Tree:
    """``expr`` as JSON."""
    if expr.is_symbol:
        return str(expr.value)
    if isinstance(expr.value, float):
        return ["float", expr.value] if expr.value.is_integer() else expr.value
    if isinstance(expr.value, Fraction):
        return _ratio_tree(expr.value)
    return [expr.op, *map(to_tree, expr.args)]


def _ratio_tree(value: Fraction) -> Tree:
    parts = [
        part if abs(part) <= _SAFE_INTEGER else ["integer", str(part)]
        for part in (value.numerator, value.denominator)
    ]
    return parts[0] if value.denominator == 1 else ["div", *parts]


def from_tree(tree: Tree) -> Expr:
    """The term that ``tree`` describes; raises :class:`ExpressionError` for anything else."""
    return _read(tree, 0)


def subtree(tree: Tree, path: object) -> Tree:
    """The part of ``tree`` to which the child numbers in ``path`` lead from its root.

    Raises :class:`ExpressionError` where there is none.
    """
    for place in _checked(path):
        tree = _children(tree, place)[place]
    return tree


def replaced(tree: Tree, path: object, new: Tree) -> Tree:
    """``tree`` with ``new`` at ``path``; raises :class:`ExpressionError` where there is no part."""
    place, *rest = _checked(path) or (None,)
    if place is None:
        return new
    children = list(_children(tree, place))
    children[place] = replaced(children[place], rest, new)
    return [tree[0], *children]


def _checked(path: object) -> tuple[int, ...]:
    if not isinstance(path, list | tuple) or any(type(place) is not int for place in path):
        raise ExpressionError(f"{str(path)[:40]!r} is no path: send a list of child numbers")
    if len(path) > MAX_DEPTH:
        raise ExpressionError(f"the path is longer than {MAX_DEPTH}: no expression is so deep")
    return tuple(path)


def _children(tree: Tree, place: int) -> list[Tree]:
    children = tree[1:] if isinstance(tree, list) and tree[0] not in _LITERALS else []
    if not 0 <= place < len(children):
        raise ExpressionError(
            f"the path leads nowhere: {str(tree)[:40]!r} has no child {place}, it has "
            f"{len(children)}"
        )
    return children


def _read(tree: Tree, depth: int) -> Expr:
    if depth > MAX_DEPTH:
        raise ExpressionError(f"the tree is nested more than {MAX_DEPTH} deep")
    if isinstance(tree, str):
        return symbol(tree)
    if isinstance(tree, int | float) and not isinstance(tree, bool):
        return number(tree)
    if not isinstance(tree, list) or not tree or not isinstance(tree[0], str):
        raise ExpressionError(f"not a part of an expression tree: {str(tree)[:40]!r}")
    head, *rest = tree
    if head in _LITERALS:
        return _literal(head, rest)
    if head not in OPERATORS:
        raise ExpressionError(f"there is no operator called {head[:40]!r}")
    return apply(head, *(_read(arg, depth + 1) for arg in rest))


def _literal(head: str, rest: list[Tree]) -> Expr:
    match head, rest:
        case "integer", [str(digits)] if _is_integer(digits):
            return number(int(digits))
        case "float", [int() | float() as value] if math.isfinite(value):
            return number(float(value))
    raise ExpressionError(f"not a number of an expression tree: {str(rest)[:40]!r}")


def _is_integer(text: str) -> bool:
    digits = text.removeprefix("-")
    return digits.isdecimal() and len(digits) <= MAX_DIGITS


def float_paths(expr: Expr) -> Iterator[tuple[Path, float]]:
    """Where each float stands in ``to_tree(expr)``, with its value, in reading order."""
    if isinstance(expr.value, float):
        yield (), expr.value
    for index, arg in enumerate(expr.args):
        for path, value in float_paths(arg):
            yield (index, *path), value
