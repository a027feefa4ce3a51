"""The arithmetic skeleton of a term: sums, products and integer powers over opaque kernels.

A kernel is a power ``base**(q*atom)`` with a rational ``q``.  Variables and function values are
kernels with ``q = 1`` and ``atom = 1``; ``sqrt(x)`` is ``x**(1/2)``; ``exp(2*t)`` has the base e
(written None) and the atom ``t``.  Powers of one base and atom become powers of one generator.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from sr_kernel.equality.constants import ONE
from sr_kernel.expr import Expr


@dataclass(frozen=True, slots=True)
class Constant:
    value: Fraction


@dataclass(frozen=True, slots=True)
class Kernel:
    base: Expr | None
    atom: Expr = ONE
    power: Fraction = Fraction(1)


@dataclass(frozen=True, slots=True)
class Sum:
    parts: tuple[Core, ...]


@dataclass(frozen=True, slots=True)
class Product:
    parts: tuple[Core, ...]


@dataclass(frozen=True, slots=True)
class Power:
    base: Core
    exponent: int


Core = Constant | Kernel | Sum | Product | Power

UNIT = Constant(Fraction(1))
NOTHING = Constant(Fraction(0))


def scaled(factor: Fraction | int, core: Core) -> Core:
    """``factor*core``."""
    if factor == 1:
        return core
    return Product((Constant(Fraction(factor)), core))


def raised(core: Core, exponent: int) -> Core:
    """``core**exponent``."""
    if exponent == 1:
        return core
    if isinstance(core, Kernel):
        return Kernel(core.base, core.atom, core.power * exponent)
    return Power(core, exponent)


def quotient(above: Core, below: Core) -> Core:
    """``above/below``."""
    return Product((above, raised(below, -1)))


def kernels(core: Core) -> Iterator[Kernel]:
    """All kernels in ``core``, in order of appearance."""
    stack = [core]
    while stack:
        node = stack.pop()
        kind = type(node)
        if kind is Kernel:
            yield node  # type: ignore[misc]
        elif kind is Power:
            stack.append(node.base)  # type: ignore[union-attr, arg-type]
        elif kind is not Constant:
            stack.extend(reversed(node.parts))  # type: ignore[union-attr]


def factors(core: Core, exponent: int) -> Iterator[tuple[Core, int]]:
    """The factors of ``core**exponent`` that are no products themselves, with their exponents."""
    if isinstance(core, Product):
        for part in core.parts:
            yield from factors(part, exponent)
    elif isinstance(core, Power):
        yield from factors(core.base, exponent * core.exponent)
    else:
        yield core, exponent
