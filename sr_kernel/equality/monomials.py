"""Terms as a rational coefficient times whole powers of bases."""

from __future__ import annotations

from fractions import Fraction

from sr_kernel.equality.constants import rational
from sr_kernel.expr import Expr

_LARGEST_EXPONENT = 10**4
LARGEST_BITS = 2000

Powers = dict[Expr, int]
Monomial = tuple[Fraction, Powers]
"""A coefficient and the powers of bases it stands before."""


def monomial(term: Expr) -> Monomial:
    """``term`` as a rational coefficient times whole powers."""
    powers: Powers = {}
    q = _gather(powers, term, 1)
    return q, {base: power for base, power in powers.items() if power}


def _gather(powers: Powers, node: Expr, exponent: int) -> Fraction:
    if isinstance(node.value, Fraction | float):
        value = rational(node.value)
        if (value != 0 or exponent > 0) and size_of(value) * abs(exponent) <= LARGEST_BITS:
            return value**exponent
    elif node.op == "mul":
        q = Fraction(1)
        for arg in node.args:
            q *= _gather(powers, arg, exponent)
        return q
    elif node.op == "div":
        return _gather(powers, node.args[0], exponent) * _gather(powers, node.args[1], -exponent)
    elif node.op == "neg":
        return _gather(powers, node.args[0], exponent) * (-1 if exponent % 2 else 1)
    elif node.op == "pow":
        inner = _whole(node.args[1])
        if inner and abs(inner * exponent) <= _LARGEST_EXPONENT:
            return _gather(powers, node.args[0], inner * exponent)
    powers[node] = powers.get(node, 0) + exponent
    return Fraction(1)


_ONCE = Fraction(1)
_DEGREES = {"abs": _ONCE, "sqrt": Fraction(1, 2), "cbrt": Fraction(1, 3)}


def homogeneity(base: Expr) -> Fraction:
    """The degree of a function that is homogeneous over positive factors, 0 for others."""
    value = base.args[1].value if base.op == "pow" else None
    if isinstance(value, Fraction | float):
        return rational(value)
    return _DEGREES.get(base.op, Fraction(0))


def size_of(value: Fraction) -> int:
    """Bits of the longer of numerator and denominator."""
    return max(value.numerator.bit_length(), value.denominator.bit_length())


def _whole(exponent: Expr) -> int:
    """A whole number other than 0, else 0."""
    value = exponent.value
    if isinstance(value, Fraction | float):
        power = rational(value)
        if power.denominator == 1 and abs(power) <= _LARGEST_EXPONENT:
            return int(power)
    return 0
