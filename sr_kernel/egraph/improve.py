"""Improving batches of expressions in one shared e-graph."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import Any

from sr_kernel.egraph.cost import CostModel
from sr_kernel.egraph.domain import granted_conditions, lost_conditions, own_conditions
from sr_kernel.egraph.extraction import Extraction
from sr_kernel.egraph.grouping import add_groupings
from sr_kernel.egraph.nodes import Node, NodeTable
from sr_kernel.egraph.pattern import CONSTRUCTORS
from sr_kernel.egraph.program import FOLD, program_forms
from sr_kernel.egraph.ruleset import Ruleset
from sr_kernel.egraph.session import EGraphError, Session
from sr_kernel.errors import AssumptionError, ExpressionError
from sr_kernel.expr import Expr, walk
from sr_kernel.numeric.assumption import NOTHING, Assumptions
from sr_kernel.numeric.deadline import OutOfTime, check_time, deadline
from sr_kernel.numeric.interval import Interval

ROUNDS = 4
"""Passes over all rulesets; chains of more dependent rewrites are left to the next call."""
ANALYSIS_STEPS = 2
MAX_ANALYSIS_STEPS = 30
NODES_A_MATCH = 8
"""No rule adds more nodes than this at a match, so sizes need not be counted at every step."""
BATCH_NODES = 4_000
"""Core nodes put into one e-graph at most; longer lists are cut into several batches."""
TIMED_BATCH_NODES = 2_000
"""The same where time is limited: a batch is what is lost when the time is up."""
SESSIONS_KEPT = 4
MAX_CHAIN = 200
"""Deepest form in binary operators that is put into an e-graph: reading it back recurses."""


@dataclass(frozen=True)
class ImproveReport:
    """The best form of every group, and how the run went.

    ``stop_reason`` is "saturated", "rounds", "nodes", "time" or "failed", the gravest of all
    batches; ``nodes`` is the size of the largest e-graph.
    """

    best: list[Expr]
    stop_reason: str
    iterations: int
    nodes: int
    _before: list[tuple[Expr, Assumptions]] = field(repr=False)

    @cached_property
    def conditions(self) -> list[tuple[str, ...]]:
        """Conditions of the first form of each group that its best form no longer has."""
        return [
            lost_conditions(before, form, given)
            for (before, given), form in zip(self._before, self.best, strict=True)
        ]


@dataclass
class _Run:
    """Limits and findings of one call."""

    domain: str
    cost: CostModel
    rules: Ruleset
    deadline: float
    node_limit: int
    reasons: set[str] = field(default_factory=set)
    iterations: int = 0
    nodes: int = 0


GRAVITY = ("saturated", "rounds", "nodes", "time", "failed")


def improve(
    groups: Sequence[Sequence[Expr]],
    *,
    assumptions: Assumptions | Sequence[Assumptions] = NOTHING,
    domain: str = "isolated",
    cost: CostModel,
    rules: Ruleset | None = None,
    time_limit: float | None = None,
    node_limit: int = 2_000,
) -> ImproveReport:
    """The cheapest equal form of each group that the rules can show.

    A group holds expressions already known to be equal wherever its first one is defined; its
    result is defined there too, and never costs more than any of them.  ``assumptions`` is one
    for all or a sequence of one a group; ``node_limit`` is per group, ``time_limit`` in seconds
    for the whole call.  Results do not depend on what else is in the batch.
    """
    until = time.monotonic() + (time_limit if time_limit is not None else float("inf"))
    run = _Run(domain, cost, Ruleset.default() if rules is None else rules, until, node_limit)
    if isinstance(assumptions, Assumptions):
        each = [assumptions] * len(groups)
    else:
        each = list(assumptions)
    largest = BATCH_NODES if time_limit is None else TIMED_BATCH_NODES
    found: dict[int, Expr] = {}
    for places in _batches(groups, run.rules, largest):
        part, given = [groups[at] for at in places], [each[at] for at in places]
        found.update(zip(places, _improve_batch(part, given, run), strict=True))
    best = [found[at] for at in range(len(groups))]
    reason = max(run.reasons, key=GRAVITY.index, default="saturated")
    before = [(group[0], given) for group, given in zip(groups, each, strict=True)]
    return ImproveReport(best, reason, run.iterations, run.nodes, before)


def _batches(groups: Sequence[Sequence[Expr]], rules: Ruleset, largest: int) -> Iterable[list[int]]:
    """Places of the groups that share an e-graph: those that need the same rulesets together."""
    sizes = [sum(form.size for form in group) for group in groups]
    places = list(range(len(groups)))
    if sum(sizes) > largest:
        needs = [_schedule(rules, _constructors(group)) for group in groups]
        places.sort(key=lambda at: (len(needs[at]), needs[at]))
    part: list[int] = []
    size = 0
    for at in places:
        if part and size + sizes[at] > largest:
            yield part
            part, size = [], 0
        part.append(at)
        size += sizes[at]
    if part:
        yield part


def _constructors(group: Sequence[Expr]) -> frozenset[str]:
    table = NodeTable()
    for form in group:
        table.enter(form, 0)
    return frozenset(node[0] for node in table.nodes)


def _improve_batch(groups: list[Sequence[Expr]], given: list[Assumptions], run: _Run) -> list[Expr]:
    """Best forms of one batch; a batch that breaks the engine or its limit is halved."""
    fallback = [_cheapest(group, run.cost) for group in groups]
    if time.monotonic() >= run.deadline:
        run.reasons.add("time")
        return fallback
    try:
        with deadline(run.deadline):
            found, reason = _saturate(groups, given, run)
    except (EGraphError, RecursionError, ExpressionError):
        found, reason = fallback, "failed"
    except OutOfTime:
        found, reason = fallback, "time"
    if reason in ("failed", "nodes") and len(groups) > 1:
        middle = len(groups) // 2
        return _improve_batch(groups[:middle], given[:middle], run) + _improve_batch(
            groups[middle:], given[middle:], run
        )
    run.reasons.add(reason)
    pairs = zip(found, fallback, strict=True)
    return [
        form if run.cost.measure(form) < run.cost.measure(known) else known for form, known in pairs
    ]


def _cheapest(group: Sequence[Expr], cost: CostModel) -> Expr:
    return min(group, key=cost.measure)


def _saturate(
    groups: list[Sequence[Expr]], given: list[Assumptions], run: _Run
) -> tuple[list[Expr], str]:
    if any(_chain(form) > MAX_CHAIN for group in groups for form in group):
        return [group[0] for group in groups], "nodes"
    table = NodeTable()
    for index, (group, facts) in enumerate(zip(groups, given, strict=True)):
        check_time()
        ids = [table.enter(form, index) for form in group]
        table.same += [(ids[0], other) for other in ids[1:] if other != ids[0]]
        table.roots.append((index, ids[0]))
        _seed(table, index, group[0], facts, run.domain)
    add_groupings(table, run.rules)
    session = session_for(run.rules)
    with session.batch(len(table) + len(groups)) as first:
        session.insert(table.tables(first))
        while session.step("loading"):
            pass
        depth = max(form.depth for group in groups for form in group)
        reason = _rounds(session, table, min(depth, MAX_ANALYSIS_STEPS), len(groups), run)
        if reason == "time" and len(groups) > 1:
            # reading a large graph takes as long as building it did
            found = [group[0] for group in groups]
        else:
            roots = range(first, first + len(groups))
            found = _extract(session, roots, table.names, run.cost)
    if reason != "saturated":
        session.abandon()
    return found, reason


def _chain(expr: Expr) -> int:
    """At most how deep ``expr`` is with sums and products of two arguments each."""
    if expr.size <= MAX_CHAIN:
        return expr.size
    depths: dict[Expr, int] = {}
    for node in walk(expr):
        inner = max((depths[arg] for arg in node.args), default=0)
        depths[node] = inner + max(1, len(node.args) - 1)
    return depths[expr]


def _rounds(session: Session, table: NodeTable, depth: int, count: int, run: _Run) -> str:
    """Run the rulesets in turn until nothing changes or a limit is met."""
    size = start = _size(session)
    limit = start + run.node_limit * count
    schedule = _schedule(run.rules, frozenset(node[0] for node in table.nodes))
    pending = 0
    for turn in range(ROUNDS):
        for _ in range(depth if turn == 0 else ANALYSIS_STEPS):
            if not session.step("analysis"):
                break
            if time.monotonic() >= run.deadline:
                return "time"
        changed = False
        for ruleset in schedule:
            matches = session.step(ruleset)
            run.iterations += 1
            if matches and ruleset not in ("pruning", "sentinel"):
                changed = True
                pending += matches
            if time.monotonic() >= run.deadline:
                return "time"
            if size + NODES_A_MATCH * pending > limit:
                size, pending = _size(session), 0
                if size > limit:
                    return "nodes"
        run.nodes = max(run.nodes, size - start + len(table))
        if not changed:
            return "saturated"
    return "rounds"


@lru_cache(maxsize=2048)
def _schedule(rules: Ruleset, present: frozenset[str]) -> tuple[str, ...]:
    """Rulesets that can match something that is there or that another rule may introduce."""
    reachable, active = set(present), dict.fromkeys((FOLD,))
    while True:
        before = len(reachable)
        for rule in rules:
            if rule.heads <= reachable:
                active[rule.ruleset] = None
                reachable |= rule.products
        if len(reachable) == before:
            break
    ordered = [theme for theme in rules.themes if theme in active and theme != FOLD]
    return (FOLD, "pruning", *ordered, FOLD, "pruning", "sentinel")


def _size(session: Session) -> int:
    return sum(size for name, size in session.sizes().items() if name in CONSTRUCTORS)


def _extract(
    session: Session, roots: range, names: Mapping[tuple[int, int], str], cost: CostModel
) -> list[Expr]:
    rows = session.rows([*CONSTRUCTORS, "Num", "Flt", "Var", "nz", "root"])
    nodes: dict[Any, list[Node]] = {}
    integer = session.integer
    for head, read in (
        ("Num", lambda row: session.rational(row.inputs[0])),
        ("Flt", lambda row: session.real(row.inputs[0])),
        ("Var", lambda row: (integer(row.inputs[0]) - roots.start, integer(row.inputs[1]))),
    ):
        for row in rows[head]:
            nodes.setdefault(row.output, []).append((head, read(row)))
    for head in CONSTRUCTORS:
        for row in rows[head]:
            if not row.subsumed:
                nodes.setdefault(row.output, []).append((head, *row.inputs))
    classes = {session.integer(row.inputs[0]): row.output for row in rows["root"]}
    owners = [classes[key] for key in roots]
    nonzero = {row.inputs[0] for row in rows["nz"]}
    extraction = Extraction(nodes, owners, nonzero, names, cost)
    return [extraction.best(owner) for owner in owners]


# ------------------------------------------------------------------ facts


def _seed(
    table: NodeTable, group: int, original: Expr, assumptions: Assumptions, domain: str
) -> None:
    """Facts about the nodes of one group: assumptions, and what the domain mode lets us use."""
    granted = granted_conditions(original, domain, assumptions)
    try:
        facts = assumptions | Assumptions(granted)
    except AssumptionError:
        facts, granted = assumptions, ()  # defined nowhere: rely on nothing
    for term, found in facts.known.items():
        _seed_interval(table, table.enter(term, group), found)
    defined: dict[Expr, bool] = {}
    for node in walk(original):
        check_time()
        defined[node] = all(defined[arg] for arg in node.args) and all(
            relation in granted or facts.implies(relation) for relation in own_conditions(node)
        )
        if defined[node] and node.args:
            table.fact("def", table.enter(node, group))


def _seed_interval(table: NodeTable, node: int, found: Interval) -> None:
    if math.isfinite(found.lo):
        table.fact("lo", node, Fraction(found.lo))
    if math.isfinite(found.hi):
        table.fact("hi", node, Fraction(found.hi))
    if found.is_nonzero:
        table.fact("nz", node)
    if found.integer:
        table.fact("int", node)


# ------------------------------------------------------------------ sessions

_LOCAL = threading.local()


def session_for(rules: Ruleset) -> Session:
    """This thread's session with these rules loaded; a broken or worn one is replaced."""
    kept: dict[str, Session] = _LOCAL.__dict__.setdefault("sessions", {})
    session = kept.pop(rules.digest, None)
    if session is None or session.broken or session.is_worn:
        session = None  # its memory is free before another takes as much
        session = Session()
        session.load(program_forms(rules))
        while len(kept) >= SESSIONS_KEPT:
            kept.pop(next(iter(kept)))
    kept[rules.digest] = session
    return session


__all__: Sequence[str] = ("ImproveReport", "improve", "session_for")
