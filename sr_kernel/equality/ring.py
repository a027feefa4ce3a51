"""Rational functions over generators, evaluated with FLINT and reduced by the known relations."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from sr_kernel.equality.core_form import Constant, Core, Kernel, Power, Sum
from sr_kernel.equality.generators import Generators, TooLarge
from sr_kernel.equality.price import Prices
from sr_kernel.expr import Expr
from sr_kernel.numeric.deadline import check_time

MAX_TERMS = 400
_MAX_WORK = 20_000
_MAX_GCD_TERMS = 150
_MAX_GCD_DEGREE = 100
_MAX_EXPONENT = 10**6
MAX_BITS = 6000

Polynomial = Any
"""A flint ``fmpq_mpoly``; the library ships no types."""

Ratio = tuple[Polynomial, Polynomial]
Relation = tuple[int, int, Polynomial]
"""Generator ``index`` to the power ``degree`` is this polynomial."""


class Ring:
    """Arithmetic of quotients of polynomials in ``generators``."""

    def __init__(self, generators: Generators) -> None:
        from flint import Ordering, fmpq_mpoly_ctx

        count = max(1, len(generators.all))
        names = tuple(f"g{i}" for i in range(count))
        self.generators = generators
        self.context = fmpq_mpoly_ctx.get(names, Ordering.lex)
        self.gens = self.context.gens()
        self.one = self.context.constant(1)
        self.relations: list[Relation] = []
        self.prices = Prices(generators.all)
        self.written: dict[tuple[int, ...], Expr] = {}
        """Monomials that have been written out."""
        self._ratios: dict[int, tuple[Core, Ratio]] = {}
        """What was evaluated, by identity: comparing cores would take longer."""

    def constant(self, value: Fraction) -> Polynomial:
        from flint import fmpq

        return self.context.constant(fmpq(value.numerator, value.denominator))

    def evaluate(self, core: Core) -> Ratio:
        """``core`` as a reduced quotient; raises :class:`TooLarge`, ZeroDivisionError."""
        known = self._ratios.get(id(core))
        if known is None:
            known = self._ratios[id(core)] = core, self._evaluated(core)
        return known[1]

    def forget(self) -> None:
        """Drops what was evaluated before all relations were known."""
        self._ratios.clear()

    def _evaluated(self, core: Core) -> Ratio:
        if isinstance(core, Constant):
            return self.constant(core.value), self.one
        if isinstance(core, Kernel):
            return self._kernel(core)
        if isinstance(core, Power):
            return self.power(self.evaluate(core.base), core.exponent)
        check_time()
        parts = [self.evaluate(part) for part in core.parts]
        result = parts[0]
        combine: Callable[[Ratio, Ratio], Ratio] = self.add if isinstance(core, Sum) else self.mul
        for part in parts[1:]:
            result = combine(result, part)
        return result

    def _kernel(self, kernel: Kernel) -> Ratio:
        above, below = self.one, self.one
        for index, exponent in self.generators.powers(kernel):
            if abs(exponent) > _MAX_EXPONENT:
                raise TooLarge("exponent")
            if exponent > 0:
                above *= self.gens[index] ** exponent
            else:
                below *= self.gens[index] ** -exponent
        return self.reduced(above, below)

    def add(self, left: Ratio, right: Ratio) -> Ratio:
        (p, q), (a, b) = left, right
        if q == b:
            return self.reduced(p + a, q)
        common = self.gcd(q, b)
        q, b = self.exact(q, common), self.exact(b, common)
        below = self.times(self.times(q, b), common)
        return self.reduced(self.times(p, b) + self.times(a, q), below)

    def mul(self, left: Ratio, right: Ratio) -> Ratio:
        (p, q), (a, b) = left, right
        return self.reduced(self.times(p, a), self.times(q, b))

    def power(self, ratio: Ratio, exponent: int) -> Ratio:
        p, q = ratio if exponent >= 0 else ratio[::-1]
        if q.is_zero():
            raise ZeroDivisionError
        exponent = abs(exponent)
        for part in (p, q):
            if len(part) > 1 and exponent * (len(part) - 1) > MAX_TERMS:
                raise TooLarge("power")
            if exponent * coefficient_bits(part) > MAX_BITS:
                raise TooLarge("power of a number")
        above, below = self.one, self.one
        for _ in range(exponent if max(len(p), len(q)) > 1 else 0):
            above, below = self.times(above, p), self.times(below, q)
        if max(len(p), len(q)) <= 1:
            above, below = p**exponent, q**exponent
        return self.reduced(above, below)

    def times(self, p: Polynomial, q: Polynomial) -> Polynomial:
        if len(p) * len(q) > _MAX_WORK:
            raise TooLarge("product")
        result = p * q
        if len(result) > MAX_TERMS or coefficient_bits(result) > MAX_BITS:
            raise TooLarge("product")
        return result

    def reduced(self, p: Polynomial, q: Polynomial) -> Ratio:
        """``p/q`` in lowest terms, relations applied, the leading coefficient of q one."""
        p, q = self.related(p), self.related(q)
        if q.is_zero():
            raise ZeroDivisionError
        if p.is_zero():
            return p, self.one
        if not q.is_one():
            common = self.gcd(p, q)
            p, q = self.exact(p, common), self.exact(q, common)
            lead = q.leading_coefficient()
            if lead != 1:
                p, q = p / lead, q / lead
        return p, q

    def gcd(self, p: Polynomial, q: Polynomial) -> Polynomial:
        """A common divisor; the greatest where it is cheap enough to find."""
        check_time()
        if p.is_constant() or q.is_constant():
            return self.one
        if len(p) == 1 or len(q) == 1:
            return p.gcd(q)
        if max(len(p), len(q)) > _MAX_GCD_TERMS or max(p.total_degree(), q.total_degree()) > (
            _MAX_GCD_DEGREE
        ):
            return self.one
        return p.gcd(q)

    def exact(self, p: Polynomial, divisor: Polynomial) -> Polynomial:
        return p if divisor.is_one() else p // divisor

    def related(self, p: Polynomial) -> Polynomial:
        """``p`` with every power that a relation covers replaced, until none is left."""
        for _ in range(8 if self.relations else 0):
            check_time()
            before = p
            for index, degree, value in self.relations:
                if p.degrees()[index] >= degree:
                    p = self._replaced(p, index, degree, value)
            if p == before:
                break
        return p

    def _replaced(self, p: Polynomial, index: int, degree: int, value: Polynomial) -> Polynomial:
        by_power: dict[int, dict[tuple[int, ...], Any]] = {}
        for exponents, coefficient in p.to_dict().items():
            whole, rest = divmod(int(exponents[index]), degree)
            kept = (*exponents[:index], rest, *exponents[index + 1 :])
            by_power.setdefault(whole, {})[kept] = coefficient
        if max(by_power) * max(1, len(value) - 1) > MAX_TERMS:
            raise TooLarge("relation")
        total = self.context.constant(0)
        for whole, part in by_power.items():
            total += self.times(self.context.from_dict(part), value**whole)
        return total

    def rationalized(self, ratio: Ratio) -> Ratio:
        """``ratio`` with square roots (and sin or cosh) moved from below to above: canonical."""
        p, q = ratio
        for index, degree, _ in self.relations:
            if degree != 2 or q.degrees()[index] != 1:
                continue
            conjugate = q.compose(*self._with(index, -self.gens[index]))
            p, q = self.reduced(self.times(p, conjugate), self.times(q, conjugate))
        return p, q

    def _with(self, index: int, value: Polynomial) -> list[Polynomial]:
        return [value if i == index else gen for i, gen in enumerate(self.gens)]


def coefficient_bits(p: Polynomial) -> int:
    """Length of the longest coefficient; only leading ones are looked at in long polynomials."""
    if p.is_zero():
        return 0
    lead = p.leading_coefficient()
    return max(int(lead.p).bit_length(), int(lead.q).bit_length())
