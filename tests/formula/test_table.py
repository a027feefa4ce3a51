"""Tables from whatever holds named columns."""

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from sr_kernel.errors import DataError
from sr_kernel.formula.table import Table


def as_dict(table):
    return {
        c.name: list(c.texts) if c.numbers is None else c.numbers.tolist() for c in table.columns
    }


SAME = {"a": [1.0, 2.0], "b": [3.0, 4.0]}


@pytest.mark.parametrize(
    "data",
    [
        pd.DataFrame({"a": [1, 2], "b": [3, 4]}),
        pd.DataFrame({"a": pd.array([1, 2], dtype="Int64"), "b": pd.Series([3, 4], dtype=object)}),
        {"a": [1, 2], "b": np.array([3, 4], dtype=np.float32)},
        {"a": (1, 2), "b": [Decimal(3), np.int8(4)]},
        {"a": pd.Series([1, 2]), "b": range(3, 5)},
        np.array([(1, 3), (2, 4)], dtype=[("a", int), ("b", float)]),
    ],
)
def test_sources(data):
    assert as_dict(Table.of(data)) == SAME


def test_array_columns_are_numbered():
    assert as_dict(Table.of(np.array([[1, 3], [2, 4]]))) == {"x1": [1, 2], "x2": [3, 4]}
    assert as_dict(Table.of([[1, 3], [2, 4]])) == {"x1": [1, 2], "x2": [3, 4]}


def test_csv_path_and_table(tmp_path):
    path = tmp_path / "planets.csv"
    path.write_text("a,b\n1,3\n2,4\n")
    table = Table.of(str(path))
    assert as_dict(table) == SAME
    assert table.name == "planets"
    assert Table.of(table) is table


def test_missing_values_become_nan():
    table = Table.of({"a": [1, None, np.nan], "b": np.ma.array([1.0, 2, 3], mask=[0, 1, 0])})
    assert np.isnan(table.numbers(["a", "b"])).tolist() == [[0, 0], [1, 1], [1, 0]]
    frame = pd.DataFrame({"a": pd.array([1, None], dtype="Int64"), "b": [pd.NA, 2]})
    assert np.isnan(Table.of(frame).numbers(["a", "b"])).tolist() == [[0, 1], [1, 0]]


def test_kinds_that_are_text():
    table = Table.of(
        pd.DataFrame(
            {"s": ["x", "y"], "c": pd.Categorical(["u", "v"]),
             "t": pd.to_datetime(["2020-01-01", "2021-01-01"]), "z": [1j, 2], "n": ["1", "2"],
             "k": [True, False]}
        )
    )  # fmt: skip
    assert table.text_names == ("s", "c", "t", "z", "n")
    assert table.numbers(["k"]).ravel().tolist() == [1, 0]


def test_huge_integers_become_infinite():
    assert Table.of({"a": [10**400, -(10**400), 1]}).numbers(["a"]).ravel().tolist() == [
        np.inf, -np.inf, 1
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("data", "way_out"),
    [
        (3, "not a table but of type int"),
        ([1, 2], "an array of 1 dimension"),
        (np.zeros((2, 2, 2)), "an array of 3 dimensions"),
        ([[1, 2], [3]], "its rows differ in length"),
        ({"a": [1, 2], "b": [1]}, "differ in length"),
        ({}, "has no columns"),
        ({"a": 3}, "is not a list of values"),
        ({"a": "text"}, "is not a list of values"),
        ({"a": np.zeros((2, 2))}, "is not a list of values"),
        (None, "not a table"),
    ],
)
def test_refused_with_the_way_out(data, way_out):
    with pytest.raises(DataError, match=way_out):
        Table.of(data)


def test_unknown_column_names_the_closest_and_the_list():
    table = Table.of({"mass": [1.0], "Radius": [2.0]}, "stars")
    with pytest.raises(DataError, match=r"'mas' in stars: did you mean 'mass'\? .* mass, Radius"):
        table.column("mas")
    with pytest.raises(DataError, match="did you mean 'Radius'"):
        table.column("radius")


def test_text_column_is_refused_as_numbers():
    with pytest.raises(DataError, match=r"holds text \('Earth'\).*turn it into numbers"):
        Table.of({"body": ["", "Earth"]}).numbers(["body"])


def test_repeated_name_is_refused_when_used():
    frame = pd.DataFrame([[1, 2, 3], [4, 5, 6]], columns=["a", "a", "b"])
    table = Table.of(frame)
    assert table.numbers(["b"]).ravel().tolist() == [3, 6]
    with pytest.raises(DataError, match="2 columns called 'a': rename them"):
        table.numbers(["a"])


def test_many_columns_are_not_all_listed():
    table = Table.of({f"c{i}": [1.0] for i in range(500)})
    with pytest.raises(DataError, match="and 488 more"):
        table.column("zzz")
