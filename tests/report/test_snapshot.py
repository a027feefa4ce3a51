"""The snapshot is plain bounded JSON, and anything else is refused."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sr_kernel.errors import DataError
from sr_kernel.formula.task import problem_of
from sr_kernel.report import snapshot as module
from sr_kernel.report.snapshot import law_entry, law_of, status_of, task_snapshot, validate


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
    assert made["front"][1] == {
        "id": "sr1:1000.0*a", "complexity": 3, "loss": kepler[1].loss, "r2": kepler[1].r2,
        "score": 0.5, "equation": "1000.0*a", "latex": "1000.0 a",
        "tree": ["mul", ["float", 1000.0], "a"],
        "parameters": [{"value": 1000.0, "error": 0.01}], "conditions": [],
    }  # fmt: skip
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
