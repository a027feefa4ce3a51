"""A real JupyterLab server and a real browser for the tests of the front end.

SR_KERNEL_SCREENSHOTS=folder keeps a picture of each screen that a test has shown.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import pytest
from playwright.sync_api import Browser, BrowserContext, Dialog, Page, sync_playwright

MIME = "application/vnd.sr-kernel+json"
SOURCE = "labextensions/sr-kernel"
"""What our script is called in the trace of an error."""
TOKEN = "only-this-machine"
PATIENCE = 60_000
"""Milliseconds for what a busy machine may be slow with."""

BROWSER_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
MODEL = "window.jupyterapp.shell.currentWidget?.content?.model?.sharedModel"
"""The notebook shown, as it would be saved."""
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@dataclass(frozen=True)
class Server:
    """A running JupyterLab and the folder it shows."""

    address: str
    folder: Path

    def write(self, name: str, *cells: Any) -> str:
        """Save a notebook of these cells; returns its name."""
        notebook = nbformat.v4.new_notebook(cells=list(cells))
        notebook.metadata.kernelspec = {
            "name": "python3",
            "display_name": "Python 3",
            "language": "python",
        }
        nbformat.write(notebook, self.folder / name)
        return name

    def write_result(self, name: str, snapshot: Any) -> str:
        """Save a notebook whose one output holds the snapshot, as after a search."""
        data = {MIME: snapshot, "text/plain": "the static text of the result"}
        output = nbformat.v4.new_output("display_data", data=data)
        cell = nbformat.v4.new_code_cell("pass", outputs=[output], execution_count=1)
        return self.write(name, cell, nbformat.v4.new_markdown_cell("The end."))


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """JupyterLab with Notebook on a free port, with settings of its own."""
    home = tmp_path_factory.mktemp("jupyter")
    folder = home / "notebooks"
    folder.mkdir()
    _silence_news(home)
    port = _free_port()
    log = home / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", *_server_options(port, folder)],
            env=os.environ | _private_folders(home),
            stdout=output,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
        )
        try:
            address = f"http://127.0.0.1:{port}"
            _wait_until_ready(address, process, log)
            yield Server(address, folder)
        finally:
            process.terminate()
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _server_options(port: int, folder: Path) -> list[str]:
    return [
        "--no-browser",
        "--allow-root",
        f"--port={port}",
        "--ServerApp.port_retries=0",
        f"--ServerApp.root_dir={folder}",
        f"--IdentityProvider.token={TOKEN}",
        "--LabApp.expose_app_in_browser=True",
    ]


def _silence_news(home: Path) -> None:
    settings = home / "jupyter_config_dir" / "labconfig"
    settings.mkdir(parents=True)
    off = {"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True}}
    (settings / "page_config.json").write_text(json.dumps(off))


def _private_folders(home: Path) -> dict[str, str]:
    names = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    return {name: str(home / name.lower()) for name in names} | {
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_ready(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/api?token={TOKEN}", timeout=5):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
    pytest.fail(f"JupyterLab did not start: {log.read_text()[-2000:]}")


@pytest.fixture(scope="package")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Debian's Chromium without a window."""
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        pytest.fail(
            "the browser tests need Chromium, which is not on the PATH: "
            "`make chromium` as root installs Debian's"
        )
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=list(BROWSER_FLAGS))
        yield started
        started.close()


class Lab:
    """One browser page with JupyterLab in it."""

    def __init__(self, page: Page, server: Server) -> None:
        self.page = page
        self.server = server
        self.result = page.locator(".srk")

    def open_without_kernel(self, name: str) -> None:
        """Show the notebook as it was saved."""
        self.open_empty()
        options = {"path": name, "factory": "Notebook", "kernelPreference": {"shouldStart": False}}
        self.command("docmanager:open", options)
        self.page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=PATIENCE)

    def open_empty(self) -> None:
        """Show JupyterLab with nothing open."""
        self.page.goto(f"{self.server.address}/lab?reset&token={TOKEN}")
        self._wait_until_restored()

    def open(self, name: str) -> None:
        """Show the notebook and wait for its kernel."""
        self.page.goto(f"{self.server.address}/lab/tree/{name}?reset&token={TOKEN}")
        self.page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=PATIENCE)
        self._wait_until_restored()
        self.wait_for_kernel("idle")

    def reload(self, name: str) -> None:
        """Load the page anew; the kernel goes on."""
        self.page.goto(f"{self.server.address}/lab/tree/{name}")
        self.page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=PATIENCE)

    def open_in_notebook(self, name: str) -> None:
        """Show the notebook in Jupyter Notebook 7."""
        self.page.goto(f"{self.server.address}/notebooks/{name}?token={TOKEN}")
        self.page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=PATIENCE)

    def _wait_until_restored(self) -> None:
        self.page.wait_for_function("window.jupyterapp !== undefined", timeout=PATIENCE)
        self.page.evaluate("window.jupyterapp.restored.then(() => undefined)")
        self.page.wait_for_selector("#jupyterlab-splash", state="detached", timeout=PATIENCE)

    def command(self, name: str, options: dict[str, Any] | None = None) -> None:
        """Carry out a command of JupyterLab without waiting for its end."""
        call = "([name, options]) => { window.jupyterapp.commands.execute(name, options); }"
        self.page.evaluate(call, [name, options or {}])

    def run_cell(self, index: int) -> None:
        """Start a cell, or queue it behind the running one."""
        self.page.evaluate(
            f"() => {{ window.jupyterapp.shell.currentWidget.content.activeCellIndex = {index}; }}"
        )
        self.command("notebook:run-cell")

    def wait_for_kernel(self, status: str) -> None:
        """Wait until the kernel is "idle" or "busy"."""
        kernel = "window.jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel"
        self.page.wait_for_function(f"{kernel}?.status === {status!r}", timeout=PATIENCE)

    def cells(self) -> list[str]:
        """The types of the notebook's cells; of its model, as cells are drawn one after another."""
        self.page.wait_for_function(f"{MODEL} !== undefined", timeout=PATIENCE)
        return list(self.page.evaluate(f"() => {MODEL}.toJSON().cells.map(cell => cell.cell_type)"))

    def text_output(self, index: int) -> str:
        """What a cell printed."""
        cell = self.page.locator(".jp-Notebook .jp-Cell").nth(index)
        return str(cell.locator(".jp-RenderedText").first.inner_text(timeout=PATIENCE))

    def picture(self, name: str) -> None:
        """Keep a picture of the screen when pictures are asked for."""
        folder = os.environ.get("SR_KERNEL_SCREENSHOTS")
        if folder:
            self.page.screenshot(path=Path(folder) / f"{name}.png")


@pytest.fixture(scope="package")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """One for all tests, so that each page finds JupyterLab's scripts in the cache."""
    made = browser.new_context()
    yield made
    made.close()


@pytest.fixture
def open_page(context: BrowserContext, server: Server) -> Iterator[Callable[..., Lab]]:
    """Opens pages; a dialog, or an error in our script, on any of them fails the test."""
    pages: list[Page] = []
    errors: list[str] = []

    def answer(dialog: Dialog) -> None:
        if dialog.type == "beforeunload":  # JupyterLab's, for a notebook that is not saved
            dialog.accept()
        else:
            errors.append(f"a dialog of {SOURCE}: {dialog.message}")
            dialog.dismiss()

    def open_one(width: int = 1280, height: int = 1100) -> Lab:
        page = context.new_page()
        pages.append(page)
        page.set_viewport_size({"width": width, "height": height})
        page.on("pageerror", lambda error: errors.append(error.stack or str(error)))
        page.on("dialog", answer)
        return Lab(page, server)

    yield open_one
    for page in pages:
        page.close()
    assert [error for error in errors if SOURCE in error] == []


@pytest.fixture
def lab(open_page: Callable[..., Lab]) -> Lab:
    """A page of the usual width."""
    return open_page()
