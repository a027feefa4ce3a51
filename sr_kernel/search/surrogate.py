"""A smooth stand-in for the unknown law: its gradients show symmetries that values alone hide.

Gaussian-process regression on a linear trend, a squared exponential kernel with one length a
column (Rasmussen and Williams 2006, chapters 2 and 5).  Lengths and noise maximise the marginal
likelihood on some of the rows, by the sign of its gradient (Rprop, Riedmiller and Braun 1993).

The noise may differ from row to row in a known ratio: noise of one size on y is not of one size on
log y.  Whether it does is decided by the marginal likelihood too.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from sr_kernel.expr.operators import FloatArray

_ROWS, _SHOWN, _LEARNED_ON = 700, 350, 180
_STEPS = 40
_JITTER = 1e-9
_SPREAD = 1e4
"""Rows this much noisier than half of them, in variance, say nothing already."""
_NOISY = 0.003
"""Share of the target that looks like noise from which on it matters where the noise is."""
_LOW, _HIGH = np.log(0.02), np.log(8.0)
"""Inverse lengths, in standard deviations of the column."""
_QUIET, _LOUD = np.log(1e-4), np.log(1.5)
"""The noise's standard deviation as a share of what the trend leaves."""


@dataclass(frozen=True, slots=True)
class Surrogate:
    """On the rows ``picked`` (k,): ``values`` (k,) and ``gradients`` (k, d); ``noise`` is the
    standard deviation that looks like noise in the middle row, as a share of the target's, and
    ``missed`` by how much rows are missed that were left out, in the same units."""

    picked: np.ndarray
    values: FloatArray
    gradients: FloatArray
    noise: float
    missed: float

    @classmethod
    def of(
        cls,
        Z: FloatArray,
        target: FloatArray,
        weights: FloatArray | None = None,
        *,
        first: Sequence[int] | np.ndarray = (),
        seed: int = 0,
        rows: int = _ROWS,
        poll: Callable[[], None] = lambda: None,
    ) -> Surrogate:
        """Fitted to the ``target`` (n,) over the columns ``Z`` (n, d), all of which vary, on at
        most so many of the ``rows``, those listed ``first`` among them; the variance of the noise
        may go by one over ``weights``."""
        order = np.random.default_rng(seed).permutation(len(Z))
        first = np.asarray(first, dtype=np.int64)
        picked = np.concatenate([first, order[~np.isin(order, first)]])[:rows]
        Z, target = Z[picked], target[picked]
        width = Z.std(axis=0)
        U = (Z - Z.mean(axis=0)) / width
        trend = np.column_stack([np.ones(len(U)), U])
        slope = np.linalg.lstsq(trend, target, rcond=None)[0]
        rest = target - trend @ slope
        unit, whole = float(rest.std()), float(target.std())
        if not unit > 1e-10 * whole:
            flat = np.tile(slope[1:] / width, (len(U), 1))[:_SHOWN]
            return cls(picked[:_SHOWN], (trend @ slope)[:_SHOWN], flat, 0.0, 0.0)
        learned = np.arange(min(len(U), _LEARNED_ON, rows // 2))  # the rows are in random order
        fitted = _Fit.of(U[learned], rest[learned] / unit, np.ones(len(learned)), poll)
        ratios = np.ones(len(U))
        if weights is not None and fitted.noise * unit > _NOISY * whole:
            uneven = _ratios(weights[picked])
            other = _Fit.of(U[learned], rest[learned] / unit, uneven[learned], poll)
            if other.likelihood > fitted.likelihood:
                fitted, ratios = other, uneven
        values, gradients, left_out = _predicted(U, rest / unit, ratios, fitted.logs, poll)
        values = (trend @ slope + unit * values)[:_SHOWN]
        gradients = ((slope[1:] + unit * gradients) / width)[:_SHOWN]
        share = unit / whole
        missed = math.sqrt(trimmed_mean(np.square(left_out) / ratios))
        return cls(picked[:_SHOWN], values, gradients, fitted.noise * share, missed * share)


_CALM, _SEEN = 0.97, 0.831
"""Share of the rows that count where a few are next to a gap or a pole, and how much of the
variance of normal noise they show."""


def trimmed_mean(squares: FloatArray) -> float:
    """The mean of squared residuals (n,) with as much regard for the largest as normal noise
    deserves; inf if one of them is no number."""
    if not np.isfinite(squares).all():
        return math.inf
    return float(np.sort(squares)[: max(int(_CALM * len(squares)), 1)].mean()) / _SEEN


def _ratios(weights: FloatArray) -> FloatArray:
    """Variances (n,) of the noise, one in the middle row."""
    middle = max(float(np.median(weights)), 1e-300)
    return 1.0 / np.clip(weights / middle, 1.0 / _SPREAD, _SPREAD)


@dataclass(frozen=True, slots=True)
class _Fit:
    """``logs`` (d + 2,) of the inverse lengths, of the signal's size and of the noise's, and the
    logarithm of the marginal ``likelihood`` at them."""

    logs: FloatArray
    likelihood: float

    @property
    def noise(self) -> float:
        return float(np.exp(self.logs[-1]))

    @classmethod
    def of(
        cls, U: FloatArray, r: FloatArray, ratios: FloatArray, poll: Callable[[], None]
    ) -> _Fit:
        logs = _learned(U, r, ratios, poll)
        return cls(logs, _likelihood(_apart(U), r, ratios, logs))


def _apart(U: FloatArray) -> FloatArray:
    """Squared differences (k * k, d) of all pairs of rows."""
    return np.square(U[:, None, :] - U[None, :, :]).reshape(-1, U.shape[1])


def _learned(
    U: FloatArray, r: FloatArray, ratios: FloatArray, poll: Callable[[], None]
) -> FloatArray:
    """Logarithms of the inverse lengths (d), of the signal's size and of the noise's."""
    d = U.shape[1]
    apart = _apart(U)
    low = np.array([*[_LOW] * d, np.log(0.05), _QUIET])
    high = np.array([*[_HIGH] * d, np.log(50.0), _LOUD])
    logs = np.array([*[np.log(0.5)] * d, 0.3, np.log(0.05)])
    step, before = np.full(d + 2, 0.3), np.zeros(d + 2)
    for _ in range(_STEPS):
        poll()
        slope = _slope(apart, r, ratios, logs)
        step = np.clip(step * np.where(slope * before > 0, 1.2, 0.5), 1e-3, 1.0)
        step = np.where(before == 0, 0.3, step)
        logs = np.clip(logs + step * np.sign(slope), low, high)
        before = slope
        if step.max() < 0.02:
            break
    return logs


def _covariance(
    apart: FloatArray, ratios: FloatArray, logs: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Of the signal on the rows (k, k), and with the noise."""
    k, d = len(ratios), apart.shape[1]
    squares = np.exp(2.0 * logs)
    kernel = squares[d] * np.exp(-0.5 * (apart @ squares[:d])).reshape(k, k)
    return kernel, kernel + np.diag(squares[d + 1] * ratios + _JITTER * squares[d])


def _likelihood(apart: FloatArray, r: FloatArray, ratios: FloatArray, logs: FloatArray) -> float:
    """The log marginal likelihood, but for a constant."""
    whole = _covariance(apart, ratios, logs)[1]
    sign, size = np.linalg.slogdet(whole)
    return float(-0.5 * (r @ np.linalg.solve(whole, r) + size)) if sign > 0 else -np.inf


def _slope(apart: FloatArray, r: FloatArray, ratios: FloatArray, logs: FloatArray) -> FloatArray:
    """Gradient (d + 2,) of the log marginal likelihood by the logarithms."""
    d = apart.shape[1]
    squares = np.exp(2.0 * logs)
    kernel, whole = _covariance(apart, ratios, logs)
    inverse = np.linalg.inv(whole)
    weighed = inverse @ r
    pull = np.outer(weighed, weighed) - inverse
    both = (pull * kernel).ravel()
    found = np.empty(d + 2)
    found[:d] = -0.5 * (both @ apart) * squares[:d]
    found[d] = both.sum() + _JITTER * squares[d] * np.trace(pull)
    found[d + 1] = np.diag(pull) @ ratios * squares[d + 1]
    return found


def _predicted(
    U: FloatArray, r: FloatArray, ratios: FloatArray, logs: FloatArray, poll: Callable[[], None]
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Values (k,) and gradients (k, d) of the posterior mean on the rows themselves, and by how
    much it misses each (k,) if that is left out (Rasmussen and Williams 2006, section 5.4.2)."""
    d = U.shape[1]
    squares = np.exp(2.0 * logs)
    V = U * np.exp(logs[:d])
    size = np.einsum("ij,ij->i", V, V)
    kernel = squares[d] * np.exp(np.minimum(V @ V.T - 0.5 * (size[:, None] + size), 0.0))
    noise = squares[d + 1] * ratios + _JITTER * squares[d]
    poll()
    inverse = np.linalg.inv(kernel + np.diag(noise))
    weighed = inverse @ r
    poll()
    pull = kernel * weighed
    values = pull.sum(axis=1)
    gradients = (pull @ U - U * values[:, None]) * squares[:d]
    return values, gradients, weighed / np.diag(inverse)
