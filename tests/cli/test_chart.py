"""Pictures of a guide: well-formed SVG, and marks where the numbers are."""

import json
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from sr_kernel.cli.chart import MOST_CURVES, calibration_chart, curves_of, training_chart
from sr_kernel.errors import DataError
from sr_kernel.report.plot import MAX_POINTS

SVG = "{http://www.w3.org/2000/svg}"


def bin_of(low, count, mean, rate):
    return {"low": low, "high": low + 0.1, "count": count, "mean": mean, "rate": rate}


def marks(markup):
    return [e for e in ElementTree.fromstring(markup).iter() if e.get("class") == "point"]


def curves(markup):
    found = ElementTree.fromstring(markup).iter(f"{SVG}polyline")
    return [[tuple(map(float, p.split(","))) for p in e.get("points").split()] for e in found]


def report(seen, **losses):
    return json.dumps({"step": 1, "seen": seen, "seconds": 1.0, "losses": losses})


def test_a_calibrated_guide_is_on_the_diagonal():
    bins = [bin_of(0.0, 400, 0.05, 0.05), bin_of(0.5, 100, 0.55, 0.55), bin_of(0.9, 0, None, None)]
    drawing = calibration_chart(bins)
    low, high = marks(drawing)
    [dashed] = [
        e for e in ElementTree.fromstring(drawing).iter(f"{SVG}line") if e.get("stroke-dasharray")
    ]
    start, end = ((float(dashed.get(f"x{k}")), float(dashed.get(f"y{k}"))) for k in (1, 2))
    for mark in (low, high):
        share = (float(mark.get("cx")) - start[0]) / (end[0] - start[0])
        assert float(mark.get("cy")) == pytest.approx(start[1] + share * (end[1] - start[1]), abs=1)
    assert float(low.get("r")) == pytest.approx(2 * float(high.get("r")))
    assert "500 probabilities in 2 bins" in drawing


def test_a_boastful_guide_is_below_it():
    [mark] = marks(calibration_chart([bin_of(0.9, 5, 0.95, 0.5)]))
    [fair] = marks(calibration_chart([bin_of(0.9, 5, 0.95, 0.95)]))
    assert float(mark.get("cy")) > float(fair.get("cy"))


def test_no_bins():
    assert marks(calibration_chart([])) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        None,
        bin_of(0.0, -1, 0.1, 0.1),
        bin_of(0.0, 3, 1.5, 0.1),
        bin_of(0.0, 3, float("nan"), 0.1),
        bin_of(0.0, float("inf"), 0.1, 0.1),
        bin_of(0.0, 3, None, 0.1),
    ],
)
def test_wrong_bins_are_refused(wrong):
    with pytest.raises(DataError, match="a bin of the calibration"):
        calibration_chart([wrong])


def test_a_falling_loss_falls():
    [curve] = curves(training_chart({"total": [(0, 4.0), (1_000, 2.0), (2_000, 1.0)]}))
    assert all(a[0] < b[0] and a[1] < b[1] for a, b in pairwise(curve)), "pixels go downwards"
    (_, first), (_, second), (_, third) = curve
    assert second - first == pytest.approx(third - second, abs=0.2), "a logarithmic axis"


@pytest.mark.parametrize(
    "given",
    [{}, {"a": []}, {"a": [(0, 0.0)]}, {"a": [(5, -2.0), (6, 3.0)]}, {"a": [(1, 1e-300)]}],
)
def test_degenerate_curves(given):
    assert len(curves(training_chart(given))) == len(given)


def test_names_are_text_and_what_is_drawn_is_bounded():
    long = [(k, 1.0 + k % 3) for k in range(10 * MAX_POINTS)]
    drawing = training_chart({f"<b>&{k}": long for k in range(20)})
    drawn = curves(drawing)
    assert len(drawn) == MOST_CURVES
    assert max(map(len, drawn)) <= MAX_POINTS
    assert drawn[0][-1][0] == max(x for x, _ in drawn[0])
    assert "<b>" not in drawing


def test_a_log_is_read(tmp_path):
    log = tmp_path / "guide.log.jsonl"
    lines = [report(10, total=4.0, size=1.0), report(20, total=float("nan"), size=0.5)]
    log.write_text("\n".join([*lines, report(30, total=3.0)[:20]]))
    assert curves_of(log) == {"total": [(10.0, 4.0)], "size": [(10.0, 1.0), (20.0, 0.5)]}


def test_a_log_that_was_gone_on_with(tmp_path):
    log = tmp_path / "guide.log.jsonl"
    log.write_text("\n".join(report(seen, total=seen / 10) for seen in (10, 20, 30, 20, 40)))
    assert [seen for seen, _ in curves_of(log)["total"]] == [10, 20, 40]


@pytest.mark.parametrize(
    "line",
    [
        "garbage", "[]", '{"seen": 1}', '{"seen": -1, "losses": {}}', '{"seen": 1, "losses": 3}',
        '{"seen": 1, "losses": {"a": "b"}}', "[" * 100_000,
    ],
)  # fmt: skip
def test_another_file_is_refused(tmp_path, line):
    log = tmp_path / "guide.log.jsonl"
    log.write_text(f"{report(1, a=1.0)}\n{line}\n{report(2, a=1.0)}\n")
    with pytest.raises(DataError, match="line 2, is no report of a training"):
        curves_of(log)


def test_a_log_that_cannot_be_read(tmp_path):
    with pytest.raises(DataError, match="No such file"):
        curves_of(tmp_path / "missing.jsonl")
    (tmp_path / "bytes.jsonl").write_bytes(b"\xff\xfe")
    with pytest.raises(DataError, match="no text"):
        curves_of(tmp_path / "bytes.jsonl")
