"""Laws that the guide proposes to a search: what the decoder writes, and what peeling leads to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache, lru_cache
from itertools import islice

import numpy as np

from sr_kernel.errors import SrKernelError
from sr_kernel.expr import Expr, number, variables
from sr_kernel.expr.operators import FloatArray
from sr_kernel.guide.beams import OPERATIONS, Constraints, Sequences, beams
from sr_kernel.guide.reading import Reader, Reading
from sr_kernel.guide.tokens import TOKENS, term
from sr_kernel.numeric import compile_program, evaluate
from sr_kernel.search.proposer import Context
from sr_kernel.search.tidy import tidy

_FIRST, _SAMPLED = 32, 48
"""Laws of the first beam and of later samples."""
SURPLUS = 2
"""Laws written for one that is wanted: many are spellings of others."""
_FEWEST = 6
"""Points at which a law is defined."""


def constraints_of(context: Context, longest: int | None = None) -> Constraints:
    """What the decoder must keep to: the user's operators and size, what is banned everywhere,
    what the parts that are required are made of, and columns that come together."""
    allowed = set(context.problem.operators)
    forbidden = {name for name in OPERATIONS if name not in allowed and name != "neg"}
    if "pow" not in allowed:
        forbidden |= {"1/2", "3/2"}
    required = {
        word for part in context.required for word in _words(part)
        if word not in forbidden
    }  # fmt: skip
    size = context.max_size if longest is None else min(longest, context.max_size)
    return Constraints(frozenset(forbidden), frozenset(required), context.twins, max(size, 3))


def _words(part: Expr) -> Iterator[str]:
    """The columns of a part, and the operator at its root where it is no product or sum."""
    yield from (name for name in variables(part) if not name.startswith("_"))
    if part.op in OPERATIONS and part.op not in ("add", "sub", "mul", "div", "pow", "neg"):
        yield part.op


def written(
    reading: Reading, constraints: Constraints, count: int,
    generator: np.random.Generator | None = None, poll: Callable[[], None] = lambda: None,
) -> list[Expr]:  # fmt: skip
    """Up to ``count`` laws of the decoder, each function once, the likeliest first."""
    found = beams(reading.network, reading.tokens, reading.names, count=SURPLUS * count,
                  constraints=constraints, generator=generator, poll=poll)  # fmt: skip
    return list(islice(distinct(terms(found, reading.names), reading.names), count))


def terms(sequences: Sequences, names: Sequence[str]) -> Iterator[Expr]:
    """The terms of ``sequences`` that have a column, tidied."""
    for sequence, _ in sequences:
        if any(token >= len(TOKENS) for token in sequence):
            try:
                yield tidy(term(sequence, names))
            except SrKernelError:  # numbers that overflow
                continue


def distinct(exprs: Iterable[Expr], names: Sequence[str]) -> Iterator[Expr]:
    """``exprs`` without those that are the same family of functions as one before: that agree at
    some points up to scale and shift, floats told apart by their order, or share the hash of their
    skeleton."""
    seen: set[bytes | str] = set()
    for expr in exprs:
        values = _values(expr, names)
        if values is None or values in seen:
            continue
        seen.add(values)
        if (family := family_of(expr)) not in seen:
            seen.add(family)
            yield expr


@lru_cache(maxsize=4096)
def family_of(expr: Expr) -> str:
    """The hash of the skeleton of ``expr``; its text where that is beyond floats."""
    from sr_kernel.equality import canonical_hash

    try:
        return canonical_hash(expr, constants="skeleton")
    except SrKernelError:
        return str(expr)


def _values(expr: Expr, names: Sequence[str]) -> bytes | None:
    """Values at fixed points to six digits; None where too few are numbers."""
    program = compile_program(expr, names)
    constants = 0.5 + np.arange(1, len(program.theta) + 1) * 0.618033988749895 % 1
    found = evaluate(program, _points(len(names)), tuple(constants))
    found = found[np.isfinite(found)]
    if len(found) < _FEWEST:
        return None
    found = found - found.mean()
    size = np.abs(found).max()
    if size == 0:
        return None
    found = np.round(found / (size * np.sign(found[0] or 1.0)), 6) + 0.0  # there are two zeros
    return bytes(found.tobytes())


@cache
def _points(columns: int) -> FloatArray:
    rng = np.random.default_rng(7)
    positive = rng.uniform(0.2, 0.9, (12, columns))
    signs = rng.choice([1, -1], (8, columns))
    return np.vstack([positive, rng.uniform(1.1, 2.9, (8, columns)) * signs])


def scaled(expr: Expr) -> Expr:
    """``expr`` with a free factor, if it has none at its root."""
    parts = (expr, *expr.args) if expr.op in ("mul", "add", "div") else (expr,)
    if any(isinstance(part.value, float) for part in parts):
        return expr
    return number(1.0) * expr


class BeamProposer:
    """What the decoder writes for the table: the likeliest laws first, then a sample a round."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self._reading: Reading | None = None
        self._asked = 0

    def propose(self, context: Context) -> Iterator[Expr]:
        sample = context.sample
        if self._reading is None:
            seed = context.problem.random_state
            self._reading = self.reader.read(sample.variables, sample.X, sample.y, seed)
        generator = context.generator if self._asked else None
        count = _SAMPLED if self._asked else _FIRST
        self._asked += 1
        context.poll()
        constraints = constraints_of(context)
        for expr in written(self._reading, constraints, count, generator, context.poll):
            context.poll()
            yield scaled(expr)
