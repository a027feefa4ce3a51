"""Help around a search: colours and completion in its cell, the tutorial, the list at the side."""

from typing import Any

import nbformat
import pytest
from playwright.sync_api import Locator, expect
from playwright.sync_api import TimeoutError as NotInTime

pytestmark = pytest.mark.browser

DATA = """
import numpy as np
%load_ext sr_kernel
random = np.random.default_rng(0)
distance = np.linspace(0.5, 5.0, 60)
table = {"distance": distance, "semi minor": distance**2, "depth": distance + 1,
         "y": 2.5 * np.sqrt(distance) + np.sin(3 * distance) + random.normal(0, 0.1, 60)}
"""
DISCOVER = "%%discover y ~ distance --data table --time 60s"
BODY = "%%discover log(P) ~ a --data planets\noperators: + sqrt"
SLOW = 60_000


def code(*texts: str) -> list[Any]:
    return [nbformat.v4.new_code_cell(text) for text in texts]


def editor(lab: Any, index: int) -> Locator:
    """The text of a cell, ready to type in."""
    found: Locator = lab.page.locator(".jp-Notebook .jp-Cell").nth(index).locator(".cm-content")
    found.click()
    return found


def offered(lab: Any, text: str) -> Locator:
    """What completion offers under this text; the first answers of a busy kernel may be late."""
    item: Locator = lab.page.locator(".jp-Completer-item", has_text=text)
    for _ in range(10):
        lab.page.keyboard.press("Tab")
        try:
            item.first.wait_for(timeout=3_000)
        except NotInTime:
            lab.page.keyboard.press("Escape")
            lab.page.keyboard.press("Enter")  # back into the cell
            lab.page.keyboard.press("ControlOrMeta+z")
        else:
            return item
    return item


def test_a_cell_is_coloured_and_completed(lab: Any, server: Any) -> None:
    lab.open(server.write("typed.ipynb", *code(DATA, "")))
    lab.run_cell(0)
    lab.wait_for_kernel("idle")
    cell = editor(lab, 1)
    lab.page.keyboard.type("%%discover y ~ distance + d --data table -o laws")
    expect(cell.locator(".srk-cell-magic")).to_have_text("%%discover")
    expect(cell.locator(".srk-cell-target")).to_have_text("y")
    expect(cell.locator(".srk-cell-tilde")).to_have_text("~")
    expect(cell.locator(".srk-cell-operator")).to_have_text("+")
    # Python's own colours cut the flags into pieces.
    assert "".join(cell.locator(".srk-cell-flag").all_inner_texts()) == "--data-o"
    plain = "element => getComputedStyle(element).color"
    colour = cell.locator(".srk-cell-magic").evaluate(plain)
    assert colour != cell.evaluate(plain)
    for _ in range(len(" --data table -o laws")):
        lab.page.keyboard.press("ArrowLeft")
    lab.page.keyboard.press("Backspace")
    item = offered(lab, "depth")
    expect(lab.page.locator(".jp-Completer-item", has_text="`semi minor`")).to_be_visible()
    lab.picture("editor-completion")
    item.first.click()
    expect(cell).to_contain_text("y ~ distance + depth --data table -o laws")


def test_a_python_cell_is_left_alone(lab: Any, server: Any) -> None:
    lab.open_without_kernel(server.write("coloured.ipynb", *code("x ~ y", BODY, "%%time\nx = 1")))
    cells = lab.page.locator(".jp-Notebook .jp-Cell")
    expect(cells.nth(1).locator(".srk-cell-key")).to_have_text("operators")
    expect(cells.nth(1).locator(".srk-cell-target")).to_have_text("P")
    for index in (0, 2):
        expect(cells.nth(index).locator("[class*='srk-cell']")).to_have_count(0)


def test_the_launcher_opens_the_tutorial(lab: Any, server: Any) -> None:
    lab.open_empty()
    lab.page.locator(".jp-LauncherCard", has_text="Symbolic regression tutorial").click()
    lab.wait_for_kernel("idle")
    assert lab.cells().count("code") == 3
    expect(lab.page.locator(".jp-Notebook .srk-cell-magic")).to_have_text("%%discover")
    lab.picture("editor-tutorial")
    first = server.folder / "first_law.ipynb"
    assert nbformat.read(first, 4).metadata.kernelspec.name == "python3"
    lab.command("sr-kernel:tutorial")
    lab.page.wait_for_function(
        "window.jupyterapp.shell.currentWidget?.title.label === 'first_law-1.ipynb'", timeout=SLOW
    )


def test_the_palette_lists_our_commands(lab: Any) -> None:
    lab.open_empty()
    lab.command("apputils:activate-command-palette")
    lab.page.keyboard.type("symbolic regression")
    palette = lab.page.locator("#modal-command-palette")
    for label in ("New notebook with the tutorial", "Show discoveries"):
        expect(palette.locator(".lm-CommandPalette-item", has_text=label)).to_be_visible()


def test_the_side_lists_what_was_searched(lab: Any, server: Any) -> None:
    tall = nbformat.v4.new_markdown_cell("\n\n".join(["A long text."] * 80))
    lab.open(server.write("side.ipynb", *code(DATA, DISCOVER), tall))
    lab.command("sr-kernel:show-discoveries")
    side = lab.page.locator("#sr-kernel-discoveries")
    expect(side).to_contain_text("No search in this kernel yet.")
    lab.run_cell(0)
    lab.run_cell(1)
    row = side.get_by_role("listitem")
    expect(row).to_contain_text("running", timeout=SLOW)
    expect(row).to_contain_text("y = ", timeout=SLOW)
    lab.picture("editor-discoveries")
    lab.result.get_by_role("button", name="Stop").click()
    expect(row).to_contain_text("stopped", timeout=SLOW)
    expect(side).to_match_aria_snapshot(
        """
        - region "Discoveries":
          - heading "Discoveries of side.ipynb"
          - list "Discoveries of side.ipynb":
            - listitem:
              - button /y ~ distance stopped .* table y = .*/
        """
    )
    move = "window.jupyterapp.shell.currentWidget.content"
    lab.page.evaluate(f"() => {{ {move}.activeCellIndex = 2; }}")
    lab.page.evaluate(f"() => {move}.scrollToItem(2, 'end')")
    lab.page.locator(".jp-WindowedPanel-outer").first.evaluate("e => e.scrollTo(0, 1e6)")
    expect(lab.result).not_to_be_in_viewport()
    row.get_by_role("button").focus()
    lab.page.keyboard.press("Enter")
    expect(lab.result).to_be_in_viewport()
    expect(row.get_by_role("button")).to_be_focused()
    lab.command("notebook:clear-all-cell-outputs")
    expect(lab.result).to_have_count(0)
    row.get_by_role("button").click()
    expect(side.get_by_role("status")).to_contain_text("no longer shows this search")


def test_all_of_it_is_there_in_notebook_7(lab: Any, server: Any) -> None:
    lab.open_in_notebook(server.write("classic-editor.ipynb", *code(BODY)))
    expect(lab.page.locator(".srk-cell-key")).to_have_text("operators", timeout=SLOW)
    lab.page.locator(".lm-MenuBar-item", has_text="View").click()
    lab.page.locator(".lm-Menu-item", has_text="Right Sidebar").hover()
    lab.page.locator(".lm-Menu-item", has_text="Show Discoveries").click()
    side = lab.page.locator("#sr-kernel-discoveries")
    expect(side).to_contain_text("No search in this kernel yet.", timeout=SLOW)
