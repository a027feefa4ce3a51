"""The network: a set encoder over points and columns, heads that say what law to expect, a decoder.

Points (row by column) and rows are looked at in two rounds and summed up over rows, so that the
order of rows does not matter (deep sets, Zaheer et al. 2017; exchangeable matrix layers, Hartford
et al. 2018).  One token for the table and one for each column then pass a small transformer without
positions, so columns are treated alike and there may be any number.  The decoder writes a law token
by token; columns are pointed at.

One piece of code for NumPy, which searches use, and torch, which trains; ``weights`` are arrays of
either.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from sr_kernel.errors import OptionError
from sr_kernel.guide.actions import ATOMS, OUTER, PAIRS, WAYS
from sr_kernel.guide.arrays import NUMPY, Array, Arrays
from sr_kernel.guide.corpus import OPERATORS
from sr_kernel.guide.inputs import CHANNELS, COLUMN, PAIR, WHOLE, Inputs
from sr_kernel.guide.tokens import LONGEST, TOKENS

NOISES = (0.0, 0.002, 0.006, 0.02, 0.06, 0.14)
"""Levels of noise, relative to the target's standard deviation, that are told apart."""
NOISE_EDGES = (1e-6, 0.0035, 0.011, 0.035, 0.09)
BEGIN = len(TOKENS)
"""The embedding before the first token."""
_WIDEST, _MOST_LAYERS = 512, 16
"""Beyond these a network is no small one, whatever a file says."""


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes of the network; the width is a multiple of the heads.  Raises :class:`OptionError`."""

    width: int = 128
    heads: int = 4
    layers: int = 3
    decoder_layers: int = 2
    point: int = 48
    row: int = 96

    def __post_init__(self) -> None:
        for name, size in self.as_dict().items():
            most = _MOST_LAYERS if name.endswith("layers") else _WIDEST
            if not (type(size) is int and 1 <= size <= most):
                raise OptionError(f"{name} of a network is {size!r}: give 1 to {most}")
        if self.width % self.heads:
            raise OptionError(
                f"the width {self.width} of a network is no multiple of its {self.heads} heads"
            )

    def as_dict(self) -> dict[str, int]:
        """By name."""
        return asdict(self)


class Answers(NamedTuple):
    """What the heads say of ``b`` tables of ``d`` columns, as logits unless told otherwise.

    ``operators`` (b, 17); ``used`` (b, d); ``joined`` (b, d, d, 2), by a sum and by a product;
    ``size`` (b, LONGEST), of 1 ... LONGEST nodes; ``noise`` (b, 6), the levels of NOISES;
    ``length`` (b,), bits over 20; ``outer`` (b, 16), ``atoms`` (b, d, 9, 3), ``pairs``
    (b, d, d, 5), see :mod:`~sr_kernel.guide.actions`.
    """

    operators: Array
    used: Array
    joined: Array
    size: Array
    noise: Array
    length: Array
    outer: Array
    atoms: Array
    pairs: Array


def initial(shape: Shape, seed: int) -> dict[str, Any]:
    """Weights to start training from."""
    rng = np.random.default_rng(seed)
    found: dict[str, Any] = {}
    for name, (rows, columns) in _matrices(shape).items():
        scale = 0.02 if name.endswith("embedding") else 1 / math.sqrt(rows)
        found[name] = (scale * rng.normal(size=(rows, columns))).astype(np.float32)
        if not name.endswith("embedding"):
            found[f"{name}.bias"] = np.zeros(columns, dtype=np.float32)
    for name, size in _norms(shape).items():
        found[f"{name}.scale"] = np.ones(size, dtype=np.float32)
        found[f"{name}.shift"] = np.zeros(size, dtype=np.float32)
    return found


def sizes(shape: Shape) -> dict[str, tuple[int, ...]]:
    """The shapes of all weights of a network, by name."""
    found: dict[str, tuple[int, ...]] = {}
    for name, size in _matrices(shape).items():
        found[name] = size
        if not name.endswith("embedding"):
            found[f"{name}.bias"] = (size[1],)
    for name, width in _norms(shape).items():
        found[f"{name}.scale"] = found[f"{name}.shift"] = (width,)
    return found


def _matrices(s: Shape) -> dict[str, tuple[int, int]]:
    w, e, r = s.width, s.point, s.row
    found = {
        "point.0": (2 * CHANNELS, e), "point.1": (e, e), "row.1": (e, r), "row.context": (2 * r, r),
        "row.2": (r, r), "point.2": (e, e), "point.row": (r, e), "point.3": (e, e),
        "row.3": (e, r), "whole.points": (4 * r, w), "column.points": (4 * e, w),
        "whole.1": (WHOLE, 2 * w), "whole.2": (2 * w, w), "column.1": (COLUMN, 2 * w),
        "column.2": (2 * w, w), "pair.1": (PAIR, 32), "pair.column": (32, w),
        "head.1": (w, 2 * w), "head.whole": (2 * w, _WHOLE_HEADS),
        "head.column.1": (2 * w, w), "head.column": (w, 1 + len(ATOMS) * len(WAYS)),
        "head.pair.0": (w, 48), "head.pair.1": (48 + 48 + 32, 64),
        "head.pair": (64, 2 + len(PAIRS)),
        "token.embedding": (BEGIN + 1, w), "place.embedding": (LONGEST + 1, w),
        "slots.embedding": (LONGEST + 2, w), "token.column": (w, w), "next.token": (w, BEGIN),
        "next.column": (w, w), "next.key": (w, w),
    }  # fmt: skip
    for k in range(s.layers):
        found |= _layer(f"layer.{k}", w, crossed=False)
    for k in range(s.decoder_layers):
        found |= _layer(f"decoder.{k}", w, crossed=True)
    return found


def _layer(name: str, w: int, *, crossed: bool) -> dict[str, tuple[int, int]]:
    found = {f"{name}.qkv": (w, 3 * w), f"{name}.out": (w, w),
             f"{name}.up": (w, 2 * w), f"{name}.down": (2 * w, w)}  # fmt: skip
    if crossed:
        found |= {f"{name}.q": (w, w), f"{name}.kv": (w, 2 * w), f"{name}.from": (w, w)}
    return found


def _norms(s: Shape) -> dict[str, int]:
    found = {"whole.norm": WHOLE, "column.norm": COLUMN, "norm": s.width, "next.norm": s.width}
    for k in range(s.layers):
        found |= {f"layer.{k}.norm.{part}": s.width for part in (1, 2)}
    for k in range(s.decoder_layers):
        found |= {f"decoder.{k}.norm.{part}": s.width for part in (1, 2, 3)}
    return found


_WHOLE_PARTS = (len(OPERATORS), LONGEST, len(NOISES), 1, len(OUTER))
_WHOLE_HEADS = sum(_WHOLE_PARTS)


class Network:
    """The network with its ``weights``."""

    def __init__(self, weights: Mapping[str, Array], shape: Shape, arrays: Arrays = NUMPY) -> None:
        self.weights, self.shape, self.arrays = weights, shape, arrays

    def _linear(self, name: str, x: Array) -> Array:
        return x @ self.weights[name] + self.weights[f"{name}.bias"]

    def _active(self, name: str, x: Array) -> Array:
        return self.arrays.gelu(self._linear(name, x))

    def _normal(self, name: str, x: Array) -> Array:
        weights = self.weights
        return self.arrays.normal(x, weights[f"{name}.scale"], weights[f"{name}.shift"])

    # -------------------------------------------------------------- encoder

    def encode(self, inputs: Inputs) -> tuple[Array, Array]:
        """Tokens (b, 1 + d, width), the table's first, and pairs (b, d, d, 32)."""
        whole, column = self._points(inputs.x, inputs.y)
        told = self._active("whole.1", self._normal("whole.norm", inputs.whole))
        whole = whole + self._linear("whole.2", told)
        told = self._active("column.1", self._normal("column.norm", inputs.column))
        pairs = self._active("pair.1", inputs.pair)
        column = column + self._linear("column.2", told)
        column = column + self._linear("pair.column", pairs.mean(2))
        tokens = self.arrays.concatenate([whole[:, None], column], 1)
        for k in range(self.shape.layers):
            tokens = self._block(f"layer.{k}", tokens)
        return self._normal("norm", tokens), pairs

    def _points(self, x: Array, y: Array) -> tuple[Array, Array]:
        """Of points x (b, n, d, c) and y (b, n, c): the table (b, w) and its columns (b, d, w)."""
        b, n, d, c = x.shape
        arrays, share = self.arrays, 1 / math.sqrt(d)
        y = arrays.spread(y[:, :, None], (b, n, d, c))
        point = self._active("point.0", arrays.concatenate([x, y], -1))  # (b, n, d, point)
        point = point + self._active("point.1", point)
        row = self._active("row.1", point.sum(2) * share)  # (b, n, row)
        context = self._linear("row.context", arrays.moments(row))[:, None]
        row = row + arrays.gelu(self._linear("row.2", row) + context)
        point = point + arrays.gelu(
            self._linear("point.2", point) + self._linear("point.row", row)[:, :, None]
        )
        point = point + self._active("point.3", point)
        row = row + self._active("row.3", point.sum(2) * share)
        whole = self._linear("whole.points", arrays.summary(row))
        return whole, self._linear("column.points", arrays.summary(point))

    def _block(self, name: str, x: Array) -> Array:
        x = x + self._attended(name, self._normal(f"{name}.norm.1", x))
        return x + self._forward(name, self._normal(f"{name}.norm.2", x))

    def _forward(self, name: str, x: Array) -> Array:
        return self._linear(f"{name}.down", self._active(f"{name}.up", x))

    def _attended(self, name: str, x: Array) -> Array:
        q, k, v = self._parted(self._linear(f"{name}.qkv", x), 3)
        return self._linear(f"{name}.out", self._attention(q, k, v))

    def _parted(self, x: Array, count: int) -> tuple[Array, ...]:
        """x (b, l, count * w) as ``count`` arrays (b, heads, l, w / heads)."""
        b, length, w = x.shape
        size = w // count
        x = x.reshape(b, length, count * self.shape.heads, size // self.shape.heads)
        x, h = x.swapaxes(1, 2), self.shape.heads
        return tuple(x[:, k * h : (k + 1) * h] for k in range(count))

    def _attention(self, q: Array, k: Array, v: Array, mask: Array | None = None) -> Array:
        """(b, heads, l, s) each; (b, l, heads * s)."""
        b, h, length, s = q.shape
        scores = q @ k.swapaxes(2, 3) * (1 / math.sqrt(s))
        if mask is not None:
            scores = scores + mask
        return (self.arrays.softmax(scores) @ v).swapaxes(1, 2).reshape(b, length, h * s)

    # ---------------------------------------------------------------- heads

    def answers(self, tokens: Array, pairs: Array) -> Answers:
        """What is expected of the laws; see :class:`Answers`."""
        arrays = self.arrays
        whole, column = tokens[:, 0], tokens[:, 1:]
        b, d, w = column.shape
        parts = self._linear("head.whole", self._active("head.1", whole))
        edges = np.cumsum((0, *_WHOLE_PARTS))
        operators, size, noise, length, outer = (
            parts[:, low:high] for low, high in pairwise(edges)
        )
        both = arrays.concatenate([column, arrays.spread(whole[:, None], (b, d, w))], -1)
        each = self._linear("head.column", self._active("head.column.1", both))
        seen = self._linear("head.pair.0", column)
        one, other = seen[:, :, None], seen[:, None]
        two = arrays.concatenate([one * other, one + other, pairs], -1)
        two = self._linear("head.pair", self._active("head.pair.1", two))
        return Answers(
            operators, each[..., 0], two[..., :2], size, noise, length[:, 0], outer,
            each[..., 1:].reshape(b, d, len(ATOMS), len(WAYS)), two[..., 2:],
        )  # fmt: skip

    # -------------------------------------------------------------- decoder

    def decode(
        self, tokens: Array, before: Array, slots: Array, cache: list[tuple[Array, Array]] | None
    ) -> tuple[Array, list[tuple[Array, Array]]]:
        """Logits (b, l, BEGIN + d) of the token that follows each of ``before`` (b, l), the first
        of which is BEGIN (column ``j`` is BEGIN + 1 + j), with ``slots`` (b, l) open then, for
        ``tokens`` (b, 1 + d, w) of as many tables or (1, 1 + d, w) of one.

        With the ``cache`` of the tokens before those, which is returned longer.
        """
        start = 0 if not cache else cache[0][0].shape[2]
        x = self._embedded(tokens, before, slots, start)
        length = before.shape[1]
        mask = self.arrays.causal(length, x) if length > 1 else None
        longer = []
        for k in range(self.shape.decoder_layers):
            x, known = self._written(f"decoder.{k}", x, tokens, mask, cache[k] if cache else None)
            longer.append(known)
        x = self._normal("next.norm", x)
        keys = self._linear("next.key", tokens[:, 1:])
        pointed = self._linear("next.column", x) @ keys.swapaxes(1, 2)
        pointed = pointed * (1 / math.sqrt(self.shape.width))
        return self.arrays.concatenate([self._linear("next.token", x), pointed], -1), longer

    def _embedded(self, tokens: Array, before: Array, slots: Array, start: int) -> Array:
        weights, arrays = self.weights, self.arrays
        b, length = before.shape
        column = (before - BEGIN).clip(0)  # 0 for tokens that are no columns
        one = len(tokens) == 1  # beginnings of laws for one table
        rows = arrays.indices(np.zeros((b, 1)) if one else np.arange(b)[:, None], tokens)
        pointed = self._linear("token.column", tokens)[rows, column]
        plain = weights["token.embedding"][before.clip(0, BEGIN)]
        is_column = (before > BEGIN)[..., None]
        place = arrays.indices(np.arange(start, start + length), tokens)
        found = plain * ~is_column + pointed * is_column
        return found + weights["place.embedding"][place] + weights["slots.embedding"][slots]

    def _written(
        self, name: str, x: Array, tokens: Array, mask: Array | None,
        cache: tuple[Array, Array] | None,
    ) -> tuple[Array, tuple[Array, Array]]:  # fmt: skip
        y = self._normal(f"{name}.norm.1", x)
        q, k, v = self._parted(self._linear(f"{name}.qkv", y), 3)
        if cache is not None:
            k = self.arrays.concatenate([cache[0], k], 2)
            v = self.arrays.concatenate([cache[1], v], 2)
        x = x + self._linear(f"{name}.out", self._attention(q, k, v, mask))
        [q] = self._parted(self._linear(f"{name}.q", self._normal(f"{name}.norm.3", x)), 1)
        seen_k, seen_v = self._parted(self._linear(f"{name}.kv", tokens), 2)
        x = x + self._linear(f"{name}.from", self._attention(q, seen_k, seen_v))
        return x + self._forward(name, self._normal(f"{name}.norm.2", x)), (k, v)
