"""Planning: undo one operation of y after the other, and see whether what is left is known.

A tree search (PUCT, Silver et al. 2017) over peels.  A node is a target; the network reads it, its
peel policy is the prior of the node's children, and the bits it expects to be left, with those of
the peels so far, are the node's value.  Each target is matched against the functions of the bank up
to scale and shift, which ends the search where the match is exact.  Targets that agree in their
values up to scale are one node, whichever way they were come by.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from sr_kernel.expr import Expr, apply, number
from sr_kernel.expr.operators import FloatArray
from sr_kernel.guide.reading import Action, Reader, rebuilt, undone
from sr_kernel.numeric import compile_program, evaluate
from sr_kernel.search.proposer import Context

_WIDTH = 8
"""Children of a node."""
_DEPTH = 5
_EXPLORE = 0.7
_STEPS = (24, 40)
"""Nodes read when asked first, and in each later round."""
_BANK = 6000
"""Functions of the bank that a target is matched with."""
_BEST = 2
"""Matches of a target that are proposed."""
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
        self._known: dict[bytes, Node] = {}
        self._bits = 1.0
        self._asked = 0

    def propose(self, context: Context) -> Iterator[Expr]:
        if self._root is None:
            self._root = Node(context.sample.y, (), 1.0)
        steps = _STEPS[min(self._asked, len(_STEPS) - 1)]
        self._asked += 1
        matcher = _Matcher(context)
        for _ in range(steps):
            context.poll()
            path = self._selected(self._root)
            if path[-1].read:  # nothing is left to be tried
                return
            self._expand(context, path[-1])
            yield from matcher.laws(path[-1])
            if context.solved():
                return
            best = path[-1].value
            for node in reversed(path):
                node.visits += 1
                best = node.value = max(node.value, best)

    def _selected(self, node: Node) -> list[Node]:
        """The way to the node that is worth reading next."""
        path = [node]
        while node.read and node.children:
            total = math.sqrt(1 + node.visits)

            def worth(child: Node, total: float = total) -> float:
                value = child.value if child.visits else node.value - 0.1
                return value + _EXPLORE * child.prior * total / (1 + child.visits)

            node = max(node.children, key=worth)
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
        for action in reading.actions():
            if len(node.children) >= _WIDTH:
                break
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
        size = np.abs(left).max()
        shown = np.round(left[:32] / (size * np.sign(left[0] or 1.0)), 7).tobytes()
        if shown in self._known:
            return None
        child = Node(left, (action, *node.actions), action.p)
        self._known[shown] = child
        return child


_NEEDS = {
    "square": ("pow",), "power": ("pow",), "inverse": ("div",), "factor": ("mul",),
    "divisor": ("div",), "term": ("add",), "cube": ("pow",),
}  # fmt: skip


def _may(context: Context, action: Action) -> bool:
    """Whether the user's operators admit a law with this operation."""
    name = action.outer or action.way
    inner = () if action.inner is None else (action.inner,)
    used = [one.op for one in inner if one.args]
    return context.allows(*_NEEDS.get(name, (name,)), *used)


class _Matcher:
    """Matches targets with functions of the bank up to scale and shift, on the probe rows."""

    def __init__(self, context: Context) -> None:
        self.context = context
        rows = context.bank.rows[:_BANK]
        rows = rows - rows.mean(axis=1, keepdims=True)
        norms = np.sqrt(np.square(rows).sum(axis=1))
        with np.errstate(all="ignore"):
            self.rows = np.where(norms[:, None] > 0, rows / norms[:, None], 0.0)  # (N, m)

    def laws(self, node: Node) -> Iterator[Expr]:
        """The laws in which the target of ``node`` is one of the functions it is likest to."""
        context = self.context
        target = node.target[context.probe_rows]
        target = target - target.mean()
        norm = np.sqrt(np.square(target).sum())
        if not norm > 0 or not np.isfinite(norm):
            return
        likeness = np.abs(self.rows @ (target / norm))
        best = np.argsort(-np.nan_to_num(likeness), kind="stable")[:_BEST]
        for index in best:
            expr = self._fitted(node, int(index))
            if expr is not None:
                yield expr

    def _fitted(self, node: Node, index: int) -> Expr | None:
        context = self.context
        values = context.bank.values([index], context.sample.X)[0]
        if not np.isfinite(values).all():
            return None
        A = np.column_stack([values, np.ones_like(values)])
        (slope, shift), *_ = np.linalg.lstsq(A, node.target, rcond=None)
        left = A @ (slope, shift) - node.target
        if not np.isfinite(slope) or slope == 0:
            return None
        inner = apply("mul", number(float(slope)), context.bank.expr(index))
        if np.abs(shift) > 1e-9 * np.abs(node.target).max():
            inner = inner + number(float(shift))
        del left
        return node.built(inner)
