"""Powers of powers, roots of absolute values and logarithms of powers, read off the tree.

The normal form sees these too, but only after it has factored what is inside, and writes the factor
it takes out: ``sqrt(abs(sqrt(abs(2*x + y))))`` is shorter as ``abs(2*x + y)**0.25``.
"""

from __future__ import annotations

from fractions import Fraction

from sr_kernel.equality.constants import Constants, rational
from sr_kernel.equality.monomials import monomial
from sr_kernel.equality.sharing import has_coefficient_slot
from sr_kernel.equality.sign import Signs
from sr_kernel.equality.writing import HALF, power_term, product_term
from sr_kernel.expr import Expr, apply, number

NESTING = frozenset({"abs", "log", "sqrt", "pow"})


class NestedPowers:
    """Flattens powers under one set of constants and signs; no step changes the domain."""

    def __init__(self, constants: Constants, signs: Signs) -> None:
        self._constants = constants
        self._signs = signs

    def flattened(self, node: Expr) -> Expr:
        """``node`` in its shorter spelling, if there is one at the root of the tree."""
        if node.op == "abs":
            return node.args[0] if self._signs.nonnegative(node.args[0]) else node
        if node.op == "log":
            return self._logarithm(node)
        if node.op not in ("sqrt", "pow"):
            return node
        exponent = _numeric(node)
        found = self._symbolic(node) if exponent is None else self._numeric_power(node, exponent)
        return node if found is None else found

    def _logarithm(self, node: Expr) -> Expr:
        """``log(1/u) = -log(u)``: u and 1/u are positive together."""
        inner = node.args[0]
        if inner.op == "div" and inner.args[0] is number(1):
            return apply("neg", apply("log", inner.args[1]))
        return node

    def log_power(self, node: Expr) -> tuple[Fraction, Expr]:
        """``log(u**k)`` as k and ``log(u)``, where u is positive wherever ``u**k`` is."""
        inner = node.args[0]
        exponent = _numeric(inner)
        if exponent is None:
            return Fraction(1), node
        base = inner.args[0]
        if exponent.denominator > 1 or exponent % 2 or self._signs.nonnegative(base):
            return exponent, apply("log", base)
        return Fraction(1), node

    def _numeric_power(self, node: Expr, outer: Fraction) -> Expr | None:
        """``(u**a)**b`` as ``u**(a*b)`` where both are defined for the same u."""
        base = node.args[0]
        inner = _numeric(base)
        if outer.denominator == 1:
            return None
        if inner is None:
            return self._of_power_of_number(base, outer)
        total = inner * outer
        is_broken = inner.denominator > 1 or inner % 2 == 1
        if (inner < 0 and outer < 0) or not (self._signs.nonnegative(base.args[0]) or is_broken):
            return None
        if total.denominator == 1 and not self._signs.nonnegative(base.args[0]):
            return None  # whole powers are defined for negative bases
        return power_term(base.args[0], total, self._constants)

    def _of_power_of_number(self, base: Expr, outer: Fraction) -> Expr | None:
        """``sqrt(2.5**u)`` as ``1.58**u``."""
        if base.op != "pow" or base.args[1].is_number:
            return None
        value = base.args[0].value
        if not isinstance(value, Fraction | float) or value <= 0:
            return None
        root = self._constants.root(rational(value), outer)
        return None if root is None else apply("pow", self._constants.literal(root), base.args[1])

    def _symbolic(self, node: Expr) -> Expr | None:
        """``(u**a)**(q*v)`` as ``u**(a*q*v)`` where the coefficient costs nothing more."""
        base, exponent = node.args
        inner = _numeric(base)
        if inner is None or inner == 0 or inner.denominator == 1:
            return None
        q, powers = monomial(exponent)
        is_free = abs(q) != 1 and has_coefficient_slot(powers)
        if inner == HALF and not is_free and abs(q) != 2:
            return None  # one node more for the 1/2
        factors = [(key, Fraction(power)) for key, power in powers.items()]
        total = product_term(q * inner, factors, self._constants)
        return apply("pow", base.args[0], total)


def _numeric(node: Expr) -> Fraction | None:
    """The exponent of a power or root, None for anything else."""
    if node.op == "sqrt":
        return HALF
    value = node.args[1].value if node.op == "pow" else None
    return rational(value) if isinstance(value, Fraction | float) else None
