"""The terms of an e-graph: those that stand in it, and the cheapest of each class."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence

from sr_kernel.egraph.pattern import CONSTRUCTORS
from sr_kernel.egraph.prover import Prover
from sr_kernel.egraph.wording import Wording
from sr_kernel.errors import ExpressionError
from sr_kernel.expr import Expr, walk

COMBINED = 4
"""Forms of a class that go into the forms of others, the cheapest ones."""

Key = tuple[str, tuple[int, ...], int | None]
"""Constructor, classes of the arguments, node of a leaf."""

Owned = Mapping[int, Mapping[Expr, frozenset[int]]]
"""Forms by class, each with the classes that its parts were taken from."""


class Spelling:
    """The exact term of every node of a prover that has run."""

    def __init__(self, prover: Prover, own: Expr) -> None:
        """``own``: the term whose parts are spelled as they are there."""
        self._graph = prover.graph
        self._wording = Wording(own)
        self._own = frozenset(walk(own))
        self._literals = prover.graph.literals()
        self._terms: list[Expr | None] = []
        self._ground: list[bool] = []
        """Nodes without variables."""
        self._inside: list[frozenset[int]] = []
        """Classes of the parts of each node."""
        for index in range(len(prover.graph)):  # arguments come before what they are in
            self._enter(index, prover)

    def _enter(self, index: int, prover: Prover) -> None:
        head, args = self._graph.nodes[index][0], self._graph.arguments(index)
        if head in CONSTRUCTORS:
            term = self._apply(head, [self._terms[arg] for arg in args])
        else:
            term = prover.expression(index)
        self._terms.append(term)
        self._ground.append(head != "Var" and all(self._ground[arg] for arg in args))
        parts = (self._inside[arg] | {self._graph.find(arg)} for arg in args)
        self._inside.append(frozenset().union(*parts))

    def term(self, index: int) -> Expr | None:
        """The term of a node; None if it would be too deep."""
        return self._terms[index]

    def form(self, index: int) -> Expr | None:
        """The same if it is a form worth telling: one that does not hold another of its class,
        unless it was there from the start."""
        term = self._terms[index]
        if term in self._own:
            return term
        nested = self._graph.find(index) in self._inside[index]
        return None if nested or self.is_arithmetic(index) else term

    def is_arithmetic(self, index: int) -> bool:
        """Whether a node only writes a literal as others, and was not there from the start."""
        if not self._ground[index] or self._graph.nodes[index][0] == "Num":
            return False
        term = self._terms[index]
        was_there = term in self._own and not term.is_number
        return self._graph.find(index) in self._literals and not was_there

    def applied(self, key: Key, args: Sequence[Expr | None]) -> Expr | None:
        """A node over forms of its arguments; None where that would be too deep."""
        return self._apply(key[0], args) if key[2] is None else self._terms[key[2]]

    def _apply(self, head: str, args: Sequence[Expr | None]) -> Expr | None:
        known = [arg for arg in args if arg is not None]
        if len(known) < len(args):
            return None
        try:
            return self._wording.apply(head, known)
        except ExpressionError:  # deeper than a term may be
            return None

    def cost(self, term: Expr) -> tuple[int, str]:
        """What forms are sorted by."""
        return term.size, self._wording.text(term)


def cheapest_forms(nodes: Mapping[int, list[Key]], spelling: Spelling) -> dict[int, list[Expr]]:
    """The cheapest forms of every class, the fixpoint of putting them together from one another.

    A form never holds another of its own class, so there are no endless ones.
    """
    found: dict[int, dict[Expr, frozenset[int]]] = {owner: {} for owner in nodes}
    changed = True
    while changed:
        changed = False
        for owner, keys in nodes.items():
            forms = dict(found[owner])
            for key in keys:
                for form, inside in _combinations(key, found, spelling):
                    if owner not in inside:
                        forms.setdefault(form, inside)
            best = sorted(forms, key=spelling.cost)[:COMBINED]
            if best != list(found[owner]):
                found[owner] = {form: forms[form] for form in best}
                changed = True
    return {owner: list(forms) for owner, forms in found.items()}


def _combinations(
    key: Key, found: Owned, spelling: Spelling
) -> Iterator[tuple[Expr, frozenset[int]]]:
    """Forms of a node over the forms of its classes: those of low rank, as the rest cost more."""
    args = key[1]
    ranked = [list(enumerate(found[arg].items(), start=1)) for arg in args]
    for choice in itertools.product(*ranked):
        if math.prod(place for place, _ in choice) > COMBINED:
            continue
        form = spelling.applied(key, [part for _, (part, _) in choice])
        if form is not None:
            sets = (inside | {arg} for arg, (_, (_, inside)) in zip(args, choice, strict=True))
            yield form, frozenset().union(*sets)
