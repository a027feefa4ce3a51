"""From the front's entries to laws that can be shown: fitted on all rows, simplified, named."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np

from sr_kernel.expr import Expr, quoted
from sr_kernel.search.front import Front, scores
from sr_kernel.search.law import Law, Parameter
from sr_kernel.search.problem import Problem
from sr_kernel.search.refine import Fitted, fit, judge, pinned, refine, rounded, shown
from sr_kernel.search.sample import Sample

SIMPLIFY_SECONDS = 0.25
"""Time a batch of front entries may take in the e-graph while the search waits."""


class Presenter:
    """Turns a front into laws; remembers what it has done, so asking again costs nothing."""

    def __init__(self, problem: Problem, sample: Sample) -> None:
        self.problem = problem
        self.sample = sample
        self.whole = sample if problem.rows == sample.rows else Sample.of(problem)
        self.assume = known_signs(problem)
        self._simplified: set[Expr] = set()
        self._laws: dict[Expr, Law] = {}

    def laws(self, front: Front, deadline: float) -> tuple[Law, ...]:
        """Laws of ``front``; entries are simplified as long as ``deadline`` (perf_counter) allows.

        What simplifies to something shorter is offered to the front.
        """
        if time.perf_counter() < deadline:
            self._simplify(front, min(SIMPLIFY_SECONDS, deadline - time.perf_counter()))
        found = [self._law(entry) for entry in front.entries]
        return _front_of(found, self.whole)

    def _simplify(self, front: Front, seconds: float) -> None:
        from sr_kernel.simplify import simplify_all_detailed

        todo = [entry for entry in front.entries if entry.expr not in self._simplified]
        if not todo:
            return
        self._simplified.update(entry.expr for entry in todo)
        results = simplify_all_detailed(
            [shown(entry.expr) for entry in todo], assume=self.assume, time_limit=seconds
        )
        for entry, result in zip(todo, results, strict=True):
            better = checked(entry, result.result, self.sample, self.problem.operators)
            if better is not None:
                self._simplified.add(better.expr)
                front.replace(entry, better)

    def _law(self, entry: Fitted) -> Law:
        law = self._laws.get(entry.expr)
        if law is None:
            final = entry
            if self.whole is not self.sample:
                again = fit(entry.expr, self.whole)
                final = entry if again is None else rounded(again, self.whole)
            law = law_of(final, self.whole)
            self._laws[entry.expr] = law
        return law


def checked(
    entry: Fitted, simpler: Expr, sample: Sample, operators: tuple[str, ...] = ()
) -> Fitted | None:
    """``simpler`` refitted and made plain, if it is smaller than ``entry`` and as good."""
    candidate = pinned(simpler)
    if shown(candidate).size >= entry.size:
        return None
    fitted = fit(candidate, sample)
    if fitted is None or sample.floored(fitted.loss) > sample.floored(entry.loss) * 1.001:
        return None
    # In another place a constant may be plain that was not before: exp(1.5*log(x)).
    for plain in refine(fitted, sample, operators):
        fitted = plain
    return rounded(fitted, sample)


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
        complexity=expr.size,
        parameters=tuple(
            Parameter(value, error)
            for value, error in zip(fitted.values, fitted.errors, strict=True)
        ),
        conditions=domain_conditions(expr),
        score=0.0,
        key=canonical_hash(expr),
    )


def _front_of(laws: list[Law], sample: Sample) -> tuple[Law, ...]:
    """Laws with strictly falling loss and distinct functions, scored."""
    kept: list[Law] = []
    for law in laws:
        if any(law.key == other.key for other in kept):
            continue
        if not kept or law.loss < kept[-1].loss:
            kept.append(law)
    floor = sample.absolute(sample.floored(0.0))
    losses = [float(np.clip(law.loss, max(floor, 1e-300), 1e300)) for law in kept]
    marks = scores(losses, [law.complexity for law in kept])
    return tuple(replace(law, score=mark) for law, mark in zip(kept, marks, strict=True))
