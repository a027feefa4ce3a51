"""Sums of few terms out of a great many that give a target up to rounding.

All terms together are solved at once, which is quick; that few of them are enough is the evidence.
"""

from __future__ import annotations

import numpy as np

from sr_kernel.expr.operators import FloatArray
from sr_kernel.search.columns import Column
from sr_kernel.search.dictionary import IntArray

_ROUNDING = 1e-11
"""Residual relative to the target's part outside a constant that rounding may leave."""
_LOOSELY = 1e-8
_DEPENDENT = 1e-11
_MOST = 16
"""Terms of a sum that is short enough to be believed."""


class Solver:
    """Terms (n, k) scaled and made independent once, for many targets."""

    def __init__(self, columns: list[Column], weights: FloatArray) -> None:
        matrix = np.stack([column.values for column in columns], axis=1)
        self.weights = weights
        matrix = matrix * weights[:, None]
        norms = np.linalg.norm(matrix, axis=0)
        sound = np.flatnonzero((norms > 0) & np.isfinite(norms))
        unit = matrix[:, sound] / norms[sound]
        q, r = np.linalg.qr(unit)
        # A term that depends on those before it is not needed: they are simpler.
        apart = np.abs(np.diag(r)) > _DEPENDENT
        self.places = sound[apart]
        self.unit, self.norms = unit[:, apart], norms[self.places]
        self._q, self._r = np.linalg.qr(self.unit) if not apart.all() else (q, r)

    def few(
        self, target: FloatArray, most: int = _MOST, *, loosely: bool = False
    ) -> tuple[IntArray, FloatArray] | None:
        """Places and coefficients of at most ``most`` terms that give ``target`` (n,).

        ``loosely`` allows for constants in the terms that are known to ten digits only.
        """
        right = target * self.weights
        allowed = float((_LOOSELY if loosely else _ROUNDING) * np.linalg.norm(right - right.mean()))
        inside = self._q.T @ right
        if not np.linalg.norm(right - self._q @ inside) <= allowed:
            return None
        kept = self._kept(right, np.linalg.solve(self._r, inside), allowed)
        if len(kept) > most:
            return None
        answer = _answer(self.unit[:, kept], right)
        return self.places[kept], answer / self.norms[kept]

    def _kept(self, right: FloatArray, answer: FloatArray, allowed: float) -> IntArray:
        kept = np.arange(len(answer))
        while True:
            order = kept[np.argsort(-np.abs(answer), kind="stable")]
            fewer = order[: self._enough(right, order, allowed)]
            if len(fewer) >= len(kept):
                break
            kept, answer = fewer, _answer(self.unit[:, fewer], right)
        return self._without_idle(right, kept, allowed)

    def _enough(self, right: FloatArray, order: IntArray, allowed: float) -> int:
        """How many of the terms, in this order, give the target."""
        low, high = 0, len(order)
        while high - low > 1:
            middle = (low + high) // 2
            if self._gives(right, order[:middle], allowed):
                high = middle
            else:
                low = middle
        return high

    def _without_idle(self, right: FloatArray, kept: IntArray, allowed: float) -> IntArray:
        """``kept`` without those that the others can do without, the least simple first."""
        if len(kept) > 3 * _MOST:
            return kept
        for place in sorted(kept, reverse=True):
            rest = kept[kept != place]
            if len(rest) and self._gives(right, rest, allowed):
                kept = rest
        return np.sort(kept)

    def _gives(self, right: FloatArray, chosen: IntArray, allowed: float) -> bool:
        part = self.unit[:, chosen]
        return bool(np.linalg.norm(right - part @ _answer(part, right)) <= allowed)


def _answer(unit: FloatArray, right: FloatArray) -> FloatArray:
    """Least squares, refined once: exact data deserve all digits."""
    answer = np.linalg.lstsq(unit, right, rcond=1e-13)[0]
    return np.asarray(answer + np.linalg.lstsq(unit, right - unit @ answer, rcond=1e-13)[0])
