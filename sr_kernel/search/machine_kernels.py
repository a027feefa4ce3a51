"""The compiled part of :mod:`sr_kernel.search.machine`; importing it imports numba."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
from numba import njit

from sr_kernel.search.machine import CODES

_INPUT, _THETA, _CONSTANT = CODES["input"], CODES["theta"], CODES["constant"]
_ADD, _SUB, _MUL, _DIV, _NEG = (CODES[n] for n in ("add", "sub", "mul", "div", "neg"))
_POW, _SQRT, _EXP, _LOG = (CODES[n] for n in ("pow", "sqrt", "exp", "log"))
_SIN, _COS, _TAN, _TANH = (CODES[n] for n in ("sin", "cos", "tan", "tanh"))
_ASIN, _ACOS, _ATAN, _ABS = (CODES[n] for n in ("asin", "acos", "atan", "abs"))
_SINH, _COSH = CODES["sinh"], CODES["cosh"]

_compiled: Any = njit(cache=True, error_model="numpy", nogil=True)


@_compiled
def unary(op, a):  # type: ignore[no-untyped-def]  # noqa: C901
    """The function of one argument with code ``op``; nan or infinite where undefined."""
    if op == _NEG:
        return -a
    if op == _SQRT:
        return math.sqrt(a) if a >= 0 else math.nan
    if op == _EXP:
        return math.exp(a) if a < 709.0 else math.inf
    if op == _LOG:
        return math.log(a) if a > 0 else math.nan
    if op == _SIN:
        return math.sin(a)
    if op == _COS:
        return math.cos(a)
    if op == _TAN:
        return math.tan(a)
    if op == _TANH:
        return math.tanh(a)
    if op == _ASIN:
        return math.asin(a) if abs(a) <= 1 else math.nan
    if op == _ACOS:
        return math.acos(a) if abs(a) <= 1 else math.nan
    if op == _ATAN:
        return math.atan(a)
    if op == _ABS:
        return abs(a)
    if abs(a) > 709.0:
        return math.inf
    return math.sinh(a) if op == _SINH else math.cosh(a)


@_compiled
def _slope(op, a, value):  # type: ignore[no-untyped-def]  # noqa: C901
    if op == _NEG:
        return -1.0
    if op == _SQRT:
        return 0.5 / value
    if op == _EXP:
        return value
    if op == _LOG:
        return 1.0 / a
    if op == _SIN:
        return math.cos(a)
    if op == _COS:
        return -math.sin(a)
    if op == _TAN:
        return 1.0 + value * value
    if op == _TANH:
        return 1.0 - value * value
    if op == _ASIN:
        return 1.0 / math.sqrt(1.0 - a * a)
    if op == _ACOS:
        return -1.0 / math.sqrt(1.0 - a * a)
    if op == _ATAN:
        return 1.0 / (1.0 + a * a)
    if op == _ABS:
        return 1.0 if a >= 0 else -1.0
    return math.cosh(a) if op == _SINH else math.sinh(a)


@_compiled
def forward(code, left, right, value, row, theta, v):  # type: ignore[no-untyped-def]
    """The value on one row; ``v`` (steps,) takes that of each step."""
    for k in range(len(code)):
        op = code[k]
        if op == _INPUT:
            v[k] = row[left[k]]
        elif op == _THETA:
            v[k] = theta[left[k]]
        elif op == _CONSTANT:
            v[k] = value[k]
        elif op == _ADD:
            v[k] = v[left[k]] + v[right[k]]
        elif op == _SUB:
            v[k] = v[left[k]] - v[right[k]]
        elif op == _MUL:
            v[k] = v[left[k]] * v[right[k]]
        elif op == _DIV:
            v[k] = v[left[k]] / v[right[k]]
        elif op == _POW:
            v[k] = _power(v[left[k]], v[right[k]])
        else:
            v[k] = unary(op, v[left[k]])
    return v[len(code) - 1]


@_compiled
def _power(a, b):  # type: ignore[no-untyped-def]
    if b == 2.0:
        return a * a
    if b == -1.0:
        return 1.0 / a
    if a < 0.0 and b != math.floor(b):
        return math.nan
    return a**b


@_compiled
def _backward(code, left, right, v, adjoint, gradient):  # type: ignore[no-untyped-def]
    last = len(code) - 1
    adjoint[:] = 0.0
    gradient[:] = 0.0
    adjoint[last] = 1.0
    for k in range(last, -1, -1):
        op, s = code[k], adjoint[k]
        if s == 0.0 or op in (_INPUT, _CONSTANT):
            continue
        i, j = left[k], right[k]
        if op == _THETA:
            gradient[i] += s
        elif op == _ADD:
            adjoint[i] += s
            adjoint[j] += s
        elif op == _SUB:
            adjoint[i] += s
            adjoint[j] -= s
        elif op == _MUL:
            adjoint[i] += s * v[j]
            adjoint[j] += s * v[i]
        elif op == _DIV:
            adjoint[i] += s / v[j]
            adjoint[j] -= s * v[k] / v[j]
        elif op == _POW:
            adjoint[i] += s * v[j] * _power(v[i], v[j] - 1.0)
            if code[j] != _CONSTANT and v[i] > 0.0:
                adjoint[j] += s * v[k] * math.log(v[i])
        else:
            adjoint[i] += s * _slope(op, v[i], v[k])


@_compiled
def _cost(code, left, right, value, X, y, weights, theta, v):  # type: ignore[no-untyped-def]
    total = 0.0
    for i in range(len(y)):
        residual = forward(code, left, right, value, X[i], theta, v) - y[i]
        total += weights[i] * residual * residual
        if not math.isfinite(total):
            return math.inf
    return total


@_compiled
def _normal(  # type: ignore[no-untyped-def]
    code, left, right, value, X, y, weights, theta, v, adjoint, gradient, matrix, slope
):
    """Fills the normal equations; False where a derivative is missing."""
    p = len(theta)
    matrix[:] = 0.0
    slope[:] = 0.0
    for i in range(len(y)):
        residual = forward(code, left, right, value, X[i], theta, v) - y[i]
        _backward(code, left, right, v, adjoint, gradient)
        w = weights[i]
        for a in range(p):
            ga = w * gradient[a]
            slope[a] += ga * residual
            for b in range(a + 1):
                matrix[a, b] += ga * gradient[b]
    for a in range(p):
        if not math.isfinite(slope[a]):
            return False
        for b in range(a + 1):
            if not math.isfinite(matrix[a, b]):
                return False
    return True


@_compiled
def _solve(matrix, slope, damping, scale, lower, move):  # type: ignore[no-untyped-def]
    """Cholesky on the scaled and damped equations; False where they are singular."""
    p = len(slope)
    for a in range(p):
        for b in range(a + 1):
            total = matrix[a, b] / (scale[a] * scale[b])
            if a == b:
                total += damping
            for c in range(b):
                total -= lower[a, c] * lower[b, c]
            if a == b:
                if total <= 1e-14:
                    return False
                lower[a, a] = math.sqrt(total)
            else:
                lower[a, b] = total / lower[b, b]
    for a in range(p):
        total = -slope[a] / scale[a]
        for c in range(a):
            total -= lower[a, c] * move[c]
        move[a] = total / lower[a, a]
    for a in range(p - 1, -1, -1):
        total = move[a]
        for c in range(a + 1, p):
            total -= lower[c, a] * move[c]
        move[a] = total / lower[a, a]
    for a in range(p):
        move[a] /= scale[a]
    return True


@_compiled
def descent(  # type: ignore[no-untyped-def]
    code, left, right, value, X, y, weights, start, steps
):
    """(weighted sum of squares, constants) after at most ``steps`` steps from ``start``."""
    p, length = len(start), len(code)
    v, adjoint = np.empty(length), np.empty(length)
    gradient, slope, scale, move = np.empty(p), np.empty(p), np.ones(p), np.empty(p)
    matrix, lower = np.empty((p, p)), np.empty((p, p))
    theta = start.copy()
    cost = _cost(code, left, right, value, X, y, weights, theta, v)
    damping = 1e-3
    if p == 0 or not math.isfinite(cost):
        return cost, theta
    for _ in range(steps):
        if not _normal(
            code, left, right, value, X, y, weights, theta, v, adjoint, gradient, matrix, slope
        ):
            break
        for a in range(p):
            scale[a] = max(math.sqrt(matrix[a, a]), 1e-150)
        better = False
        before = cost
        while damping < 1e8:
            if _solve(matrix, slope, damping, scale, lower, move):
                trial = theta + move
                found = _cost(code, left, right, value, X, y, weights, trial, v)
                if found < cost:
                    theta, cost, better = trial, found, True
                    damping = max(damping * 0.2, 1e-12)
                    break
            damping *= 5.0
        if not better or before - cost <= 1e-9 * before:
            break
    return cost, theta


def warm() -> None:
    """Compile the descent, for this process and those to come."""
    one = np.zeros(1, dtype=np.int64)
    descent(one, one, one, np.zeros(1), np.ones((1, 1)), np.ones(1), np.ones(1), np.ones(1), 1)


def on_disk() -> bool:
    """Whether an up-to-date compiled descent is in the cache."""
    folder = Path(descent.stats.cache_path)
    source = Path(__file__).stat().st_mtime
    found = folder.glob(f"{Path(__file__).stem}.descent-*.nbi")
    return any(file.stat().st_mtime >= source for file in found)
