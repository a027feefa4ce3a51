"""Comparisons between terms, as text and as data: ``x > 0``, ``n1 != n2``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, cached_property

from sr_kernel.expr import OPERATORS, Expr, apply, number, parse, substitute, to_text

_COMPARISON = re.compile(r"(<=|>=|==|!=|<|>|=)")
_QUOTED = re.compile(r"(`[^`]*`)")
FLIPPED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "==": "==", "!=": "!="}


@dataclass(frozen=True)
class Relation:
    """``left sign right`` with ``sign`` one of ``< <= > >= == !=``."""

    left: Expr
    sign: str
    right: Expr

    def __str__(self) -> str:
        return f"{to_text(self.left)} {self.sign} {to_text(self.right)}"

    @cached_property
    def difference(self) -> Expr:
        """The term whose sign decides: ``left - right``, or ``left`` where ``right`` is 0."""
        return self.left if self.right.value == 0 else self.left - self.right

    def flipped(self) -> Relation:
        """The same said from the right."""
        return Relation(self.right, FLIPPED[self.sign], self.left)


def split_comparison(text: str) -> list[str]:
    """``text`` cut at its comparison signs, which stand at the odd places of the list."""
    pieces = [""]
    for part in _QUOTED.split(text):
        if part.startswith("`"):
            pieces[-1] += part
            continue
        first, *rest = _COMPARISON.split(part)
        pieces[-1] += first
        pieces.extend(rest)
    return ["==" if piece == "=" else piece.strip() for piece in pieces]


@cache
def domain_relations(op: str) -> tuple[Relation, ...]:
    """The table's conditions on the arguments ``a`` and ``b`` of ``op``."""
    found = []
    for text in OPERATORS[op].domain:
        left, sign, right = split_comparison(text)
        found.append(Relation(parse(left), sign, parse(right)))
    return tuple(found)


def instantiated(relation: Relation, args: tuple[Expr, ...]) -> Relation:
    """``relation`` on ``a``, ``b`` said of ``args``."""
    values = dict(zip("ab", args, strict=False))
    return Relation(
        substitute(relation.left, values), relation.sign, substitute(relation.right, values)
    )


ZERO = number(0)


def nonzero(expr: Expr) -> Relation:
    """``expr != 0``."""
    return Relation(expr, "!=", ZERO)


def negated_term(expr: Expr) -> Expr:
    """``-expr`` as the builders spell it, term by term for a sum."""
    if expr.op == "add":
        return apply("add", *(apply("neg", arg) for arg in expr.args))
    return apply("neg", expr)
