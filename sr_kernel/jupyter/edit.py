"""A formula typed by a user: read, refitted, simplified, scored and set beside the one it was."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from sr_kernel.errors import ExpressionError
from sr_kernel.expr import Expr, parse, to_text, variables
from sr_kernel.formula.derived import evaluated
from sr_kernel.formula.task import Task
from sr_kernel.numeric.threads import one_thread
from sr_kernel.search.hole import HOLE
from sr_kernel.search.law import Law

MAX_TEXT = 4_000
"""Longest formula that may be typed, in characters: what a snapshot may hold."""

SCORERS = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sr_kernel-score")
"""One thread for all edits: they are answered in order, beside the kernel's main thread."""

_DECIDING = 0.5
"""Seconds for the comparison with the law before it: an answer comes while it is awaited."""
_WORDS = {
    "equal": "the same function as {0}",
    "same_family": "{0} with other constants",
    "different": "another law than {0}",
    "undecided": "whether it is the same as {0} could not be decided",
}
_LEFT_SIDE = re.compile(r"(?P<left>[^=<>!~]+)[=~](?!=)")


@dataclass(frozen=True)
class Edit:
    """A scored edit; ``status`` is that of equality.compare, ``text`` says it in words."""

    law: Law
    status: str
    text: str


def score_edit(task: Task, text: str, base: Law | None = None) -> Edit:
    """Refit the constants of ``text`` to the rows of ``task`` and compare the law with ``base``.

    ``text`` is a right-hand side; ``target = ...`` in front of it is allowed.  Constants that
    ``base`` holds fixed are held.

    Raises:
        ExpressionError: text that cannot be read, or other names than the formula's variables.
        DataError: no value on some row.
    """
    from sr_kernel.search.score import score

    expr = read_edit(task, text)
    fixed = [] if base is None else [p.value for p in base.parameters if p.fixed]
    with one_thread():
        law = score(task.scoring, expr, fixed=fixed or None)
    return Edit(law, *compared(task, law.expr, base))


def is_open(text: object) -> bool:
    """Whether the formula has a hole."""
    return isinstance(text, str) and "?" in text


def read_edit(task: Task, text: str) -> Expr:
    """The expression in ``text``; a ``?`` in it is the hole of :mod:`sr_kernel.search.hole`.

    Raises ExpressionError with the position of the mistake.
    """
    if len(text) > MAX_TEXT:
        raise ExpressionError(
            f"the formula has {len(text)} characters, at most {MAX_TEXT} are read"
        )
    names = (*task.variables, HOLE) if is_open(text) else task.variables
    return parse(_right_side(task, text.replace("?", HOLE)), names)


def _right_side(task: Task, text: str) -> str:
    """``text`` with spaces in place of ``target =``, so that positions stay."""
    match = _LEFT_SIDE.match(text)
    if match is None:
        return text
    left = task.formula.left
    try:
        is_target = parse(match["left"], variables(left)) is left
    except ExpressionError:
        is_target = False
    if not is_target:
        raise ExpressionError(f"the left-hand side is {task.formula.target}: leave it out", text, 0)
    return " " * match.end() + text[match.end() :]


def compared(task: Task, expr: Expr, base: Law | None) -> tuple[str, str]:
    """The status of the comparison with ``base``, and the same in words."""
    from sr_kernel.equality import compare

    if base is None:
        return "undecided", "there is no law yet to compare it with"
    status = compare(expr, base.expr, time_limit=_DECIDING).status
    text = _WORDS[status].format(to_text(base.expr, digits=4))
    return status, text + (_example(task, expr, base.expr) if status == "different" else "")


def _example(task: Task, expr: Expr, base: Expr) -> str:
    """The row on which the two differ most."""
    names, X = task.variables, task.scoring.X
    mine, theirs = (evaluated(term, names, X) for term in (expr, base))
    gaps = np.nan_to_num(np.abs(mine - theirs), nan=0.0)
    row = int(np.argmax(gaps))
    if not gaps[row] > 0:
        return " with the same values on all rows"
    used = sorted({*variables(expr), *variables(base)})
    point = ", ".join(f"{name} = {X[row, names.index(name)]:.4g}" for name in used)
    return f": {mine[row]:.4g} against {theirs[row]:.4g}" + (point and f" at {point}")
