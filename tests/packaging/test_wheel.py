"""The wheel, built as pip builds it from a source distribution."""

import os
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXTENSION = "share/jupyter/labextensions/sr-kernel/"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("packages")
    build("sdist", ROOT, folder, SKIP_JUPYTER_BUILDER="1")
    (archive,) = folder.glob("*.tar.gz")
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")
    (unpacked,) = (path for path in folder.iterdir() if path.is_dir())
    return unpacked


@pytest.fixture(scope="module")
def wheel(sources: Path) -> Iterator[zipfile.ZipFile]:
    build("wheel", sources, sources.parent)
    (path,) = sources.parent.glob("*.whl")
    with zipfile.ZipFile(path) as opened:
        yield opened


def build(kind: str, source: Path, target: Path, **settings: str) -> None:
    scripts = str(Path(sys.executable).parent)
    environment = os.environ | {"PATH": f"{scripts}:{os.environ['PATH']}"} | settings
    done = subprocess.run(
        [sys.executable, "-m", "build", f"--{kind}", "--no-isolation", "-o", target, source],
        env=environment, capture_output=True, text=True, timeout=280, check=False,
    )  # fmt: skip
    assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]


def test_has_the_package_with_its_data(wheel: zipfile.ZipFile, sources: Path) -> None:
    names = set(wheel.namelist())
    expected = {
        "sr_kernel/__init__.py",
        "sr_kernel/py.typed",
        "sr_kernel/guide/card.md",
        "sr_kernel/guide/excluded.txt",
        "sr_kernel/guide/guide.safetensors",
        "sr_kernel/static/widget.js",
        "sr_kernel/static/widget.css",
        "sr_kernel/notebooks/01_first_law.ipynb",
    }
    assert expected <= names
    kinds = {Path(name).suffix for name in names}
    assert {".py", ".css", ".csv", ".egg"} <= kinds
    rules = {f"sr_kernel/rewrite_rules/{path.name}" for path in sources.glob("rewrite_rules/*.egg")}
    assert rules == {name for name in names if name.endswith(".egg")}


def test_has_the_extension_where_jupyter_looks_for_it(wheel: zipfile.ZipFile) -> None:
    shared = [name.partition("/data/")[2] for name in wheel.namelist() if "/data/" in name]
    assert {EXTENSION + "package.json", EXTENSION + "install.json"} <= set(shared)
    assert any(name.startswith(EXTENSION + "static/remoteEntry.") for name in shared)
    assert all(name.startswith(EXTENSION) for name in shared)


def test_has_nothing_else(wheel: zipfile.ZipFile) -> None:
    names = wheel.namelist()
    assert not [name for name in names if name.startswith(("tests/", "labextension/"))]
    assert not [name for name in names if name.startswith("sr_kernel/labextension")]
    assert not [name for name in names if "node_modules" in name or name.endswith((".ts", ".map"))]


def test_is_small(wheel: zipfile.ZipFile) -> None:
    guide = [item for item in wheel.infolist() if item.filename.endswith(".safetensors")]
    assert [item.filename for item in guide] == ["sr_kernel/guide/guide.safetensors"]
    assert 1_000_000 < guide[0].file_size < 12_000_000
    rest = sum(item.compress_size for item in wheel.infolist()) - guide[0].compress_size
    assert rest < 1_000_000
    extension = [item for item in wheel.infolist() if EXTENSION in item.filename]
    assert sum(item.compress_size for item in extension) < 150_000
