"""Monotone functions in canonical form: min and max, sign and abs pass through them.

``max(log(x), log(y))`` becomes ``log(max(x, y))``, ``sign(atan(t))`` ``sign(t)`` and
``atan(abs(t))`` ``abs(atan(t))``.  Each holds wherever the term it starts from is defined.
"""

from __future__ import annotations

from fractions import Fraction

from sr_kernel.equality.constants import rational
from sr_kernel.expr import OPERATORS, Expr, apply, number, rebuild

_OPPOSITE = {"min": "max", "max": "min"}
_LATTICE = frozenset(_OPPOSITE)
_ODD_INCREASING = frozenset(
    row.name for row in OPERATORS.values() if row.parity == "odd" and row.monotone > 0
) - {"sign"}
"""Functions with the sign of their argument."""
_MOST_ARGS = 12


def through_order(expr: Expr) -> Expr:
    """``min`` or ``max`` with a monotone function of all arguments outside, and absorbed."""
    args = tuple(through_order(arg) if arg.op in _LATTICE else arg for arg in expr.args)
    kept = _unabsorbed(expr.op, args)
    if len(kept) == 1:
        return kept[0]
    heads = {arg.op for arg in kept}
    row = OPERATORS.get(heads.pop()) if len(heads) == 1 else None
    if row is None or row.arity != 1 or not row.monotone or row.name == "neg":
        return apply(expr.op, *kept) if kept != expr.args else expr
    op = expr.op if row.monotone > 0 else _OPPOSITE[expr.op]
    return apply(row.name, through_order(apply(op, *(arg.args[0] for arg in kept))))


def _unabsorbed(op: str, args: tuple[Expr, ...]) -> tuple[Expr, ...]:
    """``max(a, min(a, b))`` is ``a``."""
    if len(args) > _MOST_ARGS:
        return args
    plain = {arg for arg in args if arg.op != _OPPOSITE[op]}
    return tuple(
        arg for arg in args if arg.op != _OPPOSITE[op] or plain.isdisjoint(arg.args)
    )


def through_sign(expr: Expr) -> Expr:
    """A term with the sign of ``expr``: what increasing functions with ``f(0) = 0`` are of."""
    while expr.op in _ODD_INCREASING or expr.op == "sign":
        expr = expr.args[0]
    gap = _exponents_apart(expr)
    return expr if gap is None else gap


def _exponents_apart(expr: Expr) -> Expr | None:
    """``s - t`` for ``exp(s) - exp(t)``, where numbers count as exponentials."""
    if expr.op != "add" or len(expr.args) != 2:
        return None
    if all(arg.op in ("number", "neg") for arg in expr.args):
        return None
    logs = [(_logarithm(arg), _logarithm(-arg)) for arg in expr.args]
    (above, minus_above), (below, minus_below) = logs
    if above is not None and minus_below is not None:
        return above - minus_below
    return None if below is None or minus_above is None else below - minus_above


def _logarithm(expr: Expr) -> Expr | None:
    """The logarithm of a product of exponentials and positive numbers, spelled out."""
    if isinstance(expr.value, Fraction | float):
        return apply("log", expr) if rational(expr.value) > 0 else None
    if expr.op == "exp":
        return expr.args[0]
    if expr.op == "e":
        return number(1)
    if expr.op not in ("mul", "div"):
        return None
    parts = [_logarithm(arg) for arg in expr.args]
    known = [part for part in parts if part is not None]
    if len(known) < len(parts):
        return None
    return apply("add", *known) if expr.op == "mul" else known[0] - known[1]


def outside_abs(op: str, arg: Expr) -> Expr | None:
    """``abs(f(t))`` for an odd increasing function of ``arg = abs(t)``, else None."""
    if op not in _ODD_INCREASING or arg.op != "abs":
        return None
    return apply("abs", apply(op, *arg.args))


def evened(expr: Expr) -> Expr:
    """A term of which even functions have the same value: without ``abs`` around factors."""
    if expr.op == "abs":
        return expr.args[0]
    if expr.op not in ("mul", "div", "neg"):
        return expr
    return rebuild(expr, tuple(map(evened, expr.args)))
