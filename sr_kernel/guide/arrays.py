"""The few array operations of the network, in NumPy; training has the same ones in torch.

Shapes and axes are NumPy's.  What both libraries spell alike (``@``, ``reshape``, ``swapaxes``,
indexing, arithmetic) is used as it is.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np

Array = Any
"""A NumPy array or a torch tensor."""


class Arrays(Protocol):
    """What a library must be able to do."""

    def concatenate(self, arrays: Sequence[Array], axis: int) -> Array: ...
    def spread(self, array: Array, shape: tuple[int, ...]) -> Array: ...
    def gelu(self, array: Array) -> Array: ...
    def normal(self, array: Array, scale: Array, shift: Array) -> Array: ...
    def softmax(self, array: Array) -> Array: ...
    def summary(self, array: Array) -> Array: ...
    def moments(self, array: Array) -> Array: ...
    def causal(self, count: int, like: Array) -> Array: ...
    def indices(self, values: Any, like: Array) -> Array: ...


class NumpyArrays:
    """In NumPy."""

    def concatenate(self, arrays: Sequence[Array], axis: int) -> Array:
        """``arrays`` one after the other."""
        return np.concatenate(arrays, axis=axis)

    def spread(self, array: Array, shape: tuple[int, ...]) -> Array:
        """``array`` repeated to ``shape``."""
        return np.broadcast_to(array, shape)

    def gelu(self, array: Array) -> Array:
        """x times the normal distribution function, by tanh (Hendrycks and Gimpel 2016)."""
        inner = math.sqrt(2 / math.pi) * array * (1 + 0.044715 * (array * array))
        return 0.5 * array * (1 + np.tanh(inner))

    def normal(self, array: Array, scale: Array, shift: Array) -> Array:
        """The last axis with mean 0 and variance 1, then scaled and shifted."""
        array = array - array.mean(axis=-1, keepdims=True)
        spread = np.sqrt((array * array).mean(axis=-1, keepdims=True) + 1e-5)
        return array / spread * scale + shift

    def softmax(self, array: Array) -> Array:
        """Shares along the last axis."""
        array = np.exp(array - array.max(axis=-1, keepdims=True))
        return array / array.sum(axis=-1, keepdims=True)

    def sigmoid(self, array: Array) -> Array:
        """1/(1 + exp(-x))."""
        return 1 / (1 + np.exp(-np.clip(array, -60, 60)))

    def summary(self, array: Array) -> Array:
        """Mean, spread, largest and smallest along axis 1 of (b, n, ..., k): (b, ..., 4 k)."""
        return np.concatenate([self.moments(array), array.max(axis=1), array.min(axis=1)], axis=-1)

    def moments(self, array: Array) -> Array:
        """Mean and spread along axis 1 of (b, n, ..., k): (b, ..., 2 k)."""
        mean = array.mean(axis=1)
        spread = np.sqrt(np.square(array - mean[:, None]).mean(axis=1) + 1e-6)
        return np.concatenate([mean, spread], axis=-1)

    def causal(self, count: int, like: Array) -> Array:
        """A mask (count, count) that keeps each token from looking ahead."""
        return np.triu(np.full((count, count), -1e9, dtype=np.float32), 1)

    def indices(self, values: Any, like: Array) -> Array:
        """``values`` as an index array."""
        return np.asarray(values, dtype=np.int64)


NUMPY = NumpyArrays()
