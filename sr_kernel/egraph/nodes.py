"""Entering expressions: from n-ary terms to the binary core language of the e-graph.

Sums and products are flattened, a numeric coefficient comes outermost, division and square roots
become powers.  Every group of equal expressions has its own variables (``(Var group place)``):
groups share one e-graph and its rules but never a fact, so the result for one group does not
depend on its neighbours, and each may have its own assumptions.

A sum or product of three or more is entered as one chain in a canonical order, and once more as
``part + rest`` for every part that the left side of some rule could be (found by matching the
rules' sums and products against it syntactically, up to a common coefficient).  So rules see
inside long sums without the exponential price of associativity.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from sr_kernel.egraph.pattern import COMMUTATIVE
from sr_kernel.expr import OPERATORS, Expr

Node = tuple[Any, ...]
"""``("Num", Fraction)``, ``("Flt", float)``, ``("Var", group, place)``, ``(constructor, *ids)``."""

ONE = Fraction(1)
LITERALS = frozenset({"Num", "Flt"})


class NodeTable:
    """Hash-consed core nodes; a node's id is its index."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self._ids: dict[Node, int] = {}
        self._entered: dict[tuple[int, Expr], int] = {}
        self._places: dict[int, dict[str, int]] = {}
        self.names: dict[tuple[int, int], str] = {}
        """Variables by group and order of appearance."""
        self.same: list[tuple[int, int]] = []
        """Pairs of nodes known to be equal."""
        self.roots: list[tuple[int, int]] = []
        """Groups with the node whose class is theirs."""
        self.facts: dict[str, list[tuple[int, ...]]] = {}
        """Facts about nodes: name -> (node, further cells)."""

    def __len__(self) -> int:
        return len(self.nodes)

    def add(self, *node: Any) -> int:
        """The id of a node."""
        found = self._ids.get(node)
        if found is None:
            found = self._ids[node] = len(self.nodes)
            self.nodes.append(node)
        return found

    def fact(self, name: str, node: int, bound: Fraction | None = None) -> None:
        """State a fact, or a bound, about a node."""
        cells = () if bound is None else (bound.numerator, bound.denominator)
        self.facts.setdefault(name, []).append((node, *cells))

    def literal(self, value: Fraction | float) -> int:
        """The id of an exact or a float literal."""
        return self.add("Flt" if isinstance(value, float) else "Num", value)

    def enter(self, expr: Expr, group: int) -> int:
        """The id of the core form of ``expr`` over the variables of ``group``."""
        key = (group, expr)
        found = self._entered.get(key)
        if found is None:
            found = self._entered[key] = self._enter(expr, group)
        return found

    def _enter(self, expr: Expr, group: int) -> int:
        op = expr.op
        if op == "number":
            return self.literal(expr.value)  # type: ignore[arg-type]
        if op == "symbol":
            return self._variable(group, str(expr.value))
        if op == "add":
            return self._sum(expr.args, group)
        if op in ("mul", "div", "neg"):
            return self.product(*self._factors(expr, group))
        if op == "e":
            return self.add("Exp", self.literal(ONE))
        args = [self.enter(arg, group) for arg in expr.args]
        if op == "sqrt":
            return self.add("Pow", args[0], self.literal(Fraction(1, 2)))
        if op == "pow" and expr.args[0].op == "e":
            return self.add("Exp", args[1])
        if op in ("min", "max"):
            return self.chain(OPERATORS[op].egg, args)
        return self.add(OPERATORS[op].egg, *args)

    def _variable(self, group: int, name: str) -> int:
        places = self._places.setdefault(group, {})
        place = places.setdefault(name, len(places))
        self.names[group, place] = name
        return self.add("Var", group, place)

    def _sum(self, terms: Iterable[Expr], group: int) -> int:
        constant, ids = Fraction(0), []
        for term in terms:
            node = self.enter(term, group)
            if self.nodes[node][0] == "Num":
                constant += self.nodes[node][1]
            else:
                ids.append(node)
        return self.sum(constant, ids)

    def sum(self, constant: Fraction, ids: list[int]) -> int:
        """The chain of a sum with its exact constant outermost."""
        if not ids:
            return self.literal(constant)
        rest = self.chain("Add", ids)
        return self.add("Add", self.literal(constant), rest) if constant else rest

    def chain(self, head: str, ids: list[int]) -> int:
        """A right-nested chain in canonical order, divisors of a product together at its end."""
        ordered = sorted(ids, key=lambda node: (self._is_divisor(node), node))
        result = ordered[-1]
        for node in reversed(ordered[:-1]):
            result = self.add(head, node, result)
        return result

    def _is_divisor(self, node: int) -> bool:
        content = self.nodes[node]
        if content[0] != "Pow":
            return False
        power = self.nodes[content[2]]
        return bool(power[0] == "Num" and power[1] < 0)

    def product(self, coefficient: Fraction, factors: list[int]) -> int:
        """The chain of a product with its exact coefficient outermost."""
        if coefficient < 0:
            # The sign goes into a float factor: exact, and one node less.
            for place, node in enumerate(factors):
                if self.nodes[node][0] == "Flt":
                    factors = [*factors]
                    factors[place] = self.literal(-self.nodes[node][1])
                    coefficient = -coefficient
                    break
        if not factors:
            return self.literal(coefficient)
        rest = self.chain("Mul", factors)
        return rest if coefficient == 1 else self.add("Mul", self.literal(coefficient), rest)

    def _factors(self, expr: Expr, group: int) -> tuple[Fraction, list[int]]:
        """Exact coefficient and other factors of a product, quotient or negation."""
        if expr.op == "neg":
            coefficient, factors = self._factors(expr.args[0], group)
            return -coefficient, factors
        if expr.op == "mul":
            parts = [self._factors(arg, group) for arg in expr.args]
        elif expr.op == "div":
            parts = [self._factors(expr.args[0], group), self._inverse(expr.args[1], group)]
        else:
            return self.split(self.enter(expr, group))
        coefficient, ids = ONE, []
        for factor, others in parts:
            coefficient *= factor
            ids += others
        return coefficient, ids

    def split(self, node: int) -> tuple[Fraction, list[int]]:
        """A node as exact coefficient and factors."""
        content = self.nodes[node]
        if content[0] == "Num":
            return content[1], []
        if content[0] == "Mul":
            coefficient, factors = ONE, []
            for part in content[1:]:
                factor, others = self.split(part)
                coefficient *= factor
                factors += others
            return coefficient, factors
        return ONE, [node]

    def _inverse(self, expr: Expr, group: int) -> tuple[Fraction, list[int]]:
        coefficient, factors = self._factors(expr, group)
        inverted = [self._reciprocal(node) for node in factors]
        if coefficient == 0:
            inverted.append(self.add("Pow", self.literal(coefficient), self.literal(-ONE)))
            return ONE, inverted
        return 1 / coefficient, inverted

    def _reciprocal(self, node: int) -> int:
        content = self.nodes[node]
        if content[0] == "Pow":
            power = self.nodes[content[2]]
            # (g**q)**-1 = g**-q keeps the domain only where q > 0.
            if power[0] == "Num" and power[1] > 0:
                return self.add("Pow", content[1], self.literal(-power[1]))
        return self.add("Pow", node, self.literal(-ONE))

    def terms(self, node: int, head: str) -> list[int]:
        """Arguments of a chain of one associative constructor, nested ones included."""
        found, pending = [], [node]
        while pending:
            node = pending.pop()
            content = self.nodes[node]
            if content[0] == head and head in COMMUTATIVE:
                pending += (content[2], content[1])
            else:
                found.append(node)
        return found

    def tables(self, first: int) -> dict[str, list[tuple[object, ...]]]:
        """Rows for the loading relations, with keys and groups counted from ``first``."""
        rows: dict[str, list[tuple[object, ...]]] = {}
        for index, node in enumerate(self.nodes):
            head, cells = node[0], node[1:]
            if head == "Num":
                cells = (cells[0].numerator, cells[0].denominator)
            elif head == "Flt":
                cells = (repr(cells[0]),)
            elif head == "Var":
                cells = (cells[0] + first, cells[1])
            else:
                cells = tuple(cell + first for cell in cells)
            rows.setdefault(f"in-{head}", []).append((index + first, *cells))
        for fact, entries in self.facts.items():
            rows[f"in-{fact}"] = [(entry[0] + first, *entry[1:]) for entry in entries]
        for name, pairs in (("same", self.same), ("root", self.roots)):
            if pairs:
                rows[f"in-{name}"] = [(one + first, other + first) for one, other in pairs]
        return rows
