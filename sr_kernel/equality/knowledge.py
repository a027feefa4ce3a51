"""The user's assumptions in the shapes that normal forms and sampling ask for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sr_kernel.equality.constants import Constants
from sr_kernel.equality.normal_form import Normalizer
from sr_kernel.equality.sign import (
    ANY,
    NEGATIVE,
    NONNEGATIVE,
    NONPOSITIVE,
    NONZERO,
    POSITIVE,
    ZERO,
    Signs,
)
from sr_kernel.expr import Expr
from sr_kernel.numeric.assumption import Assumptions
from sr_kernel.numeric.relation import Relation

_MASKS = {
    "<": NEGATIVE, "<=": NONPOSITIVE, ">": POSITIVE, ">=": NONNEGATIVE, "!=": NONZERO, "==": ZERO,
}  # fmt: skip


@dataclass(frozen=True)
class Knowledge:
    """Signs of terms, ranges of variables, and which variables are integers."""

    assumptions: Assumptions
    signs: Signs
    box: dict[str, tuple[float, float]]
    integers: frozenset[str]

    @classmethod
    def of(cls, assume: Iterable[str]) -> Knowledge:
        """Raises :class:`AssumptionError` for facts that cannot be read or contradict."""
        assumptions = Assumptions.parse(tuple(assume))
        ranges = dict(assumptions.box)
        facts = _signs_of(assumptions.relations)
        return cls(
            assumptions,
            Signs(facts, ranges),
            {name: (bounds.lo, bounds.hi) for name, bounds in ranges.items()},
            frozenset(name for name, bounds in ranges.items() if bounds.integer),
        )


def _signs_of(relations: Iterable[Relation]) -> dict[Expr, int]:
    """Signs of whole terms: ``x - y > 0`` under the spelling that normal forms use."""
    normalizer = Normalizer(Constants([]))
    facts: dict[Expr, int] = {}
    for relation in relations:
        for side, mask in (
            (relation.difference, _MASKS[relation.sign]),
            (-relation.difference, _MASKS[relation.flipped().sign]),
        ):
            term = normalizer.best(side)
            facts[term] = facts.get(term, ANY) & mask
    return facts
