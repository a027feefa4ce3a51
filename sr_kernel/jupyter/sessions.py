"""The searches of this kernel by key, so that a page that was reloaded finds its own again."""

from __future__ import annotations

from collections import deque
from typing import Any
from weakref import WeakValueDictionary

import numpy as np

from sr_kernel.expr import Expr, walk
from sr_kernel.formula.task import Task
from sr_kernel.jupyter.channel import TARGET, Message
from sr_kernel.jupyter.session import Session
from sr_kernel.search.problem import Problem

KEPT = 32
"""Finished searches that can still be edited; older ones go, with their data."""

_by_key: WeakValueDictionary[str, Session] = WeakValueDictionary()
_recent: deque[Session] = deque(maxlen=KEPT)


def remember(session: Session) -> None:
    """Keep ``session`` within reach of front ends."""
    _by_key[session.key] = session
    _recent.append(session)


def session_called(key: object) -> Session | None:
    """The session with this key, if the kernel still holds it."""
    return _by_key.get(key) if isinstance(key, str) else None


def known_laws(task: Task) -> tuple[Expr, ...]:
    """What the last search of this kernel for the same rows has found, as terms that the problem of
    ``task`` allows."""
    for session in reversed(_recent):
        if session.found and _same_rows(session.task, task):
            return tuple(expr for expr in session.found if _is_allowed(expr, task.problem))
    return ()


def _same_rows(one: Task, other: Task) -> bool:
    a, b = one.problem, other.problem
    return (
        a.variables == b.variables
        and one.derived == other.derived
        and np.array_equal(a.y, b.y)
        and np.array_equal(a.X, b.X)
    )


def _is_allowed(expr: Expr, problem: Problem) -> bool:
    known = {*problem.exact_operators, "number", "symbol", "neg", "pi", "e"}
    known |= {"add"} if "sub" in known else set()
    return expr.size <= problem.exact_size and all(node.op in known for node in walk(expr))


def opened(comm: Any, message: Message) -> None:
    """A front end opened ``comm`` to ask for a session by key; anything else is closed again."""
    data = message["content"]["data"]
    session = session_called(data.get("session") if isinstance(data, dict) else None)
    if session is None:
        comm.close()
    else:
        session.attach(comm)


def register_target() -> None:
    """Let front ends ask this kernel for its searches."""
    from comm import get_comm_manager

    get_comm_manager().register_target(TARGET, opened)


def unregister_target() -> None:
    """Undo ``register_target``."""
    from comm import get_comm_manager

    get_comm_manager().unregister_target(TARGET, opened)
