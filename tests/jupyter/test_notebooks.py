"""The notebooks run from top to bottom, and their results are what a reader sees afterwards."""

from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient
from nbconvert import HTMLExporter

from sr_kernel.expr import parse
from sr_kernel.numeric import compile_program, evaluate
from sr_kernel.report.snapshot import MIME, validate

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
TUTORIAL = NOTEBOOKS.parent / "labextension" / "src" / "lab" / "tutorial.json"
"""What the launcher of JupyterLab opens."""


@pytest.mark.parametrize("path", sorted(NOTEBOOKS.glob("*.ipynb")), ids=lambda path: path.stem)
def test_notebooks_are_kept_without_outputs(path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert cells
    assert all(not cell.outputs and cell.execution_count is None for cell in cells)
    assert path.stat().st_size < 20_000


@pytest.fixture(scope="module")
def executed():
    return run("01_first_law")


def run(name: str) -> Any:
    """The notebook with the outputs of a run from top to bottom; it fails where a cell does."""
    return executed_copy(NOTEBOOKS / f"{name}.ipynb")


def executed_copy(path: Path) -> Any:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    with pytest.MonkeyPatch.context() as patch:
        # A search has seconds; measuring its coverage would take most of them.
        patch.delenv("COVERAGE_PROCESS_CONFIG", raising=False)
        NotebookClient(notebook, timeout=60, kernel_name="python3").execute()
    return notebook


def snapshots(notebook: Any) -> dict[str, dict[str, Any]]:
    """The snapshots in the outputs by the name of the data."""
    bundles = [
        output.data
        for cell in notebook.cells
        for output in cell.get("outputs", ())
        if MIME in output.get("data", {})
    ]
    assert all({"text/html", "text/plain", "text/latex"} <= set(bundle) for bundle in bundles)
    return {bundle[MIME]["data"]: validate(bundle[MIME]) for bundle in bundles}


def values(snapshot: dict[str, Any], **columns: Any) -> list[np.ndarray]:
    """What each law of the front says for ``columns``."""
    names = snapshot["variables"]
    X = np.column_stack([np.asarray(columns[name], dtype=float) for name in names])
    programs = [compile_program(parse(law["equation"], names), names) for law in snapshot["front"]]
    return [np.broadcast_to(evaluate(program, X), len(X)) for program in programs]


def is_flat(numbers: np.ndarray, tolerance: float) -> bool:
    return bool(np.ptp(numbers) <= tolerance * abs(numbers.mean()) and abs(numbers.mean()) > 0)


@pytest.mark.slow
def test_the_first_notebook_finds_its_four_laws(executed):
    found = snapshots(executed)
    assert set(found) == {"kepler", "planets_modern", "leavitt1912", "hydrogen_lines"}
    assert all(snapshot["status"] == "finished" for snapshot in found.values())
    a = np.array([0.4, 1.0, 5.0, 30.0])
    for planets in ("kepler", "planets_modern"):
        assert any(is_flat(P / a**1.5, 1e-6) for P in values(found[planets], a=a))
    P = np.array([1.0, 2.0, 4.0, 8.0, 16.0])
    steps = [np.diff(brightness) for brightness in values(found["leavitt1912"], P=P)]
    assert any(is_flat(step, 1e-6) and step[0] < 0 for step in steps)
    n1, n2 = np.array([[1, 2], [1, 7], [2, 3], [4, 9], [5, 6]], dtype=float).T
    waves = values(found["hydrogen_lines"], n1=n1, n2=n2)
    assert any(is_flat(wave * (1 / n1**2 - 1 / n2**2), 1e-6) for wave in waves)


@pytest.mark.slow
def test_its_export_shows_the_results_without_a_script_of_ours(executed):
    page, _ = HTMLExporter().from_notebook_node(executed)
    assert page.count("<svg") >= 4
    assert page.count("<math") >= 4
    assert "distinct functions" in page
    assert "vnd.sr-kernel" not in page


@pytest.mark.slow
def test_the_tutorial_of_the_launcher_finds_its_law():
    found = snapshots(executed_copy(TUTORIAL))
    assert found["planets"]["status"] == "finished"
    a = np.array([0.4, 1.0, 5.0, 30.0])
    assert any(is_flat(P / a**1.5, 1e-6) for P in values(found["planets"], a=a))


def said(notebook: Any) -> dict[str, str]:
    """What each cell prints and displays, as text, by the cell's id."""
    return {
        cell.id: "".join(
            output.get("text") or output.get("data", {}).get("text/plain", "")
            for output in cell.get("outputs", ())
        ).strip()
        for cell in notebook.cells
    }


@pytest.mark.slow
def test_the_second_notebook_simplifies_and_explains():
    found = said(run("02_simplify_and_explain"))
    assert found["simplify-text-form"] == "'(x + 1)**3'"
    assert found["simplify-sympy"] == "cosh(x)"
    assert "abs(x)" in found["simplify-all"]
    assert found["assume"].split() == ["abs(x)", "x", "1"]
    assert found["domain"].splitlines()[0] == "preserve: (x**2 - y**2)/(x - y)"
    assert found["domain"].splitlines()[1:] == [
        "isolated: x + y",
        "isolated: exp(log(x))",
        "any: x",
    ]
    assert "!= 0" in found["domain-detailed"]
    assert found["cost"].splitlines()[0] == "c + x*(a*x + b)"
    assert "**" not in found["cost"].splitlines()[-1]
    assert "[tan-times-cos, cos(y) != 0]" in found["explain"]
    assert found["explain"].endswith("True")
    assert found["explain-two"].splitlines()[-1].startswith("= 1 + sin(2*x)")
    assert found["equivalent"].split() == ["True", "False", "True"]
    assert "same_family" in found["compare"]
    hashes = [line.split(": ")[1] for line in found["hash"].strip("{}").split(",\n")]
    assert hashes[0] == hashes[1] != hashes[2]
    assert hashes[3] == hashes[4]


@pytest.mark.slow
def test_the_third_notebook_steers_a_search():
    notebook = run("03_steer_a_search")
    found = said(notebook)
    [planets] = {s["rows"]: s for s in bundles(notebook, "options")}.values()
    assert planets["rows"] == 8
    assert all(law["complexity"] <= 12 for law in planets["front"])
    a = np.array([1.0, 5.0, 30.0])
    assert any(is_flat(P / a**1.5, 1e-2) for P in values(planets, a=a))
    assert len(planets["sample"]["y"]) == 8
    far = found["options-test"].splitlines()[1:]
    assert [line.split()[1] for line in far] == ["Neptune", "Pluto"]
    assert all(
        abs(float(P) / float(predicted) - 1) < 0.01 for *_, P, predicted in map(str.split, far)
    )
    assert "log(a)" in found["left"]
    assert "finished" in found["stop"]
    guess = evaluate(compile_program(parse(found["guess"].strip("'")), ["a"]), a[:, None])
    assert is_flat(guess / a**1.5, 1e-2)
    assert found["keep"] == "True"
    [shown] = bundles(notebook, "show")
    assert shown["front"] == planets["front"]
    assert shown["session"] == planets["session"]
    assert "double law(double a)" in found["code"]
    assert "import torch" in found["code"]


def bundles(notebook: Any, name: str) -> list[dict[str, Any]]:
    """The snapshots below the cell called ``name``."""
    [cell] = [cell for cell in notebook.cells if cell.id == name]
    return [
        validate(output.data[MIME]) for output in cell.outputs if MIME in output.get("data", {})
    ]


@pytest.mark.slow
def test_the_fourth_notebook_adds_a_rule():
    found = said(run("04_rules_of_your_own"))
    assert found["before"] == "'floor(x) + floor(x + 1/2)'"
    assert found["write"] == "['hermite']"
    assert found["use"].split() == ["floor(2*x)", "exp(floor(2*x/y))*sin(z)"]
    assert found["check"] == found["guard"] == "[]"
    refuted = ["floor-of-sum", "root-of-square", "exp-of-log"]
    assert [line.split(": ")[1] for line in found["check-wrong"].splitlines()] == refuted
    assert found["errors"].startswith("mine.egg:1: ")
