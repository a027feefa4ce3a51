"""Fitted factors absorbed by the numbers that are written anyway.

``0.5*(3/x + 0.25*y + 2)`` has one number more than ``1.5/x + 0.125*y + 1``: a sum whose terms all
hold a number takes a factor for nothing.  So do powers and roots of such sums, and exponentials
with a constant in their exponent.  Only fitted factors are moved: an exact one is better left where
it was put.
"""

from __future__ import annotations

from fractions import Fraction
from math import log

from sr_kernel.equality.constants import Constants, rational
from sr_kernel.equality.monomials import Powers, homogeneity, monomial
from sr_kernel.equality.order import order_key
from sr_kernel.equality.writing import product_term
from sr_kernel.expr import Expr, apply, rebuild

_LARGEST_LOG = 200.0
"""Larger shifts of an exponent leave the ordinary floats."""


class Absorber:
    """Moves factors under one set of constants; remembers which terms take one."""

    def __init__(self, constants: Constants) -> None:
        self._constants = constants
        self._known: dict[tuple[Expr, bool], bool] = {}

    def absorbed(self, q: Fraction, powers: Powers) -> Expr | None:
        """``q`` times the product, without the coefficient; None where no factor takes it."""
        if abs(q) == 1 or not self._constants.is_float(q):
            return None
        found = self._into_factor(q, powers)
        if found is None and q < 0:
            found = self._into_factor(-q, powers)
            return None if found is None else apply("neg", found)
        return found

    def _into_factor(self, by: Fraction, powers: Powers) -> Expr | None:
        takers = [base for base, k in powers.items() if self._factor_takes(base, k, by < 0)]
        for base in sorted(takers, key=order_key):
            power = Fraction(powers[base])
            found = self._raised(base, power, by)
            if found is not None:
                others = [(key, Fraction(k)) for key, k in powers.items() if key is not base]
                return product_term(Fraction(1), [*others, (found, power)], self._constants)
        return None

    # ------------------------------------------------------------------ who takes a factor

    def _takes(self, expr: Expr, negative: bool) -> bool:
        """Whether a factor leaves ``expr`` no larger."""
        found = self._known.get((expr, negative))
        if found is None:
            found = self._known[expr, negative] = self._decided(expr, negative)
        return found

    def _decided(self, expr: Expr, negative: bool) -> bool:
        if expr.op == "add":
            return all(self._takes(arg, negative) for arg in expr.args)
        if _holds_number(*monomial(expr)):
            return True
        powers = monomial(expr)[1].items()
        return any(self._factor_takes(base, k, negative) for base, k in powers)

    def _factor_takes(self, base: Expr, power: int, negative: bool) -> bool:
        if base.op == "add":
            return (power % 2 == 1 or not negative) and self._takes(base, negative)
        if negative or base.is_symbol:
            return False
        if homogeneity(base):
            return self._takes(base.args[0], False)
        return any(term.is_number for term in _exponents(base))

    # ------------------------------------------------------------------ how it is taken

    def _times(self, expr: Expr, by: Fraction) -> Expr | None:
        """``by*expr`` of a term that takes the factor; None where it is out of range."""
        if expr.op == "add":
            terms = [self._times(arg, by) for arg in expr.args]
            whole = [term for term in terms if term is not None]
            return apply("add", *whole) if len(whole) == len(terms) else None
        q, powers = monomial(expr)
        if _holds_number(q, powers):
            factors = [(base, Fraction(k)) for base, k in powers.items()]
            return product_term(q * by, factors, self._constants)
        found = self._into_factor(by, powers)
        return found if found is None or q > 0 else apply("neg", found)

    def _raised(self, base: Expr, power: Fraction, by: Fraction) -> Expr | None:
        """The base whose ``power`` is ``by*base**power``."""
        root = self._root(by, power)
        if root is None:
            return None
        if base.op == "add":
            return self._times(base, root)
        degree = homogeneity(base)
        if not degree:
            return self._shifted(base, root)
        inner = self._root(root, degree)
        found = None if inner is None else self._times(base.args[0], inner)
        return None if found is None else rebuild(base, (found, *base.args[1:]))

    def _shifted(self, base: Expr, by: Fraction) -> Expr | None:
        """``exp(u + c)`` times ``by`` as ``exp(u + c + log(by))``, and alike for other bases."""
        shift = log(by)
        if abs(shift) > _LARGEST_LOG:
            return None
        if base.op == "pow":
            shift /= log(_value(base.args[0]))
        terms = _exponents(base)
        constant = sum(map(_value, (term for term in terms if term.is_number)), start=Fraction(0))
        total = self._constants.remember(float(constant) + shift)
        if total is None:
            return None
        rest = [term for term in terms if not term.is_number]
        exponent = apply("add", *rest, self._constants.literal(total))
        return rebuild(base, (*base.args[:-1], exponent))

    def _root(self, by: Fraction, degree: Fraction) -> Fraction | None:
        if degree == 1:
            return by
        size = self._constants.root(abs(by), 1 / degree)
        return size if size is None or by > 0 else -size


def _holds_number(q: Fraction, powers: Powers) -> bool:
    """Whether the product is written with a number in front or as one over something."""
    if not powers or abs(q) != 1:
        return q != 0
    below = list(powers.values())
    return max(below) < 0 and (len(below) > 1 or below == [-1])


def _exponents(base: Expr) -> tuple[Expr, ...]:
    """The terms of the exponent of a positive number."""
    if base.op == "exp" and base.args[0].op == "add":
        return base.args[0].args
    if base.op == "pow" and base.args[1].op == "add" and base.args[0].is_number:
        value = _value(base.args[0])
        return base.args[1].args if value > 0 and value != 1 else ()
    return ()


def _value(literal: Expr) -> Fraction:
    value = literal.value
    return rational(value) if isinstance(value, Fraction | float) else Fraction(0)
