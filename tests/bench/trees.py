"""Terms of the rules' core language as nested tuples, for matching rules by the book."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

from sr_kernel.egraph.instance import NoInstanceError, surface
from sr_kernel.egraph.pattern import COMMUTATIVE, Pattern, compute
from sr_kernel.expr import Expr, number, rebuild, symbol

Tree = tuple[Any, ...]
"""``("Num", Fraction)``, ``("Flt", float)``, ``("Var", name)`` or ``(constructor, *trees)``."""
Binding = dict[str, Any]
"""Metavariable -> tree, or Fraction for those of literals."""


def matches(pattern: Pattern, tree: Tree, binding: Binding) -> Iterator[Binding]:
    """Values of the metavariables with which a pattern is a tree; sums and products swap."""
    head = pattern[0]
    if head == "?":
        if binding.get(pattern[1], tree) == tree:
            yield {**binding, pattern[1]: tree}
    elif head in ("Num", "Flt"):
        wanted = pattern[1]
        if tree[0] != head or head == "Flt":
            return
        if isinstance(wanted, Fraction):
            if wanted == tree[1]:
                yield binding
        elif wanted[0] == "?" and binding.get(wanted[1], tree[1]) == tree[1]:
            yield {**binding, wanted[1]: tree[1]}
    elif tree[0] == head:
        orders = [tree[1:], tree[:0:-1]] if head in COMMUTATIVE else [tree[1:]]
        for args in orders:
            yield from _all_match(pattern[1:], args, binding)


def _all_match(
    patterns: Sequence[Pattern], trees: Sequence[Tree], binding: Binding
) -> Iterator[Binding]:
    if not patterns:
        yield binding
        return
    for bound in matches(patterns[0], trees[0], binding):
        yield from _all_match(patterns[1:], trees[1:], bound)


def filled(pattern: Pattern, binding: Binding) -> Tree:
    """A pattern with its metavariables replaced.  Raises :class:`NoInstanceError`."""
    head = pattern[0]
    if head == "?":
        found: Tree = binding[pattern[1]]
        return found
    if head in ("Num", "Flt"):
        found_value = compute(pattern[1], binding)
        if found_value is None:
            raise NoInstanceError(f"{pattern[1]} has no value")
        return (head, found_value)
    return (head, *(filled(part, binding) for part in pattern[1:]))


def printed(tree: Tree) -> Expr:
    """A tree as a term."""
    if tree[0] in ("Num", "Flt"):
        return number(tree[1])
    if tree[0] == "Var":
        return symbol(tree[1])
    return surface(tree[0], *map(printed, tree[1:]))


def places(tree: Tree, here: tuple[int, ...] = ()) -> Iterator[tuple[int, ...]]:
    """Ways to every part of a tree, as indices."""
    yield here
    if tree[0] not in ("Num", "Flt", "Var"):
        for place, part in enumerate(tree[1:], 1):
            yield from places(part, (*here, place))


def part_at(tree: Tree, place: tuple[int, ...]) -> Tree:
    """The part of a tree at a place."""
    for step in place:
        tree = tree[step]
    return tree


def with_part(tree: Tree, place: tuple[int, ...], new: Tree) -> Tree:
    """A tree with another part at a place."""
    if not place:
        return new
    first, *rest = place
    return (*tree[:first], with_part(tree[first], tuple(rest), new), *tree[first + 1 :])


def replaced(expr: Expr, old: Expr, new: Expr, *, first: bool = False) -> Expr:
    """``expr`` with ``old`` replaced, everywhere or (in one argument only) at its ``first``."""
    if expr is old:
        return new
    args = list(expr.args)
    for place, arg in enumerate(args):
        changed = replaced(arg, old, new, first=first)
        args[place] = changed
        if first and changed is not arg:
            break
    return rebuild(expr, tuple(args)) if args else expr
