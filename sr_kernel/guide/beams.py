"""Laws that the decoder writes: a beam search held to the grammar and to what the user requires.

Each step keeps the likeliest beginnings.  Noise of the right kind on the likelihoods (Gumbel-top-k,
Kool et al. 2019) makes them a sample without replacement, so that another seed gives others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sr_kernel.guide.network import BEGIN, Network
from sr_kernel.guide.tokens import ARITY, BINARY, CONSTANTS, LONGEST, TOKENS, UNARY, admitted

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
        may = np.array([word not in self.forbidden for word in _words(names)])
        groups = self.groups(names)
        return np.asarray(may & ~(groups & ~may).any(axis=1))

    def wanted(self, names: Sequence[str]) -> NDArray[np.bool_]:
        """Which tokens must be used."""
        must = np.array([word in self.required for word in _words(names)])
        return np.asarray(must | (self.groups(names) & must).any(axis=1))

    def groups(self, names: Sequence[str]) -> NDArray[np.bool_]:
        """Which tokens (k, k) are used together or not at all, each with itself."""
        place = {name: len(TOKENS) + k for k, name in enumerate(names)}
        found = np.eye(len(TOKENS) + len(names), dtype=np.bool_)
        for one, other in self.twins:
            if one in place and other in place:
                together = found[place[one]] | found[place[other]]
                found[np.ix_(together, together)] = True
        return found


def _words(names: Sequence[str]) -> list[str]:
    """What each token is called; a column that is called like a constant takes the name."""
    constants = (word if word not in names else "" for word in CONSTANTS)
    return [*BINARY, *UNARY, *constants, *names]


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
    poll: Callable[[], None] = lambda: None,
) -> Sequences:
    """Up to ``count`` laws over ``names`` for the table that ``tokens`` (1, 1 + d, w) encode, the
    likeliest first; a sample of them with a ``generator``.  Calls ``poll`` before each token."""
    search = _Search(network, tokens, names, count, constraints or Constraints(), generator)
    return sorted(search.found(poll), key=lambda item: -item[1])


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
        self.groups = constraints.groups(names)
        self.generator = generator
        self.arity = np.concatenate([ARITY, np.zeros(self.columns, dtype=np.int64)])
        self.free = not self.wanted.any() and self.groups.sum() == len(self.groups)
        """Whether nothing makes one token need another."""

    def found(self, poll: Callable[[], None]) -> Iterator[tuple[tuple[int, ...], float]]:
        """Complete sequences as they end."""
        if (self.wanted & ~self.allowed).any():
            return
        beams = _Beams(np.zeros((1, 0), dtype=np.int64), np.zeros(1), np.zeros(1),
                       np.ones(1, dtype=np.int64))  # fmt: skip
        ended: Sequences = []
        for place in range(self.longest):
            poll()
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
        """Tokens (w, k) after which what the law must have still has room.

        With ``s`` open slots, a law that still needs ``u`` tokens of one argument, ``b`` of two and
        ``l`` leaves takes ``u + 2 max(b, l - s) + s`` more tokens: what is left over of the leaves
        needs as many more operations of two arguments.
        """
        seen = np.zeros((len(beams.slots), len(self.allowed)), dtype=np.bool_)
        if self.free:
            return ~seen
        np.put_along_axis(seen, beams.sequences, values=True, axis=1)
        begun = (seen.astype(np.int64) @ self.groups) > 0
        missing = (begun | self.wanted) & ~seen
        slots = beams.slots[:, None] + self.arity - 1
        unary, binary, leaves = (self._needed(missing, ~seen & ~missing, n) for n in (1, 2, 0))
        forks = np.maximum(binary, leaves - slots)
        able = (forks <= binary) | self.allowed[self.arity == 2].any()
        more = unary + 2 * forks + slots
        over = unary + binary + leaves == 0
        return np.asarray(np.where(slots > 0, able & (more <= self.longest - place - 1), over))

    def _needed(
        self, missing: NDArray[np.bool_], unseen: NDArray[np.bool_], arity: int
    ) -> NDArray[np.int64]:
        """How many tokens of ``arity`` are missing (w, k) after each token, which may itself be
        one of them or bring in those that go with it."""
        kind = self.arity == arity
        count = (missing & kind).sum(axis=1, keepdims=True) - (missing & kind)
        others = self.groups & ~np.eye(len(self.groups), dtype=np.bool_)
        brought = (unseen & kind).astype(np.int64) @ others.T
        return np.asarray(count + brought)


def _chosen(beams: _Beams, rows: NDArray[np.int64]) -> _Beams:
    return _Beams(
        beams.sequences[rows], beams.likelihood[rows], beams.noisy[rows], beams.slots[rows],
        [(k[rows], v[rows]) for k, v in beams.cache],
    )  # fmt: skip


OPERATIONS = (*BINARY, *UNARY)
"""Operators that the decoder writes."""
