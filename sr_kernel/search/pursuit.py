"""Pursuit: which function, added to or multiplied with a node of a law on the front, explains most
of what the law leaves over?  (Matching pursuit, Mallat and Zhang 1993, on the slopes of the law.)

To first order a change c f of a node moves the prediction by c f times the derivative by that node.
Its rows are screened against the residual, with the constants of the law free to move: the whole
bank on the probe rows, then the best of each size on all rows, ranked by what they would save.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from sr_kernel.errors import SrKernelError
from sr_kernel.expr import Expr, apply, number, symbol
from sr_kernel.expr.operators import FloatArray
from sr_kernel.numeric.evaluate import evaluate
from sr_kernel.numeric.gradient import evaluate_with_gradient
from sr_kernel.numeric.program import compile_program
from sr_kernel.search.dictionary import BankPart, Dictionary, IntArray, LogPart, Part
from sr_kernel.search.families import FamilyPart
from sr_kernel.search.match import Target, best_singles
from sr_kernel.search.operations import power
from sr_kernel.search.products import modulated
from sr_kernel.search.proposer import Context
from sr_kernel.search.variation import Path, at, paths, put

_LAWS = 3
"""Laws of the front, the shortest descriptions first, that are pursued."""
_STEPS = (3, 6)
"""Laws pursued in a row in each round, each time from the front as it has become."""
_WIDE, _NARROW = 100_000, 1500
"""Functions looked at for the whole law, and for a node inside."""
_EACH, _BEST, _BEST_INSIDE = 8, 4, 2
"""Functions of each size seen on all rows, and those tried at a place."""
_CHUNK = 20_000
_NODE = 2.2
"""Nats of structure that a node costs, about."""
_HOLE = "the node"


class PursuitProposer:
    """Laws of the front with one function more."""

    def __init__(self) -> None:
        self._done: dict[Expr, int] = {}

    def propose(self, context: Context) -> Iterator[Expr]:
        for _ in range(_STEPS[min(context.round, len(_STEPS) - 1)]):
            law = self._next(context)
            if law is None or context.solved():
                return
            yield from _extended(context, law)

    def _next(self, context: Context) -> Expr | None:
        """The law of the shortest description that has not met this bank."""
        entries = sorted(context.front.entries, key=lambda entry: entry.length)[:_LAWS]
        for entry in entries:
            if self._done.get(entry.expr, -1) < len(context.bank):
                self._done[entry.expr] = len(context.bank)
                return entry.expr
        return None


@dataclass(frozen=True, slots=True, eq=False)
class _Place:
    """Where a function goes: ``slope`` (n,) is the change of the law's values by its coefficient;
    ``build`` makes the law with coefficient and function in it."""

    slope: FloatArray
    parts: tuple[Part, ...]
    build: Callable[[float, Expr], Expr]
    best: int


def _extended(context: Context, law: Expr) -> Iterator[Expr]:
    """``law`` with what explains most of its residual, at each of its nodes."""
    residual = Residual.of(context, law)
    if residual is None:
        return
    for place in _places(context, law):
        context.poll()
        if not np.isfinite(place.slope).all() or not place.slope.any():
            continue
        for coefficient, function in residual.explained(context, place):
            try:
                longer = place.build(coefficient, function)
            except SrKernelError:  # a literal overflows
                continue
            if longer.size <= context.problem.max_size:
                yield longer


# ------------------------------------------------------------------ where


def _places(context: Context, law: Expr) -> Iterator[_Place]:
    for path in paths(law):
        node = at(law, path)
        if isinstance(node.value, float):
            continue
        slope = np.ones(context.sample.rows) if path == () else _slope(context, law, path)
        if slope is None:
            continue
        inside = path != ()
        parts = _parts(context, _NARROW if inside else _WIDE, families=not inside)
        best = _BEST_INSIDE if inside else _BEST
        yield _Place(slope, parts, _adder(law, path, node), best)
        if node.is_number or not context.allows("mul"):
            continue
        values = context.sample.predict(node)
        yield _Place(slope * values, parts, _multiplier(law, path, node), best)
        if not inside and context.allows("pow"):
            logs = tuple(LogPart(part) for part in parts)
            yield _Place(slope * values, logs, _exponentiator(law, path, node), best)


def _parts(context: Context, limit: int, *, families: bool) -> tuple[Part, ...]:
    limit = min(limit, len(context.bank))
    parts: list[Part] = [BankPart(context.bank, limit), *modulated(context, limit)]
    if families and (members := FamilyPart.over(context)) is not None:
        parts.append(members)
    return tuple(parts)


def _adder(law: Expr, path: Path, node: Expr) -> Callable[[float, Expr], Expr]:
    return lambda c, f: put(law, path, apply("add", node, apply("mul", number(c), f)))


def _multiplier(law: Expr, path: Path, node: Expr) -> Callable[[float, Expr], Expr]:
    def build(c: float, f: Expr) -> Expr:
        return put(law, path, apply("mul", node, number(1.0) + apply("mul", number(c), f)))

    return build


def _exponentiator(law: Expr, path: Path, node: Expr) -> Callable[[float, Expr], Expr]:
    return lambda c, f: put(law, path, apply("mul", node, power(f, c)))


def _slope(context: Context, law: Expr, path: Path) -> FloatArray | None:
    """The derivative by the node at ``path`` (n,), by differences."""
    sample = context.sample
    names = (*sample.variables, _HOLE)
    program = compile_program(put(law, path, symbol(_HOLE)), names, free="none")
    values = sample.predict(at(law, path))
    step = 1e-6 * (np.abs(values) + np.abs(values).max(initial=0.0) + 1e-300)
    with np.errstate(all="ignore"):
        above, below = (
            evaluate(program, np.column_stack([sample.X, moved]))
            for moved in (values + step, values - step)
        )
        slope = (above - below) / (2 * step)
    return slope if np.isfinite(slope).all() else None


# ------------------------------------------------------------------ what


@dataclass(frozen=True, slots=True, eq=False)
class Residual:
    """What a law leaves over (n,), modulo its derivatives (n, p) by its constants."""

    rest: FloatArray
    gradient: FloatArray
    weights: FloatArray
    few: Target

    @classmethod
    def of(cls, context: Context, law: Expr) -> Residual | None:
        """None where nothing is left over, or too few rows are left to say."""
        sample, rows = context.sample, context.probe_rows
        values, gradient = evaluate_with_gradient(
            compile_program(law, sample.variables), sample.X
        )
        gradient = gradient[:, np.isfinite(gradient).all(axis=0)]
        rest = sample.y - values
        if not np.isfinite(rest).all() or gradient.shape[1] + 4 > len(rows):
            return None
        weights = np.sqrt(sample.weights)
        few = Target(rest[rows], gradient[rows], weights[rows])
        return None if few.explained else cls(rest, gradient, weights, few)

    def explained(self, context: Context, place: _Place) -> Iterator[tuple[float, Expr]]:
        """Coefficients and functions that explain most of the rest at ``place``."""
        dictionary = Dictionary(place.parts)
        seen = self._looked(context, dictionary, place)
        picked = best_singles(seen, dictionary.sizes, _EACH)
        with np.errstate(all="ignore"):
            rows = dictionary.values(picked, context.sample.X) * place.slope
        sound = np.isfinite(rows).all(axis=1)
        picked, rows = picked[sound], rows[sound]
        strength = np.abs(Target(self.rest, self.gradient, self.weights).look(rows))
        for k in _cheapest(strength, dictionary.sizes[picked], len(self.rest))[: place.best]:
            coefficient = self._coefficient(rows[k])
            if math.isfinite(coefficient) and coefficient != 0.0:
                yield coefficient, dictionary.expr(int(picked[k]))

    def gains(self, angles: FloatArray, picked: IntArray) -> FloatArray:
        """Shares (k,) of the rest on the rows ``picked`` (n,) that the sines and cosines of
        ``angles`` (k, n) explain together, beside the derivatives."""
        weights = self.weights[picked]
        basis = np.linalg.qr(self.gradient[picked] * weights[:, None])[0]
        right = self.rest[picked] * weights
        right = right - basis @ (basis.T @ right)
        both = [wave(angles) * weights for wave in (np.sin, np.cos)]
        s, c = (rows - (rows @ basis) @ basis.T for rows in both)
        # The gain of two columns is b' G^-1 b with their products G (2, 2) and b (2,).
        ss, cc, sc = (np.einsum("ij,ij->i", *pair) for pair in ((s, s), (c, c), (s, c)))
        bs, bc = s @ right, c @ right
        determinant = ss * cc - np.square(sc)
        with np.errstate(all="ignore"):
            gain = (np.square(bs) * cc + np.square(bc) * ss - 2.0 * bs * bc * sc) / determinant
            gain = gain / float(right @ right)
        sound = (determinant > 1e-6 * ss * cc) & np.isfinite(gain)
        return np.where(sound, np.clip(gain, 0.0, 1.0), 0.0)

    def _looked(self, context: Context, dictionary: Dictionary, place: _Place) -> FloatArray:
        """Correlations (N,) of all functions on the probe rows."""
        slope = place.slope[context.probe_rows]
        found = np.zeros(len(dictionary))
        for begin in range(0, len(dictionary), _CHUNK):
            context.poll()
            chunk = np.arange(begin, min(begin + _CHUNK, len(dictionary)))
            with np.errstate(all="ignore"):
                found[chunk] = self.few.look(dictionary.rows(chunk) * slope)
        return found

    def _coefficient(self, row: FloatArray) -> float:
        """The coefficient of ``row`` (n,) beside the derivatives."""
        design = np.column_stack([row, self.gradient]) * self.weights[:, None]
        norms = np.linalg.norm(design, axis=0)
        design = design / np.where(norms > 0, norms, 1.0)
        answer = np.linalg.lstsq(design, self.rest * self.weights, rcond=1e-12)[0]
        return float(answer[0] / norms[0]) if norms[0] > 0 else math.nan


def _cheapest(strength: FloatArray, sizes: IntArray, rows: int) -> IntArray:
    """Places of what would shorten the description most, those that would not left out."""
    saved = -0.5 * rows * np.log(np.maximum(1.0 - np.square(strength), 1e-12)) - _NODE * sizes
    order = np.argsort(-saved, kind="stable")
    return np.asarray(order[saved[order] > 0])
