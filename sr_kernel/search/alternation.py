"""Alternating least squares: a product of functions, each a combination of a basis of its own.

Held at the others each factor is a linear least-squares problem; a few rounds of these lead near a
solution, and Gauss-Newton steps for all factors at once to it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from sr_kernel.expr.operators import FloatArray

_SWEEPS, _STEPS, _SETTLED = 6, 12, 0.98
"""Rounds of alternating, steps of all factors at once, and the share of the error that the last of
either leaves."""
_SHARES = (1.0, 0.3, 0.1)
"""Of a step that are tried."""


@dataclass
class Product:
    """``y`` (n,) as ``constant`` + a product of combinations of the bases ``full`` (each (n, k)),
    rows being weighted by ``root`` (n,)."""

    full: list[FloatArray]
    y: FloatArray
    root: FloatArray
    constant: float
    factors: list[FloatArray] = field(default_factory=list)

    def begin(self) -> None:
        """Each factor as it is in the mean over the others."""
        right = (self.y - self.constant) * self.root
        self.factors = [
            _unit(basis @ _quick(basis * self.root[:, None], right)) for basis in self.full
        ]

    def rest(self) -> FloatArray:
        found = self.constant + np.prod(self.factors, axis=0)
        return np.asarray(self.root * (self.y - found))

    def _others(self, place: int) -> FloatArray:
        others = [factor for k, factor in enumerate(self.factors) if k != place]
        return np.asarray(np.prod(others, axis=0))

    def alternate(self, offset: bool) -> None:
        """Least squares for one factor after the other."""
        before = np.inf
        for _ in range(_SWEEPS):
            for k, basis in enumerate(self.full):
                self.factors[k] = _unit(self.factors[k])
                design = basis * self._others(k)[:, None]
                if offset:
                    design = np.column_stack([design, np.ones(len(self.y))])
                answer = _quick(design * self.root[:, None], self.y * self.root)
                self.constant = float(answer[-1]) if offset else 0.0
                self.factors[k] = basis @ answer[: basis.shape[1]]
            now = float(np.linalg.norm(self.rest()))
            if not now < _SETTLED * before:
                return
            before = now

    def descend(self, offset: bool) -> None:
        """Gauss-Newton steps for all factors at once, which end where alternating would creep."""
        before = float(np.linalg.norm(self.rest()))
        for _ in range(_STEPS):
            self._even_out()
            parts = [basis * self._others(k)[:, None] for k, basis in enumerate(self.full)]
            design = np.column_stack([*parts, np.ones(len(self.y))][: len(parts) + offset])
            step = _quick(design * self.root[:, None], self.rest())
            if not self._stepped(step, before, offset):
                return
            now = float(np.linalg.norm(self.rest()))
            if not now < _SETTLED * before:
                return
            before = now

    def _even_out(self) -> None:
        """Factors of one size."""
        sizes = [float(np.sqrt(np.mean(np.square(factor)))) for factor in self.factors]
        usual = float(np.prod(sizes)) ** (1.0 / len(sizes))
        if usual > 0:
            self.factors = [f * (usual / size) for f, size in zip(self.factors, sizes, strict=True)]

    def _stepped(self, step: FloatArray, before: float, offset: bool) -> bool:
        """Whether the step or a part of it led down; it has then been taken."""
        factors, constant = self.factors, self.constant
        ends = np.cumsum([basis.shape[1] for basis in self.full])
        moves = [basis @ part for basis, part in zip(self.full, np.split(step, ends), strict=False)]
        for share in _SHARES:
            pairs = zip(factors, moves, strict=True)
            self.factors = [factor + share * move for factor, move in pairs]
            self.constant = constant + share * float(step[-1]) if offset else 0.0
            if float(np.linalg.norm(self.rest())) < before:
                return True
        self.factors, self.constant = factors, constant
        return False


def _quick(design: FloatArray, right: FloatArray) -> FloatArray:
    """Least squares by normal equations: half of the digits do on the way."""
    norms = np.linalg.norm(design, axis=0)
    design = design / np.where(norms > 0, norms, 1.0)
    gram = design.T @ design + 1e-12 * np.eye(design.shape[1])
    return np.asarray(np.linalg.solve(gram, design.T @ right) / np.where(norms > 0, norms, 1.0))


def _unit(values: FloatArray) -> FloatArray:
    return np.asarray(values / max(float(np.sqrt(np.mean(np.square(values)))), 1e-300))
