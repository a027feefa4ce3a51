"""The shell door, called in this process."""

import json
from types import SimpleNamespace

import pytest

from sr_kernel.cli import main


@pytest.fixture
def shell(capsys):
    """shell("simplify", "x") -> code, out (lines), err (lines) and, for JSON, answers."""

    def call(*words):
        code = main(words)
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        out = captured.out.splitlines()
        return SimpleNamespace(
            code=code, out=out, err=captured.err.splitlines(),
            answers=[json.loads(line) for line in out if line.startswith("{")],
        )  # fmt: skip

    return call


@pytest.fixture
def stdin(monkeypatch):
    """stdin(lines): what the command reads."""
    import io

    def give(*lines):
        raw = b"".join(line if isinstance(line, bytes) else line.encode() + b"\n" for line in lines)
        monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(raw)))

    return give
