"""Columns that take each other's place in a law, and laws that stay the same when they do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise

from sr_kernel.expr import Expr, substitute, symbol, variables, walk
from sr_kernel.search.parts import parts_of
from sr_kernel.search.values import equal, values

_LARGEST = 1e4
"""Beyond 1/_LARGEST and _LARGEST a constant may hide at the usual points what it multiplies."""
_KINKED = ("min", "max", "abs", "sign", "floor", "ceil", "mod")


def exchanged(expr: Expr, one: str, other: str) -> Expr:
    """``expr`` with two columns in each other's place."""
    return substitute(expr, {one: symbol(other), other: symbol(one)})


@lru_cache(maxsize=50_000)
def symmetric(expr: Expr, columns: tuple[str, ...]) -> bool:
    """Whether ``expr`` has the same values whatever the order of ``columns``; where that cannot be
    told, it has not.  Exchanges of neighbours lead to all orders."""
    if not set(columns) & set(variables(expr)):
        return True
    return all(alike(expr, exchanged(expr, *pair)) for pair in pairwise(columns))


def alike(one: Expr, other: Expr) -> bool:
    """Whether two terms with the same constants are one function, where both are numbers."""
    same = equal(values(one), values(other))
    if same is False:
        return False
    if same and _is_plain(one) and equal(values(one, far=True), values(other, far=True)):
        return True
    return _same_parts(one, other)


def _is_plain(expr: Expr) -> bool:
    """Whether values at some points tell how ``expr`` goes on."""
    if any(node.op in _KINKED for node in walk(expr)):
        return False
    constants = [node.value for node in walk(expr) if isinstance(node.value, Fraction | float)]
    sizes = [abs(Fraction(value)) for value in constants if value]
    return all(1 / _LARGEST <= size <= _LARGEST for size in sizes)


def _same_parts(one: Expr, other: Expr) -> bool:
    for expand in (False, True):
        parts = parts_of(one, expand=expand)
        if parts is not None and parts == parts_of(other, expand=expand):
            return True
    return False


def twins(
    columns: Sequence[str], names: Sequence[str], meaning: Mapping[str, Expr]
) -> Iterator[tuple[str, str]]:
    """Pairs of ``names`` that take each other's place when neighbours among ``columns`` do.

    ``meaning`` says what names stand for in columns.  None where a name would become no other.
    """
    shown = {name: meaning.get(name, symbol(name)) for name in names}
    for one, other in pairwise(columns):
        images = {
            name: _named(exchanged(expr, one, other), shown, name)
            for name, expr in shown.items()
            if {one, other} & set(variables(expr))
        }
        if None not in images.values():
            yield from ((a, b) for a, b in images.items() if b is not None and a < b)


def _named(expr: Expr, shown: Mapping[str, Expr], first: str) -> str | None:
    """What ``expr`` is called, ``first`` if it may be."""
    return next((name for name in (first, *shown) if alike(expr, shown[name])), None)
