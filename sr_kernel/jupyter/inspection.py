"""Looking into a law: the steps to the form it has, and the e-graph of all its forms, as JSON.

Everything is bounded: a front end draws what comes, and a notebook file may keep it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from sr_kernel.errors import OptionError
from sr_kernel.expr import Expr, to_text, to_tree
from sr_kernel.report.snapshot import MAX_BYTES, MAX_TEXT, Json
from sr_kernel.search.law import Law

if TYPE_CHECKING:
    from sr_kernel.egraph.classes import ClassGraph, Join, TermClass
    from sr_kernel.egraph.derivation import Step
    from sr_kernel.formula.task import Task

MAX_STEPS = 100
SEARCH_TIME = 0.15
"""Seconds for the rules, in an e-graph and in an explanation."""

TIME_LIMIT = 1.0
"""Seconds for the simplest form of a law; a tenth is enough once the rules are loaded."""

_CUT = "..."


def answer_about(command: str, law: Law, task: Task, found: Expr | None = None) -> Json:
    """The answer to "egraph" or "explain", with the signs of the data taken for granted; ``found``
    is how the law was written before the user wrote it as it is."""
    from sr_kernel.search.presentation import known_signs

    facts = known_signs(task.scoring)
    if command == "egraph":
        return egraph_answer(law, assume=facts)
    return explain_answer(found, law, assume=facts)


def explain_answer(found: Expr | None, law: Law, *, assume: Sequence[str] = ()) -> Json:
    """How ``found`` becomes the law as it is shown; without it, how the law becomes its simplest
    form: ``{"start", "steps", "stop_reason"}``.

    ``assume`` holds facts such as "x > 0".  Raises :class:`OptionError` for too large a law.
    """
    from sr_kernel.simplify import explain

    _check_size(law)
    ends = (law.expr,) if found is None or found is law.expr else (found, law.expr)
    derivation = explain(*ends, assume=assume, time_limit=TIME_LIMIT, search_time=SEARCH_TIME)
    too_many = len(derivation.steps) > MAX_STEPS
    return {
        "start": _written(derivation.start),
        "steps": [_step(step) for step in derivation.steps[:MAX_STEPS]],
        "stop_reason": "too many steps" if too_many else derivation.stop_reason,
    }


def egraph_answer(law: Law, *, assume: Sequence[str] = ()) -> Json:
    """The e-graph of a law as :func:`~sr_kernel.egraph.classes.class_graph` finds it:
    ``{"root", "classes", "joins", "complete"}``.

    ``left`` and ``right`` of a join are the class of its ``before`` and of its ``after``, the same
    number now that they are joined.  Raises :class:`OptionError` for a law that is too large.
    """
    from sr_kernel.egraph.classes import class_graph
    from sr_kernel.numeric.assumption import Assumptions

    _check_size(law)
    graph = class_graph(law.expr, assumptions=Assumptions.parse(assume), time_limit=SEARCH_TIME)
    most = MAX_TEXT
    while len(json.dumps(made := _graph(graph, most), allow_nan=False)) > MAX_BYTES:
        most //= 2
    return made


def _check_size(law: Law) -> None:
    from sr_kernel.egraph.classes import MAX_SIZE

    if law.expr.size > MAX_SIZE:
        raise OptionError(
            f"the law has {law.expr.size} nodes, at most {MAX_SIZE} are looked into: choose a "
            "simpler one"
        )
    length = len(to_text(law.expr))
    if length > MAX_TEXT:
        raise OptionError(
            f"the law has {length} characters, at most {MAX_TEXT} are looked into: choose a "
            "shorter one"
        )


def _written(expr: Expr) -> Json:
    text = to_text(expr)
    if len(text) > MAX_TEXT:
        raise OptionError(
            f"a form on the way has {len(text)} characters, at most {MAX_TEXT} are shown: choose "
            "a shorter law"
        )
    return {"tree": to_tree(expr), "text": text}


def _step(step: Step) -> Json:
    conditions = [_clipped(text, MAX_TEXT) for text in step.conditions]
    return {"rule": step.rule, **_written(step.after), "conditions": conditions}


def _graph(graph: ClassGraph, most: int) -> Json:
    """``graph`` with labels of at most ``most`` characters and no form or join that is longer."""
    classes = [_class(each, most) for each in graph.classes]
    joins = [found for join in graph.joins if (found := _join(join, most)) is not None]
    forms = sum(len(each["forms"]) for each in classes)
    whole = len(joins) == len(graph.joins) and forms == sum(
        len(each.forms) for each in graph.classes
    )
    return {"root": 0, "classes": classes, "joins": joins, "complete": graph.complete and whole}


def _join(join: Join, most: int) -> Json | None:
    before, after = to_text(join.before), to_text(join.after)
    if max(len(before), len(after)) > most:
        return None
    number = join.number
    return {"rule": join.rule, "left": number, "right": number, "before": before, "after": after}


def _class(each: TermClass, most: int) -> Json:
    texts = [(form, to_text(form)) for form in each.forms]
    return {
        "id": each.number,
        "forms": [
            {"tree": to_tree(form), "text": text} for form, text in texts if len(text) <= most
        ],
        "nodes": [
            {"op": node.operator, "text": _clipped(to_text(node.term), most),
             "children": list(node.children)}
            for node in each.nodes
        ],
    }  # fmt: skip


def _clipped(text: str, most: int) -> str:
    return text if len(text) <= most else text[: max(0, most - len(_CUT))] + _CUT[:most]
