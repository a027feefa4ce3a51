"""Peeling: undo the outermost steps of an unknown law on y, and see whether the rest is simpler.

A peel is an invertible map of y, row by row: an outer function, two of them with a small shift in
between, or a division by a simple function of the columns.  What is left is a target like y itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import combinations, islice

import numpy as np

from sr_kernel.expr import Expr, apply, number, symbol
from sr_kernel.expr.operators import FloatArray
from sr_kernel.search.outer import IDENTITY, Outer, outers_of, powers_of
from sr_kernel.search.proposer import Context

_SHIFTS = (-1, 1, -2, 2)
_SIGNED = 5
"""Columns of both signs among which those are sought whose signs y has."""


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
    by two outer functions with a shift in between; each is worth trying before the next.  Unless
    laws that are exact are sought, noise may take a few rows out of the domain of one of them."""
    start, few = whole(context.sample.y), not context.exactly
    known = outers_of(context.operators)
    yield from _outer(start, known, few=few)
    divided = list(quotients(context, start, divisors))
    yield from divided
    for quotient in divided:
        yield from _outer(quotient, [outer for outer in known if outer is not IDENTITY], few=few)
    for outer in known:
        for first in _outer(start, [outer]):
            for shift in _SHIFTS:
                yield from _outer(_shifted(first, shift), known)


def outer_peels(context: Context, *, powers: bool = False) -> Iterator[Peel]:
    """y, and y over columns that give it one sign, each also seen through the outer functions that
    it admits; with ``powers`` through more of them."""
    known = outers_of(context.operators)
    for start in (whole(context.sample.y), *_one_signed(context)):
        yield from _outer(start, known)
        if powers:
            yield from _outer(start, powers_of(context.operators))
            yield from _even(context, start)


def reciprocals(context: Context, peel: Peel) -> Iterator[Peel]:
    """One over what is left of y, if that is allowed."""
    known = outers_of(context.operators)
    yield from _outer(peel, [outer for outer in known if outer.name == "reciprocal"])


def _one_signed(context: Context) -> Iterator[Peel]:
    """y of both signs, divided by the columns whose signs it has."""
    y, X = context.sample.y, context.sample.X
    if y.min() >= 0 or y.max() <= 0 or not context.allows("mul", "div"):
        return
    for chosen in _of_both_signs(X):
        product = np.prod(X[:, chosen], axis=1)
        signs = y * np.sign(product)
        if np.abs(product).min() > 0 and (signs.min() >= 0 or signs.max() <= 0):
            factors = [symbol(context.sample.variables[k]) for k in chosen]
            expr = apply("mul", *factors) if len(factors) > 1 else factors[0]
            yield _by(whole(y), product, expr, 2 * len(chosen) - 1)


def _even(context: Context, peel: Peel) -> Iterator[Peel]:
    """y = u**2 and the like, where u has the signs of some columns."""
    known = [outer for outer in outers_of(context.operators) if outer.name == "square"]
    known += [outer for outer in powers_of(context.operators) if outer.even]
    for chosen in _of_both_signs(context.sample.X):
        sign = np.sign(np.prod(context.sample.X[:, chosen], axis=1))
        for found in _outer(peel, known):
            yield replace(found, target=found.target * sign)


def _of_both_signs(X: FloatArray) -> Iterator[tuple[int, ...]]:
    """One, two or three of the columns that have both signs."""
    mixed = [k for k in range(X.shape[1]) if X[:, k].min() < 0 < X[:, k].max()][:_SIGNED]
    for count in (1, 2, 3):
        yield from combinations(mixed, count)


def _outer(peel: Peel, known: list[Outer], *, few: bool = False) -> Iterator[Peel]:
    for outer in known:
        target, mask = outer.target(peel.target), peel.mask
        if target is None and few and (seen := outer.tolerant(peel.target)) is not None:
            target, mask = seen[0], mask * (seen[1] > 0)
        if target is None or np.ptp(target) <= 1e-12 * np.abs(target).max():
            continue
        yield Peel(
            target,
            mask,
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


def divided(context: Context, values: FloatArray, expr: Expr) -> Peel | None:
    """What is left of y once it is divided by ``values`` (n,), unless they come near zero."""
    size = np.abs(values)
    if not (np.isfinite(size).all() and size.min() > 1e-9 * size.max()):
        return None
    return _by(whole(context.sample.y), values, expr, expr.size)


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
