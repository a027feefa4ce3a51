"""Extraction: the cheapest printed form of a class.

The e-graph knows no subtraction, division or square root, the printed form does, so a class has
three costs: of itself, of its negative, and of its denominator (an ``E`` with ``class = 1/E``,
domain included).  ``a + b`` with ``b = -c`` is ``a - c``; ``a*b`` with ``b = 1/E`` is ``a/E``.
The costs are the least fixpoint over all nodes.  Ties are broken by the content of the forms, so
the answer depends neither on the order of the database's rows nor on the names of variables.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from operator import itemgetter
from typing import Any

from sr_kernel.egraph.arrangement import Arrangement
from sr_kernel.egraph.cost import CostModel
from sr_kernel.egraph.nodes import Node
from sr_kernel.egraph.pattern import COMMUTATIVE, CONSTRUCTORS
from sr_kernel.expr import OPERATORS, Expr, apply, number, symbol
from sr_kernel.numeric.deadline import check_time

PLAIN, NEGATIVE, DENOMINATOR = 0, 1, 2
INFINITE = 1 << 60
Class = Any
Slot = tuple[Any, int]
"""A class and one of the three modes."""

Recipe = tuple[Any, ...]
"""``("lit", value)``, ``("sym", name)``, ``("same", slot)``, ``(operator, *slots or recipes)``."""

Mark = tuple[int, int]
Choice = tuple[Mark, Recipe]

_OPERATOR_OF = {row.egg: row.name for row in OPERATORS.values()}
_HALF = Fraction(1, 2)
_RANK = {name: place for place, name in enumerate(("sub", *OPERATORS), start=3)}


class Extraction:
    """Cheapest forms of the classes that ``roots`` depend on.

    ``nodes`` holds the core nodes of every class, with classes as arguments and a variable as
    ``("Var", (group, place))``, its key in ``names``; ``nonzero`` the classes known to be defined
    and never zero.
    """

    def __init__(
        self,
        nodes: Mapping[Class, list[Node]],
        roots: Iterable[Class],
        nonzero: set[Class],
        names: Mapping[tuple[int, int], str],
        cost: CostModel,
    ) -> None:
        self._cost = cost
        self._operators = cost.operators
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
            own = self._of[owner] = list(dict.fromkeys(map(_unordered, nodes[owner])))
            for node in own:
                if node[0] in CONSTRUCTORS:
                    pending.extend(node[1:])
                    for arg in node[1:]:
                        self._users.setdefault(arg, set()).add(owner)
                elif node[0] == "Num":
                    self._literal[owner] = node[1]
        self._best: dict[Class, list[int]] = {owner: [INFINITE] * 3 for owner in self._of}
        self._ways = {owner: list(self._recipes(owner)) for owner in self._of}
        self._chosen: dict[Slot, Choice] = {}
        self._built: dict[Slot, Expr] = {}
        self._arrangement = Arrangement()
        self._settle()

    def cost(self, owner: Class) -> int:
        """Additive cost of the cheapest form."""
        return self._best[owner][PLAIN]

    def best(self, owner: Class) -> Expr:
        """The cheapest form of a class."""
        return self._build((owner, PLAIN))

    # -------------------------------------------------------------- costs

    def _settle(self) -> None:
        queue = deque(reversed(self._of))
        waiting = set(queue)
        while queue:
            check_time()
            owner = queue.popleft()
            waiting.discard(owner)
            costs, changed = self._best[owner], False
            for mode, recipe in self._ways[owner]:
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
            known: int = self._best[owner][mode]
            return known
        if kind == "lit":
            return self._cost.literal(recipe[1])
        if kind == "sym":
            return self._cost.symbol
        best = self._best
        total: int = self._operators["add" if kind == "sub" else kind]
        for part in recipe[1:]:
            # a nested recipe starts with its kind, a slot with its class
            if type(part[0]) is str:
                total += self._price(part)
            else:
                total += best[part[0]][part[1]]
        return total

    def _recipes(self, owner: Class) -> Iterator[tuple[int, Recipe]]:
        """Every way to print the class, its negative and its denominator."""
        for node in self._of[owner]:
            head = node[0]
            if head in ("Num", "Flt"):
                yield from _literal_recipes(node[1])
            elif head == "Var":
                yield PLAIN, ("sym", node[1])
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

    def _choose(self, slot: Slot, open_slots: frozenset[Slot]) -> Choice | None:
        """The recipe of a slot; None if every cheapest one leads through a slot being chosen."""
        done = self._chosen.get(slot)
        if done is None:
            check_time()
            owner, mode = slot
            target = self._best[owner][mode]
            inside = open_slots | {slot}
            choices = [
                (mark, recipe)
                for kind, recipe in self._ways[owner]
                if kind == mode and self._price(recipe) == target
                if (mark := self._mark(recipe, inside)) is not None
            ]
            if choices:
                done = self._chosen[slot] = min(choices, key=itemgetter(0))
        return done

    def _mark(self, recipe: Recipe, open_slots: frozenset[Slot]) -> Mark | None:
        """What decides between equally cheap forms: minus signs, then content as a number.

        The order of arguments has no part in it.
        """
        kind = recipe[0]
        if kind == "lit":
            return int(recipe[1] < 0), hash((1, recipe[1]))
        if kind == "sym":
            return 0, hash((2, recipe[1][1]))
        marks: list[Mark] = []
        for part in recipe[1:]:
            if isinstance(part[0], str):
                mark = self._mark(part, open_slots)
            elif part in open_slots:
                return None
            else:
                choice = self._choose(part, open_slots)
                mark = choice[0] if choice else None
            if mark is None:
                return None
            marks.append(mark)
        if kind == "same":
            return marks[0]
        content = [mark[1] for mark in marks]
        if kind in ("add", "mul", "min", "max"):
            content.sort()
        minus = sum(mark[0] for mark in marks)
        if kind in ("neg", "div"):
            minus += 1
        elif kind not in ("add", "sub", "mul"):
            minus *= 2  # better in front of a function than inside
        return minus, hash((_RANK[kind], *content))

    def _build(self, slot: Slot) -> Expr:
        form = self._built.get(slot)
        if form is None:
            choice = self._choose(slot, frozenset())
            if choice is None:
                raise ValueError("the class has no finite form")
            form = self._built[slot] = self._form(choice[1])
        return form

    def _form(self, recipe: Recipe) -> Expr:
        kind = recipe[0]
        if kind == "lit":
            return number(recipe[1])
        if kind == "sym":
            return symbol(self._names[recipe[1]])
        if kind == "same":
            return self._build(recipe[1])
        if kind in ("add", "sub"):
            return self._arrangement.sum(self._terms(recipe, False))
        if kind == "mul":
            return self._arrangement.product(self._factors(recipe))
        parts = [self._form(p) if isinstance(p[0], str) else self._build(p) for p in recipe[1:]]
        if kind in ("min", "max"):
            return apply(kind, *sorted(apply(kind, *parts).args, key=self._arrangement.term_key))
        return apply(kind, *parts)

    def _terms(self, recipe: Recipe, minus: bool) -> list[Expr]:
        """Terms of a sum through nested sums."""
        kind = recipe[0]
        if kind in ("add", "sub"):
            first, second = (self._recipe_of(slot) for slot in recipe[1:])
            return self._terms(first, minus) + self._terms(second, minus ^ (kind == "sub"))
        if kind == "same":
            return self._terms(self._recipe_of(recipe[1]), minus)
        form = self._form(recipe)
        return [-form if minus else form]

    def _factors(self, recipe: Recipe) -> list[Expr]:
        """Factors of a product through nested products."""
        if recipe[0] == "mul":
            first, second = (self._recipe_of(slot) for slot in recipe[1:])
            return self._factors(first) + self._factors(second)
        if recipe[0] == "same":
            return self._factors(self._recipe_of(recipe[1]))
        return [self._form(recipe)]

    def _recipe_of(self, slot: Slot) -> Recipe:
        choice = self._choose(slot, frozenset())
        if choice is None:
            raise ValueError("the class has no finite form")
        return choice[1]


def _unordered(node: Node) -> Node:
    """One of the two orders of a commutative node."""
    if node[0] in COMMUTATIVE and node[2] < node[1]:
        return (node[0], node[2], node[1])
    return node


def _literal_recipes(value: Fraction | float) -> Iterator[tuple[int, Recipe]]:
    yield PLAIN, ("lit", value)
    yield NEGATIVE, ("lit", -value)
    if isinstance(value, Fraction) and value.numerator in (1, -1):
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
