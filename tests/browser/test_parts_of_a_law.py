"""Parts of a law clicked, rewritten, held, filled and taken back, with a real kernel."""

import re
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
x, z = random.uniform(0.5, 5.0, (2, 120))
table = {"x": x, "z": z, "y": 2.5 * x * z + 1.3 * x + random.normal(0, 0.2, 120)}
"""
SLOW = 60_000


@pytest.fixture
def search(lab: Any, server: Any) -> Callable[..., Any]:
    """Runs a search in a new notebook; waits for its end unless it ``goes_on``."""

    def run(name: str, seconds: int, *, goes_on: bool = False) -> Any:
        discover = f"%%discover y ~ x + z --data table --time {seconds}s -o laws"
        cells = [nbformat.v4.new_code_cell(text) for text in (DATA, discover)]
        lab.open(server.write(name, *cells))
        for index in range(len(cells)):
            lab.run_cell(index)
        status = "running" if goes_on else "finished"
        expect(lab.result.locator("tbody tr").first).to_be_visible(timeout=SLOW)
        expect(lab.result.locator(".srk-status", has_text=status)).to_be_visible(timeout=SLOW)
        return lab.result

    return run


def enter(result: Locator, formula: str) -> None:
    field = result.get_by_label("Formula to try")
    field.fill(formula)
    field.press("Enter")
    scored = result.locator(".srk-scored .srk-edit")
    expect(scored).to_be_visible(timeout=SLOW)
    scored.click()


def equation(result: Locator) -> str:
    return str(result.locator(".srk-equation").get_attribute("aria-label"))


def open_menu(result: Locator, *keys: str) -> Locator:
    """The menu of the part to which the keys lead from the root of the law."""
    law = result.locator(".srk-equation")
    law.focus()
    law.press("Enter")
    for key in keys:
        law.press(key)
    law.press("Enter")
    menu = result.locator(".srk-menu")
    expect(menu.get_by_role("menuitem").first).to_be_visible(timeout=SLOW)
    return menu


def test_a_part_is_rewritten_in_place_and_taken_back(
    lab: Any, search: Callable[..., Any]
) -> None:
    result = search("rewrite.ipynb", 4)
    enter(result, "x*(2.5*z + 1.3)")
    before = equation(result)
    menu = open_menu(result)
    lab.picture("menu")
    expect(menu).to_match_aria_snapshot(
        """
        - dialog /What to do with .*/:
          - math
          - menu "What to do with this part":
            - group "Write it as":
              - menuitem /.*expanded/
        """
    )
    expect(menu.get_by_role("menuitem").first).to_be_focused()
    menu.press("Escape")
    expect(menu).to_be_hidden()
    expect(result.locator(".srk-equation")).to_be_focused()
    lab.page.keyboard.press("Enter")  # the part is still chosen
    form = menu.get_by_role("menuitem").first
    form.click()
    expect(menu).to_be_hidden(timeout=SLOW)
    expect(result.locator(".srk-equation")).not_to_have_attribute("aria-label", before)
    after = equation(result)
    result.get_by_role("button", name="Undo").click()
    expect(result.locator(".srk-equation")).to_have_attribute("aria-label", before)
    result.get_by_role("button", name="Redo").click()
    expect(result.locator(".srk-equation")).to_have_attribute("aria-label", after)


def test_a_constant_is_frozen_by_the_keyboard_alone(
    lab: Any, search: Callable[..., Any]
) -> None:
    result = search("constant.ipynb", 4)
    enter(result, "z*(2.5*x + 1.3)")
    expect(result.locator(".srk-equation")).to_have_attribute("aria-label", re.compile(r"z\*\("))
    menu = open_menu(result, "ArrowDown", "ArrowRight", "ArrowDown", "ArrowDown")
    lab.picture("menu-constant")
    menu.get_by_role("menuitem", name="Freeze").press("Enter")
    expect(menu).to_be_hidden(timeout=SLOW)
    expect(result.locator(".srk-detail")).to_contain_text("frozen")


def test_a_hole_is_filled(lab: Any, search: Callable[..., Any]) -> None:
    result = search("hole.ipynb", 4)
    field = result.get_by_label("Formula to try")
    field.fill("2.5*x*z + ?")
    field.press("Enter")
    expect(result.locator(".srk-scored")).to_be_visible(timeout=SLOW)
    expect(result.locator(".srk-scored")).to_contain_text("R²")
    lab.picture("hole")


def test_the_egraph_and_the_derivation_are_shown(lab: Any, search: Callable[..., Any]) -> None:
    result = search("inspector.ipynb", 4)
    enter(result, "2.5*x*z + 1.3*x")
    result.get_by_text("Show e-graph").click()
    expect(result.locator(".srk-inspector svg")).to_be_visible(timeout=SLOW)
    lab.picture("egraph")
    result.locator(".srk-derivation summary").click()
    expect(result.locator(".srk-derivation")).not_to_contain_text("Looking", timeout=SLOW)
    lab.picture("derivation")
