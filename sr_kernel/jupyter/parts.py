"""One part of a law: its other forms, its value if it is a constant, and what may stand there.

A part is named by its path in the law's tree (see :mod:`sr_kernel.expr.tree`).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace

import numpy as np

from sr_kernel.errors import ExpressionError, OptionError, SrKernelError
from sr_kernel.expr import Expr, from_tree, number, parse, quoted, symbol, to_text, to_tree, walk
from sr_kernel.expr.operators import FloatArray
from sr_kernel.expr.tree import replaced, subtree
from sr_kernel.formula.task import Task
from sr_kernel.jupyter.edit import MAX_TEXT, Edit, compared, score_edit
from sr_kernel.numeric.threads import one_thread
from sr_kernel.report.snapshot import Json, finite
from sr_kernel.search.law import Law, Parameter
from sr_kernel.search.presentation import known_signs
from sr_kernel.search.problem import Problem
from sr_kernel.search.result import Progress, SearchResult

FILL_SECONDS = 5.0
"""How long the engine looks for what belongs into a hole."""
_ROWS = 200
"""Rows on which rounding errors are compared."""
_OFF = 1.001
"""An exponent starts this far off a plain one, which would be taken to be meant as it stands."""
_DECIDING = 0.3
"""Seconds for deciding whether a spelling is the same function."""


def part_of(law: Law, path: object) -> Expr:
    """The part of ``law`` at ``path``. Raises ExpressionError if there is none."""
    return from_tree(subtree(to_tree(law.expr), path))


def with_part(law: Law, path: object, part: Expr) -> Expr:
    """The term of ``law`` with ``part`` at ``path``. Raises ExpressionError as ``part_of``."""
    return from_tree(replaced(to_tree(law.expr), path, to_tree(part)))


# ---------------------------------------------------------------- menu


def menu_answer(task: Task, law: Law, path: object) -> Json:
    """What can be done with the part at ``path``: other forms, and plain values of a constant."""
    from sr_kernel.simplify.variants import alternatives

    part = part_of(law, path)
    with one_thread(), np.errstate(all="ignore"):
        others = alternatives(part, assume=known_signs(task.scoring), columns=_columns(task))
        constant = _constant(task, law, path, part)
    forms = [
        {"goals": list(one.goals), **_shown(one.expr), "conditions": list(one.conditions)}
        for one in others
    ]
    return {"part": _shown(part), "forms": forms, "constant": constant}


def _shown(expr: Expr) -> Json:
    return {"tree": to_tree(expr), "text": to_text(expr)}


def _columns(task: Task) -> dict[str, FloatArray]:
    problem = task.scoring
    places = np.unique(np.linspace(0, problem.rows - 1, _ROWS).astype(int))
    return {name: problem.X[places, j] for j, name in enumerate(problem.variables)}


def _constant(task: Task, law: Law, path: object, part: Expr) -> Json | None:
    """The constant with its error and the plain values it may stand for, None for another part."""
    if not part.is_number:
        return None
    value = float(part.value)  # type: ignore[arg-type]
    known = _parameter(law, value) if isinstance(part.value, float) else None
    if known is None:  # meant as it stands
        return {"value": finite(value), "error": None, "fixed": True, "nice": []}
    nice = list(_nice(task, law, path, value, known.error))
    error = finite(known.error)
    return {"value": finite(value), "error": error, "fixed": known.fixed, "nice": nice}


def _nice(task: Task, law: Law, path: object, value: float, error: float) -> Iterator[Json]:
    from sr_kernel.search.nice import nice_values

    for one in nice_values(value, error):
        try:
            loss = _refitted(task.scoring, law, with_part(law, path, one.expr)).loss
        except SrKernelError:  # undefined on some row with this value: not an offer
            continue
        ratio = loss / law.loss if law.loss > 0 else math.inf
        yield {**_shown(one.expr), "loss": finite(loss), "ratio": finite(ratio)}


def _parameter(law: Law, value: float) -> Parameter | None:
    return next((p for p in law.parameters if abs(p.value) == abs(value)), None)


# ---------------------------------------------------------------- changes


def respelled(task: Task, law: Law, path: object, text: object) -> Law:
    """``law`` with the part at ``path`` written as ``text``: the same function and fit.

    Raises ExpressionError for text that cannot be read or is not shown to be the same there.
    """
    part, new = part_of(law, path), _read(text, task.variables)
    if not _is_same(task, part, new):
        raise ExpressionError(
            f"{to_text(new)} could not be shown to be the same as {to_text(part)}: "
            "enter the whole formula to try it as another law"
        )
    return _as_spelled(task, law, with_part(law, path, new))


def _read(text: object, names: tuple[str, ...]) -> Expr:
    if not isinstance(text, str) or len(text) > MAX_TEXT:
        raise ExpressionError("there is no text to put there: send what the part shall be")
    return parse(text, names)


def _is_same(task: Task, part: Expr, new: Expr) -> bool:
    from sr_kernel.equality import compare
    from sr_kernel.simplify.variants import alternatives

    given = known_signs(task.scoring)
    status = compare(part, new, assume=given, time_limit=_DECIDING).status
    if status == "undecided":
        return any(one.expr is new for one in alternatives(part, assume=given))
    return status == "equal"


def _as_spelled(task: Task, law: Law, expr: Expr) -> Law:
    """``law`` spelled as ``expr``, which is the same function."""
    from sr_kernel.search.refine import pinned
    from sr_kernel.search.score import score

    scored = score(task.scoring, pinned(expr), fit=False)
    values = [float(n.value) for n in walk(pinned(expr)) if isinstance(n.value, float)]
    known = (_parameter(law, value) or Parameter(value, math.nan) for value in values)
    parameters = tuple(replace(one, value=v) for one, v in zip(known, values, strict=True))
    return replace(
        scored, parameters=parameters, key=law.key,
        score=law.score, loss=law.loss, r2=law.r2, validation=law.validation,
    )  # fmt: skip


def frozen(law: Law, path: object) -> Law:
    """``law`` with the constant at ``path`` held: later fits leave it.

    Raises OptionError if there is no fitted constant.
    """
    part = part_of(law, path)
    known = None if not part.is_number else _parameter(law, float(part.value))  # type: ignore[arg-type]
    if known is None or not isinstance(part.value, float):
        raise OptionError(f"{to_text(part)} is no fitted constant: choose one to freeze")
    parameters = (replace(p, fixed=True) if p is known else p for p in law.parameters)
    return replace(law, parameters=tuple(parameters))


def freed(task: Task, law: Law, path: object) -> Edit:
    """``law`` with the number at ``path`` fitted. Raises OptionError if it is no number."""
    part = part_of(law, path)
    if not part.is_number:
        raise OptionError(f"{to_text(part)} is no constant: choose one to free")
    value = float(part.value)  # type: ignore[arg-type]
    free = replace(law, parameters=tuple(p for p in law.parameters if abs(p.value) != abs(value)))
    start = number(value * _OFF if value else _OFF - 1.0)
    return _edit(task, law, _refitted(task.scoring, free, with_part(law, path, start)))


def snapped(task: Task, law: Law, path: object, text: object) -> Edit:
    """``law`` with the constant at ``path`` replaced by the number in ``text``, the others
    fitted. Raises ExpressionError or OptionError for what is no constant."""
    part = part_of(law, path)
    if not part.is_number:
        raise OptionError(f"{to_text(part)} is no constant: choose one to snap")
    new = _read(text, ())
    return _edit(task, law, _refitted(task.scoring, law, with_part(law, path, new)))


def filled(task: Task, expr: Expr, base: Law | None) -> Edit:
    """The best law of the form ``expr``, whose hole the engine fills in some seconds.

    Raises as :func:`sr_kernel.search.hole.fill`.
    """
    from sr_kernel.search.hole import fill

    with one_thread():
        law = fill(task.scoring, expr, _searched, fixed=_fixed(base))
    return _edit(task, base, law)


def emptied(law: Law, path: object) -> Expr:
    """The term of ``law`` with a hole at ``path``. Raises OptionError for the whole of it."""
    from sr_kernel.search.hole import HOLE

    if path == []:
        raise OptionError("the whole law as a ? is the search itself: choose a part of it")
    return with_part(law, path, symbol(HOLE))


def _searched(problem: Problem) -> Iterable[Progress | SearchResult]:
    from sr_kernel.search.process import SearchProcess

    with SearchProcess(problem, time_limit=FILL_SECONDS) as process:
        yield from process.events()


def _fixed(law: Law | None) -> tuple[float, ...]:
    return () if law is None else tuple(p.value for p in law.parameters if p.fixed)


def _refitted(problem: Problem, law: Law, expr: Expr) -> Law:
    from sr_kernel.search.score import score

    with one_thread():
        return score(problem, expr, fixed=_fixed(law))


def _edit(task: Task, base: Law | None, law: Law) -> Edit:
    return Edit(law, *compared(task, law.expr, base))


def warm_up(task: Task) -> None:
    """Do once what makes a first edit and a first menu slow: imports, compilation, the rules."""
    x = quoted(task.variables[0])
    base = None
    for text in (f"1.5*{x} + 0.5", f"0.5*sin(1.5*{x})**2/{x}", f"0.5*exp(-{x}) + sqrt({x})"):
        with suppress(SrKernelError):  # not every one is defined on every table
            base = score_edit(task, text, base).law
            menu_answer(task, base, [])
