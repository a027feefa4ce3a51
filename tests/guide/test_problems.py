"""Problems of a file as tables."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sr_kernel.errors import DataError, ExpressionError
from sr_kernel.guide.problems import drawn, generator_of, law_of, noisy, table_of

UNIFORM = {"name": "x", "dist": "uniform", "low": 1.0, "high": 2.0}


def record(**changes: Any) -> dict[str, Any]:
    return {"id": "one", "family": "f", "formula": "x**2", "variables": [UNIFORM], **changes}


def lines(path: Path, *records: Any) -> Path:
    path.write_text("\n".join(json.dumps(one) for one in records) + "\n\n")
    return path


def table(given: dict[str, Any], seed: int = 0, **options: Any) -> tuple[np.ndarray, np.ndarray]:
    return table_of(given, generator_of(given, seed), **options)


def test_records_of_a_file(tmp_path: Path) -> None:
    path = lines(tmp_path / "p.jsonl", record(id="b"), record(id="a", family="g"),
                 record(id="two", formula="x | sin(x)"))  # fmt: skip
    assert [r["id"] for r in drawn(path, (), 0, 0)] == ["a", "b", "two_0", "two_1"]
    assert [r["formula"] for r in drawn(path, (), 0, 0)][2:] == ["x", "sin(x)"]
    assert [r["id"] for r in drawn(path, ("g",), 0, 0)] == ["a"]
    picked = [r["id"] for r in drawn(path, (), 2, 5)]
    assert len(set(picked)) == 2
    assert picked == [r["id"] for r in drawn(path, (), 2, 5)]


@pytest.mark.parametrize(
    "line",
    ["no json", "3", "[1]", '"text"', "{}", json.dumps(record(formula=7)), "[" * 50_000,
     json.dumps(record(variables=[{"name": "x"}])), json.dumps(record(variables=7)),
     json.dumps(record(variables=[{**UNIFORM, "name": 1}])), json.dumps(record(id=None))],
)  # fmt: skip
def test_what_is_no_problem_is_told(tmp_path: Path, line: str) -> None:
    path = tmp_path / "p.jsonl"
    path.write_text(line)
    with pytest.raises(DataError, match=r"p\.jsonl' holds no problems"):
        drawn(path, (), 0, 0)


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="none"):
        drawn(tmp_path / "none.jsonl", (), 0, 0)


# ------------------------------------------------------------------ tables


@pytest.mark.parametrize(
    ("variable", "low", "high"),
    [
        ({"dist": "uniform", "low": -1, "high": 2}, -1, 2),
        ({"dist": "loguniform", "low": 0.1, "high": 100}, 0.1, 100),
        ({"dist": "loguniform_neg", "low": 0.1, "high": 100}, -100, -0.1),
        ({"dist": "loguniform_pm", "low": 0.1, "high": 100}, -100, 100),
        ({"dist": "uniform_pm", "low": 1, "high": 2}, 1, 2),
        ({"dist": "int_uniform", "low": 1, "high": 5}, 1, 5),
        ({"dist": "int_uniform_pm", "low": 1, "high": 5}, -5, 5),
        ({"dist": "values", "values": [1, 2, 7]}, 1, 7),
        ({"dist": "linspace", "low": 0, "high": 1, "n": 50}, 0, 1),
    ],
)
def test_columns_lie_where_they_are_said_to(
    variable: dict[str, Any], low: float, high: float
) -> None:
    given = record(formula="x", variables=[{"name": "x", **variable}])
    X, y = table(given, again=True)
    assert X.shape == (1000, 1)
    assert np.array_equal(X[:, 0], y)
    assert low <= X.min() < X.max() <= high
    if variable["dist"].startswith("int"):
        assert np.array_equal(X, np.round(X))
    if variable["dist"].endswith("_pm") and variable["dist"] != "uniform_pm":
        assert X.min() < 0 < X.max()


def test_rows_follow_from_the_seed_and_the_name() -> None:
    one = table(record())[0]
    assert np.array_equal(one, table(record())[0])
    assert not np.array_equal(one, table(record(), seed=1)[0])
    assert not np.array_equal(one, table(record(id="other"))[0])


def test_a_grid_is_taken_as_it_is() -> None:
    axis = {"name": "x", "dist": "linspace", "low": 0, "high": 1, "n": 5}
    given = record(
        formula="x*z", variables=[axis, {"name": "z", "dist": "values", "values": [1, 3]}]
    )
    X, y = table(given)
    assert X.tolist() == [[a, b] for a in (0, 0.25, 0.5, 0.75, 1) for b in (1, 3)]
    assert np.array_equal(y, X[:, 0] * X[:, 1])
    assert len(table(given, rows=4)[0]) == 4
    assert len(table(given, again=True)[0]) == 1000


def test_no_more_rows_than_the_record_has() -> None:
    assert len(table(record(n_train=30))[0]) == 30
    assert len(table(record(n_train=30), rows=20)[0]) == 20
    assert len(table(record(n_train=30), again=True)[0]) == 1000


def test_rows_without_a_value_are_left_out() -> None:
    around = [{**UNIFORM, "low": -1.0, "high": 1.0}]
    X, y = table(record(formula="log(x)", variables=around))
    assert X.min() > 0
    assert np.isfinite(y).all()
    assert np.abs(table(record(formula="1/x", variables=around))[1]).max() > 100
    noted = record(formula="1/x", variables=around, notes="|y| < 100")
    assert np.abs(table(noted)[1]).max() < 100
    with pytest.raises(DataError, match="no table can be made"):
        table(record(formula="log(-x)"))


@pytest.mark.parametrize(
    "changes",
    [
        {"variables": [{"name": "x", "dist": "uniform"}]},
        {"variables": [{**UNIFORM, "low": "1"}]},
        {"variables": [UNIFORM, {"name": "z", "dist": "values", "values": []}]},
        {"variables": [{**UNIFORM, "dist": "int_uniform", "low": 5, "high": 1}]},
        {"variables": [{**UNIFORM, "dist": "linspace", "n": 10**7}]},
        {"n_train": "many"},
    ],
)
def test_rows_that_cannot_be_drawn_are_told(changes: dict[str, Any]) -> None:
    with pytest.raises(DataError, match="no rows of 'one' can be drawn"):
        table(record(**changes))


def test_a_formula_that_cannot_be_read_is_told() -> None:
    with pytest.raises(ExpressionError):
        law_of(record(formula="x +"))


def test_noise_is_relative_to_the_root_mean_square() -> None:
    clean = np.full(20_000, 3e200)
    seen = noisy(clean, 0.1, np.random.default_rng(0))
    assert ((seen - clean) / 3e200).std() == pytest.approx(0.1, rel=0.03)
    assert np.array_equal(noisy(clean, 0.0, np.random.default_rng(0)), clean)
    assert np.array_equal(noisy(np.zeros(5), 0.1, np.random.default_rng(0)), np.zeros(5))
