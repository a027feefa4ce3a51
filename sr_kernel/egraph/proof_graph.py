"""A small e-graph that remembers why: congruence closure with a proof forest.

After Nieuwenhuis and Oliveras, "Proof-producing congruence closure" (RTA 2005).  Nodes are exact
core terms (their arguments are nodes, not classes), so every step of an explanation is between
two definite terms.  The arguments of commutative constructors are taken as a set: changing their
order is no step.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sr_kernel.egraph.nodes import Node
from sr_kernel.egraph.pattern import COMMUTATIVE, CONSTRUCTORS


@dataclass(frozen=True)
class Reason:
    """Why two nodes are equal: a rule's name and its instance, or congruence (no name)."""

    rule: str = ""
    conditions: tuple[str, ...] = ()


CONGRUENCE = Reason()


@dataclass(frozen=True)
class Link:
    """A proof step between two nodes; ``forward`` if the rule was used left to right."""

    before: int
    after: int
    reason: Reason
    forward: bool


@dataclass
class _Edge:
    target: int
    reason: Reason
    forward: bool


class ProofGraph:
    """Classes of equal nodes, closed under congruence."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self._exact: dict[Node, int] = {}
        self._parent: list[int] = []
        self._edges: list[_Edge | None] = []
        self._signatures: dict[Node, int] = {}
        self.members: dict[int, list[int]] = {}
        self._users: dict[int, list[int]] = {}
        self._pending: list[int] = []
        self.merged: list[Link] = []
        """What was made equal and why, in order; congruences are not told."""

    def __len__(self) -> int:
        return len(self.nodes)

    def find(self, node: int) -> int:
        """The representative of a node's class."""
        while self._parent[node] != node:
            self._parent[node] = self._parent[self._parent[node]]
            node = self._parent[node]
        return node

    def equal(self, one: int, other: int) -> bool:
        """Whether two nodes are known to be equal."""
        return self.find(one) == self.find(other)

    def add(self, *node: Any) -> int:
        """The index of an exact node."""
        found = self._exact.get(node)
        if found is not None:
            return found
        index = self._exact[node] = len(self.nodes)
        self.nodes.append(node)
        self._parent.append(index)
        self._edges.append(None)
        self.members[index] = [index]
        self._users[index] = []
        for arg in self.arguments(index):
            self._users[self.find(arg)].append(index)
        self._congruent(index)
        return index

    def arguments(self, index: int) -> tuple[int, ...]:
        """Argument nodes; none for leaves."""
        node = self.nodes[index]
        return node[1:] if node[0] in CONSTRUCTORS else ()

    def literals(self) -> set[int]:
        """The classes that hold an exact literal."""
        return {self.find(index) for index, node in enumerate(self.nodes) if node[0] == "Num"}

    def merge(self, one: int, other: int, reason: Reason) -> bool:
        """Make two nodes equal for a reason; whether that is news."""
        a, b = self.find(one), self.find(other)
        if a == b:
            return False
        self._reroot(one)
        self._edges[one] = _Edge(other, reason, True)
        if reason is not CONGRUENCE:
            self.merged.append(Link(one, other, reason, True))
        if len(self.members[a]) > len(self.members[b]):
            a, b = b, a
        self._parent[a] = b
        self.members[b] += self.members.pop(a)
        users = self._users.pop(a)
        self._users[b] += users
        self._pending += users
        return True

    def close(self) -> None:
        """Congruence: nodes with equal arguments are equal."""
        while self._pending:
            pending, self._pending = self._pending, []
            for index in pending:
                self._congruent(index)

    def _congruent(self, index: int) -> None:
        signature = self._signature(index)
        other = self._signatures.setdefault(signature, index)
        if other != index:
            self.merge(index, other, CONGRUENCE)

    def _signature(self, index: int) -> Node:
        node = self.nodes[index]
        if node[0] not in CONSTRUCTORS:
            return node
        args = [self.find(arg) for arg in node[1:]]
        if node[0] in COMMUTATIVE:
            args.sort()
        return (node[0], *args)

    def _reroot(self, node: int) -> None:
        """Turn the proof edges from ``node`` to its root around."""
        previous: _Edge | None = None
        current = node
        while True:
            edge = self._edges[current]
            self._edges[current] = previous
            if edge is None:
                return
            previous = _Edge(current, edge.reason, not edge.forward)
            current = edge.target

    def _path(self, node: int) -> list[int]:
        path = [node]
        while (edge := self._edges[path[-1]]) is not None:
            path.append(edge.target)
        return path

    def links(self, one: int, other: int) -> Iterator[Link]:
        """The proof that two equal nodes are equal, congruences included."""
        ahead, behind = self._path(one), self._path(other)
        common = set(behind)
        meeting = next(node for node in ahead if node in common)
        yield from self._links(ahead[: ahead.index(meeting)], True)
        yield from reversed(list(self._links(behind[: behind.index(meeting)], False)))

    def _links(self, nodes: list[int], onward: bool) -> Iterator[Link]:
        for node in nodes:
            edge = self._edges[node]
            if edge is not None:
                if onward:
                    yield Link(node, edge.target, edge.reason, edge.forward)
                else:
                    yield Link(edge.target, node, edge.reason, not edge.forward)

    def steps(self, one: int, other: int) -> Iterator[tuple[int, int, Reason, bool]]:
        """The proof as rewrites of the whole term: (before, after, reason, forward)."""
        for link in self.links(one, other):
            if link.reason is not CONGRUENCE:
                yield link.before, link.after, link.reason, link.forward
                continue
            yield from self._inside(link.before, link.after)

    def _inside(self, one: int, other: int) -> Iterator[tuple[int, int, Reason, bool]]:
        """Steps that change the arguments of one node, one after the other."""
        head, *args = self.nodes[one]
        current = one
        for place, target in enumerate(self._aligned(args, list(self.nodes[other][1:]), head)):
            for _, after, reason, forward in self.steps(args[place], target):
                args[place] = after
                changed = self.add(head, *args)
                yield current, changed, reason, forward
                current = changed

    def _aligned(self, args: list[int], targets: list[int], head: str) -> list[int]:
        """Targets in the order of the arguments they are equal to."""
        if head not in COMMUTATIVE or self.equal(args[0], targets[0]):
            return targets
        return targets[::-1]
