"""Every code block of README.md does what it says."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
BLOCKS = re.findall(
    r"^```(\w+)\n(.*?)^```$", (ROOT / "README.md").read_text(encoding="utf-8"), re.M | re.S
)
PYTHON = [code for language, code in BLOCKS if language == "python"]
COMMANDS = [
    line for language, code in BLOCKS if language == "sh" for line in code.splitlines() if line
]


def test_no_block_is_left_out() -> None:
    assert {language for language, _ in BLOCKS} == {"python", "sh"}
    assert len(PYTHON) >= 4
    assert len(COMMANDS) >= 5


@pytest.mark.parametrize("code", PYTHON, ids=lambda code: code.splitlines()[0])
def test_python_block(
    interactive_shell: object, code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All in one shell, as a reader would type them in turn."""
    monkeypatch.chdir(tmp_path)
    result = interactive_shell.run_cell(code)  # type: ignore[attr-defined]
    result.raise_error()


@pytest.mark.parametrize("command", COMMANDS)
def test_command(command: str, tmp_path: Path) -> None:
    program, *arguments = shlex.split(command)
    if program == "make":  # what the targets do is tested by the commands they run
        done = subprocess.run(["make", "-n", *arguments], cwd=ROOT, capture_output=True, text=True)
    else:
        assert program == "sr-kernel"
        if arguments == ["demo"]:  # its minute is spent in tests/jupyter/test_notebooks.py
            arguments.append("--help")
        path = Path(sys.executable).parent / program
        done = subprocess.run(
            [path, *arguments], cwd=tmp_path, capture_output=True, text=True, env=dict(os.environ)
        )
    assert done.returncode == 0, done.stderr
    assert done.stdout
