"""The user's assumptions in the shapes that normal forms and sampling ask for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sr_kernel.equality.constants import Constants
from sr_kernel.equality.normal_form import Normalizer
from sr_kernel.equality.sampling import ROWS, sample_points, values
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
from sr_kernel.expr import Expr, variables
from sr_kernel.expr.operators import FloatArray
from sr_kernel.numeric.assumption import Assumptions
from sr_kernel.numeric.relation import Relation

_MASKS = {
    "<": NEGATIVE, "<=": NONPOSITIVE, ">": POSITIVE, ">=": NONNEGATIVE, "!=": NONZERO, "==": ZERO,
}  # fmt: skip


@dataclass(frozen=True)
class Knowledge:
    """Signs of terms, and sample points that satisfy the assumptions."""

    assumptions: Assumptions
    signs: Signs

    @classmethod
    def of(cls, assumptions: Assumptions) -> Knowledge:
        """What follows from ``assumptions``."""
        facts = _signs_of(assumptions.relations)
        return cls(assumptions, Signs(facts, assumptions.ranges))

    def points(self, names: Sequence[str], rows: int = ROWS) -> FloatArray:
        """At most ``rows`` points that satisfy all assumptions, one column a name."""
        if not self.assumptions:
            return sample_points(names, rows=rows)
        points = sample_points(
            names, self.assumptions.box(), rows * _OVERSAMPLED, self.assumptions.integers
        )
        kept = np.ones(len(points), dtype=bool)
        for relation in self.assumptions.relations:
            if set(variables(relation.difference)) <= set(names):
                kept &= _holds(relation.sign, values(relation.difference, names, points))
        return points[kept][:rows]


_OVERSAMPLED = 8


def _holds(sign: str, gaps: FloatArray) -> NDArray[np.bool_]:
    """Where a difference compares to zero by ``sign``; nan never does."""
    with np.errstate(invalid="ignore"):
        compared = {
            "<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal,
            "==": np.equal, "!=": np.not_equal,
        }[sign](gaps, 0.0)  # fmt: skip
    return np.asarray(compared & ~np.isnan(gaps))


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
