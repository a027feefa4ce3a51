"""Frames of waves: y = A + B u and y = B (u + A), with A and B small functions of the bank.

A frame is seen by what it leaves: values u between -1 and 1 that come next to one of them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sr_kernel.expr import Expr, apply, number, symbol
from sr_kernel.expr.operators import FloatArray
from sr_kernel.search.peel import Peel, outer_peels, whole
from sr_kernel.search.proposer import Context

SAME = 1e-8
"""How far angles that are known are off."""
_LARGEST = 7
"""Nodes of A and of B."""
_FIRST = 8
_UNLIKELY = frozenset({"tan", "atan", "asin", "acos", "tanh"})
"""Outer functions that hardly anyone puts around a wave."""
_ESTIMATED = 2e-4
"""How far angles may be off where a thousand values have shown how high a wave goes."""
_UNEVEN = 0.08
"""By how much means of squares and of fourth powers of a wave may be off together."""
_HEIGHT = 0.3
"""Lower waves do not leave the branch of an outer function."""
_TYPICAL, _HIGH = 3.0, 6.0
"""The median of a tangent's sizes, or one over it, and how many times that it rises to."""
_SURELY = 8 * math.pi
"""The square of this over n is how near n values of a wave come to its ends."""


@dataclass(frozen=True, slots=True)
class Frame:
    """``values`` (n,) are what is left of y to be a wave, ``build`` makes y of the wave's term."""

    values: FloatArray
    peel: Peel
    scale: Expr
    shift: Expr
    inside: bool
    """Whether the shift is added before the scale multiplies."""
    near: float = SAME
    """How far angles may be off."""

    @property
    def size(self) -> int:
        return self.peel.cost + self.scale.size + self.shift.size

    def build(self, wave: Expr) -> Expr:
        if self.inside:
            return self.peel.build(_times(self.scale, _plus(wave, self.shift)))
        return self.peel.build(_plus(_times(self.scale, wave), self.shift))


def _plus(term: Expr, shift: Expr) -> Expr:
    return term if shift is number(0) else term + shift


def _times(scale: Expr, term: Expr) -> Expr:
    return term if scale is number(1) else apply("mul", scale, term)


class _Parts:
    """Numbers and, with both signs, small functions of the bank: ``rows`` (k, m) of it."""

    def __init__(self, context: Context, numbers: tuple[int, ...], count: int) -> None:
        self.context = context
        bank = context.bank
        chosen = np.flatnonzero(bank.varying[:count] & (bank.sizes[:count] <= _LARGEST))
        self.numbers = numbers
        self.places = np.concatenate([np.full(len(numbers), -1), chosen, chosen])
        self.signs = np.repeat([1.0, 1.0, -1.0], [len(numbers), len(chosen), len(chosen)])
        fixed = np.repeat(np.array(numbers, dtype=np.float64)[:, None], bank.rows.shape[1], axis=1)
        self.rows = np.concatenate([fixed, bank.rows[chosen], -bank.rows[chosen]])

    def expr(self, k: int) -> Expr:
        """The term of a part."""
        if k < len(self.numbers):
            return number(self.numbers[k])
        expr = self.context.bank.expr(int(self.places[k]))
        return expr if self.signs[k] > 0 else -expr

    def values(self, k: int) -> FloatArray:
        """Values (n,) on all rows that are fitted."""
        X = self.context.sample.X
        if k < len(self.numbers):
            return np.full(len(X), float(self.numbers[k]))
        return np.asarray(self.signs[k] * self.context.bank.values([self.places[k]], X)[0])


def frames(
    context: Context,
    scales: int,
    shifts: int,
    fits: Callable[[FloatArray], NDArray[np.bool_]],
    bound: float,
    count: int,
    numbers: tuple[int, ...] = (0, 1, -1, 2, -2),
) -> list[Frame]:
    """The ``count`` simplest frames that leave values, none beyond the ``bound``, of which
    ``fits`` holds (k, n)."""
    scale, shift = _Parts(context, (1,), scales), _Parts(context, numbers, shifts)
    found: list[Frame] = []
    for peel in outer_peels(context):
        if peel.quotient or peel.build(symbol("u")).op in _UNLIKELY:
            continue
        target = peel.target[context.probe_rows]
        for place in np.flatnonzero(scale.signs > 0).tolist():
            context.poll()
            by = scale.rows[place]
            for inside in (False, True) if place else (False,):
                for k in _near(target, by, shift.rows, bound, fits, inside=inside).tolist():
                    left = _left(
                        peel.target, scale.values(place), shift.values(k)[None], inside=inside
                    )
                    if fits(left)[0]:
                        parts = scale.expr(place), shift.expr(k)
                        found.append(Frame(left[0], peel, *parts, inside))
    return sorted(found, key=lambda frame: frame.size)[:count]


def _near(
    target: FloatArray,
    scale: FloatArray,
    shifts: FloatArray,
    bound: float,
    fits: Callable[[FloatArray], NDArray[np.bool_]],
    *,
    inside: bool,
) -> NDArray[np.int64]:
    """Places of the shifts (k, m) that may make a frame; a few rows rule out nearly all."""
    few = slice(0, _FIRST)
    first = _left(target[few], scale[few], shifts[:, few], inside=inside)
    with np.errstate(all="ignore"):
        near = np.flatnonzero(np.abs(first).max(axis=1) <= bound)
    return np.asarray(near[fits(_left(target, scale, shifts[near], inside=inside))])


def spread(context: Context) -> Iterator[Frame]:
    """y itself where it is spread as waves are, their level and size known nearly."""
    y = context.sample.y
    low, high = float(y.min()), float(y.max())
    square = np.square((2 * y - (high + low)) / (high - low))
    uneven = abs(square.mean() - 0.5) + abs(np.square(square).mean() - 0.375)
    if uneven < _UNEVEN and (high > 1 + SAME or low < -1 - SAME or high - low < 2 - SAME):
        yield Frame(y, whole(y), number(1), number(0), inside=False, near=_ESTIMATED)


def _left(target: FloatArray, scale: FloatArray, shifts: FloatArray, *, inside: bool) -> FloatArray:
    with np.errstate(all="ignore"):
        return target / scale - shifts if inside else (target - shifts) / scale


def between(left: FloatArray) -> NDArray[np.bool_]:
    """Which rows stay between -1 and 1 and come as near to one of them as waves do."""
    reach = 1 - 0.5 * (_SURELY / left.shape[1]) ** 2
    with np.errstate(all="ignore"):
        low, high = left.min(axis=1), left.max(axis=1)
        inside = (high <= 1 + SAME) & (low >= -1 - SAME)
    return np.asarray(inside & (np.maximum(high, -low) > reach) & (high - low > _HEIGHT))


def spread_wide(left: FloatArray) -> NDArray[np.bool_]:
    """Which rows are spread about as tangents are, whose sizes have a median of one."""
    with np.errstate(all="ignore"):
        size = np.abs(left)
        typical, largest = np.median(size, axis=1), size.max(axis=1)
    even = (typical > 1 / _TYPICAL) & (typical < _TYPICAL)
    return np.asarray(np.isfinite(largest) & even & (largest > _HIGH * typical))
