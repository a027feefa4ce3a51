"""Delimited files: separator, header, quotes and missing values are found out."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sr_kernel.errors import DataError
from sr_kernel.formula.csv_file import parse_csv, read_csv


def columns(text, encoding="utf-8"):
    raw = text if isinstance(text, bytes) else text.encode(encoding)
    return {
        c.name: list(c.texts) if c.numbers is None else c.numbers.tolist()
        for c in parse_csv(raw, "t.csv").columns
    }


@pytest.mark.parametrize(
    "text",
    [
        "a,b\n1,2\n3,4.5\n",
        "a;b\n1;2\n3;4.5\n",
        "a\tb\n1\t2\n3\t4.5\n",
        "a, b\n1, 2\n3, 4.5",
        "a;b\r\n1;2\r\n3;4,5\r\n",
        '"a","b"\n"1","2"\n"3","4.5"\n',
        "\ufeffa,b\n1,2\n3,4.5\n",
        "# a comment\n\na,b\n1,2\n\n3,4.5\n\n",
        "a,b,\n1,2,\n3,4.5,\n",
    ],
)
def test_separators_quotes_and_marks(text):
    assert columns(text) == {"a": [1, 3], "b": [2, 4.5]}


def test_utf16_and_windows_files():
    assert columns("a,b\n1,2\n", "utf-16") == {"a": [1], "b": [2]}
    read = parse_csv("größe,b\n1,2\n".encode("cp1252"), "t.csv")
    assert read.columns[0].name == "größe"
    assert "Windows-1252" in read.notes[0]


def test_file_without_header_gets_names_and_a_note():
    read = parse_csv(b"1,2\n3,4\n", "t.csv")
    assert [c.name for c in read.columns] == ["x1", "x2"]
    assert "no header row" in read.notes[0]


def test_single_column():
    assert columns("a\n1\n2\n") == {"a": [1, 2]}


def test_missing_values_of_many_spellings():
    [values] = columns('a\n1\nNA\nnan\n""\nnull\n-\n?\n-inf\n').values()
    assert values[0] == 1
    assert values[-1] == -np.inf
    assert np.isnan(values[1:-1]).all()


def test_text_columns_stay_text():
    found = columns('name,a\n"Smith, J",1\nx,2\n')
    assert found == {"name": ["Smith, J", "x"], "a": [1, 2]}


def test_python_spellings_of_numbers_are_text():
    assert columns("a,b\n1_000,0x1\n2,3\n") == {"a": ["1_000", "2"], "b": ["0x1", "3"]}


def test_extreme_numbers():
    assert columns("a,b\n1e300,-1e-300\n2.5E+4,.5\n") == {"a": [1e300, 2.5e4], "b": [-1e-300, 0.5]}


def test_repeated_names_are_kept_for_the_table_to_judge():
    assert [c.name for c in parse_csv(b"a,a\n1,2\n", "t").columns] == ["a", "a"]


def test_unnamed_index_column():
    assert list(columns(",a\n0,1.5\n1,2.5\n")) == ["column1", "a"]


@pytest.mark.parametrize(
    ("raw", "way_out"),
    [
        (b"", "is empty"),
        (b"\n \n", "is empty"),
        (b"a,b\n", "no rows of data"),
        (b"a,b\n1,2\n3\n", "row 2 of 't.csv' has 1 cells where 2 are expected"),
        (b"PK\x03\x04\x00\x00", "is not a text file"),
    ],
)
def test_refused_with_the_way_out(raw, way_out):
    with pytest.raises(DataError, match=way_out):
        parse_csv(raw, "t.csv")


def test_missing_file_names_the_nearest(tmp_path):
    (tmp_path / "planets.csv").write_text("a\n1\n2\n")
    with pytest.raises(DataError, match=r"did you mean .*planets\.csv"):
        read_csv(tmp_path / "planet.csv")
    with pytest.raises(DataError, match="give the path of a CSV file"):
        read_csv(tmp_path / "nowhere" / "x.csv")


def test_directory_and_nonsense_path(tmp_path):
    with pytest.raises(DataError, match="is a directory"):
        read_csv(tmp_path)
    with pytest.raises(DataError, match="cannot read"):
        read_csv("a\0b")
    with pytest.raises(DataError, match="cannot read"):
        read_csv("x" * 5000)


@given(
    st.lists(
        st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=2, max_size=2),
        min_size=1,
        max_size=6,
    ),
    st.sampled_from(",;\t"),
)
def test_written_numbers_are_read_back(rows, separator):
    text = "\n".join(separator.join(map(repr, row)) for row in [["u", "v"], *rows])
    found = columns(text.replace("'", ""))
    assert found == {"u": [row[0] for row in rows], "v": [row[1] for row in rows]}


@given(st.binary(max_size=80))
def test_any_bytes_are_read_or_refused(raw):
    try:
        read = parse_csv(raw, "t.csv")
    except DataError:
        return
    assert len({column.rows for column in read.columns}) == 1
