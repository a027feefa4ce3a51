"""Where a term is defined, as a ledger of conditions that two terms can be compared by.

The normal form only promises equal values where both sides are defined.  Whether a rewriting
keeps, fills or enlarges the domain is decided here, for whatever way a result was found.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from sr_kernel.equality.constants import ONE, ZERO, Constants, rational, to_float
from sr_kernel.equality.monomials import monomial
from sr_kernel.equality.normal_form import Mode, Normalizer
from sr_kernel.equality.order import order_key
from sr_kernel.equality.sign import (
    ANY,
    NEGATIVE,
    NONNEGATIVE,
    NONPOSITIVE,
    NONZERO,
    POSITIVE,
    Signs,
)
from sr_kernel.equality.writing import product_term
from sr_kernel.expr import Expr, apply, number, to_text, variables, walk
from sr_kernel.numeric.deadline import check_time
from sr_kernel.numeric.interval import Interval

_SAME_ZEROS = frozenset({"sqrt", "abs", "cbrt", "sign", "sinh", "tanh", "asinh", "atan", "asin"})
_STEPPED = frozenset({"abs", "sign", "floor", "ceil", "mod", "min", "max"})
_MASKS = {"!=": NONZERO, ">": POSITIVE, ">=": NONNEGATIVE}
_FLIPPED = {"!=": NONZERO, ">": NEGATIVE, ">=": NONPOSITIVE}
REAL = "real"
_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class Condition:
    """``term`` compared with zero (``!=``, ``>``, ``>=``), or ``term`` is real."""

    relation: str
    term: Expr

    def __str__(self) -> str:
        if self.relation == REAL:
            return f"{to_text(self.term)} is real"
        left, relation, right = _sides(self.relation, self.term)
        return f"{to_text(left)} {relation} {to_text(right)}"


NEVER = Condition("!=", ZERO)
"""The condition of a term that is defined nowhere."""


def _sides(relation: str, term: Expr) -> tuple[Expr, str, Expr]:
    """The condition with its constant on the right and without a leading minus."""
    right = ZERO
    constant = next((arg for arg in term.args if arg.is_number), None)
    if term.op == "add" and constant is not None:
        rest = [arg for arg in term.args if arg is not constant]
        term, right = apply("add", *rest), -constant
    if term.op == "neg" or (term.op == "mul" and term.args[0].op == "neg"):
        term, right = -term, -right
        relation = {">": "<", ">=": "<="}.get(relation, relation)
    return term, relation, right


def required(node: Expr) -> list[tuple[str, Expr]]:
    """What one operator needs of its arguments, not looking inside them."""
    args = node.args
    match node.op:
        case "div" | "mod":
            return [("!=", args[1])]
        case "sqrt":
            return [(">=", args[0])]
        case "log":
            return [(">", args[0])]
        case "tan":
            return [("!=", apply("cos", args[0]))]
        case "asin" | "acos":
            return [(">=", ONE - args[0]), (">=", ONE + args[0])]
        case "acosh":
            return [(">=", args[0] - ONE)]
        case "atanh":
            return [(">", ONE - args[0]), (">", ONE + args[0])]
        case "pow":
            return _of_power(node)
    return []


def _of_power(node: Expr) -> list[tuple[str, Expr]]:
    base, exponent = node.args
    if not isinstance(exponent.value, Fraction | float):
        return [(REAL, node)]
    power = rational(exponent.value)
    if power.denominator == 1:
        return [("!=", base)] if power < 0 else []
    return [(">=" if power > 0 else ">", base)]


class Ledger:
    """Conditions of terms under the assumptions that ``normalizer`` knows."""

    def __init__(self, normalizer: Normalizer) -> None:
        self.normalizer = normalizer
        self._known: dict[Expr, frozenset[Condition]] = {}
        self._normal: dict[tuple[str, Expr], tuple[Condition, ...]] = {}
        self._signs: dict[frozenset[Condition], Signs] = {}

    def conditions(self, expr: Expr) -> frozenset[Condition]:
        """Conditions under which ``expr`` is defined; those that always hold are left out."""
        found = self._known.get(expr)
        if found is None:
            collected: set[Condition] = set()
            for node in walk(expr):
                check_time()
                for relation, term in required(node):
                    collected.update(self._required(relation, term))
            found = self._known[expr] = frozenset(collected)
        return found

    def _required(self, relation: str, term: Expr) -> tuple[Condition, ...]:
        key = relation, term
        found = self._normal.get(key)
        if found is None:
            found = self._normal[key] = tuple(self._normalized(relation, term))
        return found

    def signs(self, conditions: frozenset[Condition]) -> Signs:
        """What is known about signs where all ``conditions`` hold."""
        found = self._signs.get(conditions)
        if found is None:
            known = self.normalizer.signs
            facts, box = dict(known.facts), dict(known.box)
            for condition in conditions:
                if condition.relation == REAL:
                    continue
                term = condition.term
                facts[term] = facts.get(term, ANY) & _MASKS[condition.relation]
                minus = self.normalizer.best(-term)
                facts[minus] = facts.get(minus, ANY) & _FLIPPED[condition.relation]
                _narrow(box, condition)
            found = self._signs[conditions] = Signs(facts, box)
        return found

    def missing(self, wanted: Iterable[Condition], given: frozenset[Condition]) -> list[Condition]:
        """Those of ``wanted`` that do not follow from ``given``, in canonical order."""
        signs = self.signs(given)
        open_ones = [
            c
            for c in wanted
            if c not in given and not _holds(c, signs) and not any(_alike(c, g) for g in given)
        ]
        return sorted(open_ones, key=lambda c: (order_key(c.term), c.relation))

    def _normalized(self, relation: str, term: Expr) -> Iterable[Condition]:
        if relation == REAL:
            base, exponent = (self.normalizer.best(arg) for arg in term.args)
            whole = apply("pow", base, exponent)
            if isinstance(exponent.value, Fraction | float):
                (inner,) = _of_power(whole) or [("", ZERO)]
                return self._normalized(*inner) if inner[0] else []
            if self.normalizer.signs.nonnegative(base):
                whole = apply("pow", _root_taken(base), _signed_exponent(exponent))
            return [] if self.normalizer.signs.positive(base) else [Condition(REAL, whole)]
        content, factors = self.normalizer.factors(term)
        if content == 0:
            return [] if relation == ">=" else [NEVER]
        if relation == "!=":
            return [c for factor, power in factors if power > 0 for c in self._nonzero(factor)]
        return self._signed(relation, 1 if content > 0 else -1, factors)

    def _nonzero(self, factor: Expr) -> Iterable[Condition]:
        if self.normalizer.signs.nonzero(factor):
            return []
        if factor.op in _SAME_ZEROS:
            return self._normalized("!=", factor.args[0])
        if factor.op == "pow" and isinstance(factor.args[1].value, Fraction | float):
            return self._normalized("!=", factor.args[0])
        return [Condition("!=", factor)]

    def _signed(
        self, relation: str, sign: int, factors: Iterable[tuple[Expr, int]]
    ) -> Iterable[Condition]:
        signs = self.normalizer.signs
        found: list[Condition] = []
        kept: list[tuple[Expr, int]] = []
        strict = relation == ">"
        for factor, power in factors:
            known = signs.of(factor)
            free = power < 0 or strict  # the factor's zeros are excluded elsewhere
            below = not known & ~(NONPOSITIVE if free else NEGATIVE)
            above = not known & ~(NONNEGATIVE if free else POSITIVE)
            even = power % 2 == 0 and (free or not known & ~NONZERO)
            if not (below or above or even):
                kept.append((factor, 2 - power % 2))  # signs and zeros are those of the power
                continue
            if strict and power > 0:
                found.extend(self._nonzero(factor))
            if below and power % 2:
                sign = -sign
        return [*found, *self._remaining(relation, sign, kept)]

    def _remaining(self, relation: str, sign: int, kept: list[tuple[Expr, int]]) -> list[Condition]:
        if not kept:
            return [] if sign > 0 else [NEVER]
        if all(power % 2 == 0 for _, power in kept) and sign > 0:
            return []
        if len(kept) == 1 and kept[0][1] % 2:
            term = kept[0][0]
        else:
            term = apply("mul", *(factor ** number(power) for factor, power in kept))
        condition = Condition(relation, self.normalizer.best(term if sign > 0 else -term))
        return [] if _holds(condition, self.normalizer.signs) else [condition]


def _root_taken(base: Expr) -> Expr:
    """A term with the zeros of a base that is never negative."""
    while base.op == "sqrt" or (base.op == "pow" and _is_broken(base.args[1].value)):
        base = base.args[0]
    q, powers = monomial(base)
    if q <= 0 or list(powers.values()) != [1]:
        return base
    (inner,) = powers
    return inner if inner is base else _root_taken(inner)


def _is_broken(power: object) -> bool:
    """Whether only bases that are not negative have this power, and 0 has it."""
    return isinstance(power, Fraction | float) and power > 0 and rational(power).denominator > 1


def _signed_exponent(exponent: Expr) -> Expr:
    """A term with the sign of the exponent: at a base of zero nothing else counts."""
    q, powers = monomial(exponent)
    if not powers or q == 0:
        return exponent
    factors = [(base, Fraction(power)) for base, power in powers.items()]
    return product_term(Fraction(1 if q > 0 else -1), factors, None)


def _holds(condition: Condition, signs: Signs) -> bool:
    if condition.relation == REAL:
        return signs.positive(condition.term.args[0])
    return not signs.of(condition.term) & ~_MASKS[condition.relation]


def _alike(one: Condition, other: Condition) -> bool:
    """Whether two conditions are the same but for the rounding of floats."""
    return one.relation == other.relation and _rounded_alike(one.term, other.term)


def _rounded_alike(one: Expr, other: Expr) -> bool:
    if one is other:
        return True
    if isinstance(one.value, float) and isinstance(other.value, float):
        return math.isclose(one.value, other.value, rel_tol=_ROUNDING)
    same = one.op == other.op and one.args and len(one.args) == len(other.args)
    return bool(same) and all(map(_rounded_alike, one.args, other.args))


def _narrow(box: dict[str, Interval], condition: Condition) -> None:
    """Narrows the box by a condition on ``a*x + b`` in one variable."""
    slope, offset, name = _line(condition.term)
    if not name:
        return
    bound = -offset / slope
    if condition.relation == "!=":
        half = Interval(nonzero=bound == 0)
    else:
        near = to_float(bound)
        if near is None:
            return
        strict = condition.relation == ">" and near == bound
        if slope > 0:
            low = near if near == bound else math.nextafter(near, -math.inf)
            half = Interval(lo=low, lo_open=strict)
        else:
            high = near if near == bound else math.nextafter(near, math.inf)
            half = Interval(hi=high, hi_open=strict)
    narrowed = box.get(name, Interval()).meet(half)
    if not narrowed.is_empty:
        box[name] = narrowed


def _line(term: Expr) -> tuple[Fraction, Fraction, str]:
    """Slope, offset and variable of a term ``a*x + b``; an empty name if it is not one."""
    names = variables(term)
    if len(names) != 1:
        return Fraction(0), Fraction(0), ""
    slope, offset = Fraction(0), Fraction(0)
    for part in term.args if term.op == "add" else (term,):
        if isinstance(part.value, Fraction | float):
            offset += rational(part.value)
            continue
        factor = _slope(part)
        if factor is None:
            return Fraction(0), Fraction(0), ""
        slope += factor
    return slope, offset, names[0] if slope else ""


def _slope(term: Expr) -> Fraction | None:
    """``a`` of a term ``a*x``."""
    if term.is_symbol:
        return Fraction(1)
    if term.op == "neg":
        inner = _slope(term.args[0])
        return None if inner is None else -inner
    if term.op in ("mul", "div") and len(term.args) == 2:
        left, right = term.args
        if isinstance(right.value, Fraction | float) and right.value != 0:
            inner, value = _slope(left), rational(right.value)
            return None if inner is None else inner * value if term.op == "mul" else inner / value
        if isinstance(left.value, Fraction | float) and term.op == "mul":
            inner = _slope(right)
            return None if inner is None else inner * rational(left.value)
    return None


def is_isolated(condition: Condition) -> bool:
    """Whether ``condition`` fails only on a set without interior."""
    if condition.relation != "!=" or condition == NEVER:
        return False
    return not any(node.op in _STEPPED for node in walk(condition.term))


def informed_normalizer(
    constants: Constants, mode: Mode, *exprs: Expr, signs: Signs | None = None
) -> Normalizer:
    """A normalizer that knows the signs that hold where all of ``exprs`` are defined."""
    ledger = Ledger(Normalizer(constants, signs, mode))
    conditions = frozenset(c for expr in exprs for c in ledger.conditions(expr))
    return Normalizer(constants, ledger.signs(conditions), mode)
