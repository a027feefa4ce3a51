"""The command as a process: exit codes, Ctrl-C, and a reader that goes away."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from sr_kernel import __version__
from sr_kernel.cli import command, main

pytestmark = pytest.mark.usefixtures("uncovered")

SR_KERNEL = [sys.executable, "-m", "sr_kernel.cli"]


@pytest.fixture
def process(tmp_path):
    """process(*words) -> a started sr-kernel; killed at the end of the test."""
    started = []

    def start(*words):
        found = subprocess.Popen(
            [*SR_KERNEL, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        started.append(found)
        return found

    yield start
    for found in started:
        with found:
            if found.poll() is None:
                found.kill()


@pytest.fixture
def hard(tmp_path):
    """Data that keeps a search busy."""
    import numpy as np

    generator = np.random.default_rng(0)
    X = generator.uniform(1, 5, (400, 4))
    y = np.sin(X[:, 0] * X[:, 1]) / (X[:, 2] + np.exp(X[:, 3])) + generator.normal(0, 0.1, 400)
    path = tmp_path / "hard.csv"
    np.savetxt(path, np.column_stack([X, y]), delimiter=",", header="a,b,c,d,y", comments="")
    return str(path)


def test_version(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"sr-kernel {__version__}\n"


def test_internal_errors_are_one_line(monkeypatch, capsys):
    def broken(argv):
        raise RuntimeError("what\nnow")

    monkeypatch.setattr(command, "parse_arguments", broken)
    assert main(["datasets"]) == 2
    assert "internal error, RuntimeError: what now" in capsys.readouterr().err
    monkeypatch.setenv("SR_KERNEL_DEBUG", "1")
    with pytest.raises(RuntimeError):
        main(["datasets"])


def test_ctrl_c_prints_what_was_found(process, hard):
    search = process("discover", "y ~ .", "--data", hard, "--time", "120", "--json")
    time.sleep(6)
    search.send_signal(signal.SIGINT)
    asked = time.monotonic()
    out, err = search.communicate(timeout=60)
    assert search.returncode == 130
    assert json.loads(out)["front"]
    assert json.loads(out)["stop_reason"] == "stopped"
    assert time.monotonic() - asked < 5
    assert "Traceback" not in err


def test_ctrl_c_before_anything_is_found(process):
    waiting = process("simplify", "-", "--json")
    waiting.stdin.write('{"expr": "x + x"}\n')
    waiting.stdin.flush()
    assert json.loads(waiting.stdout.readline())["result"] == "2*x"
    waiting.send_signal(signal.SIGINT)
    assert waiting.wait(timeout=20) == 130
    assert waiting.stderr.read() == "sr-kernel: interrupted\n"


def test_a_pipe_is_answered_line_by_line(process):
    stream = process("equivalent", "-", "--json")
    for b, status in (("x + x", "equal"), ("x", "different")):
        stream.stdin.write(json.dumps({"a": "2*x", "b": b}) + "\n")
        stream.stdin.flush()
        assert json.loads(stream.stdout.readline())["status"] == status
    out, _ = stream.communicate(timeout=20)
    assert (out, stream.returncode) == ("", 0)


def test_a_reader_that_goes_away_is_no_error(process):
    stream = process("simplify", "-", "--json")
    stream.stdout.close()
    stream.stdin.write('{"expr": "x"}\n' * 5_000)
    stream.stdin.close()
    assert stream.wait(timeout=60) == 0
    assert stream.stderr.read() == ""


def test_closed_stdin():
    done = subprocess.run(
        [*SR_KERNEL, "simplify", "-", "--json"], stdin=subprocess.DEVNULL, capture_output=True,
        check=False, env=os.environ,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_results_are_printed_whatever_the_terminal_can_show():
    words = [sys.executable, "-m", "sr_kernel.cli", "simplify", "größe + größe"]
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(words, capture_output=True, env=environment, check=True)
    assert done.stdout.split() == [rb"2*gr\xf6\xdfe"]
