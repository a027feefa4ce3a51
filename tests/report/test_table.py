"""The text table of a front."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sr_kernel.report.table import front_table, loss_text, r2_text, seconds_text


def test_table(kepler):
    lines = front_table(kepler).splitlines()
    assert lines[0] == (
        "P ~ a   kepler1618, 6 rows, 1.5 s, 1,234 candidates, 567 distinct functions, stopped: time"
    )
    assert lines[1].split() == ["size", "loss", "R2", "equation"]
    assert lines[4].split()[:2] == [">", "6"]
    assert lines[4].endswith("365.0*sqrt(a)**3")
    assert lines[5] == "best: P = 365.0*sqrt(a)**3"
    assert lines[6].strip() == "where a >= 0"
    columns = {
        line.index(end) for line, end in zip(lines[1:4], ["eq", "2600", "1000.0*a"], strict=True)
    }
    assert len(columns) == 1


def test_warnings_are_shown_and_long_lines_cut(make_laws):
    data = {"y": [1.0, 2.0, float("nan")], "x": [1.0, 2.0, 3.0]}
    laws = make_laws("y ~ x", data, [" + ".join(["x*1.5"] * 30)])
    lines = front_table(laws, width=80).splitlines()
    assert lines[1] == "note: 1 row with a missing or infinite value dropped"
    assert len(lines[3]) == 80
    assert lines[3].endswith("...")


@pytest.mark.parametrize(
    ("r2", "text"),
    [
        (0.0, "0.0000"), (-1e-9, "0.0000"), (-0.5, "-0.5000"), (-1e9, "-1e+09"),
        (0.99, "0.9900"), (1.0, "1"),
        (0.99996, "0.999960"), (0.99999944, "0.99999944"), (math.nan, "undefined"),
    ],
)  # fmt: skip
def test_r2_text(r2, text):
    assert r2_text(r2) == text


@given(st.floats(max_value=1 - 1e-11, min_value=0))
def test_r2_is_never_rounded_up_to_one(r2):
    assert float(r2_text(r2)) < 1 or r2 > 1 - 2e-11


def test_other_texts():
    assert loss_text(1.2345e-30) == "1.23e-30"
    assert loss_text(math.nan) == "undefined"
    assert seconds_text(math.nan) == "unknown time"
