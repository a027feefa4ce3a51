"""Equality of terms: keys, hashes, normal forms, fingerprints and verdicts."""

from sr_kernel.equality.key import canonical_hash
from sr_kernel.equality.verdict import Verdict, compare, equivalent

__all__ = ["Verdict", "canonical_hash", "compare", "equivalent"]
