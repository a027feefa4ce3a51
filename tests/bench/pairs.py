"""Generated pairs of expressions: equal by sound rewriting, or different by mutation.

A term is rewritten by the project's own parsed rules, in both directions and at random places.
A guard holds either by the assumptions drawn for the pair or because operands were chosen that
satisfy it everywhere; it is decided by interval arithmetic, and one that is not decided does not
fire.  The matching is written anew here, on trees whose sums and products are grouped at random:
it shares nothing with the e-graph that is put to the test.

A mutation counts as one only where another evaluator, plain mpmath at 60 digits, sees the values
differ at a point that satisfies the assumptions.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from plain_values import differ, value
from trees import Binding, Tree, filled, matches, part_at, places, printed, replaced, with_part

from sr_kernel.egraph.instance import NoInstanceError
from sr_kernel.egraph.nodes import NodeTable
from sr_kernel.egraph.pattern import (
    COMMUTATIVE,
    compute,
    metavariables,
    rational_metavariables,
)
from sr_kernel.egraph.ruleset import Condition, Rule, Ruleset, holds
from sr_kernel.errors import SrKernelError
from sr_kernel.expr import Expr, apply, number, parse, symbol, walk
from sr_kernel.numeric.assumption import Assumptions
from sr_kernel.numeric.interval import Interval

NAMES = ("x", "y", "z")
LARGEST = 45
POINTS = 12

_FACTS = ("{0} > 0", "{0} > 0", "{0} >= 0", "{0} < 0", "{0} != 0", "{0} > 1", "{0} integer")
_FACTS += ("{0} > -1, {0} < 1", "{0} > 0, {0} < 1", "{0} > 0.5, {0} < 20")
_LITERALS = (1, 2, 3, 4, 5, -1, -2, Fraction(1, 2), Fraction(1, 3), Fraction(3, 2), 10)
_RATIONALS = (2, 3, -1, -2, Fraction(1, 2), Fraction(-1, 2), Fraction(1, 3), 1, 4, 0)
_FUNCTIONS = ("sqrt", "exp", "log", "sin", "cos", "tan", "abs", "exp", "log", "sin", "cos", "sqrt",
              "sinh", "cosh", "tanh", "atan", "asin", "acos", "cbrt", "sign", "floor", "ceil",
              "asinh", "atanh", "acosh")  # fmt: skip
_SURE = ("exp(a)", "a**2 + 1", "abs(a) + 1/2", "cosh(a)", "2", "3/2", "-1 - a**2", "-exp(a)",
         "a**2", "sin(a)/2", "tanh(a)", "atan(a)")  # fmt: skip
_SIGNS = {"nz": "!=", "positive": ">", "negative": "<", "nonneg": ">=", "nonpos": "<="}


@dataclass(frozen=True)
class Pair:
    """``left`` and ``right`` under ``assumptions``, with the names of the rules between them.

    ``point`` is where both are defined, and differ if the pair is not ``equal``.
    """

    left: Expr
    right: Expr
    assumptions: Assumptions
    equal: bool
    rules: tuple[str, ...]
    point: Mapping[str, Fraction]


class UnsoundError(AssertionError):
    """Rewriting changed a value: a rule, a guard or this generator is wrong."""


def pairs(count: int, seed: int, rules: Ruleset | None = None) -> Iterator[Pair]:
    """``count`` pairs, equal ones and mutated ones by turns."""
    for place in range(count):
        maker = _Maker(random.Random(f"{seed} {place}"), rules or Ruleset.default())
        yield maker.equal() if place % 2 == 0 else maker.different()


# ------------------------------------------------------------------ terms


class _Maker:
    def __init__(self, rng: random.Random, rules: Ruleset) -> None:
        self.rng = rng
        self.rules = list(rules)
        self.names: tuple[str, ...] = ()
        self.floats = False
        self.facts = Assumptions()

    def equal(self) -> Pair:
        while True:
            found = self._rewritten()
            if found is not None:
                return found

    def different(self) -> Pair:
        while True:
            found = self.equal()
            for _ in range(20):
                changed = self._mutated(found.right)
                if changed is None or changed.size > LARGEST:
                    continue
                point = self._separating(found.left, changed)
                if point is not None:
                    return Pair(found.left, changed, self.facts, False, found.rules, point)

    def _rewritten(self) -> Pair | None:
        rng = self.rng
        self.names = NAMES[: rng.choice((1, 1, 2, 2, 3))]
        self.floats = rng.random() < 0.15
        told = [rng.choice(_FACTS).format(name) for name in self.names if rng.random() < 0.5]
        self.facts = Assumptions.parse([part for fact in told for part in fact.split(", ")])
        try:
            return self._chain()
        except (SrKernelError, NoInstanceError, OverflowError):
            return None

    def _chain(self) -> Pair | None:
        """One rule's instance in a random context, then more rules wherever they match."""
        rule = self.rng.choice(self.rules)
        binding = self._instance(rule)
        if binding is None:
            return None
        ends = [printed(filled(side, binding)) for side in (rule.left, rule.right)]
        self.rng.shuffle(ends)
        context = self.term(self.rng.choice((1, 2, 2, 3)))
        leaf = self.rng.choice([node for node in walk(context) if not node.args])
        start, current = (replaced(context, leaf, end) for end in ends)
        passed = [rule.name]
        for _ in range(self.rng.randint(0, 4)):
            name, current = self._step(current)
            passed += [name] if name else []
        if start is current or max(start.size, current.size) > LARGEST:
            return None
        point = self._confirmed(start, current, passed)
        return (
            None if point is None else Pair(start, current, self.facts, True, tuple(passed), point)
        )

    def term(self, depth: int) -> Expr:
        """A random term, small and with every operator."""
        rng = self.rng
        if depth == 0 or rng.random() < 0.15:
            return self._leaf()
        kind = rng.random()
        if kind < 0.4:
            return apply(rng.choice(("add", "mul")), self.term(depth - 1), self.term(depth - 1))
        if kind < 0.5:
            return self.term(depth - 1) - self.term(depth - 1)
        if kind < 0.6:
            return self.term(depth - 1) / self.term(depth - 1)
        if kind < 0.7:
            return self.term(depth - 1) ** number(rng.choice((2, 2, 3, -1, -2, Fraction(3, 2))))
        if kind < 0.74:
            return apply(rng.choice(("min", "max")), self.term(depth - 1), self.term(depth - 1))
        return apply(rng.choice(_FUNCTIONS), self.term(depth - 1))

    def _leaf(self) -> Expr:
        rng = self.rng
        if rng.random() < 0.7:
            return symbol(rng.choice(self.names))
        if self.floats and rng.random() < 0.7:
            return number(round(rng.uniform(-4, 4), rng.choice((1, 2, 4))))
        return apply("pi") if rng.random() < 0.1 else number(rng.choice(_LITERALS))

    # -------------------------------------------------------------- rules

    def _instance(self, rule: Rule, known: Binding | None = None) -> Binding | None:
        """Values of all metavariables for which the guard surely holds."""
        numeric = rational_metavariables(rule.left) | rational_metavariables(rule.right)
        computed = {part.parts[0] for part in rule.conditions if part.kind in ("bound", "let")}
        names = metavariables(rule.left) - numeric
        for attempt in range(12):
            binding: Binding = dict(known or {})
            for name in sorted((numeric & metavariables(rule.left)) - binding.keys() - computed):
                binding[name] = Fraction(self.rng.choice(_RATIONALS))
            for name in sorted(names - binding.keys()):
                binding[name] = self._tree(self._operand(attempt))
            if self._granted(rule.conditions, binding):
                return binding
        return None

    def _operand(self, attempt: int) -> Expr:
        """A term; on later attempts one whose sign and domain are plain."""
        term = self.term(self.rng.choice((0, 0, 1, 2)))
        if attempt < 3:
            return term
        return replaced(parse(self.rng.choice(_SURE)), symbol("a"), term)

    def _granted(self, conditions: Sequence[Condition], values: Binding) -> bool:
        return all(self._holds(condition, values) for condition in conditions)

    def _holds(self, condition: Condition, values: Binding) -> bool:
        kind, parts = condition.kind, condition.parts
        if kind == "compare":
            return holds(condition, values)
        if kind == "let":
            value = compute(parts[1], values)
            return value is not None and bool(values.setdefault(parts[0], value) == value)
        found = self.facts.interval(printed(filled(parts[-1], values)))
        if kind == "bound":
            end = found.lo if parts[1] == "lo" else found.hi
            if not math.isfinite(end):
                return False
            values[parts[0]] = Fraction(end)
            return True
        return _has(parts[0], found)

    def _step(self, expr: Expr) -> tuple[str, Expr]:
        """A rule's name and ``expr`` after it; no name where none fits."""
        tree = self._tree(expr)
        spots = list(places(tree))
        for rule in self.rng.sample(self.rules, min(60, len(self.rules))):
            sides = [rule.left, rule.right]
            if self.rng.random() < 0.35 and rule.right[0] != "?":
                sides.reverse()
            if sides[0][0] == "Num" and self.rng.random() < 0.9:
                continue  # numbers are everywhere
            self.rng.shuffle(spots)
            for place in spots:
                binding = next(matches(sides[0], part_at(tree, place), {}), None)
                if binding is None:
                    continue
                whole = self._instance(rule, binding)
                if whole is None or any(whole[name] != kept for name, kept in binding.items()):
                    continue
                found = printed(with_part(tree, place, filled(sides[1], whole)))
                if found.size <= LARGEST:
                    return rule.name, found
        return "", expr

    def _tree(self, expr: Expr) -> Tree:
        """The core form with its sums and products in random order and grouping."""
        table = NodeTable()
        return self._grouped(table, table.enter(expr, 0))

    def _grouped(self, table: NodeTable, node: int) -> Tree:
        content = table.nodes[node]
        head = content[0]
        if head in ("Num", "Flt"):
            return (head, content[1])
        if head == "Var":
            return ("Var", table.names[content[1], content[2]])
        if head not in COMMUTATIVE:
            return (head, *(self._grouped(table, arg) for arg in content[1:]))
        parts = [self._grouped(table, arg) for arg in table.terms(node, head)]
        self.rng.shuffle(parts)
        if self.rng.random() < 0.6:
            parts.sort(key=lambda part: part[0] == "Num")  # the coefficient outermost
        while len(parts) > 1:
            place = self.rng.randrange(len(parts) - 1) if parts[-1][0] != "Num" else 0
            parts[place : place + 2] = [(head, parts[place], parts[place + 1])]
        return parts[0]

    # -------------------------------------------------------------- mutation

    def _mutated(self, expr: Expr) -> Expr | None:
        """``expr`` with one node changed."""
        rng = self.rng
        target = rng.choice(list(walk(expr)))
        try:
            return replaced(expr, target, self._other(target), first=True)
        except (SrKernelError, OverflowError):
            return None

    def _other(self, node: Expr) -> Expr:
        rng = self.rng
        if isinstance(node.value, Fraction | float):
            value: Any = node.value
            return number(rng.choice((value + 1, -value, value * 2, value + Fraction(1, 10))))
        if not node.args:
            return self._leaf()
        choice = rng.randrange(4)
        if choice == 0 and node.op in ("add", "mul") and len(node.args) > 2:
            kept = list(node.args)
            kept.pop(rng.randrange(len(kept)))
            return apply(node.op, *kept)
        if choice == 1 and len(node.args) == 2 and node.op in ("div", "pow"):
            return apply(node.op, *reversed(node.args))
        if choice == 2:
            return -node
        if len(node.args) == 1:
            return apply(rng.choice(_FUNCTIONS), *node.args)
        others = ("add", "mul", "min", "max") if len(node.args) > 2 else ("add", "mul", "div")
        return apply(rng.choice(others), *node.args)

    # -------------------------------------------------------------- values

    def _confirmed(self, a: Expr, b: Expr, passed: Sequence[str]) -> Mapping[str, Fraction] | None:
        """A point at which both are defined; raises if their values differ anywhere."""
        found = None
        for point in self._points():
            left, right = value(a, point), value(b, point)
            if left is None or right is None:
                continue
            if differ(a, b, point):
                raise UnsoundError(f"{a} and {b} by {', '.join(passed)} differ at {point}")
            found = found or point
        return found

    def _separating(self, a: Expr, b: Expr) -> Mapping[str, Fraction] | None:
        for point in self._points():
            left, right = value(a, point), value(b, point)
            if left is not None and right is not None and differ(a, b, point):
                return point
        return None

    def _points(self) -> Iterator[Mapping[str, Fraction]]:
        ranges = self.facts.ranges
        for attempt in range(POINTS):
            yield {name: self._drawn(attempt, ranges.get(name, Interval())) for name in self.names}

    def _drawn(self, attempt: int, known: Interval) -> Fraction:
        reach = (1.0, 3.0, 12.0)[attempt % 3]
        low = known.lo if math.isfinite(known.lo) else min(-reach, known.hi - reach)
        high = known.hi if math.isfinite(known.hi) else max(reach, known.lo + reach)
        if known.integer:
            low, high = math.floor(low), math.ceil(high)
            choices = [n for n in range(int(low), int(high) + 1) if _allowed(Fraction(n), known)]
            return Fraction(self.rng.choice(choices))
        while True:
            drawn = Fraction(round(self.rng.uniform(low, high), 4)).limit_denominator(10**4)
            if _allowed(drawn, known):
                return drawn


def _allowed(drawn: Fraction, known: Interval) -> bool:
    inside = Interval(float(drawn), float(drawn)).meet(known)
    return not inside.is_empty


def _has(fact: str, found: Interval) -> bool:
    if fact == "def":
        return found.defined
    if fact == "int":
        return found.integer
    needs_value = fact in ("nz", "positive", "negative")
    return found.satisfies(_SIGNS[fact]) and (found.defined or not needs_value)
