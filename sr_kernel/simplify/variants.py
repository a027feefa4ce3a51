"""Equal ways to write one term, each with what it is good for and the conditions it changes.

The candidates are normal forms, simplified forms under the two costs, forms written out or gathered
over one denominator, and what the rewrite rules find; each is checked numerically.  What a form is
good for, if it is good for anything, is told by comparison with the term:

- "shorter": fewer nodes;
- "fewer operations": fewer floating-point operations;
- "factored": a product or quotient with a sum in it, where the term is a sum;
- "expanded": no sum within a product, quotient, whole power or exponential, where the term has one;
- "better conditioned": clearly nearer to the true value on the rows given, in double precision.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

import numpy as np

from sr_kernel.egraph.classes import MAX_SIZE, class_graph
from sr_kernel.egraph.cost import operations
from sr_kernel.equality.collect import collected
from sr_kernel.equality.constants import Constants
from sr_kernel.equality.domain import NEVER
from sr_kernel.equality.order import order_key
from sr_kernel.equality.reading import Assume, assumptions_of, read
from sr_kernel.equality.sampling import find_difference, names_of
from sr_kernel.equality.writing import ordered
from sr_kernel.errors import ExpressionError
from sr_kernel.expr import Expr, walk
from sr_kernel.expr.operators import FloatArray
from sr_kernel.numeric.deadline import OutOfTime, deadline
from sr_kernel.numeric.evaluate import evaluate
from sr_kernel.numeric.precise import evaluate_precise
from sr_kernel.numeric.program import compile_program
from sr_kernel.simplify.pipeline import Pipeline
from sr_kernel.simplify.situation import Situation
from sr_kernel.simplify.spread import expanded, over_one_denominator, without_cancellation
from sr_kernel.simplify.workbench import Workbench

GOALS = ("shorter", "fewer operations", "factored", "expanded", "better conditioned")
MOST = 8
SECONDS = 0.25
_CLASSES_SHARE = 0.3
"""Part of the time left that the e-graph may take; checking its forms takes time too."""
_PRECISE_ROWS = 12
_DIGITS = 25
_ROUNDED = 1e-14
"""Relative errors below this are the rounding of a result, which no spelling is rid of."""
_CLEARLY = 8.0
"""How many times smaller an error must be to count as better."""
_SPARE = 4
"""Nodes by which a form that is good for nothing may be larger than the term."""
_GROWTH, _LARGEST = 3, 60
"""How many times the size of the term other forms may have, and the size that any may have."""


@dataclass(frozen=True)
class Alternative:
    """``expr`` is equal to the term where the ``conditions`` hold; ``goals`` are from GOALS."""

    expr: Expr
    goals: tuple[str, ...]
    conditions: tuple[str, ...]


def alternatives(
    expr: object,
    *,
    assume: Assume = (),
    columns: Mapping[str, FloatArray] | None = None,
    most: int = MOST,
    time_limit: float = SECONDS,
) -> list[Alternative]:
    """At most ``most`` other ways to write ``expr``, the best of each goal first.

    ``columns`` are values (n,) of the variables, on which rounding errors are compared; without
    them no form is called better conditioned.  After ``time_limit`` seconds the forms found so far
    are returned.  Raises :class:`ExpressionError` or :class:`AssumptionError`.
    """
    term = read(expr)
    situation = Situation.of(assumptions_of(assume, [expr]), "any", "size", time_limit)
    judged = _Judge(term, situation, _Rounding(term, columns or {}))
    found: list[Alternative] = []
    with deadline(situation.deadline), suppress(OutOfTime):
        found.extend(judged.kept())
    return _chosen(found, most)


def _chosen(found: list[Alternative], most: int) -> list[Alternative]:
    """The smallest of each goal, then the others by size, those without a goal last."""
    by_size = sorted(found, key=lambda one: (not one.goals, one.expr.size, order_key(one.expr)))
    firsts = {goal: next((one for one in by_size if goal in one.goals), None) for goal in GOALS}
    ranked = [one for one in firsts.values() if one is not None]
    return list({id(one): one for one in (*ranked, *by_size)}.values())[:most]


class _Judge:
    def __init__(self, term: Expr, situation: Situation, rounding: _Rounding) -> None:
        self.term = term
        self.situation = situation
        self.rounding = rounding
        self.bench = Workbench(term, situation.knowledge.signs)
        self.constants = Constants([term])

    def kept(self) -> Iterator[Alternative]:
        seen = {self.term, ordered(self.term)}
        for form in _steadily(self._candidates()):
            if form in seen or form.size > max(_LARGEST, _GROWTH * self.term.size):
                continue
            seen.add(form)
            goals = self._goals(form)
            is_wanted = goals or form.size <= self.term.size + _SPARE
            conditions = self._conditions(form) if is_wanted else None
            if conditions is not None:
                yield Alternative(form, goals, conditions)

    def _candidates(self) -> Iterator[Callable[[], Iterable[Expr]]]:
        """Cheap ones first: time may cut in."""
        yield self.bench.candidates
        for rewrite in (expanded, over_one_denominator, without_cancellation):
            yield partial(self._rewritten, rewrite)
        for name in ("size", "flops"):
            yield partial(self._simplified, name)
        yield self._classed

    def _rewritten(self, rewrite: Callable[[Expr], Expr]) -> Iterator[Expr]:
        form = rewrite(self.term)
        if form is not self.term:
            yield ordered(collected(form, self.constants))

    def _simplified(self, name: str) -> Iterator[Expr]:
        left = self.situation.time_left()
        if not left:
            return
        given = self.situation.knowledge.assumptions
        for result in Pipeline(Situation.of(given, "any", name, left)).run([self.term]):
            yield from result.passed
            yield result.result

    def _classed(self) -> Iterable[Expr]:
        """The forms of the term's class in its e-graph."""
        left = self.situation.time_left()
        if not left or self.term.size > MAX_SIZE:
            return ()
        given = self.situation.knowledge.assumptions
        graph = class_graph(
            self.term, assumptions=given, domain="any", time_limit=_CLASSES_SHARE * left
        )
        return map(ordered, graph.classes[0].forms)

    def _goals(self, form: Expr) -> tuple[str, ...]:
        met = (
            form.size < self.term.size,
            operations(form) < operations(self.term),
            _is_sum(self.term) and _is_factored(form),
            _is_expanded(form) and not _is_expanded(self.term),
            self.rounding.improves(form),
        )
        return tuple(goal for goal, is_met in zip(GOALS, met, strict=True) if is_met)

    def _conditions(self, form: Expr) -> tuple[str, ...] | None:
        """What ``form`` changes in the domain; None if it is not the same function."""
        if NEVER in self.bench.conditions:
            return None
        try:
            changed = self.bench.allows(form, "any")
        except (RecursionError, ExpressionError):
            return None
        if changed is None or self._differs(form):
            return None
        return tuple(dict.fromkeys(map(str, changed)))

    def _differs(self, form: Expr) -> bool:
        names = names_of(self.term, form)
        points = self.situation.knowledge.points(names)
        return find_difference(self.term, form, names, points, thorough=False) is not None


def _steadily(sources: Iterable[Callable[[], Iterable[Expr]]]) -> Iterator[Expr]:
    """The forms of each source; one that gets too deep is left."""
    for source in sources:
        with suppress(RecursionError, ExpressionError):
            yield from source()


# ---------------------------------------------------------------- shapes


def _is_sum(expr: Expr) -> bool:
    return expr.op == "add" or (expr.op == "neg" and _is_sum(expr.args[0]))


def _is_factored(expr: Expr) -> bool:
    """Whether a sum stands within a product, quotient or power."""
    if expr.op == "neg":
        return _is_factored(expr.args[0])
    parts = expr.args if expr.op in ("mul", "div") else expr.args[:1] if expr.op == "pow" else ()
    varied = [part for part in parts if not part.is_number]
    return any(_is_sum(part) or _is_factored(part) for part in varied)


def _is_expanded(expr: Expr) -> bool:
    """Whether no sum is multiplied, divided, raised to a whole power or exponentiated."""
    return not any(_holds_sum(node) for node in walk(expr))


def _holds_sum(node: Expr) -> bool:
    if node.op == "mul":
        return any(map(_is_sum, node.args))
    if node.op == "pow":
        return _is_sum(node.args[0]) and node.args[1].is_number
    return node.op in ("div", "neg", "exp") and _is_sum(node.args[0])


# ---------------------------------------------------------------- rounding


class _Rounding:
    """Relative errors of double precision on some rows, against the value to 25 digits."""

    def __init__(self, term: Expr, columns: Mapping[str, FloatArray]) -> None:
        self.names = names_of(term)
        self.rows = _rows(self.names, columns)
        self.exact: FloatArray | None = None
        self._term = term
        self._error = 0.0

    def improves(self, form: Expr) -> bool:
        """Whether ``form`` has clearly smaller errors than the term."""
        if not len(self.rows):
            return False
        if self.exact is None:
            self.exact = self._truth()
            self._error = self._largest(self._term)
        if self._error <= _ROUNDED:
            return False
        return self._largest(form) * _CLEARLY < self._error

    def _truth(self) -> FloatArray:
        values = [
            evaluate_precise(self._term, dict(zip(self.names, row, strict=True)), _DIGITS)
            for row in self.rows.tolist()
        ]
        return np.array([np.nan if value is None else float(value) for value in values])

    def _largest(self, form: Expr) -> float:
        assert self.exact is not None
        values = evaluate(compile_program(form, self.names), self.rows)
        known = np.isfinite(self.exact) & (self.exact != 0)
        errors = np.abs(values[known] - self.exact[known]) / np.abs(self.exact[known])
        return float(np.nan_to_num(errors, nan=np.inf).max(initial=0.0))


def _rows(names: tuple[str, ...], columns: Mapping[str, FloatArray]) -> FloatArray:
    """Some rows (k, d), spread over the table; none if a variable has no column."""
    if not names or any(name not in columns for name in names):
        return np.empty((0, len(names)))
    table = np.column_stack([columns[name] for name in names]).astype(np.float64)
    places = np.unique(np.linspace(0, len(table) - 1, _PRECISE_ROWS).astype(int))
    return np.ascontiguousarray(table[places])


__all__ = ["GOALS", "Alternative", "alternatives"]
