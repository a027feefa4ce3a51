"""Products of powers and functions of single columns, by their price: the terms of long sums."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from sr_kernel.expr import Expr, apply, number, symbol
from sr_kernel.expr.operators import FloatArray
from sr_kernel.search.columns import Column
from sr_kernel.search.operations import power
from sr_kernel.search.proposer import Context

_HIGHEST = 8
_SPECIAL = 2
"""Price of a function of a column; a column itself costs one, and so does each further power."""


@dataclass(frozen=True, slots=True)
class _Factor:
    column: int
    price: int
    expr: Expr
    values: FloatArray


MIXED, PLAIN, ALONE = "mixed", "plain", "alone"


def terms(context: Context, count: int, kind: str = MIXED) -> list[Column]:
    """The ``count`` cheapest products of at most one factor a column.

    A factor is a power, or a power times a function of the column.  Of a ``PLAIN`` kind are
    products of powers, of the kind ``ALONE`` powers of one column.
    """
    sample = context.sample
    varying = [k for k in range(len(sample.variables)) if np.ptp(sample.X[:, k]) > 0]
    factors = [_factors(context, k, plain=kind != MIXED) for k in varying]
    found = [Column(number(1), np.ones(sample.rows))]
    for price in range(1, _HIGHEST + 1):
        for chosen in _products(factors, price):
            if kind == ALONE and len(chosen) > 1:
                continue
            if len(found) >= count:
                return found
            found.append(_product(chosen))
    return found


def specials(context: Context) -> Iterator[tuple[Expr, FloatArray]]:
    """Functions of single columns, and their values (n,)."""
    sample = context.sample
    for name, values in zip(sample.variables, sample.X.T, strict=True):
        if np.ptp(values) > 0:
            yield from _specials(context, symbol(name), values)


def _products(factors: list[list[_Factor]], price: int) -> Iterator[tuple[_Factor, ...]]:
    """All choices of at most one factor a column that cost ``price`` together."""
    if price == 0:
        yield ()
        return
    for k, choices in enumerate(factors):
        for factor in choices:
            if factor.price <= price:
                for rest in _products(factors[k + 1 :], price - factor.price):
                    yield (factor, *rest)


def _product(chosen: tuple[_Factor, ...]) -> Column:
    values = np.prod([factor.values for factor in chosen], axis=0)
    parts = [part for factor in chosen for part in _parts(factor.expr)]
    return Column(apply("mul", *parts) if len(parts) > 1 else parts[0], values)


def _parts(expr: Expr) -> tuple[Expr, ...]:
    return expr.args if expr.op == "mul" else (expr,)


def _factors(context: Context, k: int, *, plain: bool) -> list[_Factor]:
    x, values = symbol(context.sample.variables[k]), context.sample.X[:, k]
    powers = [
        _Factor(k, n, power(x, Fraction(n)), values**n)
        for n in range(1, _HIGHEST + 1 if context.allows("pow") else 3)
    ]
    found = list(powers)
    for expr, column in () if plain else _specials(context, x, values):
        found.append(_Factor(k, _SPECIAL, expr, column))
        found += [
            _Factor(k, _SPECIAL + p.price, p.expr * expr, p.values * column) for p in powers[:3]
        ]
    with np.errstate(all="ignore"):
        usable = [f for f in found if 0 < np.abs(f.values).max() < 1e100]
    return sorted(usable, key=lambda factor: factor.price)


_SPECIALS: tuple[tuple[str, Callable[[FloatArray], FloatArray], Callable[[Expr], Expr]], ...] = (
    ("sin", np.sin, lambda x: apply("sin", x)), ("cos", np.cos, lambda x: apply("cos", x)),
    ("exp", np.exp, lambda x: apply("exp", x)),
    ("exp", lambda u: np.exp(-u), lambda x: apply("exp", -x)),
    ("div", np.reciprocal, lambda x: apply("div", number(1), x)),
    ("sqrt", np.sqrt, lambda x: apply("sqrt", x)), ("log", np.log, lambda x: apply("log", x)),
    ("tan", np.tan, lambda x: apply("tan", x)), ("asin", np.arcsin, lambda x: apply("asin", x)),
)  # fmt: skip


def _specials(context: Context, x: Expr, values: FloatArray) -> Iterator[tuple[Expr, FloatArray]]:
    """Functions of one column that are defined on all rows."""
    for name, function, build in _SPECIALS:
        if name not in context.operators:
            continue
        with np.errstate(all="ignore"):
            column = np.asarray(function(values))
        if np.isfinite(column).all():
            yield build(x), column
