"""Derivations: a result reached by named steps, each of which can be checked again."""

from __future__ import annotations

import itertools
import math
import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache

from sr_kernel.egraph.domain import granted_conditions, lost_conditions
from sr_kernel.egraph.nodes import NodeTable
from sr_kernel.egraph.prover import Known, Prover, RawStep
from sr_kernel.egraph.ruleset import Rule, Ruleset
from sr_kernel.errors import AssumptionError
from sr_kernel.expr import Expr, has_floats, parse, variables, walk
from sr_kernel.numeric.assumption import NOTHING, Assumptions
from sr_kernel.numeric.deadline import OutOfTime, deadline
from sr_kernel.numeric.interval import EVERYTHING, Interval
from sr_kernel.numeric.precise import evaluate_precise
from sr_kernel.numeric.relation import Relation

Position = tuple[int, ...]
Certificate = Callable[[Expr, Expr], bool]
CHECK_POINTS = 24
CHECK_ATTEMPTS = 240
CHECK_DIGITS = 30
CHECK_TOLERANCE = 1e-18
FLOAT_TOLERANCE = 1e-9
"""Relative difference that the rounding of constants may make."""
FLOAT_ROUNDING = 1e-13
"""The same relative to the largest summand, for summands that cancel."""
CHECK_NODES, CHECK_ROUNDS = 3_000, 4
NEUTRAL_RULES = frozenset({"mul-one", "add-zero", "pow-one"})
REORDERED = "reordering"
"""The name of a step that only puts terms or factors in another order or grouping."""
BACKWARDS = " (right to left)"


@dataclass(frozen=True)
class Step:
    """``before`` turned into ``after`` by a rule applied at ``position``.

    ``position`` leads from the root of ``before`` to the smallest part that changed, as indices
    of arguments; ``conditions`` are what the rule's guard relied on beyond plain arithmetic.
    """

    rule: str
    before: Expr
    after: Expr
    position: Position
    conditions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Derivation:
    """``start`` turned into ``result`` step by step.

    Every step holds where ``start``, and ``within`` if that is given, is defined.  ``conditions``
    are those of ``start`` that ``result`` does not demand, and those of ``within`` that ``start``
    does not.  ``certificates`` re-verify the steps that are no rules of ``rules``, by name.
    """

    start: Expr
    result: Expr
    steps: tuple[Step, ...]
    conditions: tuple[str, ...] = ()
    stop_reason: str = "proved"
    assumptions: Assumptions = NOTHING
    domain: str = "any"
    rules: Ruleset = field(default_factory=Ruleset.default, repr=False)
    certificates: Mapping[str, Certificate] = field(default_factory=dict, repr=False)
    within: Expr | None = None

    def check(self) -> bool:
        """Whether the steps lead from start to result and each of them holds.

        A rule step is matched again in a fresh graph that knows this one rule; a certified step
        is put to its certificate; and every step is compared at random points at high precision.
        """
        current = self.start
        for step in self.steps:
            if step.before is not current or not self.holds(step):
                return False
            current = step.after
        return current is self.result

    def holds(self, step: Step) -> bool:
        """Whether one step can be checked again and has equal values on both sides."""
        ends = (self.start, *([] if self.within is None else [self.within]))
        if not agree(step.before, step.after, assumptions=self.assumptions, where=ends):
            return False
        if step.rule == REORDERED:
            return same_but_order(step.before, step.after)
        certificate = self.certificates.get(step.rule)
        if certificate is not None:
            return certificate(step.before, step.after)
        rule = self.rules.by_name.get(step.rule.removesuffix(BACKWARDS))
        if rule is None:
            return False
        facts = usable_facts(ends, self.domain, self.assumptions)
        alone = _with_arithmetic(rule)
        prover = Prover(step.before, step.after, alone, facts, shapes=self.rules)
        return prover.run(CHECK_NODES, CHECK_ROUNDS, float("inf")) == "proved"

    def text(self) -> str:
        """One line a step."""
        from sr_kernel.egraph.rendering import as_text

        return as_text(self)

    def latex(self) -> str:
        """An ``align*`` block."""
        from sr_kernel.egraph.rendering import as_latex

        return as_latex(self)

    def html(self) -> str:
        """A table; everything in it is escaped."""
        from sr_kernel.egraph.rendering import as_html

        return as_html(self)

    def python(self) -> str:
        """A test function that reads the steps again and checks each.

        Steps by other rules than the package's own are compared by value only.
        """
        from sr_kernel.egraph.rendering import as_python

        return as_python(self)

    def __str__(self) -> str:
        return self.text()

    def _repr_html_(self) -> str:
        return self.html()

    def _repr_latex_(self) -> str:
        return self.latex()


def prove(
    start: Expr,
    goal: Expr,
    rules: Ruleset | None = None,
    *,
    assumptions: Assumptions = NOTHING,
    domain: str = "any",
    known: Iterable[tuple[Expr, Expr, str]] = (),
    certificates: Mapping[str, Certificate] | None = None,
    within: Expr | None = None,
    node_limit: int = 1_500,
    rounds: int = 6,
    time_limit: float = 2.0,
) -> Derivation | None:
    """A derivation of ``goal`` from ``start``, or None where none was found within the limits.

    ``known`` are equalities certified elsewhere as (left, right, name); they become steps of that
    name, re-verified by ``certificates[name]``.  The equality holds wherever ``start``, and
    ``within`` if that is given, is defined (as far as ``domain`` lets rules rely on that) and the
    assumptions are true.
    """
    ruleset = rules if rules is not None else Ruleset.default()
    facts = usable_facts((start,) if within is None else (start, within), domain, assumptions)
    until = time.monotonic() + time_limit
    try:
        with deadline(until):
            prover = Prover(start, goal, ruleset, facts, (Known(*item) for item in known))
            if prover.run(node_limit, rounds, until) != "proved":
                return None
    except OutOfTime:
        return None
    return Derivation(
        start,
        goal,
        tuple(_steps(start, goal, prover.proof())),
        conditions_between(start, goal, within, assumptions),
        "proved",
        assumptions,
        domain,
        ruleset,
        certificates or {},
        within,
    )


def conditions_between(
    start: Expr, result: Expr, within: Expr | None, assumptions: Assumptions
) -> tuple[str, ...]:
    """Conditions of ``start`` that ``result`` does not demand; of ``within``, that ``start``
    does not."""
    lost = lost_conditions(start, result, assumptions)
    more = () if within is None else lost_conditions(within, start, assumptions)
    return tuple(dict.fromkeys((*lost, *more)))


def joined(first: Derivation, *others: Derivation) -> Derivation:
    """Derivations put end to end; each must start where the one before ended."""
    everything = (first, *others)
    certificates: dict[str, Certificate] = {}
    for part in everything:
        certificates.update(part.certificates)
    result = everything[-1].result
    return Derivation(
        first.start,
        result,
        tuple(step for part in everything for step in part.steps),
        conditions_between(first.start, result, first.within, first.assumptions),
        everything[-1].stop_reason,
        first.assumptions,
        first.domain,
        first.rules,
        certificates,
        first.within,
    )


@lru_cache(maxsize=512)
def _with_arithmetic(rule: Rule) -> Ruleset:
    """One rule with the arithmetic of literals, which is no step of its own."""
    default = Ruleset.default()
    plain = [item for item in default if item.ruleset == "fold" or item.name in NEUTRAL_RULES]
    return Ruleset((rule, *(item for item in plain if item.name != rule.name)))


def usable_facts(ends: Iterable[Expr], domain: str, assumptions: Assumptions) -> Assumptions:
    """The assumptions with what rules may rely on where all of ``ends`` are defined."""
    try:
        granted = (granted_conditions(end, domain, assumptions) for end in ends)
        return assumptions | Assumptions(tuple(dict.fromkeys(itertools.chain(*granted))))
    except AssumptionError:
        return assumptions  # they are defined nowhere: rely on nothing


def _steps(start: Expr, goal: Expr, raw: Iterable[RawStep]) -> list[Step]:
    """Printed steps; changes of order and grouping are merged into their neighbours."""
    steps: list[Step] = []
    current = start
    for _, after, reason, forward in raw:
        if reason.rule == "regrouping" or same_but_order(current, after):
            continue
        name = reason.rule if forward else reason.rule + BACKWARDS
        steps.append(_step(name, current, after, reason.conditions))
        current = after
    if current is goal:
        return steps
    if steps and same_but_order(current, goal):
        last = steps.pop()
        return [*steps, _step(last.rule, last.before, goal, last.conditions)]
    return [*steps, _step(REORDERED, current, goal, ())]


def _step(rule: str, before: Expr, after: Expr, conditions: tuple[str, ...]) -> Step:
    return Step(rule, before, after, changed_at(before, after), conditions)


def changed_at(before: Expr, after: Expr) -> Position:
    """Where the smallest part of ``before`` lies outside of which the two are the same."""
    position: list[int] = []
    while before.op == after.op and len(before.args) == len(after.args):
        pairs = zip(before.args, after.args, strict=True)
        places = [place for place, (one, other) in enumerate(pairs) if one is not other]
        if len(places) != 1:
            break
        position.append(places[0])
        before, after = before.args[places[0]], after.args[places[0]]
    return tuple(position)


def same_but_order(one: Expr, other: Expr) -> bool:
    """Whether two expressions differ at most in the order and grouping of terms and factors."""
    table = NodeTable()
    return table.enter(one, 0) == table.enter(other, 0)


def agree(
    one: Expr,
    other: Expr,
    *,
    seed: int = 0,
    assumptions: Assumptions = NOTHING,
    where: Iterable[Expr] = (),
) -> bool:
    """Whether two expressions have the same values at random points where both are defined.

    The points satisfy the assumptions, and all of ``where`` is defined at them.  Terms with floats
    may differ by rounding, exact ones may not.
    """
    close = _rounded_alike if has_floats(one, other) else _alike
    ends = tuple(where)
    told = (relation.difference for relation in assumptions.relations)
    terms = (one, other, *ends, *told)
    names = tuple(dict.fromkeys(name for term in terms for name in variables(term)))
    for point in _points(names, seed, assumptions):
        if any(evaluate_precise(end, point, CHECK_DIGITS) is None for end in ends):
            continue
        if not close(one, other, point):
            return False
    return True


def replay_values(
    forms: Sequence[str], rules: Sequence[str], *, assume: Iterable[str] = (), within: str = "0"
) -> bool:
    """Whether ``forms`` have the same values, each as the one before, where the first and
    ``within`` are defined; ``rules`` tell how many steps there must be."""
    terms = [parse(form) for form in forms]
    given = Assumptions.parse(assume)
    where = (terms[0], parse(within))
    return len(rules) == len(terms) - 1 and all(
        agree(one, other, assumptions=given, where=where)
        for one, other in itertools.pairwise(terms)
    )


def _alike(one: Expr, other: Expr, point: Mapping[str, Fraction]) -> bool:
    a, b = (evaluate_precise(term, point, CHECK_DIGITS) for term in (one, other))
    return a is None or b is None or bool(abs(a - b) <= CHECK_TOLERANCE * (1 + abs(a)))


def _rounded_alike(one: Expr, other: Expr, point: Mapping[str, Fraction]) -> bool:
    a, b = (evaluate_precise(term, point, CHECK_DIGITS) for term in (one, other))
    if a is None or b is None or abs(a - b) <= FLOAT_TOLERANCE * max(abs(a), abs(b)):
        return True
    return bool(abs(a - b) <= FLOAT_ROUNDING * _largest_summand(one, other, point))


def _largest_summand(one: Expr, other: Expr, point: Mapping[str, Fraction]) -> float:
    sums = (node for term in (one, other) for node in walk(term) if node.op == "add")
    values = (evaluate_precise(part, point, CHECK_DIGITS) for node in sums for part in node.args)
    return max((float(abs(value)) for value in values if value is not None), default=0.0)


def _points(
    names: Sequence[str], seed: int, assumptions: Assumptions
) -> Iterator[dict[str, Fraction]]:
    rng = random.Random(seed)
    found = 0
    for _ in range(CHECK_ATTEMPTS if names else 1):
        reach = rng.choice((0.9, 2.0, 5.0))
        point = {name: _drawn(name, reach, rng, assumptions) for name in names}
        if all(_true(relation, point) for relation in assumptions.relations):
            yield point
            found += 1
        if found >= CHECK_POINTS:
            return


def _drawn(name: str, reach: float, rng: random.Random, assumptions: Assumptions) -> Fraction:
    """A value that the facts about one variable allow, near one end of its range if it has one."""
    known = assumptions.ranges.get(name, EVERYTHING)
    low, high = known.lo, known.hi
    if math.isinf(low) and math.isinf(high):
        low, high = rng.choice((-reach, 0.0)), reach
    elif math.isinf(high):
        high = low + reach
    elif math.isinf(low):
        low = high - reach
    if known.integer:
        return Fraction(rng.randint(math.ceil(low), max(math.ceil(low), math.floor(high))))
    return Fraction(round(rng.uniform(low, high), 6))


def _true(relation: Relation, point: Mapping[str, Fraction]) -> bool:
    value = evaluate_precise(relation.difference, point, CHECK_DIGITS)
    if value is None:
        return False
    return Interval(float(value), float(value)).satisfies(relation.sign)
