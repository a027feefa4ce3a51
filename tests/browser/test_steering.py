"""A running search steered by clicking: parts banned, columns exchanged, a pause, more time."""

from contextlib import suppress
from typing import Any

import nbformat
import pytest
from playwright.sync_api import Error, expect

from sr_kernel.expr import parse
from sr_kernel.search.hypothesis import Hypothesis, contains

pytestmark = pytest.mark.browser

DATA = """
import numpy as np
%load_ext sr_kernel
random = np.random.default_rng(0)
x, z = random.uniform(0.5, 5.0, (2, 120))
table = {"x": x, "z": z, "y": 2.5 * x * z + 1.3 * np.sin(3 * x) + random.normal(0, 0.2, 120)}
"""
SLOW = 60_000
FRONT = """view => [...view.querySelectorAll('.srk-circle')].map(
    point => point.getAttribute('aria-label')
)"""


@pytest.fixture
def result(lab: Any, server: Any) -> Any:
    """A search that runs for a minute and has two laws at least."""
    discover = "%%discover y ~ x + z --data table --time 60s -o laws"
    cells = [nbformat.v4.new_code_cell(text) for text in (DATA, discover)]
    lab.open(server.write("steering.ipynb", *cells))
    for index in range(len(cells)):
        lab.run_cell(index)
    expect(lab.result.locator("tbody tr").nth(2)).to_be_visible(timeout=SLOW)
    yield lab.result
    lab.result.get_by_role("button", name="Stop").click()
    expect(lab.result.locator(".srk-status", has_text="stopped")).to_be_visible(timeout=SLOW)


def test_a_part_is_banned_by_clicking_and_let_in_again(lab: Any, result: Any) -> None:
    menu = result.locator(".srk-menu")
    ban = menu.get_by_role("menuitem", name="ban")
    for _ in range(5):  # the law may leave the front just then, and its menu with it
        row = result.locator("tbody tr", has_text="sin").last
        expect(row).to_be_visible(timeout=SLOW)
        row.click()
        result.locator(".srk-equation mi", has_text="sin").first.click()
        with suppress(AssertionError, Error):
            expect(ban).to_be_visible(timeout=SLOW / 6)
            box, area = menu.bounding_box(timeout=1000), result.bounding_box()
            lab.picture("ban")
            ban.click(timeout=1000)
            break
    assert box["x"] >= area["x"]
    assert box["x"] + box["width"] <= area["x"] + area["width"]
    drop = result.get_by_role("button", name="Drop: without")
    expect(drop).to_be_visible()
    banned = parse(str(drop.get_attribute("aria-label")).removeprefix("Drop: without "))
    lab.page.wait_for_timeout(500)
    for _ in range(10):
        labels = [label for label in result.evaluate(FRONT) if not label.endswith("…")]
        laws = [parse(label.split(": ", 1)[1]) for label in labels]
        assert laws
        assert not any(contains(shown, banned) for shown in laws)
        lab.page.wait_for_timeout(200)
    lab.picture("banned")
    drop.click()
    expect(drop).to_be_hidden()
    expect(result.locator(".srk-equation math")).to_be_visible()


def test_laws_are_kept_symmetric(lab: Any, result: Any) -> None:
    row = result.locator("tbody tr", has_text="z").last
    row.click()
    law = result.locator(".srk-equation")
    law.focus()
    for _ in range(2):  # choose the whole law, open its menu
        law.press("Enter")
    keep = result.locator(".srk-menu").get_by_role("menuitem", name="Keep symmetric in")
    expect(keep).to_be_visible(timeout=SLOW)
    lab.picture("symmetric")
    keep.click()
    expect(result.get_by_role("button", name="Drop: symmetric in")).to_be_visible()
    symmetric = Hypothesis("symmetric", parse("x + z"))
    lab.page.wait_for_timeout(500)
    for _ in range(10):
        labels = [label for label in result.evaluate(FRONT) if not label.endswith("…")]
        assert all(symmetric.allows(parse(label.split(": ", 1)[1])) for label in labels)
        lab.page.wait_for_timeout(200)
    expect(result.locator("tbody tr", has_text="z").first).to_be_visible(timeout=SLOW)
    lab.picture("kept-symmetric")


def test_it_is_paused_and_given_more_time(lab: Any, result: Any) -> None:
    result.get_by_role("button", name="Pause").click()
    expect(result.locator(".srk-status", has_text="paused")).to_be_visible()
    lab.page.wait_for_timeout(700)  # what was under way when it was paused
    # Time, candidates and so on; the front may be tidied.
    facts = result.locator(".srk-facts").first.locator("dd")
    held = facts.all_inner_texts()[:2]
    lab.page.wait_for_timeout(1500)
    assert facts.all_inner_texts()[:2] == held
    lab.picture("paused")
    result.get_by_role("button", name="30 s more").click()
    expect(facts.first).to_contain_text("of 1 min 30 s")
    result.get_by_role("button", name="Resume").click()
    expect(result.locator(".srk-status", has_text="running")).to_be_visible()
    expect(facts.nth(1)).not_to_have_text(held[1])
