"""The bundled data: complete, with units and citations."""

import pandas as pd
import pytest

from sr_kernel.errors import DataError
from sr_kernel.formula.datasets import dataset, dataset_names, datasets, load_dataset
from sr_kernel.formula.table import Table


def test_names():
    assert dataset_names() == ("kepler1618", "planets_modern", "leavitt1912", "hydrogen_lines")


@pytest.mark.parametrize("name", dataset_names())
def test_every_column_is_described_and_complete(name):
    found = datasets()[name]
    frame = load_dataset(name)
    assert tuple(frame.columns) == tuple(column.name for column in found.columns)
    assert all(column.meaning for column in found.columns)
    assert found.citation
    assert not frame.isna().any().any()
    assert frame.attrs["citation"] == found.citation


def test_known_rows():
    earth = load_dataset("kepler1618").query("planet == 'Earth'")
    assert earth[["a", "P"]].to_numpy().tolist() == [[1.0, 365.25]]
    assert load_dataset("hydrogen_lines")["n1"].dtype.kind == "i"
    assert len(load_dataset("leavitt1912")) == 25


def test_citation_travels_with_the_frame():
    frame = load_dataset("leavitt1912")
    assert Table.of(frame).source == dataset("leavitt1912").table().source != ""


def test_unknown_name_lists_those_there_are():
    with pytest.raises(DataError, match="kepler1618, planets_modern"):
        load_dataset("kepler")


def test_frames_are_fresh():
    frame = load_dataset("kepler1618")
    assert isinstance(frame, pd.DataFrame)
    frame.loc[0, "P"] = 0
    assert load_dataset("kepler1618").loc[0, "P"] != 0
