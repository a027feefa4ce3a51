"""The searches of this kernel by key, so that a page that was reloaded finds its own again."""

from __future__ import annotations

from collections import deque
from typing import Any
from weakref import WeakValueDictionary

from sr_kernel.jupyter.channel import TARGET, Message
from sr_kernel.jupyter.session import Session

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
