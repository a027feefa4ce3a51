"""Ctrl-C: simplify ends within half a second, whatever it is doing, and works again at once."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

pytestmark = [
    pytest.mark.skipif(os.name == "nt", reason="interrupts are sent as POSIX signals"),
    pytest.mark.usefixtures("uncovered"),
]

SOON = 0.5
HARD = [
    "*".join(f"(x**{i} + y**{i + 1} + {i})**{i % 5 + 2}" for i in range(1, 30)),
    "1/(1 + sin(x" * 20 + ")" * 40,
    " + ".join(f"sqrt(x{i % 3} + {i})/(1 + exp(-{i}.25*x{i % 4}))" for i in range(60)),
    " + ".join(f"tan(x + {i})*cos(y - {i})**{i % 4 + 1}" for i in range(25)),
]
PROGRAM = """
import sys, time
from signal import SIG_BLOCK, SIG_UNBLOCK, SIGINT, pthread_sigmask
from sr_kernel.simplify import simplify
simplify("sin(x)**2 + cos(x)**2")
print("ready", flush=True)
while True:
    try:
        pthread_sigmask(SIG_UNBLOCK, {SIGINT})
        for hard in sys.argv[1:]:
            simplify(hard)
    except KeyboardInterrupt:
        pthread_sigmask(SIG_BLOCK, {SIGINT})
        print(time.time(), flush=True)
        print(simplify("sin(x)**2 + cos(x)**2 + exp(x)*exp(y)"), flush=True)
"""


@contextmanager
def running(*command: str) -> Iterator[subprocess.Popen[str]]:
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as process:
        guard = threading.Timer(120.0, process.kill)  # so that no read waits for ever
        guard.start()
        try:
            yield process
        finally:
            guard.cancel()
            process.kill()


def said(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    assert process.stderr is not None
    line = process.stdout.readline().strip()
    assert line, process.stderr.read()
    return line


def test_simplify_is_interrupted_and_works_again() -> None:
    rng = random.Random(7)
    with running(sys.executable, "-c", PROGRAM, *HARD) as process:
        assert said(process) == "ready"
        for _ in range(25):
            time.sleep(rng.uniform(0.01, 0.25))
            sent = time.time()
            process.send_signal(signal.SIGINT)
            assert float(said(process)) - sent < SOON
            assert said(process) == "exp(x + y) + 1"


@pytest.mark.parametrize("wait", [0.05, 0.4, 1.1])
def test_the_command_is_interrupted_between_answers(wait: float) -> None:
    with running(sys.executable, "-m", "sr_kernel.cli", "simplify", "-", "--json") as process:
        assert process.stdin is not None
        assert process.stderr is not None
        print(json.dumps({"expr": "x + x"}), file=process.stdin, flush=True)
        assert json.loads(said(process))["result"] == "2*x"
        for hard in HARD * 20:
            print(json.dumps({"expr": hard}), file=process.stdin, flush=True)
        time.sleep(wait)
        sent = time.monotonic()
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=10) == 130
        assert time.monotonic() - sent < SOON
        assert process.stderr.read() == "sr-kernel: interrupted\n"
