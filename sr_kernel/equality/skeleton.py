"""The skeleton of a term: its normal form with the values of fitted constants left open."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from sr_kernel.equality.collect import collected
from sr_kernel.equality.constants import ONE, Constants
from sr_kernel.equality.domain import informed_normalizer
from sr_kernel.equality.forms import term_list
from sr_kernel.equality.generators import Generator, TooLarge
from sr_kernel.equality.normal_form import Mode, NormalForm
from sr_kernel.equality.ring import Polynomial
from sr_kernel.equality.sign import Signs
from sr_kernel.expr import Expr, to_text

OPEN = "c"

Values = tuple[float, ...]
Slots = tuple[str, Values]
"""A text with ``c`` for each open constant, and the constants in the order of the text."""


@dataclass(frozen=True, slots=True)
class Skeleton:
    """``text`` is the same for two fits of one family; ``values`` are the constants of this one."""

    text: str
    values: Values


def skeleton_of(expr: Expr, where: Expr | None = None, signs: Signs | None = None) -> Skeleton:
    """The skeleton of the short normal form (angles and hyperbolic functions as they are).

    It holds wherever ``where`` (None: ``expr``) is defined.
    """
    constants = Constants([expr])
    try:
        form = informed_normalizer(constants, Mode(), where or expr, signs=signs).form(expr)
    except (TooLarge, ZeroDivisionError):
        text, values = masked(collected(expr, constants))
        return Skeleton("ac|" + text, values)
    text, values = _form_slots(form, constants)
    return Skeleton("nf|" + text, values)


def _form_slots(form: NormalForm, constants: Constants) -> Slots:
    below = _terms(form.below, form.generators, constants)
    lead = below[0][1]
    above = _terms(form.above, form.generators, constants)
    parts = [_sum_slots(terms, lead, constants) for terms in (above, below)]
    return "/".join(text for text, _ in parts), parts[0][1] + parts[1][1]


def _terms(
    p: Polynomial, generators: list[Generator], constants: Constants
) -> list[tuple[Slots, Fraction]]:
    terms = []
    for c, exponents in term_list(p):
        powers = sorted(
            _power_slots(generator, count, constants)
            for generator, count in zip(generators, exponents, strict=False)
            if count
        )
        terms.append((_joined("*", powers), c))
    return sorted(terms)


def _power_slots(generator: Generator, count: int, constants: Constants) -> Slots:
    base = ("e", ()) if generator.base is None else masked(generator.base)
    power = _number_slots(generator.unit * count, constants)
    atom = ("", ()) if generator.atom is ONE else masked(generator.atom)
    return f"({base[0]})^({power[0]}*{atom[0]})", base[1] + power[1] + atom[1]


def _sum_slots(terms: list[tuple[Slots, Fraction]], lead: Fraction, constants: Constants) -> Slots:
    slots = []
    for (name, inner), c in terms:
        text, value = _number_slots(c / lead, constants)
        slots.append((f"{text}*{name}", value + inner))
    return _joined("+", slots)


def _number_slots(value: Fraction, constants: Constants) -> Slots:
    return masked(constants.literal(value)) if constants.is_float(value) else (str(value), ())


def _joined(sign: str, slots: list[Slots]) -> Slots:
    return sign.join(text for text, _ in slots), tuple(v for _, values in slots for v in values)


def masked(expr: Expr) -> Slots:
    """``expr`` with its floats open; a minus in front of one belongs to its value."""
    if isinstance(expr.value, float):
        return OPEN, (expr.value,)
    if expr.op == "neg":
        text, values = masked(expr.args[0])
        position = _absorbing(expr.args[0])
        if position is None:
            return f"neg({text})", values
        return text, (*values[:position], -values[position], *values[position + 1 :])
    if expr.is_number or not expr.args:
        return to_text(expr), ()
    parts = [masked(arg) for arg in expr.args]
    if expr.op in ("add", "mul"):
        parts.sort()
    text, values = _joined(",", parts)
    return f"{expr.op}({text})", values


def _absorbing(expr: Expr) -> int | None:
    """Which of the open constants of ``expr`` can take a minus sign in, if one can."""
    if isinstance(expr.value, float):
        return 0
    if expr.op not in ("mul", "div"):
        return None
    parts = [(masked(arg), arg) for arg in expr.args]
    if expr.op == "mul":
        parts.sort(key=lambda part: part[0])
    seen = 0
    for (_, values), arg in parts:
        inner = _absorbing(arg)
        if inner is not None:
            return seen + inner
        seen += len(values)
    return None
