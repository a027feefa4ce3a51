"""Functional fingerprints: hashes of values, for finding candidates that may be equal.

Equal functions share a fingerprint up to rounding; equal fingerprints prove nothing.  A row of
values is reduced to its size and a few seeded projections, each quantised twice with bins shifted
by half a width: values that rounding puts on different sides of an edge agree in the other hash.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sr_kernel.equality.sampling import values
from sr_kernel.expr import Expr, variables
from sr_kernel.expr.operators import FloatArray

POINTS = 48
_PROJECTIONS = 3
_SEED = 77_003
_BIN = 1e-9
_PREFIX = "sr1f:"
_MIX = np.uint64(0x9E3779B97F4A7C15)


def functional_fingerprint(expr: Expr) -> tuple[str, str]:
    """Two hashes of the values at fixed points; equal functions share at least one of them.

    The points depend on the variables' names only, so the order of variables does not matter.
    """
    names = tuple(sorted(variables(expr)))
    points = (
        np.column_stack([_points_of(name) for name in names]) if names else (np.empty((POINTS, 0)))
    )
    row = values(expr, names, points)
    first, second = row_fingerprints(row[np.newaxis, :])[0].tolist()
    return f"{_PREFIX}{first:016x}", f"{_PREFIX}{second:016x}"


@lru_cache(maxsize=256)
def _points_of(name: str) -> FloatArray:
    seed = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big")
    unit = np.random.default_rng(seed).random(POINTS)
    signs = np.where(np.arange(POINTS) % 4 == 3, -1.0, 1.0)
    return np.asarray(signs * (0.1 + 3.0 * unit))


def row_fingerprints(rows: FloatArray) -> NDArray[np.uint64]:
    """Two 64-bit hashes a row of ``rows`` (m, n); shape (m, 2).

    Rows that agree to about ten digits and in where they are not finite share at least one of the
    two but for a chance of about 1e-8.
    """
    table = np.asarray(rows, dtype=np.float64)
    finite = np.isfinite(table)
    clean = np.where(finite, table, 0.0)
    norm = np.abs(clean).max(axis=1, initial=0.0)
    scale = np.where(norm > 0, norm, 1.0)
    with np.errstate(under="ignore"):
        unit = clean / scale[:, np.newaxis]
    features = np.column_stack([np.log2(scale), unit @ _directions(table.shape[1])])
    pattern = _pattern_hash(finite) ^ (norm > 0).astype(np.uint64)
    return np.column_stack([_quantised(features, pattern, shift) for shift in (0.0, 0.5)])


@lru_cache(maxsize=16)
def _directions(columns: int) -> FloatArray:
    draws = np.random.default_rng(_SEED).standard_normal((columns, _PROJECTIONS))
    return np.asarray(draws / np.sqrt(max(columns, 1)))


def _pattern_hash(finite: NDArray[np.bool_]) -> NDArray[np.uint64]:
    if finite.all():
        return np.zeros(len(finite), dtype=np.uint64)
    words = np.random.default_rng(_SEED + 1).integers(
        0, 2**63, size=finite.shape[1], dtype=np.uint64
    )
    return np.asarray(np.bitwise_xor.reduce(np.where(finite, np.uint64(0), words), axis=1))


def _quantised(features: FloatArray, start: Any, shift: float) -> NDArray[np.uint64]:
    bins = np.floor(features / _BIN + shift).astype(np.int64).view(np.uint64)
    state = np.asarray(start, dtype=np.uint64)
    for column in range(bins.shape[1]):
        state = _mixed(state ^ bins[:, column])
    return state


def _mixed(words: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """A bijective mix of the bits (multiply and fold, wrapping on purpose)."""
    with np.errstate(over="ignore"):
        words = (words ^ (words >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        words = (words ^ (words >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray((words ^ (words >> np.uint64(31))) + _MIX)
