"""What the network says of one table: probabilities by name, and tokens for the decoder."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sr_kernel.expr import Expr, apply
from sr_kernel.expr.operators import FloatArray
from sr_kernel.guide.actions import ATOMS, OUTER, PAIRS, WAYS, atom, pair
from sr_kernel.guide.arrays import NUMPY
from sr_kernel.guide.corpus import OPERATORS
from sr_kernel.guide.inputs import ROWS, inputs_of
from sr_kernel.guide.network import NOISES, Answers, Network
from sr_kernel.guide.tokens import LONGEST
from sr_kernel.guide.weights import Weights

WIDEST = 20
"""Columns that are looked at: the work grows with the sixth power of their number."""
BITS = 20.0
"""Bits in which the length is told."""
_OVER = {
    "square": "square root of {}", "power": "root of {}", "inverse": "1/{}", "sqrt": "{}**2",
    "exp": "log({})", "log": "exp({})", "sin": "asin({})", "cos": "acos({})", "tan": "atan({})",
    "tanh": "atanh({})", "asin": "sin({})", "acos": "cos({})", "atan": "tan({})",
    "abs": "sign of {}", "sinh": "asinh({})", "cosh": "acosh({})",
}  # fmt: skip
"""How an outer function is undone, in words."""


@dataclass(frozen=True, slots=True)
class Action:
    """One operation to undo: an ``outer`` function, or ``way`` ("factor", "divisor", "term") of
    the function ``inner`` of one or two columns; ``p`` is the probability that it is right."""

    p: float
    outer: str = ""
    way: str = ""
    inner: Expr | None = None

    def words(self, target: str) -> str:
        """What is left, in words."""
        if self.outer:
            return _OVER[self.outer].format(target)
        if self.inner is None:
            return target
        plain = not self.inner.args or self.inner.op not in ("add", "mul", "div")
        shown = str(self.inner) if plain else f"({self.inner})"
        sign = {"factor": "/", "divisor": "*", "term": " - c*"}[self.way]
        return f"{target}{sign}{shown}"


@dataclass(frozen=True, eq=False)
class Reading:
    """One table of ``names`` as the network sees it."""

    network: Network
    names: tuple[str, ...]
    tokens: Any
    answers: Answers
    seconds: float

    @cached_property
    def operators(self) -> dict[str, float]:
        """Probability of each operator."""
        return dict(zip(OPERATORS, _shares(self.answers.operators[0]), strict=True))

    @cached_property
    def columns(self) -> dict[str, float]:
        """Probability that a column is in the law."""
        return dict(zip(self.names, _shares(self.answers.used[0]), strict=True))

    @cached_property
    def joined(self) -> dict[tuple[str, str], float]:
        """Probability that neither a sum nor a product parts two columns, both in the law."""
        both = NUMPY.sigmoid(self.answers.joined[0]).min(axis=2)
        d = len(self.names)
        return {
            (self.names[i], self.names[j]): float(both[i, j])
            for i in range(d) for j in range(i + 1, d)
        }  # fmt: skip

    @cached_property
    def size(self) -> float:
        """Nodes expected."""
        return float(NUMPY.softmax(self.answers.size[0]) @ np.arange(1, LONGEST + 1))

    @cached_property
    def noises(self) -> FloatArray:
        """Probabilities of the levels NOISES."""
        return np.asarray(NUMPY.softmax(self.answers.noise[0]), dtype=np.float64)

    @property
    def noise(self) -> float:
        """The level of noise in the middle of what is believed."""
        return NOISES[int(np.searchsorted(np.cumsum(self.noises), 0.5).clip(0, len(NOISES) - 1))]

    @property
    def bits(self) -> float:
        """Length of the law's description."""
        return max(BITS * float(self.answers.length[0]), 0.0)

    def actions(self) -> list[Action]:
        """All operations that may be undone, the likeliest first."""
        return sorted(self._actions(), key=lambda action: -action.p)

    def _actions(self) -> Iterator[Action]:
        for name, p in zip(OUTER, _shares(self.answers.outer[0]), strict=True):
            yield Action(p, outer=name)
        atoms = NUMPY.sigmoid(self.answers.atoms[0])
        pairs = NUMPY.sigmoid(self.answers.pairs[0])
        for i, name in enumerate(self.names):
            for a, kind in enumerate(ATOMS):
                for w, way in enumerate(WAYS):
                    yield Action(float(atoms[i, a, w]), way=way, inner=atom(kind, name))
            for j in range(i):
                for k, kind in enumerate(PAIRS):
                    inner = pair(kind, self.names[j], name)
                    yield Action(float(pairs[i, j, k]), way=kind.split()[1], inner=inner)


def _shares(logits: Any) -> list[float]:
    return [float(share) for share in NUMPY.sigmoid(logits)]


def _likest(X: FloatArray, y: FloatArray) -> NDArray[np.int64]:
    """The columns that are looked at, by the correlation of ranks with the target."""
    d = X.shape[1]
    if d <= WIDEST:
        return np.arange(d)
    ranks = np.array([np.argsort(np.argsort(values)) for values in (y, *X.T)], dtype=np.float64)
    ranks -= ranks.mean(axis=1, keepdims=True)
    likeness = np.abs(ranks[1:] @ ranks[0])  # all have the same spread
    likeness[np.ptp(X, axis=0) == 0] = -1.0
    return np.sort(np.argsort(-likeness, kind="stable")[:WIDEST])


def _drawn(X: FloatArray, y: FloatArray, seed: int) -> NDArray[np.intp]:
    """Up to ROWS rows, in an order that hangs on what they hold and on ``seed``."""
    mixed = _mixed(_bits(y) + np.uint64(seed))
    with np.errstate(over="ignore"):
        for column in X.T:
            mixed += _mixed(_bits(column))
        mixed = _mixed(mixed)
    last = np.partition(mixed, ROWS - 1)[ROWS - 1] if len(y) > ROWS else mixed.max()
    some = np.flatnonzero(mixed <= last)
    return np.asarray(some[np.lexsort((*X[some].T, mixed[some]))][:ROWS])


def _bits(values: FloatArray) -> NDArray[np.uint64]:
    return np.ascontiguousarray(values + 0.0).view(np.uint64)  # there are two zeros


def _mixed(bits: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """A hash of each number (the finaliser of SplitMix64, Steele et al. 2014, one round)."""
    with np.errstate(over="ignore"):
        bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    return bits ^ (bits >> np.uint64(27))


class Reader:
    """Reads tables with the ``weights`` of a guide."""

    def __init__(self, weights: Weights) -> None:
        self.network = Network(weights.arrays, weights.shape)

    def read(self, names: Sequence[str], X: FloatArray, y: FloatArray, seed: int = 0) -> Reading:
        """The reading of a table (n, d) with its target (n,).

        Of more than :data:`ROWS` rows some are looked at, drawn by ``seed`` and what they hold, and
        of more than :data:`WIDEST` columns those that are likest to the target.  The order of rows
        makes no difference.
        """
        began = time.thread_time()
        rows = _drawn(X, y, seed)
        X, y = X[rows], y[rows]
        chosen = _likest(X, y)
        inputs = inputs_of(X[None, :, chosen], y[None])
        with np.errstate(all="ignore"):
            tokens, pairs = self.network.encode(inputs)
            answers = self.network.answers(tokens, pairs)
        seconds = time.thread_time() - began
        return Reading(
            self.network, tuple(names[j] for j in chosen), tokens, answers, seconds
        )  # fmt: skip


def undone(action: Action, target: FloatArray, values: FloatArray | None) -> FloatArray | None:
    """What is left of ``target`` (n,) once ``action`` is undone, whose inner function has
    ``values`` (n,); None where that cannot be done.  A term is taken off with coefficient 1."""
    with np.errstate(all="ignore"):
        if action.outer:
            left = _INVERSES[action.outer](target)
        elif values is None:
            return None
        else:
            left = {"factor": target / values, "divisor": target * values,
                    "term": target - values}[action.way]  # fmt: skip
        usual = np.isfinite(left).all() and np.ptp(left) > 1e-9 * np.abs(left).max(initial=0.0)
    return np.asarray(left) if usual else None


_INVERSES: dict[str, Any] = {
    "square": np.sqrt, "inverse": np.reciprocal, "sqrt": np.square, "exp": np.log,
    "log": np.exp, "sin": np.arcsin, "cos": np.arccos, "tan": np.arctan, "tanh": np.arctanh,
    "asin": np.sin, "acos": np.cos, "atan": np.tan, "sinh": np.arcsinh, "cosh": np.arccosh,
    "power": lambda y: np.full_like(y, np.nan), "abs": lambda y: np.full_like(y, np.nan),
}  # fmt: skip
"""What undoes an outer function; a power of unknown exponent and a sign cannot be undone."""


def rebuilt(action: Action, inner: Expr) -> Expr:
    """The term whose ``action`` undone leaves ``inner``."""
    if action.outer == "square":
        return inner**2
    if action.outer == "inverse":
        return 1 / inner
    if action.outer:
        return apply(action.outer, inner)
    assert action.inner is not None
    if action.way == "term":
        return inner + action.inner
    return action.inner * inner if action.way == "factor" else inner / action.inner
