"""Text, SymPy expressions and terms in; the same kind out."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable

from sr_kernel.errors import ExpressionError
from sr_kernel.expr import Expr, parse, to_text
from sr_kernel.expr.sympy_bridge import from_sympy, to_sympy
from sr_kernel.numeric.assumption import Assumptions

Assume = Assumptions | str | Iterable[str]


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


def assumptions_of(assume: Assume, sources: Iterable[object] = ()) -> Assumptions:
    """The facts in ``assume`` and those that the SymPy symbols of ``sources`` carry."""
    known = Assumptions.parse(assume)
    for source in sources:
        if is_sympy(source):
            known = known | Assumptions.from_sympy_symbols(source)
    return known
