"""A search in a real kernel: watched, edited, stopped, reloaded and left behind."""

import os
from collections.abc import Callable
from typing import Any

import nbformat
import pytest
from playwright.sync_api import Locator, expect

pytestmark = pytest.mark.browser

DATA = """
import numpy as np
%load_ext sr_kernel
random = np.random.default_rng(0)
x = np.linspace(0.5, 5.0, 60)
table = {"x": x, "y": 2.5 * np.sqrt(x) + np.sin(3 * x) + random.normal(0, 0.1, 60)}
"""
SLOW = 60_000


@pytest.fixture
def search(lab: Any, server: Any) -> Callable[..., Any]:
    """Starts a search of so many seconds in a new notebook and waits for its first law."""

    def start(name: str, seconds: int) -> Any:
        discover = f"%%discover y ~ x --data table --time {seconds}s -o laws"
        after = "print(len(laws.front), laws.stop_reason)"
        cells = [nbformat.v4.new_code_cell(text) for text in (DATA, discover, after)]
        lab.open(server.write(name, *cells))
        for index in range(len(cells)):
            lab.run_cell(index)
        expect(lab.result.locator("tbody tr").first).to_be_visible(timeout=SLOW)
        return lab.result

    return start


WATCH = """([event, selector, text]) => {
  window.measured = new Promise(done => {
    let start = null;
    window.addEventListener(event, () => { start ??= performance.now(); }, { capture: true });
    const look = () => {
      const found = document.querySelector(selector)?.textContent.includes(text);
      if (start !== null && found) {
        done((performance.now() - start) / 1000);
      } else {
        requestAnimationFrame(look);
      }
    };
    look();
  });
}"""


def seconds_until(
    lab: Any, action: Callable[[], None], event: str, selector: str, text: str = ""
) -> float:
    """Seconds from the event of the action until the page shows the text, by its own clock."""
    lab.page.evaluate(WATCH, [event, selector, text])
    action()
    return float(lab.page.evaluate("() => window.measured"))


def wait_until(lab: Any, condition: Callable[[], bool]) -> None:
    for _ in range(100):
        if condition():
            return
        lab.page.wait_for_timeout(100)
    pytest.fail("it did not happen within 10 s")


def patience() -> float:
    """How much slower than promised a machine may be that others keep busy as well."""
    others = os.getloadavg()[0] - 2  # the search and the browser
    return max(1.0, others / (os.cpu_count() or 1))


def enter(result: Locator, formula: str) -> Callable[[], None]:
    """Types the formula; the returned function presses Enter."""
    field = result.get_by_label("Formula to try")
    field.fill(formula)
    return lambda: field.press("Enter")


def status(result: Locator, text: str) -> Locator:
    return result.locator(".srk-status", has_text=text)


def test_is_watched_edited_and_stopped(lab: Any, search: Callable[..., Any]) -> None:
    result = search("live.ipynb", 60)
    expect(status(result, "running")).to_be_visible()
    expect(result.locator("progress")).to_be_visible()
    facts = result.locator(".srk-facts").first  # the header's
    before = facts.inner_text()
    expect(facts).not_to_have_text(before)
    lab.picture("live-running")

    answer = result.locator(".srk-scored")
    enter(result, "2*sqrt(x) + 1")()
    expect(answer).to_be_visible(timeout=SLOW)  # the first one may have to compile something
    first = answer.inner_text()
    took = seconds_until(lab, enter(result, "3*sqrt(x) + sin(x)"), "keydown", ".srk-scored")
    expect(answer).not_to_have_text(first)
    lab.picture("live-edited")
    assert took < 0.5 * patience(), f"the edit was answered after {took:.2f} s"
    expect(result.locator(".srk-diamond")).to_have_count(2)
    expect(status(result, "running")).to_be_visible()

    laws = result.locator("tbody tr").count()
    stop = result.get_by_role("button", name="Stop").click
    took = seconds_until(lab, stop, "click", ".srk-status", "stopped")
    assert took < 1.0 * patience(), f"the search stopped after {took:.2f} s"
    assert result.locator("tbody tr").count() >= min(laws, 2)
    lab.wait_for_kernel("idle")
    assert "stopped" in lab.text_output(2)
    enter(result, "x +")()
    expect(result.locator(".srk-error")).to_be_visible()
    lab.picture("live-stopped")


def test_goes_live_again_after_a_reload(
    lab: Any, server: Any, search: Callable[..., Any]
) -> None:
    result = search("reload.ipynb", 60)
    lab.command("docmanager:save")
    saved = server.folder / "reload.ipynb"
    wait_until(lab, lambda: "vnd.sr-kernel+json" in saved.read_text())
    lab.reload(saved.name)
    expect(result.get_by_role("button", name="Stop")).to_be_visible(timeout=SLOW)
    expect(result.locator("tbody tr").first).to_be_visible()
    stop = result.get_by_role("button", name="Stop").click
    took = seconds_until(lab, stop, "click", ".srk-status", "stopped")
    assert took < 1.0 * patience(), f"the search stopped after {took:.2f} s"


def test_finishes_and_is_kept(lab: Any, search: Callable[..., Any], server: Any) -> None:
    result = search("finished.ipynb", 4)
    expect(status(result, "finished")).to_be_visible(timeout=SLOW)
    expect(result.get_by_role("button", name="Stop")).to_be_hidden()
    lab.wait_for_kernel("idle")
    enter(result, "2*sqrt(x)")()
    expect(result.locator(".srk-scored")).to_be_visible(timeout=SLOW)
    lab.picture("live-finished")
    laws = result.locator("tbody tr").count()

    lab.page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
    kernel = "window.jupyterapp.shell.currentWidget.sessionContext.session.kernel"
    lab.page.evaluate(f"() => {kernel}.restart()")
    expect(status(result, "no kernel")).to_be_visible(timeout=SLOW)
    expect(result.get_by_label("Formula to try")).to_be_disabled()

    saved = nbformat.read(server.folder / "finished.ipynb", as_version=4)
    kinds = set(saved.cells[1].outputs[0].data)
    assert {"application/vnd.sr-kernel+json", "text/html", "text/plain"} <= kinds
    lab.open_without_kernel("finished.ipynb")
    expect(result.locator("tbody tr")).to_have_count(laws)


def test_is_ended_by_the_interrupt_of_the_notebook(lab: Any, search: Callable[..., Any]) -> None:
    result = search("interrupt.ipynb", 60)
    lab.command("notebook:interrupt-kernel")
    expect(status(result, "stopped")).to_be_visible(timeout=SLOW)
    lab.wait_for_kernel("idle")
    assert lab.page.locator(".jp-RenderedText[data-mime-type*='stderr']").count() == 0


def test_is_shown_by_the_widget_too(lab: Any, server: Any) -> None:
    discover = "%%discover y ~ x --data table --time 2s -o laws"
    show = "from sr_kernel.jupyter.widget import widget\nwidget(laws)"
    cells = [nbformat.v4.new_code_cell(text) for text in (DATA, discover, show)]
    lab.open(server.write("widget.ipynb", *cells))
    for index in range(len(cells)):
        lab.run_cell(index)
    widget = lab.page.locator(".jp-Cell").nth(2).locator(".srk")
    expect(widget.locator("tbody tr").first).to_be_visible(timeout=SLOW)
    enter(widget, "2*sqrt(x)")()
    expect(widget.locator(".srk-scored")).to_be_visible(timeout=SLOW)
    expect(lab.result.first.locator(".srk-diamond")).to_have_count(1)
