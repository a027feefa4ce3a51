"""Patterns of sub-expressions: ``sin(_)``, ``_a*exp(-_a)``, ``_c*x + _``.

A name that starts with an underscore stands for any term, the same one wherever it is repeated; a
lone underscore may stand for another one each time, and ``_c``, ``_c1``, ``_c2`` ... for numbers
alone.  Sums and products match in any order, and as parts of longer ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fractions import Fraction

from sr_kernel.expr import Expr, parse, walk

Bindings = Mapping[str, Expr]

_CONSTANT = re.compile(r"_c\d*\Z")
_COMMUTATIVE = ("add", "mul")
_MOST_STEPS = 20_000
"""Steps after which a match is given up: sums of many alike terms have factorially many."""


class Pattern:
    """A term with wildcards; raises :class:`~sr_kernel.errors.ExpressionError` if unreadable."""

    def __init__(self, text: str | Expr) -> None:
        self.expr = text if isinstance(text, Expr) else parse(text)
        self._steps = 0

    def occurs_in(self, expr: Expr) -> bool:
        """Whether some part of ``expr`` is as the pattern says."""
        self._steps = _MOST_STEPS
        return any(self._found(node) for node in walk(expr))

    def _found(self, node: Expr) -> bool:
        pattern = self.expr
        if pattern.op in _COMMUTATIVE and node.op == pattern.op:
            return any(True for _ in self._some(pattern.args, node.args, {}))
        return any(True for _ in self._match(pattern, node, {}))

    def _match(self, pattern: Expr, node: Expr, known: Bindings) -> Iterator[Bindings]:
        self._steps -= 1
        if self._steps < 0:
            return
        if pattern.is_symbol and str(pattern.value).startswith("_"):
            yield from _bound(str(pattern.value), node, known)
        elif pattern.is_number or pattern.is_symbol:
            if pattern is node or (pattern.is_number and _number(pattern) == _number(node)):
                yield known
        elif pattern.op == node.op and len(pattern.args) == len(node.args):
            if pattern.op in _COMMUTATIVE:
                yield from self._some(pattern.args, node.args, known)
            else:
                yield from self._each(pattern.args, node.args, known)

    def _each(
        self, patterns: tuple[Expr, ...], nodes: tuple[Expr, ...], known: Bindings
    ) -> Iterator[Bindings]:
        if not patterns:
            yield known
            return
        for found in self._match(patterns[0], nodes[0], known):
            yield from self._each(patterns[1:], nodes[1:], found)

    def _some(
        self, patterns: tuple[Expr, ...], nodes: tuple[Expr, ...], known: Bindings
    ) -> Iterator[Bindings]:
        """Matches of ``patterns`` with as many different ``nodes``, in any order."""
        if not patterns:
            yield known
            return
        for place, node in enumerate(nodes):
            for found in self._match(patterns[0], node, known):
                yield from self._some(patterns[1:], nodes[:place] + nodes[place + 1 :], found)


def _bound(name: str, node: Expr, known: Bindings) -> Iterator[Bindings]:
    if _CONSTANT.match(name) and not node.is_number:
        return
    if name == "_":
        yield known
    elif name not in known:
        yield {**known, name: node}
    elif known[name] is node:
        yield known


def _number(expr: Expr) -> Fraction | float | None:
    return expr.value if isinstance(expr.value, Fraction | float) else None
