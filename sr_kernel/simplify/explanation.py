"""Derivations of a simplification, or of the equality of two expressions.

Steps by named rewrite rules are looked for first; what only the normal form shows becomes a step
called "normal form", or "normal form, rounded" where it computed with floats; either is certified
by computing it again.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import pairwise

from sr_kernel.egraph.derivation import (
    Certificate,
    Derivation,
    Step,
    changed_at,
    conditions_between,
    joined,
    prove,
)
from sr_kernel.equality.reading import Assume, assumptions_of, read
from sr_kernel.equality.verdict import same_normal_form, same_rounded_form
from sr_kernel.errors import ExpressionError
from sr_kernel.expr import Expr
from sr_kernel.numeric.assumption import Assumptions
from sr_kernel.numeric.deadline import OutOfTime, deadline
from sr_kernel.simplify.interface import simplify_detailed

NORMAL_FORM = "normal form"
ROUNDED = "normal form, rounded"
UNPROVED = "no proof found"
_SECONDS = 0.5
_SIMPLIFIED = object()


def explain(
    expr: object,
    other: object = _SIMPLIFIED,
    *,
    assume: Assume = (),
    domain: str = "isolated",
    time_limit: float | None = None,
    search_time: float = math.inf,
) -> Derivation:
    """How ``expr`` becomes its simplified form, or ``other``, by steps that can be checked again.

    ``time_limit`` is for the simplification, ``search_time`` for finding its steps, both in
    seconds; past the latter, what is left becomes one step, if the normal form shows it in half a
    second.
    Where no derivation is found, ``stop_reason`` says so and there are no steps.  Raises the
    errors of :func:`sr_kernel.simplify.simplify`.
    """
    start = read(expr)
    if other is _SIMPLIFIED:
        assumptions = assumptions_of(assume, [expr])
        found = simplify_detailed(start, assume=assumptions, domain=domain, time_limit=time_limit)
        forms = list(dict.fromkeys((start, *found.passed, found.result)))
        return _Explainer(assumptions, domain, seconds=search_time).chain(forms, found.conditions)
    goal = read(other)
    assumptions = assumptions_of(assume, [expr, other])
    return _Explainer(assumptions, "any", (start, goal), search_time).between(start, goal)


def replay(
    forms: Sequence[str],
    rules: Sequence[str],
    *,
    assume: Assume = (),
    domain: str = "any",
    within: str | None = None,
) -> bool:
    """Whether each of ``forms`` follows from the one before by the rule in its place.

    It is what ``Derivation.python()`` calls: see there, and :meth:`Derivation.check`.
    """
    terms = [read(form) for form in forms]
    where = () if within is None else (terms[0], read(within))
    steps = [
        Step(rule, before, after, changed_at(before, after))
        for rule, (before, after) in zip(rules, pairwise(terms), strict=True)
    ]
    return _Explainer(assumptions_of(assume), domain, where).derivation(terms, steps).check()


class _Explainer:
    def __init__(
        self,
        assumptions: Assumptions,
        domain: str,
        where: tuple[Expr, ...] = (),
        seconds: float = math.inf,
    ) -> None:
        """``where``: the two terms that must be defined, if it is not just the start.

        ``seconds``: how long to look for steps, counted from now.
        """
        self.assumptions = assumptions
        self.domain = domain
        self.until = time.monotonic() + seconds
        self.within = where[-1] if where else None
        self.certificates: Mapping[str, Certificate] = {
            name: partial(certify, assumptions=assumptions, where=where)
            for name, certify in ((NORMAL_FORM, same_normal_form), (ROUNDED, same_rounded_form))
        }

    def chain(self, forms: list[Expr], conditions: tuple[str, ...]) -> Derivation:
        """From the first of ``forms`` through all others to the last.

        ``conditions`` are the simplifier's: it also tells of holes that a result adds.
        """
        found = self._chained(forms, conditions)
        return replace(found, conditions=tuple(dict.fromkeys((*found.conditions, *conditions))))

    def _chained(self, forms: list[Expr], conditions: tuple[str, ...]) -> Derivation:
        whole = self._by_rules(forms[0], forms[-1])
        if whole is not None:
            return whole
        parts = [self._one(a, b) for a, b in pairwise(forms)]
        if any(part is None for part in parts):
            return self.derivation(forms, (), conditions, UNPROVED)
        first, *rest = [part for part in parts if part is not None]
        return joined(first, *rest)

    def between(self, start: Expr, goal: Expr) -> Derivation:
        """From ``start`` to ``goal``."""
        found = self._one(start, goal)
        return found or self.derivation((start, goal), (), (), UNPROVED)

    def _one(self, start: Expr, goal: Expr) -> Derivation | None:
        found = self._by_rules(start, goal)
        if found is not None:
            return found
        name = self._certified(start, goal)
        if name is None:
            return None
        conditions = conditions_between(start, goal, self.within, self.assumptions)
        return self.derivation((start, goal), (Step(name, start, goal, ()),), conditions)

    def _by_rules(self, start: Expr, goal: Expr) -> Derivation | None:
        if start is goal:
            return self.derivation((start, goal), ())
        seconds = min(_SECONDS, self.until - time.monotonic())
        if seconds <= 0:
            return None
        try:
            found = prove(
                start, goal, assumptions=self.assumptions, domain=self.domain,
                certificates=self.certificates, within=self.within, time_limit=seconds,
            )  # fmt: skip
            return None if found is None else self._checked(found)
        except ExpressionError:  # a step would be deeper than a term may be
            return None

    def _checked(self, found: Derivation) -> Derivation | None:
        """``found`` if each step can be checked again; arithmetic within a step, which the proof
        took for granted, is left to the normal form."""
        steps = []
        for step in found.steps:
            if not found.holds(step):
                name = self._certified(step.before, step.after)
                if name is None:
                    return None
                step = replace(step, rule=name, conditions=())
            steps.append(step)
        return replace(found, steps=tuple(steps))

    def _certified(self, before: Expr, after: Expr) -> str | None:
        """The name of a certificate that shows two terms equal."""
        passed = (name for name, shown in self.certificates.items() if shown(before, after))
        try:
            with deadline(self.until + _SECONDS):
                return next(passed, None)
        except OutOfTime:
            return None

    def derivation(
        self,
        ends: Sequence[Expr],
        steps: Iterable[Step],
        conditions: tuple[str, ...] = (),
        reason: str = "proved",
    ) -> Derivation:
        """From the first of ``ends`` to the last."""
        return Derivation(
            ends[0],
            ends[-1],
            tuple(steps),
            conditions,
            reason,
            self.assumptions,
            self.domain,
            certificates=self.certificates,
            within=self.within,
        )
