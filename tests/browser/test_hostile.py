"""Names, titles and snapshots that try to run something: all of them show as text."""

import json
from typing import Any

import nbformat
import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

Json = dict[str, Any]
MIME = "application/vnd.sr-kernel+json"
RUN = "window.hacked = 1"
PAYLOADS = (
    f"<img src=x onerror='{RUN}'>",
    f"<script>{RUN}</script>",
    f"<svg onload='{RUN}'></svg>",
    f"</math><img src=x onerror={RUN.replace(' ', '')}>",
    f"javascript:{RUN}",
    f'"><iframe srcdoc="<script>parent.{RUN}</script>"></iframe>',
)
DEEP: Any = "x"
for _ in range(200):  # JSON of Python cannot nest much deeper
    DEEP = ["neg", DEEP]


def law(**changes: Any) -> Json:
    return {
        "id": "sr1:a", "complexity": 3, "loss": 1.0, "r2": 0.5, "score": 0.0, "equation": "2.5*x",
        "latex": "2.5 x", "tree": ["mul", 2.5, "x"], "parameters": [{"value": 2.5, "error": 0.1}],
        "conditions": [], **changes,
    }  # fmt: skip


def snapshot(**changes: Any) -> Json:
    return {
        "version": 1, "session": None, "formula": "y ~ x", "target": "y", "data": "t",
        "variables": ["x"], "rows": 3, "dropped": 0, "status": "finished", "stop_reason": "time",
        "elapsed": 1.0, "time_limit": 1.0, "candidates": 1, "distinct": 1, "best": "sr1:a",
        "warnings": [], "message": None, "front": [law()], "edits": [], **changes,
    }  # fmt: skip


def sample(name: str) -> Json:
    return {"columns": {name: [1.0, 2.0, 3.0]}, "y": [1.0, 2.0, 3.0]}


one, two, three, four, five, six = PAYLOADS
CASES: list[Json] = [
    *(snapshot(formula=text) for text in PAYLOADS),
    *(snapshot(front=[law(equation=text, tree=None)]) for text in PAYLOADS[:3]),
    *(snapshot(front=[law(tree=["mul", 2.5, text])]) for text in PAYLOADS[:4]),
    snapshot(front=[law(tree=[one, "x"])]),
    snapshot(target=two, variables=[two]),
    snapshot(data=three),
    snapshot(warnings=[one, two], message=four),
    snapshot(stop_reason=one),
    snapshot(front=[law(conditions=[one, six])]),
    snapshot(front=[law(latex=two, code={"numpy": one, "sympy": two, "torch": three, "c": four})]),
    snapshot(sample=sample(one), front=[law(predicted=[1.0, 2.0, 3.0])]),
    snapshot(sample=sample(four), front=[law(predicted=["1", one, None])]),
    snapshot(edits=[law(id=one, verdict={"status": two, "text": three})]),
    snapshot(hypotheses=[{"id": one, "kind": "ban", "text": two, "tree": ["sin", three]}]),
    snapshot(hypotheses=[{"id": "h", "kind": one, "text": "x", "tree": "x"}] * 999),
    snapshot(front=[law(tree=DEEP)]),
    snapshot(front=[law(parameters=[{"value": one, "error": two}])]),
    snapshot(front=[law(id="__proto__", tree=["constructor", "x"])]),
    snapshot(session=f"../{one}"),
    {"version": 1, "__proto__": {"front": one}, "formula": five},
]


def test_thirty_hostile_results_show_as_text(lab: Any, server: Any) -> None:
    assert len(CASES) == 30
    cells = []
    for case in CASES:
        data = {MIME: json.loads(json.dumps(case)), "text/plain": "the text of the result"}
        output = nbformat.v4.new_output("display_data", data=data)
        cells.append(nbformat.v4.new_code_cell("pass", outputs=[output], execution_count=1))
    lab.open_without_kernel(server.write("thirty.ipynb", *cells))
    for place in range(len(CASES)):
        shown = lab.page.locator(".jp-CodeCell").nth(place)
        shown.scroll_into_view_if_needed()
        expect(shown.locator(".srk")).to_be_visible()
        expect(shown.locator(".srk").locator("img, script, iframe, [onload]")).to_have_count(0)
        shown.locator(".srk").click(position={"x": 20, "y": 20})
    assert lab.page.evaluate("window.hacked") is None
    formulas = [case["formula"] for case in CASES[: len(PAYLOADS)]]
    for place, text in enumerate(formulas):
        formula = lab.page.locator(".jp-CodeCell").nth(place).locator(".srk-formula")
        expect(formula).to_have_text(text)
