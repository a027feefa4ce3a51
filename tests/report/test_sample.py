"""A few rows stand for all, and what laws say for them is computed once."""

import json

import numpy as np
import pytest

from sr_kernel.expr import parse, to_tree
from sr_kernel.formula.task import problem_of
from sr_kernel.report import sample as module
from sr_kernel.report.sample import MAX_COLUMNS, MAX_ROWS, Sample, numbers, sample_of, spread_rows


def test_small_tables_are_taken_whole_and_in_order():
    y = np.array([3.0, 1.0, 2.0])
    sample = Sample(("a",), np.array([[1.0], [2.0], [3.0]]), y)
    assert sample.y == [3.0, 1.0, 2.0]
    assert sample.columns(()) == {"a": [1.0, 2.0, 3.0]}


def test_rows_are_spread_over_the_values_of_the_target():
    y = np.random.default_rng(1).lognormal(size=5_000)
    rows = spread_rows(y)
    assert len(rows) == len(set(rows)) == MAX_ROWS
    assert (np.diff(rows) > 0).all()
    assert {y[rows].min(), y[rows].max()} == {y.min(), y.max()}
    ranks = np.sort(np.argsort(np.argsort(y))[rows])
    assert np.diff(ranks).max() <= 5_000 / (MAX_ROWS - 1) + 1
    assert np.array_equal(rows, spread_rows(y))


def test_a_regular_table_keeps_all_values_of_a_column():
    """y does not depend on x, which has a period that equal steps through the table would hit."""
    x = np.tile(np.arange(10.0), 1_000)
    assert len(set(x[spread_rows(np.ones(10_000))])) == 10


def test_numbers_have_six_digits_and_gaps_for_what_json_lacks():
    values = np.array([1 / 3, 1234567.0, np.nan, np.inf, 0.0, -1e-300])
    assert numbers(values) == [0.333333, 1234570.0, None, None, 0.0, -1e-300]


def test_a_law_that_is_nearly_exact_keeps_the_digits_of_its_residuals():
    a = np.linspace(1.0, 2.0, 50)
    y = a**1.5 + 1e-9 * np.cos(40 * a)
    sample = Sample(("a",), a[:, None], y)
    predicted = np.array(sample.predicted(parse("a**1.5")))
    assert np.array(sample.y) - predicted == pytest.approx(y - a**1.5, abs=1e-13)
    assert sample.predicted(parse("a**1.4"))[1] == float(f"{a[1] ** 1.4:.6g}")


def test_columns_that_laws_use_come_first(kepler):
    names = tuple(f"x{i}" for i in range(20))
    sample = Sample(names, np.ones((3, 20)), np.ones(3))
    from dataclasses import replace

    laws = [replace(kepler[0], expr=parse("x17*x3"))]
    columns = list(sample.columns(laws))
    assert columns == [*names[:11], "x17"]
    assert len(columns) == MAX_COLUMNS


def test_values_of_laws():
    sample = Sample(("a", "b"), np.array([[1.0, 2.0], [-4.0, 3.0]]), np.zeros(2))
    assert sample.predicted(parse("sqrt(a)*b")) == [2.0, None]
    assert sample.predicted(parse("2.5")) == [2.5, 2.5]
    assert sample.predicted(parse("b")) == [2.0, 3.0]
    assert sample.predicted(parse("c")) is None


def test_values_are_computed_once(monkeypatch):
    sample = Sample(("a",), np.array([[1.0], [4.0]]), np.zeros(2))
    first = sample.predicted(parse("sqrt(a)"))
    monkeypatch.setattr(module, "evaluated", None)
    assert sample.predicted(parse("sqrt(a)")) is first
    assert sample.predicted_tree(to_tree(parse("sqrt(a)")), "sqrt(a)") is first


def test_what_is_kept_is_bounded(monkeypatch):
    monkeypatch.setattr(module, "MAX_KNOWN", 3)
    sample = Sample(("a",), np.array([[1.0], [4.0]]), np.zeros(2))
    for i in range(10):
        expr = parse(f"a + {i}")
        assert sample.predicted_tree(to_tree(expr), str(expr)) == [1.0 + i, 4.0 + i]
    assert len(sample._values) <= 3
    assert len(sample._read) <= 3


@pytest.mark.parametrize("tree", [["exec", "a"], {}, ["float"], "`", ["add", "a"]])
def test_trees_from_anywhere(tree):
    sample = Sample(("a",), np.array([[1.0]]), np.zeros(1))
    assert sample.predicted_tree(tree, json.dumps(tree)) in (None, [1.0])


def test_a_task_has_one_sample():
    task = problem_of("log(y) ~ a", {"y": [1.0, np.e, -1.0], "a": [1.0, 2.0, 3.0]})
    assert sample_of(task) is sample_of(task)
    assert sample_of(task).y == [0.0, 1.0]
