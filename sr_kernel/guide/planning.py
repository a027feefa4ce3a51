"""Planning: undo one operation of y after the other, and see whether what is left is known.

A tree search (PUCT, Silver et al. 2017) over peels.  A node is a target; the network reads it, its
peel policy is the prior of the node's children, and the bits it expects to be left, with those of
the peels so far, are the node's value.  Each target is matched against the functions of the bank up
to scale and shift, which ends the search where the match is exact.  Targets that agree in their
values up to scale are one node, whichever way they were come by.  Targets of one sign are also
matched with products of powers of the columns.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from itertools import chain, islice

import numpy as np

from sr_kernel.expr import Expr, apply, number, symbol
from sr_kernel.expr.operators import FloatArray
from sr_kernel.guide.reading import Action, Reader, rebuilt, undone
from sr_kernel.numeric import compile_program, evaluate
from sr_kernel.search.description import structure_length
from sr_kernel.search.operations import power
from sr_kernel.search.proposer import Context

_WIDTH = 8
"""Children of a node."""
_DEPTH = 5
_EXPLORE = 0.7
_LOOKED = 60
"""Actions of a reading that are tried."""
_SHIFTED = 0.03
"""The prior of 1 to be taken off or put on, which the network says nothing about."""
_STEPS = (10, 20, 40)
"""Nodes read when asked first, in the next round and in each later one: a law that is found at all
is mostly found in the first few, and others wait their turn meanwhile."""
_BANK = 6000
"""Functions of the bank that a target is matched with."""
_COMPARED = 32
"""Rows on which targets are compared."""
_BEST = 2
"""Matches of a target that are proposed."""
_HIGHEST = 200.0
"""Logarithms of factors beyond which a power law is none."""
_ROUGH = 8.0
"""By how much fitting its constants may lower the loss of a law."""
_STEP_BITS = 6.0
"""Bits that a peel adds to the description."""


@dataclass(eq=False)
class Node:
    """A target (n,), and the actions undone, the last first, with their coefficients."""

    target: FloatArray
    actions: tuple[Action, ...]
    prior: float
    children: list[Node] = field(default_factory=list)
    visits: int = 0
    value: float = -math.inf
    read: bool = False
    over: bool = False
    """Nothing in it is left to be read."""

    def worth(self, child: Node) -> float:
        """How much reading below ``child`` next promises."""
        value = child.value if child.visits else self.value - 0.1
        prior = _EXPLORE * child.prior * math.sqrt(1 + self.visits)
        return value + prior / (1 + child.visits)

    def built(self, inner: Expr) -> Expr:
        """The law in which ``inner`` is what is left."""
        for action in self.actions:
            inner = rebuilt(action, inner)
        return inner


class PeelProposer:
    """Laws found by peeling under the guide's policy."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self._root: Node | None = None
        self._known: set[bytes] = set()
        self._bits = 1.0
        self._asked = 0

    def propose(self, context: Context) -> Iterator[Expr]:
        if self._root is None:
            self._root = Node(context.sample.y, (), 1.0)
            self._known = {_shown(self._root.target)}
        steps = _STEPS[min(self._asked, len(_STEPS) - 1)]
        self._asked += 1
        matcher = _Matcher(context)
        for _ in range(steps):
            if self._root.over:
                return
            context.poll()
            path = self._selected(self._root)
            self._expand(context, path[-1])
            _credit(path)
            yield from matcher.laws(path[-1])
            if context.solved():
                return

    def _selected(self, node: Node) -> list[Node]:
        """The way to the unread node that is worth reading next."""
        path = [node]
        while node.read:
            node = max((child for child in node.children if not child.over), key=node.worth)
            path.append(node)
        return path

    def _expand(self, context: Context, node: Node) -> None:
        sample = context.sample
        seed = context.problem.random_state
        reading = self.reader.read(sample.variables, sample.X, node.target, seed)
        if not node.actions:
            self._bits = max(reading.bits, 1.0)
        node.value = 1 - (reading.bits + _STEP_BITS * len(node.actions)) / self._bits
        node.read = True
        if len(node.actions) >= _DEPTH:
            return
        shifts = [Action(_SHIFTED, way="term", inner=number(c)) for c in (1, -1)]
        for action in islice(reading.actions(), _LOOKED):
            if len(node.children) >= _WIDTH:
                break
            child = self._child(context, node, action)
            if child is not None:
                node.children.append(child)
        for action in shifts if node.actions else ():
            child = self._child(context, node, action)
            if child is not None:
                node.children.append(child)

    def _child(self, context: Context, node: Node, action: Action) -> Node | None:
        values = None
        if not _may(context, action):
            return None
        if action.inner is not None:
            program = compile_program(action.inner, context.sample.variables)
            values = evaluate(program, context.sample.X)
        left = undone(action, node.target, values)
        if left is None:
            return None
        shown = _shown(left)
        if shown in self._known:
            return None
        self._known.add(shown)
        return Node(left, (action, *node.actions), action.p)


def _credit(path: list[Node]) -> None:
    """Tell the nodes above what the last node of ``path`` is worth."""
    best = path[-1].value
    for node in reversed(path):
        node.visits += 1
        node.over = all(child.over for child in node.children)
        best = node.value = max(node.value, best)


def _shown(target: FloatArray) -> bytes:
    """The same for targets (n,) that agree up to scale, sign included."""
    size = np.abs(target).max() or 1.0
    shown = np.round(target[:_COMPARED] / size * np.sign(target[0] or 1.0), 7)
    return bytes((shown + 0.0).tobytes())  # there are two zeros


_NEEDS = {
    "square": ("pow",), "power": ("pow",), "inverse": ("div",), "factor": ("mul",),
    "divisor": ("div",), "term": ("add",),
}  # fmt: skip


def _may(context: Context, action: Action) -> bool:
    """Whether the user's operators admit a law with this operation."""
    name = action.outer or action.way
    inner = () if action.inner is None else (action.inner,)
    used = [one.op for one in inner if one.args]
    return context.allows(*_NEEDS.get(name, (name,)), *used)


class _Matcher:
    """Matches targets with one or two functions of the bank, scaled and shifted, on the probe
    rows."""

    def __init__(self, context: Context) -> None:
        self.context = context
        rows = context.bank.rows[:_BANK]
        self.rows = _directions(rows - rows.mean(axis=1, keepdims=True))  # (N, m)

    def laws(self, node: Node) -> Iterator[Expr]:
        """The laws in which the target of ``node`` is what it is likest to."""
        target = node.target[self.context.probe_rows]
        target = target / (np.abs(target).max() or 1.0)
        target = target - target.mean()
        if not np.square(target).sum() > 0:
            return
        matches = (self._fitted(node, chosen) for chosen in self._likest(target))
        for law in chain([self._power_law(node)], matches):
            if law is not None and self._promises(law):
                yield law

    def _likest(self, target: FloatArray) -> Iterator[tuple[int, ...]]:
        """Single functions, the likest first, each followed by itself with the best second one."""
        likeness = np.abs(self.rows @ target)
        for index in np.argsort(-likeness, kind="stable")[:_BEST]:
            yield (int(index),)
            first = self.rows[index]
            along = self.rows @ first
            left = target - (target @ first) * first
            spread = np.sqrt((1.0 - along * along).clip(1e-6))
            gain = np.abs(self.rows @ left) / spread
            gain[np.abs(along) > 1 - 1e-6] = 0.0
            yield (int(index), int(gain.argmax()))

    @cached_property
    def _logs(self) -> FloatArray | None:
        """Logarithms (n, d + 1) of the columns, and ones; None where a column has a zero."""
        X = self.context.sample.X
        if not self.context.allows("mul", "div", "pow") or not X.all():
            return None
        return np.column_stack([np.log(np.abs(X)), np.ones(len(X))])

    def _power_law(self, node: Node) -> Expr | None:
        """The law in which the target, all of one sign, is a product of powers of columns."""
        signs = np.sign(node.target)
        if self._logs is None or not signs.all() or np.ptp(signs):
            return None
        found = np.linalg.lstsq(self._logs, np.log(np.abs(node.target)), rcond=1e-9)[0]
        *exponents, scale = (float(value) for value in found)
        if not abs(scale) < _HIGHEST:
            return None
        factors = [number(float(signs[0] * np.exp(scale)))]
        for name, exponent in zip(self.context.sample.variables, exponents, strict=True):
            plain = Fraction(round(2 * exponent), 2)
            if plain:
                factors.append(power(symbol(name), plain))
        return node.built(apply("mul", *factors)) if len(factors) > 1 else None

    def _fitted(self, node: Node, chosen: tuple[int, ...]) -> Expr | None:
        """The law in which the target is a combination of functions of the bank."""
        bank = self.context.bank
        values = bank.values(list(chosen), self.context.sample.X)
        found = _combination(values, node.target)
        if found is None:
            return None
        *slopes, shift = found
        terms = [apply("mul", number(slope), bank.expr(index))
                 for slope, index in zip(slopes, chosen, strict=True)]  # fmt: skip
        if np.abs(shift) > 1e-9 * np.abs(node.target).max():
            terms.append(number(shift))
        return node.built(apply("add", *terms) if len(terms) > 1 else terms[0])

    def _promises(self, law: Expr) -> bool:
        """Whether ``law``, once fitted, may change the front."""
        sample = self.context.sample
        program = compile_program(law, sample.variables)
        loss = sample.relative_loss(evaluate(program, sample.X))
        structure = structure_length(law, len(sample.variables))
        return math.isfinite(loss) and self.context.promising(
            loss, law.size, len(program.theta), structure, _ROUGH
        )


def _directions(rows: FloatArray) -> FloatArray:
    """Rows (N, m) of length 1, or zero."""
    with np.errstate(all="ignore"):
        found = rows / np.sqrt(np.square(rows).sum(axis=1, keepdims=True))
    return np.where(np.isfinite(found), found, 0.0)


def _combination(values: FloatArray, target: FloatArray) -> list[float] | None:
    """The slopes of ``values`` (k, n) and the shift with which they are likest to ``target`` (n,);
    None where they are no numbers."""
    size, most = np.abs(values).max(axis=1), float(np.abs(target).max())
    if not (np.isfinite(size).all() and size.min() > 0 and 0 < most < math.inf):
        return None
    columns = np.vstack([values / size[:, None], np.ones(len(target))]).T
    found = np.linalg.lstsq(columns, target / most, rcond=1e-12)[0] * most
    found[:-1] /= size
    usual = np.isfinite(found).all() and (found[:-1] != 0).all()
    return [float(value) for value in found] if usual else None
