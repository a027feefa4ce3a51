"""Ways to write one rational function: expanded, factored, split and nested."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from operator import itemgetter

from sr_kernel.equality.constants import ONE, ZERO, Constants
from sr_kernel.equality.division import divided_forms
from sr_kernel.equality.factoring import Factors, factor_list, term_list
from sr_kernel.equality.order import order_key
from sr_kernel.equality.price import Term, pulled_out
from sr_kernel.equality.ring import Polynomial, Ring
from sr_kernel.equality.writing import Exponent, Factor, product_term, ratio, sum_term, times
from sr_kernel.errors import ExpressionError
from sr_kernel.expr import Expr, apply, number
from sr_kernel.numeric.deadline import check_time

_MAX_SPLIT_TERMS = 16
_MAX_WRITTEN_TERMS = 80

Offer = tuple[int, Callable[[], Expr]]
"""A price and how to get what it is for."""


def smallest(exprs: Iterable[Expr]) -> Expr:
    """The smallest, ties by canonical order."""
    return min(exprs, key=lambda expr: (expr.size, order_key(expr)))


@dataclass(frozen=True)
class _Quotient:
    """``above/below`` with what several forms ask of it."""

    above: Polynomial
    below: Polynomial
    ring: Ring
    constants: Constants

    @cached_property
    def top(self) -> list[Term]:
        return term_list(self.above)

    @cached_property
    def bottom(self) -> list[Term]:
        return term_list(self.below)

    @cached_property
    def numerator(self) -> Factors:
        return factor_list(self.above, self.ring, self.constants)

    @cached_property
    def denominator(self) -> Factors:
        return factor_list(self.below, self.ring, self.constants)

    @property
    def is_whole(self) -> bool:
        return bool(self.below.is_one())

    def product(self) -> Factors:
        """Content and factors, those of the denominator with negative powers."""
        (c, numerator), (d, denominator) = self.numerator, self.denominator
        return c / d, [*numerator, *((f, -k) for f, k in denominator)]

    def laurent(self) -> list[Term]:
        """The terms over a denominator that is one term."""
        ((lead, shift),) = self.bottom
        return [
            (c / lead, tuple([e - s for e, s in zip(exponents, shift, strict=True)]))
            for c, exponents in self.top
        ]


class Writer:
    """Writes polynomials and their quotients as terms, floats as floats."""

    def __init__(self, constants: Constants) -> None:
        self.constants = constants
        self.divided: set[Expr] = set()
        """The forms with a part divided out."""

    def forms(
        self, above: Polynomial, below: Polynomial, ring: Ring, size: int = 10**9
    ) -> list[Expr]:
        """Ways to write ``above/below`` of at most ``size``, each smaller than the one before.

        The one of the lowest price is built first, and none that cannot be smaller than those.
        """
        if max(len(above), len(below)) > _MAX_WRITTEN_TERMS:
            return []
        found: list[Expr] = []
        offers = self._offers(_Quotient(above, below, ring, self.constants), size)
        for price, make in sorted(offers, key=itemgetter(0)):
            check_time()
            if price > size:
                break
            with suppress(ExpressionError):  # deeper than a term may be: not worth having
                written = make()
                if written.size <= size:
                    found.append(written)
                    size = written.size - 1
        return found

    def _offers(self, ratio: _Quotient, size: int) -> Iterator[Offer]:
        """Forms that may be of at most ``size``."""
        prices = ratio.ring.prices
        if ratio.above.is_zero():
            yield 1, lambda: ZERO
            return
        least = size
        for price, write in ((prices.polynomial, self._sum), (prices.nest, self.nest)):
            whole = prices.over(ratio.top, ratio.bottom, price)
            least = min(least, whole)
            yield whole, lambda write=write: self._over(ratio, write)  # type: ignore[misc]
        bound = prices.least([*ratio.top, *ratio.bottom])
        if bound < least:
            yield self._price(ratio), lambda: self._product(*ratio.product(), ratio.ring)
        if bound < least and not ratio.is_whole:
            for form in divided_forms(self, ratio.above, ratio.below, ratio.ring):
                self.divided.add(form)
                yield form.size, lambda form=form: form  # type: ignore[misc]
        yield from self._sums(ratio, least)

    def _sums(self, ratio: _Quotient, size: int) -> Iterator[Offer]:
        """Forms that are sums although the whole has a denominator or factors."""
        prices = ratio.ring.prices
        if ratio.is_whole:
            if len(ratio.top) > 2 and prices.least(ratio.top) < size:
                yield from self._shifted(ratio)
        elif 1 < len(ratio.top) <= _MAX_SPLIT_TERMS and len(ratio.bottom) == 1:
            terms = ratio.laurent()
            yield prices.polynomial(terms), lambda: self._sum(terms, ratio.ring)
            yield prices.nest(terms), lambda: self.nest(terms, ratio.ring)
        elif 1 < len(ratio.top) <= _MAX_SPLIT_TERMS:
            once = prices.polynomial(ratio.top) + len(ratio.top) - 1
            if once < size:
                yield once, lambda: self._split(ratio)

    def _price(self, ratio: _Quotient) -> int:
        """The price of the product of irreducible factors."""
        c, factors = ratio.product()
        prices, total, parts = ratio.ring.prices, 0, 0 if abs(c) == 1 else 1
        shared = [0] * len(ratio.ring.gens)
        for f, k in factors:
            if len(f) == 1:
                shared = [s + e * k for s, e in zip(shared, term_list(f)[0][1], strict=True)]
                continue
            terms = term_list(f)
            total += min(prices.polynomial(terms), prices.nest(terms)) + (0 if k in (1, -1) else 2)
            parts += 1
        monomial = prices.monomial(tuple(shared))
        return total + monomial + max(0, parts + (1 if monomial else 0) - 1) + (abs(c) != 1)

    # ------------------------------------------------------------------ pieces

    def monomial(self, c: Fraction, exponents: Sequence[int], ring: Ring) -> Expr:
        """``c`` times a product of powers of generators."""
        if c == 1:
            return self._plain_monomial(tuple(exponents), ring)
        factors, exponentials = self._factors(exponents, ring)
        return product_term(c, factors, self.constants, exponentials)

    def _plain_monomial(self, exponents: tuple[int, ...], ring: Ring) -> Expr:
        found = ring.written.get(exponents)
        if found is None:
            factors, exponentials = self._factors(exponents, ring)
            found = product_term(Fraction(1), factors, self.constants, exponentials)
            found = found if any(exponents) else ONE
            ring.written[exponents] = found
        return found

    def _factors(
        self, exponents: Sequence[int], ring: Ring
    ) -> tuple[list[Factor], dict[Expr | None, list[Exponent]]]:
        factors: list[Factor] = []
        exponentials: dict[Expr | None, list[Exponent]] = {}
        for index, count in enumerate(exponents):
            if not count:
                continue
            generator = ring.generators.all[index]
            q = generator.unit * count
            if generator.base is not None and generator.atom is ONE:
                factors.append((generator.base, q))
            else:
                exponentials.setdefault(generator.base, []).append((q, generator.atom))
        return factors, exponentials

    def terms(self, p: Polynomial, ring: Ring) -> list[tuple[Fraction, Expr]]:
        """``p`` as rationals times monomials."""
        return [(c, self._plain_monomial(exponents, ring)) for c, exponents in term_list(p)]

    def polynomial(self, p: Polynomial, ring: Ring) -> Expr:
        """``p`` written out."""
        return self._sum(term_list(p), ring)

    def _sum(self, terms: Sequence[Term], ring: Ring) -> Expr:
        """The sum of ``terms`` as they stand."""
        written = [(c, self._plain_monomial(exponents, ring)) for c, exponents in terms]
        return sum_term(_logs_joined(written), self.constants)

    def factors(
        self, above: Polynomial, below: Polynomial, ring: Ring
    ) -> tuple[Fraction, tuple[tuple[Expr, int], ...]]:
        """``above/below`` as a rational times powers of written irreducible factors."""
        c, powers = _Quotient(above, below, ring, self.constants).product()
        return c, tuple((self._short(f, ring), k) for f, k in powers)

    def _short(self, p: Polynomial, ring: Ring) -> Expr:
        """``p`` expanded or nested, whichever is smaller."""
        terms = term_list(p)
        if len(terms) > 2 and ring.prices.nest(terms) < ring.prices.polynomial(terms):
            return self.nest(terms, ring)
        return self._sum(terms, ring)

    # ------------------------------------------------------------------ forms

    def _split(self, ratio: _Quotient) -> Expr:
        """A sum of quotients, one for each term of the numerator."""
        lead, rest = ratio.denominator
        terms = [
            (c / lead, self._quotient(exponents, rest, ratio.ring)) for c, exponents in ratio.top
        ]
        return sum_term(_logs_joined(terms), self.constants)

    def _quotient(
        self, exponents: Sequence[int], rest: list[tuple[Polynomial, int]], ring: Ring
    ) -> Expr:
        factors, exponentials = self._factors(exponents, ring)
        factors += [(self._short(f, ring), Fraction(-k)) for f, k in rest]
        return product_term(Fraction(1), factors, self.constants, exponentials)

    def _shifted(self, ratio: _Quotient) -> Iterator[Offer]:
        """A factored polynomial plus a constant: ``x**2 + 2*x + 4 = (x + 1)**2 + 3`` and alike."""
        ring = ratio.ring
        constant = next((c for c, exponents in ratio.top if not any(exponents)), None)
        if constant is None:
            return
        whole = ratio.above - ring.constant(constant)
        rest = _Quotient(whole, ring.one, ring, self.constants)
        yield (
            self._price(rest) + 2,
            lambda: sum_term(
                [(Fraction(1), self._product(*rest.product(), ring)), (constant, ONE)],
                self.constants,
            ),
        )

    def _product(self, c: Fraction, factors: list[tuple[Polynomial, int]], ring: Ring) -> Expr:
        written: list[Factor] = []
        exponentials: dict[Expr | None, list[Exponent]] = {}
        for f, k in factors:
            if len(f) == 1:
                more, powers = self._factors([e * k for e in term_list(f)[0][1]], ring)
                written += more
                for base, terms in powers.items():
                    exponentials.setdefault(base, []).extend(terms)
                continue
            short = self._short(f, ring)
            if k % 2 and k == 1 and c < 0 and _minus_is_free(short):
                c, short = -c, self._short(-f, ring)
            written.append((short, Fraction(k)))
        return product_term(c, written, self.constants, exponentials)

    def _over(self, quotient: _Quotient, write: Callable[[list[Term], Ring], Expr]) -> Expr:
        """Numerator over denominator, each written by ``write``."""
        ring, top, bottom = quotient.ring, quotient.top, quotient.bottom
        if quotient.is_whole:
            return write(top, ring)
        if len(bottom) == 1:
            if len(top) == 1:
                ((c, exponents),) = quotient.laurent()
                return self.monomial(c, exponents, ring)
            ((c, exponents),) = bottom
            return ratio([write(top, ring)], [self.monomial(c, exponents, ring)])
        if len(top) == 1:
            ((c, exponents),) = top
            below = [(quotient.below, 1)]
            return times(c, self._quotient(exponents, below, ring), self.constants)
        return ratio([write(top, ring)], [write(bottom, ring)])

    def nest(self, terms: Sequence[Term], ring: Ring) -> Expr:
        """Greedy nesting: what most terms share is pulled out of them, then again inside."""
        if len(terms) == 1:
            return self.monomial(*terms[0], ring)
        split = pulled_out(terms)
        if split is None:
            return self._sum(terms, ring)
        common, reduced, outside = split
        factors, exponentials = self._factors(common, ring)
        factors.append((self.nest(reduced, ring), Fraction(1)))
        product = product_term(Fraction(1), factors, self.constants, exponentials)
        if not outside:
            return product
        others = _summands(self.nest(outside, ring))
        return sum_term([*_signed_term(product), *others], self.constants)


def _summands(expr: Expr) -> list[tuple[Fraction, Expr]]:
    terms = expr.args if expr.op == "add" else (expr,)
    return [pair for term in terms for pair in _signed_term(term)]


def _signed_term(term: Expr) -> list[tuple[Fraction, Expr]]:
    """A term of a sum with its sign taken out."""
    if isinstance(term.value, Fraction | float) and term.value < 0:
        return [(Fraction(-1), apply("neg", term))]
    if term.op == "neg":
        return [(Fraction(-1), term.args[0])]
    return [(Fraction(1), term)]


def _minus_is_free(expr: Expr) -> bool:
    """Whether -expr is no larger: a sum with a minus sign in it."""
    return expr.op == "add" and any(arg.op == "neg" for arg in expr.args)


def _logs_joined(terms: list[tuple[Fraction, Expr]]) -> list[tuple[Fraction, Expr]]:
    """Logarithms of integers with whole coefficients as one: 2*log(2) + log(3) -> log(12)."""
    logs = [
        (q, term) for q, term in terms
        if term.op == "log" and term.args[0].is_number and q.denominator == 1 and abs(q) < 64
    ]  # fmt: skip
    if not logs:
        return terms
    value = Fraction(1)
    for q, term in logs:
        content = term.args[0].value
        if not isinstance(content, Fraction) or content <= 0:
            return terms
        value *= content ** int(q)
    rest = [pair for pair in terms if pair not in logs]
    sign = 1 if value > 1 else -1
    joined = apply("log", number(value if sign > 0 else 1 / value))
    alone = len(logs) == 1 and logs[0][0] not in (1, -1)
    return terms if alone and value.numerator > 10**6 else [*rest, (Fraction(sign), joined)]
