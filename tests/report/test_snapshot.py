"""The snapshot is plain bounded JSON, and anything else is refused."""

import json
import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sr_kernel.errors import DataError
from sr_kernel.formula.task import problem_of
from sr_kernel.report import snapshot as module
from sr_kernel.report.sample import MAX_ROWS
from sr_kernel.report.snapshot import law_entry, law_of, status_of, task_snapshot, validate
from sr_kernel.report.source import SHOWN


def test_fields(kepler):
    made = kepler.snapshot()
    assert json.loads(json.dumps(made, allow_nan=False)) == made
    assert made["version"] == 1
    assert (made["formula"], made["target"], made["data"]) == ("P ~ a", "P", "kepler1618")
    assert (made["variables"], made["rows"], made["dropped"]) == (["a"], 6, 0)
    assert (made["status"], made["stop_reason"]) == ("finished", "time")
    assert (made["elapsed"], made["time_limit"]) == (1.5, 10)
    assert (made["candidates"], made["distinct"]) == (1234, 567)
    assert made["best"] == made["front"][2]["id"]
    assert (made["session"], made["message"], made["edits"]) == (None, None, [])
    assert (made["paused"], made["can_undo"], made["can_redo"]) == (False, False, False)
    assert made["hypotheses"] == []
    shown = dict(made["front"][1])
    code = shown.pop("code")
    assert shown == {
        "id": "sr1:1000.0*a", "complexity": 3, "loss": kepler[1].loss, "r2": kepler[1].r2,
        "score": 0.5, "validation": None, "equation": "1000.0*a", "latex": "1000.0 a",
        "tree": ["mul", ["float", 1000.0], "a"],
        "parameters": [{"value": 1000.0, "error": 0.01, "path": [0], "fixed": False}],
        "conditions": [], "predicted": [1000 * a for a in made["sample"]["columns"]["a"]],
    }  # fmt: skip
    assert code == {language: kepler.code(language, 1) for language in SHOWN}
    assert validate(made) is made


def test_laws_come_back(kepler):
    assert [law_of(law_entry(law)) for law in kepler] == list(kepler)


def test_running_search(kepler):
    task = problem_of("P ~ a", {"P": [1.0, 2.0], "a": [1.0, 2.0]})
    made = task_snapshot(
        task, kepler.front, None, status="running", elapsed=0.5, candidates=3, distinct=2,
        session="ab12", time_limit=float("inf"),
    )  # fmt: skip
    assert validate(made)["status"] == "running"
    assert made["best"] is None
    assert made["time_limit"] is None
    assert made["session"] == "ab12"


@pytest.mark.parametrize(
    ("reason", "interrupted", "status"),
    [("time", False, "finished"), ("time", True, "stopped"), ("stopped", False, "stopped"),
     ("failed", False, "failed"), ("exact", False, "finished")],
)  # fmt: skip
def test_status(reason, interrupted, status):
    assert status_of(reason, interrupted) == status


def test_bounds(kepler, monkeypatch):
    monkeypatch.setattr(module, "MAX_EQUATION", 10)
    assert [law["equation"] for law in kepler.snapshot()["front"]] == ["2600.0", "1000.0*a"]
    assert kepler.snapshot()["best"] is None
    monkeypatch.setattr(module, "MAX_BYTES", 800)
    assert len(json.dumps(kepler.snapshot())) <= 800


def test_long_names_are_cut(make_laws):
    name = "n" * 5_000
    laws = make_laws(f"y ~ `{name}`", {"y": [1.0, 2.0], name: [1.0, 2.0]}, ["1.0"])
    assert len(validate(laws.snapshot())["variables"][0]) == 4_000


def test_laws_of_a_large_table_have_values_for_its_sample(make_laws):
    x = np.linspace(1.0, 2.0, 1_000)
    laws = make_laws("log(y) ~ x", {"y": np.exp(x), "x": x}, ["1.0*x", "sqrt(x - 1.5)"])
    made = validate(laws.snapshot())
    assert len(made["sample"]["y"]) == MAX_ROWS
    assert made["sample"]["y"] == pytest.approx(made["sample"]["columns"]["x"], rel=1e-5)
    assert made["sample"]["y"] == pytest.approx(made["front"][0]["predicted"], rel=1e-14)
    assert made["front"][1]["predicted"][0] is None
    assert made["front"][1]["predicted"][-1] == 0.707107


def test_without_data_there_are_no_values(kepler):
    edit = law_entry(kepler.best, kepler.sample)
    made = validate(replace(kepler, rows=None, edits=[edit]).snapshot())
    assert made["sample"] is None
    assert not any("predicted" in entry for entry in (*made["front"], *made["edits"]))


def test_edits_have_values_too(kepler):
    edit = {**law_entry(kepler[1]), "verdict": {"status": "different", "text": "another law"}}
    strange = {**edit, "tree": ["mul", 1000, "no column"], "equation": "1000*`no column`"}
    made = validate(replace(kepler, edits=[edit, strange]).snapshot())
    assert made["edits"][0]["predicted"] == made["front"][1]["predicted"]
    assert "predicted" not in made["edits"][1]
    assert "predicted" not in edit


def test_a_later_snapshot_is_quick(make_laws):
    """Ten a second are sent, with twenty laws: nothing is evaluated or written out again."""
    x = np.linspace(1.0, 2.0, 5_000)
    task = problem_of("y ~ x", {"y": x**2, "x": x})
    texts = [f"{i + 0.5}*sin({i + 0.25}*x)/(x + {i + 0.125}) - exp(x/{i + 2}.5)" for i in range(20)]
    laws = make_laws("y ~ x", {"y": x**2, "x": x}, texts).front

    def seconds():
        start = time.perf_counter()
        made = task_snapshot(
            task, laws, None, status="running", elapsed=1.0, candidates=3, distinct=2
        )
        return time.perf_counter() - start, made

    _, first = seconds()
    assert len(first["front"]) == 20
    assert all(len(entry["predicted"]) == MAX_ROWS for entry in first["front"])
    assert min(seconds()[0] for _ in range(10)) < 0.01


def test_code_goes_first_then_values_then_laws(kepler, monkeypatch):
    edit = law_entry(kepler[1])
    laws = replace(kepler, edits=[edit])
    whole = laws.snapshot()
    size = len(json.dumps(whole))

    def bounded(to):
        monkeypatch.setattr(module, "MAX_BYTES", to)
        made = validate(laws.snapshot())
        entries = [*made["front"], *made["edits"]]
        has = [any(field in entry for entry in entries) for field in ("code", "predicted")]
        return [*has, made["sample"] is not None, len(made["edits"]), len(made["front"])]

    assert bounded(size) == [True, True, True, 1, 3]
    assert bounded(size - 100) == [False, True, True, 1, 3]
    without_code = len(json.dumps(laws.snapshot(), ensure_ascii=False).encode())
    assert bounded(without_code - 1) == [False, False, False, 1, 3]
    without_values = len(json.dumps(laws.snapshot(), ensure_ascii=False).encode())
    assert bounded(without_values - 1) == [False, False, False, 0, 3]
    assert "code" in edit


def test_state_is_passed_through(kepler):
    hypothesis = {"id": "h1", "kind": "ban", "text": "sin(a)", "tree": ["sin", "a"]}
    made = validate(kepler.snapshot(can_undo=True, can_redo=True, hypotheses=[hypothesis] * 60))
    assert made["can_undo"] is made["can_redo"] is True
    assert made["hypotheses"] == [hypothesis] * 50
    task = problem_of("P ~ a", {"P": [1.0, 2.0], "a": [1.0, 2.0]})
    made = task_snapshot(
        task, (), None, status="running", elapsed=0.5, candidates=3, distinct=2, paused=True,
        hypotheses=[hypothesis],
    )  # fmt: skip
    assert validate(made)["paused"] is True
    assert made["hypotheses"] == [hypothesis]
    made["hypotheses"] = [{**hypothesis, "kind": "symmetric", "tree": ["mul", "a", "b"]}]
    assert validate(made) is made


def test_snapshots_of_before_are_still_read(kepler):
    made = kepler.snapshot()
    for field in ("sample", "paused", "can_undo", "can_redo", "hypotheses"):
        del made[field]
    for entry in made["front"]:
        for field in ("validation", "predicted", "code"):
            del entry[field]
        for parameter in entry["parameters"]:
            del parameter["path"], parameter["fixed"]
    assert validate(made) is made
    assert [law_of(entry) for entry in made["front"]] == list(kepler)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("sample", 3), ("sample", {}), ("sample", {"columns": {}, "y": [1.0] * 201}),
        ("sample", {"columns": {"a": [1.0]}, "y": [1.0, 2.0]}),
        ("sample", {"columns": [], "y": []}),
        ("sample", {"columns": {"a": ["x"]}, "y": [1.0]}),
        ("sample", {"columns": {f"x{i}": [1.0] for i in range(13)}, "y": [1.0]}),
        ("sample", {"columns": {"n" * 5_000: [1.0]}, "y": [1.0]}),
        ("sample", {"columns": {"a": [1.0]}, "y": [float("nan")]}), ("sample", None),
        ("paused", 1), ("can_undo", "yes"), ("can_redo", None), ("hypotheses", {}),
        ("hypotheses", [3]), ("hypotheses", [{"id": "h", "kind": "other", "text": "", "tree": 1}]),
        ("hypotheses", [{"id": "h", "kind": "ban", "text": ""}]),
        ("hypotheses", [{"id": "h", "kind": "ban", "text": "", "tree": 1}] * 51),
        ("hypotheses", [{"id": "h", "kind": "symmetric", "text": "a", "tree": ["mul", "a", "a"]}]),
        ("hypotheses", [{"id": "h", "kind": "symmetric", "text": "a", "tree": ["what", "a", "b"]}]),
        ("hypotheses", [{"id": "h", "kind": "symmetric", "text": "a", "tree": {"a": "b"}}]),
        ("hypotheses", [{"id": "h", "kind": ["ban"], "text": "a", "tree": ["mul", "a", "b"]}]),
    ],
)  # fmt: skip
def test_wrong_later_fields_are_refused(kepler, field, value):
    with pytest.raises(DataError):
        validate({**kepler.snapshot(), field: value})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("validation", "low"), ("validation", float("inf")), ("predicted", None),
        ("predicted", []), ("predicted", [1.0] * 5), ("predicted", ["1"] * 6),
        ("predicted", [1.0] * 201),
        ("code", []), ("code", {"shell": "rm"}), ("code", {"c": 3}), ("code", {"c": "x" * 16_001}),
        ("parameters", [{"value": 1.0, "error": None, "path": [-1]}]),
        ("parameters", [{"value": 1.0, "error": None, "path": ["0"]}]),
        ("parameters", [{"value": 1.0, "error": None, "path": [0] * 201}]),
        ("parameters", [{"value": 1.0, "error": None, "path": [], "fixed": 1}]),
    ],
)  # fmt: skip
def test_wrong_later_fields_of_laws_are_refused(kepler, field, value):
    made = kepler.snapshot()
    made["front"][0] = {**made["front"][0], field: value}
    with pytest.raises(DataError):
        validate(made)


FIELDS = [
    "version", "formula", "target", "data", "variables", "rows", "dropped", "status", "elapsed",
    "candidates", "distinct", "warnings", "front", "edits",
]  # fmt: skip


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("value", [{}, -1.5, "x" * 5_000, [[]], True])
def test_wrong_fields_are_refused(kepler, field, value):
    if field == "elapsed" and value == -1.5:
        return
    with pytest.raises(DataError):
        validate({**kepler.snapshot(), field: value})


@pytest.mark.parametrize("field", ["id", "complexity", "loss", "equation", "tree", "parameters"])
def test_wrong_laws_are_refused(kepler, field):
    made = kepler.snapshot()
    made["front"][0] = {**made["front"][0], field: {} if field != "tree" else None}
    with pytest.raises(DataError):
        validate(made)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=10,
)


@given(JSON)
def test_any_json_is_refused(candidate):
    with pytest.raises(DataError):
        validate(candidate)
