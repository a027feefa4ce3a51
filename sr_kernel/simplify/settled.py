"""Terms that normal forms cannot make smaller, told without computing one.

A normal form saves nodes where parts meet: like terms that only multiplying out brings together,
common factors, functions that join.  A tidy term in which nothing meets is as small as they can
make it.  A wrong guess costs nodes, never the value.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from fractions import Fraction

from sr_kernel.equality.local_form import is_arithmetic
from sr_kernel.equality.monomials import monomial
from sr_kernel.expr import Expr, has_floats, number, walk

_MOST_TERMS = 60
_PERIODIC = frozenset({"sin", "cos", "tan", "sinh", "cosh", "tanh"})
_JOINING = frozenset({"abs", "sign", "cbrt", "exp", "sqrt", "pow"})
"""Functions of which two factors may become one."""
_HALF = number(Fraction(1, 2))

Powers = frozenset[tuple[Expr, int]]
"""A product of powers of functions, variables and sums that stay as they are."""


def is_settled(expr: Expr) -> bool:
    """Whether no arithmetic in ``expr``, a tidy part of a fitted term, has parts that meet.

    Terms without any fitted constant cancel and factor in more ways than are looked for here.
    """
    return all(map(_Region, _regions(expr)))


def _regions(expr: Expr) -> Iterator[Expr]:
    """The maximal parts of ``expr`` that are arithmetic, sums inside products left in."""
    yield expr
    for node in walk(expr):
        if not is_arithmetic(node):
            yield from (arg for arg in node.args if is_arithmetic(arg))


class _TooLong(Exception):  # noqa: N818 - a limit reached, not a fault; never leaves this module
    pass


class _Region:
    """One region multiplied out as far as its sums go, coefficients aside."""

    def __init__(self, expr: Expr) -> None:
        self.expr = expr
        self.is_fitted = has_floats(expr)
        """Fitted constants leave nothing to cancel or to factor."""
        self.have_met = False
        """Whether like terms come together where a sum is multiplied out."""
        self.whole: dict[Expr, int] = {}
        """Sums that stay whole, divisors and powers, with their highest powers."""

    def __bool__(self) -> bool:
        try:
            terms = self._terms(self.expr)
        except _TooLong:
            return False
        if not self.is_fitted and len(terms) > 2 and _may_factor(terms):
            return False
        return not (self.have_met or self._meet(self.expr, terms)) and self._is_loose(terms)

    def _meet(self, node: Expr, terms: list[Powers]) -> bool:
        """Whether multiplying out ``node`` into ``terms`` brings like ones together to gain by it.

        It takes a constant for each product, so more products than there are constants now do not
        pay.  Constants alone are not worth multiplying out for.
        """
        products = Counter(term for term in terms if term)
        if len(products) == products.total():
            return False
        constants = sum(leaf.is_number for leaf in _leaves(node))
        return not self.is_fitted or len(set(terms)) <= constants

    def _terms(self, node: Expr) -> list[Powers]:
        if node.op == "add":
            found = [term for arg in node.args for term in self._terms(arg)]
            self.have_met = self.have_met or self._meet(node, found)
        elif is_arithmetic(node):
            found = self._multiplied(monomial(node)[1])
        else:
            found = [frozenset() if node.is_number else frozenset(((node, 1),))]
        if len(found) > _MOST_TERMS:
            raise _TooLong
        return found

    def _multiplied(self, powers: dict[Expr, int]) -> list[Powers]:
        fixed = {base: power for base, power in powers.items() if base.op != "add"}
        found = [frozenset(fixed.items())]
        sums = [base for base in powers if base.op == "add"]
        if len(sums) > 1 and len(set(map(_sizes, sums))) < len(sums):
            self.have_met = True
        for base, power in powers.items():
            if base.op != "add":
                continue
            if power == 1:
                inner = self._terms(base)
                if len(found) * len(inner) > _MOST_TERMS:
                    raise _TooLong
                self.have_met = self.have_met or _cancel(fixed, inner)
                found = [_times(left, right) for left in found for right in inner]
            else:
                self.whole[base] = max(power, self.whole.get(base, power))
                found = [_times(left, frozenset(((base, power),))) for left in found]
        return found

    def _is_loose(self, terms: list[Powers]) -> bool:
        """Whether no function may join another, and no sum kept whole another term."""
        bases = {base for term in terms for base, _ in term}
        return (
            not any(map(_joins, terms))
            and not (len(terms) > 1 and self._has_partners(bases, terms))
            and all(self._is_apart(base, power, bases) for base, power in self.whole.items())
            and not self._have_like_powers()
        )

    def _have_like_powers(self) -> bool:
        """Whether two powers of sums hold the same variable: multiplied out, like terms meet."""
        met = Counter(
            base
            for total, power in self.whole.items()
            if power > 1
            for base in {base for arg in total.args for base in monomial(arg)[1]}
        )
        return any(count > 1 for count in met.values())

    def _has_partners(self, bases: set[Expr], terms: list[Powers]) -> bool:
        """Whether squares of circular or hyperbolic functions may become less together."""
        squared = {base for term in terms for base, power in term
                   if base.op in _PERIODIC and abs(power) > 1}  # fmt: skip
        if not squared:
            return False
        return not self.is_fitted or any(len(_same_argument(base, bases)) > 1 for base in squared)

    def _is_apart(self, total: Expr, power: int, bases: set[Expr]) -> bool:
        """Whether nothing in a sum that stays whole stands outside of it, nor a quotient inside."""
        inside = [pair for arg in total.args for pair in monomial(arg)[1].items()]
        nested = any(power < 0 or base.op == "add" for base, power in inside)
        met = any(base in bases for base, _ in inside)
        if self.is_fitted:
            return not met or not (nested or power > 1)
        return not met and not nested


def _sizes(total: Expr) -> frozenset[tuple[Fraction, Powers]]:
    """The terms of a sum without their signs: ``x + 1.5`` and ``x - 1.5`` have the same."""
    return frozenset((abs(q), frozenset(powers.items())) for q, powers in map(monomial, total.args))


def _may_factor(terms: list[Powers]) -> bool:
    """Whether exact terms share a function or a variable: what two have in common is tidy."""
    met = Counter(base for term in terms for base, _ in term)
    return any(count > 1 for count in met.values())


def _leaves(expr: Expr) -> Iterator[Expr]:
    """Operands of a region, as often as they occur in it."""
    for arg in expr.args:
        if is_arithmetic(arg):
            yield from _leaves(arg)
        else:
            yield arg


def _cancel(factors: dict[Expr, int], terms: list[Powers]) -> bool:
    """Whether a factor of a sum stands under one of its ``terms``, or the other way about."""
    return any(factors.get(base, 0) * power < 0 for term in terms for base, power in term)


def _times(left: Powers, right: Powers) -> Powers:
    powers = Counter(dict(left))
    for base, power in right:
        powers[base] += power
    return frozenset((base, power) for base, power in powers.items() if power)


def _joins(term: Powers) -> bool:
    """Whether two factors of one product may become one."""
    kinds = Counter(kind for base, _ in term if base.op in _JOINING for kind in _kinds(base))
    if any(count > 1 for count in kinds.values()):
        return True
    bases = {base for base, _ in term}
    for base, power in term:
        if base.op in _JOINING and (power not in (1, -1) or base.args[0] in bases):
            return True
        if base.op in _PERIODIC and len(_same_argument(base, bases)) > 1:
            return True
    return False


def _kinds(base: Expr) -> Iterator[object]:
    """What two factors may have in common to join: the function, an exponent or a base."""
    if base.op not in ("sqrt", "pow"):
        yield base.op
        return
    below, *exponent = base.args
    if below.is_number:
        yield "exp"
        return
    yield "base", below
    if not exponent or exponent[0].is_number:
        yield "root", exponent[0] if exponent else _HALF


def _same_argument(base: Expr, bases: Iterable[Expr]) -> list[Expr]:
    return [other for other in bases if other.op in _PERIODIC and other.args == base.args]
