"""The simplifier: the same function in a smaller term, every change of domain told."""

from sr_kernel.simplify.explanation import explain
from sr_kernel.simplify.interface import (
    simplify,
    simplify_all,
    simplify_all_detailed,
    simplify_detailed,
)
from sr_kernel.simplify.pipeline import Simplification

__all__ = [
    "Simplification",
    "explain",
    "simplify",
    "simplify_all",
    "simplify_all_detailed",
    "simplify_detailed",
]
