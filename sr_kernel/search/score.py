"""One expression of the user's, fitted and judged like those the search finds."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction

import numpy as np

from sr_kernel.errors import DataError
from sr_kernel.expr import Expr, number, to_text, transform, walk
from sr_kernel.search.guesses import loosened
from sr_kernel.search.law import Law, Parameter
from sr_kernel.search.presentation import checked, known_signs, law_of
from sr_kernel.search.problem import Problem
from sr_kernel.search.refine import Fitted, judge, pinned, rounded
from sr_kernel.search.refine import fit as fit_floats
from sr_kernel.search.sample import Sample


def score(
    problem: Problem, expr: Expr, *, fit: bool = True, fixed: Iterable[float] | None = None
) -> Law:
    """``expr`` as a law of ``problem``: constants refitted, simplified, judged on all rows.

    Floats are starting values of free constants, except exponents that are multiples of 1/4,
    which are meant as they stand.  Whole coefficients and terms other than 1 are freed too where
    the data pay for it, as ``2*x`` is more often a guess than a claim.  With ``fit=False`` nothing
    is changed.  With ``fixed``, which may be empty, the term is kept as it is spelled, and
    constants of a value in it are held at that, up to sign.  ``score`` of the law compares it with
    the best constant.

    Raises :class:`DataError` if ``expr`` has no value on some row, naming the row.
    """
    with np.errstate(all="ignore"):  # what is undefined is said in words
        if fixed is None or not fit:
            return _scored(problem, expr, fit)
        held = {Fraction(repr(abs(value))): abs(value) for value in fixed}
        return _released(_held_score(problem, _holding(expr, held)), held)


def _scored(problem: Problem, expr: Expr, fit: bool) -> Law:
    sample = Sample.of(problem)
    fitted = _fitted(pinned(expr), sample) if fit else _as_it_is(expr, sample)
    if fitted is None:
        raise DataError(_undefined(expr, sample))
    if fit:
        fitted = _simplified(problem, rounded(fitted, sample), sample)
    law = law_of(fitted, sample)
    return replace(law, score=_against_constant(fitted, sample))


def _holding(expr: Expr, held: dict[Fraction, float]) -> Expr:
    """``expr`` with the floats that are held as exact decimals, which no fit moves."""
    exact = {value: decimal for decimal, value in held.items()}

    def hold(node: Expr) -> Expr:
        value = node.value
        if not isinstance(value, float) or abs(value) not in exact:
            return node
        decimal = exact[abs(value)]
        return number(decimal if value > 0 else -decimal)

    return transform(expr, hold)


def _held_score(problem: Problem, expr: Expr) -> Law:
    sample = Sample.of(problem)
    fitted = fit_floats(pinned(expr), sample) or _as_it_is(pinned(expr), sample)
    if fitted is None:
        raise DataError(_undefined(expr, sample))
    fitted = rounded(fitted, sample)
    return replace(law_of(fitted, sample), score=_against_constant(fitted, sample))


def _released(law: Law, held: dict[Fraction, float]) -> Law:
    """``law`` with what was held as floats again, marked as fixed."""

    def release(node: Expr) -> Expr:
        value = node.value
        if not isinstance(value, Fraction) or abs(value) not in held:
            return node
        return number(held[abs(value)] if value > 0 else -held[abs(value)])

    expr = transform(law.expr, release)
    fitted = {abs(parameter.value): parameter for parameter in law.parameters}
    fixed = {value: Parameter(value, 0.0, fixed=True) for value in held.values()}
    floats = [abs(float(node.value)) for node in walk(expr) if isinstance(node.value, float)]
    found = [fitted.get(value) or fixed.get(value) for value in floats]
    parameters = tuple(parameter for parameter in found if parameter is not None)
    return replace(law, expr=expr, parameters=parameters, complexity=expr.size)


def _fitted(expr: Expr, sample: Sample) -> Fitted | None:
    typed = fit_floats(expr, sample) or _as_it_is(expr, sample)
    loose = loosened(expr)
    if typed is None or loose is expr:
        return typed
    freed = fit_floats(loose, sample)
    return min([typed, freed], key=lambda f: _bic(f, sample)) if freed else typed


def _bic(fitted: Fitted, sample: Sample) -> float:
    """Bayesian information criterion up to a constant (Schwarz 1978)."""
    free = sum(isinstance(node.value, float) for node in walk(fitted.expr))
    rows = len(sample.y)
    return rows * math.log(sample.floored(fitted.loss)) + free * math.log(rows)


def _as_it_is(expr: Expr, sample: Sample) -> Fitted | None:
    floats = tuple(float(n.value) for n in walk(expr) if isinstance(n.value, float))
    return judge(expr, sample, floats, tuple(math.nan for _ in floats))


def _simplified(problem: Problem, fitted: Fitted, sample: Sample) -> Fitted:
    from sr_kernel.search.refine import shown
    from sr_kernel.simplify import simplify_all_detailed

    [result] = simplify_all_detailed(
        [shown(fitted.expr)], assume=known_signs(problem), time_limit=0.1
    )
    if result.result.size >= fitted.size:  # the user's spelling stays unless another is smaller
        return fitted
    return checked(fitted, result.result, sample, problem.operators) or fitted


def _undefined(expr: Expr, sample: Sample) -> str:
    row = int(np.flatnonzero(~np.isfinite(sample.predict(expr)))[0])
    place = ", ".join(
        f"{name} = {value:.6g}" for name, value in zip(sample.variables, sample.X[row], strict=True)
    )
    return (
        f"{to_text(expr)} has no finite value at row {row + 1} ({place}): "
        "change it so that it is defined on all rows"
    )


def _against_constant(fitted: Fitted, sample: Sample) -> float:
    if fitted.size <= 1:
        return 0.0
    return -math.log(sample.floored(fitted.loss)) / (fitted.size - 1)
