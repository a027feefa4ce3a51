"""Conditions "base**exponent is real" of powers whose exponents differ by a whole number.

Away from zero they are the same condition: a negative base needs a whole exponent, and adding a
whole number keeps it one.  At zero the exponent must not be negative.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from sr_kernel.equality.constants import ONE
from sr_kernel.equality.domain import REAL, Condition
from sr_kernel.equality.generators import TooLarge
from sr_kernel.equality.normal_form import Normalizer


def reduced(condition: Condition, given: Iterable[Condition], n: Normalizer) -> Condition | None:
    """What is left of ``condition`` where ``given`` holds: itself, "base != 0" or None."""
    if condition.relation != REAL:
        return condition
    base, _ = condition.term.args
    found = [other for other in given if other.relation == REAL and other.term.args[0] is base]
    steps = [step for other in found if (step := _whole_step(condition, other, n)) is not None]
    if not steps:
        return condition
    nonzero = Condition("!=", base)
    if max(steps) >= 0 or nonzero in given or n.signs.nonzero(base):
        return None
    return nonzero


def _whole_step(wanted: Condition, given: Condition, n: Normalizer) -> int | None:
    """The whole number by which the exponent wanted is above the one given."""
    try:
        gap = n.linear(wanted.term.args[1] - given.term.args[1])
    except (TooLarge, ZeroDivisionError):
        return None
    step = sum((q for q, atom in gap if atom is ONE), Fraction(0))
    if any(atom is not ONE for _, atom in gap) or step.denominator != 1:
        return None
    return int(step)
