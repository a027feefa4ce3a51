"""A formula with a hole: what must stand there is searched for as a law of its own.

The formula is undone from the outside in, as far as each operator has an inverse, which gives the
values that the hole must have on every row (for ``y = a*? + b`` they are ``(y - b)/a``); these are
the target of a search, and each law found is put into the hole and fitted as a whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial

import numpy as np

from sr_kernel.errors import DataError, ExpressionError, OptionError, SrKernelError
from sr_kernel.expr import Expr, apply, number, substitute, symbol, variables
from sr_kernel.numeric.evaluate import evaluate
from sr_kernel.numeric.program import compile_program
from sr_kernel.search.law import Law
from sr_kernel.search.problem import Problem
from sr_kernel.search.result import Progress, SearchResult
from sr_kernel.search.score import score

HOLE = "ʔ"
"""The name of the hole in a term: a letter that stands for ``?``."""
_TARGET = "measured ʔ"
_LEAST_SHARE = 0.6
"""Share of the rows on which the hole must have a value."""
_MOST_TRIED = 6
_PAIRS = (
    ("exp", "log"), ("sin", "asin"), ("cos", "acos"), ("tan", "atan"), ("sinh", "asinh"),
    ("cosh", "acosh"), ("tanh", "atanh"),
)  # fmt: skip
_INVERSES: Mapping[str, Callable[[Expr], Expr]] = {
    "neg": lambda u: -u,
    "sqrt": lambda u: u**2,
    "cbrt": lambda u: u**3,
    **{
        name: partial(apply, other)
        for one, two in _PAIRS
        for name, other in ((one, two), (two, one))
    },
}


def hole_target(expr: Expr, target: Expr) -> Expr:
    """What the hole in ``expr`` must be for ``expr`` to be ``target``, on principal branches.

    Raises :class:`ExpressionError` without a hole, with two, or where it cannot be got at.
    """
    places = _places(expr)
    if places != 1:
        found = "no" if places == 0 else "more than one"
        raise ExpressionError(f"the formula has {found} ?: write one ? for what is to be found")
    while expr.args:
        expr, target = _undone(expr, target)
    return target


def fill(
    problem: Problem,
    expr: Expr,
    laws: Callable[[Problem], Iterable[Progress | SearchResult]],
    *,
    fixed: Iterable[float] = (),
) -> Law:
    """The best law of ``problem`` of the form ``expr``, whose hole is searched for by ``laws``.

    ``laws`` runs a search and yields its events.  Of what it finds for the hole, the law with the
    shortest description is returned, its constants fitted together.  Raises
    :class:`ExpressionError` for a formula that cannot be undone, :class:`DataError` where the hole
    has no value on most rows, :class:`OptionError` if nothing was found.
    """
    inner = hole_problem(problem, expr)
    front: tuple[Law, ...] = ()
    for event in laws(inner):
        front = event.front or front
    held = tuple(fixed) or None
    found = [
        law
        for part in front[::-1][:_MOST_TRIED]
        if (law := _filled(problem, expr, part.expr, held)) is not None
    ]
    if not found:
        raise OptionError("nothing was found for the ?: give more of the formula, or other columns")
    return min(found, key=lambda law: law.length)


def hole_problem(problem: Problem, expr: Expr) -> Problem:
    """The problem that asks for the hole in ``expr``: rows on which it has no value are left out.

    Raises as :func:`fill`.
    """
    wanted = hole_target(expr, symbol(_TARGET))
    names = (*problem.variables, _TARGET)
    values = evaluate(compile_program(wanted, names), np.column_stack([problem.X, problem.y]))
    known = np.isfinite(values)
    if known.mean() < _LEAST_SHARE or known.sum() < 2:
        raise DataError(
            f"the ? has no value on {int((~known).sum())} of {len(known)} rows, as what is around "
            "it cannot reach the measured values: change that part"
        )
    weights = None if problem.weights is None else problem.weights[known]
    return replace(problem, X=problem.X[known], y=values[known], weights=weights, target="?")


def _filled(
    problem: Problem, expr: Expr, part: Expr, fixed: tuple[float, ...] | None
) -> Law | None:
    try:
        return score(problem, substitute(expr, {HOLE: part}), fixed=fixed)
    except SrKernelError:  # too deep, or undefined on some row: another part may do
        return None


# ---------------------------------------------------------------- undoing


def _places(expr: Expr) -> int:
    if expr.is_symbol:
        return int(expr.value == HOLE)
    return sum(map(_places, expr.args))


def _undone(expr: Expr, target: Expr) -> tuple[Expr, Expr]:
    """The argument with the hole, and what it must be for ``expr`` to be ``target``."""
    place = next(i for i, arg in enumerate(expr.args) if HOLE in variables(arg))
    inner = expr.args[place]
    others = [arg for i, arg in enumerate(expr.args) if i != place]
    match expr.op, place:
        case "add", _:
            return inner, target - apply("add", *others)
        case "mul", _:
            return inner, target / apply("mul", *others)
        case "div", 0:
            return inner, target * others[0]
        case "div", 1:
            return inner, others[0] / target
        case "pow", 0:
            return inner, _root(target, others[0])
        case "pow", 1:
            return inner, apply("log", target) / apply("log", others[0])
    inverse = _INVERSES.get(expr.op)
    if inverse is None:
        raise ExpressionError(
            f"the ? stands within {expr.op}(), which cannot be undone: put it outside"
        )
    return inner, inverse(target)


def _root(target: Expr, power: Expr) -> Expr:
    if power.value == 2:
        return apply("sqrt", target)
    if power.value == 3:
        return apply("cbrt", target)
    return target ** (number(1) / power)
