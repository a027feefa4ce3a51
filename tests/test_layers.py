"""The house has one direction: a layer imports only the layers to its left."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import sr_kernel

PACKAGE = Path(sr_kernel.__file__).parent
ORDER = (
    "errors", "expr", "numeric", "egraph", "equality", "simplify", "search", "guide", "formula",
    "report", "estimator", "cli", "jupyter",
)  # fmt: skip
LEVEL = {layer: min(level, ORDER.index("cli")) for level, layer in enumerate(ORDER)}
"""``cli`` and ``jupyter`` stand side by side."""

MODULES = sorted(
    path for path in PACKAGE.rglob("*.py") if path.relative_to(PACKAGE) != Path("__init__.py")
)
HOME = {"egglog": "egraph", "torch": "guide", "IPython": "jupyter", "ipykernel": "jupyter",
        "ipywidgets": "jupyter", "anywidget": "jupyter", "comm": "jupyter"}  # fmt: skip
"""Libraries that one layer keeps to itself."""


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative imports hide the direction"
            yield node.module or ""
            if node.module == "sr_kernel":
                yield from (f"sr_kernel.{alias.name}" for alias in node.names)


def _layer(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def _wrong_imports(path: Path) -> list[str]:
    own = _layer(path)
    wrong = []
    for name in _imports(path):
        head, _, rest = name.partition(".")
        if head == "sr_kernel" and rest:
            layer = rest.split(".")[0]
            if layer != own and layer in LEVEL and LEVEL[layer] >= LEVEL[own]:
                wrong.append(name)
        elif HOME.get(head, own) != own:
            wrong.append(name)
    return wrong


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_go_leftward_only(path: Path) -> None:
    assert _layer(path) in LEVEL, f"{path} is in no layer"
    assert _wrong_imports(path) == []


def test_a_wrong_import_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(globals(), "PACKAGE", tmp_path)
    module = tmp_path / "numeric" / "noun.py"
    module.parent.mkdir()
    module.write_text("from sr_kernel.search import engine\nimport egglog\nimport sr_kernel.expr\n")
    assert _wrong_imports(module) == ["sr_kernel.search", "egglog"]


_HEAVY = (
    "torch", "IPython", "ipywidgets", "anywidget", "jupyterlab", "pandas", "sympy", "sklearn",
    "scipy", "numba", "egglog", "flint", "matplotlib",
)  # fmt: skip


def _loaded(code: str) -> set[str]:
    probe = f"import sys\n{code}\nprint(*{{name.split('.')[0] for name in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_importing_the_package_loads_nothing_heavy() -> None:
    names = "simplify, simplify_all, equivalent, compare, explain, canonical_hash"
    assert _loaded(f"from sr_kernel import {names}").isdisjoint(_HEAVY)


def test_the_package_itself_loads_next_to_nothing() -> None:
    loaded = _loaded("import sr_kernel\nfrom sr_kernel.cli import main\nassert callable(main)")
    assert loaded.isdisjoint({"numpy", *_HEAVY})


def test_names_come_on_demand_and_the_simplifier_is_a_function() -> None:
    assert all(getattr(sr_kernel, name) is not None for name in sr_kernel.__all__)
    assert set(sr_kernel.__all__) <= set(dir(sr_kernel))
    _loaded("import sr_kernel.simplify.pipeline, sr_kernel\nassert sr_kernel.simplify('x') == 'x'")


def test_the_simplifier_needs_neither_torch_nor_jupyter() -> None:
    loaded = _loaded(
        "import sr_kernel as s\n"
        "s.simplify('sin(x)**2 + cos(x)**2'); s.equivalent('x*(y + 1)', 'x*y + x')\n"
        "s.explain('x + x'); s.canonical_hash('x')"
    )
    assert loaded.isdisjoint({"torch", "IPython", "ipykernel", "ipywidgets", "anywidget",
                              "jupyterlab", "pandas", "sklearn"})  # fmt: skip
