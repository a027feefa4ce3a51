"""From the front's entries to laws that can be shown: fitted on all rows, simplified, named."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from sr_kernel.expr import Expr, quoted, walk
from sr_kernel.search.front import Front, scores
from sr_kernel.search.law import Law, Parameter
from sr_kernel.search.problem import Problem
from sr_kernel.search.refine import Fitted, fit, judge, pinned, refine, rounded, shown, without_ones
from sr_kernel.search.sample import Sample, fit_rows
from sr_kernel.search.scaling import Scaling
from sr_kernel.search.tidy import powers_inside
from sr_kernel.search.validation import validation_error

MANY = 20_000
"""Rows beyond which laws are fitted to all of them only at the end."""
LAST_STEPS = 3
_ROUNDING = 1e-6
"""Relative differences of losses that say nothing."""


class Presenter:
    """Turns a front into laws; remembers what it has done, so asking again costs nothing.

    ``problem`` is in the units of the search, the laws are in those of the data.
    """

    def __init__(self, problem: Problem, scaling: Scaling) -> None:
        self.scaling = scaling
        self.problem = scaling.scaled(problem)
        self.whole = Sample.of(self.problem)
        """All rows, in the units of the search."""
        self.data = self.whole if scaling.trivial else Sample.of(problem)
        self.few, self.few_data = self.whole, self.data
        """Rows on which laws are shown before the end: all, unless there are many."""
        if problem.rows > MANY:
            rows = fit_rows(problem, MANY)
            self.few = Sample.of(self.problem, rows)
            self.few_data = self.few if scaling.trivial else Sample.of(problem, rows)
        self.assume = known_signs(problem)
        self.obeys: Callable[[Expr], bool] = lambda expr: True
        """Whether a law, as it is shown, is one that the user lets pass."""
        self._simplified: set[Expr] = set()
        self._rested = 0.0
        self._laws: dict[tuple[Expr, bool], tuple[Law, float] | None] = {}

    def laws(
        self, front: Front, seconds: float, *, final: bool = False
    ) -> tuple[tuple[Law, ...], Law | None]:
        """Laws of ``front`` and the best of them; new entries are simplified in about ``seconds``
        (in none, not at all).

        What becomes shorter takes its place in the front.  Unless this is ``final``, no more than
        a tenth of all time is spent so.
        """
        start = time.perf_counter()
        if seconds > 0 and (final or start >= self._rested):
            self._simplify(front, seconds)
            self._rested = start + 10 * (time.perf_counter() - start)
        final = final or self.few is self.whole
        found = self._obeying(front, final)
        data = self.data if final else self.few_data
        laws = _front_of(found, data)
        return laws, self._best(front, laws, final)

    def _obeying(self, front: Front, final: bool) -> list[tuple[Law, float]]:
        """The laws of the front.  What simplified or rounded is one that the user has banned was
        so before: it leaves the front, and others take its place."""
        while True:
            found = [(entry, self._law(entry, final)) for entry in front.entries]
            banned = [entry for entry, law in found if law and not self.obeys(law[0].expr)]
            if not banned:
                return [law for _, law in found if law is not None]
            for entry in banned:
                front.refuse(entry)

    def validated(
        self, laws: tuple[Law, ...], best: Law | None, seen: np.ndarray, until: float
    ) -> tuple[tuple[Law, ...], Law | None]:
        """``laws`` and ``best`` with errors on held-out rows, as far as time allows."""
        found = []
        for law in laws:
            error = law.validation
            if time.perf_counter() < until:
                error = validation_error(pinned(law.expr), self.data, seen)
            found.append(replace(law, validation=error))
        return tuple(found), next((law for law in found if best and law.key == best.key), best)

    def _best(self, front: Front, laws: tuple[Law, ...], final: bool) -> Law | None:
        """The law of the entry with the shortest description, or the last one shown before it."""
        best = None if front.best is None else self._law(front.best, final)
        if best is None or not laws:
            return laws[-1] if laws else None
        size = best[0].complexity
        return next((law for law in reversed(laws) if law.complexity <= size), laws[0])

    def _simplify(self, front: Front, seconds: float) -> None:
        """What is replaced makes room for others, which are simplified in their turn."""
        until = time.perf_counter() + seconds
        while todo := [entry for entry in front.entries if entry.expr not in self._simplified]:
            left = until - time.perf_counter()
            if left <= 0:
                return
            self._simplify_each(front, todo, left)

    def _simplify_each(self, front: Front, todo: list[Fitted], seconds: float) -> None:
        from sr_kernel.simplify import simplify_all_detailed

        self._simplified.update(entry.expr for entry in todo)
        results = simplify_all_detailed(
            [shown(entry.expr) for entry in todo], assume=self.assume, time_limit=seconds
        )
        for entry, result in zip(todo, results, strict=True):
            better = checked(entry, result.result, front.sample, self.problem.operators)
            if better is not None:
                self._simplified.add(better.expr)
                front.replace(entry, better)

    def _law(self, entry: Fitted, final: bool) -> tuple[Law, float] | None:
        if (entry.expr, final) not in self._laws:
            rows = self.whole if final else self.few
            data = self.data if final else self.few_data
            found = self._fitted(entry, rows, data)
            law = None if found is None else (law_of(found, data), found.loss)
            self._laws[entry.expr, final] = law
        return self._laws[entry.expr, final]

    def _fitted(self, entry: Fitted, rows: Sample, data: Sample) -> Fitted | None:
        """``entry`` fitted to all of ``rows``, in the units of ``data``."""
        if not self.scaling.trivial:
            return self._restored(entry, data)
        if len(entry.predicted) >= rows.rows:
            return entry
        again = fit(entry.expr, self.few)
        if again is not None and rows is not self.few:
            again = polished(again.expr, rows)
        return entry if again is None else rounded(again, rows)

    def _restored(self, entry: Fitted, data: Sample) -> Fitted | None:
        """``entry`` in the units of the data; None where no form of it has finite values."""
        steps = 60 if data is self.few_data else LAST_STEPS
        found = [
            fitted
            for form in self.scaling.restored(entry.expr)
            if (fitted := fit(pinned(form), data, units=False, max_steps=steps)) is not None
        ]
        if not found:
            return None
        # An overflow has no value, an underflow a wrong one: the first form that is right.
        least = min(data.floored(fitted.loss) for fitted in found)
        best = next(one for one in found if data.floored(one.loss) <= least * (1 + _ROUNDING))
        return without_ones(rounded(best, data), data)


def polished(expr: Expr, sample: Sample) -> Fitted | None:
    """``expr`` fitted to many rows, from constants that are near the optimum: few steps will do."""
    from sr_kernel.numeric.fit import fit_constants

    result = fit_constants(
        expr, sample.X, sample.y, sample.variables, weights=sample.weights, max_steps=LAST_STEPS
    )
    return judge(result.expr, sample, tuple(result.parameters), tuple(result.errors))


def checked(
    entry: Fitted, simpler: Expr, sample: Sample, operators: tuple[str, ...] = ()
) -> Fitted | None:
    """``simpler`` refitted and made plain, if it is no larger than ``entry`` and as good.

    Of two spellings of one size the simplifier's is taken: ``2*t`` for ``t + t``.
    """
    candidate = powers_inside(pinned(simpler))
    if candidate is pinned(entry.expr) or not keeps_to(simpler, entry.expr, operators):
        return None
    if shown(candidate).size > entry.size:
        return None
    fitted = fit(candidate, sample)
    bar = sample.floored(entry.loss) * 1.001
    if fitted is None or sample.floored(fitted.loss) > bar:
        return None
    # In another place a constant may be plain that was not before: exp(1.5*log(x)).
    for plain in refine(fitted, sample, operators):
        if sample.floored(plain.loss) <= bar:
            fitted = plain
    final = rounded(fitted, sample)
    return final if final.size <= entry.size else None


def keeps_to(simpler: Expr, expr: Expr, operators: tuple[str, ...]) -> bool:
    """Whether simplifying kept to the operators that the user, or the law itself, has."""
    known = {*operators, *(node.op for node in walk(expr)), "number", "symbol", "neg", "pi"}
    known |= {"add"} if "sub" in operators else set()
    return all(node.op in known for node in walk(simpler))


def known_signs(problem: Problem) -> tuple[str, ...]:
    """What the data say about the variables' signs, for the simplifier.

    Whatever it drops on these grounds shows again in the conditions of the law.
    """
    facts = []
    for name, column in zip(problem.variables, problem.X.T, strict=True):
        if column.min() > 0:
            facts.append(f"{quoted(name)} > 0")
        elif column.min() >= 0:
            facts.append(f"{quoted(name)} >= 0")
    return tuple(facts)


def law_of(fitted: Fitted, sample: Sample) -> Law:
    """The law for a fitted expression, judged on ``sample``; its score is set by its front."""
    from sr_kernel.equality import canonical_hash
    from sr_kernel.numeric.conditions import domain_conditions

    expr = shown(fitted.expr)
    judged = judge(fitted.expr, sample, fitted.values, fitted.errors)
    loss = judged.loss if judged is not None else float("inf")
    r2 = 1.0 - loss if not sample.constant else float(loss <= sample.floored(0.0))
    return Law(
        expr=expr,
        loss=sample.absolute(loss),
        r2=r2,
        complexity=sample.complexity(expr),
        parameters=tuple(
            Parameter(value, error)
            for value, error in zip(fitted.values, fitted.errors, strict=True)
        ),
        conditions=domain_conditions(expr),
        score=0.0,
        key=canonical_hash(expr),
        length=judged.length if judged is not None else math.inf,
        bic=information_criterion(sample.floored(loss), sample.rows, fitted.parameters),
        box_conditions=domain_conditions(expr, _ranges(sample)),
    )


def information_criterion(loss: float, rows: int, parameters: int) -> float:
    """The Bayesian one (Schwarz 1978), up to a constant of the data."""
    return rows * math.log(loss) + parameters * math.log(rows)


def _ranges(sample: Sample) -> dict[str, tuple[float, float]]:
    low, high = sample.X.min(axis=0), sample.X.max(axis=0)
    return {
        name: (float(a), float(b)) for name, a, b in zip(sample.variables, low, high, strict=True)
    }


def _front_of(laws: list[tuple[Law, float]], sample: Sample) -> tuple[Law, ...]:
    """Laws (with relative losses) of strictly falling loss and distinct functions, scored.

    Relative losses are compared: a loss of 1e-600 cannot be told from none.
    """
    kept: list[tuple[Law, float]] = []
    for law, loss in laws:
        if any(law.key == other.key for other, _ in kept):
            continue
        if kept and kept[-1][0].complexity == law.complexity:
            kept[-1:] = [min(kept[-1], (law, loss), key=lambda one: one[1])]
        elif not kept or loss < kept[-1][1]:
            kept.append((law, loss))
    marks = scores([sample.floored(loss) for _, loss in kept], [law.complexity for law, _ in kept])
    return tuple(replace(law, score=mark) for (law, _), mark in zip(kept, marks, strict=True))
