"""Rewriting by equality saturation: rules, e-graph, extraction, derivations."""
