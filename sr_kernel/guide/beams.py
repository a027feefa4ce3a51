"""Laws that the decoder writes: a beam search held to the grammar and to what the user requires.

Each step keeps the likeliest beginnings.  Noise of the right kind on the likelihoods (Gumbel-top-k,
Kool et al. 2019) makes them a sample without replacement, so that another seed gives others.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sr_kernel.guide.network import BEGIN, Network
from sr_kernel.guide.tokens import ARITY, BINARY, LONGEST, TOKENS, UNARY, admitted

Sequences = list[tuple[tuple[int, ...], float]]
"""Tokens (column ``j`` is ``len(TOKENS) + j``) with their log likelihood."""


@dataclass(frozen=True, slots=True)
class Constraints:
    """What laws may be: ``forbidden`` operators and columns, ``required`` ones, ``twins`` (pairs of
    columns of which both are in a law or neither), at most ``longest`` tokens."""

    forbidden: frozenset[str] = frozenset()
    required: frozenset[str] = frozenset()
    twins: tuple[tuple[str, str], ...] = ()
    longest: int = LONGEST

    def mask(self, names: Sequence[str]) -> NDArray[np.bool_]:
        """Which tokens (len(TOKENS) + d,) may be used at all."""
        words = (*TOKENS, *names)
        return np.array([word not in self.forbidden for word in words])

    def wanted(self, names: Sequence[str]) -> list[int]:
        """The tokens that must be used."""
        words = (*TOKENS, *names)
        return [k for k, word in enumerate(words) if word in self.required]

    def joined(self, names: Sequence[str]) -> list[tuple[int, int]]:
        """Tokens of which both or none must be used."""
        place = {name: len(TOKENS) + k for k, name in enumerate(names)}
        return [(place[a], place[b]) for a, b in self.twins if a in place and b in place]


@dataclass
class _Beams:
    """Beginnings (w, t) with their likelihoods and open slots (w,)."""

    sequences: NDArray[np.int64]
    likelihood: NDArray[np.float64]
    noisy: NDArray[np.float64]
    slots: NDArray[np.int64]
    cache: list[tuple[Any, Any]] = field(default_factory=list)


def beams(
    network: Network,
    tokens: Any,
    names: Sequence[str],
    *,
    count: int = 32,
    constraints: Constraints | None = None,
    generator: np.random.Generator | None = None,
) -> Sequences:
    """Up to ``count`` laws over ``names`` for the table that ``tokens`` (1, 1 + d, w) encode, the
    likeliest first; a sample of them with a ``generator``."""
    search = _Search(network, tokens, names, count, constraints or Constraints(), generator)
    return sorted(search.found(), key=lambda item: -item[1])


class _Search:
    def __init__(
        self, network: Network, tokens: Any, names: Sequence[str], count: int,
        constraints: Constraints, generator: np.random.Generator | None,
    ) -> None:  # fmt: skip
        self.network, self.tokens, self.count = network, tokens, count
        self.columns = len(names)
        self.longest = min(constraints.longest, LONGEST)
        self.allowed = constraints.mask(names)
        self.wanted = constraints.wanted(names)
        self.twins = constraints.joined(names)
        self.generator = generator
        self.arity = np.concatenate([ARITY, np.zeros(self.columns, dtype=np.int64)])

    def found(self) -> Iterator[tuple[tuple[int, ...], float]]:
        """Complete sequences as they end."""
        beams = _Beams(np.zeros((1, 0), dtype=np.int64), np.zeros(1), np.zeros(1),
                       np.ones(1, dtype=np.int64))  # fmt: skip
        ended: Sequences = []
        for place in range(self.longest):
            beams = self._longer(beams, place)
            over = beams.slots == 0
            for sequence, likelihood in zip(
                beams.sequences[over], beams.likelihood[over], strict=True
            ):
                ended.append((tuple(int(token) for token in sequence), float(likelihood)))
            beams = _chosen(beams, np.flatnonzero(~over))
            if not len(beams.slots) or len(ended) >= self.count:
                break
        yield from ended[: self.count]

    def _longer(self, beams: _Beams, place: int) -> _Beams:
        """The best continuations of ``beams`` by one token."""
        logits, cache = self._logits(beams)
        may = admitted(beams.slots, self.longest - place, self.columns) & self.allowed
        may &= self._admits(beams, place)
        logits = np.where(may, logits, -np.inf)
        top = logits.max(axis=1, keepdims=True)
        with np.errstate(divide="ignore", invalid="ignore"):
            step = logits - top - np.log(np.exp(logits - top).sum(axis=1, keepdims=True))
        likelihood = beams.likelihood[:, None] + np.where(may, step, -np.inf)
        noisy = self._noisy(beams, likelihood)
        flat = noisy.ravel()
        best = np.argsort(-flat, kind="stable")[: self.count]
        best = best[np.isfinite(flat[best])]
        parent, token = np.divmod(best, logits.shape[1])
        return _Beams(
            np.concatenate([beams.sequences[parent], token[:, None]], axis=1),
            likelihood[parent, token], noisy[parent, token],
            beams.slots[parent] + self.arity[token] - 1,
            [(k[parent], v[parent]) for k, v in cache],
        )  # fmt: skip

    def _logits(self, beams: _Beams) -> tuple[Any, list[tuple[Any, Any]]]:
        count, length = beams.sequences.shape
        last = np.full((count, 1), BEGIN)
        if length:
            last = beams.sequences[:, -1:]
            last = last + (last >= BEGIN)
        logits, cache = self.network.decode(
            self.tokens, last, beams.slots[:, None], beams.cache or None
        )
        return logits[:, 0].astype(np.float64), cache

    def _noisy(self, beams: _Beams, likelihood: NDArray[np.float64]) -> NDArray[np.float64]:
        """Likelihoods with Gumbel noise whose maximum is that of the beginning."""
        if self.generator is None:
            return likelihood
        noisy = likelihood + self.generator.gumbel(size=likelihood.shape)
        top = noisy.max(axis=1, keepdims=True)
        limit = beams.noisy[:, None]
        with np.errstate(invalid="ignore"):
            v = limit - noisy + np.log1p(-np.exp(np.minimum(noisy - top, -1e-12)))
            found = limit - np.maximum(v, 0) - np.log1p(np.exp(-np.abs(v)))
        return np.where(np.isfinite(likelihood), found, -np.inf)

    def _admits(self, beams: _Beams, place: int) -> NDArray[np.bool_]:
        """Tokens (w, k) after which what is missing still has room."""
        missing = np.stack(
            [~(beams.sequences == token).any(axis=1) for token in self.wanted]
            + [self._unpaired(beams, a, b) for a, b in self.twins],
            axis=1,
        ) if self.wanted or self.twins else None  # fmt: skip
        if missing is None:
            return np.ones((len(beams.slots), len(self.allowed)), dtype=np.bool_)
        return self._rooms(beams, missing, self.longest - place)

    def _unpaired(self, beams: _Beams, a: int, b: int) -> NDArray[np.bool_]:
        seen = [(beams.sequences == token).any(axis=1) for token in (a, b)]
        return np.asarray(seen[0] != seen[1])

    def _rooms(
        self, beams: _Beams, missing: NDArray[np.bool_], left: int
    ) -> NDArray[np.bool_]:
        """A law may not end, nor close its last slot, while something is missing; as the room gets
        short only what is missing may come."""
        count = missing.sum(axis=1)
        serves = np.zeros((len(count), len(self.allowed)), dtype=np.bool_)
        for k, token in enumerate(self.wanted):
            serves[:, token] |= missing[:, k]
        for k, (a, b) in enumerate(self.twins):
            seen = (beams.sequences == a).any(axis=1)
            there = missing[:, len(self.wanted) + k]
            serves[:, b] |= there & seen
            serves[:, a] |= there & ~seen
        after = beams.slots[:, None] + self.arity - 1
        remaining = count[:, None] - serves
        # Each missing one takes a token and, as it may be an operator, two more to close it.
        roomy = left - 1 >= after + 3 * np.maximum(remaining, 0) + 2
        open_ = (after > 0) | (remaining <= 0)
        return np.asarray(open_ & (roomy | serves | (remaining <= 0)))


def _chosen(beams: _Beams, rows: NDArray[np.int64]) -> _Beams:
    return _Beams(
        beams.sequences[rows], beams.likelihood[rows], beams.noisy[rows], beams.slots[rows],
        [(k[rows], v[rows]) for k, v in beams.cache],
    )  # fmt: skip


OPERATIONS = (*BINARY, *UNARY)
"""Operators that the decoder writes."""
