"""Isolated simplification: limits that hold whatever the work does, workers that are replaced."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sr_kernel.errors import AssumptionError, OptionError
from sr_kernel.expr import Expr, parse, to_text
from sr_kernel.numeric.assumption import Assumptions
from sr_kernel.simplify import simplify, simplify_all, simplify_detailed
from sr_kernel.simplify.process import SimplifierProcess, shared_process
from sr_kernel.simplify.situation import Situation

pytestmark = pytest.mark.usefixtures("uncovered")



def product(factors: int) -> str:
    return "*".join(f"(x**{i} + y**{i + 1} + {i})**{i % 5 + 2}" for i in range(1, factors + 1))


HARD, HARDER = product(29), product(49)
EASY = ["x + x", "sin(x)**2 + cos(x)**2", "x/x", "sqrt(y**2)", HARD]


def hungry(expr: Expr) -> float:
    """A cost that takes all memory it can have where it meets the variable ``glutton``."""
    if "glutton" in to_text(expr):
        len([bytearray(2**26) for _ in range(10_000)])
    return expr.size


def deadly(expr: Expr) -> float:
    """A cost that brings the process down where it meets the variable ``killer``."""
    if "killer" in to_text(expr):
        os.abort()
    return expr.size


def sleepy(expr: Expr) -> float:
    """A cost that no deadline can interrupt."""
    if "sleeper" in to_text(expr):
        time.sleep(60.0)
    return expr.size


def situation(cost: object = "size", time_limit: float | None = None) -> Situation:
    return Situation.of(Assumptions(), "isolated", cost, time_limit)  # type: ignore[arg-type]


@pytest.fixture
def process(monkeypatch: pytest.MonkeyPatch) -> Iterator[SimplifierProcess]:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))
    monkeypatch.setitem(sys.modules, "test_process", sys.modules[__name__])
    for cost in (hungry, deadly, sleepy):
        monkeypatch.setattr(cost, "__module__", "test_process")
    made = SimplifierProcess(megabytes=300)
    yield made
    made.close()


def test_results_are_the_same_as_in_this_process() -> None:
    assert simplify_all(EASY[:4], isolate=True) == simplify_all(EASY[:4])
    found = simplify_detailed("x/x", isolate=True)
    assert (to_text(found.result), found.conditions, found.stop_reason) == (
        "1",
        ("x != 0",),
        "done",
    )
    assert simplify("sqrt(x**2)", assume="x > 0", isolate=True) == "x"
    assert simplify_all([], isolate=True) == []


def test_one_worker_serves_all_calls() -> None:
    simplify("x + x", isolate=True)
    pid = shared_process().pid
    simplify("x - x", isolate=True)
    assert shared_process().pid == pid


def test_errors_are_raised_here() -> None:
    with pytest.raises(AssumptionError):
        simplify("x", assume=("x > 0", "x < 0"), isolate=True)
    with pytest.raises(OptionError, match="cannot be sent"):
        simplify("x + x", cost=lambda expr: expr.size, isolate=True)


def test_errors_of_a_cost_come_back(process: SimplifierProcess) -> None:
    with pytest.raises(OptionError):
        process.run(situation(broken), [parse("x + x")])
    [found] = process.run(situation(), [parse("x + x")])
    assert found.result is parse("2*x")


def broken(expr: Expr) -> float:
    raise OptionError("no cost today")


@pytest.mark.skipif(sys.platform != "linux", reason="address space is limited on Linux")
def test_out_of_memory_costs_one_term_its_simplification(process: SimplifierProcess) -> None:
    terms = [parse(text) for text in ("x + x", "glutton + glutton", "y*y", "z - z")]
    found = process.run(situation(hungry), terms)
    assert [item.stop_reason for item in found] == ["done", "memory", "done", "done"]
    assert [to_text(item.result) for item in found] == ["2*x", "glutton + glutton", "y**2", "0"]


def test_a_worker_that_dies_is_replaced(process: SimplifierProcess) -> None:
    terms = [parse(text) for text in ("x + x", "y*y", "killer + killer")]
    found = process.run(situation(deadly), terms)
    assert [item.stop_reason for item in found] == ["done", "done", "failed"]
    assert found[2].result is terms[2]
    assert process.run(situation(), terms)[2].stop_reason == "done"


def test_what_cannot_be_interrupted_is_killed_in_time(process: SimplifierProcess) -> None:
    process.start()
    term = parse("sleeper + sleeper")
    started = time.monotonic()
    [found] = process.run(situation(sleepy, 0.5), [term])
    assert time.monotonic() - started < 1.5 * 0.5 + 0.05 + 0.2  # a busy machine's share
    assert (found.result, found.stop_reason) == (term, "time")


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
@pytest.mark.parametrize(("sign", "reason"), [("SIGKILL", "memory"), ("SIGSEGV", "failed")])
def test_a_worker_killed_at_work_is_replaced(
    process: SimplifierProcess, sign: str, reason: str
) -> None:
    process.start()
    pid = process.pid
    assert pid is not None
    threading.Timer(0.3, os.kill, (pid, getattr(signal, sign))).start()
    term = parse("sleeper + sleeper")
    [found] = process.run(situation(sleepy), [term])
    assert (found.result, found.stop_reason) == (term, reason)
    [found] = process.run(situation(), [parse("x + x")])
    assert (found.result, found.stop_reason) == (parse("2*x"), "done")
    assert process.pid != pid


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
def test_a_worker_killed_between_two_calls_is_replaced() -> None:
    simplify("x + x", isolate=True)
    pid = shared_process().pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    time.sleep(0.5)
    assert simplify("x + x", isolate=True) == "2*x"


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
def test_interrupts_end_the_wait_and_the_worker(process: SimplifierProcess) -> None:
    process.start()
    pid = process.pid
    sent: list[float] = []

    def interrupt() -> None:
        sent.append(time.monotonic())
        os.kill(os.getpid(), signal.SIGINT)

    threading.Timer(0.3, interrupt).start()
    with pytest.raises(KeyboardInterrupt):
        process.run(situation(sleepy), [parse("sleeper + sleeper")])
    assert time.monotonic() - sent[0] < 0.5
    assert process.pid is None
    assert process.run(situation(), [parse("x + x")])[0].result is parse("2*x")
    assert process.pid != pid


def test_time_limits_hold() -> None:
    for limit in (0.1, 0.4):
        taken = []
        for _ in range(3):  # the best of three: another process may have had the machine
            shared_process().start()
            started = time.monotonic()
            found = simplify_detailed(HARDER, time_limit=limit, isolate=True)
            taken.append(time.monotonic() - started)
            assert found.stop_reason == "time"
        assert min(taken) < 1.5 * limit + 0.05


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
def test_the_worker_ends_with_its_parent() -> None:
    program = (
        "import os, signal\n"
        "from sr_kernel.simplify.process import shared_process\n"
        "shared_process().start()\n"
        "print(shared_process().pid, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    worker, end = int(run.stdout), time.monotonic() + 10.0
    while time.monotonic() < end and _is_alive(worker):
        time.sleep(0.05)
    assert not _is_alive(worker)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat")
    return not (state.exists() and state.read_text().rpartition(")")[2].split()[0] == "Z")
