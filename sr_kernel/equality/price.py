"""What a polynomial would take to write, told from its exponents before anything is built.

A price is a lower bound of the size of the written term, and nearly always that size: only the
joining of function values (``sin(x)/cos(x)`` as ``tan(x)``) makes a term smaller than its price,
so generators that take part in it are priced at nothing; and, rarely, that of a root with its own
radicand (``(z + 1)*sqrt(z + 1)``), which shows only once both are written.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from sr_kernel.equality.constants import ONE
from sr_kernel.numeric.deadline import check_time

if TYPE_CHECKING:
    from sr_kernel.equality.generators import Generator

JOINABLE = frozenset({"abs", "sign", "cbrt", "sin", "cos", "sinh", "cosh", "log"})
Term = tuple[Fraction, tuple[int, ...]]
"""A coefficient and the exponents of the generators."""


Shared = object
"""What several factors write once: an exponent, or the base of exponentials."""


def _of_power(generator: Generator, exponent: int) -> tuple[int, Shared, int]:
    """Size of a power by itself, what it can share with others and the size of that."""
    base, atom = generator.base, generator.atom
    q = abs(generator.unit * exponent)
    if base is not None and base.op in JOINABLE:
        return 0, None, 0
    if atom is not ONE:
        return atom.size, base, 1 if base is None else 1 + base.size
    if base is None or base.op == "exp":
        return 0, None, 0
    if q == Fraction(1, 2):
        return 1 + base.size, None, 0
    return (base.size, None, 0) if q == 1 else (base.size, exponent, 2)


class Prices:
    """Prices over one list of generators."""

    def __init__(self, generators: Sequence[Generator]) -> None:
        self.generators = generators
        self._monomials: dict[tuple[int, ...], int] = {}
        self._powers: dict[tuple[int, int], tuple[int, Shared, int]] = {}

    def monomial(self, exponents: tuple[int, ...]) -> int:
        """Of a product of powers; 0 for none."""
        found = self._monomials.get(exponents)
        if found is None:
            found = self._monomials[exponents] = self._monomial(exponents)
        return found

    def _monomial(self, exponents: tuple[int, ...]) -> int:
        total = -1
        shared: dict[Shared, int] = {}
        for index, exponent in enumerate(exponents):
            if exponent:
                size, part, more = self._power(index, exponent)
                total += size + 1 if size else 0
                if more:
                    shared[part] = more
        return max(total, 0) + sum(shared.values())

    def _power(self, index: int, exponent: int) -> tuple[int, Shared, int]:
        found = self._powers.get((index, exponent))
        if found is None:
            found = self._powers[index, exponent] = _of_power(self.generators[index], exponent)
        return found

    def term(self, term: Term) -> int:
        """Of a coefficient times a product of powers."""
        c, exponents = term
        size = self.monomial(exponents)
        if size and (c.denominator != 1 or abs(c.numerator) != 1):
            return size + 2
        return size or 1

    def polynomial(self, terms: Sequence[Term]) -> int:
        """Of the sum of ``terms`` as they stand."""
        return sum(map(self.term, terms)) + len(terms) - 1

    def over(
        self, above: Sequence[Term], below: Sequence[Term], price: Callable[[Sequence[Term]], int]
    ) -> int:
        """Of a quotient whose parts are priced by ``price``."""
        if len(below) > 1:
            return price(above) + 1 + price(below)
        ((lead, shift),) = below
        if lead == 1 and not any(shift):
            return price(above)
        if len(above) > 1:
            return price(above) + 1 + self.term(below[0])
        ((c, exponents),) = above
        return self.term((c / lead, tuple([e - s for e, s in zip(exponents, shift, strict=True)])))

    def least(self, terms: Sequence[Term]) -> int:
        """Of anything that holds all generators of ``terms``."""
        used = tuple(int(any(column)) for column in zip(*(e for _, e in terms), strict=True))
        return self.monomial(used)

    def nest(self, terms: Sequence[Term]) -> int:
        """Of the sum with shared factors pulled out as :meth:`Writer.nest` does it."""
        if len(terms) == 1:
            return self.term(terms[0])
        check_time()
        split = pulled_out(terms)
        if split is None:
            return self.polynomial(terms)
        common, reduced, outside = split
        inner = self.nest(reduced) + 1 + self.monomial(common)
        return inner + 1 + self.nest(outside) if outside else inner


def pulled_out(
    terms: Sequence[Term],
) -> tuple[tuple[int, ...], list[Term], list[Term]] | None:
    """The factor that most terms share, those terms without it, and the other terms.

    Positive and negative powers of one generator are not shared with each other.
    """
    best, most, sign = 1, -1, 1
    for place, column in enumerate(zip(*(exponents for _, exponents in terms), strict=True)):
        used = len(column) - column.count(0)
        if used <= best:
            continue
        above = used if min(column) >= 0 else sum(e > 0 for e in column)
        for side, count in ((1, above), (-1, used - above)):
            if count > best:
                best, most, sign = count, place, side
    if most < 0:
        return None
    inside = [term for term in terms if term[1][most] * sign > 0]
    outside = [term for term in terms if term[1][most] * sign <= 0]
    columns = zip(*(exponents for _, exponents in inside), strict=True)
    common = tuple(map(_shared_power, columns))
    reduced = [
        (c, tuple([e - m for e, m in zip(exponents, common, strict=True)]))
        for c, exponents in inside
    ]
    return common, reduced, outside


def _shared_power(column: tuple[int, ...]) -> int:
    """The power that all of a column hold."""
    low, high = min(column), max(column)
    return low if low > 0 else min(high, 0)
