"""A real kernel, played against at the protocol level as JupyterLab does.

The searches here are of noise, so that they do not end by themselves.
"""

import itertools
import os
import statistics
import time
from collections.abc import Callable
from queue import Empty
from typing import Any

import pytest
from jupyter_client.manager import start_new_kernel

from sr_kernel.report.snapshot import MIME, validate

pytestmark = pytest.mark.slow

SETUP = """
%load_ext sr_kernel
import numpy as np, pandas as pd
_r = np.random.default_rng(1)
noise = pd.DataFrame(_r.uniform(1, 2, (400, 4)), columns=list("abcd"))
noise["y"] = noise.a * np.sin(3 * noise.b) + noise.c**2 / noise.d + _r.normal(0, 0.3, 400)
"""
SEARCH = "%%discover y ~ . --data noise --time 60s --seed 1 -o laws\n"


class Cell:
    """A cell that runs, and the messages that it and the comms sent so far, with their times."""

    def __init__(self, kernel: "Kernel", code: str) -> None:
        self.kernel, self.client = kernel, kernel.client
        self.messages: list[tuple[float, dict[str, Any]]] = []
        self.start = time.perf_counter()
        self.request = self.client.execute(code)

    def until(self, found: Callable[[dict[str, Any]], Any], timeout: float = 20.0) -> Any:
        """What ``found`` makes of the first message that it accepts."""
        end = time.perf_counter() + timeout
        while time.perf_counter() < end:
            try:
                message = self.client.get_iopub_msg(timeout=0.05)
            except Empty:
                continue
            self.messages.append((time.perf_counter(), message))
            if accepted := found(message):
                return accepted
        kinds = [message["msg_type"] for _, message in self.messages]
        last = [snapshot["message"] for _, snapshot in self.snapshots()][-1:]
        raise AssertionError(f"not within {timeout} s: {kinds}, {last}, {self.printed()}")

    def listen(self, seconds: float) -> None:
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            try:
                message = self.client.get_iopub_msg(timeout=0.02)
            except Empty:
                continue
            self.messages.append((time.perf_counter(), message))

    def opened(self) -> dict[str, Any]:
        return self.until(
            lambda m: (
                m["msg_type"] == "comm_open"
                and m["content"]["target_name"] == "sr_kernel"
                and m["content"]
            )
        )

    def running(self) -> dict[str, Any]:
        """Wait until there is something on the front; the comm that was opened."""
        comm = self.opened()
        self.until(lambda m: (_snapshot(m) or {}).get("front"))
        return comm

    def ask(
        self, comm_id: str, *, subshell: str | None = None, **request: Any
    ) -> tuple[Any, float]:
        """The answer and the seconds it took."""
        number = self.kernel.number()
        start = time.perf_counter()
        self.kernel.send(
            "comm_msg", {"comm_id": comm_id, "data": {"id": number, **request}}, subshell
        )
        reply = self.until(
            lambda m: (
                m["msg_type"] == "comm_msg"
                and m["content"]["data"].get("re") == number
                and m["content"]["data"]
            )
        )
        return reply, time.perf_counter() - start

    def end(self, timeout: float = 20.0) -> dict[str, Any]:
        """Wait for the kernel to be idle; the reply to the cell."""
        self.until(
            lambda m: (
                m["msg_type"] == "status"
                and m["content"]["execution_state"] == "idle"
                and m["parent_header"].get("msg_id") == self.request
            ),
            timeout,
        )
        while True:
            reply = self.client.get_shell_msg(timeout=10)
            if reply["parent_header"].get("msg_id") == self.request:
                return reply["content"]

    def snapshots(self) -> list[tuple[float, dict[str, Any]]]:
        return [(t, s) for t, m in self.messages if (s := _snapshot(m)) is not None]

    def saved(self) -> list[dict[str, Any]]:
        """The outputs that a notebook would have kept, one after the other."""
        kinds = ("display_data", "update_display_data")
        return [m["content"]["data"] for _, m in self.messages if m["msg_type"] in kinds]

    def printed(self) -> str:
        return "".join(m["content"]["text"] for _, m in self.messages if m["msg_type"] == "stream")


class Kernel:
    def __init__(self) -> None:
        # Times are measured here, and counting lines would be measured with them.
        untraced = {k: v for k, v in os.environ.items() if not k.startswith("COVERAGE_")}
        self.manager, self.client = start_new_kernel(startup_timeout=60, env=untraced)
        self._number = 0

    def number(self) -> int:
        self._number += 1
        return self._number

    def send(self, kind: str, content: dict[str, Any], subshell: str | None = None) -> None:
        message = self.client.session.msg(kind, content)
        if subshell is not None:
            message["header"]["subshell_id"] = subshell
        self.client.shell_channel.send(message)

    def subshell(self) -> str:
        self.client.control_channel.send(self.client.session.msg("create_subshell_request"))
        return self.client.get_control_msg(timeout=5)["content"]["subshell_id"]

    def run(self, code: str) -> str:
        cell = Cell(self, code)
        reply = cell.end()
        assert reply["status"] == "ok", reply
        return cell.printed().strip()

    def close(self) -> None:
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)


def measured(name: str, value: float) -> None:
    """Shown by pytest -rP."""
    print(f"{name}: {value:.3f}")


def _snapshot(message: dict[str, Any]) -> dict[str, Any] | None:
    if message["msg_type"] not in ("comm_msg", "comm_open"):
        return None
    return message["content"]["data"].get("snapshot")


@pytest.fixture(scope="module")
def kernel():
    kernel = Kernel()
    kernel.run(SETUP)
    yield kernel
    kernel.close()


def test_a_search_is_live_from_start_to_stop(kernel):
    cell = Cell(kernel, SEARCH)
    comm = cell.running()["comm_id"]

    first = len(cell.messages)
    cell.listen(3.0)
    times = [t for t, m in cell.messages[first:] if _snapshot(m)]
    measured("snapshots a second", len(times) / 3.0)
    assert 6 <= len(times) <= 33
    assert max(b - a for a, b in itertools.pairwise(times)) <= 0.6

    pings = [cell.ask(comm, cmd="nothing")[1] for _ in range(20)]
    measured("ping, median s", statistics.median(pings))
    assert statistics.median(pings) < 0.1

    edits = ["2.0*a*sin(3.1*b) + c", "2.5*a + c**2/d", "0.5*exp(a) - b"]
    taken = []
    for text in edits:
        reply, seconds = cell.ask(comm, cmd="score", text=text)
        measured(f"edit {text}, s", seconds)
        assert reply["law"]["parameters"], reply
        assert reply["verdict"]["status"] in ("different", "undecided", "same_family", "equal")
        taken.append(seconds)
    assert statistics.median(taken) < 0.5
    assert max(taken) < 2.0
    reply, seconds = cell.ask(comm, cmd="score", text="2*nobody")
    assert "nobody" in reply["error"]

    start = time.perf_counter()
    reply, seconds = cell.ask(comm, cmd="stop")
    assert reply["ok"] is True
    measured("stop answered, s", seconds)
    assert cell.end()["status"] == "ok"
    measured("stop to the end of the cell, s", time.perf_counter() - start)
    assert time.perf_counter() - start < 1.5

    last = cell.saved()[-1]
    assert {MIME, "text/html", "text/plain"} <= set(last)
    snapshot = validate(last[MIME])
    assert snapshot["status"] == "stopped"
    assert len(snapshot["edits"]) == len(edits)
    assert snapshot == cell.snapshots()[-1][1]
    assert kernel.run("print(laws.status, len(laws) > 0)") == "stopped True"


def test_an_edit_after_the_end_is_scored_and_saved(kernel):
    cell = Cell(kernel, "laws\n")
    cell.end()
    [session] = [
        m["content"]["data"][MIME]["session"]
        for _, m in cell.messages
        if m["msg_type"] == "execute_result"
    ]
    kernel.send("comm_open", {"comm_id": "later", "target_name": "sr_kernel",
                              "data": {"session": session}})  # fmt: skip
    cell.until(lambda m: _snapshot(m) and m["content"]["comm_id"] == "later")
    reply, seconds = cell.ask("later", cmd="score", text="y = 2*a**1.5")
    assert reply["law"]["equation"]
    assert seconds < 0.5
    saved = cell.until(lambda m: m["msg_type"] == "update_display_data" and m["content"]["data"])
    assert saved[MIME]["edits"][-1]["id"] == reply["law"]["id"]
    assert int(kernel.run("print(len(laws.edits))")) == 4


def test_a_result_shown_again_follows_edits(kernel):
    cell = Cell(kernel, SEARCH.replace("60s", "1s"))
    comm = cell.running()["comm_id"]
    assert cell.end()["status"] == "ok"

    again = Cell(kernel, "laws.show()")
    assert again.end()["status"] == "ok"
    [(_, shown)] = [m for m in again.messages if m[1]["msg_type"] == "display_data"]
    snapshot = validate(shown["content"]["data"][MIME])
    assert snapshot["front"] == cell.saved()[-1][MIME]["front"]
    assert len(snapshot["sample"]["y"]) == len(snapshot["front"][0]["predicted"]) == 200

    again.ask(comm, cmd="score", text="2.5*a + c**2/d")
    update = again.until(lambda m: m["msg_type"] == "update_display_data" and m["content"])
    assert update["transient"]["display_id"] == shown["content"]["transient"]["display_id"]
    [edit] = validate(update["data"][MIME])["edits"]
    assert len(edit["predicted"]) == 200


def test_an_interrupt_keeps_what_was_found(kernel):
    cell = Cell(kernel, "laws = %discover y ~ . --data noise --time 60s\n")
    cell.running()
    start = time.perf_counter()
    kernel.manager.interrupt_kernel()
    assert cell.end()["status"] == "ok"
    measured("interrupt to the end of the cell, s", time.perf_counter() - start)
    assert time.perf_counter() - start < 1.5
    assert kernel.run("print(laws.status, len(laws) > 0)") == "stopped True"


def test_a_blocking_search_can_be_interrupted_too(kernel):
    cell = Cell(kernel, "%%time\n" + SEARCH)
    cell.until(lambda m: (_snapshot(m) or {}).get("front"))
    kernel.manager.interrupt_kernel()
    assert cell.end()["status"] == "ok"
    assert "Wall time" in cell.printed()
    assert cell.saved()[-1][MIME]["status"] == "stopped"
    assert kernel.run("print(len(laws) > 0)") == "True"


@pytest.mark.parametrize("with_subshell", [False, True])
def test_messages_are_handled_in_the_middle_of_a_cell(kernel, with_subshell):
    """The routing of comm messages, which ipykernel 7.4 has changed."""
    subshell = kernel.subshell() if with_subshell else None
    cell = Cell(kernel, SEARCH)
    comm = cell.running()["comm_id"]
    seconds = [cell.ask(comm, subshell=subshell, cmd="nothing")[1] for _ in range(10)]
    measured(f"ping with subshell {with_subshell}, median s", statistics.median(seconds))
    assert statistics.median(seconds) < 0.1
    cell.ask(comm, subshell=subshell, cmd="stop")
    assert cell.end()["status"] == "ok"


def test_a_reloaded_page_finds_its_search_again(kernel):
    cell = Cell(kernel, SEARCH)
    opened = cell.running()
    key = opened["data"]["session"]
    for comm_id, session in (("again", key), ("wrong", "nobody")):
        kernel.send("comm_open", {"comm_id": comm_id, "target_name": "sr_kernel",
                                  "data": {"session": session}})  # fmt: skip
    news = cell.until(lambda m: m["content"].get("comm_id") == "again" and _snapshot(m))
    assert validate(news)["session"] == key
    cell.until(lambda m: m["msg_type"] == "comm_close" and m["content"]["comm_id"] == "wrong")
    assert cell.ask("again", cmd="stop")[0]["ok"] is True
    assert cell.end()["status"] == "ok"


def test_bad_input_is_an_error_of_one_line(kernel):
    cell = Cell(kernel, "%%discover y ~ nobody --data noise\n")
    reply = cell.end()
    assert (reply["status"], reply["ename"]) == ("error", "DiscoverError")
    [error] = [m["content"] for _, m in cell.messages if m["msg_type"] == "error"]
    assert len(error["traceback"]) == 1
    assert "nobody" in error["traceback"][0]


def test_a_bare_line_is_shown_once(kernel):
    cell = Cell(kernel, "%discover y ~ a --data noise --time 1s\n")
    assert cell.end()["status"] == "ok"
    kinds = [m["msg_type"] for _, m in cell.messages]
    assert kinds.count("display_data") == 1
    assert "execute_result" not in kinds
