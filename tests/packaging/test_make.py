"""What `make` says on a machine that lacks something."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOOLS = (
    "bash", "cat", "cp", "dirname", "env", "expand", "find", "grep", "id", "make", "mkdir", "rm",
    "sed", "tail", "touch",
)  # fmt: skip


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A folder with the Makefile and what it reads, and a PATH with ordinary tools only."""
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in TOOLS:
        found = shutil.which(name)
        assert found is not None
        (tools / name).symlink_to(found)
    project = tmp_path / "project"
    (project / "labextension" / "src").mkdir(parents=True)
    (project / "labextension" / "style").mkdir()
    names = ("Makefile", "pyproject.toml", "constraints.txt", "package.json", "yarn.lock")
    for name in (*names, ".yarnrc.yml"):
        shutil.copy(ROOT / name, project / name)
    return project


def make(project: Path, *arguments: str) -> tuple[int, str, str]:
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("MAKE")
    } | {"PATH": str(project.parent / "tools")}
    done = subprocess.run(
        ["make", "--no-print-directory", *arguments],
        cwd=project, env=environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


def tool(project: Path, name: str, script: str) -> None:
    path = project.parent / "tools" / name
    path.write_text(f"#!/bin/bash\n{script}\n")
    path.chmod(0o755)


def test_lists_its_targets(bare: Path) -> None:
    code, output, _ = make(bare)
    assert code == 0
    targets = {line.split()[0] for line in output.splitlines()}
    assert {"install", "demo", "lab", "test", "lint", "clean"} <= targets


def test_names_a_missing_python(bare: Path) -> None:
    code, _, errors = make(bare, "install")
    assert code == 2
    assert "python3 is not on the PATH: install Python 3.11 or newer" in errors


def test_names_an_old_python(bare: Path) -> None:
    tool(bare, "python3", 'if [ "$1" = -V ]; then echo Python 3.9.2; else exit 1; fi')
    code, _, errors = make(bare, "install")
    assert code == 2
    assert "Python 3.11 or newer is needed, but python3 is Python 3.9.2" in errors


def test_names_a_python_without_venv(bare: Path) -> None:
    tool(bare, "python3", '[[ "$2" != *ensurepip* ]]')
    code, _, errors = make(bare, "install")
    assert code == 2
    assert "install Debian's package python3-venv" in errors


@pytest.mark.parametrize(
    ("node", "sentence"),
    [
        (None, "Node.js is not on the PATH"),
        ("echo v18.1.0; [ $1 = --version ]", "Node.js 20.19+ or 22.12+ is needed, but"),
    ],
)
def test_names_a_missing_or_old_node(bare: Path, node: str | None, sentence: str) -> None:
    if node is not None:
        tool(bare, "node", node)
    for name in (".venv/bin/python", ".venv/stamps/python"):
        path = bare / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    code, _, errors = make(bare, ".venv/stamps/node_modules")
    assert code == 2
    assert sentence in errors


def test_continuous_integration_runs_every_test() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert script.read_text().rstrip().endswith("exec make test")
