"""Finding proofs: the rules run in a proof-producing e-graph until two terms meet."""

from __future__ import annotations

import itertools
import math
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from typing import Any

from sr_kernel.egraph.grouping import Binding, add_groupings
from sr_kernel.egraph.instance import NEUTRAL, printed
from sr_kernel.egraph.nodes import NodeTable
from sr_kernel.egraph.pattern import COMMUTATIVE, CONSTRUCTORS, Pattern, compute
from sr_kernel.egraph.proof_graph import ProofGraph, Reason
from sr_kernel.egraph.ruleset import Condition, Rule, Ruleset, holds
from sr_kernel.expr import OPERATORS, Expr, number, symbol, to_text
from sr_kernel.numeric.assumption import Assumptions
from sr_kernel.numeric.deadline import check_time
from sr_kernel.numeric.interval import EVERYTHING, Interval, interval
from sr_kernel.numeric.interval_rules import interval_of

PASSES = 4
"""Passes of the interval analysis over the nodes in one round."""
MAX_GROUPINGS = 16
"""Ways of looking at one nested sum or product."""
REGROUPED = Reason("regrouping")
OPERATOR_OF = {row.egg: row.name for row in OPERATORS.values()}
_UNKNOWN = Interval(lo_open=True, hi_open=True, defined=False)
_SIGNS = {"nz": "!=", "positive": ">", "negative": "<", "nonneg": ">=", "nonpos": "<="}

Terms = tuple[int, ...]
RawStep = tuple[Expr, Expr, Reason, bool]


@dataclass(frozen=True)
class Known:
    """An equality certified elsewhere, usable as a step of the given name."""

    left: Expr
    right: Expr
    name: str


class Prover:
    """Two terms, rules and facts; :meth:`run` tries to make them meet."""

    def __init__(
        self,
        start: Expr,
        goal: Expr | None,
        rules: Ruleset,
        facts: Assumptions,
        known: Iterable[Known] = (),
        shapes: Ruleset | None = None,
    ) -> None:
        """Without a ``goal`` the rules run as far as they lead, and see only the literal in a class
        that holds one.  ``shapes``: rules (default: ``rules``) whose patterns say how sums and
        products are looked at."""
        self.graph = ProofGraph()
        self.facts = facts
        self._rules = [rule for rule in rules if rule.ruleset != "commutative"]
        self._names: list[str] = []
        self._printed: dict[int, Expr] = {}
        self._told: dict[int, Interval] = {}
        self._intervals: dict[int, Interval] = {}
        self._applied: set[tuple[Any, ...]] = set()
        self._literals: set[int] = set()
        self._table = NodeTable()

        def enter(expr: Expr) -> int:
            return self._table.enter(expr, 0)

        ends = enter(start), enter(start if goal is None else goal)
        pairs = [(enter(item.left), enter(item.right), Reason(item.name)) for item in known]
        told = [(enter(term), found) for term, found in facts.known.items()]
        add_groupings(self._table, shapes or rules)
        place = self._copied()
        self.start, self.goal = place[ends[0]], place[ends[1]]
        self._has_goal = goal is not None
        for one, other, reason in pairs:
            self.graph.merge(place[one], place[other], reason)
        for one, other in self._table.same:
            self.graph.merge(place[one], place[other], REGROUPED)
        self._told = {place[node]: found for node, found in told}
        self._invert_literals()
        self.graph.close()

    def _invert_literals(self) -> None:
        """``1/2`` is also ``2**-1``: patterns divide by a literal or by a term that may be one."""
        power = self.graph.add("Num", Fraction(-1))
        for content in list(self.graph.nodes):
            if content[0] == "Num" and abs(content[1]) not in (0, 1):
                inverse = self.graph.add("Pow", self.graph.add("Num", 1 / content[1]), power)
                self.graph.merge(inverse, self.graph.add(*content), REGROUPED)

    def _copied(self) -> list[int]:
        """The table's nodes in the proof graph."""
        place: list[int] = []
        for node in self._table.nodes:
            args = node[1:]
            if node[0] in CONSTRUCTORS:
                args = tuple(place[arg] for arg in args)
            place.append(self.graph.add(node[0], *args))
        return place

    def run(self, node_limit: int, rounds: int, deadline: float) -> str:
        """Apply the rules until the ends meet: "proved", or the reason to stop."""
        for _ in range(rounds):
            if self._is_met():
                return "proved"
            found = self._round(node_limit, deadline)
            if found and not self._is_met():
                return found
        return "proved" if self._is_met() else "rounds"

    def _is_met(self) -> bool:
        return self._has_goal and self.graph.equal(self.start, self.goal)

    def _round(self, node_limit: int, deadline: float) -> str:
        self._analyse()
        self._literals = set() if self._has_goal else self.graph.literals()
        heads = self._by_head()
        matches = [
            (rule, binding)
            for rule in self._rules
            if rule.heads <= heads.keys()
            for node in heads[rule.left[0]]
            for binding in self._match_node(rule.left, node, {})
        ]
        news = False
        for rule, binding in matches:
            news |= self._apply(rule, binding)
            if len(self.graph) > node_limit:
                self.graph.close()
                return "nodes"
            if time.monotonic() > deadline:
                return "time"
        self.graph.close()
        news |= self._regroup()
        return "" if news else "saturated"

    def _regroup(self) -> bool:
        """Make sums and products of the same classes equal however they are grouped.

        Both are joined to a chain of their own terms; that the chains are equal is congruence,
        so the explanation goes into the terms.
        """
        first: dict[tuple[Any, ...], tuple[int, Terms]] = {}
        news = False
        groupings: dict[int, list[Terms]] = {}
        for index in range(len(self.graph)):
            head = self.graph.nodes[index][0]
            if head not in COMMUTATIVE:
                continue
            for terms in self._groupings(index, head, groupings):
                check_time()
                signature = (head, *(self.graph.find(term) for term in terms))
                other, others = first.setdefault(signature, (index, terms))
                if not self.graph.equal(index, other):
                    news |= self.graph.merge(index, self._chain(head, terms), REGROUPED)
                    news |= self.graph.merge(other, self._chain(head, others), REGROUPED)
                    self.graph.close()
        return news

    def _chain(self, head: str, terms: Terms) -> int:
        result = terms[-1]
        for term in reversed(terms[:-1]):
            result = self.graph.add(head, term, result)
        return result

    def _groupings(self, index: int, head: str, done: dict[int, list[Terms]]) -> list[Terms]:
        """The terms of a sum or product, with inner sums opened or not, ordered by class."""
        found = done.get(index)
        if found is None:
            sides = []
            for arg in self.graph.arguments(index):
                ways: list[Terms] = [(arg,)]
                if self.graph.nodes[arg][0] == head:
                    ways += self._groupings(arg, head, done)
                sides.append(ways)
            pairs = itertools.islice(itertools.product(*sides), MAX_GROUPINGS)
            found = done[index] = [
                tuple(sorted(one + other, key=self.graph.find)) for one, other in pairs
            ]
        return found

    def _by_head(self) -> dict[str, list[int]]:
        heads: dict[str, list[int]] = {}
        seen = set()
        for index in range(len(self.graph)):
            head = self.graph.nodes[index][0]
            args = [self.graph.find(arg) for arg in self.graph.arguments(index)]
            key = (head, *args) if args else (head, index)
            if key not in seen and not self._is_pruned(index):
                seen.add(key)
                heads.setdefault(head, []).append(index)
        return heads

    # -------------------------------------------------------------- matching

    def _match(self, pattern: Pattern, node: int, binding: Binding) -> Iterator[Binding]:
        """Matches of a pattern anywhere in the class of a node."""
        if pattern[0] == "?":
            yield from self._bind(pattern[1], node, binding)
            return
        seen = set()
        for member in self.graph.members[self.graph.find(node)]:
            content = self.graph.nodes[member]
            if content[0] == pattern[0] and not self._is_pruned(member):
                key = tuple(self.graph.find(arg) for arg in self.graph.arguments(member))
                if key not in seen or not key:
                    seen.add(key)
                    yield from self._match_node(pattern, member, binding)

    def _match_node(self, pattern: Pattern, node: int, binding: Binding) -> Iterator[Binding]:
        check_time()
        head, content = pattern[0], self.graph.nodes[node]
        if head in ("Num", "Flt"):
            if head == "Flt":
                return
            value = pattern[1]
            if isinstance(value, Fraction):
                if value == content[1]:
                    yield binding
            elif value[0] == "?" and binding.get(value[1], content[1]) == content[1]:
                yield {**binding, value[1]: content[1]}
            return
        args = content[1:]
        if self._is_inert(pattern, args):
            return
        yield from self._match_all(pattern[1:], args, binding)
        if head in COMMUTATIVE and not self.graph.equal(args[0], args[1]):
            yield from self._match_all(pattern[1:], args[::-1], binding)

    def _is_pruned(self, node: int) -> bool:
        return self.graph.nodes[node][0] != "Num" and self.graph.find(node) in self._literals

    def _is_inert(self, pattern: Pattern, args: Sequence[int]) -> bool:
        """Whether a node is 1*a, 0 + a or a**1 and the pattern does not ask for just that.

        Such nodes are printed as ``a``: a rule that used one would look like no rule at all.
        """
        for place, neutral in NEUTRAL.get(pattern[0], ()):
            if self.graph.nodes[args[place]] == ("Num", neutral):
                return ("Num", neutral) not in pattern[1:]
        return False

    def _match_all(
        self, patterns: Sequence[Pattern], nodes: Sequence[int], binding: Binding
    ) -> Iterator[Binding]:
        if not patterns:
            yield binding
            return
        for bound in self._match(patterns[0], nodes[0], binding):
            yield from self._match_all(patterns[1:], nodes[1:], bound)

    def _bind(self, name: str, node: int, binding: Binding) -> Iterator[Binding]:
        if name not in binding:
            yield {**binding, name: node}
        elif self.graph.equal(binding[name], node):
            yield binding

    # -------------------------------------------------------------- applying

    def _apply(self, rule: Rule, binding: Binding) -> bool:
        key = (rule.name, *(self._canonical(item) for item in sorted(binding.items())))
        if key in self._applied:
            return False
        values, texts = dict(binding), []
        for condition in rule.conditions:
            text = self._grant(condition, values)
            if text is None:
                return False
            texts.append(text)
        left, right = self._built(rule.left, values), self._built(rule.right, values)
        if left is None or right is None:
            return False
        self._applied.add(key)
        reason = Reason(rule.name, tuple(text for text in texts if text))
        return self.graph.merge(left, right, reason)

    def _canonical(self, item: tuple[str, Any]) -> Any:
        return self.graph.find(item[1]) if isinstance(item[1], int) else item[1]

    def _grant(self, condition: Condition, values: Binding) -> str | None:
        """What a guard relies on as text ("" if it always holds); None where it is undecided."""
        kind, parts = condition.kind, condition.parts
        if kind == "compare":
            return "" if holds(condition, values) else None
        if kind == "let":
            value = compute(parts[1], values)
            fits = value is not None and values.setdefault(parts[0], value) == value
            return "" if fits else None
        node = self._built(parts[-1], values)
        if node is None:
            return None
        found = self._intervals.get(self.graph.find(node), _UNKNOWN)
        if kind == "bound":
            end = found.lo if parts[1] == "lo" else found.hi
            if not math.isfinite(end):
                return None
            values[parts[0]] = Fraction(end)
            return ""
        return self._fact(parts[0], node, found)

    def _fact(self, fact: str, node: int, found: Interval) -> str | None:
        if fact == "def":
            return "" if found.defined else None
        if fact == "int":
            return "" if found.integer else None
        sign = _SIGNS[fact]
        needs_value = fact in ("nz", "positive", "negative")
        if not found.satisfies(sign) or (needs_value and not found.defined):
            return None
        term = self.expression(node)
        plain = interval(term, {}).satisfies(sign)
        return "" if plain else f"{to_text(term)} {sign} 0"

    def _built(self, pattern: Pattern, values: Binding) -> int | None:
        head = pattern[0]
        if head == "?":
            node: int = values[pattern[1]]
            return node
        if head == "Num":
            value = compute(pattern[1], values)
            return None if value is None else self.graph.add("Num", value)
        args = []
        for part in pattern[1:]:
            arg = self._built(part, values)
            if arg is None:
                return None
            args.append(arg)
        return self.graph.add(head, *args)

    # -------------------------------------------------------------- facts

    def _analyse(self) -> None:
        """Intervals of the classes, from the assumptions and upwards from the leaves."""
        found: dict[int, Interval] = {}
        for node, told in self._told.items():
            owner = self.graph.find(node)
            found[owner] = told.meet(found.get(owner, EVERYTHING))
        for _ in range(PASSES):
            changed = False
            for index in range(len(self.graph)):
                owner = self.graph.find(index)
                before = found.get(owner)
                after = self._of_node(index, found)
                if before is not None:
                    defined = before.defined or after.defined
                    after = _with_defined(before.meet(after), defined)
                if after != before:
                    found[owner], changed = after, True
            if not changed:
                break
        self._intervals = found

    def _of_node(self, index: int, found: Mapping[int, Interval]) -> Interval:
        node = self.graph.nodes[index]
        if node[0] in ("Num", "Flt"):
            return _of_number(node[1])
        if node[0] == "Var":
            return EVERYTHING
        args = [found.get(self.graph.find(arg), _UNKNOWN) for arg in node[1:]]
        return interval_of(OPERATOR_OF[node[0]], args)

    # -------------------------------------------------------------- reading

    def expression(self, index: int) -> Expr:
        """The term of a node as it is printed."""
        done = self._printed.get(index)
        if done is None:
            node = self.graph.nodes[index]
            if node[0] in ("Num", "Flt"):
                done = number(node[1])
            elif node[0] == "Var":
                done = symbol(self._table.names[node[1], node[2]])
            else:
                done = printed(node[0], [self.expression(arg) for arg in node[1:]])
            self._printed[index] = done
        return done

    def proof(self) -> Iterator[RawStep]:
        """The steps from start to goal."""
        for before, after, reason, forward in self.graph.steps(self.start, self.goal):
            yield self.expression(before), self.expression(after), reason, forward


@lru_cache(maxsize=1024, typed=True)
def _of_number(value: Fraction | float) -> Interval:
    return interval(number(value), {})


def _with_defined(found: Interval, defined: bool) -> Interval:
    return found if found.defined == defined else replace(found, defined=defined)
