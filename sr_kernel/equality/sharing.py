"""What several terms of a sum share, and how many nodes stating it once would save."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from sr_kernel.equality.monomials import Monomial, Powers
from sr_kernel.equality.order import order_key
from sr_kernel.equality.writing import power_term
from sr_kernel.expr import Expr

Share = tuple[Fraction, Powers, tuple[int, ...]]
"""A coefficient or a power and the places of the terms that have it."""


def best_share(terms: Sequence[Monomial]) -> Share | None:
    """What saves most when it is stated once for all terms that have it."""
    best: tuple[int, tuple[object, ...]] | None = None
    found: Share | None = None
    for gain, rank, share in _shares(terms):
        if gain > 0 and (best is None or gain > best[0] or (gain == best[0] and rank < best[1])):
            best, found = (gain, rank), share
    return found


def _shares(terms: Sequence[Monomial]) -> Iterator[tuple[int, tuple[object, ...], Share]]:
    """Savings in nodes, a rank to break ties, and what is shared."""
    users: dict[tuple[Expr, bool], list[int]] = {}
    equal: dict[tuple[int, int], list[int]] = {}
    for place, (q, powers) in enumerate(terms):
        for base, power in powers.items():
            users.setdefault((base, power > 0), []).append(place)
        size = abs(q.numerator), q.denominator
        if size != (1, 1) and has_coefficient_slot(powers):
            equal.setdefault(size, []).append(place)
    for (base, positive), places in users.items():
        if len(places) > 1:
            least = min(abs(terms[place][1][base]) for place in places)
            part = power_term(base, Fraction(least), None).size
            saved = sum(_saved(terms[place], base, least, part) for place in places)
            power = least if positive else -least
            rank = (0, -len(places), not positive, order_key(base))
            yield saved - part - 1, rank, (Fraction(1), {base: power}, tuple(places))
    for size, places in equal.items():
        if len(places) > 1:
            q = Fraction(*size)
            yield 2 * (len(places) - 1), (1, q), (q, {}, tuple(places))


def _saved(term: Monomial, base: Expr, least: int, part: int) -> int:
    """Nodes that a term loses with ``base**least``."""
    q, powers = term
    left = abs(powers[base]) - least
    if left:
        whole = power_term(base, Fraction(left + least), None).size
        return whole - power_term(base, Fraction(left), None).size
    is_last = len(powers) == 1 and abs(q) == 1
    if is_last and (powers[base] > 0 or least > 1):
        return part - 1
    return part + 1


def has_coefficient_slot(powers: Powers) -> bool:
    """Whether a coefficient costs two nodes: over a plain divisor it only replaces the 1."""
    if any(power > 0 for power in powers.values()):
        return True
    return len(powers) == 1 and min(powers.values()) < -1


def without(term: Monomial, q: Fraction, powers: Powers) -> Monomial:
    """``term/(q*powers)``."""
    rest = dict(term[1])
    for base, power in powers.items():
        rest[base] -= power
        if rest[base] == 0:
            del rest[base]
    return term[0] / q, rest
