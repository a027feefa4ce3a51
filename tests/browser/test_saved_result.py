"""A notebook that was saved with a result, opened where no kernel runs."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

Json = dict[str, Any]
EVIL = "<img src=x onerror='window.hacked = 1'><script>window.hacked = 1</script>"


def law(name: str, complexity: int, loss: float, equation: str, tree: Any) -> Json:
    return {
        "id": f"sr1:{name}",
        "complexity": complexity,
        "loss": loss,
        "r2": 0.999,
        "score": 1.0,
        "equation": equation,
        "latex": equation,
        "tree": tree,
        "parameters": [{"value": tree[1], "error": 0.03}] if tree[0] == "mul" else [],
        "conditions": ["a >= 0"] if "**" in equation else [],
    }


FRONT = [
    law("constant", 1, 2100.0, "5 + 26.4", ["add", 5, 26.4]),
    law("line", 3, 140.0, "5.23*a", ["mul", 5.23, "a"]),
    law("kepler", 5, 1.2e-5, "a**1.5", ["pow", "a", ["div", 3, 2]]),
]
SNAPSHOT: Json = {
    "version": 1,
    "session": "0123456789abcdef",
    "formula": "P ~ a",
    "target": "P",
    "data": "planets",
    "variables": ["a"],
    "rows": 8,
    "dropped": 0,
    "status": "finished",
    "stop_reason": "time",
    "elapsed": 10.0,
    "time_limit": 10.0,
    "candidates": 123456,
    "distinct": 23456,
    "best": "sr1:kepler",
    "warnings": [],
    "message": None,
    "front": FRONT,
    "edits": [],
}


def test_shows_the_interactive_result(lab: Any, server: Any) -> None:
    lab.open_without_kernel(server.write_result("saved.ipynb", SNAPSHOT))
    expect(lab.result.locator(".srk-status")).to_have_text("finished, no kernel")
    expect(lab.result.locator("tbody tr")).to_have_count(3)
    expect(lab.result.locator(".srk-point")).to_have_count(3)
    expect(lab.result.locator(".srk-equation math")).to_be_visible()
    expect(lab.result.get_by_label("Formula to try")).to_be_disabled()
    expect(lab.result.get_by_text("run the cell again")).to_be_visible()
    lab.result.locator("tbody tr").nth(1).click()
    expect(lab.result.locator(".srk-equation")).to_have_attribute("aria-label", "P = 5.23*a")
    lab.picture("saved-light-1280")


def test_is_worked_with_the_keyboard_alone(lab: Any, server: Any) -> None:
    lab.open_without_kernel(server.write_result("keys.ipynb", SNAPSHOT))
    lab.result.locator("tbody tr[tabindex='0']").focus()
    lab.page.keyboard.press("ArrowUp")
    expect(lab.result.locator(".srk-equation")).to_have_attribute("aria-label", "P = 5.23*a")
    lab.page.keyboard.press("Shift+Tab")
    expect(lab.result.locator(".srk-point[aria-selected='true']")).to_be_focused()
    lab.page.keyboard.press("ArrowLeft")
    expect(lab.result.locator(".srk-equation")).to_have_attribute("aria-label", "P = 5 + 26.4")
    assert lab.cells() == ["code", "markdown"]
    for key in ("b", "d", "d", "a", "m"):
        lab.page.keyboard.press(key)
    lab.page.wait_for_timeout(300)
    assert lab.cells() == ["code", "markdown"]


def test_tells_screen_readers_what_it_shows(lab: Any, server: Any) -> None:
    lab.open_without_kernel(server.write_result("reader.ipynb", SNAPSHOT))
    expect(lab.result).to_match_aria_snapshot(
        """
        - region "Symbolic regression result":
          - status: finished, no kernel
          - region "Selected law":
            - group "P = a**1.5"
          - listbox "Loss against complexity, one point for each law":
            - 'option "complexity 5, loss 1.2×10⁻⁵: a**1.5" [selected]'
          - grid "Laws by complexity":
            - rowgroup:
              - row /complexity loss R² .*law/
            - rowgroup:
              - 'row /3 140 .*/'
          - region "Try a formula":
            - textbox "Formula to try" [disabled]
        """
    )


@pytest.mark.parametrize("width", [700, 1280])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_fits_its_place(
    open_page: Callable[..., Any], server: Any, theme: str, width: int
) -> None:
    lab = open_page(width=width)
    name = server.write_result(f"fits-{theme}-{width}.ipynb", SNAPSHOT)
    lab.open_without_kernel(name)
    lab.command("apputils:change-theme", {"theme": f"JupyterLab {theme.capitalize()}"})
    lab.page.wait_for_function(
        f"document.body.dataset.jpThemeLight === '{str(theme == 'light').lower()}'"
    )
    lab.command("application:toggle-left-area")
    lab.page.wait_for_timeout(500)
    back = lab.result.evaluate("element => getComputedStyle(element).backgroundColor")
    text = lab.result.evaluate("element => getComputedStyle(element).color")
    assert (brightness(back) > brightness(text)) == (theme == "light")
    assert abs(brightness(back) - brightness(text)) > 0.5
    overflow = "element => element.scrollWidth - element.clientWidth"
    assert lab.result.evaluate(overflow) <= 0
    assert lab.page.locator(".jp-Notebook").first.evaluate(overflow) <= 0
    lab.picture(f"saved-{theme}-{width}")


def brightness(colour: str) -> float:
    """From 0 to 1, of a CSS colour such as "rgb(1, 2, 3)"."""
    return sum(float(part) for part in re.findall(r"[\d.]+", colour)[:3]) / 3 / 255


def test_runs_nothing_of_a_hostile_result(lab: Any, server: Any) -> None:
    bad = law("bad", 3, 1.0, EVIL, [EVIL, EVIL]) | {"conditions": [EVIL], "latex": EVIL}
    texts = dict.fromkeys(("formula", "target", "data", "message"), EVIL)
    hostile = SNAPSHOT | texts | {"warnings": [EVIL], "front": [bad], "edits": [bad]}
    lab.open_without_kernel(server.write_result("hostile.ipynb", hostile))
    expect(lab.result.locator(".srk-formula")).to_have_text(EVIL)
    expect(lab.result.locator("img, script")).to_have_count(0)
    assert lab.page.evaluate("window.hacked") is None


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"front": [{"loss": "low"}]}, "front[0].id is not a text"),
        ({"version": 99}, "its version is 99"),
        ({"front": [FRONT[0]] * 201}, "front has more than 200 entries"),
    ],
)
def test_shows_a_malformed_result_as_text(
    lab: Any, server: Any, change: Json, reason: str
) -> None:
    lab.open_without_kernel(server.write_result("malformed.ipynb", SNAPSHOT | change))
    expect(lab.result.get_by_role("alert")).to_contain_text(reason)
    expect(lab.result.locator("pre")).to_contain_text('"formula": "P ~ a"')


def test_draws_a_result_with_a_monstrous_tree_as_text(lab: Any, server: Any) -> None:
    tree: Any = "a"
    for _ in range(150):
        tree = ["neg", tree]
    monster = law("monster", 151, 1.0, "-" * 150 + "a", tree)
    changes = {"front": [FRONT[0], monster], "best": monster["id"]}
    lab.open_without_kernel(server.write_result("monster.ipynb", SNAPSHOT | changes))
    expect(lab.result.locator(".srk-equation code")).to_contain_text("P = ---")


def test_opens_in_notebook_7(lab: Any, server: Any) -> None:
    lab.open_in_notebook(server.write_result("classic.ipynb", SNAPSHOT))
    expect(lab.result.locator("tbody tr")).to_have_count(3, timeout=30_000)
    lab.result.locator("tbody tr").first.click()
    expect(lab.result.locator(".srk-equation")).to_have_attribute("aria-label", "P = 5 + 26.4")
    lab.picture("notebook-7")
