"""What a guide expected is in the snapshot, in bounds, and in saved files, whole."""

import json
from dataclasses import replace

import numpy as np
import pytest

from sr_kernel.errors import DataError
from sr_kernel.formula.task import problem_of
from sr_kernel.report import laws_file
from sr_kernel.report.laws import Laws
from sr_kernel.report.snapshot import MAX_BYTES, task_snapshot, validate


@pytest.fixture
def guided(kepler, beliefs):
    return replace(kepler, beliefs=beliefs)


def test_a_snapshot_holds_it(guided):
    made = guided.snapshot()
    assert made["guide"] == {
        "source": "guide 1", "used": True, "reason": "it was sure of its columns",
        "operators": [["mul", 0.9], ["exp", 0.75], ["sin", 0.63], ["add", 0.2], ["tan", 0.01]],
        "columns": [["a", 0.98]], "pairs": [["a", "b", 0.25]],
        "peels": [["log(P)", 0.61], ["P/a", 0.2]],
        "size": 9.2, "noise": 0.01, "length": 41.5, "seconds": 0.021, "noiseless": 0.5,
    }  # fmt: skip
    assert validate(json.loads(json.dumps(made))) == made


def test_a_running_search_says_it_too(beliefs):
    task = problem_of("P ~ a", {"P": [1.0, 2.0], "a": [1.0, 2.0]})
    state = {"status": "running", "elapsed": 0.5, "candidates": 3, "distinct": 2}
    made = task_snapshot(task, (), None, beliefs=beliefs, **state)
    assert validate(made)["guide"]["source"] == "guide 1"
    assert validate(task_snapshot(task, (), None, **state))["guide"] is None


def test_a_result_of_a_search_has_it(make_laws, beliefs):
    laws = make_laws("y ~ x", {"y": [1.0, 2.0], "x": [1.0, 2.0]}, ["x"], beliefs=beliefs)
    assert laws.beliefs is beliefs


def test_a_snapshot_is_bounded(kepler, beliefs):
    names = [f"{i}" + "n" * 1_000 for i in range(300)]
    many = {name: i / 300 for i, name in enumerate(names)}
    large = replace(
        beliefs, operators=many, columns=many, peels=tuple(many.items())[-10:], source="s" * 9_999,
        pairs={(name, name): 0.5 for name in names}, reason="r" * 9_999,
    )  # fmt: skip
    made = validate(replace(kepler, beliefs=large).snapshot())
    guide = made["guide"]
    assert [len(guide[name]) for name in ("operators", "columns", "pairs", "peels")] == [
        20, 12, 6, 10,
    ]  # fmt: skip
    assert guide["operators"][0] == [names[-1][:100], 299 / 300]
    assert len(json.dumps(guide)) < MAX_BYTES / 100


def test_numbers_of_numpy(kepler, beliefs):
    odd = replace(
        beliefs, operators={"sin": np.float32(0.5), "exp": np.float64(1)}, columns={},
        size=np.float64(7.0), noise=np.float32(0.25), used=np.True_,
    )  # fmt: skip
    guide = validate(json.loads(json.dumps(replace(kepler, beliefs=odd).snapshot())))["guide"]
    assert guide["operators"] == [["exp", 1.0], ["sin", 0.5]]
    assert (guide["size"], guide["noise"], guide["used"]) == (7.0, 0.25, True)


def test_it_may_be_missing(kepler):
    made = kepler.snapshot()
    assert made["guide"] is None
    del made["guide"]
    assert validate(made) is made


WRONG = [
    ("source", 3), ("source", None), ("source", "s" * 101), ("used", 1), ("used", None),
    ("reason", []), ("reason", "r" * 501), ("size", "9"), ("size", float("nan")),
    ("noise", True), ("length", 10**400), ("seconds", [1]), ("operators", {"sin": 0.5}),
    ("operators", None), ("operators", [["sin", 0.5]] * 21), ("operators", [["sin"]]),
    ("operators", [["sin", "0.5"]]), ("operators", [["sin", 1.01]]), ("operators", [["sin", -1]]),
    ("operators", [["sin", float("nan")]]), ("operators", [["sin", True]]), ("operators", ["ab"]),
    ("operators", [[3, 0.5]]), ("operators", [["s" * 101, 0.5]]), ("columns", [["a", 0.5]] * 13),
    ("columns", [["a", None]]), ("pairs", [["a", 0.5]]), ("pairs", [["a", "b", "c", 0.5]]),
    ("pairs", [["a", "b", 0.5]] * 7), ("peels", [["log(P)", 0.5]] * 11), ("peels", [[["x"], 0.5]]),
]  # fmt: skip


@pytest.mark.parametrize(("field", "value"), WRONG)
def test_wrong_fields_are_refused(guided, field, value):
    made = guided.snapshot()
    made["guide"] = {**made["guide"], field: value}
    with pytest.raises(DataError, match="'guide' of the saved result"):
        validate(made)


@pytest.mark.parametrize("value", [3, "guide", [], {}, True])
def test_anything_else_is_refused(guided, value):
    with pytest.raises(DataError, match="'guide' of the saved result"):
        validate({**guided.snapshot(), "guide": value})


def test_huge_integers_are_refused_elsewhere_too(kepler):
    with pytest.raises(DataError, match="elapsed"):
        validate({**kepler.snapshot(), "elapsed": 10**400})


def test_it_is_saved_whole(guided, beliefs, tmp_path):
    many = replace(beliefs, columns={f"x{i}" + "n" * 200: i / 50 for i in range(50)}, used=False)
    replace(guided, beliefs=many).save(tmp_path / "laws.json")
    again = Laws.load(tmp_path / "laws.json")
    assert again.beliefs == many
    assert again.snapshot() == replace(guided, beliefs=many).snapshot()
    assert repr(again) == repr(replace(guided, beliefs=many))


def test_files_without_it_are_read(kepler):
    content = json.loads(json.dumps(laws_file.laws_json(kepler)))
    assert laws_file.laws_from_json(content).beliefs is None
    del content["guide"]
    assert laws_file.laws_from_json(content).beliefs is None


@pytest.mark.parametrize(("field", "value"), [
    ("source", 3), ("used", "yes"), ("size", "9"), ("operators", {"sin": 1}), ("peels", [["x"]]),
    ("pairs", [["a", 0.5]]), ("columns", [["a", 2]]), ("size", None), ("noiseless", 2),
])  # fmt: skip
def test_damaged_files_are_refused(guided, field, value):
    content = json.loads(json.dumps(laws_file.laws_json(guided)))
    content["guide"][field] = value
    with pytest.raises(DataError, match="save them again"):
        laws_file.laws_from_json(content)
