"""sr-kernel demo: runs the first notebook without a browser and reports what it found."""

import argparse
import importlib
import os
import tempfile
from pathlib import Path
from typing import Any

from sr_kernel.cli.terminal import note
from sr_kernel.errors import DataError, MissingExtraError
from sr_kernel.report.laws import Laws
from sr_kernel.report.page import write_report
from sr_kernel.report.table import front_table

NOTEBOOK = "01_first_law.ipynb"
CELL_TIMEOUT = 120
"""Seconds that one cell may take."""

FOLDER = "SR_KERNEL_DEMO_FOLDER"
_COLLECT = f"""\
import os as _os, pathlib as _pathlib
from sr_kernel.report import Laws as _Laws
_found = [value for value in list(globals().values()) if isinstance(value, _Laws)]
for _i, _laws in enumerate(dict.fromkeys(_found)):
    _laws.save(_pathlib.Path(_os.environ[{FOLDER!r}]) / f"{{_i:03}}.json")
"""
"""Runs after the notebook's last cell, in its kernel: saves every result in order."""


def run(arguments: argparse.Namespace) -> int:
    """Run the notebook, print the fronts, write the report."""
    notebook = find_notebook()
    note(f"running {notebook.name} on the bundled data, this takes about a minute")
    results = run_notebook(notebook)
    if not results:
        note(f"{notebook.name} found no laws")
        return 1
    print("\n\n".join(front_table(laws) for laws in results))
    write_report(results, arguments.out, title="Laws found in measured data")
    out = Path(arguments.out).resolve()
    print(f"\nOpen {out.as_uri()} in a browser; make lab starts JupyterLab with the notebook.")
    return 0


def find_notebook() -> Path:
    """The notebook in the installed package, or in the repository the package stands in.

    Raises DataError if there is none.
    """
    package = Path(__file__).resolve().parents[1]
    for folder in (package / "notebooks", package.parent / "notebooks"):
        if (folder / NOTEBOOK).is_file():
            return folder / NOTEBOOK
    raise DataError(f"{NOTEBOOK} is not part of this installation: run the demo from a clone")


def _notebook_of(path: Path) -> Any:
    """The notebook with a cell more, which saves what it found."""
    formats: Any = importlib.import_module("nbformat")  # it has no types
    notebook = formats.read(path, as_version=4)
    notebook.cells.append(formats.v4.new_code_cell(_COLLECT))
    return notebook


def run_notebook(path: Path) -> list[Laws]:
    """Execute a notebook in a fresh kernel and return the Laws that its variables hold.

    The notebook itself stays as it is.  Raises DataError if a cell fails, with the cell's error.
    """
    try:
        from nbclient import NotebookClient
        from nbclient.exceptions import CellExecutionError, CellTimeoutError
    except ImportError:
        raise MissingExtraError(
            "the demo runs a notebook: install what it needs with pip install 'sr_kernel[notebook]'"
        ) from None
    notebook = _notebook_of(path)
    with tempfile.TemporaryDirectory() as folder:
        client = NotebookClient(
            notebook, timeout=CELL_TIMEOUT, kernel_name="python3",
            resources={"metadata": {"path": str(path.parent)}},
            # The kernel is reached over TCP on this machine, which it would warn about.
            extra_arguments=["--IPKernelApp.log_level=ERROR"],
        )  # fmt: skip
        try:
            client.execute(env={**os.environ, FOLDER: folder})
        except CellExecutionError as error:
            raise DataError(f"{path.name} stopped with {error.ename}: {error.evalue}") from None
        except CellTimeoutError:
            raise DataError(f"a cell of {path.name} took over {CELL_TIMEOUT} seconds") from None
        return [Laws.load(file) for file in sorted(Path(folder).iterdir())]
