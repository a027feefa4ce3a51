"""Peeling: undo the outermost steps of an unknown law on y, and see whether the rest is simpler.

A peel is an invertible map of y, row by row: an outer function, two of them with a small shift in
between, or a division by a simple function of the columns.  What is left is a target like y itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np

from sr_kernel.expr import Expr, apply, number
from sr_kernel.expr.operators import FloatArray
from sr_kernel.search.outer import IDENTITY, Outer, outers_of, powers_of
from sr_kernel.search.proposer import Context

_SHIFTS = (-1, 1, -2, 2)


@dataclass(frozen=True, slots=True)
class Peel:
    """``target`` (n,) is what is left of y; ``mask`` (n,) is one where it is defined.

    ``inverse`` takes values of the rest (n,) back to y, ``build`` does so with terms; ``cost`` is
    the number of nodes that adds.  A ``quotient`` adds nothing to what products can say.
    """

    target: FloatArray
    mask: FloatArray
    inverse: Callable[[FloatArray], FloatArray]
    build: Callable[[Expr], Expr]
    cost: int
    quotient: bool = False


def whole(y: FloatArray) -> Peel:
    """y itself."""
    return Peel(y, np.ones(len(y)), lambda u: u, lambda u: u, 0)


def peels(context: Context, divisors: int) -> Iterator[Peel]:
    """Peels by outer functions, by division by the ``divisors`` simplest functions, by both, and
    by two outer functions with a shift in between; each is worth trying before the next."""
    start = whole(context.sample.y)
    known = outers_of(context.operators)
    yield from _outer(start, known)
    divided = list(quotients(context, start, divisors))
    yield from divided
    for quotient in divided:
        yield from _outer(quotient, [outer for outer in known if outer is not IDENTITY])
    for outer in known:
        for first in _outer(start, [outer]):
            for shift in _SHIFTS:
                yield from _outer(_shifted(first, shift), known)


def outer_peels(context: Context, *, powers: bool = False) -> Iterator[Peel]:
    """y itself, then y seen through each outer function that it admits, ``powers`` after them."""
    known = outers_of(context.operators) + (powers_of(context.operators) if powers else [])
    yield from _outer(whole(context.sample.y), known)


def _outer(peel: Peel, known: list[Outer]) -> Iterator[Peel]:
    for outer in known:
        target = outer.target(peel.target)
        if target is None or np.ptp(target) <= 1e-12 * np.abs(target).max():
            continue
        yield Peel(
            target,
            peel.mask,
            lambda u, outer=outer: peel.inverse(outer.inverse(u)),  # type: ignore[misc]
            lambda u, outer=outer: peel.build(outer.build(u)),  # type: ignore[misc]
            peel.cost + outer.cost,
        )


def _shifted(peel: Peel, shift: int) -> Peel:
    """``peel`` with ``shift`` added to what is left."""
    return Peel(
        peel.target + shift,
        peel.mask,
        lambda u: peel.inverse(u - shift),
        lambda u: peel.build(u - number(shift)),
        peel.cost + 2,
    )


def quotients(context: Context, peel: Peel, count: int) -> Iterator[Peel]:
    """y/f and y*f for the simplest bank functions f without a zero on the rows."""
    bank, X = context.bank, context.sample.X
    varying = (int(k) for k in np.flatnonzero(bank.varying[: 4 * count + 10]))
    for index in islice(varying, count):
        values = bank.values([index], X)[0]
        size = np.abs(values)
        if not (np.isfinite(values).all() and size.min() > 1e-9 * size.max()):
            continue
        yield _by(peel, values, bank.expr(index), int(bank.sizes[index]))


def _by(peel: Peel, values: FloatArray, expr: Expr, size: int) -> Peel:
    """What is left once y is divided by a function."""
    return Peel(
        peel.target / values,
        peel.mask,
        lambda u: peel.inverse(u * values),
        lambda u: peel.build(apply("mul", expr, u)),
        peel.cost + size + 1,
        quotient=True,
    )
