"""From a proposed expression to a fitted one: constants fitted, then as few and as plain as the
data allow.

Floats in an expression are free and fitted; exact numbers stay.  A constant is replaced by a plain
number (an integer, a simple fraction, sparingly a multiple of pi) only if the description length
does not suffer under a noise model that the data do not rule out: equal errors on all rows, or
errors proportional to the target.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from sr_kernel.errors import ExpressionError
from sr_kernel.expr import Expr, apply, number, transform, walk
from sr_kernel.expr.operators import FloatArray
from sr_kernel.search.cancellation import cancelled_digits
from sr_kernel.search.description import EXACT_LOSS, description_length, structure_length
from sr_kernel.search.machine import descend, ready
from sr_kernel.search.periods import many_waves
from sr_kernel.search.plainer import plainer
from sr_kernel.search.tidy import tidy
from sr_kernel.search.units import unit_length

if TYPE_CHECKING:
    from sr_kernel.search.sample import Sample


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """``expr`` with its floats fitted, judged on a sample.

    In ``expr`` every float is fitted and every exact number fixed; ``size`` counts its nodes as
    shown, where 3/2 is 1.5.  ``loss`` is relative to the target's variance, ``length`` the
    description length in nats, ``values`` and ``errors`` those of the floats in reading order,
    ``predicted`` (n,).
    """

    expr: Expr
    size: int
    loss: float
    length: float
    values: tuple[float, ...]
    errors: tuple[float, ...]
    predicted: FloatArray

    @property
    def parameters(self) -> int:
        return len(self.values)


def fit(
    expr: Expr,
    sample: Sample,
    *,
    proportional: bool = False,
    max_steps: int = 60,
    units: bool = True,
) -> Fitted | None:
    """``expr`` fitted to the sample; None if it is undefined on some row.

    ``proportional`` weighs residuals by 1/y: the least squares for errors in proportion to y.
    """
    from sr_kernel.numeric.fit import fit_constants

    weights = sample.weights / np.square(sample.y / sample.unit) if proportional else sample.weights
    if not any(isinstance(node.value, float) for node in walk(expr)):
        return judge(expr, sample, (), (), proportional=proportional, units=units)
    start, steps = approached(expr, sample, weights, max_steps)
    result = fit_constants(
        start, sample.X, sample.y, sample.variables, weights=weights, max_steps=steps
    )
    return judge(
        result.expr, sample, tuple(result.parameters), tuple(result.errors),
        proportional=proportional, units=units,
    )  # fmt: skip


def quick_fit(expr: Expr, sample: Sample) -> Fitted | None:
    """``expr`` after a short descent, errors and units left out: enough to see what it promises."""
    if ready() and 1e-100 < sample.unit < 1e100:
        near = descend(expr, sample.X, sample.y, sample.weights, sample.variables, steps=15)
        if near is not None:
            return judge(near[0], sample, near[1], (math.inf,) * len(near[1]), units=False)
    return fit(expr, sample, max_steps=10, units=False)


def approached(expr: Expr, sample: Sample, weights: FloatArray, max_steps: int) -> tuple[Expr, int]:
    """``expr`` with constants brought near the optimum, and the steps left to the careful fit."""
    if not ready() or not 1e-100 < sample.unit < 1e100:
        return expr, max_steps
    near = descend(expr, sample.X, sample.y, weights, sample.variables, steps=max_steps)
    if near is None:
        return expr, max_steps
    # Rounding in the normal equations shows once the fit is nearly exact.
    loss = near[2] / (sample.spread * sample.unit * sample.unit)
    return near[0], max_steps if loss < 1e-8 else 2


def judge(
    expr: Expr,
    sample: Sample,
    values: tuple[float, ...],
    errors: tuple[float, ...],
    *,
    proportional: bool = False,
    units: bool = True,
) -> Fitted | None:
    """``expr`` as it is, judged on the sample; None if it is undefined on some row.

    ``units`` says whether the units that it fixes are counted in its length.
    """
    predicted = sample.predict(expr)
    if not np.isfinite(predicted).all():
        return None
    if proportional:
        with np.errstate(all="ignore"):
            ratio = np.square((predicted - sample.y) / sample.y)
        loss = float(sample.weights @ ratio)
    else:
        loss = sample.relative_loss(predicted)
    if not math.isfinite(loss):
        return None
    structure = structure_length(expr, len(sample.variables)) + sample.surcharge(expr)
    if units:
        structure += unit_length(expr, sample)
        structure += 2.0 * cancelled_digits(expr, sample) + many_waves(expr, sample)
    length = description_length(sample.floored(loss), sample.rows, len(values), structure)
    return Fitted(expr, sample.complexity(shown(expr)), loss, length, values, errors, predicted)


def refine(start: Fitted, sample: Sample, operators: tuple[str, ...]) -> Iterator[Fitted]:
    """``start`` with constants dropped, tied and made plain wherever the data cannot tell.

    The last one yielded is the plainest that the data allow; those before were fitted on the way
    and may do for their size.
    """
    best = start
    for _ in range(12):
        # Signs may have moved between a literal and its place, sizes stay.
        errors = {abs(v): e for v, e in zip(best.values, best.errors, strict=True)}
        for candidate, allowance in plainer(best.expr, errors, operators):
            try:
                fitted = fit(candidate, sample)
            except ExpressionError:
                continue
            if fitted is None:
                continue
            if _as_good(fitted, best, sample, allowance):
                yield best
                best = fitted
                break
            yield fitted
        else:
            break
    yield best


def _as_good(new: Fitted, old: Fitted, sample: Sample, allowance: float) -> bool:
    """Whether ``new`` describes the data no longer than ``old`` under a tenable noise model."""
    if new.length <= old.length + allowance:
        return True
    if not _proportional(old, sample):
        return False
    ours = fit(new.expr, sample, proportional=True)
    theirs = fit(old.expr, sample, proportional=True)
    return ours is not None and theirs is not None and ours.length <= theirs.length + allowance


def _proportional(current: Fitted, sample: Sample) -> bool:
    """Whether errors proportional to y explain the residuals about as well as equal errors."""
    y = np.abs(sample.y) / sample.unit
    if y.min() < 1e-9 or not ((sample.y > 0).all() or (sample.y < 0).all()) or np.ptp(y) == 0:
        return False
    residual = np.abs(current.predicted - sample.y) / sample.unit
    equal = 0.5 * math.log(max(float(np.mean(residual**2)), 1e-300))
    ratio = 0.5 * math.log(max(float(np.mean((residual / y) ** 2)), 1e-300))
    # Log likelihoods a row; three nats in all are what chance may do.
    return bool(ratio + float(np.mean(np.log(y))) <= equal + 3.0 / sample.rows)


# ------------------------------------------------------------------ digits


def rounded(fitted: Fitted, sample: Sample) -> Fitted:
    """``fitted`` with each constant to as few digits as reproduce the loss."""
    if not fitted.values:
        return fitted
    if fitted.loss < EXACT_LOSS:
        decimals = {value: _decimal(value) for value in fitted.values}
        fitted = _with_values(fitted, decimals, sample) or fitted
    for margin in (0.05, 0.01, 0.002, 1e-4):
        shorter = {
            value: _short(value, margin * error)
            for value, error in zip(fitted.values, fitted.errors, strict=True)
        }
        result = _with_values(fitted, shorter, sample)
        if result is not None:
            return result
    digits = {value: float(f"{value:.15g}") for value in fitted.values}
    return _with_values(fitted, digits, sample) or fitted


def _with_values(fitted: Fitted, new: dict[float, float], sample: Sample) -> Fitted | None:
    """``fitted`` with other constants if the loss stays the same to four digits."""
    signed = new | {-old: -value for old, value in new.items()}

    def swap(node: Expr) -> Expr:
        value = node.value
        return number(signed.get(value, value)) if isinstance(value, float) else node

    expr = transform(fitted.expr, swap)
    values = tuple(new[value] for value in fitted.values)
    result = judge(expr, sample, values, fitted.errors)
    if result is None or sample.floored(result.loss) > sample.floored(fitted.loss) * 1.0001:
        return None
    return result


def without_ones(fitted: Fitted, sample: Sample) -> Fitted:
    """``fitted`` with constants that have come out as one, in whatever units, left out."""
    if not any(abs(value) == 1.0 for value in fitted.values):
        return fitted
    try:
        expr = tidy(transform(fitted.expr, _exact_one))
    except ExpressionError:
        return fitted
    kept = [k for k, value in enumerate(fitted.values) if abs(value) != 1.0]
    values = tuple(fitted.values[k] for k in kept)
    if len(values) != sum(isinstance(node.value, float) for node in walk(expr)):
        return fitted
    plain = judge(expr, sample, values, tuple(fitted.errors[k] for k in kept))
    if plain is None or sample.floored(plain.loss) > sample.floored(fitted.loss) * 1.0001:
        return fitted
    return plain


def _exact_one(node: Expr) -> Expr:
    value = node.value
    return number(round(value)) if isinstance(value, float) and abs(value) == 1.0 else node


def _decimal(value: float) -> float:
    """A decimal of a few digits that is nearer to ``value`` than chance would have it."""
    for digits in range(1, 7):
        short = float(f"{value:.{digits}g}")
        if abs(short - value) <= 2e-10 * abs(value):
            return short
    return value


def _short(value: float, allowed: float) -> float:
    """``value`` to the fewest digits that leave it within ``allowed``, or to thirteen."""
    allowed = max(allowed, 1e-13 * abs(value)) if allowed < math.inf else 0.0
    for digits in range(1, 17):
        short = float(f"{value:.{digits}g}")
        if abs(short - value) <= allowed:
            return short
    return value


def shown(expr: Expr) -> Expr:
    """``expr`` with exact exponents that have a short decimal, such as 3/2, in that spelling."""

    def spell(node: Expr) -> Expr:
        exponent = node.args[1].value if node.op == "pow" else None
        if isinstance(exponent, Fraction) and exponent.denominator in (2, 4):
            return apply("pow", node.args[0], number(float(exponent)))
        return node

    return transform(expr, spell)


def pinned(expr: Expr) -> Expr:
    """The reverse of :func:`shown`: exponents that are short decimals are exact, not fitted."""

    def pin(node: Expr) -> Expr:
        exponent = node.args[1].value if node.op == "pow" else None
        if isinstance(exponent, float) and (4 * exponent).is_integer():
            return apply("pow", node.args[0], number(Fraction(exponent)))
        return node

    return transform(expr, pin)
