"""Texts of terms for keys: the printed form, or a digest of the shape where that would be too long.

A term is a graph in which equal parts are one node, so the text of a small graph can be longer than
any memory; its digest takes a step a node.
"""

from __future__ import annotations

import hashlib

from sr_kernel.expr import Expr, to_text, walk

LONGEST = 20_000
"""Nodes of the largest term that is spelled out."""


def key_text(expr: Expr) -> str:
    """A text that only this term has."""
    return to_text(expr) if expr.size <= LONGEST else digest_text(expr)


def digest_text(expr: Expr, *, floats: str = "") -> str:
    """The digest of ``expr``; with ``floats`` that text stands for each of its floats."""
    known: dict[Expr, str] = {}
    for node in walk(expr):
        if floats and isinstance(node.value, float):
            text = floats
        elif node.args:
            text = f"{node.op}({','.join(known[arg] for arg in node.args)})"
        else:
            text = to_text(node)
        known[node] = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return "#" + known[expr]
