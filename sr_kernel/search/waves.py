"""Waves of sums and of products: y = A + B cos(f + g + c), y = A + B cos(c f g), the same with f/g
and with tangents, f and g being functions of the bank.

A wave cannot be peeled off where its argument leaves one branch: arccos knows f + g up to a sign
and whole turns.  Differences between rows, modulo a turn, are free of the phase c; for each choice
of the signs on four rows the f and g that give them meet in a sorted list, as in exact.  Products
leave one branch too, but hardly on all rows: of some rows two or three are likely to be in it,
and there the logarithm of the arccosine is that of c f g.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator
from itertools import combinations, product

import numpy as np
from numpy.typing import NDArray

from sr_kernel.errors import ExpressionError
from sr_kernel.expr import Expr, apply, number
from sr_kernel.expr.operators import FloatArray
from sr_kernel.numeric.evaluate import evaluate
from sr_kernel.numeric.program import compile_program
from sr_kernel.search.dictionary import IntArray
from sr_kernel.search.frames import SAME, Frame, between, frames, spread, spread_wide
from sr_kernel.search.proposer import Context

_ROWS = 4
"""Rows on which signs are tried: three differences tell sums of a bank apart."""
_SMALLEST, _NEXT_TO_ZERO = 4, 5
"""Rows on which functions are smallest and those on which angles are: some are taken to be in one
branch."""
_LEAST = 1e-2
"""Angles below this have lost digits."""
_PRODUCTS, _TIMES_C = 20_000, 2_000
"""Functions whose products are tried, and fewer whose products times any number are."""
_AWAY = 0.95
"""Next to -1 and 1 an arccosine has lost half its digits."""
_BORNE_OUT = 1e-8
_SCALES, _SHIFTS = 10, 3000
"""Bank entries among which B and A are sought."""
_TAN_SCALES, _TAN_SHIFTS = 6, 40
_FRAMES, _TAN_FRAMES = 8, 12
_TRIED = 8
_NEARLY = 8_000
"""Bank entries whose sums are tried where angles are known nearly."""
_WILD = 1e6
"""Arguments whose turns leave too few digits."""
_LIMITS, _FEWEST = (8_000, 60_000), 30
"""Bank entries that are looked at, and rows at least."""
_LATER = 4_000
"""Bank entries of a sweep from which tangents are looked for."""


class WaveProposer:
    """One look at a larger bank than a sweep has, the first and the last time."""

    exact = True
    glance = True
    """Costs more than a first sweep should."""
    wavy = True
    """Also asked where what it looks for seems to be noise."""

    def __init__(self, *, tangents: bool = False) -> None:
        self.tangents = tangents
        self.needs = ("tan",) if tangents else ("sin", "cos")
        self._limit = 0

    def propose(self, context: Context) -> Iterator[Expr]:
        limit = _LIMITS[1 if context.limit > _LIMITS[0] else 0]
        if not context.exactly or limit <= self._limit or not context.allows("add", "sub"):
            return
        if len(context.probe_rows) < _FEWEST:
            return
        if self.tangents and context.limit < _LATER and not context.noisy:
            return  # they are rare
        self._limit = limit
        wave = _Tangent() if self.tangents else _Cosine()
        if wave.needs <= set(context.operators):
            context.bank.grow(limit, context.poll)
            yield from _Search(context, limit, wave).laws()


# ------------------------------------------------------------------ two kinds of waves


class _Cosine:
    name, needs, period = "cos", {"sin", "cos"}, 2 * math.pi
    signs = tuple(product((1.0, -1.0), repeat=_ROWS))

    def angles(self, values: FloatArray) -> FloatArray:
        return np.asarray(np.arccos(values))

    def turns(self, values: FloatArray) -> list[FloatArray]:
        """Sizes of the arguments next to zero of a cosine and of a sine."""
        return [np.arccos(values), np.abs(np.arcsin(values))]

    def sharp(self, values: FloatArray) -> NDArray[np.bool_]:
        return np.asarray(np.abs(values) < _AWAY)

    def frames(self, context: Context) -> list[Frame]:
        return [*spread(context), *frames(context, _SCALES, _SHIFTS, between, 1 + SAME, _FRAMES)]

    def columns(self, inner: FloatArray) -> FloatArray:
        return np.stack([np.ones_like(inner), np.cos(inner), np.sin(inner)], axis=1)

    def term(self, argument: Expr, answer: FloatArray) -> Expr:
        """The term of 1, cos and sin of the ``argument`` with coefficients ``answer`` (3,)."""
        level, size = float(answer[0]), float(np.hypot(answer[1], answer[2]))
        phase = math.atan2(-answer[2], answer[1])
        quarter = round(phase / (math.pi / 2))
        if abs(phase - quarter * math.pi / 2) > 1e-7:
            wave = apply("cos", argument + number(phase))
        else:
            wave = apply("sin" if quarter % 2 else "cos", argument)
            size = -size if quarter % 4 in (1, 2) else size
        return _with_level(wave, size, level)


class _Tangent:
    name, needs, period = "tan", {"tan"}, math.pi
    signs = ((1.0,) * _ROWS, (-1.0,) * _ROWS)

    def angles(self, values: FloatArray) -> FloatArray:
        return np.asarray(np.arctan(values))

    def turns(self, values: FloatArray) -> list[FloatArray]:
        return [np.abs(np.arctan(values))]

    def sharp(self, values: FloatArray) -> NDArray[np.bool_]:
        return np.asarray(np.abs(values) < 30.0)

    def frames(self, context: Context) -> list[Frame]:
        return frames(context, _TAN_SCALES, _TAN_SHIFTS, spread_wide, math.inf, _TAN_FRAMES, (0,))

    def columns(self, inner: FloatArray) -> FloatArray:
        return np.tan(inner)[:, None]

    def term(self, argument: Expr, answer: FloatArray) -> Expr:
        wave = apply("tan", argument)
        return -wave if answer[0] < 0 else wave


def _with_level(wave: Expr, size: float, level: float) -> Expr:
    if abs(abs(size) - 1) > 1e-7:
        wave = number(size) * wave
    elif size < 0:
        wave = -wave
    return wave + number(level) if abs(level) > 1e-7 * abs(size) else wave


# ------------------------------------------------------------------ the arguments


Found = tuple[int, int, str]
"""Places of two functions, and how they are joined."""


class _Search:
    """Sums of two bank functions as arguments of one kind of wave."""

    def __init__(self, context: Context, limit: int, wave: _Cosine | _Tangent) -> None:
        self.context, self.wave = context, wave
        bank = context.bank
        picked = np.flatnonzero(bank.varying[:limit])
        picked = picked[np.median(np.abs(bank.rows[picked]), axis=1) < _WILD]
        self.places = np.append(-1, picked)
        """Nothing, and functions of the bank."""
        self.rows = np.concatenate([np.zeros((1, len(context.probe_rows))), bank.rows[picked]])
        self.sizes = np.append(0, bank.sizes[picked])
        size = np.abs(self.rows)
        self.typical = np.median(size, axis=0)
        """Where functions are small, their digits behind the point are many."""

    def laws(self) -> Iterator[Expr]:
        for frame in self.wave.frames(self.context):
            values = _evened(frame) if self.wave.name == "cos" else frame.values
            seen = values[self.context.probe_rows]
            sharp = np.flatnonzero(self.wave.sharp(seen))
            sharp = sharp[np.argsort(self.typical[sharp], kind="stable")]
            if len(sharp) < _ROWS:
                continue
            yield from self._best(frame, self._of_sums(frame, seen, sharp[:_ROWS]))
            for turn in self.wave.turns(seen) if frame.near == SAME else ():
                yield from self._best(frame, self._of_products(turn))
            if self.context.solved():
                return

    def _best(self, frame: Frame, found: Iterator[Found]) -> Iterator[Expr]:
        for f, g, joint in sorted(found, key=self._size)[:_TRIED]:
            yield from self._told(frame, f, g, joint)
            if self.context.solved():
                return

    def _size(self, found: Found) -> int:
        return int(sum(self.sizes[k] for k in found[:2]))

    def _of_sums(self, frame: Frame, seen: FloatArray, rows: IntArray) -> Iterator[Found]:
        """The f + g and f - g that have the angles of the four ``rows`` up to signs and a phase."""
        among = self.rows if frame.near == SAME else self.rows[:_NEARLY]
        angles, period = self.wave.angles(seen[rows]), self.wave.period
        apart = np.mod(among[:, rows[1:]] - among[:, rows[:1]], period)
        meeting = _Meeting(apart, frame.near, period)
        for signs in self.wave.signs:
            self.context.poll()
            turned = np.array(signs) * angles
            for joint, sign in (("add", 1.0), ("sub", -1.0)):
                wanted = np.mod(turned[1:] - turned[0] - sign * apart, period)
                for f, g in meeting.pairs(wanted):
                    if f >= g or sign < 0:
                        yield f, g, joint

    def _of_products(self, turn: FloatArray) -> Iterator[Found]:
        """The f g and f/g whose sizes on some rows are those of the angles ``turn`` (m,), or times
        any number those of the angles."""
        rows = self._likely(turn)
        with np.errstate(all="ignore"):
            # Each shift is a frame of a tangent, so there are many.
            count = _PRODUCTS if self.wave.name == "cos" else _TIMES_C
            logs, goal = np.log(np.abs(self.rows[:count, rows])), np.log(turn[rows])
        logs[0], logs[~np.isfinite(logs)] = 0.0, np.nan
        for pair in combinations(range(len(rows)), 2):
            yield from self._joined(logs[:, list(pair)], goal[list(pair)])
        if self.wave.name != "cos":
            return
        few = logs[:_TIMES_C]
        for first, *others in combinations(range(len(rows)), 3):
            apart = few[:, others] - few[:, [first]]
            yield from self._joined(apart, goal[others] - goal[first])

    def _likely(self, turn: FloatArray) -> IntArray:
        """Rows on which the argument is likely to be an angle next to zero."""
        sound = np.flatnonzero((turn > _LEAST) & (turn < math.pi - _LEAST))
        nearest = sound[np.argsort(turn[sound], kind="stable")[:_NEXT_TO_ZERO]]
        small = sound[np.argsort(self.typical[sound], kind="stable")]
        return np.append(nearest, small[~np.isin(small, nearest)][:_SMALLEST])

    def _joined(self, logs: FloatArray, goal: FloatArray) -> Iterator[Found]:
        self.context.poll()
        meeting = _Meeting(logs, SAME)
        for joint, sign in (("mul", 1.0), ("div", -1.0)):
            for f, g in meeting.pairs(goal - sign * logs):
                if f >= g or sign < 0:
                    yield f, g, joint

    def _told(self, frame: Frame, f: int, g: int, joint: str) -> Iterator[Expr]:
        argument = self._argument(f, g, joint)
        inner = self._values(argument)
        for c in self._factors(frame, inner) if joint in ("mul", "div") else (1.0,):
            columns = self.wave.columns(c * inner)
            if not np.isfinite(columns).all():
                continue
            answer = np.asarray(np.linalg.lstsq(columns, frame.values, rcond=1e-12)[0])
            off = np.abs(columns @ answer - frame.values) / (1 + np.square(frame.values))
            if np.quantile(off, 0.9) < _BORNE_OUT:
                inside = argument if c == 1 else _number(c) * argument
                with contextlib.suppress(ExpressionError):  # a literal overflows
                    yield frame.build(self.wave.term(inside, answer))
                return

    def _argument(self, f: int, g: int, joint: str) -> Expr:
        bank = self.context.bank
        parts = [bank.expr(int(self.places[k])) if k > 0 else None for k in (f, g)]
        if parts[1] is None:
            return parts[0] or number(0)
        if parts[0] is None:
            return apply("div", number(1), parts[1]) if joint == "div" else parts[1]
        return parts[0] - parts[1] if joint == "sub" else apply(joint, parts[0], parts[1])

    def _values(self, argument: Expr) -> FloatArray:
        program = compile_program(argument, self.context.sample.variables, free="none")
        return evaluate(program, self.context.sample.X)

    def _factors(self, frame: Frame, inner: FloatArray) -> Iterator[float]:
        """What the argument may be multiplied with, from where it is smallest."""
        values = np.clip(frame.values, -1, 1) if self.wave.name == "cos" else frame.values
        smallest = np.argsort(np.abs(inner), kind="stable")[: 2 * _ROWS]
        for turn in self.wave.turns(values[smallest]):
            with np.errstate(all="ignore"):
                c = float(np.median(turn / np.abs(inner[smallest])))
            if math.isfinite(c) and c > 0:
                yield float(round(c)) if abs(c - round(c)) < 1e-7 * c else c


class _Meeting:
    """Rows (N, k) in a sorted list, to be met by others that are equal to them up to ``near``, as
    angles where there is a ``period``."""

    def __init__(self, rows: FloatArray, near: float, period: float = math.inf) -> None:
        self.near, self.period, self.rows = near, period, rows
        order = np.argsort(rows[:, 0], kind="stable")
        self.order = order[np.isfinite(rows[order, 0])]
        self.key = rows[self.order, 0]

    def pairs(self, wanted: FloatArray) -> Iterator[tuple[int, int]]:
        """(place among the rows, place among ``wanted`` (N, k)) of those that are equal."""
        asked = self.order  # in about the order of the list, which is quicker
        low = np.searchsorted(self.key, wanted[asked, 0] - self.near)
        high = np.searchsorted(self.key, wanted[asked, 0] + self.near)
        count = high - low
        g = np.repeat(asked, count)
        f = self.order[np.repeat(low - np.cumsum(count) + count, count) + np.arange(len(g))]
        off = np.abs(self.rows[f, 1:] - wanted[g, 1:])
        off = np.minimum(off, self.period - off).max(axis=1, initial=0.0)
        for k in np.flatnonzero(off < self.near):
            yield int(f[k]), int(g[k])


def _number(c: float) -> Expr:
    return number(int(c)) if c.is_integer() else number(c)


def _evened(frame: Frame) -> FloatArray:
    """The values of a frame for cosines between -1 and 1."""
    values = frame.values
    if frame.near > SAME:
        low, high = values.min(), values.max()
        values = (2 * values - (high + low)) / (high - low)
    return np.clip(values, -1.0, 1.0)
