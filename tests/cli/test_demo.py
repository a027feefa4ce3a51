"""sr-kernel demo: a notebook run without a screen, its laws as tables and as one page."""

import nbformat
import pytest

from sr_kernel.cli import demo
from sr_kernel.errors import DataError

SAVED = """\
from sr_kernel import Laws
first = Laws.load({path!r})
same = first
number = 3
"""


@pytest.fixture
def notebook(tmp_path, monkeypatch):
    """notebook(source, ...) -> the path of a notebook with these cells, run by the demo."""

    def write(*sources):
        path = tmp_path / demo.NOTEBOOK
        cells = [nbformat.v4.new_code_cell(source) for source in sources]
        nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
        monkeypatch.setattr(demo, "find_notebook", lambda: path)
        return path

    return write


@pytest.fixture
def laws_file(tmp_path):
    """A saved result."""
    from sr_kernel.expr import parse
    from sr_kernel.report.laws import Laws
    from sr_kernel.report.question import Question
    from sr_kernel.search.law import Law

    law = Law(parse("a**1.5"), 1e-3, 0.99, 3, (), (), 0.0, "sr1:1")
    question = Question("P ~ a", "P", ("a",), data="planets", rows=8)
    path = tmp_path / "laws.json"
    Laws(question, (law,), law, "time", 1.0, 10, 5).save(path)
    return str(path)


@pytest.mark.slow
def test_tables_report_and_how_to_go_on(shell, notebook, laws_file, tmp_path):
    path = notebook(SAVED.format(path=laws_file))
    before = path.read_bytes()
    page = tmp_path / "out.html"
    done = shell("demo", "--out", str(page))
    assert done.code == 0
    assert done.out[0].startswith("P ~ a   planets, 8 rows")
    assert sum(line.startswith("best: P = a**1.5") for line in done.out) == 1
    assert done.out[-1] == (
        f"Open {page.as_uri()} in a browser; make lab starts JupyterLab with the notebook."
    )
    assert len(done.err) == 1
    assert "P ~ a" in page.read_text(encoding="utf-8")
    assert path.read_bytes() == before


@pytest.mark.slow
def test_a_failing_cell_is_one_line(shell, notebook, tmp_path):
    notebook("1/0")
    done = shell("demo", "--out", str(tmp_path / "out.html"))
    assert done.code == 2
    assert done.err[-1] == (
        "sr-kernel: 01_first_law.ipynb stopped with ZeroDivisionError: division by zero"
    )


def test_a_notebook_without_laws_is_code_1(shell, monkeypatch, tmp_path):
    monkeypatch.setattr(demo, "run_notebook", lambda path: [])
    assert shell("demo", "--out", str(tmp_path / "out.html")).code == 1


def test_the_notebook_is_found_and_readable():
    found = nbformat.read(demo.find_notebook(), as_version=4)
    assert any("%%discover" in cell.source for cell in found.cells)


def test_an_installation_without_the_notebook(monkeypatch):
    monkeypatch.setattr(demo, "NOTEBOOK", "missing.ipynb")
    with pytest.raises(DataError, match="run the demo from a clone"):
        demo.find_notebook()
