"""Whether one term's parts are among those of another, see :mod:`sr_kernel.search.parts`.

A product is inside a product that has its factors, or all of them to one common power; a sum is
inside a sum that has its terms, or all of them times one common factor.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import permutations
from typing import Any

from sr_kernel.expr import OPERATORS
from sr_kernel.search.parts import (
    ANY,
    ONE,
    Base,
    Monomial,
    Number,
    Parts,
    places,
    product,
    quotient,
)

_CLOSE = 1e-8
_MOST_STEPS = 5_000
"""Steps after which a match is given up as undecided: many alike terms have factorially many."""


class UndecidedError(ArithmeticError):
    """Whether one is inside the other would take too long to tell."""


def included(part: Parts, whole: Parts) -> bool:
    """Whether ``part`` is somewhere in ``whole``.  Raises :class:`UndecidedError`."""
    return _Inclusion(part).anywhere(whole)


class _Inclusion:
    def __init__(self, part: Parts) -> None:
        self.part = part
        self.exact = not _has_any(tuple(part))
        """Whether its monomials, apart from their coefficients, hold no ANY."""
        self.left = _MOST_STEPS

    def anywhere(self, whole: Parts) -> bool:
        if len(self.part) == 1:
            [wanted] = self.part
            return any(self._factors(wanted, found) for place in places(whole) for found in place)
        return any(self._terms(place) for place in places(whole))

    def _count(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise UndecidedError

    # -------------------------------------------------------------- products

    def _factors(self, wanted: Monomial, found: Monomial) -> bool:
        """Whether the powers in ``wanted`` are among those in ``found``."""
        if len(wanted) > len(found):
            return False
        if len(wanted) == 1:
            [(base, power)] = wanted
            return any(
                _same_power(base, power, there) and self._same(base, other)
                for other, there in found
            )
        ordered = sorted(wanted, key=lambda item: item[1] is ANY)
        positive = all(power is ANY or power > 0 for _, power in wanted)
        return self._together(ordered, list(found), None, positive)

    def _together(
        self, wanted: list[tuple[Base, Number]], found: list[tuple[Base, Number]],
        common: float | None, positive: bool,
    ) -> bool:  # fmt: skip
        """Whether all are there, to one ``common`` power."""
        if not wanted:
            return True
        (base, power), *others = wanted
        for place, (other, there) in enumerate(found):
            self._count()
            ratio = common if power is ANY else there / power
            if ratio is not None and (
                (ratio < 0 and not positive) or (common is not None and not _close(ratio, common))
            ):
                continue
            if self._same(base, other):
                rest = found[:place] + found[place + 1 :]
                if self._together(others, rest, ratio, positive):
                    return True
        return False

    # ------------------------------------------------------------------ sums

    def _terms(self, whole: Parts) -> bool:
        """Whether all terms are in ``whole``, times one common factor."""
        if len(self.part) > len(whole):
            return False
        if not self.exact:
            return self._assigned(list(self.part.items()), list(whole.items()), None, _anything)
        first = next(iter(self.part))
        for monomial in whole:
            self._count()
            if self._scaled_by(quotient(monomial, first), whole):
                return True
        return False

    def _scaled_by(self, factor: Monomial, whole: Parts) -> bool:
        common: float | None = None
        for monomial, scale in self.part.items():
            there = whole.get(product(monomial, factor) if factor != ONE else monomial)
            if there is None:
                return False
            if scale is not ANY:
                ratio = there / scale
                if common is not None and not _close(ratio, common):
                    return False
                common = ratio
        return True

    def _assigned(
        self, wanted: list[tuple[Monomial, Number]], found: list[tuple[Monomial, Number]],
        common: float | None, allowed: Callable[[float], bool],
    ) -> bool:  # fmt: skip
        """Whether each of ``wanted`` is one of ``found`` up to a ``common`` factor."""
        if not wanted:
            return True
        (monomial, scale), *others = wanted
        for place, (other, there) in enumerate(found):
            self._count()
            ratio = common if scale is ANY else there / scale
            if (
                scale is not ANY
                and ratio is not None
                and (not allowed(ratio) or (common is not None and not _close(ratio, common)))
            ):
                continue
            if self._alike(monomial, other):
                rest = found[:place] + found[place + 1 :]
                if self._assigned(others, rest, ratio, allowed):
                    return True
        return False

    # ------------------------------------------------------------ the same

    def _alike(self, wanted: Monomial, found: Monomial) -> bool:
        """Whether two products are the same, ANY apart."""
        if wanted == found:
            return True
        if self.exact or len(wanted) != len(found):
            return False
        return self._paired(list(wanted), list(found))

    def _paired(self, wanted: list[tuple[Base, Number]], found: list[tuple[Base, Number]]) -> bool:
        if not wanted:
            return True
        (base, power), *others = wanted
        for place, (other, there) in enumerate(found):
            self._count()
            fits = power is ANY or _close(power, there)
            rest = found[:place] + found[place + 1 :]
            if fits and self._same(base, other) and self._paired(others, rest):
                return True
        return False

    def _same(self, wanted: Base, found: Base) -> bool:
        """Whether two bases are the same, ANY apart."""
        if wanted == found:
            return True
        if self.exact or isinstance(wanted, str) or isinstance(found, str):
            return False
        op = wanted[0]
        if op != found[0] or len(wanted) != len(found):
            return False
        if op == "exp":
            return self._alike(wanted[1], found[1])
        orders = permutations(found[1:]) if op in ("min", "max") else [found[1:]]
        return any(self._arguments(op, wanted[1:], order) for order in orders)

    def _arguments(self, op: str, wanted: tuple[Any, ...], found: tuple[Any, ...]) -> bool:
        if op in ("sum", "log"):
            allowed = _anything
        elif OPERATORS[op].parity:
            allowed = _sign
        else:
            allowed = _one
        return all(
            len(a) == len(b) and self._assigned(list(a), list(b), None, allowed)
            for a, b in zip(wanted, found, strict=True)
        )


def _same_power(base: Base, wanted: Number, found: Number) -> bool:
    """Whether a power is inside another of the same base: x is in x**3, but x**2 is not."""
    if wanted is ANY:
        return (isinstance(base, tuple) and base[0] == "exp") or found != 1
    if wanted == 1:
        return True
    if wanted == -1:
        return found < 0
    return _close(wanted, found) or (wanted > 0 and _close(wanted, -found))


def _close(a: float, b: float) -> bool:
    return abs(a - b) <= _CLOSE * max(abs(a), abs(b))


def _anything(ratio: float) -> bool:
    return True


def _sign(ratio: float) -> bool:
    return _close(abs(ratio), 1.0)


def _one(ratio: float) -> bool:
    return _close(ratio, 1.0)


def _has_any(value: Any) -> bool:
    return value is ANY or (
        isinstance(value, tuple | frozenset) and any(_has_any(item) for item in value)
    )


def iterate_bases(parts: Parts) -> Iterator[Base]:
    """All bases in ``parts``, those inside others included."""
    for place in places(parts):
        for monomial in place:
            for base, _ in monomial:
                yield base
