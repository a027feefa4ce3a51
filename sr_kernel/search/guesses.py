"""Laws that somebody suggests: text or terms, with whole numbers that may or may not be meant."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

from sr_kernel.errors import ExpressionError, OptionError
from sr_kernel.expr import Expr, apply, from_sympy, number, parse, rebuild, transform, variables


def guesses_of(given: str | Iterable[Any], names: Sequence[str]) -> tuple[Expr, ...]:
    """``given`` texts, terms or SymPy expressions over ``names`` as terms to start from.

    Each is taken in all its :func:`readings`.  Raises :class:`OptionError`
    naming what is no expression or has another variable.
    """
    found: dict[Expr, None] = {}
    for guess in [given] if isinstance(given, str) else given:
        expr = _read(guess, names)
        unknown = [name for name in variables(expr) if name not in names]
        if unknown:
            raise OptionError(
                f"the guess {str(guess)[:60]!r} has {unknown[0][:40]!r}, which is no column: use "
                f"{', '.join(names)[:80]} and numbers"
            )
        found |= dict.fromkeys(readings(expr))
    return tuple(found)


def readings(expr: Expr) -> tuple[Expr, ...]:
    """What may be meant by ``expr``: itself, with its whole coefficients freed, and with a free
    coefficient for every term."""
    loose = loosened(expr)
    terms = loose.args if loose.op == "add" else (loose,)
    stretched = apply("add", *(_stretched(term) for term in terms))
    return tuple(dict.fromkeys((expr, loose, stretched)))


def _stretched(term: Expr) -> Expr:
    factors = term.args if term.op == "mul" else (term,)
    if any(isinstance(factor.value, float) for factor in factors):
        return term
    return apply("mul", number(1.0), term)


def _read(guess: Any, names: Sequence[str]) -> Expr:
    try:
        if isinstance(guess, str):
            return parse(guess, variables=names)
        if isinstance(guess, Expr):
            return guess
        if not hasattr(guess, "free_symbols"):
            raise ExpressionError("give text, a term or a SymPy expression")
        return from_sympy(guess)
    except ExpressionError as error:
        raise OptionError(f"the guess {str(guess)[:60]!r} is no expression: {error}") from None


def loosened(expr: Expr) -> Expr:
    """``expr`` with the whole numbers that scale or shift as floats; 1 and exponents stay."""
    return transform(expr, _loosened_here)


def _loosened_here(node: Expr) -> Expr:
    if node.op not in ("add", "mul", "div"):
        return node
    return rebuild(node, tuple(_as_float(arg) for arg in node.args))


def _as_float(arg: Expr) -> Expr:
    value = arg.value
    if not isinstance(value, Fraction) or abs(value) in (0, 1):
        return arg
    return number(float(value))
