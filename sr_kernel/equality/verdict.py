"""Verdicts on two terms: equal, of one family, different, or undecided.

Layers, cheapest first: the AC key, the normal form of the difference, the e-graph, then numeric
refutation confirmed at high precision.  Only the first three can say "equal"; agreement of values
never does.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from sr_kernel.egraph.derivation import prove
from sr_kernel.equality.angle_rules import angle_units
from sr_kernel.equality.constants import Constants
from sr_kernel.equality.domain import NEVER, Condition, Ledger
from sr_kernel.equality.generators import TooLarge
from sr_kernel.equality.key import canonical_key
from sr_kernel.equality.knowledge import Knowledge
from sr_kernel.equality.normal_form import Mode, Normalizer
from sr_kernel.equality.reading import Assume, assumptions_of, read
from sr_kernel.equality.sampling import (
    Difference,
    find_difference,
    names_of,
    values,
)
from sr_kernel.equality.sign import Signs
from sr_kernel.equality.skeleton import skeleton_of
from sr_kernel.errors import ExpressionError
from sr_kernel.expr import Expr, has_floats
from sr_kernel.numeric.assumption import Assumptions

EQUAL, SAME_FAMILY, DIFFERENT, UNDECIDED = "equal", "same_family", "different", "undecided"
_EXACT = Constants([])
_ROWS = 96
_PROOF_SECONDS = 1.0
_ROUNDING = 1e-13


@dataclass(frozen=True)
class Verdict:
    """What is known about two expressions.

    ``conditions`` are those under which both are defined but only one of them asks for;
    ``counterexample`` maps the variables to a point at which the values ``left`` and ``right``
    differ (None: undefined there); ``constants`` pairs the fitted constants of the one with those
    of the other; ``method`` names the layer that decided.
    """

    status: str
    conditions: tuple[str, ...] = ()
    counterexample: Mapping[str, float] | None = None
    left: float | None = None
    right: float | None = None
    constants: tuple[tuple[float, float], ...] = ()
    method: str = field(default="", compare=False)

    def __bool__(self) -> bool:
        raise TypeError("a verdict has four values: compare its .status, or call equivalent()")


def equivalent(a: object, b: object, *, assume: Assume = ()) -> bool | None:
    """Whether ``a`` and ``b`` are equal wherever both are defined; None if that is not decided."""
    status = compare(a, b, assume=assume).status
    return None if status == UNDECIDED else status == EQUAL


def compare(a: object, b: object, *, assume: Assume = ()) -> Verdict:
    """The :class:`Verdict` on ``a`` and ``b``: text, SymPy expressions or terms.

    Raises :class:`ExpressionError` and :class:`AssumptionError`.
    """
    left, right = read(a), read(b)
    knowledge = Knowledge.of(assumptions_of(assume, (a, b)))
    return _Comparison(left, right, knowledge).verdict()


class _Comparison:
    def __init__(self, a: Expr, b: Expr, knowledge: Knowledge) -> None:
        self.a, self.b = a, b
        self.knowledge = knowledge
        self.mode = Mode(canonical=True)
        self.ledger = Ledger(Normalizer(_EXACT, knowledge.signs, self.mode))

    def verdict(self) -> Verdict:
        method = self._proof()
        if method:
            return Verdict(EQUAL, self._one_sided(), method=method)
        family = self._family()
        if family is not None:
            return family
        for layer in (self._refuted, self._derived):
            found = layer()
            if found is not None:
                return found
        return Verdict(UNDECIDED)

    def _derived(self) -> Verdict | None:
        """Equality by the rewrite rules; tried last, since it is the slowest."""
        both = self.ledger.conditions(self.a) | self.ledger.conditions(self.b)
        if NEVER in both:
            return None
        found = prove(
            self.a, self.b, assumptions=self.knowledge.assumptions, time_limit=_PROOF_SECONDS
        )
        return None if found is None else Verdict(EQUAL, self._one_sided(), method="e-graph")

    def _refuted(self) -> Verdict | None:
        found = self._refutation()
        if found is not None:
            return Verdict(
                DIFFERENT, (), found.point, found.left, found.right, method="counterexample"
            )
        return None

    def _proof(self) -> str:
        """The layer that shows equality, or an empty text."""
        if self.a is self.b or canonical_key(self.a) == canonical_key(self.b):
            return "key"
        both = self.ledger.conditions(self.a) | self.ledger.conditions(self.b)
        return "normal form" if self._difference_vanishes(both) else ""

    def _difference_vanishes(self, conditions: frozenset[Condition]) -> bool:
        """Whether a - b is 0 where all ``conditions`` hold, which must be possible."""
        signs = self.ledger.signs(conditions)
        if NEVER in conditions or _contradicts(conditions, signs):
            return False
        plain = Normalizer(_EXACT, signs)
        normalizer = Normalizer(_EXACT, signs, self.mode)
        normalizer.angle_units = angle_units(plain, (self.a, self.b))
        try:
            return normalizer.form(self.a - self.b).is_zero
        except (TooLarge, ZeroDivisionError, ExpressionError):
            return False

    def agrees_where_defined(self) -> bool:
        """Whether the normal form of a - b vanishes where a is defined."""
        return self.a is self.b or self._difference_vanishes(self.ledger.conditions(self.a))

    def rounds_alike_where_defined(self) -> bool:
        """Whether a and b have one normal form but for rounding of floats, where a is defined."""
        signs = self.knowledge.signs
        one, other = (skeleton_of(term, self.a, signs) for term in (self.a, self.b))
        return one.text == other.text and all(
            math.isclose(u, v, rel_tol=_ROUNDING)
            for u, v in zip(one.values, other.values, strict=True)
        )

    def _one_sided(self) -> tuple[str, ...]:
        left, right = self.ledger.conditions(self.a), self.ledger.conditions(self.b)
        open_ones = [*self.ledger.missing(left, right), *self.ledger.missing(right, left)]
        return tuple(dict.fromkeys(str(condition) for condition in open_ones))

    def _family(self) -> Verdict | None:
        if not (has_floats(self.a) and has_floats(self.b)):
            return None
        left, right = skeleton_of(self.a), skeleton_of(self.b)
        if left.text != right.text or len(left.values) != len(right.values):
            return None
        pairs = tuple(zip(left.values, right.values, strict=True))
        return Verdict(SAME_FAMILY, self._one_sided(), constants=pairs, method="skeleton")

    def _refutation(self) -> Difference | None:
        a, b = self.a, self.b
        names = names_of(a, b)
        points = self.knowledge.points(names, _ROWS)
        found = find_difference(a, b, names, points, thorough=True)
        defined = ~np.isnan(values(a, names, points)) & ~np.isnan(values(b, names, points))
        if found is not None or defined.any():
            return found
        # Nowhere both defined as far as can be seen: a point where only one is, tells them apart.
        one = find_difference(a, b, names, points)
        if one is not None:
            return one
        other = find_difference(b, a, names, points)
        return None if other is None else Difference(other.point, other.right, other.left)


def same_normal_form(a: Expr, b: Expr, assumptions: Assumptions) -> bool:
    """Whether the normal form shows ``a = b`` wherever ``a`` is defined."""
    comparison = _Comparison(a, b, Knowledge.of(assumptions))
    return comparison.agrees_where_defined()


def same_rounded_form(a: Expr, b: Expr, assumptions: Assumptions) -> bool:
    """:func:`same_normal_form` for floats: the constants may differ by rounding."""
    comparison = _Comparison(a, b, Knowledge.of(assumptions))
    return has_floats(a, b) and comparison.rounds_alike_where_defined()


def _contradicts(conditions: Iterable[Condition], signs: Signs) -> bool:
    """Whether no point can satisfy all ``conditions``: then nothing is shown by them."""
    return any(signs.of(condition.term) == 0 for condition in conditions)
