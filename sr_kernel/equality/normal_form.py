"""The rational-function normal form of a term over opaque kernels.

Two terms with the same normal form have the same value wherever both are defined.  What may be
undefined is not part of it: :mod:`sr_kernel.equality.domain` keeps that ledger.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from sr_kernel.equality.collect import collected
from sr_kernel.equality.constants import ONE, Constants
from sr_kernel.equality.core_form import Core, Kernel, kernels
from sr_kernel.equality.forms import Writer, smallest
from sr_kernel.equality.generators import (
    MAX_DEGREE,
    Generator,
    Generators,
    TooLarge,
    gathered,
    is_compound,
    product_gathered,
)
from sr_kernel.equality.kernel_rules import core_of
from sr_kernel.equality.ring import MAX_BITS, Polynomial, Ring, coefficient_bits
from sr_kernel.equality.sign import Signs
from sr_kernel.expr import Expr, apply, number, rebuild
from sr_kernel.numeric.deadline import check_time

_PARTNERS = {"sin": "cos", "cos": "sin", "sinh": "cosh", "cosh": "sinh"}
_PRODUCTS = frozenset({"mul", "div", "neg"})
"""Operators whose cores are products of cores gathered before."""
_WRAPPED = {"abs": 2, "cbrt": 3}
_LARGEST_WRITTEN = 4_000
"""Larger forms are not written out unless the term itself is: where each level multiplies its
arguments out, they would grow without bound."""


@dataclass(frozen=True, slots=True)
class Mode:
    """Which of several equivalent normal forms is wanted."""

    eliminate_first: bool = True
    """Squares of sin and cosh are written with cos and sinh; False: the other way round."""
    canonical: bool = False
    """Everything in terms of exp, sin, cos and abs, sums of angles expanded: made for telling
    whether two terms are equal, not for being short."""
    quotients: bool = False
    """tan and tanh are written as quotients, so that they meet sin, cos, sinh and cosh."""
    guarded: bool = False
    """Roots and logarithms stay opaque, so that their domains stay visible."""


@dataclass(frozen=True)
class NormalForm:
    """``above/below``, polynomials in the generators of ``ring``."""

    above: Polynomial
    below: Polynomial
    ring: Ring

    @property
    def is_zero(self) -> bool:
        return bool(self.above.is_zero())

    @property
    def is_unexpanded(self) -> bool:
        """Whether a sum was kept as one generator because of a high power."""
        return any(
            generator.whole is not None and generator.whole.op == "add"
            for generator in self.generators
        )

    @property
    def generators(self) -> list[Generator]:
        return self.ring.generators.all


class Normalizer:
    """Normal forms under one set of constants, signs and one mode; remembers what it computed."""

    def __init__(
        self,
        constants: Constants,
        signs: Signs | None = None,
        mode: Mode | None = None,
    ) -> None:
        self.constants = constants
        self.signs = signs or Signs()
        self.mode = mode or Mode()
        self.writer = Writer(constants)
        self.angle_units: dict[Expr, Fraction] = {}
        self._cores: dict[Expr, Core] = {}
        self._forms: dict[Expr, NormalForm | None] = {}
        self._best: dict[Expr, Expr] = {}
        self._written_forms: dict[Expr, list[Expr]] = {}
        self._factors: dict[Expr, tuple[Fraction, tuple[tuple[Expr, int], ...]]] = {}

    def core(self, expr: Expr) -> Core:
        """``expr`` as arithmetic over normalised kernels."""
        found = self._cores.get(expr)
        if found is None:
            check_time()
            found = core_of(self, expr)
            if expr.op in _PRODUCTS:
                found = product_gathered(found)
            elif expr.op != "add":
                found = gathered(found)
            self._cores[expr] = found
        return found

    def form(self, expr: Expr) -> NormalForm:
        """The normal form; raises :class:`TooLarge`, or ZeroDivisionError for x/0."""
        if expr not in self._forms:
            try:
                self._forms[expr] = self._computed(self.core(expr))
            except TooLarge:
                self._forms[expr] = None
        found = self._forms[expr]
        if found is None:
            raise TooLarge("normal form")
        return found

    def best(self, expr: Expr) -> Expr:
        """The smallest way to write the normal form: the same for all terms that share it."""
        found = self._best.get(expr)
        if found is None:
            check_time()
            found = self._best[expr] = self._written(expr)
        return found

    def forms(self, expr: Expr) -> list[Expr]:
        """Ways to write the normal form that may be as small; empty where there is none."""
        found = self._written_forms.get(expr)
        if found is None:
            try:
                form = self.form(expr)
            except (TooLarge, ZeroDivisionError):
                found = []
            else:
                found = self.writer.forms(form.above, form.below, form.ring)
            self._written_forms[expr] = found
        return found

    def forms_within(self, region: Expr, expr: Expr, size: int) -> list[Expr]:
        """Forms of at most ``size`` of a part of ``region``, in the ring of the whole region."""
        try:
            form = self._part(region, expr)
        except (TooLarge, ZeroDivisionError):
            return []
        return self.writer.forms(form.above, form.below, form.ring, size)

    def _part(self, region: Expr, expr: Expr) -> NormalForm:
        if region is expr:
            return self.form(expr)
        core = self.core(expr)
        try:
            ring = self.form(region).ring
            above, below = ring.evaluate(core)
        except (TooLarge, ZeroDivisionError, KeyError):  # a power that only the part holds
            return self.form(expr)
        return NormalForm(above, below, ring)

    def _written(self, expr: Expr) -> Expr:
        if expr.is_symbol:
            return expr
        written = self.forms(expr)
        if written:
            chosen = smallest(written)
            if chosen.size <= max(_LARGEST_WRITTEN, expr.size):
                return chosen
        return collected(rebuild(expr, tuple(self.best(arg) for arg in expr.args)), self.constants)

    def factors(self, expr: Expr) -> tuple[Fraction, tuple[tuple[Expr, int], ...]]:
        """``expr`` as a rational times powers of irreducible factors; (1, expr) if too large."""
        found = self._factors.get(expr)
        if found is None:
            try:
                form = self.form(expr)
                found = self.writer.factors(form.above, form.below, form.ring)
            except (TooLarge, ZeroDivisionError):
                found = Fraction(1), ((self.best(expr), 1),)
            self._factors[expr] = found
        return found

    def linear(self, expr: Expr) -> list[tuple[Fraction, Expr]]:
        """``expr`` as a sum of rationals times terms; the constant has the term 1."""
        try:
            form = self.form(expr)
        except (TooLarge, ZeroDivisionError):
            return [(Fraction(1), self.best(expr))]
        if form.below.is_one():
            return self.writer.terms(form.above, form.ring)
        content, _ = self.factors(expr)
        if content in (0, 1):
            return [(Fraction(1), self.best(expr))]
        rest = apply("mul", number(1 / content), expr)
        return [(content, self.best(rest))]

    def _computed(self, core: Core) -> NormalForm:
        cores: list[Core] = [core]
        sources = self._sources(cores)
        ring = Ring(Generators(kernel for part in cores for kernel in kernels(part)))
        self._relate(ring, sources)
        ring.forget()
        ratio = ring.evaluate(core)
        above, below = ring.rationalized(ratio) if self.mode.canonical else ratio
        if max(map(coefficient_bits, (above, below))) > MAX_BITS:
            raise TooLarge("coefficient")
        return NormalForm(above, below, ring)

    def _sources(self, cores: list[Core]) -> dict[Expr, Core]:
        """Cores that relations will need, added to ``cores`` until nothing new turns up."""
        sources: dict[Expr, Core] = {}
        seen: set[Kernel] = set()
        position = 0
        while position < len(cores):
            for kernel in kernels(cores[position]):
                if kernel in seen:
                    continue
                seen.add(kernel)
                for source in self._needed(kernel):
                    if source not in sources:
                        sources[source] = self.core(source)
                        cores.append(sources[source])
            position += 1
        return sources

    def _needed(self, kernel: Kernel) -> Iterable[Expr]:
        base = kernel.base
        if base is None or kernel.atom is not ONE:
            return
        if base.op in _PARTNERS:
            yield apply(_PARTNERS[base.op], *base.args)
        elif base.op in ("abs", "cbrt"):
            yield base.args[0]
        elif is_compound(base) and kernel.power.denominator > 1:
            yield base

    def _relate(self, ring: Ring, sources: dict[Expr, Core]) -> None:
        """Fills in the relations between the generators of ``ring``."""
        first = self.mode.eliminate_first
        for index, generator in enumerate(ring.generators.all):
            base, whole = generator.base, generator.whole
            if base is None or generator.atom is not ONE:
                continue
            if whole is not None and whole.op in ("sin", "cos", "sinh", "cosh"):
                if whole.op in (("sin", "cosh") if first else ("cos", "sinh")):
                    self._pythagoras(ring, index, whole)
            elif base.op == "sign" and self.mode.canonical:
                ring.relations.append((index, 3, ring.gens[index]))
            elif base.op in ("abs", "cbrt") or is_compound(base):
                self._root(ring, index, generator, base, sources)

    def _pythagoras(self, ring: Ring, index: int, whole: Expr) -> None:
        partner = ring.generators.by_kernel.get(apply(_PARTNERS[whole.op], *whole.args))
        if partner is None:
            return
        square = ring.gens[partner] ** 2
        value = {"sin": 1 - square, "cos": 1 - square, "cosh": 1 + square, "sinh": square - 1}
        ring.relations.append((index, 2, value[whole.op]))

    def _root(
        self, ring: Ring, index: int, generator: Generator, base: Expr, sources: dict[Expr, Core]
    ) -> None:
        """``abs(f)**2 = f**2``, ``cbrt(f)**3 = f`` and ``(f**(1/n))**n = f`` for arithmetic f."""
        inside = base.args[0] if base.op in _WRAPPED else base
        degree = generator.unit.denominator * _WRAPPED.get(base.op, 1)
        if generator.unit.numerator != 1 or inside not in sources:
            return
        if not 1 < degree <= MAX_DEGREE:
            return
        above, below = ring.evaluate(sources[inside])
        if below.is_one():
            ring.relations.append((index, degree, above**2 if base.op == "abs" else above))
