"""The skeleton of a term: its normal form with the values of fitted constants left open."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import zip_longest

from sr_kernel.equality.collect import coefficient, collected
from sr_kernel.equality.constants import ONE, Constants, rational, to_float
from sr_kernel.equality.domain import informed_normalizer
from sr_kernel.equality.factoring import term_list
from sr_kernel.equality.generators import Generator, TooLarge
from sr_kernel.equality.normal_form import Mode, NormalForm
from sr_kernel.equality.ring import Polynomial
from sr_kernel.equality.sign import Signs
from sr_kernel.equality.spelling import LONGEST, digest_text
from sr_kernel.errors import ExpressionError
from sr_kernel.expr import OPERATORS, Expr, to_text
from sr_kernel.expr.term import without_minus
from sr_kernel.numeric.deadline import OutOfTime, step_limit

OPEN = "c"

Values = tuple[float, ...]
Slots = tuple[str, Values]
"""A text with ``c`` for each open constant, and the constants in the order of the text."""
Places = tuple[int, ...]
_Term = tuple[Slots, Fraction, Places]
"""A product, its coefficient, and the constants in it that can take the minus sign of that."""

DEEPEST = 100
"""Of deeper terms only the AC key is taken: the normal form of nested powers recurses several calls
a level, and a hash must not depend on how much of the stack is left."""
MOST_STEPS = 15_000
"""Work that the normal form of a key may take, some seconds; a hash must not depend on a clock."""


@dataclass(frozen=True, slots=True)
class Skeleton:
    """``text`` is the same for two fits of one family; ``values`` are the constants of this one."""

    text: str
    values: Values


def skeleton_of(
    expr: Expr, where: Sequence[Expr] = (), signs: Signs | None = None, *, exact: bool = False
) -> Skeleton:
    """The skeleton of the short normal form (angles and hyperbolic functions as they are).

    It holds wherever all of ``where`` (none: ``expr``) are defined.  ``exact`` opens exact numbers,
    too, where they are summands, factors or bases: exponents and factors of 1 and -1 are structure.
    """
    constants = Constants([expr, *where])
    slots = _Slots(constants, exact)
    try:
        if expr.depth > DEEPEST:
            raise TooLarge("depth")
        with step_limit(MOST_STEPS):
            normalizer = informed_normalizer(constants, Mode(), *(where or [expr]), signs=signs)
            form = normalizer.form(expr)
    except (TooLarge, ZeroDivisionError, ExpressionError, OutOfTime):
        term = _collected(expr, constants)
        if term.size > LONGEST:
            return Skeleton("ac|" + digest_text(term, floats=OPEN), ())
        text, values = slots.mask(term)
        return Skeleton("ac|" + text, values)
    text, values = slots.of_form(form)
    return Skeleton("nf|" + text, values)


def _collected(expr: Expr, constants: Constants) -> Expr:
    try:
        return collected(expr, constants)
    except ExpressionError:  # deeper than a term may be
        return expr


class _Slots:
    def __init__(self, constants: Constants, exact: bool) -> None:
        self.constants = constants
        self.exact = exact
        self.mask = _masked_numbers if exact else masked

    def of_form(self, form: NormalForm) -> Slots:
        """Numerator and denominator; a denominator of one term becomes negative powers, since the
        sign of a fitted exponent is no structure."""
        single = term_list(form.below) if len(form.below) == 1 else []
        divisor = single[0][1] if single else ()
        below = [] if single else self._terms(form.below, form.generators)
        lead = single[0][0] if single else below[-1][1]
        above = self._terms(form.above, form.generators, divisor)
        parts = [self._sum(above, lead), self._sum(below, lead, leads=True)]
        return "/".join(text for text, _ in parts), parts[0][1] + parts[1][1]

    def _terms(
        self, p: Polynomial, generators: list[Generator], divisor: Sequence[int] = ()
    ) -> list[_Term]:
        terms = []
        for c, exponents in term_list(p):
            powers: dict[tuple[Expr | None, Expr], Fraction] = {}
            counts = zip_longest(exponents, divisor, fillvalue=0)
            for generator, (count, less) in zip(generators, counts, strict=False):
                key = generator.base, generator.atom
                powers[key] = powers.get(key, Fraction(0)) + generator.unit * (count - less)
            factors = sorted(
                (self._power(*key, power), () if self.exact else _turning(*key, power))
                for key, power in powers.items() if power
            )  # fmt: skip
            terms.append((_joined("*", [slots for slots, _ in factors]), c, _first(factors)))
        return sorted(terms)

    def _power(self, base: Expr | None, atom: Expr, power: Fraction) -> Slots:
        below = ("e", ()) if base is None else self.mask(base)
        factor = ("", ()) if atom is ONE else self.mask(atom)
        places = () if self.exact or atom is ONE else _absorbing(atom)
        if places and power < 0 and not self.constants.is_float(power):
            power, factor = -power, (factor[0], _negated(factor[1], places))
        number = self._number(power)
        return f"({below[0]})^({number[0]}*{factor[0]})", below[1] + number[1] + factor[1]

    def _sum(
        self, terms: list[_Term], lead: Fraction, *, leads: bool = False
    ) -> Slots:
        slots = []
        for place, ((name, inner), c, turned) in enumerate(terms):
            if turned and c * lead < 0 and not self.constants.is_float(c / lead):
                c, inner = -c, _negated(inner, turned)
            is_lead = leads and place == len(terms) - 1
            is_open = self.exact and not is_lead and (abs(c) != abs(lead) or not name)
            text, value = (OPEN, (_float(c / lead),)) if is_open else self._number(c / lead)
            slots.append((f"{text}*{name}", value + inner))
        return _joined("+", slots)

    def _number(self, value: Fraction) -> Slots:
        if self.constants.is_float(value):
            return masked(self.constants.literal(value))
        return str(value), ()


def _turning(base: Expr | None, atom: Expr, power: Fraction) -> Places:
    """The open constants of ``base**power`` that can take a minus sign in."""
    is_odd = atom is ONE and power.denominator == 1 and power.numerator % 2 == 1
    return _absorbing(base) if base is not None and is_odd else ()


def _first(factors: list[tuple[Slots, Places]]) -> Places:
    """Those of the first factor of a product that can."""
    seen = 0
    for (_, values), places in factors:
        if places:
            return tuple(seen + place for place in places)
        seen += len(values)
    return ()


def _negated(values: Values, places: Places) -> Values:
    return tuple(-value if k in places else value for k, value in enumerate(values))


def _float(value: Fraction) -> float:
    nearest = to_float(value)
    if nearest is None:
        return math.inf if value > 0 else -math.inf
    return nearest


def _joined(sign: str, slots: list[Slots]) -> Slots:
    return sign.join(text for text, _ in slots), tuple(v for _, values in slots for v in values)


def _masked_numbers(expr: Expr) -> Slots:
    """``expr`` with all numbers open but whole factors of 1 and -1 and exact exponents."""
    if isinstance(expr.value, Fraction | float):
        return OPEN, (_float(rational(expr.value)),)
    if expr.op in ("mul", "div", "neg"):
        factor, rest = coefficient(expr)
        if factor != 1:
            text, values = _masked_numbers(rest)
            own = () if factor == -1 else (_float(factor),)
            return f"{'-' if factor == -1 else OPEN}*{text}", own + values
    if expr.op == "pow" and isinstance(expr.args[1].value, Fraction):
        text, values = _masked_numbers(expr.args[0])
        return f"pow({text},{to_text(expr.args[1])})", values
    if not expr.args:
        return to_text(expr), ()
    parts = [_masked_numbers(arg) for arg in expr.args]
    if expr.op in ("add", "mul", "min", "max"):
        parts.sort()
    text, values = _joined(",", parts)
    return f"{expr.op}({text})", values


def masked(expr: Expr) -> Slots:
    """``expr`` with its floats open; a minus in front of one belongs to its value."""
    if isinstance(expr.value, float):
        return OPEN, (expr.value,)
    positive = None if expr.is_number else without_minus(expr)
    if positive is not None:
        text, values = masked(positive)
        places = _absorbing(positive)
        return (text, _negated(values, places)) if places else (f"neg({text})", values)
    if expr.is_number or not expr.args:
        return to_text(expr), ()
    parts = [masked(arg) for arg in expr.args]
    if expr.op in ("add", "mul"):
        parts.sort()
    text, values = _joined(",", parts)
    return f"{expr.op}({text})", values


def _absorbing(expr: Expr) -> Places:
    """Which of the open constants of ``expr`` together can take a minus sign in; () for none."""
    if isinstance(expr.value, float):
        return (0,)
    if expr.op not in ("add", "mul", "div") and not (expr.args and _is_odd(expr)):
        return ()
    parts = [(masked(arg), _absorbing(arg)) for arg in expr.args]
    if expr.op in ("add", "mul"):
        parts.sort()
    if expr.op != "add":
        return _first(parts)
    every: list[int] = []
    seen = 0
    for (_, values), places in parts:
        if not places:
            return ()
        every += (seen + place for place in places)
        seen += len(values)
    return tuple(every)


def _is_odd(expr: Expr) -> bool:
    return OPERATORS[expr.op].parity == "odd"
