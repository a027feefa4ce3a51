"""Implicit matches: y = (a f + b g + ...)/(1 + c h + ...), linear in all coefficients once written
as y = a f + b g + ... - c y h - ...

Numerator and denominator are polynomials of low degree, and on top of the linear ones up to two
functions of the bank.  Under noise the equation is solved a few times over with residuals divided
by the denominator (Sanathanan and Koerner 1963), which makes them residuals of y.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sr_kernel.errors import ExpressionError
from sr_kernel.expr import Expr, apply, number
from sr_kernel.expr.operators import FloatArray
from sr_kernel.search.columns import Column, Combination, combine, elimination
from sr_kernel.search.description import ROUNDING, description_length, structure_length
from sr_kernel.search.dictionary import BankPart, Dictionary, IntArray, Part, Subset
from sr_kernel.search.exact import Seen, distinct_modulo, exact_groups
from sr_kernel.search.factors import product_of
from sr_kernel.search.match import Target
from sr_kernel.search.polynomial import monomials, total_size
from sr_kernel.search.proposer import Context
from sr_kernel.search.screen import screen
from sr_kernel.search.wrapped import WrappedPart

_ABOVE, _BELOW = "plain", "times y"
_BANK, _WRAPPED = 60_000, 2_000
_POOL = (100, 300, 600)
_DEGREES = 4
_BEST = 10
_MONOMIALS = 40


class TimesTarget:
    """A part multiplied with y on the probe rows; elsewhere, and as a term, the part itself."""

    def __init__(self, part: Part, context: Context) -> None:
        self.part = part
        self._y = context.sample.y[context.probe_rows]

    @property
    def sizes(self) -> IntArray:
        return self.part.sizes

    def rows(self, picked: IntArray) -> FloatArray:
        return self.part.rows(picked) * self._y

    def values(self, picked: IntArray, X: FloatArray) -> FloatArray:
        return self.part.values(picked, X)

    def expr(self, index: int) -> Expr:
        return self.part.expr(index)


class RationalProposer:
    """Quotients of sums."""

    exact = True

    def __init__(self) -> None:
        self._polynomials = self._swept = False
        self._limit = 0

    def propose(self, context: Context) -> Iterator[Expr]:
        if not context.allows("add", "mul", "div"):
            return
        if not (self._swept if context.exactly else self._polynomials):
            self._polynomials, self._swept = not context.exactly, True
            yield from _polynomials(context)
        if context.limit > self._limit:
            self._limit = context.limit
            yield from _by_hash(context)
        if not context.exactly:
            yield from _by_correlation(context)


# ------------------------------------------------------------------ polynomials


def _polynomials(context: Context) -> Iterator[Expr]:
    """Quotients of polynomials, degrees rising, superfluous terms dropped one by one."""
    for above in range(_DEGREES + 1):
        for below in range(1, _DEGREES + 1):
            columns = _monomials(context, above, _ABOVE) + _monomials(context, below, _BELOW)[1:]
            if len(columns) > min(24, context.sample.rows // 2):
                continue
            context.poll()
            yield from _best_of(context, [columns])
            if context.solved():
                return


def _monomials(context: Context, degree: int, kind: str) -> tuple[Column, ...]:
    found = monomials(context, degree, _MONOMIALS)
    return tuple(Column(column.expr, column.values, kind) for column in found)


# ------------------------------------------------------------------ bank functions


def _by_hash(context: Context) -> Iterator[Expr]:
    """Exact ones: two bank functions, above or below, beside all variables on both sides."""
    dictionary = _dictionary(context, min(context.limit, _BANK))
    known = _monomials(context, 1, _ABOVE) + _monomials(context, 1, _BELOW)[1:]
    rows = context.probe_rows
    if len(known) > len(rows) // 3:
        return
    inside = np.stack([c.values[rows] for c in _times(known, context.sample.y)], axis=1)
    seen = Seen.of(dictionary.rows(np.arange(len(dictionary))), dictionary.sizes)
    context.poll()
    ones = np.ones(len(rows))
    for group in exact_groups(seen, context.sample.y[rows], inside, ones):
        context.poll()
        yield from _best_of(context, [(*known, *_members(context, dictionary, group))])


def _by_correlation(context: Context) -> Iterator[Expr]:
    """The best guesses under noise: a few bank functions above or below, and the constant."""
    dictionary = _dictionary(context, _POOL[min(context.round, len(_POOL) - 1)])
    rows, sample = context.probe_rows, context.sample
    known = _monomials(context, 0, _ABOVE)
    if len(rows) < 6:
        return
    inside = np.ones((len(rows), 1))
    goal = Target(sample.y[rows], inside, np.sqrt(sample.weights[rows]))
    if goal.explained:
        return
    groups = screen(dictionary, goal, context.poll, pool=len(dictionary))
    found = []
    for group in groups:
        context.poll()
        columns = _members(context, dictionary, group)
        if any(column.kind == _BELOW for column in columns):
            found.append((*known, *columns))
    yield from _best_of(context, found)


def _dictionary(context: Context, limit: int) -> Dictionary:
    parts: list[Part] = [BankPart(context.bank, min(limit, len(context.bank)))]
    if context.exactly:
        parts.append(WrappedPart(context.bank, min(limit, _WRAPPED)))
    every = Dictionary(parts)
    # y (f + 1) - y f = y says nothing: of functions equal up to linear ones one is enough.
    X = context.sample.X[context.probe_rows]
    apart = Subset(every, distinct_modulo(every.rows(np.arange(len(every))), X))
    return Dictionary([apart, TimesTarget(apart, context)])


def _members(context: Context, dictionary: Dictionary, group: tuple[int, ...]) -> list[Column]:
    values = dictionary.values(np.array(group, dtype=np.int64), context.sample.X)
    return [
        Column(dictionary.expr(k), row, (_ABOVE, _BELOW)[dictionary.locate(k)[0]])
        for k, row in zip(group, values, strict=True)
        if np.isfinite(row).all()
    ]


# ------------------------------------------------------------------ fitting


def _best_of(context: Context, groups: list[tuple[Column, ...]]) -> Iterator[Expr]:
    """The most promising quotients among those of ``groups`` and what elimination leaves."""
    sample = context.sample
    ranked: list[tuple[float, int, Combination]] = []
    for columns in groups:
        for fit in _fits(context, columns):
            if {column.kind for column in fit.columns} != {_ABOVE, _BELOW} or _flat(fit):
                continue
            loss, size, structure = _loss(context, fit), _size(fit), _structure(context, fit)
            if context.exactly and not loss < ROUNDING:
                break
            if context.promising(loss, size, len(fit.columns), structure, 8.0):
                length = description_length(
                    sample.floored(loss / 8.0), sample.rows, len(fit.columns), structure
                )
                ranked.append((length, len(ranked), fit))
    ranked.sort(key=lambda entry: entry[:2])
    for _, _, fit in ranked[:_BEST]:
        try:
            yield _quotient(fit)
        except ExpressionError:
            continue


def _fits(context: Context, columns: tuple[Column, ...]) -> Iterator[Combination]:
    """The quotient of all columns, then with one after the other dropped.

    Values of y in the columns are noisy.  Once the whole quotient u/v is known, u/v takes their
    place and v y + (1 - v) u/v that of the target: a Gauss-Newton step in y itself.
    """
    sample = context.sample
    y, root = sample.y, np.sqrt(sample.weights)
    whole = _solved(context, columns)
    if whole is None:
        return
    above, below = _parts(whole)
    with np.errstate(all="ignore"):
        ratio = above / below
    if np.isfinite(ratio).all() and np.abs(below).min() > 1e-6 * np.abs(below).max():
        target = ratio + below * (y - ratio)
        weights = root / np.abs(below)
        fits = elimination(_times(columns, ratio), target, weights)
    else:
        fits = elimination(_times(columns, y), y, root)
    for fit in fits:
        kept = tuple(column for column in columns if _among(column, fit.columns))
        yield Combination(kept, fit.coefficients, fit.errors)


def _solved(context: Context, columns: tuple[Column, ...]) -> Combination | None:
    """The quotient of all columns, its equation solved a few times with better weights."""
    sample = context.sample
    root = np.sqrt(sample.weights)
    times = _times(columns, sample.y)
    best, loss, weights = None, np.inf, root
    for _ in range(4):
        fit = combine(times, sample.y, weights)
        if fit is None:
            break
        again = Combination(columns, fit.coefficients, fit.errors)
        after = _loss(context, again)
        if best is not None and not after < loss:
            break
        best, loss = again, after
        below = np.abs(_parts(best)[1])
        if loss < 1e-16 or not below.min() > 1e-9 * below.max():
            break
        weights = root / below
    return best


def _times(columns: tuple[Column, ...], factor: FloatArray) -> tuple[Column, ...]:
    """Columns below the line multiplied with ``factor``, as they stand in the equation."""
    return tuple(
        Column(c.expr, c.values * factor, c.kind) if c.kind == _BELOW else c for c in columns
    )


def _among(column: Column, others: tuple[Column, ...]) -> bool:
    return any(column.expr is other.expr and column.kind == other.kind for other in others)


def _parts(fit: Combination) -> tuple[FloatArray, FloatArray]:
    """Numerator and denominator (n,)."""
    above = np.zeros_like(fit.columns[0].values)
    below = np.ones_like(above)
    for c, column in zip(fit.coefficients, fit.columns, strict=True):
        if column.kind == _ABOVE:
            above = above + c * column.values
        else:
            below = below - c * column.values
    return above, below


def _flat(fit: Combination) -> bool:
    """Whether the denominator is as good as constant."""
    below = _parts(fit)[1]
    return not np.ptp(below) > 1e-6 * np.abs(below).max()


def _loss(context: Context, fit: Combination) -> float:
    above, below = _parts(fit)
    with np.errstate(all="ignore"):
        return context.sample.relative_loss(above / below)


def _size(fit: Combination) -> int:
    above = [column.expr for column in fit.columns if column.kind == _ABOVE]
    below = [column.expr for column in fit.columns if column.kind == _BELOW]
    return 1 + total_size(above) + total_size([number(1), *below])


def _structure(context: Context, fit: Combination) -> float:
    d = len(context.sample.variables)
    return 1.6 + sum(structure_length(column.expr, d) + 2.9 for column in fit.columns)


def _quotient(fit: Combination) -> Expr:
    above: list[tuple[float, Expr]] = []
    below: list[tuple[float, Expr]] = [(1.0, number(1))]
    for c, column in zip(fit.coefficients, fit.columns, strict=True):
        if column.kind == _ABOVE:
            above.append((float(c), column.expr))
        else:
            below.append((float(-c), column.expr))
    return apply("div", product_of(above), product_of(below))
