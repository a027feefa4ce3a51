"""The compiled part of :mod:`sr_kernel.guide.keys`; importing it imports numba."""

from __future__ import annotations

import math

import numpy as np

from sr_kernel.guide.grammar import MOST_VARIABLES
from sr_kernel.guide.grammar_kernels import ADD, CONSTANT, DIV, INPUT, MUL, POW, SUB, compiled
from sr_kernel.guide.keys import ROWS
from sr_kernel.search.machine import CODES
from sr_kernel.search.machine_kernels import forward, unary

EXP = CODES["exp"]
_rng = np.random.default_rng(90_017)
_ROWS_AT = _rng.uniform(0.15, 2.9, (ROWS, MOST_VARIABLES))
_ROWS_AT[ROWS // 2 : ROWS * 3 // 4] *= 0.25  # where roots and arcs of differences are defined
_ROWS_AT[-2:] *= -1.0
_PROBES = np.array([[0.43, 0.91], [1.37, 2.03], [0.21, 0.17], [3.3, 5.1]])
"""Where the variables that have no place yet stand, and where the one that is tried stands."""
_PLACED = _rng.uniform(0.3, 1.9, (len(_PROBES), MOST_VARIABLES))
_PAIR = (0.66, 2.31)
_MISSING = -7.77
_ANY_EXPONENT = math.sqrt(3.0)
_NO_THETA = np.zeros(0)


@compiled
def _read(  # type: ignore[no-untyped-def]
    code, left, right, value, length, reading, code2, left2, right2, value2
):
    """Writes the law as ``reading`` (0, 1, 2) has it."""
    for k in range(length):
        code2[k], value2[k] = code[k], value[k]
        left2[k], right2[k] = left[k], right[k]
        op = code[k]
        if op == INPUT or reading == 0:
            continue
        if op == CONSTANT:
            value2[k] = -1.0 if value[k] < 0.0 and reading == 1 else 1.0
            continue
        if op == POW:
            a, b = left[k], right[k]
            if code[b] == CONSTANT:
                value2[b] = _exponent(value[b])
            elif code[a] == CONSTANT:
                code2[k], left2[k] = EXP, right2[k]


@compiled
def _value(code, left, right, value, point, is_tropical, v):  # type: ignore[no-untyped-def]
    if not is_tropical:
        return forward(code, left, right, value, point, _NO_THETA, v)
    for k in range(len(code)):
        op = code[k]
        if op == INPUT:
            v[k] = abs(point[left[k]])
        elif op == CONSTANT:
            v[k] = value[k]
        elif op in (ADD, SUB):
            v[k] = max(v[left[k]], v[right[k]])
        elif op == MUL:
            v[k] = v[left[k]] * v[right[k]]
        elif op == DIV:
            v[k] = v[left[k]] / v[right[k]]
        elif op == POW:
            v[k] = v[left[k]] ** v[right[k]]
        else:
            v[k] = abs(unary(op, v[left[k]]))
    return v[len(code) - 1]


@compiled
def _exponent(value):  # type: ignore[no-untyped-def]
    if abs(value) <= 20.0 and abs(6.0 * value - round(6.0 * value)) < 1e-9:
        return value
    return _ANY_EXPONENT if value > 0.0 else -_ANY_EXPONENT


@compiled
def _squashed(seen, scale):  # type: ignore[no-untyped-def]
    return math.asinh(1e3 * seen / scale) if math.isfinite(seen) else _MISSING


@compiled
def _mark(  # type: ignore[no-untyped-def]
    code, left, right, value, point, order, placed, tried, scale, tropical, v
):
    """A number that says how variable ``tried`` acts, the first ``placed`` of ``order`` set
    apart; the same whatever the others are called."""
    mark = 0.0
    for probe in range(len(_PROBES)):
        point[:] = _PROBES[probe, 0]
        for k in range(placed):
            point[order[k]] = _PLACED[probe, k]
        point[tried] = _PROBES[probe, 1]
        seen = _value(code, left, right, value, point, tropical, v)
        mark += _squashed(seen, scale) * (1.0 + 0.37 * probe)
    return mark


@compiled
def _pair_marks(  # type: ignore[no-untyped-def]
    code, left, right, value, count, point, tropical, v, marks
):
    """How each variable acts together with one other, summed over the others: tells apart what
    looks the same while all others are equal, as in ``a + b*c/d``.  Returns the law's scale."""
    seen = np.zeros((count, count))
    scale = 0.0
    for i in range(count):
        for j in range(count):
            if i != j:
                point[:] = _PROBES[1, 0]
                point[i], point[j] = _PAIR
                seen[i, j] = _value(code, left, right, value, point, tropical, v)
                if math.isfinite(seen[i, j]):
                    scale = max(scale, abs(seen[i, j]))
    scale = scale if scale > 0.0 else 1.0
    for i in range(count):
        marks[i] = 0.0
        for j in range(count):
            marks[i] += _squashed(seen[i, j], scale)
    return scale


@compiled
def _ordered(  # type: ignore[no-untyped-def]
    code, left, right, value, count, point, order, tropical, v
):
    free = np.ones(count, dtype=np.bool_)
    pairs = np.empty(count)
    scale = _pair_marks(code, left, right, value, count, point, tropical, v, pairs)
    for place in range(count):
        best, found = -math.inf, -1
        for tried in range(count):
            if free[tried]:
                mark = _mark(
                    code, left, right, value, point, order, place, tried, scale, tropical, v
                )
                mark += 0.61 * pairs[tried]
                if found < 0 or mark > best + 1e-9 * (1.0 + abs(best)):
                    best, found = mark, tried
        free[found] = False
        order[place] = found


@compiled
def _usable(row):  # type: ignore[no-untyped-def]
    finite, low, high = 0, math.inf, -math.inf
    for a in row:
        if math.isfinite(a):
            finite += 1
            low, high = min(low, a), max(high, a)
    return finite >= 3 and high - low > 1e-9 * max(abs(low), abs(high))


@compiled
def read_values(code, left, right, value, length, count, reading, rows):  # type: ignore[no-untyped-def]
    """Fills ``rows`` (m, ROWS) with the values of each law; which of them say anything."""
    tropical = reading == 2
    usable = np.empty(len(length), dtype=np.bool_)
    code2 = np.empty(code.shape[1], dtype=np.int64)
    left2, right2 = np.empty_like(code2), np.empty_like(code2)
    value2, v = np.empty(code.shape[1]), np.empty(code.shape[1])
    point, order = np.empty(MOST_VARIABLES), np.empty(MOST_VARIABLES, dtype=np.int64)
    for i in range(len(length)):
        n = length[i]
        _read(code[i], left[i], right[i], value[i], n, reading, code2, left2, right2, value2)
        steps = code2[:n]
        _ordered(steps, left2, right2, value2, count[i], point, order, tropical, v)
        for r in range(ROWS):
            for k in range(count[i]):
                point[order[k]] = _ROWS_AT[r, k]
            rows[i, r] = _value(steps, left2, right2, value2, point, tropical, v)
        usable[i] = _usable(rows[i])
    return usable
