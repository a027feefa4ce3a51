"""A total order of terms that does not depend on the process, for canonical and readable output."""

from __future__ import annotations

from functools import lru_cache

from sr_kernel.expr import Expr


@lru_cache(maxsize=8192)
def order_key(expr: Expr) -> tuple[object, ...]:
    """Numbers before variables before function values; ties by content, then by arguments."""
    if expr.op == "number":
        p, q = expr.value.as_integer_ratio()  # type: ignore[union-attr]
        return (0, "", p, q, type(expr.value) is float)
    if expr.is_symbol:
        return (1, str(expr.value), 0, 0, False)
    return (2, expr.op, expr.size, len(expr.args), False, *(order_key(arg) for arg in expr.args))
