"""What --data may name."""

import numpy as np
import pandas as pd
import pytest

from sr_kernel.errors import DataError
from sr_kernel.formula import Table
from sr_kernel.jupyter.data_source import find_table, tables_in

FRAME = pd.DataFrame({"x": [1.0, 2.0], "y": [3.0, 4.0]})


def test_a_variable_is_found_and_named():
    for data in (FRAME, {"x": [1, 2], "y": [3, 4]}, Table.of(FRAME, "t")):
        table = find_table("t", {"t": data})
        assert (table.name, table.names, table.rows) == ("t", ("x", "y"), 2)


def test_a_variable_wins_over_a_bundled_data_set():
    assert find_table("kepler1618", {"kepler1618": FRAME}).names == ("x", "y")


def test_a_bundled_data_set_needs_no_variable():
    assert "a" in find_table("kepler1618", {}).names


def test_a_file_is_read(tmp_path, monkeypatch):
    FRAME.to_csv(tmp_path / "some.csv", index=False)
    (tmp_path / "plain").write_text("x,y\n1,2\n")
    assert find_table(str(tmp_path / "some.csv"), {}).rows == 2
    monkeypatch.chdir(tmp_path)
    assert find_table("some.csv", {}).rows == 2
    assert find_table("plain", {}).rows == 1
    monkeypatch.setenv("HOME", str(tmp_path))
    assert find_table("~/some.csv", {}).rows == 2


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (None, "--data NAME: at hand are planets; bundled are kepler1618"),
        ("planet", "did you mean planets"),
        ("kepler", "did you mean kepler1618"),
        ("missing.csv", "missing.csv"),
        ("number", "number is not a table"),
        ("_hidden", "there is no data called '_hidden'"),
        ("__import__('os')", "there is no data called"),
        ("planets['x']", "there is no data called"),
        ("x" * 5000, "there is no data called"),
        ("a\0b", "there is no data called"),
    ],
)
def test_what_cannot_be_found_is_said_with_the_way_out(name, message):
    namespace = {"planets": FRAME, "number": 3, "_hidden": FRAME, "array": np.ones(3)}
    with pytest.raises(DataError) as caught:
        find_table(name, namespace)
    assert message in str(caught.value)
    assert len(str(caught.value)) < 400
    assert "\n" not in str(caught.value)


def test_what_counts_as_a_table():
    namespace = {
        "frame": FRAME, "columns": {"x": [1]}, "table": Table.of(FRAME), "kind": pd.DataFrame,
        "number": 1, "text": {"x": "abc"}, "empty": {}, "_private": FRAME,
    }  # fmt: skip
    assert tables_in(namespace) == ["columns", "frame", "table"]
