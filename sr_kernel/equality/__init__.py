"""Equality of terms: keys, hashes, normal forms, fingerprints and verdicts."""
