"""Rounds of normal forms and e-graph over one or many terms, each result checked."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache

from sr_kernel.egraph.improve import improve
from sr_kernel.egraph.prospect import has_prospects
from sr_kernel.egraph.ruleset import Ruleset
from sr_kernel.equality.domain import Condition
from sr_kernel.equality.order import order_key
from sr_kernel.equality.sampling import find_difference, names_of
from sr_kernel.equality.writing import ordered
from sr_kernel.errors import ExpressionError
from sr_kernel.expr import Expr, has_floats, to_text, walk
from sr_kernel.numeric.deadline import OutOfTime, deadline, turns
from sr_kernel.simplify.parameters import merged_parameters
from sr_kernel.simplify.settled import is_settled
from sr_kernel.simplify.situation import OUT_OF_TIME, TOO_DEEP, Situation
from sr_kernel.simplify.tidying import Tidying
from sr_kernel.simplify.workbench import Workbench

_MAX_ROUNDS = 6
_MAX_TRIED = 12
_SMALLEST_OPEN = 2
_MAX_SEEDS = 2
_NODE_LIMIT = 400
_SECONDS_A_RUN = 2.0
_SECONDS_A_TERM = 0.2
_MOST_TIDYINGS = 4
_LARGEST_MIXED = 60
_TIDY_SHARE = 0.3
_FORMS_SHARE = 0.5
"""Part of the time left that looking for forms may take; checking them takes time too."""
_ARITHMETIC = frozenset({"number", "symbol", "add", "mul", "neg", "div"})

DONE, MISMATCH = "done", "mismatch"


@dataclass(frozen=True, slots=True)
class Simplification:
    """A result with what changed in the domain and why the work ended.

    ``stop_reason`` is "done", "time", "depth" where the nesting or the numbers got too large for
    some of the work, or "mismatch" when a smaller form was refused because its values differ from
    the input's; from a worker process also "memory" or "failed" when it ended before its work.
    """

    result: Expr
    conditions: tuple[str, ...]
    stop_reason: str
    seconds: float
    passed: tuple[Expr, ...] = ()
    """The forms on the way, the result last."""


@dataclass(slots=True)
class _Task:
    start: Expr
    current: Expr
    passed: list[Expr] = field(default_factory=list)
    explored: set[Expr] = field(default_factory=set)
    conditions: list[Condition] = field(default_factory=list)
    stop_reason: str = ""
    seconds: float = 0.0
    settled: bool = False
    """Whether no normal form makes the current form smaller."""
    opened: bool = False
    """Whether rules may say more than the forms of the last round."""

    def take(self, form: Expr, conditions: Iterable[Condition]) -> None:
        """Goes on with ``form``, which changes the domain by ``conditions``."""
        self.current = form
        self.passed.append(form)
        self.conditions.extend(conditions)


class Pipeline:
    """Simplifies terms under one situation: assumptions, domain mode, cost and time limit."""

    def __init__(self, situation: Situation) -> None:
        self.situation = situation

    def run(self, exprs: Iterable[Expr]) -> list[Simplification]:
        """One result a term, in order."""
        tasks = [self._begun(expr) for expr in exprs]
        if self.situation.model.name == "size":
            fitted = [task for task in tasks if has_floats(task.start)]
            for task, until in zip(fitted, self._turns(len(fitted), _TIDY_SHARE), strict=True):
                started = time.perf_counter()
                self._tidy_up(task, until)
                task.seconds += time.perf_counter() - started
        for _ in range(_MAX_ROUNDS):
            active = [task for task in tasks if not task.stop_reason]
            if not active or self.situation.is_late():
                break
            self._round(active)
        for task in tasks:
            if not task.stop_reason and self.situation.is_late():
                task.stop_reason = OUT_OF_TIME
        return [self._report(task) for task in tasks]

    def _begun(self, expr: Expr) -> _Task:
        started = time.perf_counter()
        form = self._in_order(expr)
        task = _Task(expr, expr if self._cost(form) > self._cost(expr) else form)
        task.seconds = time.perf_counter() - started
        return task

    def _in_order(self, expr: Expr) -> Expr:
        with deadline(self.situation.deadline), suppress(OutOfTime):
            return ordered(expr)
        return expr

    def _report(self, task: _Task) -> Simplification:
        conditions = dict.fromkeys(str(condition) for condition in task.conditions)
        return Simplification(
            task.current,
            tuple(conditions),
            task.stop_reason or DONE,
            task.seconds,
            tuple(task.passed),
        )

    def _tidy_up(self, task: _Task, until: float | None) -> None:
        """Tidies; again where exact numbers met fitted ones, which are then told apart anew."""
        for _ in range(_MOST_TIDYINGS):
            before, task.stop_reason = task.current, ""
            self._tidy(task, until)
            if task.current is before or not _is_mixed(task.start):
                break

    def _tidy(self, task: _Task, until: float | None) -> None:
        """Takes the tidy form; that is all where no normal form and no rule can do more.

        Exact terms are left to those: a tidy form may hide what a rule looks for in them.
        """
        tidying = Tidying(task.current, self.situation.knowledge.signs)
        with deadline(until), suppress(OutOfTime, RecursionError, ExpressionError):
            form = tidying.form
            self._take_tidy(task, tidying)
            task.settled = task.current is form and is_settled(form)
            if task.settled and not self._is_open([form]):
                task.stop_reason = DONE

    def _take_tidy(self, task: _Task, tidying: Tidying) -> None:
        """Takes the tidy form, or the cautious one where the domain would change too much."""
        start, form = task.current, tidying.form
        if not self._is_better(form, start) or self._takes(task, tidying, form):
            return
        bench = Workbench(start, self.situation.knowledge.signs)
        self._accept(task, bench, [form])
        if task.current is start:
            better = [other for other in tidying.cautious if self._is_better(other, start)]
            if not any(self._takes(task, tidying, other) for other in sorted(better, key=_size)):
                self._accept(task, bench, better)

    def _takes(self, task: _Task, tidying: Tidying, form: Expr) -> bool:
        """Takes ``form`` if it is seen to be the same function."""
        same = tidying.keeps_domain(form) and not self._differs(task.current, form)
        if same:
            task.take(form, ())
        return same

    def _round(self, tasks: list[_Task]) -> None:
        benches: list[Workbench] = []
        groups: list[list[Expr]] = []
        for task, until in zip(tasks, self._turns(len(tasks), _FORMS_SHARE), strict=True):
            started = time.perf_counter()
            bench = Workbench(task.current, self.situation.knowledge.signs)
            with deadline(until):
                groups.append([bench.expr] if task.settled else self._forms(bench))
            benches.append(bench)
            task.seconds += time.perf_counter() - started
        self._improve(tasks, benches, groups)
        for i, until in enumerate(self._turns(len(tasks))):
            started = time.perf_counter()
            with deadline(until):
                self._advance(tasks[i], benches[i], groups[i])
            tasks[i].seconds += time.perf_counter() - started

    def _forms(self, bench: Workbench) -> list[Expr]:
        forms = [bench.expr, *bench.candidates()]
        if self.situation.model.name == "parameters":
            with suppress(OutOfTime):
                forms += [ordered(merged_parameters(form)) for form in forms]
        return forms

    def _turns(self, count: int, share: float = 1.0) -> Iterator[float | None]:
        """Deadlines for one step of ``count`` tasks in a ``share`` of the time that is left."""
        left = self.situation.time_left()
        return turns(count, None if left is None else time.monotonic() + share * left)

    def _improve(
        self, tasks: list[_Task], benches: list[Workbench], groups: list[list[Expr]]
    ) -> None:
        """Adds to each group what the shared e-graph finds, unless it has seen those forms."""
        seeds = [
            self._seeds([group[0], *(form for form in group[1:] if form not in bench.regrouped)])
            for bench, group in zip(benches, groups, strict=True)
        ]
        for task, bench, group in zip(tasks, benches, groups, strict=True):
            is_void = bench.is_void or self.situation.is_late()
            task.opened = not is_void and self._is_open(group)
        chosen = [
            i
            for i, task in enumerate(tasks)
            if task.opened and not task.explored.issuperset(seeds[i])
        ]
        left = self.situation.time_left()
        if not chosen or left == 0:
            return
        started = time.perf_counter()
        report = improve(
            [seeds[i] for i in chosen],
            assumptions=self.situation.knowledge.assumptions,
            domain=self.situation.domain,
            cost=self.situation.model,
            rules=self.situation.rules,
            time_limit=self._share(len(chosen), left),
            node_limit=_NODE_LIMIT,
        )
        each = (time.perf_counter() - started) / len(chosen)
        for i, best in zip(chosen, report.best, strict=True):
            tasks[i].seconds += each
            groups[i].append(ordered(best))
            tasks[i].explored.update(seeds[i], [ordered(best)])

    def _is_open(self, group: list[Expr]) -> bool:
        """Whether rules may find a smaller form."""
        best = min(group, key=self._cost)
        if any(not expr.args for expr in group) or self._cost(best) <= _SMALLEST_OPEN:
            return False
        if all(node.op in _ARITHMETIC for node in walk(group[0])):
            return False
        rules = self.situation.rules or Ruleset.default()
        if self.situation.model.name != "size":
            return True
        return any(has_prospects(form, rules) for form in dict.fromkeys((best, group[0])))

    def _share(self, count: int, left: float | None) -> float:
        """Seconds for one run of the e-graph; some of a tight limit is kept for what follows."""
        allowed = _SECONDS_A_RUN + _SECONDS_A_TERM * count
        return allowed if left is None else min(allowed, left / 2)

    def _seeds(self, group: list[Expr]) -> list[Expr]:
        """The current form and the cheapest others: every one more slows the e-graph down."""
        first, *others = group
        return [first, *sorted(others, key=self._rank)[:_MAX_SEEDS]]

    def _advance(self, task: _Task, bench: Workbench, group: list[Expr]) -> None:
        """Moves ``task`` to the best acceptable form, or ends it where there is none."""
        refused = self._accept(task, bench, group)
        if refused == "domain":
            refused = self._accept(task, bench, [*group, *bench.cautious()])
        if refused == MISMATCH and task.current is bench.expr:
            # Constants that were computed may lose digits in one place only.
            refused = self._accept(task, bench, bench.single_steps())
        if task.current is bench.expr:
            task.stop_reason = MISMATCH if refused == MISMATCH else DONE
            for reason in (TOO_DEEP, OUT_OF_TIME):
                if reason in (refused, bench.stopped):
                    task.stop_reason = reason
            if self.situation.is_late():
                task.stop_reason = OUT_OF_TIME
        elif task.settled:
            self._tidy(task, None)

    def _accept(self, task: _Task, bench: Workbench, group: list[Expr]) -> str:
        """Takes the cheapest acceptable form; says why the first better one was refused."""
        rank = self._rank
        limit = rank(task.current)
        better = sorted({form for form in group if rank(form) < limit}, key=rank)
        refused = ""
        for form in better[:_MAX_TRIED]:
            try:
                dropped = bench.allows(form, self.situation.domain)
                differs = dropped is not None and self._differs(bench.expr, form)
            except OutOfTime:
                return OUT_OF_TIME
            except (RecursionError, ExpressionError):
                return TOO_DEEP
            if dropped is None:
                refused = refused or "domain"
                continue
            if differs:
                refused = MISMATCH
                continue
            task.take(form, dropped)
            return refused
        return refused

    def _differs(self, before: Expr, after: Expr) -> bool:
        names = names_of(before, after)
        points = self.situation.knowledge.points(names)
        return find_difference(before, after, names, points) is not None

    def _cost(self, expr: Expr) -> float:
        return self.situation.cost(expr)

    def _is_better(self, form: Expr, other: Expr) -> bool:
        gap = self._cost(form) - self._cost(other)
        return gap < 0 or (gap == 0 and self._rank(form) < self._rank(other))

    def _rank(self, expr: Expr) -> tuple[object, ...]:
        """Cost first; then what reads better: fewer variables, shorter numbers, less nesting."""
        spoken = (variable_count(expr), digit_count(expr))
        return (self._cost(expr), expr.size, *spoken, expr.depth, order_key(expr))


def _is_mixed(expr: Expr) -> bool:
    """Whether a small term holds exact numbers other than 1 and -1."""
    return expr.size <= _LARGEST_MIXED and any(
        isinstance(node.value, Fraction) and abs(node.value) != 1 for node in walk(expr)
    )


def _size(expr: Expr) -> int:
    return expr.size


@lru_cache(maxsize=2048)
def variable_count(expr: Expr) -> int:
    """How often variables occur."""
    return 1 if expr.is_symbol else sum(variable_count(arg) for arg in expr.args)


@lru_cache(maxsize=2048)
def digit_count(expr: Expr) -> int:
    """Length of all literals together: fewer digits have been rounded less."""
    if expr.is_number:
        return len(to_text(expr))
    return sum(digit_count(arg) for arg in expr.args)
