"""Plainer variants of a fitted expression: a constant dropped, tied to another, or made plain."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from itertools import chain

from sr_kernel.errors import ExpressionError
from sr_kernel.expr import Expr, apply, number, transform, walk
from sr_kernel.search.tidy import tidy

_LEVEL = frozenset({"exp", "cos", "cosh"})
"""Functions that are 1 at 0."""
_STRAIGHT = ("sin", "tan", "tanh", "asin", "atan")
_ROUNDING = 1e-3
"""Nats that the same function may differ by."""
_TURNS = 1000
"""Half turns beyond which a phase has lost its digits."""
_TINY = 1e-9
"""Exact laws leave no errors to tell by: coefficients below this are asked in any case."""
_DOUBTFUL = 4.0
"""Standard errors from 0 up to which a coefficient is asked whether it is needed."""


def plainer(
    expr: Expr, errors: dict[float, float], operators: tuple[str, ...]
) -> Iterator[tuple[Expr, float]]:
    """Variants with one constant fewer, exponents first, and the nats they are allowed to cost.

    ``errors`` are the standard errors of the floats, by their sizes.
    """
    for leaf, role in _roles(expr):
        value = float(leaf.value)  # type: ignore[arg-type]
        error = errors.get(abs(value), math.inf)
        for plain in _plain_values(value, error, role):
            allowance = _coincidence(value, plain) if role == "exponent" else 0.0
            for candidate in _replaced(expr, leaf, plain, operators):
                yield candidate, allowance
    for turned in _turned(expr):
        yield turned, _ROUNDING
    for rooted in _rooted(expr, errors):
        yield rooted, 0.0
    idle = _insignificant(expr, errors), _levelled(expr, errors), _straightened(expr)
    for shorter in chain(_pruned(expr), *idle):
        yield tidy(shorter), 0.0
    for tied in _tied(expr, errors):
        yield tidy(tied), 0.0


def _coincidence(value: float, plain: Expr) -> float:
    """Nats of surprise at an exponent this close to a plain one if it were not that one.

    Real data bend a law in small systematic ways, which count as evidence against the plain
    exponent only as far as its nearness is no greater wonder.
    """
    if not isinstance(plain.value, Fraction) or plain.value.denominator > 2:
        return 0.0
    distance = max(abs(float(plain.value) - value), 1e-6)
    return max(0.0, math.log(0.25 / distance))


def _roles(expr: Expr) -> list[tuple[Expr, str]]:
    """The float leaves and what they do: exponents first, they say most about a law."""
    roles: dict[Expr, str] = {}
    for node in walk(expr):
        for place, arg in enumerate(node.args):
            if isinstance(arg.value, float):
                roles[arg] = "exponent" if (node.op, place) == ("pow", 1) else node.op
            elif arg.op == "neg" and isinstance(arg.args[0].value, float):
                roles[arg.args[0]] = node.op
    return sorted(roles.items(), key=lambda item: item[1] != "exponent")


def _plain_values(value: float, error: float, role: str) -> Iterator[Expr]:
    """Plain numbers that the error admits and that mean something at this precision."""
    if not math.isfinite(error):
        # The data do not determine this constant at all: any plain value may do.
        yield number(Fraction(round(value)) if abs(value) < 100 else Fraction(1))
        return
    # One part in a thousand is near enough to ask; the description length answers.
    reach = max(3.5 * error, 1e-3 * abs(value))
    if role in ("add", "exponent") and abs(value) <= reach:
        yield number(0)
    if role != "add" and abs(abs(value) - 1.0) <= reach and error < 0.1:
        yield number(round(value))
    for denominator in (1, 2, 3, 4) if role in ("add", "exponent") else (1, 2, 3):
        numerator = round(value * denominator)
        plain = Fraction(numerator, denominator)
        if numerator == 0 or plain.denominator != denominator or abs(plain) > 12:
            continue
        # Plain numbers this close together are no news at this error.
        fine = 0.1 if role == "exponent" else 0.03
        if abs(float(plain) - value) <= reach and error * denominator < fine:
            yield number(plain)
    for plain in (Fraction(1), Fraction(2), Fraction(4), Fraction(1, 2)):
        multiple = float(plain) * math.pi
        if role != "exponent" and error < 1e-4 * abs(value):
            for sign in (1, -1):
                if abs(sign * multiple - value) <= reach:
                    yield apply("mul", number(sign * plain), apply("pi"))


def _replaced(expr: Expr, leaf: Expr, plain: Expr, operators: tuple[str, ...]) -> Iterator[Expr]:
    try:
        yield tidy(
            _exchanged(expr, leaf, plain),
            roots="sqrt" in operators,
        )
    except ExpressionError:
        return


def _turned(expr: Expr) -> Iterator[Expr]:
    """The term with a free phase of a sine or cosine beyond a quarter turn brought back by half
    turns, where it may be plain."""
    for node in walk(expr):
        if node.op not in ("sin", "cos") or node.args[0].op != "add":
            continue
        parts = node.args[0].args
        free = next((part for part in parts if isinstance(part.value, float)), None)
        halves = 0 if free is None else round(float(free.value) / math.pi)  # type: ignore[arg-type]
        if free is None or not 0 < abs(halves) < _TURNS:
            continue
        phase = number(float(free.value) - halves * math.pi)  # type: ignore[arg-type]
        moved = apply("add", *(phase if part is free else part for part in parts))
        wave = apply(node.op, moved)
        yield tidy(_exchanged(expr, node, -wave if halves % 2 else wave))


def _rooted(expr: Expr, errors: dict[float, float]) -> Iterator[Expr]:
    """The term with c sqrt(u) as sqrt(r u) where c**2 may as well be the plain number r."""
    for node in walk(expr):
        if node.op not in ("mul", "div"):
            continue
        c, rest = _scaled(node)
        root = next((part for part in walk(rest) if part.op == "sqrt"), None)
        if c is None or root is None or (rest is not root and root not in rest.args):
            continue
        reach = max(3.5 * errors.get(abs(c), math.inf) / abs(c), 1e-3)
        plain = Fraction(c * c).limit_denominator(4)
        if plain.numerator not in range(1, 13) or abs(math.sqrt(plain) / abs(c) - 1) > reach:
            continue
        inside = apply("sqrt", _multiplied(plain, root.args[0]))
        whole = _exchanged(rest, root, inside)
        yield _exchanged(expr, node, tidy(whole if c > 0 else -whole))


def _multiplied(factor: Fraction, expr: Expr) -> Expr:
    """``factor`` times ``expr``, term by term."""
    if expr.op == "add":
        return apply("add", *(_multiplied(factor, term) for term in expr.args))
    if expr.op == "neg":
        return -_multiplied(factor, expr.args[0])
    product = expr if factor.numerator == 1 else number(factor.numerator) * expr
    return tidy(product if factor.denominator == 1 else product / number(factor.denominator))


def _pruned(expr: Expr) -> Iterator[Expr]:
    """The sum at the root without one of its terms."""
    if expr.op == "add" and len(expr.args) <= 6:
        for place in range(len(expr.args)):
            rest = expr.args[:place] + expr.args[place + 1 :]
            yield apply("add", *rest) if len(rest) > 1 else rest[0]


def _insignificant(expr: Expr, errors: dict[float, float]) -> Iterator[Expr]:
    """The term without one of those inside it whose coefficients may as well be 0."""
    for node in walk(expr):
        if node.op != "add" or node is expr:
            continue
        for place, term in enumerate(node.args):
            if not _is_doubtful(term, errors):
                continue
            rest = node.args[:place] + node.args[place + 1 :]
            yield _exchanged(expr, node, apply("add", *rest) if len(rest) > 1 else rest[0])


def _levelled(expr: Expr, errors: dict[float, float]) -> Iterator[Expr]:
    """The term without a function that is 1 where its argument may as well be 0."""
    for node in walk(expr):
        if node.op in _LEVEL and _is_doubtful(node.args[0], errors, least=_TINY):
            yield _exchanged(expr, node, number(1))


def _is_doubtful(term: Expr, errors: dict[float, float], least: float = 0.0) -> bool:
    c, _ = _scaled(term)
    return c is not None and abs(c) <= max(_DOUBTFUL * errors.get(abs(c), 0.0), least)


def _straightened(expr: Expr) -> Iterator[Expr]:
    """The term without a function that is its argument where that is small, as sin(c*u) is: with c
    free it may be as small as it takes to be no more than u."""
    for node in walk(expr):
        if node.op in _STRAIGHT and _scaled(node.args[0])[0] is not None:
            yield _exchanged(expr, node, node.args[0])


def _tied(expr: Expr, errors: dict[float, float]) -> Iterator[Expr]:
    """Sums c f + d g as c (f + r g) where d/c is r = 1, -1, 2, -2, 1/2 or -1/2 within errors."""
    for node in walk(expr):
        if node.op != "add":
            continue
        parts = [_scaled(term) for term in node.args]
        for i, (c, f) in enumerate(parts):
            for j, (d, g) in enumerate(parts[i + 1 :], i + 1):
                if c is None or d is None:
                    continue
                near = _plain_ratio(d / c)
                slack = 3.5 * (errors.get(abs(d), 0.0) + errors.get(abs(c), 0.0)) + 1e-9 * abs(d)
                if near is None or abs(d - near * c) > slack:
                    continue
                rest = [term for k, term in enumerate(node.args) if k not in (i, j)]
                both = _common(c, f, near, g)
                merged = apply("add", both, *rest) if rest else both
                yield _exchanged(expr, node, merged)


def _exchanged(expr: Expr, old: Expr, new: Expr) -> Expr:
    return transform(expr, lambda node: new if node is old else node)


def _common(c: float, f: Expr, ratio: Fraction, g: Expr) -> Expr:
    """c (f + ratio g), with a positive c where the sign can move inside."""
    if c < 0 and ratio < 0:
        return number(-c) * (number(-ratio) * g - f)
    return number(c) * (f + number(ratio) * g)


def _plain_ratio(ratio: float) -> Fraction | None:
    plain = Fraction(round(2 * ratio), 2)
    usual = plain != 0 and abs(plain) <= 2 and abs(plain) != Fraction(3, 2)
    return plain if usual and abs(float(plain) - ratio) < 0.05 else None


def _scaled(term: Expr) -> tuple[float | None, Expr]:
    """``term`` as (c, f) with term = c f and c a float; (None, term) without such a factor."""
    if term.op == "neg":
        c, f = _scaled(term.args[0])
        return (None if c is None else -c), f
    head = term.args[0] if term.op in ("mul", "div") else term
    if isinstance(head.value, float):
        if term.op == "mul":
            return head.value, apply("mul", *term.args[1:])
        if term.op == "div":
            return head.value, apply("div", number(1), term.args[1])
        if head is term:
            return head.value, number(1)
    elif head.op == "mul" and isinstance(head.args[0].value, float):
        return head.args[0].value, apply(term.op, apply("mul", *head.args[1:]), *term.args[1:])
    return None, term
