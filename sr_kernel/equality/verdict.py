"""Verdicts on two terms: equal, of one family, different, or undecided.

Layers, cheapest first: the AC key, the normal form of the difference, numeric refutation confirmed
at high precision, the e-graph.  Agreement of values never says "equal", and terms are of one family
only if they were seen to differ.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from sr_kernel.egraph.cost import cost_model
from sr_kernel.egraph.derivation import prove
from sr_kernel.egraph.improve import improve
from sr_kernel.equality.angle_rules import angle_units
from sr_kernel.equality.bases import natural
from sr_kernel.equality.constants import Constants
from sr_kernel.equality.domain import NEVER, Condition, Ledger
from sr_kernel.equality.generators import TooLarge
from sr_kernel.equality.key import canonical_key, settled
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
from sr_kernel.expr import Expr, has_floats, variables
from sr_kernel.expr.operators import FloatArray
from sr_kernel.numeric.assumption import Assumptions
from sr_kernel.numeric.deadline import OutOfTime, deadline, deadline_after, step_limit

T = TypeVar("T")
EQUAL, SAME_FAMILY, DIFFERENT, UNDECIDED = "equal", "same_family", "different", "undecided"
_ROWS = 96
_QUICK_ROWS = 3
_VISIBLE = 1e-6
_PLAIN_BITS = 10
_PROOF_SECONDS = 1.0
_PROOF_STEPS = 10**7
"""More than a proof can take in its seconds."""
_SMALLER_ROUNDS = 3
_MOST_STEPS = 60_000
"""Steps that one layer may take: some seconds, while an ordinary one takes hundreds."""
_ROUNDING = 1e-13


@dataclass(frozen=True)
class Verdict:
    """What is known about two expressions.

    ``conditions`` are those under which both are defined but only one of them asks for;
    ``counterexample`` maps the variables to a point at which the values ``left`` and ``right``
    differ (None: undefined there); ``method`` names the layer that decided.

    Of one family are terms that differ, with floats in one of them at least, and are equal up to a
    change of constants: ``constants`` pairs those of the one with those of the other.  Floats are
    constants, and where that is not enough all numbers are, but for exact exponents and factors of
    1 and -1.
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


def equivalent(
    a: object, b: object, *, assume: Assume = (), time_limit: float | None = None
) -> bool | None:
    """Whether ``a`` and ``b`` are equal wherever both are defined; None if that is not decided.

    ``time_limit`` is as in :func:`compare`, which tells more.
    """
    status = compare(a, b, assume=assume, time_limit=time_limit).status
    return None if status == UNDECIDED else status == EQUAL


def compare(
    a: object, b: object, *, assume: Assume = (), time_limit: float | None = None
) -> Verdict:
    """The :class:`Verdict` on ``a`` and ``b``: text, SymPy expressions or terms.

    What is not decided within ``time_limit`` seconds is undecided; without a limit the work is
    bounded, some seconds for the hardest input.  Raises :class:`ExpressionError`,
    :class:`AssumptionError` and :class:`OptionError`.
    """
    until = deadline_after(time_limit)
    left, right = read(a), read(b)
    with deadline(until), suppress(OutOfTime):
        knowledge = Knowledge.of(assumptions_of(assume, (a, b)))
        return _Comparison(left, right, knowledge, until).verdict()
    return Verdict(UNDECIDED)


class _Comparison:
    def __init__(
        self, a: Expr, b: Expr, knowledge: Knowledge, until: float | None = None
    ) -> None:
        self.a, self.b = a, b
        self.knowledge = knowledge
        self.until = until
        self.fitted = has_floats(a, b)
        self.mode = Mode(canonical=True)
        self.constants = Constants([])
        self.ledger = Ledger(Normalizer(self.constants, knowledge.signs, self.mode))

    def verdict(self) -> Verdict:
        method = self._key()
        found = None if method or self.fitted else self.limited(self._quick_refutation, None)
        if found is None:
            method = method or self.limited(self._normal_form, "")
            found = None if method else self.limited(self._refutation, None)
        if found is not None:
            return self._apart(found)
        method = method or self._derivation()
        conditions = self.limited(self._one_sided, None) if method else None
        if conditions is None:
            return Verdict(UNDECIDED)
        return Verdict(EQUAL, conditions, method=method)

    def limited(self, layer: Callable[[], T], otherwise: T) -> T:
        """What one layer finds in its number of steps and half of the time that is left."""
        now = time.monotonic()
        until = None if self.until is None else now + (self.until - now) / 2
        try:
            with step_limit(_MOST_STEPS), deadline(until):
                return layer()
        except (OutOfTime, RecursionError, ExpressionError):  # or a term that cannot be held
            return otherwise

    def _apart(self, found: Difference) -> Verdict:
        """The verdict on two terms that differ: of one family, or not even that."""
        shown = (found.point, found.left, found.right)
        constants = self.limited(self._family, None)
        conditions = None if constants is None else self.limited(self._one_sided, None)
        if constants is None or conditions is None:
            return Verdict(DIFFERENT, (), *shown, method="counterexample")
        return Verdict(SAME_FAMILY, conditions, *shown, constants, method="skeleton")

    def _key(self) -> str:
        """The layer's name if the AC keys agree, or an empty text."""
        same = self.a is self.b or canonical_key(self.a) == canonical_key(self.b)
        return "key" if same else ""

    def _normal_form(self) -> str:
        return "normal form" if self._vanishes(self.a - self.b, self._conditions()) else ""

    def _derivation(self) -> str:
        """The slow layer that shows equality, or an empty text."""
        for layer, name in (
            (self._short_normal_form, "normal form"),
            (self._proof, "e-graph"),
            (self._meet_smaller, "e-graph"),
        ):
            if self.limited(layer, False):
                return name
        return ""

    def _short_normal_form(self) -> bool:
        return self._vanishes(self.a - self.b, self._conditions(), Mode())

    def _proof(self) -> bool:
        if NEVER in self._conditions():
            return False
        facts = self.knowledge.assumptions
        with step_limit(_PROOF_STEPS):
            found = prove(self.a, self.b, assumptions=facts, time_limit=_PROOF_SECONDS)
        return found is not None

    def _meet_smaller(self) -> bool:
        """Whether the normal form shows equal what the rules make of the terms.

        Rules and normal forms take turns, as each can open the way for the other.
        """
        conditions = self._conditions()
        a, b, seen = self.a, self.b, set[Expr]()
        for _ in range(_SMALLER_ROUNDS):
            gap = a - b
            if NEVER in conditions or gap in seen:
                return False
            seen.add(gap)
            a, b, gap = self._smaller((a, b, gap), conditions)
            if self._vanishes(a - b, conditions) or self._vanishes(gap, conditions):
                return True
        return False

    def _smaller(self, terms: Iterable[Expr], conditions: frozenset[Condition]) -> list[Expr]:
        """The smallest forms of terms that the rules know, with the help of normal forms."""
        normalizer = Normalizer(self.constants, self.ledger.signs(conditions))
        groups = []
        for term in terms:
            form = normalizer.best(term)
            asked = self.ledger.missing(self.ledger.conditions(form), conditions)
            groups.append([term] if asked else [term, form])
        return improve(
            groups,
            assumptions=self.knowledge.assumptions,
            domain="any",
            cost=cost_model("size"),
            time_limit=_PROOF_SECONDS,
        ).best

    def _conditions(self) -> frozenset[Condition]:
        """Conditions under which both terms are defined."""
        return self.ledger.conditions(self.a) | self.ledger.conditions(self.b)

    def _vanishes(
        self, gap: Expr, conditions: frozenset[Condition], mode: Mode | None = None
    ) -> bool:
        """Whether ``gap`` is 0 where all ``conditions`` hold, which must be possible."""
        signs = self.ledger.signs(conditions)
        if NEVER in conditions or _contradicts(conditions, signs):
            return False
        plain = Normalizer(self.constants, signs)
        normalizer = Normalizer(self.constants, signs, mode or self.mode)
        normalizer.angle_units = angle_units(plain, (self.a, self.b, gap))
        try:
            return settled(normalizer, gap).is_zero
        except (TooLarge, ZeroDivisionError, ExpressionError):
            return False

    def agrees_where_defined(self, ends: Sequence[Expr]) -> bool:
        """Whether the normal form of a - b vanishes where all of ``ends`` are defined."""
        if self.a is self.b:
            return True
        conditions = frozenset().union(*map(self.ledger.conditions, ends))
        return self._vanishes(self.a - self.b, conditions)

    def rounds_alike_where_defined(self, ends: Sequence[Expr]) -> bool:
        """Whether a and b have one normal form but for rounding of floats, where ``ends`` are
        defined."""
        signs = self.knowledge.signs
        one, other = (skeleton_of(natural(term), ends, signs) for term in (self.a, self.b))
        return one.text == other.text and all(
            math.isclose(u, v, rel_tol=_ROUNDING)
            for u, v in zip(one.values, other.values, strict=True)
        )

    def _one_sided(self) -> tuple[str, ...]:
        left, right = self.ledger.conditions(self.a), self.ledger.conditions(self.b)
        open_ones = [*self.ledger.missing(left, right), *self.ledger.missing(right, left)]
        return tuple(dict.fromkeys(str(condition) for condition in open_ones))

    def _family(self) -> tuple[tuple[float, float], ...] | None:
        """The constants of a with those of b, if nothing else tells the two apart.

        Numbers of exact terms are what they say, so one of the two must be a fit.
        """
        if not self.fitted or set(variables(self.a)) != set(variables(self.b)):
            return None
        for exact in (False, True):
            left, right = (skeleton_of(term, exact=exact) for term in (self.a, self.b))
            if left.text == right.text and left.values:
                return tuple(zip(left.values, right.values, strict=True))
        return None

    def _quick_refutation(self) -> Difference | None:
        """A plain difference of exact terms: floats stand for what their decimals add up to."""
        a, b, names = self.a, self.b, names_of(self.a, self.b)
        points = self.knowledge.points(names, _ROWS)
        # Near the origin the parts of the terms are not large either.
        points = points[np.argsort(np.abs(points).max(axis=1, initial=0), kind="stable")]
        rows = plainly_apart(values(a, names, points), values(b, names, points))
        return find_difference(a, b, names, points[rows][:_QUICK_ROWS], thorough=True)

    def _refutation(self) -> Difference | None:
        a, b = self.a, self.b
        names = names_of(a, b)
        points = self.knowledge.points(names, _ROWS)
        found = find_difference(a, b, names, points, thorough=True)
        left, right = values(a, names, points), values(b, names, points)
        defined = ~np.isnan(left) & ~np.isnan(right)
        if found is not None and found.left == found.right:
            # Beyond the precision or the range of floats: one that they can show is better.
            rows = defined & (left != right)
            return find_difference(a, b, names, points[rows], thorough=True) or found
        if found is not None or defined.any():
            return found
        # Nowhere both defined as far as can be seen: a point where only one is, tells them apart.
        one = find_difference(a, b, names, points)
        if one is not None:
            return one
        other = find_difference(b, a, names, points)
        return None if other is None else Difference(other.point, other.right, other.left)


def plainly_apart(left: FloatArray, right: FloatArray) -> NDArray[np.intp]:
    """Places where two rows of values are finite and differ by more than rounding explains, those
    first where the values are neither large nor small: anyone can see such a difference."""
    with np.errstate(all="ignore"):
        size = np.maximum(np.abs(left), np.abs(right))
        gap = np.abs(left - right) / size
        far = np.abs(np.log2(size)) // _PLAIN_BITS
    places = np.flatnonzero(np.isfinite(gap) & (gap > _VISIBLE))
    return np.asarray(places[np.argsort(far[places], kind="stable")])


def same_normal_form(
    a: Expr, b: Expr, assumptions: Assumptions, where: Sequence[Expr] = ()
) -> bool:
    """Whether the normal form shows ``a = b`` wherever all of ``where`` (none: a) are defined."""
    comparison = _Comparison(a, b, Knowledge.of(assumptions))
    return comparison.limited(lambda: comparison.agrees_where_defined(where or [a]), False)


def same_rounded_form(
    a: Expr, b: Expr, assumptions: Assumptions, where: Sequence[Expr] = ()
) -> bool:
    """:func:`same_normal_form` for floats: the constants may differ by rounding."""
    comparison = _Comparison(a, b, Knowledge.of(assumptions))
    return has_floats(a, b) and comparison.limited(
        lambda: comparison.rounds_alike_where_defined(where or [a]), False
    )


def _contradicts(conditions: Iterable[Condition], signs: Signs) -> bool:
    """Whether no point can satisfy all ``conditions``: then nothing is shown by them."""
    return any(signs.of(condition.term) == 0 for condition in conditions)
