"""Circular and hyperbolic functions and their inverses in the normal form."""

from __future__ import annotations

import math
from collections.abc import Iterable
from fractions import Fraction
from typing import TYPE_CHECKING

from sr_kernel.equality.constants import rational
from sr_kernel.equality.core_form import (
    NOTHING,
    UNIT,
    Constant,
    Core,
    Kernel,
    Power,
    Product,
    Sum,
    quotient,
    scaled,
)
from sr_kernel.equality.division import slope_in
from sr_kernel.equality.generators import TooLarge, common_unit
from sr_kernel.equality.inverse_rules import undone_angle, undone_sum
from sr_kernel.equality.monotone_rules import evened, outside_abs
from sr_kernel.expr import Expr, apply, number, variables, walk
from sr_kernel.expr.term import has_minus

if TYPE_CHECKING:
    from sr_kernel.equality.normal_form import Normalizer

PI = apply("pi")
HALF = Fraction(1, 2)
_LARGEST_MULTIPLE = 6
_MOST_TERMS = 3

# sin(pi*q) for 0 <= q <= 1/2 as (rational, radicand): the value is rational*sqrt(radicand).
_SINES = {
    Fraction(0): (Fraction(0), 1), Fraction(1, 6): (HALF, 1), Fraction(1, 4): (HALF, 2),
    Fraction(1, 3): (HALF, 3), HALF: (Fraction(1), 1),
}  # fmt: skip

_INVERSE_VALUES = {
    ("asin", Fraction(1)): HALF, ("asin", HALF): Fraction(1, 6),
    ("acos", Fraction(1)): Fraction(0), ("acos", Fraction(0)): HALF, ("acos", HALF): Fraction(1, 3),
    ("atan", Fraction(1)): Fraction(1, 4),
}  # fmt: skip
_INVERSE_ROOTS = {
    ("asin", Fraction(1, 2)): Fraction(1, 4), ("asin", Fraction(3, 4)): Fraction(1, 3),
    ("acos", Fraction(1, 2)): Fraction(1, 4), ("acos", Fraction(3, 4)): Fraction(1, 6),
    ("atan", Fraction(3)): Fraction(1, 3), ("atan", Fraction(1, 3)): Fraction(1, 6),
}  # fmt: skip
"""Values at square roots, as multiples of pi, by the square."""
_DEEPEST_ROOT = 4


def circular(n: Normalizer, expr: Expr) -> Core:
    """sin, cos and tan: multiples of pi/2 taken out, the argument's sign made canonical."""
    op, arg = expr.op, expr.args[0]
    if n.mode.canonical and arg.op in ("asin", "acos", "atan") and variables(arg):
        if op == "tan" and arg.op != "atan":
            sine, cosine = apply("sin", arg), apply("cos", arg)
            return quotient(circular(n, sine), circular(n, cosine))
        if (undone := _undone(n, op, arg)) is not None:
            return undone
    terms = n.linear(arg)
    turns = sum((q for q, atom in terms if atom is PI), Fraction(0))
    if turns and (turns % HALF == 0 or len(terms) == 1):
        return _turned(n, op, _without_turns(terms), turns % 2)
    if n.mode.canonical and (turns := _turns_inside(n, arg)) and turns % HALF == 0:
        return _turned(n, op, n.best(arg - number(turns) * PI), turns % 2)
    if op == "tan" and (n.mode.canonical or n.mode.quotients):
        return quotient(_plain(n, "sin", arg), _plain(n, "cos", arg))
    return _plain(n, op, arg)


def _turns_inside(n: Normalizer, arg: Expr) -> Fraction:
    """The rational q of ``q*pi + rest`` where ``rest`` is a quotient without pi, else 0."""
    if not any(node is PI for node in walk(arg)):
        return Fraction(0)
    try:
        form = n.form(arg)
    except (TooLarge, ZeroDivisionError):
        return Fraction(0)
    place = form.ring.generators.by_kernel.get(PI)
    return Fraction(0) if place is None else slope_in(form.above, form.below, place)


def angle_units(n: Normalizer, exprs: Iterable[Expr]) -> dict[Expr, Fraction]:
    """For each angle, the fraction of it in which all its multiples are to be expressed."""
    multiples: dict[Expr, set[Fraction]] = {}
    for expr in exprs:
        for node in walk(expr):
            if node.op in ("sin", "cos", "tan"):
                for q, atom in n.linear(node.args[0]):
                    multiples.setdefault(atom, set()).add(q)
    return {atom: _unit(found) for atom, found in multiples.items() if atom is not PI}


def _unit(multiples: set[Fraction]) -> Fraction:
    """One over a small whole number; for fitted multiples such as 1.3 and 2.6 their own unit."""
    parts = 1
    for q in sorted(multiples):
        finer = math.lcm(parts, q.denominator)
        parts = finer if finer <= _LARGEST_MULTIPLE else parts
    own = common_unit(multiples)
    largest = max(map(abs, multiples))
    is_whole = all((q * parts).denominator == 1 for q in multiples)
    is_small = is_whole and largest * parts <= _LARGEST_MULTIPLE
    return Fraction(1, parts) if is_small or largest / own > _LARGEST_MULTIPLE else own


def _without_turns(terms: list[tuple[Fraction, Expr]]) -> Expr:
    rest = [number(q) * atom for q, atom in terms if atom is not PI]
    return apply("add", *rest) if rest else number(0)


def _turned(n: Normalizer, op: str, rest: Expr, turns: Fraction) -> Core:
    """``op(rest + turns*pi)`` with 0 <= turns < 2."""
    if op == "tan":
        return quotient(_turned(n, "sin", rest, turns), _turned(n, "cos", rest, turns))
    if op == "cos":
        return _turned(n, "sin", rest, (turns + HALF) % 2)
    if rest.is_number:
        return _special_sine(turns)
    quarters = int(turns / HALF)
    sign = 1 if quarters in (0, 1) else -1
    return scaled(sign, _plain(n, "sin" if quarters % 2 == 0 else "cos", rest))


def _special_sine(turns: Fraction) -> Core:
    """``sin(turns*pi)``, with radicals for the angles that have them."""
    sign = 1 if turns < 1 else -1
    turns %= 1
    turns = min(turns, 1 - turns)
    if turns in _SINES:
        value, radicand = _SINES[turns]
        core: Core = Constant(sign * value)
        if radicand != 1:
            core = Product((core, Kernel(number(radicand), power=HALF)))
        return core
    return scaled(sign, Kernel(apply("sin", number(turns) * PI)))


def _plain(n: Normalizer, op: str, arg: Expr) -> Core:
    if n.mode.canonical:
        expanded = _expanded(n, op, n.linear(arg))
        if expanded is not None:
            return expanded
    return _signed(n, op, arg)


def _expanded(n: Normalizer, op: str, terms: list[tuple[Fraction, Expr]]) -> Core | None:
    """sin or cos of a sum or a small multiple by the addition theorems; None for one plain term."""
    if not 1 <= len(terms) <= _MOST_TERMS:
        return None
    (first, atom), *rest = terms
    if rest:
        (s1, c1), (s2, c2) = (_pair(n, [(first, atom)]), _pair(n, rest))
        if op == "sin":
            return Sum((Product((s1, c2)), Product((c1, s2))))
        return Sum((Product((c1, c2)), scaled(-1, Product((s1, s2)))))
    unit = n.angle_units.get(atom, Fraction(1))
    if (first / unit).denominator != 1:
        unit = Fraction(1, first.denominator)
    times = first / unit
    if not 1 < abs(times) <= _LARGEST_MULTIPLE:
        return None
    part = number(unit) * atom
    return _multiple(_signed(n, "sin", part), _signed(n, "cos", part), op, int(times))


def _pair(n: Normalizer, terms: list[tuple[Fraction, Expr]]) -> tuple[Core, Core]:
    if len(terms) == 1 and terms[0][1] is PI:
        turns = terms[0][0]
        return _special_sine(turns % 2), _special_sine((turns + HALF) % 2)
    arg = apply("add", *(number(q) * atom for q, atom in terms))
    return _plain(n, "sin", arg), _plain(n, "cos", arg)


def _multiple(sine: Core, cosine: Core, op: str, times: int) -> Core:
    """``op(times*t)`` from sin(t) and cos(t) by repeated addition."""
    s, c = sine, cosine
    for _ in range(abs(times) - 1):
        s, c = (
            Sum((Product((s, cosine)), Product((c, sine)))),
            Sum((Product((c, cosine)), scaled(-1, Product((s, sine))))),
        )
    return c if op == "cos" else scaled(-1 if times < 0 else 1, s)


def _signed(n: Normalizer, op: str, arg: Expr) -> Core:
    """An odd or even function with the sign of its argument made canonical."""
    even = op in ("cos", "cosh")
    inner = n.best(arg)
    if even and (plain := evened(inner)) is not inner:
        inner = n.best(plain)
    sign = 1
    if is_negative(n, inner):
        inner, sign = n.best(-inner), -1
    if isinstance(inner.value, Fraction | float):
        value = rational(inner.value)
        if value == 0:
            return UNIT if even else NOTHING
        folded = n.constants.folded(op, value)
        if folded is not None:
            return Constant(folded if even else sign * folded)
    core = _undone(n, op, inner) or Kernel(apply(op, inner))
    return core if even else scaled(sign, core)


def is_negative(n: Normalizer, expr: Expr) -> bool:
    """Whether the leading coefficient is negative: true of exactly one of t and -t."""
    try:
        form = n.form(expr)
    except (TooLarge, ZeroDivisionError):
        return has_minus(expr)
    return not form.is_zero and bool(form.above.leading_coefficient() < 0)


def _undone(n: Normalizer, op: str, inner: Expr) -> Core | None:
    """A function of an inverse function, where the identity holds on all of its domain."""
    if n.mode.guarded or len(inner.args) != 1:
        return None
    u = n.core(inner.args[0])
    match op, inner.op:
        case ("sin", "asin") | ("cos", "acos") | ("tan", "atan"):
            return u
        case ("sinh", "asinh") | ("cosh", "acosh") | ("tanh", "atanh"):
            return u
        case ("sin", "acos") | ("cos", "asin"):
            return _square_root(n, inner, 1, -1)
        case ("cosh", "asinh"):
            return _square_root(n, inner, 1, 1)
        case ("cos", "atan"):
            return Power(_square_root(n, inner, 1, 1), -1)
        case ("sin", "atan"):
            return Product((u, Power(_square_root(n, inner, 1, 1), -1)))
        case ("asinh", "sinh") | ("atanh", "tanh"):
            return u
        case ("acosh", "cosh"):
            return n.core(apply("abs", inner.args[0]))
    return None


def _square_root(n: Normalizer, inner: Expr, one: int, sign: int) -> Core:
    """``sqrt(one + sign*u**2)`` of the argument u of ``inner``."""
    square = inner.args[0] ** number(2)
    return n.core(apply("sqrt", number(one) + number(sign) * square))


def hyperbolic(n: Normalizer, expr: Expr) -> Core:
    """sinh, cosh and tanh; in canonical form written with exp."""
    op, arg = expr.op, expr.args[0]
    if n.mode.canonical:
        undone = _hyperbolic_of_inverse(n, op, n.best(arg))
        if undone is not None:
            return undone
        inner = n.best(arg)
        if (size := outside_abs(op, inner)) is not None:
            return n.core(size)
        arg = evened(inner) if op == "cosh" else arg
        up, down = n.core(apply("exp", arg)), n.core(apply("exp", -arg))
        cosh = Sum((up, down))
        sinh = Sum((up, scaled(-1, down)))
        if op == "tanh":
            return quotient(sinh, cosh)
        return scaled(HALF, sinh if op == "sinh" else cosh)
    if op == "tanh" and n.mode.quotients:
        return quotient(_signed(n, "sinh", arg), _signed(n, "cosh", arg))
    return _signed(n, op, arg)


def _hyperbolic_of_inverse(n: Normalizer, op: str, inner: Expr) -> Core | None:
    """sinh, cosh or tanh of an inverse hyperbolic function as a quotient of roots."""
    if n.mode.guarded:
        return None
    if is_negative(n, inner):
        core = _hyperbolic_of_inverse(n, op, n.best(-inner))
        return core if core is None or op == "cosh" else scaled(-1, core)
    if inner.op not in ("asinh", "acosh", "atanh"):
        return None
    u = n.core(inner.args[0])
    if inner.op == "asinh":
        sinh, cosh = u, _square_root(n, inner, 1, 1)
    elif inner.op == "acosh":
        sinh, cosh = _square_root(n, inner, -1, 1), u
    else:
        cosh = Power(_square_root(n, inner, 1, -1), -1)
        sinh = Product((u, cosh))
    return {"sinh": sinh, "cosh": cosh, "tanh": quotient(sinh, cosh)}[op]


def inverse(n: Normalizer, expr: Expr) -> Core:
    """Inverse functions: odd ones pull the sign out, acos(-u) = pi - acos(u)."""
    op = expr.op
    if n.mode.canonical and not n.mode.guarded:
        undone = undone_angle(n, op, expr.args[0]) or undone_sum(n, op, expr.args[0])
        if undone is not None:
            return n.core(undone)
    inner = n.best(expr.args[0])
    if n.mode.canonical and (size := outside_abs(op, inner)) is not None:
        return n.core(size)
    if op == "acos" and n.mode.canonical:
        return Sum((scaled(HALF, Kernel(PI)), scaled(-1, n.core(apply("asin", inner)))))
    if op == "atanh" and n.mode.canonical and not n.mode.guarded:
        logs = (n.core(apply("log", number(1) + inner)), n.core(apply("log", number(1) - inner)))
        return scaled(HALF, Sum((logs[0], scaled(-1, logs[1]))))
    if op == "acosh":
        return _undone(n, op, inner) or _value(n, op, inner)
    if not is_negative(n, inner):
        turned = _atan_of_inverse(n, inner) if op == "atan" and n.mode.canonical else None
        return turned or _undone(n, op, inner) or _value(n, op, inner)
    positive = n.best(-inner)
    if op == "atan" and n.mode.canonical and (turned := _atan_of_inverse(n, positive)) is not None:
        return scaled(-1, turned)
    core = _undone(n, op, positive) or _value(n, op, positive)
    if op == "acos":
        return Sum((Kernel(PI), scaled(-1, core)))
    return scaled(-1, core)


def _atan_of_inverse(n: Normalizer, inner: Expr) -> Core | None:
    """``atan(q/p)`` of a number q as ``sign(p)*pi/2 - atan(p/q)``."""
    try:
        form = n.form(inner)
    except (TooLarge, ZeroDivisionError):
        return None
    if n.mode.guarded or form.below.is_constant() or not form.above.is_constant():
        return None
    turned = n.best(number(1) / inner)
    half = Product((n.core(apply("sign", turned)), scaled(HALF, Kernel(PI))))
    return Sum((half, scaled(-1, inverse(n, apply("atan", turned)))))


def _value(n: Normalizer, op: str, inner: Expr) -> Core:
    if isinstance(inner.value, Fraction | float):
        value = rational(inner.value)
        turns = _INVERSE_VALUES.get((op, value))
        if turns is not None and not n.constants.is_float(value):
            return scaled(turns, Kernel(PI))
        if value == 0 and op != "acos":
            return NOTHING
        if value == 1 and op == "acosh":
            return NOTHING
        folded = n.constants.folded(op, value)
        if folded is not None:
            return Constant(folded)
    square = _square(n, inner)
    turns = None if square is None else _INVERSE_ROOTS.get((op, square))
    return Kernel(apply(op, inner)) if turns is None else scaled(turns, Kernel(PI))


def _square(n: Normalizer, inner: Expr) -> Fraction | None:
    """The square of a positive constant that is made of a root, if it is rational."""
    if inner.depth > _DEEPEST_ROOT or any(node.is_symbol for node in walk(inner)):
        return None
    if not any(node.op == "sqrt" for node in walk(inner)) or not n.signs.positive(inner):
        return None
    value = n.best(n.best(inner ** number(2))).value  # the root's square, then its value
    return value if isinstance(value, Fraction) else None
