"""Inverse functions of what canonical form has spelled out: sines, and sums of exponentials."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from sr_kernel.equality.factoring import term_list
from sr_kernel.equality.generators import Generator, TooLarge
from sr_kernel.expr import Expr, apply, number

if TYPE_CHECKING:
    from sr_kernel.equality.normal_form import Normalizer

_HALF_PI = apply("pi") / number(2)
_ANGLES = {("atan", "tan"), *((op, of) for op in ("asin", "acos") for of in ("sin", "cos"))}
_SIGNS = {"asinh": -1, "acosh": 1}


def undone_sum(n: Normalizer, op: str, arg: Expr) -> Expr | None:
    """``log(u)`` for asinh of ``(u - 1/u)/2``, its size for acosh of ``(u + 1/u)/2``.

    ``u`` is a product of positive factors; None where ``arg`` is no such sum.
    """
    if op not in _SIGNS:
        return None
    try:
        form = n.form(arg)
    except (TooLarge, ZeroDivisionError):
        return None
    above, below = term_list(form.above), term_list(form.below)
    if len(above) != 2 or len(below) != 1:
        return None
    (c, one), (d, other) = above if above[0][0] > 0 else reversed(above)
    ((lead, shift),) = below
    c, d = 2 * c / lead, 2 * d / lead
    is_inverse = all(i + j == 2 * k for i, j, k in zip(one, other, shift, strict=True))
    if not is_inverse or c < 0 or c * d != _SIGNS[op]:
        return None
    counts = [i - k for i, k in zip(one, shift, strict=True)]
    log = _log_of_product(n, c, list(zip(form.generators, counts, strict=False)))
    return log if log is None or op == "asinh" else apply("abs", log)


def _log_of_product(
    n: Normalizer, content: Fraction, powers: list[tuple[Generator, int]]
) -> Expr | None:
    """The logarithm of a product; None unless all factors are surely positive."""
    terms = [] if content == 1 else [apply("log", number(content))]
    for generator, count in powers:
        if not count:
            continue
        factor = number(generator.unit * count) * generator.atom
        if generator.base is not None:
            if not n.signs.positive(generator.base):
                return None
            factor = factor * apply("log", generator.base)
        terms.append(factor)
    return apply("add", *terms) if terms else None


def undone_angle(n: Normalizer, op: str, arg: Expr) -> Expr | None:
    """``t`` for asin(sin(t)), acos(cos(t)) and atan(tan(t)), and ``pi/2 - t`` for the others,
    where interval arithmetic sees ``t`` in the branch; else None."""
    if (op, arg.op) not in _ANGLES:
        return None
    angle = arg.args[0]
    centred = _HALF_PI - angle if arg.op == "cos" else angle
    inside = n.signs.positive if op == "atan" else n.signs.nonnegative
    if not (inside(n.best(_HALF_PI - centred)) and inside(n.best(_HALF_PI + centred))):
        return None
    return _HALF_PI - centred if op == "acos" else centred
