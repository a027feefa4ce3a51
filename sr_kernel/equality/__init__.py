"""Equality of terms: keys, hashes, normal forms, fingerprints and verdicts."""

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
