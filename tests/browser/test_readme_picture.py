"""The pictures of the README: a bundled table, its law, an edit, and the menu of a part."""

import re
from typing import Any

import nbformat
import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

SLOW = 60_000
SAME = re.compile("the same function as|with other constants")
LOAD = "%load_ext sr_kernel"
DISCOVER = "%%discover lambda_nm ~ n1 + n2 --data hydrogen_lines --time 12s --seed 0 -o laws"


def test_shows_a_measured_law_and_an_edit(open_page: Any, server: Any) -> None:
    lab = open_page(1280, 1400)
    cells = [nbformat.v4.new_code_cell(text) for text in (LOAD, DISCOVER)]
    lab.open(server.write("hydrogen.ipynb", *cells))
    lab.command("application:toggle-left-area")
    lab.run_cell(0)
    lab.run_cell(1)
    expect(lab.result.get_by_text("finished")).to_be_visible(timeout=SLOW)
    assert lab.result.locator("tbody tr").count() >= 2
    # The front may go on to a law with one constant more, which is another function.
    lab.result.locator("tbody tr", has_text="n1**-2 ≠ n2**-2").first.click()
    formula = lab.result.locator("input")
    formula.fill("90*n1**2*n2**2/(n2**2 - n1**2)")
    formula.press("Enter")
    expect(lab.result.get_by_text(SAME)).to_be_visible(timeout=SLOW)
    lab.picture("finished")

    lab.page.set_viewport_size({"width": 1280, "height": 760})
    lab.result.locator(".srk-equation mn").first.click()
    expect(lab.result.get_by_role("menuitem", name="Freeze")).to_be_visible(timeout=SLOW)
    lab.picture("part")
