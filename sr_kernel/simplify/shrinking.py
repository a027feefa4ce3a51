"""The smallest form of every part of a term, inside out."""

from __future__ import annotations

from sr_kernel.equality.collect import collected
from sr_kernel.equality.local_form import LocalForm, is_arithmetic
from sr_kernel.equality.normal_form import Normalizer
from sr_kernel.equality.order import order_key
from sr_kernel.expr import Expr, rebuild
from sr_kernel.numeric.deadline import check_time
from sr_kernel.simplify.settled import is_settled


class Shrinking:
    """Forms of the parts of one term; a part that is met again is not written again.

    Sums, products and powers that touch are one region: one ring of polynomials serves them all.
    """

    def __init__(self, normalizer: Normalizer) -> None:
        self._normalizer = normalizer
        self._constants = normalizer.constants
        self._local = LocalForm(normalizer.constants, normalizer.signs)
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
            return expr
        around = (region or expr) if is_arithmetic(expr) else None
        inner = rebuild(expr, tuple(self.smallest(arg, around) for arg in expr.args))
        near = self._tidied(inner)
        choices = [inner] if near is inner else [inner, near]
        if not (self._constants.floats and is_settled(near)):
            limit = min(choice.size for choice in choices)
            choices += self._normalizer.forms_within(around or expr, expr, limit)
        return min(choices, key=_rank) if len(choices) > 1 else inner

    def _tidied(self, expr: Expr) -> Expr:
        """``expr`` by rules; an exact term keeps the shape that rewrite rules look for."""
        if self._constants.floats:
            return self._local.best(expr)
        return collected(expr, self._constants)


def _rank(choice: Expr) -> tuple[object, ...]:
    return choice.size, order_key(choice)
