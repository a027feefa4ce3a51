"""The order in which the terms of a sum and the factors of a product are printed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sr_kernel.expr import Expr, apply, to_text
from sr_kernel.expr.term import has_minus


class Arrangement:
    """Orders by content alone, so that equal sums are printed alike; keeps the texts it needs."""

    def __init__(self) -> None:
        self._texts: dict[Expr, str] = {}

    def sum(self, terms: Iterable[Expr]) -> Expr:
        """A sum with literals last and, if any term is positive, one of those first."""
        return apply("add", *sorted(apply("add", *terms).args, key=self.term_key))

    def product(self, factors: list[Expr]) -> Expr:
        """A product with literals first, a minus sign in front and one quotient outermost."""
        minus = sum(factor.op == "neg" for factor in factors) % 2
        positive = [factor.args[0] if factor.op == "neg" else factor for factor in factors]
        quotients = [factor for factor in positive if factor.op == "div"]
        divisors: list[Expr] = []
        if len(quotients) == 1:
            positive.remove(quotients[0])
            positive.append(quotients[0].args[0])
            divisors = [quotients[0].args[1]]
        product = apply("mul", *sorted(apply("mul", *positive).args, key=self._factor_key))
        result = apply("div", product, *divisors) if divisors else product
        return -result if minus else result

    def term_key(self, term: Expr) -> tuple[Any, ...]:
        """What terms are sorted by."""
        minus = not term.is_number and has_minus(term)
        return (minus, term.is_number, -term.depth, self.text(term))

    def _factor_key(self, factor: Expr) -> tuple[Any, ...]:
        return (not factor.is_number, factor.op == "add", factor.depth, self.text(factor))

    def text(self, expr: Expr) -> str:
        """``expr`` as it is printed."""
        text = self._texts.get(expr)
        if text is None:
            text = self._texts[expr] = to_text(expr)
        return text
