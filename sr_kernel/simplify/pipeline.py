"""Rounds of normal forms and e-graph over one or many terms, each result checked."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from sr_kernel.equality.domain import Condition
from sr_kernel.equality.order import order_key
from sr_kernel.equality.sampling import find_difference, names_of
from sr_kernel.equality.writing import ordered
from sr_kernel.expr import Expr
from sr_kernel.simplify.situation import Situation
from sr_kernel.simplify.workbench import Workbench

_MAX_ROUNDS = 6
_MAX_TRIED = 12

DONE, OUT_OF_TIME, MISMATCH = "done", "time", "mismatch"


@dataclass(frozen=True, slots=True)
class Simplification:
    """A result with what changed in the domain and why the work ended.

    ``stop_reason`` is "done", "time", or "mismatch" when a smaller form was refused because its
    values differ from the input's.
    """

    result: Expr
    conditions: tuple[str, ...]
    stop_reason: str
    seconds: float


@dataclass(slots=True)
class _Task:
    start: Expr
    current: Expr
    conditions: list[Condition] = field(default_factory=list)
    stop_reason: str = ""
    seconds: float = 0.0


class Pipeline:
    """Simplifies terms under one situation: assumptions, domain mode, cost and time limit."""

    def __init__(self, situation: Situation) -> None:
        self.situation = situation
        self._shared = 0.0

    def run(self, exprs: Iterable[Expr]) -> list[Simplification]:
        """One result a term, in order."""
        tasks = [_Task(expr, ordered(expr)) for expr in exprs]
        for task in tasks:
            if self._cost(task.current) > self._cost(task.start):
                task.current = task.start
        for _ in range(_MAX_ROUNDS):
            active = [task for task in tasks if not task.stop_reason]
            if not active:
                break
            self._round(active)
        for task in tasks:
            task.seconds += self._shared / len(tasks)
        return [self._report(task) for task in tasks]

    def _report(self, task: _Task) -> Simplification:
        conditions = dict.fromkeys(str(condition) for condition in task.conditions)
        return Simplification(
            task.current, tuple(conditions), task.stop_reason or DONE, task.seconds
        )

    def _round(self, tasks: list[_Task]) -> None:
        benches: list[Workbench] = []
        groups: list[list[Expr]] = []
        for task in tasks:
            started = time.perf_counter()
            bench = Workbench(task.current, self.situation.knowledge.signs, self.situation.deadline)
            groups.append([task.current, *bench.candidates()])
            benches.append(bench)
            task.seconds += time.perf_counter() - started
        for task, bench, group in zip(tasks, benches, self._improved(groups), strict=True):
            started = time.perf_counter()
            self._advance(task, bench, group)
            task.seconds += time.perf_counter() - started

    def _improved(self, groups: list[list[Expr]]) -> list[list[Expr]]:
        """Each group with what else is known to be equal."""
        return groups

    def _advance(self, task: _Task, bench: Workbench, group: list[Expr]) -> None:
        """Moves ``task`` to the best acceptable form, or ends it where there is none."""
        refused = self._accept(task, bench, group)
        if refused == "domain":
            refused = self._accept(task, bench, [*group, *bench.cautious()])
        if task.current is bench.expr:
            task.stop_reason = MISMATCH if refused == MISMATCH else DONE
            if self.situation.is_late():
                task.stop_reason = OUT_OF_TIME

    def _accept(self, task: _Task, bench: Workbench, group: list[Expr]) -> str:
        """Takes the cheapest acceptable form; says why the first better one was refused."""
        rank = self._rank
        limit = rank(task.current)
        better = sorted({form for form in group if rank(form) < limit}, key=rank)
        refused = ""
        for form in better[:_MAX_TRIED]:
            dropped = bench.allows(form, self.situation.domain)
            if dropped is None:
                refused = refused or "domain"
                continue
            if self._differs(bench.expr, form):
                refused = MISMATCH
                continue
            task.current = form
            task.conditions.extend(dropped)
            return refused
        return refused

    def _differs(self, before: Expr, after: Expr) -> bool:
        names = names_of(before, after)
        points = self.situation.knowledge.points(names)
        return find_difference(before, after, names, points) is not None

    def _cost(self, expr: Expr) -> float:
        return self.situation.cost(expr)

    def _rank(self, expr: Expr) -> tuple[object, ...]:
        """Cost first; then what reads better: fewer variables, less nesting."""
        return (self._cost(expr), expr.size, leaves(expr), expr.depth, order_key(expr))


def leaves(expr: Expr) -> int:
    """How often variables occur."""
    return 1 if expr.is_symbol else sum(leaves(arg) for arg in expr.args)
