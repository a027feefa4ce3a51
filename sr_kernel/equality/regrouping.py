"""Sums and products rearranged without being multiplied out.

The rational normal form sees a term as a whole, and only where it can be multiplied out.  Here
every sum and product of the tree is looked at by itself: what several terms share (a factor, a
divisor, a coefficient) is stated once, multiples of sums are taken apart where constants then
merge, sums inside products are scaled so that one coefficient fewer is written, and constants are
folded into floats next to them.  No step changes where a term is defined.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from fractions import Fraction
from functools import lru_cache
from math import log
from operator import attrgetter

from sr_kernel.equality.absorption import Absorber
from sr_kernel.equality.bases import FLATTEST, STEEPEST
from sr_kernel.equality.constants import ONE, Constants, literal_value
from sr_kernel.equality.monomials import (
    LARGEST_BITS,
    Monomial,
    Powers,
    homogeneity,
    monomial,
    size_of,
)
from sr_kernel.equality.nested_powers import NESTING, NestedPowers
from sr_kernel.equality.order import order_key
from sr_kernel.equality.sharing import best_share, has_coefficient_slot, without
from sr_kernel.equality.sign import Signs
from sr_kernel.equality.squares import conjugates_joined, cosecants_joined, doubled, with_cotangents
from sr_kernel.equality.writing import product_term, sum_term
from sr_kernel.errors import ExpressionError
from sr_kernel.expr import Expr, apply, rebuild, walk
from sr_kernel.expr.term import has_minus
from sr_kernel.numeric.deadline import check_time
from sr_kernel.numeric.precise import evaluate_precise

_LARGEST_BASE = 10**6
_FOLD_DIGITS = 30

_ONCE = Fraction(1)

_MOST_TERMS = 100
"""Each pull looks at all terms again: longer sums would take seconds."""


class Regrouper:
    """Regroups terms with one set of constants; remembers what it did.

    With ``cotangents`` also ``cos(x)/sin(x)`` becomes ``1/tan(x)``, which takes the zeros of the
    cosine out of the domain.
    """

    def __init__(
        self, constants: Constants, signs: Signs | None = None, *, cotangents: bool = False
    ) -> None:
        self.constants = constants
        self.cotangents = cotangents
        self._known: dict[Expr, Expr] = {}
        self._absorber = Absorber(constants)
        self._nested = NestedPowers(constants, signs or Signs())

    def regrouped(self, expr: Expr) -> Expr:
        """``expr`` with its sums and products regrouped where that is smaller."""
        found = self._known.get(expr)
        if found is None:
            args = tuple(map(self.regrouped, expr.args))
            node = rebuild(expr, args)
            try:
                found = self._smaller(node)
            except ExpressionError:  # deeper than a term may be: not worth having
                found = node
            self._known[expr] = self._known[found] = found
        return found

    def _smaller(self, node: Expr) -> Expr:
        if node.op == "add":
            found = self._sum(node)
        elif node.op in ("mul", "div", "neg"):
            found = self._product(node)
        elif node.op in NESTING:
            found = self._nested.flattened(node)
            found = self._power(found) if found.op == "pow" else found
        else:
            return node
        return found if found.size < node.size else node

    # ------------------------------------------------------------------ sums

    def _sum(self, node: Expr) -> Expr:
        apart = list(self._terms(node))
        terms = self._collected(apart)
        if self.cotangents:
            terms = cosecants_joined(terms)
        if len(terms) == len(apart) == len(node.args) and best_share(terms) is None:
            return node
        return self._total(terms)

    def _terms(self, node: Expr, scale: Fraction = _ONCE) -> Iterator[Monomial]:
        """The terms of a sum, ``scale`` times; multiples of sums inside it are taken apart."""
        for arg in node.args if node.op == "add" else (node,):
            q, powers = monomial(arg)
            yield from self._opened(scale * q, powers, scaled=scale != 1)

    def _opened(self, q: Fraction, powers: Powers, *, scaled: bool = False) -> Iterator[Monomial]:
        ((base, power),) = powers.items() if len(powers) == 1 else ((ONE, 0),)
        if power == 1 and base.op == "add":
            yield from self._terms(base, q)
        else:
            yield self.scaled(q, powers) if scaled else (q, powers)

    def _collected(self, terms: Iterable[Monomial]) -> list[Monomial]:
        """Like terms added up, constants folded into a float among them."""
        total: dict[frozenset[tuple[Expr, int]], Fraction] = {}
        for q, powers in terms:
            key = frozenset(powers.items())
            total[key] = total[key] + q if key in total else q
        found = [(q, dict(key)) for key, q in total.items() if q.numerator]
        return self._with_constants_folded(found)

    def _with_constants_folded(self, terms: list[Monomial]) -> list[Monomial]:
        fixed = [term for term in terms if all(map(_is_foldable, term[1]))]
        if len(fixed) < 2 or not any(self.constants.is_float(q) for q, _ in fixed):
            return terms
        value = self._value(sum_term([self._written(term) for term in fixed], self.constants))
        if value is None:
            return terms
        rest = [term for term in terms if term not in fixed]
        return [*rest, (value, {})] if value else rest

    def _value(self, expr: Expr) -> Fraction | None:
        found = evaluate_precise(expr, {}, _FOLD_DIGITS)
        return None if found is None else self.constants.remember(float(found))

    def _written(self, term: Monomial) -> tuple[Fraction, Expr]:
        q, powers = term
        if not powers:
            return q, ONE
        absorbed = self._absorber.absorbed(q, powers)
        if absorbed is not None:
            is_negative = absorbed.op == "neg"
            return Fraction(1 - 2 * is_negative), absorbed.args[0] if is_negative else absorbed
        return q, _product_of(_ONCE, powers, self.constants)

    def _total(self, terms: list[Monomial]) -> Expr:
        return sum_term(self._grouped(terms), self.constants)

    def _grouped(self, terms: list[Monomial]) -> list[tuple[Fraction, Expr]]:
        """Greedy: what saves most is stated once, then again inside and outside."""
        check_time()
        shared = best_share(terms) if 1 < len(terms) <= _MOST_TERMS else None
        if shared is None:
            return [self._written(term) for term in terms]
        q, powers, places = shared
        inside = [
            term for place in places for term in self._opened(*without(terms[place], q, powers))
        ]
        outside = [term for place, term in enumerate(terms) if place not in places]
        inner = self._total(self._collected(inside))
        factor, rest = _turned_around(inner)
        if rest.keys() & powers.keys():
            rest = {inner: 1}
            factor = Fraction(1)
        whole = _product_of(Fraction(1), {**powers, **rest}, self.constants)
        return [(q * factor, whole), *self._grouped(outside)]

    # ------------------------------------------------------------------ products

    def _product(self, node: Expr) -> Expr:
        q, powers = monomial(node)
        if not any(map(_is_composite, powers)) and not _shares_exponent(powers):
            return node
        q, scaled = conjugates_joined(*self.scaled(*self._folded(q, powers)))
        scaled = self._exponents_joined(scaled)
        if self.cotangents:
            scaled = with_cotangents(scaled)
        if q < 0:
            q, scaled = self._turned(q, scaled)
        found = [_product_of(q, scaled, self.constants)]
        if len(scaled) == 1 and q != 1:
            ((base, power),) = scaled.items()
            if base.op == "add" and power == 1:
                found.insert(0, self._sum(found[0]))
        absorbed = self._absorber.absorbed(q, scaled)
        if absorbed is not None:
            found.append(absorbed)
        found += self._with_double_angle(q, scaled)
        return min(found, key=attrgetter("size"))

    def _with_double_angle(self, q: Fraction, powers: Powers) -> list[Expr]:
        """``2*sin(u)*cos(u)`` as ``sin(2*u)``."""
        pair = doubled(powers)
        if pair is None:
            return []
        angle, common = pair
        double = self._total(self._collected(self._terms(angle, Fraction(2))))
        result = dict(powers)
        for base, by in ((apply("sin", angle), -common), (apply("cos", angle), -common),
                         (apply("sin", double), common)):  # fmt: skip
            result[base] = result.get(base, 0) + by
        result = {base: power for base, power in result.items() if power}
        return [_product_of(q / 2**common, result, self.constants)]

    def _folded(self, q: Fraction, powers: Powers) -> Monomial:
        """Constant factors as part of a float coefficient."""
        fixed = {base: power for base, power in powers.items() if _is_foldable(base)}
        if not fixed or not self.constants.is_float(q):
            return q, powers
        value = self._value(_product_of(q, fixed, self.constants))
        if value is None:
            return q, powers
        return value, {base: power for base, power in powers.items() if base not in fixed}

    def scaled(self, q: Fraction, powers: Powers) -> Monomial:
        """Coefficients moved from inside the factors to the front."""
        scaled: Powers = {}
        for whole, power in powers.items():
            unit, base = self._normalized(whole)
            if size_of(unit) * abs(power) > LARGEST_BITS:
                base = whole
            elif unit is not _ONCE:
                q *= unit**power
            scaled[base] = scaled.get(base, 0) + power
        return q, {base: power for base, power in scaled.items() if power}

    def _normalized(self, base: Expr) -> tuple[Fraction, Expr]:
        """A factor as a coefficient times what is left: 2 and ``abs(x)`` of ``abs(2*x)``."""
        if base.op == "add":
            unit = self._unit(base)
            return (unit, base) if unit is _ONCE else (unit, self._divided(base, unit))
        degree = homogeneity(base)
        if not degree:
            if base.op == "log":
                return self._nested.log_power(base)
            return self._unshifted(base) if base.op == "exp" else (_ONCE, base)
        q, powers = self.scaled(*monomial(base.args[0]))
        is_fitted = q != 0 and powers and self.constants.is_float(q)
        found = self._root(abs(q), degree) if is_fitted else None
        if found is None:
            return _ONCE, base
        is_odd = base.op == "cbrt"
        inner = self._signed(q if not is_odd and base.op != "abs" else _ONCE, powers)
        sign = -1 if is_odd and q < 0 else 1
        return sign * found, rebuild(base, (inner, *base.args[1:]))

    def _unshifted(self, base: Expr) -> tuple[Fraction, Expr]:
        """``exp(u + c)`` as ``exp(c)`` times ``exp(u)``."""
        terms = self._collected(self._terms(base.args[0]))
        constant = sum((q for q, powers in terms if not powers), start=Fraction(0))
        unit = self.constants.folded("exp", constant) if constant and len(terms) > 1 else None
        if unit is None:
            return _ONCE, base
        return unit, apply("exp", self._total([term for term in terms if term[1]]))

    def _exponents_joined(self, powers: Powers) -> Powers:
        """``x**2*x**y`` as ``x**(y + 2)``."""
        result = dict(powers)
        for whole in sorted(powers, key=order_key):
            if whole.op != "pow" or whole.args[1].is_number:
                continue
            base, exponent = whole.args
            if result.get(base) and abs(result[whole]) == 1:
                step = result.pop(base) * result[whole]
                sign = result.pop(whole)
                joined = apply(
                    "pow", base, self._total(self._collected(self._with(exponent, step)))
                )
                result[joined] = result.get(joined, 0) + sign
        return {base: power for base, power in result.items() if power}

    def _with(self, expr: Expr, step: int) -> Iterator[Monomial]:
        yield from self._terms(expr)
        yield Fraction(step), {}

    def _signed(self, q: Fraction, powers: Powers) -> Expr:
        """The product with the sign of ``q``."""
        ((base, power),) = powers.items() if len(powers) == 1 else ((ONE, 0),)
        if q < 0 and base.op == "add" and power == 1:
            return self._divided(base, -_ONCE)
        return _product_of(Fraction(1 if q > 0 else -1), powers, self.constants)

    def _root(self, value: Fraction, degree: Fraction) -> Fraction | None:
        if degree == 1:
            return value
        return self.constants.root(value, degree)

    def _unit(self, total: Expr) -> Fraction:
        """The float that most terms of a sum have as their coefficient; 1 if none does."""
        found = [monomial(arg) for arg in total.args]
        # Quotients of integers hash faster than fractions.
        sizes = Counter(_size(q) for q, powers in found if has_coefficient_slot(powers))
        if not sizes or not any(self.constants.is_float(q) for q, _ in found):
            return _ONCE
        most = max(sizes.values())
        if sizes[1, 1] == most:
            return _ONCE
        unit = min(Fraction(*size) for size, count in sizes.items() if count == most)
        positive = sum(q > 0 for q, powers in found if abs(q) == unit)
        return unit if 2 * positive >= most else -unit

    def _divided(self, total: Expr, unit: Fraction) -> Expr:
        terms = [(q / unit, powers) for q, powers in map(monomial, total.args)]
        return self._total(terms)

    def _turned(self, q: Fraction, powers: Powers) -> Monomial:
        """A minus sign moved into a sum that has a minus already."""
        for base in sorted(powers, key=order_key):
            if base.op != "add" or not powers[base] % 2 or all(a.op != "neg" for a in base.args):
                continue
            other = self._total([(-c, rest) for c, rest in map(monomial, base.args)])
            if other.size <= base.size and other not in powers:
                rest = {key: power for key, power in powers.items() if key is not base}
                return -q, {**rest, other: powers[base]}
        return q, powers

    # ------------------------------------------------------------------ powers

    def _power(self, node: Expr) -> Expr:
        """``c**(q*u)`` as ``(c**q)**u`` for a literal c."""
        base, exponent = node.args
        if not base.is_number or exponent.is_number:
            return node
        value = literal_value(base)
        q, powers = monomial(exponent)
        if value <= 0 or value == 1 or q in (0, 1) or not powers:
            return node
        found = self._base(value, q)
        if found is None:
            return node
        rest = _product_of(Fraction(1), powers, self.constants)
        return apply("pow", self.constants.literal(found), rest)

    def _base(self, value: Fraction, q: Fraction) -> Fraction | None:
        if self.constants.is_float(value) or self.constants.is_float(q):
            if not FLATTEST < abs(q * Fraction(log(value))) < STEEPEST:
                return None
            return self.constants.remember(float(value) ** float(q))
        if q.denominator != 1 or not 1 < q < LARGEST_BITS or value.denominator != 1:
            return None
        whole = value ** int(q)
        return whole if whole <= _LARGEST_BASE else None


def _size(q: Fraction) -> tuple[int, int]:
    """Numerator and denominator of the absolute value."""
    return abs(q.numerator), q.denominator


def _turned_around(total: Expr) -> Monomial:
    """A factor as a monomial; a sum of negative terms with its sign in front."""
    if total.op == "add" and all(map(has_minus, total.args)):
        return -_ONCE, {apply("add", *(apply("neg", arg) for arg in total.args)): 1}
    return monomial(total)


def _product_of(q: Fraction, powers: Powers, constants: Constants) -> Expr:
    """The product; factors above and below with one exponent share it: ``(x/y)**2``."""
    levels: dict[int, tuple[list[Expr], list[Expr]]] = {}
    for base, power in powers.items():
        levels.setdefault(abs(power), ([], []))[power < 0].append(base)
    factors = []
    for level, (above, below) in levels.items():
        if level > 1 and above and below:
            once = [*((base, _ONCE) for base in above), *((base, -_ONCE) for base in below)]
            factors.append((product_term(_ONCE, once, None), Fraction(level)))
        else:
            factors += [(base, Fraction(level)) for base in above]
            factors += [(base, Fraction(-level)) for base in below]
    return product_term(q, factors, constants)


def _is_composite(base: Expr) -> bool:
    """Whether something may be taken out of ``base`` or joined with another factor."""
    if base.op in ("add", "exp", "sin", "cos", "abs", "cbrt", "pow"):
        return True
    if base.op == "log":
        return base.args[0].op in ("sqrt", "pow")
    return bool(homogeneity(base)) or _is_foldable(base)


def _shares_exponent(powers: Powers) -> bool:
    """Whether factors above and below have one exponent other than 1."""
    values = set(powers.values())
    return any(power > 1 and -power in values for power in values)


@lru_cache(maxsize=4096)
def _is_foldable(expr: Expr) -> bool:
    """Whether ``expr`` is a constant that may become a float: no variable, no pi, no e."""
    return all(not node.is_symbol and node.op not in ("pi", "e") for node in walk(expr))
