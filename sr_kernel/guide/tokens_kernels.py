"""The compiled part of :mod:`sr_kernel.guide.tokens`; importing it imports numba."""

from __future__ import annotations

import math

import numpy as np

from sr_kernel.guide.grammar import LARGEST
from sr_kernel.guide.grammar_kernels import compiled
from sr_kernel.guide.tokens import CONSTANTS, FREE, TOKENS
from sr_kernel.search.machine import CODES

INPUT, CONSTANT = CODES["input"], CODES["constant"]
ADD, MUL = CODES["add"], CODES["mul"]
_TOKEN_OF = np.array([TOKENS.index(name) if name in TOKENS else -1 for name in CODES])
_IS_BINARY = np.array([name in ("add", "sub", "mul", "div", "pow") for name in CODES])
_FIRST = TOKENS.index(next(iter(CONSTANTS)))
_VALUES = np.array([math.pi if value is None else float(value) for value in CONSTANTS.values()])
_COUNT = len(TOKENS)
_SAME = 1e-9


@compiled
def _constant(value):  # type: ignore[no-untyped-def]
    for k in range(len(_VALUES)):
        if _FIRST + k != FREE and abs(value - _VALUES[k]) <= _SAME * abs(value):
            return _FIRST + k
    return FREE


@compiled
def _sizes(code, left, right, length):  # type: ignore[no-untyped-def]
    """Nodes below each step, itself included."""
    found = np.ones(LARGEST, dtype=np.int64)
    for k in range(length):
        if code[k] not in (INPUT, CONSTANT):
            found[k] = 1 + found[left[k]] + (found[right[k]] if _IS_BINARY[code[k]] else 0)
    return found


@compiled
def fill_sequences(code, left, right, value, length, place, found):  # type: ignore[no-untyped-def]
    """The tokens of each law, see :func:`sr_kernel.guide.tokens.sequences_of`."""
    todo = np.empty(2 * LARGEST, dtype=np.int64)
    for i in range(len(length)):
        sizes = _sizes(code[i], left[i], right[i], length[i])
        todo[0], open_, at = length[i] - 1, 1, 0
        while open_ > 0 and at < found.shape[1]:
            open_ -= 1
            k = todo[open_]
            c = code[i, k]
            if c == INPUT:
                found[i, at] = _COUNT + place[i, left[i, k]]
            elif c == CONSTANT:
                found[i, at] = _constant(value[i, k])
            else:
                found[i, at] = _TOKEN_OF[c]
                first, second = left[i, k], right[i, k]
                if not _IS_BINARY[c]:
                    todo[open_], open_ = first, open_ + 1
                else:
                    if c in (ADD, MUL) and sizes[first] > sizes[second]:
                        first, second = second, first
                    todo[open_], todo[open_ + 1], open_ = second, first, open_ + 2
            at += 1
