"""Saved laws come back the same, and a strange file is refused."""

import json
import math
from dataclasses import MISSING, fields, replace

import numpy as np
import pytest

from sr_kernel.errors import DataError
from sr_kernel.report import laws_file
from sr_kernel.report.laws import Laws
from sr_kernel.report.reproduction import reproduction_box
from sr_kernel.report.snapshot import law_entry, validate
from sr_kernel.search.law import Law


def test_what_is_saved_is_loaded(kepler, tmp_path):
    path = tmp_path / "laws.json"
    kepler.save(path)
    again = Laws.load(path)
    assert again.front == kepler.front
    assert again.best == kepler.best
    assert again.question == kepler.question
    assert np.array_equal(again.rows.X, kepler.rows.X)
    assert np.array_equal(again.rows.y, kepler.rows.y)
    assert again.snapshot() == kepler.snapshot()
    assert repr(again) == repr(kepler)


def _filled(law):
    """``law`` with a value of its own in each field that has a default."""
    own = {"length": -12.5, "bic": 3.25, "validation": 0.125, "box_conditions": ("a != 7",)}
    return replace(law, **own)


def test_no_field_of_a_law_is_forgotten(kepler, tmp_path):
    laws = replace(kepler, front=tuple(map(_filled, kepler.front)), best=_filled(kepler.best))
    for field in fields(Law):
        assert field.default is MISSING or getattr(laws.best, field.name) != field.default
    laws.save(tmp_path / "laws.json")
    again = Laws.load(tmp_path / "laws.json")
    assert again.front == laws.front
    assert again.best == laws.best


def test_judgements_that_are_not_finite_come_back(kepler, tmp_path):
    law = replace(kepler.best, length=math.inf, validation=math.inf)
    replace(kepler, front=(law,), best=law).save(tmp_path / "laws.json")
    again = Laws.load(tmp_path / "laws.json").best
    assert (again.length, again.validation) == (math.inf, math.inf)
    assert math.isnan(again.bic)


def test_files_without_judgements_are_read(kepler):
    content = json.loads(json.dumps(laws_file.laws_json(kepler)))
    for entry in content["front"]:
        for name in ("length", "bic", "validation", "box_conditions"):
            entry.pop(name, None)
    assert math.isnan(laws_file.laws_from_json(content).best.length)
    content["front"][0]["length"] = "long"
    with pytest.raises(DataError, match="damaged"):
        laws_file.laws_from_json(content)


def test_a_loaded_result_shows_all(kepler, tmp_path):
    edit = {**law_entry(kepler[1]), "verdict": {"status": "different", "text": "another law"}}
    laws = replace(kepler, edits=[edit], best=_filled(kepler.best))
    laws.save(tmp_path / "laws.json")
    assert "#include" not in json.dumps(json.loads((tmp_path / "laws.json").read_text())["front"])
    made = validate(Laws.load(tmp_path / "laws.json").snapshot())
    assert made == laws.snapshot()
    assert len(made["sample"]["y"]) == 6
    assert all({"predicted", "code"} <= set(entry) for entry in (*made["front"], *made["edits"]))


def test_files_of_before_are_read(kepler):
    """Their laws and edits lack what was added since."""
    content = json.loads(json.dumps(laws_file.laws_json(kepler)))
    for entry in content["front"]:
        del entry["validation"]
        for parameter in entry["parameters"]:
            del parameter["path"], parameter["fixed"]
    content["edits"] = [{**content["front"][0], "verdict": {"status": "equal", "text": "same"}}]
    made = validate(laws_file.laws_from_json(content).snapshot())
    assert made["front"] == kepler.snapshot()["front"]
    assert made["edits"][0]["predicted"] == made["front"][0]["predicted"]
    assert made["edits"][0]["code"] == made["front"][0]["code"]


def test_numbers_that_json_lacks(make_laws, tmp_path):
    laws = make_laws("y ~ x", {"y": [1.0, 1.0], "x": [1.0, 2.0]}, ["1.0"])
    assert np.isnan(laws.best.r2)
    laws.save(tmp_path / "laws.json")
    assert np.isnan(Laws.load(tmp_path / "laws.json").best.r2)


def test_large_data_are_left_out(kepler, tmp_path, monkeypatch):
    monkeypatch.setattr(laws_file, "MAX_NUMBERS", 5)
    kepler.save(tmp_path / "laws.json")
    assert Laws.load(tmp_path / "laws.json").rows is None


def test_other_files_are_refused(tmp_path):
    path = tmp_path / "x.json"
    for content in ("", "{", "[" * 100_000, "[]", "{}", '{"format": "other"}', "3"):
        path.write_text(content)
        with pytest.raises(DataError, match=r"save\(\)"):
            Laws.load(path)
    with pytest.raises(DataError, match="cannot read"):
        Laws.load(tmp_path / "missing.json")
    with pytest.raises(DataError, match="cannot read"):
        Laws.load(tmp_path)


def test_other_versions_are_refused(kepler):
    content = laws_file.laws_json(kepler)
    with pytest.raises(DataError, match="version 2"):
        laws_file.laws_from_json({**content, "version": 2})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("front", 3), ("front", [{}]), ("front", None), ("question", {}), ("question", None),
        ("candidates", "many"), ("rows", {"X": [[1, 2]], "y": [1, 2, 3]}), ("rows", {"y": "x"}),
        ("edits", [3]), ("seconds", "long"),
    ],
)  # fmt: skip
def test_damaged_files_are_refused(kepler, field, value):
    content = json.loads(json.dumps(laws_file.laws_json(kepler)))
    content[field] = value
    with pytest.raises(DataError):
        laws_file.laws_from_json(content)


def test_a_tree_is_read_never_evaluated(kepler):
    content = json.loads(json.dumps(laws_file.laws_json(kepler)))
    content["front"][0]["tree"] = ["__import__", "os"]
    with pytest.raises(DataError, match="no operator called '__import__'"):
        laws_file.laws_from_json(content)


@pytest.mark.parametrize("guide", ["off", "on", "weights/é it's.safetensors"])
def test_the_guide_of_a_question_comes_back(kepler, tmp_path, guide):
    laws = replace(kepler, question=replace(kepler.question, guide=guide))
    laws.save(tmp_path / "laws.json")
    again = Laws.load(tmp_path / "laws.json")
    assert again.question == laws.question
    assert reproduction_box(again) == reproduction_box(laws)


def test_the_usual_guide_is_not_saved(kepler):
    content = laws_file.laws_json(kepler)
    assert "guide" not in content["question"]
    assert laws_file.laws_from_json(content).question.guide == "auto"


@pytest.mark.parametrize("guide", [None, 3, "", ["off"], "x" * 4097])
def test_a_guide_that_is_none_is_refused(kepler, guide):
    content = json.loads(json.dumps(laws_file.laws_json(kepler)))
    content["question"]["guide"] = guide
    with pytest.raises(DataError, match=r"damaged \(guide is not a text"):
        laws_file.laws_from_json(content)


def test_unwritable_path(kepler, tmp_path):
    with pytest.raises(DataError, match="cannot write"):
        kepler.save(tmp_path / "missing" / "laws.json")
