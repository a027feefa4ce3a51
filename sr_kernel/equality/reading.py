"""Text, SymPy expressions and terms in; the same kind out."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from typing import Any

from sr_kernel.errors import ExpressionError
from sr_kernel.expr import Expr, parse, quoted, to_text
from sr_kernel.expr.sympy_bridge import from_sympy, to_sympy


def read(source: object) -> Expr:
    """``source`` as a term; raises :class:`ExpressionError`."""
    if isinstance(source, Expr):
        return source
    if isinstance(source, str):
        return parse(source)
    if is_sympy(source):
        return from_sympy(source)
    raise ExpressionError(
        f"cannot read an expression from {type(source).__name__}: give text, a SymPy expression "
        "or a term of sr_kernel"
    )


def is_sympy(source: object) -> bool:
    """Whether ``source`` is a SymPy object; SymPy is not imported to find out."""
    sympy = sys.modules.get("sympy")
    return sympy is not None and isinstance(source, sympy.Basic)


def writer_for(source: object) -> Callable[[Expr], object]:
    """How to give a result back in the form in which ``source`` came."""
    if isinstance(source, Expr):
        return lambda expr: expr
    if isinstance(source, str):
        return to_text
    return to_sympy


def sympy_assumptions(sources: Iterable[object]) -> tuple[str, ...]:
    """Facts that SymPy symbols carry, as assumptions in our spelling."""
    facts: dict[str, None] = {}
    for source in sources:
        if not is_sympy(source):
            continue
        for atom in sorted(source.free_symbols, key=str):  # type: ignore[attr-defined]
            for fact in _facts_of(atom):
                facts[fact] = None
    return tuple(facts)


def _facts_of(atom: Any) -> list[str]:
    name = quoted(atom.name)
    facts = [f"{name} integer"] if atom.is_integer else []
    for holds, relation in (
        (atom.is_positive, ">"), (atom.is_negative, "<"),
        (atom.is_nonnegative, ">="), (atom.is_nonpositive, "<="), (atom.is_nonzero, "!="),
    ):  # fmt: skip
        if holds:
            return [*facts, f"{name} {relation} 0"]
    return facts
