"""The simplifier: the same function in a smaller term, every change of domain told."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from sr_kernel.simplify.interface import (
    simplify,
    simplify_all,
    simplify_all_detailed,
    simplify_detailed,
)

if TYPE_CHECKING:
    from sr_kernel.simplify.explanation import explain
    from sr_kernel.simplify.pipeline import Simplification
    from sr_kernel.simplify.variants import Alternative, alternatives

__all__ = [
    "Alternative",
    "Simplification",
    "alternatives",
    "explain",
    "simplify",
    "simplify_all",
    "simplify_all_detailed",
    "simplify_detailed",
]

_HOMES = {
    "Alternative": "variants",
    "Simplification": "pipeline",
    "alternatives": "variants",
    "explain": "explanation",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
