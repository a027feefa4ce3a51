"""Changes to a term, drawn at random: what mutation and crossover are made of.

New floats are given starting values at which they matter; fitting does the rest.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sr_kernel.expr import OPERATORS, Expr, apply, number, rebuild, variables
from sr_kernel.expr.operators import FloatArray
from sr_kernel.search.beliefs import Beliefs
from sr_kernel.search.operations import power
from sr_kernel.search.prices import doubted
from sr_kernel.search.proposer import Context

Path = tuple[int, ...]

_SISTERS = {
    "sin": ("cos",), "cos": ("sin",), "exp": ("log", "sqrt"), "log": ("exp", "sqrt"),
    "sqrt": ("log", "exp"), "mul": ("div", "add"), "div": ("mul",), "add": ("mul",),
}  # fmt: skip
_BANK_REACH = 400
"""Material is drawn from the simplest entries of the bank, the simpler the likelier."""
_UNIFORM = 0.3
"""Share of unary operators that are drawn whatever a guide expects."""
_REDRAWN = 0.7
"""How often material with a column that hardly has a part in the law is drawn anew, once."""


def paths(expr: Expr, base: Path = ()) -> list[Path]:
    """Where the nodes of ``expr`` are, the root first; exact exponents are no places."""
    found = [base]
    for place, arg in enumerate(expr.args):
        if not (expr.op == "pow" and place == 1):
            found += paths(arg, (*base, place))
    return found


def at(expr: Expr, path: Path) -> Expr:
    """The node at ``path``."""
    for place in path:
        expr = expr.args[place]
    return expr


def put(expr: Expr, path: Path, new: Expr) -> Expr:
    """``expr`` with ``new`` at ``path``."""
    if not path:
        return new
    args = list(expr.args)
    args[path[0]] = put(args[path[0]], path[1:], new)
    return rebuild(expr, tuple(args))


class Variation:
    """Random changes within the operators of a problem, from one generator."""

    def __init__(self, context: Context, generator: np.random.Generator) -> None:
        self.context = context
        self.generator = generator
        names = context.problem.operators
        self.unary = [
            name for name in names if name in OPERATORS and OPERATORS[name].arity == 1
            and name != "neg"
        ]  # fmt: skip
        self.binary = [name for name in ("add", "mul", "div") if name in names]
        beliefs = context.heeded
        self.chances = None if beliefs is None else chances(self.unary, beliefs)
        """Probabilities with which unary operators are drawn; None if all are alike."""
        names = context.problem.variables
        self.doubted = frozenset() if beliefs is None else doubted(beliefs, names)
        """Columns that hardly have a part in the law."""

    def mutated(self, expr: Expr) -> Expr:
        """``expr`` changed at one place."""
        draw = self.generator.random()
        path = self._place(expr)
        node = at(expr, path)
        if draw < 0.25:
            return put(expr, path, self.material())
        if draw < 0.55:
            return put(expr, path, self._wrapped(node))
        if draw < 0.7:
            return put(expr, path, self._hoisted(node))
        if draw < 0.85:
            return put(expr, path, self._renamed(node))
        return self._shaken(expr)

    def crossed(self, expr: Expr, other: Expr) -> Expr:
        """``expr`` with a part of ``other`` in it."""
        return put(expr, self._place(expr), at(other, self._place(other)))

    def material(self) -> Expr:
        """A simple function from the bank, rarely one of a doubted column."""
        found = self._drawn()
        if not self.doubted or self.doubted.isdisjoint(variables(found)):
            return found
        return self._drawn() if self.generator.random() < _REDRAWN else found

    def _drawn(self) -> Expr:
        bank = self.context.bank
        usable = np.flatnonzero(bank.varying[:_BANK_REACH])
        if not len(usable):
            return number(1.0)
        return bank.expr(int(usable[int(len(usable) * self.generator.random() ** 2.5)]))

    def constant(self) -> Expr:
        """A float to start from."""
        size = 10.0 ** self.generator.uniform(-1.5, 1.0)
        return number(float(size * self.generator.choice([-1.0, 1.0, 1.0])))

    def _place(self, expr: Expr) -> Path:
        found = paths(expr)
        return found[int(self.generator.integers(len(found)))]

    def _pick(self, names: Sequence[str]) -> str:
        return names[int(self.generator.integers(len(names)))]

    def _unary(self) -> str:
        if self.chances is None:
            return self._pick(self.unary)
        return self.unary[int(self.generator.choice(len(self.unary), p=self.chances))]

    def _wrapped(self, node: Expr) -> Expr:
        draw = self.generator.random()
        if draw < 0.2 and "mul" in self.binary:
            return apply("mul", self.constant(), node)
        if draw < 0.45 and "add" in self.binary:
            return apply("add", node, self.constant())
        if draw < 0.7 and self.unary:
            return apply(self._unary(), node)
        if draw < 0.78 and self.context.allows("pow") and not node.is_number:
            return power(node, float(self.generator.uniform(0.3, 2.5)))
        if not self.binary:
            return node
        parts = [node, self.material()]
        if self.generator.random() < 0.3:
            parts.reverse()
        return apply(self._pick(self.binary), *parts)

    def _hoisted(self, node: Expr) -> Expr:
        """One of the arguments in place of the node, or the node without one of them."""
        if not node.args:
            return self.material()
        place = int(self.generator.integers(len(node.args)))
        if node.op in ("add", "mul") and len(node.args) > 1 and self.generator.random() < 0.6:
            rest = [arg for k, arg in enumerate(node.args) if k != place]
            return apply(node.op, *rest) if len(rest) > 1 else rest[0]
        return node.args[place]

    def _renamed(self, node: Expr) -> Expr:
        """Another operator or another variable."""
        if node.is_symbol:
            return self.material()
        others = [
            name for name in _SISTERS.get(node.op, ())
            if name in self.unary or name in self.binary
        ]  # fmt: skip
        if not others:
            return self._wrapped(node)
        name = self._pick(others)
        return apply(name, *(node.args[:2] if name == "div" else node.args))

    def _shaken(self, expr: Expr) -> Expr:
        """Other starting values for the floats."""
        if isinstance(expr.value, float):
            return number(float(expr.value * np.exp(self.generator.normal())))
        if not expr.args or (expr.op == "pow" and not isinstance(expr.args[1].value, float)):
            return expr
        return rebuild(expr, tuple(self._shaken(arg) for arg in expr.args))


def chances(names: Sequence[str], beliefs: Beliefs) -> FloatArray | None:
    """Probabilities (k,) with which to draw the operators ``names``: as a guide believes in them,
    mixed with equal ones.  None if it knows none of them."""
    known = [beliefs.operators[name] for name in names if name in beliefs.operators]
    if not any(known):
        return None
    mean = sum(known) / len(known)
    shares = np.array([beliefs.operators.get(name, mean) for name in names])
    return np.asarray(_UNIFORM / len(names) + (1.0 - _UNIFORM) * shares / shares.sum())
