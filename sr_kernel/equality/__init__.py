"""Equality of terms: keys, hashes, normal forms, fingerprints and verdicts."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sr_kernel.equality.fingerprint import functional_fingerprint, row_fingerprints
    from sr_kernel.equality.key import canonical_hash, canonical_key
    from sr_kernel.equality.verdict import Verdict, compare, equivalent

__all__ = [
    "Verdict",
    "canonical_hash",
    "canonical_key",
    "compare",
    "equivalent",
    "functional_fingerprint",
    "row_fingerprints",
]

_HOMES = {
    "Verdict": "verdict",
    "canonical_hash": "key",
    "canonical_key": "key",
    "compare": "verdict",
    "equivalent": "verdict",
    "functional_fingerprint": "fingerprint",
    "row_fingerprints": "fingerprint",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
