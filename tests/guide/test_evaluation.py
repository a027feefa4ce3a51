"""How good a guide is: figures by hand, and a small run with a network that knows nothing."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from sr_kernel.errors import DataError, OptionError
from sr_kernel.expr import parse
from sr_kernel.guide.evaluation import (
    BINS,
    EvaluationOptions,
    calibration,
    ece,
    evaluate,
    operators_of,
    right_peels,
    tables,
)
from sr_kernel.guide.tokens import LONGEST

Written = Callable[..., Path]


def test_bins_of_probabilities_by_hand() -> None:
    believed = [(0.05, False), (0.08, True), (0.5, True), (1.0, True), (1.0, False)]
    bins = calibration(believed)
    assert [b["count"] for b in bins] == [2, 0, 0, 0, 0, 1, 0, 0, 0, 2]
    assert len(bins) == BINS
    assert (bins[0]["low"], bins[0]["high"]) == (0.0, 0.1)
    assert bins[0]["mean"] == pytest.approx(0.065)
    assert [bins[k]["rate"] for k in (0, 5, 9)] == [0.5, 1.0, 0.5]
    assert sum(b["count"] for b in bins) == len(believed)


def test_the_expected_error_by_hand() -> None:
    assert ece([(0.05, False), (0.08, True), (0.5, True), (1.0, True), (1.0, False)]) == (
        pytest.approx(0.4 * 0.435 + 0.2 * 0.5 + 0.4 * 0.5)
    )
    assert ece([]) == 0.0
    assert sum(b["count"] for b in calibration([])) == 0
    assert ece([(0.25, k == 0) for k in range(4)]) == pytest.approx(0.0)


def test_operators_are_those_of_the_labels() -> None:
    assert operators_of(parse("x - sin(y)/2")) == {"add", "sin", "div"} or operators_of(
        parse("x - sin(y)/2")
    ) == {"add", "sin", "mul"}
    assert operators_of(parse("-x")) == set()
    assert operators_of(parse("x**2")) == {"pow"}


def test_a_law_without_labels_has_none() -> None:
    assert right_peels(parse("min(x, y)"), ("x", "y")) is None
    assert right_peels(parse("2.5"), ("x",)) is None
    wide = tuple(f"v{j}" for j in range(30))
    assert right_peels(parse("v1*v2"), wide) is None


# ------------------------------------------------------------------ runs


def test_a_run_on_the_corpus(written: Written) -> None:
    options = EvaluationOptions(written(), count=5, noise=(0.0, 0.05))
    found = evaluate(options)
    figures = found.as_dict()
    assert [(row["set"], row["noise"]) for row in figures["sets"]] == [
        ("corpus", 0.0), ("corpus", 0.05),
    ]  # fmt: skip
    for row in figures["sets"]:
        assert row["problems"] == 5
        assert 0 <= row["top1"] <= row["top3"] <= row["top10"] <= 1
        assert 0 <= row["written"] <= row["peels"] <= 5
        for name in ("written_top3", "recall", "precision", "noise_near", "parsed", "distinct"):
            assert 0 <= row[name] <= 1
    assert figures["parameters"] > 1000
    assert figures["bytes"] == options.weights.stat().st_size  # type: ignore[union-attr]
    assert sum(b["count"] for b in figures["calibration"]) == 2 * 5 * 17
    assert figures["skipped"] == 0
    json.dumps(figures, allow_nan=False)
    text = found.lines()
    assert len({line.count("|") for line in text[:4]}) == 1
    assert "parameters" in text[-1]
    assert max(map(len, text)) < 120


def test_the_tables_follow_from_the_seed(written: Written) -> None:
    def seen(seed: int) -> list[np.ndarray]:
        options = EvaluationOptions(count=3, seed=seed, noise=(0.1,))
        return [one.y for one in tables(options, [])]

    assert all(map(np.array_equal, seen(0), seen(0)))
    assert not any(a.shape == b.shape and np.array_equal(a, b)
                   for a, b in zip(seen(0), seen(1), strict=True))  # fmt: skip


LAW = " + ".join(f"sin(x**{k})" for k in range(2, LONGEST))
VARIABLES = [{"name": "x", "dist": "uniform", "low": 1.0, "high": 2.0},
             {"name": "z", "dist": "uniform", "low": 1.0, "high": 2.0}]  # fmt: skip


def problems(path: Path, *formulas: str) -> Path:
    records = [
        {"id": f"p{k}", "family": "made", "formula": formula, "variables": VARIABLES}
        for k, formula in enumerate(formulas)
    ]
    path.write_text("\n".join(map(json.dumps, records)))
    return path


def test_a_run_on_a_file(written: Written, tmp_path: Path) -> None:
    """A law that is too long for the labels is a problem as others are; one that is nowhere
    defined is counted."""
    path = problems(tmp_path / "p.jsonl", "exp(x*z)/(x + z)", LAW, "log(-x)", "max(x, z)")
    found = evaluate(EvaluationOptions(written(), path, noise=(0.0,)))
    [row] = found.as_dict()["sets"]
    assert (row["set"], row["problems"], row["peels"]) == ("made", 3, 1)
    assert found.skipped == 1
    assert "1 problems left out" in found.lines()[-1]


def test_tables_of_which_no_guide_is_asked_are_left_out(tmp_path: Path) -> None:
    path = problems(tmp_path / "p.jsonl", "x*z", "x/z")
    first, second = map(json.loads, path.read_text().splitlines())
    path.write_text(json.dumps(first | {"n_train": 11}) + "\n" + json.dumps(second))
    skipped: list[str] = []
    [table] = tables(EvaluationOptions(problems=path, noise=(0.0,)), skipped)
    assert str(table.law) == "x/z"
    [reason] = skipped
    assert "p0 has 11 rows" in reason


def test_a_peel_of_a_sum_is_right_though_not_as_written(written: Written, tmp_path: Path) -> None:
    path = problems(tmp_path / "p.jsonl", "x*exp(z) + x*sin(z)")
    [row] = evaluate(EvaluationOptions(written(), path, noise=(0.0,))).as_dict()["sets"]
    assert (row["peels"], row["written"]) == (1, 0)


def test_noise_differs_in_its_level_alone(tmp_path: Path) -> None:
    path = problems(tmp_path / "p.jsonl", "x*z")
    low, high = tables(EvaluationOptions(problems=path, noise=(0.1, 0.2)), [])
    clean = low.X[:, 0] * low.X[:, 1]
    assert np.array_equal(low.X, high.X)
    np.testing.assert_allclose(high.y - clean, 2 * (low.y - clean), rtol=1e-9)


def test_nothing_to_evaluate_is_told(written: Written, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no problem to evaluate"):
        evaluate(EvaluationOptions(written(), problems(tmp_path / "p.jsonl", "log(-x)")))
    with pytest.raises(DataError, match="no problem to evaluate"):
        evaluate(EvaluationOptions(
            written(), problems(tmp_path / "p.jsonl", "x"), families=("other",),
        ))  # fmt: skip
    with pytest.raises(OptionError, match="gone"):
        evaluate(EvaluationOptions(tmp_path / "gone.safetensors"))
