"""Under which conditions a term is defined, in its own names, beyond what is known already."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from sr_kernel.errors import AssumptionError
from sr_kernel.expr import Expr, walk
from sr_kernel.numeric.assumption import NOTHING, Assumptions
from sr_kernel.numeric.interval import Box, Interval, interval
from sr_kernel.numeric.readable import readable
from sr_kernel.numeric.relation import ZERO, Relation, domain_relations, instantiated


def domain_conditions(expr: Expr, box: Box | Assumptions = NOTHING) -> tuple[str, ...]:
    """The conditions under which ``expr`` is defined, as text that
    :meth:`~sr_kernel.numeric.assumption.Assumptions.parse` reads back.

    Left out is what ``box`` (ranges by variable name, or assumptions) implies and what the other
    conditions imply.  A power whose exponent may be broken asks for a base > 0, though some
    whole exponents would do without.
    """
    return tuple(str(relation) for relation in domain_of(expr, box))


def domain_of(expr: Expr, box: Box | Assumptions = NOTHING) -> tuple[Relation, ...]:
    """:func:`domain_conditions` as relations."""
    facts = _Facts({}, box.known) if isinstance(box, Assumptions) else _Facts(box, {})
    found: list[Relation] = []
    for node in walk(expr):
        for needed in _needed(node, facts):
            for relation in readable(needed.difference, needed.sign):
                if relation not in found and not facts.imply(relation):
                    found.append(relation)
    return tuple(_without_implied(_joined(found), facts))


@dataclass(frozen=True)
class _Facts:
    box: Box
    known: Mapping[Expr, Interval]

    def interval(self, expr: Expr) -> Interval:
        return interval(expr, self.box, self.known)

    def imply(self, relation: Relation) -> bool:
        return self.interval(relation.difference).satisfies(relation.sign)

    def with_relations(self, relations: list[Relation]) -> _Facts:
        merged = dict(self.known)
        for term, found in Assumptions(tuple(relations)).known.items():
            before = merged.get(term)
            merged[term] = found if before is None else before.meet(found)
        return _Facts(self.box, merged)


def _needed(node: Expr, facts: _Facts) -> Iterator[Relation]:
    """What the operator of ``node`` asks of its arguments."""
    if node.op == "pow":
        yield from _needed_by_power(node.args[0], node.args[1], facts)
    elif node.args:
        for relation in domain_relations(node.op):
            yield instantiated(relation, node.args)


def _needed_by_power(base: Expr, exponent: Expr, facts: _Facts) -> Iterator[Relation]:
    sizes = facts.interval(exponent)
    value = exponent.value
    whole = sizes.integer
    if isinstance(value, Fraction | float):
        whole = value == int(value)
    if not whole:
        yield Relation(base, ">=" if sizes.is_positive else ">", ZERO)
    elif not sizes.is_nonnegative:
        yield Relation(base, "!=", ZERO)


_JOINED = {(">=", "!="): ">", ("<=", "!="): "<", (">", ">="): ">", ("<", "<="): "<"}


def _joined(relations: list[Relation]) -> list[Relation]:
    """``relations`` with two about the same sides made one: >= and != are >."""
    joined: dict[tuple[Expr, Expr], Relation] = {}
    rest: list[Relation] = []
    for each in relations:
        sides = (each.left, each.right)
        before = joined.get(sides)
        if before is None:
            joined[sides] = each
            continue
        signs = (before.sign, each.sign)
        sign = _JOINED.get(signs) or _JOINED.get(signs[::-1])
        if sign is None:
            rest.append(each)
        else:
            joined[sides] = Relation(each.left, sign, each.right)
    return [*joined.values(), *rest]


def _without_implied(relations: list[Relation], facts: _Facts) -> list[Relation]:
    """``relations`` less those that follow from the others."""
    kept = list(relations)
    for each in relations:
        others = [other for other in kept if other is not each]
        try:
            if facts.with_relations(others).imply(each):
                kept = others
        except AssumptionError:
            return relations  # defined nowhere: each condition is worth showing
    return kept
