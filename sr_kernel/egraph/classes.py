"""What an e-graph knows of one term: classes of equal terms, and the rules that joined them.

The e-graph is the proof-producing one of :mod:`~sr_kernel.egraph.proof_graph`: the other engine is
faster, but cannot tell which rule joined what.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sr_kernel.egraph.derivation import usable_facts
from sr_kernel.egraph.instance import NEUTRAL
from sr_kernel.egraph.pattern import COMMUTATIVE
from sr_kernel.egraph.prover import OPERATOR_OF, Prover
from sr_kernel.egraph.ruleset import Ruleset
from sr_kernel.egraph.spelling import Key, Spelling, cheapest_forms
from sr_kernel.errors import ExpressionError
from sr_kernel.expr import Expr
from sr_kernel.numeric.assumption import NOTHING, Assumptions
from sr_kernel.numeric.deadline import OutOfTime, deadline, step_limit

MAX_SIZE = 300
"""Nodes of the largest term that is put into such an e-graph."""
MAX_CLASSES = 60
MAX_NODES = 12
MAX_FORMS = 12
MAX_JOINS = 200
ROUNDS = 6
STEPS = 60_000
"""Attempts to match in one run: a bound that is the same on every machine."""


@dataclass(frozen=True, slots=True)
class ClassNode:
    """An operator over classes; ``children`` are their numbers.

    ``operator`` is its name in the operator table, "number" or "symbol"; ``term`` the node with
    the cheapest form of each child.
    """

    operator: str
    term: Expr
    children: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class TermClass:
    """Equal terms.

    ``forms`` are spellings that differ in more than order and grouping, cheapest first; so do the
    ``nodes``, each with the cheapest forms of its children.
    """

    number: int
    forms: tuple[Expr, ...]
    nodes: tuple[ClassNode, ...]


@dataclass(frozen=True, slots=True)
class Join:
    """``rule`` made ``before`` and ``after`` equal; both are of the class ``number``."""

    rule: str
    before: Expr
    after: Expr
    number: int
    conditions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ClassGraph:
    """Classes by number, those nearest the root first; the root's is 0.

    Equal means: of the same value wherever the term that was put in is defined.  ``stop_reason`` is
    "saturated", "rounds", "nodes" or "time"; ``complete`` tells that no limit was met and nothing
    left out.  ``joins`` stand in the order in which they were made.
    """

    classes: tuple[TermClass, ...]
    joins: tuple[Join, ...]
    stop_reason: str
    complete: bool


def class_graph(
    expr: Expr,
    *,
    assumptions: Assumptions = NOTHING,
    domain: str = "isolated",
    rules: Ruleset | None = None,
    node_limit: int = 300,
    time_limit: float = 0.5,
) -> ClassGraph:
    """The e-graph of one term, saturated as far as the limits let it.

    ``node_limit`` counts terms, ``time_limit`` is in seconds; where it is not met, the answer is
    the same every time.  Raises :class:`ExpressionError` for a term of more than MAX_SIZE nodes.
    """
    if expr.size > MAX_SIZE:
        raise ExpressionError(
            f"the term has {expr.size} nodes, at most {MAX_SIZE} are taken apart: look into a "
            "part of it"
        )
    ruleset = Ruleset.default() if rules is None else rules
    prover, reason = _saturated(expr, ruleset, assumptions, domain, node_limit, time_limit)
    return _Reading(prover, expr).graph(reason)


def _saturated(
    expr: Expr,
    rules: Ruleset,
    assumptions: Assumptions,
    domain: str,
    node_limit: int,
    time_limit: float,
) -> tuple[Prover, str]:
    until = time.monotonic() + time_limit
    prover = None
    try:
        with deadline(until), step_limit(STEPS):
            facts = usable_facts((expr,), domain, assumptions)
            prover = Prover(expr, None, rules, facts)
            reason = prover.run(node_limit, ROUNDS, until)
    except OutOfTime:
        reason = "time"
        if prover is None:
            prover = Prover(expr, None, Ruleset(()), assumptions)
    prover.graph.close()
    return prover, reason


class _Reading:
    """Reads classes, forms and joins off a prover that has run."""

    def __init__(self, prover: Prover, own: Expr) -> None:
        self._graph = prover.graph
        self._root = prover.graph.find(prover.start)
        self._own = own
        self._spelling = Spelling(prover, own)
        self._nodes = self._distinct()
        self._forms = cheapest_forms(self._nodes, self._spelling)
        self._left_out = False

    def graph(self, reason: str) -> ClassGraph:
        """Everything within reach of the root."""
        shown = self._nearest()
        numbers = {owner: number for number, owner in enumerate(shown)}
        classes = tuple(
            TermClass(
                numbers[owner],
                tuple(self._all_forms(owner)),
                tuple(_node(key, term, numbers) for key, term in nodes),
            )
            for owner, nodes in shown.items()
        )
        joins = tuple(itertools.islice(self._joins(numbers), MAX_JOINS + 1))
        complete = reason == "saturated" and not self._left_out and len(joins) <= MAX_JOINS
        return ClassGraph(classes, joins[:MAX_JOINS], reason, complete)

    def _distinct(self) -> dict[int, list[Key]]:
        """The nodes of every class, each once."""
        found: dict[int, dict[Key, None]] = {}
        for index, content in enumerate(self._graph.nodes):
            owner = self._graph.find(index)
            nodes = found.setdefault(owner, {})
            if not self._is_inert(index) and not self._spelling.is_arithmetic(index):
                args = tuple(map(self._graph.find, self._graph.arguments(index)))
                if content[0] in COMMUTATIVE:
                    args = tuple(sorted(args))
                nodes[content[0], args, None if args else index] = None
        return {owner: list(keys) for owner, keys in found.items()}

    def _is_inert(self, index: int) -> bool:
        """Whether a node is 1*a, 0 + a or a**1: it is printed as a, which is in its class."""
        args = self._graph.arguments(index)
        return any(
            self._graph.nodes[args[place]] == ("Num", neutral)
            and self._graph.equal(index, args[1 - place])
            for place, neutral in NEUTRAL.get(self._graph.nodes[index][0], ())
        )

    def _all_forms(self, owner: int) -> list[Expr]:
        """The forms found and the terms that are there as they stand, cheapest first."""
        exact = (self._spelling.form(member) for member in self._graph.members[owner])
        found = [*self._forms[owner], *(term for term in exact if term is not None)]
        if owner == self._root:
            found.append(self._own)
        forms = sorted(dict.fromkeys(found), key=self._spelling.cost)
        if len(forms) > MAX_FORMS:
            self._left_out = True
            forms = forms[:MAX_FORMS]
            if owner == self._root and self._own not in forms:
                forms[-1] = self._own
        return forms

    def _nearest(self) -> dict[int, list[tuple[Key, Expr]]]:
        """Classes by their distance from the root, with the nodes all of whose classes are in."""
        shown: dict[int, list[tuple[Key, Expr]]] = {self._root: []}
        for owner in (pending := [self._root]):
            nodes = self._worded(owner)
            self._left_out |= len(nodes) > MAX_NODES
            for term, key in nodes[:MAX_NODES]:
                news = [arg for arg in dict.fromkeys(key[1]) if arg not in shown]
                if len(shown) + len(news) > MAX_CLASSES:
                    self._left_out = True
                    continue
                shown[owner].append((key, term))
                shown.update((arg, []) for arg in news)
                pending += news
        return shown

    def _worded(self, owner: int) -> list[tuple[Expr, Key]]:
        """Nodes with their terms, cheapest first; the first of those that are grouped otherwise."""
        found: dict[Expr, Key] = {}
        for key in self._nodes[owner]:
            cheapest = [next(iter(self._forms[arg]), None) for arg in key[1]]
            term = self._spelling.applied(key, cheapest)
            if term is None:
                self._left_out = True
            else:
                found.setdefault(term, key)
        return sorted(found.items(), key=lambda item: self._spelling.cost(item[0]))

    def _joins(self, numbers: Mapping[int, int]) -> Iterator[Join]:
        """What rules made equal, without what is only another order or arithmetic of literals."""
        met: set[tuple[Expr, Expr]] = set()
        for link in self._graph.merged:
            number = numbers.get(self._graph.find(link.before))
            before, after = map(self._spelling.term, (link.before, link.after))
            if number is None or before is None or after is None or before is after:
                continue
            is_arithmetic = self._spelling.is_arithmetic
            hidden = is_arithmetic(link.before) or is_arithmetic(link.after)
            if not hidden and (before, after) not in met:
                met.add((before, after))
                yield Join(link.reason.rule, before, after, number, link.reason.conditions)


def _node(key: Key, term: Expr, numbers: Mapping[int, int]) -> ClassNode:
    operator = OPERATOR_OF.get(key[0], "symbol" if key[0] == "Var" else "number")
    return ClassNode(operator, term, tuple(numbers[arg] for arg in key[1]))
