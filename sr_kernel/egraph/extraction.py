"""Extraction: the cheapest printed form of a class.

The e-graph knows no subtraction, division or square root, the printed form does, so a class has
three costs: of itself, of its negative, and of its denominator (an ``E`` with ``class = 1/E``,
domain included).  ``a + b`` with ``b = -c`` is ``a - c``; ``a*b`` with ``b = 1/E`` is ``a/E``.
The costs are the least fixpoint over all nodes; ties are broken by the text of the forms, so the
answer does not depend on the order of the database's rows.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from sr_kernel.egraph.cost import CostModel
from sr_kernel.egraph.nodes import Node
from sr_kernel.egraph.pattern import CONSTRUCTORS
from sr_kernel.expr import OPERATORS, Expr, apply, number, symbol, to_text
from sr_kernel.expr.term import has_minus

PLAIN, NEGATIVE, DENOMINATOR = 0, 1, 2
INFINITE = 1 << 60
Class = Hashable
Slot = tuple[Any, int]
"""A class and one of the three modes."""

Recipe = tuple[Any, ...]
"""``("lit", value)``, ``("sym", name)``, ``("same", slot)``, ``(operator, *slots or recipes)``."""

_OPERATOR_OF = {row.egg: row.name for row in OPERATORS.values()}
_HALF = Fraction(1, 2)


class Extraction:
    """Cheapest forms of the classes that ``roots`` depend on.

    ``nodes`` holds the core nodes of every class, with classes as arguments and a variable as
    ``("Var", place in names)``; ``nonzero`` the classes known to be defined and never zero.
    """

    def __init__(
        self,
        nodes: Mapping[Class, list[Node]],
        roots: Iterable[Class],
        nonzero: set[Class],
        names: Sequence[str],
        cost: CostModel,
    ) -> None:
        self._cost = cost
        self._nonzero = nonzero
        self._names = names
        self._of: dict[Class, list[Node]] = {}
        self._literal: dict[Class, Fraction] = {}
        self._users: dict[Class, set[Class]] = {}
        pending = list(roots)
        while pending:
            owner = pending.pop()
            if owner in self._of:
                continue
            self._of[owner] = nodes[owner]
            for node in nodes[owner]:
                if node[0] in CONSTRUCTORS:
                    pending.extend(node[1:])
                    for arg in node[1:]:
                        self._users.setdefault(arg, set()).add(owner)
                elif node[0] == "Num":
                    self._literal[owner] = node[1]
        self._best: dict[Class, list[int]] = {owner: [INFINITE] * 3 for owner in self._of}
        self._built: dict[Slot, Expr] = {}
        self._texts: dict[Expr, str] = {}
        self._settle()

    def cost(self, owner: Class) -> int:
        """Additive cost of the cheapest form."""
        return self._best[owner][PLAIN]

    def best(self, owner: Class) -> Expr:
        """The cheapest form of a class."""
        form = self._build((owner, PLAIN), frozenset())
        if form is None:
            raise ValueError("the class has no finite form")
        return form

    # -------------------------------------------------------------- costs

    def _settle(self) -> None:
        queue = deque(reversed(self._of))
        waiting = set(queue)
        while queue:
            owner = queue.popleft()
            waiting.discard(owner)
            costs, changed = self._best[owner], False
            for mode, recipe in self._recipes(owner):
                price = self._price(recipe)
                if price < costs[mode]:
                    costs[mode], changed = price, True
            if changed:
                for user in self._users.get(owner, ()):
                    if user not in waiting:
                        waiting.add(user)
                        queue.append(user)
                if owner not in waiting:
                    waiting.add(owner)
                    queue.append(owner)

    def _price(self, recipe: Recipe) -> int:
        kind = recipe[0]
        if kind == "same":
            owner, mode = recipe[1]
            return self._best[owner][mode]
        if kind == "lit":
            return self._cost.literal(recipe[1])
        if kind == "sym":
            return self._cost.symbol
        total = self._cost.operators["add" if kind == "sub" else kind]
        for part in recipe[1:]:
            total += (
                self._best[part[0]][part[1]]
                if len(part) == 2 and type(part[1]) is int
                else (self._price(part))
            )
        return total

    def _recipes(self, owner: Class) -> Iterator[tuple[int, Recipe]]:
        """Every way to print the class, its negative and its denominator."""
        for node in self._of[owner]:
            head = node[0]
            if head in ("Num", "Flt"):
                yield from _literal_recipes(node[1])
            elif head == "Var":
                yield PLAIN, ("sym", self._names[node[1]])
            elif head == "Add":
                yield from _sum_recipes(node[1], node[2])
            elif head == "Mul":
                yield from self._product_recipes(node[1], node[2])
            elif head == "Pow":
                yield from self._power_recipes(node[1], node[2])
            elif head == "Exp":
                yield from self._exp_recipes(node[1])
            else:
                yield from _function_recipes(head, node[1:])
        yield PLAIN, ("neg", (owner, NEGATIVE))
        yield NEGATIVE, ("neg", (owner, PLAIN))
        yield PLAIN, ("div", ("lit", Fraction(1)), (owner, DENOMINATOR))
        if owner in self._nonzero:
            yield DENOMINATOR, ("div", ("lit", Fraction(1)), (owner, PLAIN))

    def _product_recipes(self, a: Class, b: Class) -> Iterator[tuple[int, Recipe]]:
        for one, other in ((a, b), (b, a)):
            if self._literal.get(one) == -1:
                yield PLAIN, ("same", (other, NEGATIVE))
                yield NEGATIVE, ("same", (other, PLAIN))
            yield PLAIN, ("div", (one, PLAIN), (other, DENOMINATOR))
            yield NEGATIVE, ("div", (one, NEGATIVE), (other, DENOMINATOR))
            yield NEGATIVE, ("mul", (one, NEGATIVE), (other, PLAIN))
        yield PLAIN, ("mul", (a, PLAIN), (b, PLAIN))
        yield PLAIN, ("mul", (a, NEGATIVE), (b, NEGATIVE))
        yield DENOMINATOR, ("mul", (a, DENOMINATOR), (b, DENOMINATOR))

    def _power_recipes(self, base: Class, exponent: Class) -> Iterator[tuple[int, Recipe]]:
        value = self._literal.get(exponent)
        if value is None:
            yield PLAIN, ("pow", (base, PLAIN), (exponent, PLAIN))
            return
        yield PLAIN, _power(base, value)
        if value < 0:
            yield DENOMINATOR, _power(base, -value)
        if value.denominator == 1 and value > 0:
            mode = NEGATIVE if value % 2 else PLAIN
            yield mode, ("pow", (base, NEGATIVE), ("lit", value))
        if value == 1:
            yield PLAIN, ("same", (base, PLAIN))

    def _exp_recipes(self, arg: Class) -> Iterator[tuple[int, Recipe]]:
        if self._literal.get(arg) == 1:
            yield PLAIN, ("e",)
        yield PLAIN, ("exp", (arg, PLAIN))
        yield DENOMINATOR, ("exp", (arg, NEGATIVE))

    # -------------------------------------------------------------- forms

    def _build(self, slot: Slot, open_slots: frozenset[Slot]) -> Expr | None:
        """The cheapest form of a slot; None if every one leads through a slot being built."""
        done = self._built.get(slot)
        if done is None:
            owner, mode = slot
            target = self._best[owner][mode]
            inside = open_slots | {slot}
            forms = {
                form
                for kind, recipe in self._recipes(owner)
                if kind == mode and self._price(recipe) == target
                for form in self._form(recipe, inside)
            }
            if not forms:
                return None
            done = self._built[slot] = min(forms, key=self._order)
        return done

    def _form(self, recipe: Recipe, open_slots: frozenset[Slot]) -> list[Expr]:
        """The form of a recipe; none if it leads back to a slot being built."""
        kind = recipe[0]
        if kind == "lit":
            return [number(recipe[1])]
        if kind == "sym":
            return [symbol(recipe[1])]
        parts: list[Expr] = []
        for part in recipe[1:]:
            if isinstance(part[0], str) and part[0] in ("lit", "sym", "pow", "sqrt"):
                parts.extend(self._form(part, open_slots))
            elif part in open_slots:
                return []
            elif (form := self._build(part, open_slots)) is not None:
                parts.append(form)
        if len(parts) < len(recipe) - 1:
            return []
        return [self._assemble(kind, parts)]

    def _assemble(self, kind: str, parts: list[Expr]) -> Expr:
        if kind == "same":
            return parts[0]
        if kind == "sub":
            return self._ordered(parts[0] - parts[1])
        return self._ordered(apply(kind, *parts))

    def _ordered(self, expr: Expr) -> Expr:
        """Sums and products in a fixed order: numbers last in sums, first in products."""
        if expr.op == "mul":
            positive = [arg.args[0] if arg.op == "neg" else arg for arg in expr.args]
            minus = sum(arg.op == "neg" for arg in expr.args) % 2
            product = apply("mul", *sorted(positive, key=self._factor_key))
            return -product if minus else product
        if expr.op in ("add", "min", "max"):
            return apply(expr.op, *sorted(expr.args, key=self._term_key))
        return expr

    def _term_key(self, term: Expr) -> tuple[Any, ...]:
        minus = not term.is_number and has_minus(term)
        return (minus, term.is_number, -term.depth, self._text(term))

    def _factor_key(self, factor: Expr) -> tuple[Any, ...]:
        return (not factor.is_number, factor.op == "add", factor.depth, self._text(factor))

    def _text(self, expr: Expr) -> str:
        text = self._texts.get(expr)
        if text is None:
            text = self._texts[expr] = to_text(expr)
        return text

    def _order(self, expr: Expr) -> tuple[int, str]:
        return expr.depth, self._text(expr)


def _literal_recipes(value: Fraction | float) -> Iterator[tuple[int, Recipe]]:
    yield PLAIN, ("lit", value)
    yield NEGATIVE, ("lit", -value)
    if isinstance(value, Fraction) and value:
        yield DENOMINATOR, ("lit", 1 / value)


def _sum_recipes(a: Class, b: Class) -> Iterator[tuple[int, Recipe]]:
    yield PLAIN, ("add", (a, PLAIN), (b, PLAIN))
    for one, other in ((a, b), (b, a)):
        yield PLAIN, ("sub", (one, PLAIN), (other, NEGATIVE))
        yield NEGATIVE, ("sub", (one, NEGATIVE), (other, PLAIN))


def _power(base: Class, value: Fraction) -> Recipe:
    if value == _HALF:
        return ("sqrt", (base, PLAIN))
    if value == 1:
        return ("same", (base, PLAIN))
    return ("pow", (base, PLAIN), ("lit", value))


def _function_recipes(head: str, args: tuple[Class, ...]) -> Iterator[tuple[int, Recipe]]:
    op = _OPERATOR_OF[head]
    yield PLAIN, (op, *((arg, PLAIN) for arg in args))
    parity = OPERATORS[op].parity
    if parity:
        mode = NEGATIVE if parity == "odd" else PLAIN
        yield mode, (op, (args[0], NEGATIVE))
