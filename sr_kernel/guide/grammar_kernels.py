"""The compiled part of :mod:`sr_kernel.guide.grammar`; importing it imports numba."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit

from sr_kernel.guide.grammar import BINARY, FUNCTIONS, LARGEST, MOST_VARIABLES, SMALLEST
from sr_kernel.search.machine import CODES
from sr_kernel.search.machine_kernels import forward

INPUT, CONSTANT, POW, NEG = (CODES[n] for n in ("input", "constant", "pow", "neg"))
ADD, SUB, MUL, DIV = (CODES[n] for n in ("add", "sub", "mul", "div"))
_BINARY = np.array([CODES[name] for name in BINARY])
_FUNCTIONS = np.array([CODES[name] for name in FUNCTIONS])
_IS_BINARY = np.array([name in BINARY for name in CODES])
_SIMPLE = np.array([CODES[name] for name in ("exp", "log", "sin", "cos", "sqrt")])
_OUTERMOST = np.array([CODES[name] for name in ("pow", "sqrt", "exp", "log", "sin", "cos")])
_POINTS = 12
_rng = np.random.default_rng(41_203)
_FIXED = np.vstack([
    _rng.uniform(0.1, 3.0, (_POINTS - 4, MOST_VARIABLES)),
    10.0 ** _rng.uniform(-2.0, 2.0, (4, MOST_VARIABLES)),
])  # fmt: skip
"""Points at which laws are looked at for parts that need not be there."""
_FEWEST = 3
"""Points at which a law is defined."""
_NO_THETA = np.zeros(0)

compiled: Any = njit(cache=True, error_model="numpy", nogil=True)


@compiled
def pick(rng, cumulated):  # type: ignore[no-untyped-def]
    """An index drawn by cumulated weights that end at 1."""
    u = rng.random()
    for k in range(len(cumulated) - 1):
        if u < cumulated[k]:
            return k
    return len(cumulated) - 1


@compiled
def _own_weights(rng, base, weights):  # type: ignore[no-untyped-def]
    """The style's weights, each times a gamma variate of this law, cumulated."""
    for first, last in ((0, len(_BINARY)), (len(_BINARY), len(base))):
        shape = 0.9 if first == 0 else 0.5
        total = 0.0
        for k in range(first, last):
            total += base[k] * (rng.standard_gamma(shape) + 0.02)
            weights[k] = total
        for k in range(first, last):
            weights[k] /= total


@compiled
def _constant(rng, nice, options, decades):  # type: ignore[no-untyped-def]
    if rng.random() < options[0]:
        size = nice[min(int(len(nice) * rng.random() * rng.random()), len(nice) - 1)]
    else:
        size = 10.0 ** (decades * (2.0 * rng.random() - 1.0))
    return -size if rng.random() < options[1] else size


@compiled
def _exponent(rng, exponents, shares, options):  # type: ignore[no-untyped-def]
    if rng.random() >= options[3]:
        return exponents[pick(rng, shares)]
    drawn = -4.0 + 9.0 * rng.random()
    return round(drawn, 1) if rng.random() < 0.5 else drawn


@compiled
def _leaves(rng, d, repeated, constants, leaves):  # type: ignore[no-untyped-def]
    """Fills ``leaves`` with variables and -1 for constants, shuffled; returns how many."""
    count = d + repeated + constants
    for k in range(count):
        leaves[k] = k if k < d else (int(d * rng.random()) if k < d + repeated else -1)
    for k in range(count - 1, 0, -1):
        j = int((k + 1) * rng.random())
        leaves[k], leaves[j] = leaves[j], leaves[k]
    return count


@compiled
def _split(rng, leaves, functions):  # type: ignore[no-untyped-def]
    """How many leaves and functions the left side of a binary operation gets."""
    first = 1 + int((leaves - 1) * rng.random())
    if rng.random() < 0.35:
        first = 1 if rng.random() < 0.5 else leaves - 1
    share = first / leaves
    inside = 0
    for _ in range(functions):
        if rng.random() < share:
            inside += 1
    return first, inside


@compiled
def _prefix(  # type: ignore[no-untyped-def]
    rng, leaves, count, functions, weights, nested, code, number
):
    """Draws a tree from the root down into ``code`` (and ``number`` for variables); its length,
    or 0 where it is too long."""
    todo = np.empty((2 * LARGEST + 2, 3), dtype=np.int64)
    todo[0, 0], todo[0, 1], todo[0, 2] = count, functions, 0
    top, length, used = 1, 0, 0
    binary = weights[: len(_BINARY)]
    unary = weights[len(_BINARY) :]
    while top:
        top -= 1
        many, f, below = todo[top, 0], todo[top, 1], todo[top, 2]
        if length >= LARGEST:
            return 0
        if many == 1 and f == 0:
            leaf = leaves[used]
            used += 1
            if leaf < 0 and below == 1:
                return 0
            code[length], number[length] = (CONSTANT if leaf < 0 else INPUT), leaf
        elif f > 0 and (many == 1 or rng.random() < nested * f / (f + many)):
            op = _FUNCTIONS[pick(rng, unary)]
            code[length], number[length] = op, 1
            todo[top, 0], todo[top, 1], todo[top, 2] = many, f - 1, 1
            top += 1
        else:
            op = _BINARY[pick(rng, binary)]
            first, inside = _split(rng, many, f)
            code[length], number[length] = op, 0
            todo[top, 0], todo[top, 1], todo[top, 2] = many - first, f - inside, 0
            todo[top + 1, 0], todo[top + 1, 1], todo[top + 1, 2] = first, inside, 0
            top += 2
        length += 1
    return length


@compiled
def _flatten(  # type: ignore[no-untyped-def]
    rng, prefix, number, length, tables, decades, code, left, right, value
):
    """Turns a tree in prefix order into steps; how many there are, or 0 for too many."""
    nice, exponents, shares, options = tables
    stack = np.empty(LARGEST, dtype=np.int64)
    top, k = 0, 0
    for place in range(length - 1, -1, -1):  # arguments stand behind what they belong to
        if k >= LARGEST:
            return 0
        op = prefix[place]
        left[k], right[k], value[k] = 0, 0, 0.0
        if op == INPUT:
            left[k] = number[place]
        elif op == CONSTANT:
            value[k] = _constant(rng, nice, options, decades)
        elif op == POW and number[place] == 1:
            if k + 1 >= LARGEST:
                return 0
            code[k], value[k] = CONSTANT, _exponent(rng, exponents, shares, options)
            left[k + 1], right[k + 1], value[k + 1] = stack[top - 1], k, 0.0
            k += 1
            top -= 1
        else:
            left[k] = stack[top - 1]
            top -= 1
            if _IS_BINARY[op]:
                right[k] = stack[top - 1]
                top -= 1
        code[k] = op
        stack[top] = k
        top += 1
        k += 1
    return k


@compiled
def _put(arrays, k, op, left, right, value):  # type: ignore[no-untyped-def]
    """Writes step ``k``; the place of the next one."""
    arrays[0][k], arrays[1][k], arrays[2][k], arrays[3][k] = op, left, right, value
    return k + 1


@compiled
def _simple(rng, d, arrays, n):  # type: ignore[no-untyped-def]
    """Writes a simple function of one column, or the sum or difference of two, from step ``n`` on;
    the place after it."""
    i = int(d * rng.random())
    n = _put(arrays, n, INPUT, i, 0, 0.0)
    u = rng.random()
    if u < 0.4 and d > 1:
        j = (i + 1 + int((d - 1) * rng.random())) % d
        _put(arrays, n, INPUT, j, 0, 0.0)
        return _put(arrays, n + 1, ADD if rng.random() < 0.5 else SUB, n - 1, n, 0.0)
    if u < 0.6:
        return _put(arrays, n, _SIMPLE[int(len(_SIMPLE) * rng.random())], n - 1, 0, 0.0)
    if u < 0.7:
        _put(arrays, n, CONSTANT, 0, 0, 2.0)
        return _put(arrays, n + 1, POW, n - 1, n, 0.0)
    return n


@compiled
def _wrapped(rng, d, arrays, n):  # type: ignore[no-untyped-def]
    """A law of ``n`` steps in one more operation: an outer function, or times or over something
    simple; how many steps it then has."""
    root = n - 1
    if n + 4 > LARGEST:
        return n
    if rng.random() < 0.35:
        op = _OUTERMOST[int(len(_OUTERMOST) * rng.random())]
        if op != POW:
            return _put(arrays, n, op, root, 0, 0.0)
        _put(arrays, n, CONSTANT, 0, 0, 2.0 if rng.random() < 0.5 else -1.0)
        return _put(arrays, n + 1, POW, root, n, 0.0)
    n = _simple(rng, d, arrays, n)
    return _put(arrays, n, MUL if rng.random() < 0.5 else DIV, root, n - 1, 0.0)


@compiled
def _holds_constant(code, left, right, k, one, other):  # type: ignore[no-untyped-def]
    """Whether step ``k`` is one of two operations and has a constant beside it."""
    return code[k] in (one, other) and CONSTANT in (code[left[k]], code[right[k]])


@compiled
def _is_piled(code, left, right, value, k):  # type: ignore[no-untyped-def]
    """Whether step ``k`` stacks a constant on a constant, as ``(x + 2) - 3`` and ``(x**2)**3``
    do, or multiplies by -1."""
    op, a, b = code[k], left[k], right[k]
    if op == POW:
        return code[b] == CONSTANT and code[a] == POW and code[right[a]] == CONSTANT
    if op == NEG:
        return code[a] in (NEG, MUL, DIV)
    for one, other in ((ADD, SUB), (MUL, DIV)):
        if op in (one, other):
            if code[a] == CONSTANT:
                unit = one == MUL and value[a] == -1.0
                return unit or _holds_constant(code, left, right, b, one, other)
            if code[b] == CONSTANT:
                unit = one == MUL and value[b] == -1.0
                return unit or _holds_constant(code, left, right, a, one, other)
    return False


@compiled
def _is_plain(code, left, right, value, length, v, table):  # type: ignore[no-untyped-def]
    """Whether no part is constant, piles constants up, or is equal to a part of itself."""
    fixed = np.empty(length, dtype=np.bool_)
    first = np.empty(length, dtype=np.int64)
    for k in range(length):
        op = code[k]
        fixed[k], first[k] = op == CONSTANT, k
        if op not in (INPUT, CONSTANT):
            fixed[k], first[k] = fixed[left[k]], first[left[k]]
            if _IS_BINARY[op]:
                fixed[k] = fixed[k] and fixed[right[k]]
                first[k] = min(first[k], first[right[k]])
            if fixed[k] or _is_piled(code, left, right, value, k):
                return False
    for i in range(_POINTS):
        forward(code, left, right, value, _FIXED[i], _NO_THETA, v)
        table[i, :length] = v[:length]
    for k in range(length):
        if code[k] in (INPUT, CONSTANT):
            continue
        if _varies(table, k) < _FEWEST:
            return False
        merges = code[k] in (ADD, SUB) and not (fixed[left[k]] or fixed[right[k]])
        for j in range(first[k], k):
            if not fixed[j] and (_same(table, j, k) or (merges and _multiple(table, j, k))):
                return False
    return True


@compiled
def _varies(table, k):  # type: ignore[no-untyped-def]
    """At how many points step ``k`` is finite; 0 where it is constant there."""
    finite, low, high = 0, math.inf, -math.inf
    for i in range(_POINTS):
        a = table[i, k]
        if math.isfinite(a):
            finite += 1
            low, high = min(low, a), max(high, a)
    return 0 if high - low <= 1e-9 * max(abs(low), abs(high)) else finite


@compiled
def _same(table, j, k):  # type: ignore[no-untyped-def]
    for i in range(_POINTS):
        a, b = table[i, j], table[i, k]
        if math.isfinite(b) and not abs(a - b) <= 1e-9 * abs(b):
            return False
    return True


@compiled
def _multiple(table, j, k):  # type: ignore[no-untyped-def]
    """Whether step ``k`` is a multiple of step ``j``, as ``x + x`` is."""
    ratio = math.nan
    for i in range(_POINTS):
        a = table[i, k] / table[i, j]
        if math.isfinite(a):
            if math.isnan(ratio):
                ratio = a
            elif abs(a - ratio) > 1e-9 * abs(ratio):
                return False
    return not math.isnan(ratio)


@compiled
def draw_laws(  # type: ignore[no-untyped-def]
    rng, code, left, right, value, length, count,
    variables, constants, styles, weights, nice, exponents, shares, options,
):  # fmt: skip
    """Fills the arrays of :class:`~sr_kernel.guide.grammar.Laws`; ``options`` are the shares of
    nice and negative constants, the decades, the share of exponents that are any number, and that
    of laws that are put into one more operation."""
    own = np.empty(weights.shape[1])
    leaves = np.empty(2 * LARGEST, dtype=np.int64)
    prefix = np.empty(LARGEST, dtype=np.int64)
    number = np.empty(LARGEST, dtype=np.int64)
    v, table = np.empty(LARGEST), np.empty((_POINTS, LARGEST))
    tables = (nice, exponents, shares, options)
    row = 0
    # The number of variables is settled before laws are thrown away, which many variables survive
    # less often.
    d = 1 + pick(rng, variables)
    while row < len(length):
        style = pick(rng, styles)
        _own_weights(rng, weights[style], own)
        extra = 0
        while extra < 5 and rng.random() < (0.45 if d <= 5 else 0.3):
            extra += 1
        total = _leaves(rng, d, extra, pick(rng, constants), leaves)
        functions = 0
        while functions < 7 and rng.random() < 0.55:
            functions += 1
        nested = 0.4 + 1.6 * rng.random()
        decades = options[2] * (2.0 if rng.random() < 1 / 6 else 1.0)
        n = _prefix(rng, leaves, total, functions, own, nested, prefix, number)
        if n:
            n = _flatten(rng, prefix, number, n, tables, decades,
                         code[row], left[row], right[row], value[row])  # fmt: skip
        if n < SMALLEST:
            continue
        if rng.random() < options[4]:
            n = _wrapped(rng, d, (code[row], left[row], right[row], value[row]), n)
        if _is_plain(code[row], left[row], right[row], value[row], n, v, table):
            length[row], count[row] = n, d
            row += 1
            d = 1 + pick(rng, variables)
