"""Laws as sequences of tokens, root first, for the decoder, and its grammar.

A sequence is a term in prefix order.  What may follow is known from the slots still open and the
tokens still to be had, so that every sequence ends and is a term.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from sr_kernel.expr import Expr, apply, number, symbol
from sr_kernel.guide.grammar import LARGEST, Laws

BINARY = ("add", "sub", "mul", "div", "pow")
UNARY = (
    "neg", "sqrt", "exp", "log", "sin", "cos", "tan", "tanh", "asin", "acos", "atan", "abs",
    "sinh", "cosh",
)  # fmt: skip
CONSTANTS: dict[str, Fraction | float | None] = {
    "1": Fraction(1), "2": Fraction(2), "3": Fraction(3), "4": Fraction(4), "-1": Fraction(-1),
    "-2": Fraction(-2), "1/2": Fraction(1, 2), "3/2": Fraction(3, 2), "pi": None, "c": 1.0,
}  # fmt: skip
"""Constants that are told apart; ``c`` is any other, to be fitted."""
TOKENS = (*BINARY, *UNARY, *CONSTANTS)
"""Tokens before the columns: column ``j`` is token ``len(TOKENS) + j``."""
FREE = TOKENS.index("c")
LONGEST = LARGEST
_COLUMNS = np.iinfo(np.int16).max - len(TOKENS)
"""Columns whose tokens can be stored."""
ARITY = np.array([2] * len(BINARY) + [1] * len(UNARY) + [0] * len(CONSTANTS))


def sequences_of(laws: Laws, place: NDArray[np.int64]) -> NDArray[np.int16]:
    """The tokens (m, LONGEST) of ``laws`` whose variable ``k`` is column ``place[i, k]``; -1 after
    the end.  Arguments whose order does not matter stand with the longer one last.

    Raises :class:`DataError` for a law larger than the grammar's.
    """
    from sr_kernel.guide.tokens_kernels import fill_sequences

    laws = laws.bounded(place, _COLUMNS)
    found = np.full((len(laws.length), LONGEST), -1, dtype=np.int16)
    fill_sequences(laws.code, laws.left, laws.right, laws.value, laws.length, place, found)
    return found


def open_slots(sequences: NDArray[np.int16]) -> NDArray[np.int64]:
    """Slots open before each token and after the last one (m, L + 1); 0 after the end."""
    arity = np.append(ARITY, 0)[np.minimum(sequences, len(TOKENS))]
    change = np.where(sequences < 0, 0, arity - 1)
    start = np.ones((len(sequences), 1), dtype=np.int64)
    return np.concatenate([start, 1 + np.cumsum(change, axis=1)], axis=1)


def admitted(slots: NDArray[np.int64], left: int, columns: int) -> NDArray[np.bool_]:
    """Which tokens (m, len(TOKENS) + columns) may come where ``slots`` (m,) are open and ``left``
    tokens may still be used: those after which the open slots can all be filled."""
    arity = np.concatenate([ARITY, np.zeros(columns, dtype=np.int64)])
    return np.asarray(slots[:, None] + arity <= left) & (slots[:, None] > 0)


def term(sequence: Sequence[int], names: Sequence[str]) -> Expr:
    """The term of one complete sequence; raises :class:`ValueError` for another."""
    built, rest = _term(list(sequence), 0, names)
    if rest != len(sequence):
        raise ValueError(f"{len(sequence) - rest} tokens after the end of the term")
    return built


def _term(sequence: list[int], at: int, names: Sequence[str]) -> tuple[Expr, int]:
    if at >= len(sequence):
        raise ValueError("the term is not complete")
    token = int(sequence[at])
    if not 0 <= token < len(TOKENS) + len(names):
        raise ValueError(f"there is no token {token}")
    if token >= len(TOKENS):
        return symbol(names[token - len(TOKENS)]), at + 1
    name, after, args = TOKENS[token], at + 1, []
    for _ in range(int(ARITY[token])):
        arg, after = _term(sequence, after, names)
        args.append(arg)
    return _built(name, args), after


def _built(name: str, args: list[Expr]) -> Expr:
    if name in CONSTANTS:
        value = CONSTANTS[name]
        return apply("pi") if value is None else number(value)
    return args[0] - args[1] if name == "sub" else apply(name, *args)
