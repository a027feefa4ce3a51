"""Ways to write one rational function: expanded, factored, split and nested."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from functools import lru_cache

from sr_kernel.equality.constants import ONE, ZERO, Constants
from sr_kernel.equality.division import divided_forms
from sr_kernel.equality.order import order_key
from sr_kernel.equality.ring import Polynomial, Ring
from sr_kernel.equality.writing import Exponent, Factor, product_term, ratio, sum_term, times
from sr_kernel.errors import ExpressionError
from sr_kernel.expr import Expr, apply
from sr_kernel.numeric.deadline import check_time

_MAX_FACTORED_TERMS = 60
_MAX_FACTORED_DEGREE = 40
_MAX_FACTORED_BITS = 2000
_MAX_SPLIT_TERMS = 16
_MAX_WRITTEN_TERMS = 80

Term = tuple[Fraction, tuple[int, ...]]
"""A coefficient and the exponents of the generators."""


def smallest(exprs: Iterable[Expr]) -> Expr:
    """The smallest, ties by canonical order."""
    return min(exprs, key=lambda expr: (expr.size, order_key(expr)))


class Writer:
    """Writes polynomials and their quotients as terms, floats as floats."""

    def __init__(self, constants: Constants) -> None:
        self.constants = constants
        self.divided: set[Expr] = set()
        """The forms with a part divided out."""

    def forms(
        self, above: Polynomial, below: Polynomial, ring: Ring, size: int = 10**9
    ) -> list[Expr]:
        """Distinct ways to write ``above/below``, those left out that must be above ``size``."""
        if max(len(above), len(below)) > _MAX_WRITTEN_TERMS:
            return []
        makers: list[Callable[[Polynomial, Polynomial, Ring], Expr | None]] = [self.factored]
        # A leaf and an operator a term is the least that any sum over the terms can take.
        if 2 * len(above) - 1 + (0 if below.is_one() else 2 * len(below)) <= size:
            makers += [self.expanded, self.nested]
        if 2 * len(above) - 1 <= size:
            makers += [self.split, self.shifted]
        found: dict[Expr, None] = {}
        for make in makers:
            check_time()
            try:
                written = make(above, below, ring)
            except ExpressionError:  # deeper than a term may be: not a form worth having
                continue
            if written is not None:
                found[written] = None
        for form in divided_forms(self, above, below, ring):
            if form not in found:
                self.divided.add(form)
                found[form] = None
        return list(found)

    # ------------------------------------------------------------------ pieces

    def monomial(self, c: Fraction, exponents: Sequence[int], ring: Ring, sign: int = 1) -> Expr:
        """``c`` times a product of powers of generators."""
        if c == 1 and sign == 1:
            return self._plain_monomial(tuple(exponents), ring)
        factors, exponentials = self._factors(exponents, ring, sign)
        return product_term(c, factors, self.constants, exponentials)

    def _plain_monomial(self, exponents: tuple[int, ...], ring: Ring) -> Expr:
        found = ring.written.get(exponents)
        if found is None:
            factors, exponentials = self._factors(exponents, ring)
            found = product_term(Fraction(1), factors, self.constants, exponentials)
            ring.written[exponents] = found
        return found

    def _factors(
        self, exponents: Sequence[int], ring: Ring, sign: int = 1
    ) -> tuple[list[Factor], dict[Expr | None, list[Exponent]]]:
        factors: list[Factor] = []
        exponentials: dict[Expr | None, list[Exponent]] = {}
        for index, count in enumerate(exponents):
            if not count:
                continue
            generator = ring.generators.all[index]
            q = generator.unit * int(count) * sign
            if generator.base is not None and generator.atom is ONE:
                factors.append((generator.base, q))
            else:
                exponentials.setdefault(generator.base, []).append((q, generator.atom))
        return factors, exponentials

    def terms(self, p: Polynomial, ring: Ring) -> list[tuple[Fraction, Expr]]:
        """``p`` as rationals times monomials."""
        return [(c, self.monomial(Fraction(1), exponents, ring)) for c, exponents in term_list(p)]

    def polynomial(self, p: Polynomial, ring: Ring) -> Expr:
        """``p`` written out."""
        return sum_term(_logs_joined(self.terms(p, ring)), self.constants)

    def factor_list(
        self, p: Polynomial, ring: Ring
    ) -> tuple[Fraction, list[tuple[Polynomial, int]]]:
        """Content and irreducible factors; p itself where factoring could take too long."""
        if p.is_zero():
            return Fraction(0), []
        if len(p) == 1:
            return self._monomial_factors(p, ring)
        check_time()
        if (
            len(p) > _MAX_FACTORED_TERMS
            or p.total_degree() > _MAX_FACTORED_DEGREE
            or _bits(p) > _MAX_FACTORED_BITS
        ):
            return self._normalized(Fraction(1), [(p, 1)])
        content, factors = p.factor()
        return self._normalized(
            Fraction(int(content.p), int(content.q)), [(f, int(k)) for f, k in factors]
        )

    def _monomial_factors(
        self, p: Polynomial, ring: Ring
    ) -> tuple[Fraction, list[tuple[Polynomial, int]]]:
        ((c, exponents),) = term_list(p)
        return c, [(ring.gens[i], count) for i, count in enumerate(exponents) if count]

    def _normalized(
        self, content: Fraction, factors: list[tuple[Polynomial, int]]
    ) -> tuple[Fraction, list[tuple[Polynomial, int]]]:
        """Factors with one coefficient 1 if they hold fitted constants, else primitive ones.

        Integers that a common denominator of decimals brought about would pass for exact.
        """
        if not self.constants.floats:
            return _primitive(content, factors)
        scaled = []
        for f, k in factors:
            lead = _rational(f.leading_coefficient())
            content *= lead**k
            scaled.append((f / f.leading_coefficient(), k))
        return content, scaled

    def factors(
        self, above: Polynomial, below: Polynomial, ring: Ring
    ) -> tuple[Fraction, tuple[tuple[Expr, int], ...]]:
        """``above/below`` as a rational times powers of written irreducible factors."""
        c, numerator = self.factor_list(above, ring)
        d, denominator = self.factor_list(below, ring)
        powers = [*numerator, *((f, -k) for f, k in denominator)]
        return c / d, tuple((self._short(f, ring), k) for f, k in powers)

    def _short(self, p: Polynomial, ring: Ring) -> Expr:
        written = [self.polynomial(p, ring)]
        if 2 < len(p) <= _MAX_SPLIT_TERMS:
            written.append(self.nest(term_list(p), ring))
        return smallest(written)

    # ------------------------------------------------------------------ forms

    def expanded(self, above: Polynomial, below: Polynomial, ring: Ring) -> Expr:
        """Both polynomials multiplied out."""
        if below.is_one():
            return self.polynomial(above, ring)
        return self._over(above, below, ring, self.polynomial)

    def nested(self, above: Polynomial, below: Polynomial, ring: Ring) -> Expr:
        """Common factors of several terms pulled out, as in Horner's scheme."""
        return self._over(above, below, ring, lambda p, ring: self.nest(term_list(p), ring))

    def factored(self, above: Polynomial, below: Polynomial, ring: Ring) -> Expr:
        """Products of irreducible factors."""
        c, numerator = self.factor_list(above, ring)
        d, denominator = self.factor_list(below, ring)
        return self._product(c / d, [*numerator, *((f, -k) for f, k in denominator)], ring)

    def split(self, above: Polynomial, below: Polynomial, ring: Ring) -> Expr | None:
        """A sum of quotients, one for each term of the numerator."""
        if not 1 < len(above) <= _MAX_SPLIT_TERMS or below.is_one():
            return None
        d, denominator = self.factor_list(below, ring)
        if len(below) == 1:
            ((lead, shift),) = term_list(below)
            rest: list[tuple[Polynomial, int]] = []
        else:
            lead, shift, rest = d, (0,) * len(ring.gens), denominator
        terms: list[tuple[Fraction, Expr]] = []
        for c, exponents in term_list(above):
            reduced = [e - s for e, s in zip(exponents, shift, strict=True)]
            terms.append((c / lead, self._quotient(reduced, rest, ring)))
        return sum_term(_logs_joined(terms), self.constants)

    def _quotient(
        self, exponents: Sequence[int], rest: list[tuple[Polynomial, int]], ring: Ring
    ) -> Expr:
        factors, exponentials = self._factors(exponents, ring)
        factors += [(self._short(f, ring), Fraction(-k)) for f, k in rest]
        return product_term(Fraction(1), factors, self.constants, exponentials)

    def shifted(self, above: Polynomial, below: Polynomial, ring: Ring) -> Expr | None:
        """A factored polynomial plus a constant: ``x**2 + 2*x + 4 = (x + 1)**2 + 3`` and alike."""
        constant = {e: c for c, e in term_list(above)}.get((0,) * len(ring.gens))
        if constant is None or not below.is_one() or len(above) < 3:
            return None
        rest = above - ring.constant(constant)
        c, factors = self.factor_list(rest, ring)
        return sum_term(
            [(Fraction(1), self._product(c, factors, ring)), (constant, ONE)], self.constants
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

    def _over(
        self,
        above: Polynomial,
        below: Polynomial,
        ring: Ring,
        write: Callable[[Polynomial, Ring], Expr],
    ) -> Expr:
        if above.is_zero():
            return ZERO
        if below.is_one():
            return write(above, ring)
        if len(below) == 1:
            ((c, exponents),) = term_list(below)
            if len(above) == 1:
                return self._single(above, c, exponents, ring)
            factors, exponentials = self._factors(exponents, ring)
            bottom = product_term(c, factors, self.constants, exponentials)
            return ratio([write(above, ring)], [bottom])
        if len(above) == 1:
            ((c, exponents),) = term_list(above)
            return times(c, self._quotient(exponents, [(below, 1)], ring), self.constants)
        return ratio([write(above, ring)], [write(below, ring)])

    def _single(self, above: Polynomial, lead: Fraction, below: Sequence[int], ring: Ring) -> Expr:
        ((c, exponents),) = term_list(above)
        both = [a - b for a, b in zip(exponents, below, strict=True)]
        return self.monomial(c / lead, both, ring)

    def nest(self, terms: list[Term], ring: Ring) -> Expr:
        """Greedy nesting: what most terms share is pulled out of them, then again inside."""
        if len(terms) == 1:
            return self.monomial(terms[0][0], terms[0][1], ring)
        count = len(terms[0][1])
        shared = [sum(1 for _, exponents in terms if exponents[i]) for i in range(count)]
        most = max(range(count), key=lambda i: shared[i], default=0)
        if not terms or shared[most] < 2:
            return sum_term(_logs_joined(self._written(terms, ring)), self.constants)
        inside = [term for term in terms if term[1][most]]
        outside = [term for term in terms if not term[1][most]]
        common = [min(exponents[i] for _, exponents in inside) for i in range(count)]
        reduced = [
            (c, tuple(e - m for e, m in zip(exponents, common, strict=True)))
            for c, exponents in inside
        ]
        product = self._times_sum(common, self.nest(reduced, ring), ring)
        if not outside:
            return product
        others = self._summands(self.nest(outside, ring))
        return sum_term([*_signed_term(product), *others], self.constants)

    def _written(self, terms: list[Term], ring: Ring) -> list[tuple[Fraction, Expr]]:
        return [(c, self.monomial(Fraction(1), exponents, ring)) for c, exponents in terms]

    def _times_sum(self, common: Sequence[int], inner: Expr, ring: Ring) -> Expr:
        factors, exponentials = self._factors(common, ring)
        return product_term(
            Fraction(1), [*factors, (inner, Fraction(1))], self.constants, exponentials
        )

    def _summands(self, expr: Expr) -> list[tuple[Fraction, Expr]]:
        terms = expr.args if expr.op == "add" else (expr,)
        return [pair for term in terms for pair in _signed_term(term)]


def _signed_term(term: Expr) -> list[tuple[Fraction, Expr]]:
    """A term of a sum with its sign taken out."""
    if term.is_number and not isinstance(term.value, str):
        return (
            [(Fraction(1), term)]
            if term.value is None or term.value >= 0
            else [(Fraction(-1), apply("neg", term))]
        )
    if term.op == "neg":
        return [(Fraction(-1), term.args[0])]
    return [(Fraction(1), term)]


def _minus_is_free(expr: Expr) -> bool:
    """Whether -expr is no larger: a sum with a minus sign in it."""
    return expr.op == "add" and any(arg.op == "neg" for arg in expr.args)


def _primitive(
    content: Fraction, factors: list[tuple[Polynomial, int]]
) -> tuple[Fraction, list[tuple[Polynomial, int]]]:
    """Factors with coprime integer coefficients."""
    from math import gcd, lcm

    result = []
    for f, k in factors:
        coefficients = [_rational(c) for c in f.coeffs()]
        scale = Fraction(
            gcd(*(c.numerator for c in coefficients)), lcm(*(c.denominator for c in coefficients))
        )
        if coefficients[0] < 0:
            scale = -scale
        content *= scale**k
        result.append((f / _flint(scale), k))
    return content, result


def _flint(value: Fraction) -> object:
    from flint import fmpq

    return fmpq(value.numerator, value.denominator)


def _rational(value: object) -> Fraction:
    return _fraction(int(value.p), int(value.q))  # type: ignore[attr-defined]


@lru_cache(maxsize=4096)
def _fraction(above: int, below: int) -> Fraction:
    return Fraction(above, below)


def _bits(p: Polynomial) -> int:
    return max(max(int(c.p).bit_length(), int(c.q).bit_length()) for c in p.coeffs())


def term_list(p: Polynomial) -> list[Term]:
    """Coefficients with their exponents, leading term first."""
    return [
        (_rational(c), tuple(int(e) for e in exponents)) for exponents, c in p.to_dict().items()
    ]


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
    joined = apply("log", _exact(value if sign > 0 else 1 / value))
    alone = len(logs) == 1 and logs[0][0] not in (1, -1)
    return terms if alone and value.numerator > 10**6 else [*rest, (Fraction(sign), joined)]


def _exact(value: Fraction) -> Expr:
    from sr_kernel.expr import number

    return number(value)
