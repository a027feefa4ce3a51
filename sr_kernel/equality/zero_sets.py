"""Conditions ``t != 0`` that follow from others because t divides a power of their product.

``sin(x) != 0`` follows from ``cos(x) != 1`` and ``cos(x) != -1``, as ``(cos(x) - 1)*(cos(x) + 1) =
-sin(x)**2``.  In the canonical normal form functions of one angle are polynomials in its sine and
cosine, so that divisibility shows it.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from sr_kernel.equality.angle_rules import angle_units
from sr_kernel.equality.constants import Constants
from sr_kernel.equality.domain import Condition
from sr_kernel.equality.generators import TooLarge
from sr_kernel.equality.normal_form import Mode, Normalizer
from sr_kernel.equality.sign import Signs
from sr_kernel.expr import Expr, apply, number, walk

_RELATED = frozenset({"sin", "cos", "tan", "sinh", "cosh", "tanh", "exp", "sqrt"})
_NUMERATORS = {"tan": "sin", "tanh": "sinh"}
"""Functions with the same zeros wherever the first is defined."""
_MOST_GIVEN = 4
_LARGEST = 40


class ZeroSets:
    """Decides within one set of constants and signs; remembers what it decided."""

    def __init__(self, constants: Constants, signs: Signs) -> None:
        self._constants = constants
        self._signs = signs
        self._known: dict[tuple[Condition, frozenset[Condition]], bool] = {}

    def follows(self, condition: Condition, given: Iterable[Condition]) -> bool:
        """Whether ``condition`` is known to hold where all of ``given`` do."""
        related = frozenset(c for c in given if c.relation == "!=" and _is_related(c.term))
        if condition.relation != "!=" or not _is_related(condition.term):
            return False
        if not 0 < len(related) <= _MOST_GIVEN:
            return False
        found = self._known.get((condition, related))
        if found is None:
            found = self._divides(condition.term, [c.term for c in related])
            self._known[condition, related] = found
        return found

    def _divides(self, term: Expr, others: list[Expr]) -> bool:
        n = Normalizer(self._constants, self._signs, Mode(canonical=True))
        n.angle_units = angle_units(n, [term, *others])
        try:
            divisor = _numerator(n, term)
            product = [number(1), *(_numerator(n, other) for other in others)]
            if divisor is None or None in product:
                return False
            whole = apply("mul", *(part for part in product if part is not None))
            return bool(n.form(whole ** number(2) / divisor).below.is_one())
        except (TooLarge, ZeroDivisionError):
            return False


def _numerator(n: Normalizer, term: Expr) -> Expr | None:
    """A polynomial that is zero just where ``term`` is; None if the form cannot tell.

    Clearing a denominator of roots multiplies by a conjugate, which has zeros of its own.
    """
    if term.op in _NUMERATORS:
        term = apply(_NUMERATORS[term.op], *term.args)
    form = n.form(term)
    if not form.below.is_one() and any(_is_root(node) for node in walk(term)):
        return None
    return n.writer.polynomial(form.above, form.ring)


def _is_root(node: Expr) -> bool:
    if node.op == "pow":
        value = node.args[1].value
        return not (isinstance(value, Fraction) and value.denominator == 1)
    return node.op in ("sqrt", "cbrt", "abs")


def _is_related(term: Expr) -> bool:
    """Whether identities may hide in ``term``: for plain polynomials their factors tell all."""
    return term.size <= _LARGEST and any(node.op in _RELATED for node in walk(term))
