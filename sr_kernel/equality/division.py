"""Quotients of polynomials with a part divided out.

``(2*x + 3)/(x + 1) = 2 + 1/(x + 1)`` and ``(x**2 + 9*x + 2)/(x*(x + 4)) = (x + 9 + 2/x)/(x + 4)``:
shorter than one fraction where few terms are left over.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING

from sr_kernel.equality.factoring import rational, term_list
from sr_kernel.equality.ring import Polynomial, Ring
from sr_kernel.equality.writing import ratio, sum_term
from sr_kernel.expr import Expr

if TYPE_CHECKING:
    from sr_kernel.equality.forms import Writer

_MOST_ABOVE = 10
_MOST_BELOW = 4

Exponents = tuple[int, ...]
Sparse = dict[Exponents, Fraction]


def divided_forms(writer: Writer, above: Polynomial, below: Polynomial, ring: Ring) -> list[Expr]:
    """Ways to write ``above/below`` with something divided out."""
    if not (1 < len(above) <= _MOST_ABOVE and 1 < len(below) <= _MOST_BELOW):
        return []
    top = {exponents: c for c, exponents in term_list(above)}
    bottom = {exponents: c for c, exponents in term_list(below)}
    found = [_with_remainder(writer, parts, bottom, ring) for parts in _divisions(top, bottom)]
    common = tuple(map(min, zip(*bottom, strict=True)))
    if any(common):
        rest = {_minus(exponents, common): c for exponents, c in bottom.items()}
        shifted = {_minus(exponents, common): c for exponents, c in top.items()}
        if any(min(exponents) >= 0 for exponents in shifted):
            found.append(ratio([_total(writer, shifted, ring)], [_total(writer, rest, ring)]))
    return found


def _divisions(top: Sparse, bottom: Sparse) -> Iterator[tuple[Sparse, Sparse]]:
    """Quotient and remainder for each term of the divisor taken as its leading one."""
    for lead in bottom:
        quotient: Sparse = {}
        rest = dict(top)
        for _ in range(len(top)):
            places = [exponents for exponents in rest if _divides(lead, exponents)]
            if not places:
                break
            for place in places:
                _reduce(quotient, rest, place, lead, bottom)
        else:
            continue
        if quotient and rest and len(quotient) + len(rest) <= len(top):
            yield quotient, rest


def _reduce(
    quotient: Sparse, rest: Sparse, place: Exponents, lead: Exponents, bottom: Sparse
) -> None:
    """Takes the term of ``rest`` at ``place`` away by a multiple of ``bottom``."""
    if place not in rest:
        return
    factor, step = rest[place] / bottom[lead], _minus(place, lead)
    quotient[step] = quotient.get(step, Fraction(0)) + factor
    for exponents, c in bottom.items():
        at = tuple(a + b for a, b in zip(exponents, step, strict=True))
        rest[at] = rest.get(at, Fraction(0)) - factor * c
        if rest[at] == 0:
            del rest[at]


def _with_remainder(
    writer: Writer, parts: tuple[Sparse, Sparse], bottom: Sparse, ring: Ring
) -> Expr:
    quotient, rest = parts
    below = _total(writer, bottom, ring)
    terms = [(c, writer.monomial(Fraction(1), e, ring)) for e, c in quotient.items()]
    if len(rest) == 1:
        ((exponents, c),) = rest.items()
        above = writer.monomial(Fraction(1), exponents, ring)
        return sum_term([*terms, (c, ratio([above], [below]))], writer.constants)
    last = ratio([_total(writer, rest, ring)], [below])
    return sum_term([*terms, (Fraction(1), last)], writer.constants)


def _total(writer: Writer, terms: Mapping[Exponents, Fraction], ring: Ring) -> Expr:
    written = [(c, writer.monomial(Fraction(1), e, ring)) for e, c in terms.items()]
    return sum_term(written, writer.constants)


def _divides(lead: Exponents, exponents: Exponents) -> bool:
    return all(a <= b for a, b in zip(lead, exponents, strict=True))


def _minus(exponents: Exponents, shift: Exponents) -> Exponents:
    return tuple(a - b for a, b in zip(exponents, shift, strict=True))


def slope_in(above: Polynomial, below: Polynomial, place: int) -> Fraction:
    """The rational q of ``above/below = q*g + rest`` for the generator g at ``place``, where the
    rest is a quotient without it; else 0."""
    if below.degrees()[place] or above.degrees()[place] != 1:
        return Fraction(0)
    slope = above.derivative(place)
    q = slope.leading_coefficient() / below.leading_coefficient()
    return rational(q) if slope == q * below else Fraction(0)


def constant_in(above: Polynomial, below: Polynomial) -> Fraction:
    """The constant of ``above/below`` divided out as far as its leading term tells."""
    lead = below.monomial(0)
    return rational(above[lead] / below.leading_coefficient())
