"""The smallest form of every part of a term, inside out."""

from __future__ import annotations

from fractions import Fraction

from sr_kernel.equality.collect import collected
from sr_kernel.equality.normal_form import Normalizer
from sr_kernel.equality.order import order_key
from sr_kernel.expr import Expr, rebuild
from sr_kernel.numeric.deadline import check_time


class Shrinking:
    """Forms of the parts of one term; a part that is met again is not written again.

    Sums, products and powers that touch are one region: one ring of polynomials serves them all.
    """

    def __init__(self, normalizer: Normalizer) -> None:
        self._normalizer = normalizer
        self._constants = normalizer.constants
        self._known: dict[Expr, Expr] = {}

    def smallest(self, expr: Expr, region: Expr | None = None) -> Expr:
        """``expr`` with every part in its smallest form; ``region`` is the arithmetic around it."""
        found = self._known.get(expr)
        if found is None:
            check_time()
            found = self._known[expr] = self._smallest(expr, region)
        return found

    def _smallest(self, expr: Expr, region: Expr | None) -> Expr:
        if not expr.args:
            return collected(expr, self._constants)
        around = (region or expr) if is_arithmetic(expr) else None
        inner = rebuild(expr, tuple(self.smallest(arg, around) for arg in expr.args))
        near = collected(inner, self._constants)
        choices = [inner] if near is inner else [inner, near]
        if not _is_monomial(expr) and not _is_monomial(near):
            limit = min(choice.size for choice in choices)
            choices += self._normalizer.forms_within(around or expr, expr, limit)
        return min(choices, key=_rank) if len(choices) > 1 else inner


def _rank(choice: Expr) -> tuple[object, ...]:
    return choice.size, order_key(choice)


def is_arithmetic(expr: Expr) -> bool:
    """Whether the operator is one of polynomials and their quotients."""
    if expr.op == "pow":
        value = expr.args[1].value
        return isinstance(value, Fraction) and value.denominator == 1
    return expr.op in ("add", "mul", "neg", "div")


_INERT = frozenset({
    "sin", "cos", "tan", "sinh", "cosh", "tanh", "asin", "acos", "atan", "asinh", "acosh", "atanh",
    "exp", "log",
})  # fmt: skip
"""Functions that have no rule for a variable by itself."""


def _is_monomial(expr: Expr) -> bool:
    """Whether collecting factors is all the normal form would do: no sums, one function at most."""
    if not expr.args:
        return True
    if expr.op in _INERT:
        return expr.args[0].is_symbol
    if not is_arithmetic(expr) or sum(arg.op in _INERT for arg in expr.args) > 1:
        return False
    return expr.op != "add" and all(_is_monomial(arg) for arg in expr.args)
