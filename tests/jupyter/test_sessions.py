"""Sessions by key."""

import gc
from collections import deque
from types import SimpleNamespace

import pytest

from sr_kernel.jupyter import sessions


@pytest.fixture(autouse=True)
def _none_before(monkeypatch):
    monkeypatch.setattr(sessions, "_recent", deque(maxlen=sessions.KEPT))


class Known:
    def __init__(self, key):
        self.key = key
        self.attached = []

    def attach(self, comm):
        self.attached.append(comm)


def ask(comm, data):
    sessions.opened(comm, {"content": {"data": data}})


def test_a_known_session_takes_the_comm(make):
    session, comm = Known("k1"), make.Comm()
    sessions.remember(session)
    ask(comm, {"session": "k1"})
    assert session.attached == [comm]
    assert not comm.closed


def test_an_unknown_session_closes_it(make):
    for data in ({"session": "nobody"}, {"session": ["k1"]}, {}, "k1", None):
        comm = make.Comm()
        ask(comm, data)
        assert comm.closed


def test_old_sessions_are_let_go(make):
    sessions.remember(Known("old"))
    for i in range(sessions.KEPT):
        sessions.remember(Known(f"new{i}"))
    gc.collect()
    comm = make.Comm()
    ask(comm, {"session": "old"})
    assert comm.closed
    ask(again := make.Comm(), {"session": "new0"})
    assert not again.closed


def test_the_target_is_registered_and_taken_back(monkeypatch):
    targets = {}
    manager = SimpleNamespace(
        register_target=targets.__setitem__,
        unregister_target=lambda name, function: targets.pop(name),
    )
    monkeypatch.setattr("comm.get_comm_manager", lambda: manager)
    sessions.register_target()
    assert targets == {"sr_kernel": sessions.opened}
    sessions.unregister_target()
    assert targets == {}
