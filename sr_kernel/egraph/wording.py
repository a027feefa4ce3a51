"""Core nodes as terms that read well: a user's own spelling first, else one fixed order."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from sr_kernel.egraph.arrangement import Arrangement
from sr_kernel.egraph.instance import printed
from sr_kernel.egraph.nodes import NodeTable
from sr_kernel.expr import Expr, apply, number, walk

_ONE = number(1)


class Wording:
    """One spelling for all terms that differ only in the order and grouping of their parts."""

    def __init__(self, own: Expr) -> None:
        """``own``: the term whose parts are spelled as they are there."""
        self._table = NodeTable()
        self._arrangement = Arrangement()
        self._known: dict[int, Expr] = {}
        self._made: dict[tuple[str, tuple[Expr, ...]], Expr] = {}
        for part in walk(own):
            self._known.setdefault(self._table.enter(part, 0), part)

    def text(self, expr: Expr) -> str:
        """``expr`` as it is printed."""
        return self._arrangement.text(expr)

    def apply(self, head: str, args: Sequence[Expr]) -> Expr:
        """A core constructor applied to ``args``.

        Raises :class:`ExpressionError` for a term that would be too deep.
        """
        key = (head, tuple(args))
        made = self._made.get(key)
        if made is None:
            made = self._made[key] = self.settled(self._applied(head, args))
        return made

    def settled(self, expr: Expr) -> Expr:
        """The spelling of ``expr`` that was met first."""
        return self._known.setdefault(self._table.enter(expr, 0), expr)

    def _applied(self, head: str, args: Sequence[Expr]) -> Expr:
        plain = printed(head, args)
        if plain.op == "add":
            return self._arrangement.sum(plain.args)
        if head == "Mul" and plain.op in ("mul", "div"):
            return self._fraction(plain)
        if plain.op in ("min", "max"):
            return apply(plain.op, *sorted(plain.args, key=self._arrangement.term_key))
        return plain

    def _fraction(self, plain: Expr) -> Expr:
        """A product with all its divisors in one place."""
        above: list[Expr] = []
        below: list[Expr] = []
        for part in _parts(plain):
            if part.op == "div":
                above += _parts(part.args[0])
                below += _parts(part.args[1])
            elif isinstance(part.value, Fraction) and part.value.numerator == 1:
                below.append(number(1 / part.value))
            else:
                above.append(part)
        product = self._product(above)
        divisor = self._product(below)
        return product if divisor is _ONE else product / divisor

    def _product(self, factors: list[Expr]) -> Expr:
        factors = [factor for factor in factors if factor is not _ONE]
        if len(factors) < 2:
            return factors[0] if factors else _ONE
        return self._arrangement.product(factors)


def _parts(expr: Expr) -> tuple[Expr, ...]:
    """Factors of a product; the divisor of a divisor is none, as 1/(1/x) has a hole at 0."""
    return expr.args if expr.op == "mul" else (expr,)
