"""A smooth stand-in for the unknown law: its gradients show symmetries that values alone hide.

Gaussian-process regression on a linear trend, a squared exponential kernel with one length a
column (Rasmussen and Williams 2006, chapters 2 and 5).  Lengths and noise maximise the marginal
likelihood on some of the rows, by the sign of its gradient (Rprop, Riedmiller and Braun 1993).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sr_kernel.expr.operators import FloatArray

_ROWS, _SHOWN, _LEARNED_ON = 700, 350, 180
_STEPS = 40
_JITTER = 1e-9
_LOW, _HIGH = np.log(0.02), np.log(8.0)
"""Inverse lengths, in standard deviations of the column."""
_QUIET, _LOUD = np.log(1e-4), np.log(1.5)
"""The noise's standard deviation as a share of what the trend leaves."""


@dataclass(frozen=True, slots=True)
class Surrogate:
    """On the rows ``picked`` (k,): ``values`` (k,) and ``gradients`` (k, d); ``noise`` is the
    standard deviation that looks like noise, as a share of the target's."""

    picked: np.ndarray
    values: FloatArray
    gradients: FloatArray
    noise: float

    @classmethod
    def of(
        cls,
        Z: FloatArray,
        target: FloatArray,
        *,
        seed: int = 0,
        rows: int = _ROWS,
        poll: Callable[[], None] = lambda: None,
    ) -> Surrogate:
        """Fitted to the ``target`` (n,) over the columns ``Z`` (n, d), all of which vary, on at
        most so many of the ``rows``."""
        generator = np.random.default_rng(seed)
        picked = generator.permutation(len(Z))[:rows]
        Z, target = Z[picked], target[picked]
        width = Z.std(axis=0)
        U = (Z - Z.mean(axis=0)) / width
        trend = np.column_stack([np.ones(len(U)), U])
        slope = np.linalg.lstsq(trend, target, rcond=None)[0]
        rest = target - trend @ slope
        unit, whole = float(rest.std()), float(target.std())
        if not unit > 1e-10 * whole:
            flat = np.tile(slope[1:] / width, (len(U), 1))[:_SHOWN]
            return cls(picked[:_SHOWN], (trend @ slope)[:_SHOWN], flat, 0.0)
        learned = np.arange(min(len(U), _LEARNED_ON, rows // 2))  # the rows are in random order
        logs = _learned(U[learned], rest[learned] / unit, poll)
        values, gradients = _predicted(U, rest / unit, logs, poll)
        values = (trend @ slope + unit * values)[:_SHOWN]
        gradients = ((slope[1:] + unit * gradients) / width)[:_SHOWN]
        return cls(picked[:_SHOWN], values, gradients, float(np.exp(logs[-1])) * unit / whole)


def _learned(U: FloatArray, r: FloatArray, poll: Callable[[], None]) -> FloatArray:
    """Logarithms of the inverse lengths (d), of the signal's size and of the noise's."""
    d = U.shape[1]
    apart = np.square(U[:, None, :] - U[None, :, :]).reshape(-1, d)
    low = np.array([*[_LOW] * d, np.log(0.05), _QUIET])
    high = np.array([*[_HIGH] * d, np.log(50.0), _LOUD])
    logs = np.array([*[np.log(0.5)] * d, 0.3, np.log(0.05)])
    step, before = np.full(d + 2, 0.3), np.zeros(d + 2)
    for _ in range(_STEPS):
        poll()
        slope = _slope(apart, r, logs)
        step = np.clip(step * np.where(slope * before > 0, 1.2, 0.5), 1e-3, 1.0)
        step = np.where(before == 0, 0.3, step)
        logs = np.clip(logs + step * np.sign(slope), low, high)
        before = slope
        if step.max() < 0.02:
            break
    return logs


def _slope(apart: FloatArray, r: FloatArray, logs: FloatArray) -> FloatArray:
    """Gradient (d + 2,) of the log marginal likelihood by the logarithms."""
    k, d = len(r), apart.shape[1]
    squares = np.exp(2.0 * logs)
    kernel = squares[d] * np.exp(-0.5 * (apart @ squares[:d])).reshape(k, k)
    noise = squares[d + 1] + _JITTER * squares[d]
    inverse = np.linalg.inv(kernel + noise * np.eye(k))
    weighed = inverse @ r
    pull = np.outer(weighed, weighed) - inverse
    both = (pull * kernel).ravel()
    found = np.empty(d + 2)
    found[:d] = -0.5 * (both @ apart) * squares[:d]
    found[d] = both.sum() + _JITTER * squares[d] * np.trace(pull)
    found[d + 1] = np.trace(pull) * squares[d + 1]
    return found


def _predicted(
    U: FloatArray, r: FloatArray, logs: FloatArray, poll: Callable[[], None]
) -> tuple[FloatArray, FloatArray]:
    """Values (k,) and gradients (k, d) of the posterior mean on the rows themselves."""
    d = U.shape[1]
    squares = np.exp(2.0 * logs)
    V = U * np.exp(logs[:d])
    size = np.einsum("ij,ij->i", V, V)
    kernel = squares[d] * np.exp(np.minimum(V @ V.T - 0.5 * (size[:, None] + size), 0.0))
    noise = squares[d + 1] + _JITTER * squares[d]
    poll()
    weighed = np.linalg.solve(kernel + noise * np.eye(len(U)), r)
    poll()
    pull = kernel * weighed
    values = pull.sum(axis=1)
    gradients = (pull @ U - U * values[:, None]) * squares[:d]
    return values, gradients
