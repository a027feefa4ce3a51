"""Terms as a rational coefficient times whole powers of bases."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

from sr_kernel.equality.constants import literal_value
from sr_kernel.expr import Expr

_LARGEST_EXPONENT = 10**6
LARGEST_BITS = 4000

Powers = dict[Expr, int]
Monomial = tuple[Fraction, Powers]
"""A coefficient and the powers of bases it stands before."""

_ONCE = Fraction(1)
_NONE = Fraction(0)
_DEGREES = {"abs": _ONCE, "sqrt": Fraction(1, 2), "cbrt": Fraction(1, 3)}


@lru_cache(maxsize=4096)
def monomial(term: Expr) -> Monomial:
    """``term`` as a rational coefficient times whole powers; not to be changed by the caller."""
    powers: Powers = {}
    q = _gathered(powers, term, 1)
    return q, {base: power for base, power in powers.items() if power}


def _gathered(powers: Powers, node: Expr, exponent: int) -> Fraction:
    """Adds ``node**exponent`` to ``powers`` and returns the rational factor it leaves.

    Numbers of more than LARGEST_BITS bits stay bases.
    """
    op = node.op
    if op == "number":
        value = literal_value(node)
        if (value.numerator or exponent > 0) and size_of(value) * abs(exponent) <= LARGEST_BITS:
            return value if exponent == 1 else value**exponent
    elif op == "mul":
        q = _ONCE
        for arg in node.args:
            q = _times(q, _gathered(powers, arg, exponent))
        return q
    elif op == "div":
        above = _gathered(powers, node.args[0], exponent)
        return _times(above, _gathered(powers, node.args[1], -exponent))
    elif op == "neg":
        q = _gathered(powers, node.args[0], exponent)
        return -q if exponent % 2 else q
    elif op == "pow":
        inner = _whole(node.args[1])
        if inner == 0:
            return _ONCE
        if inner is not None and abs(inner * exponent) <= _LARGEST_EXPONENT:
            return _gathered(powers, node.args[0], inner * exponent)
    powers[node] = powers.get(node, 0) + exponent
    return _ONCE


def _times(left: Fraction, right: Fraction) -> Fraction:
    """The product; most factors are 1."""
    if right is _ONCE:
        return left
    return right if left is _ONCE else left * right


def homogeneity(base: Expr) -> Fraction:
    """The degree of a function that is homogeneous over positive factors, 0 for others."""
    if base.op == "pow" and base.args[1].is_number:
        return literal_value(base.args[1])
    return _DEGREES.get(base.op, _NONE)


def size_of(value: Fraction) -> int:
    """Bits of the longer of numerator and denominator."""
    return max(value.numerator.bit_length(), value.denominator.bit_length())


def _whole(exponent: Expr) -> int | None:
    """A whole number of reasonable size, None for all others."""
    if exponent.op != "number":
        return None
    power = literal_value(exponent)
    if power.denominator == 1 and abs(power.numerator) <= _LARGEST_EXPONENT:
        return power.numerator
    return None
