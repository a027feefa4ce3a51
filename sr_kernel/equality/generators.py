"""The generators of a polynomial ring and how kernels are written as powers of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction

from sr_kernel.equality.constants import ONE
from sr_kernel.equality.core_form import UNIT, Core, Kernel, Power, Product, Sum, factors, raised
from sr_kernel.equality.order import order_key
from sr_kernel.expr import Expr

MAX_GENERATORS = 40
_ONCE = Fraction(1)
_FIRST = {_ONCE}
MAX_DEGREE = 16
"""Largest degree of a relation between a root and its radicand."""
_LARGEST_RATIO = 64


class TooLarge(Exception):  # noqa: N818 - a limit reached, not a fault; never leaves the package
    """The normal form would grow past its limits; the caller keeps the term as it is."""


@dataclass(frozen=True, slots=True)
class Generator:
    """Stands for ``base**(unit*atom)``; base None is e."""

    base: Expr | None
    atom: Expr
    unit: Fraction

    @property
    def whole(self) -> Expr | None:
        """The kernel itself where the generator is its first power, else None."""
        return self.base if self.atom is ONE and self.unit == 1 else None

    def sort_key(self) -> tuple[object, ...]:
        base = () if self.base is None else order_key(self.base)
        return (base, order_key(self.atom), self.unit)


def is_compound(base: Expr) -> bool:
    """Whether ``base`` is arithmetic over kernels, not a kernel itself."""
    return base.op in ("add", "mul", "div", "neg", "number", "pow", "sqrt")


def gathered(core: Core) -> Core:
    """``core`` with the powers of one kernel added up in every product."""
    if isinstance(core, Sum):
        return Sum(tuple(gathered(part) for part in core.parts))
    if isinstance(core, Product | Power):
        return product_gathered(core, gathered)
    return core


def product_gathered(core: Core, inside: Callable[[Core], Core] = lambda part: part) -> Core:
    """``core`` with the powers of one kernel added up, its sums passed through ``inside``.

    Fitted exponents have no common unit of a reasonable size, but their sums may.  Roots of
    arithmetic are left alone: relations reduce their powers.
    """
    powers: dict[tuple[Expr | None, Expr], Fraction] = {}
    others: list[Core] = []
    for factor, exponent in factors(core, 1):
        if isinstance(factor, Kernel) and not _is_root(factor):
            key = factor.base, factor.atom
            power = factor.power if exponent == 1 else factor.power * exponent
            powers[key] = powers[key] + power if key in powers else power
        else:
            others.append(raised(inside(factor), exponent))
    found = [Kernel(base, atom, power) for (base, atom), power in powers.items() if power]
    if not others and not found:
        return UNIT
    return Product((*others, *found)) if len(others) + len(found) > 1 else (others or found)[0]


def _is_root(kernel: Kernel) -> bool:
    """Whether a relation reduces the powers of this kernel."""
    is_arithmetic = kernel.base is not None and is_compound(kernel.base)
    return is_arithmetic and kernel.atom is ONE and kernel.power.denominator <= MAX_DEGREE


class Generators:
    """All generators that a set of kernels needs."""

    def __init__(self, found: Iterable[Kernel]) -> None:
        groups: dict[tuple[Expr | None, Expr], set[Fraction]] = {}
        for kernel in found:
            groups.setdefault((kernel.base, kernel.atom), set()).add(kernel.power)
        self._place: dict[
            tuple[Expr | None, Expr, Fraction], tuple[tuple[Generator, int], ...]
        ] = {}
        made: set[Generator] = set()
        for (base, atom), powers in groups.items():
            if powers == _FIRST:
                generator = Generator(base, atom, _ONCE)
                self._place[base, atom, _ONCE] = ((generator, 1),)
                made.add(generator)
                continue
            if base is not None and atom is ONE and not is_compound(base):
                powers.add(_ONCE)  # so that x**3 - 1 is seen as a polynomial in x
            unit = _shared_unit(powers)
            for power in powers:
                spelled = _spelled(base, atom, power, unit)
                self._place[base, atom, power] = spelled
                made.update(generator for generator, _ in spelled)
        if len(made) > MAX_GENERATORS:
            raise TooLarge(f"{len(made)} kernels")
        self.all = sorted(made, key=Generator.sort_key)
        self.index = {generator: i for i, generator in enumerate(self.all)}
        self.by_kernel = {
            generator.whole: i
            for i, generator in enumerate(self.all)
            if generator.whole is not None
        }

    def powers(self, kernel: Kernel) -> list[tuple[int, int]]:
        """``kernel`` as (generator index, exponent) pairs."""
        spelled = self._place[kernel.base, kernel.atom, kernel.power]
        return [(self.index[generator], exponent) for generator, exponent in spelled]


def _spelled(
    base: Expr | None, atom: Expr, power: Fraction, unit: Fraction | None
) -> tuple[tuple[Generator, int], ...]:
    """``base**(power*atom)`` as powers of generators."""
    if unit is not None:
        return ((Generator(base, atom, unit), int(power / unit)),)
    # No common root of a reasonable degree: whole powers and each fractional part by itself.
    floor = math.floor(power)
    rest = power - floor
    parts = [(Generator(base, atom, Fraction(1)), floor)] if floor else []
    if rest:
        parts.append((Generator(base, atom, rest), 1))
    return tuple(parts)


def _shared_unit(powers: set[Fraction]) -> Fraction | None:
    """The unit of all ``powers``, None where their degrees in it would be unreasonable."""
    unit = common_unit(powers)
    small = len(powers) == 1 or max(map(abs, powers)) <= _LARGEST_RATIO * unit
    return unit if small else None


def common_unit(powers: set[Fraction]) -> Fraction:
    """The largest rational of which all ``powers`` are integer multiples."""
    scale = math.lcm(*(q.denominator for q in powers))
    return Fraction(math.gcd(*(int(q * scale) for q in powers)), scale)
