"""From formula and data to a search problem, and what happens to rows on the way."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pytest

from sr_kernel.errors import DataError, FormulaError, OptionError
from sr_kernel.expr import parse
from sr_kernel.formula.task import problem_of
from sr_kernel.search.law import Law, Parameter

FRAME = pd.DataFrame(
    {"y": [1.0, 2, 4, 8], "x": [0.5, 1, 2, 4], "z": [1.0, 3, 2, 5], "id": [1, 2, 3, 4],
     "body": list("abcd")}
)  # fmt: skip


def law(text, loss=0.0):
    expr = parse(text)
    return Law(expr, loss, 1.0, expr.size, (), (), 0.0, "sr1:" + text)


def test_listed_columns_become_the_problem():
    task = problem_of("y ~ x + z", FRAME, name="lab")
    assert task.problem.variables == ("x", "z")
    assert task.problem.X.tolist() == FRAME[["x", "z"]].to_numpy().tolist()
    assert task.problem.y.tolist() == [1, 2, 4, 8]
    assert (task.data, task.rows, task.dropped, task.warnings) == ("lab", 4, 0, ())
    assert task.scoring is task.problem


def test_dot_means_the_numeric_columns_but_the_target_with_a_note():
    task = problem_of("y ~ .", FRAME)
    assert task.variables == ("x", "z", "id")
    assert task.warnings == ("text columns left out: body",)
    assert problem_of("y ~ . - id - body", FRAME).warnings == ()
    assert problem_of("y ~ . - id", FRAME).variables == ("x", "z")


def test_transformed_target():
    task = problem_of("log(y) ~ x", FRAME)
    assert task.problem.target == "log(y)"
    assert np.allclose(task.problem.y, np.log(FRAME["y"]))


def test_derived_predictor_is_a_column_and_is_written_out_again():
    task = problem_of("y ~ log(x) + z", FRAME)
    assert task.problem.variables == ("log(x)", "z")
    assert np.allclose(task.problem.X[:, 0], np.log(FRAME["x"]))
    assert task.scoring.variables == ("x", "z")
    found = task.translate(law("`log(x)`*z + `log(x)`"))
    assert found.equation == "log(x)*z + log(x)"
    assert found.complexity == 7


def test_derived_predictor_of_a_quoted_column():
    task = problem_of("y ~ exp(`a b`)", {"y": [1.0, 2.0], "a b": [0.0, 1.0]})
    [name] = task.problem.variables
    assert task.translate(law(f"2*`{name}`")).equation == "2*exp(`a b`)"


def test_rows_with_missing_values_are_dropped_and_counted():
    data = {"y": [1.0, np.nan, 3, 4, 5], "x": [1.0, 2, np.inf, 4, 5], "z": [np.nan] * 5}
    task = problem_of("y ~ x", data)
    assert task.problem.y.tolist() == [1, 4, 5]
    assert task.dropped == 2
    assert task.warnings == ("2 rows with a missing or infinite value dropped",)


def test_rows_where_the_target_is_undefined_are_dropped_and_counted():
    task = problem_of("log(y) ~ x", {"y": [-1.0, 0, 1, 2], "x": [1.0, 2, 3, 4]})
    assert task.dropped == 2
    assert "2 rows with no finite log(y) dropped" in task.warnings


def test_row_filter_and_settings():
    task = problem_of(
        "y ~ x", FRAME, where=["z > 1", "z < 5"], operators="+, *", max_size=7, random_state=3
    )
    assert task.rows == 2
    assert task.where == ("z > 1", "z < 5")
    assert task.problem.operators == ("add", "mul")
    assert (task.problem.max_size, task.problem.random_state) == (7, 3)


def test_constants_are_told():
    task = problem_of("y ~ x + z", {"y": [2.0, 2.0], "x": [1.0, 1.0], "z": [1.0, 2.0]})
    assert "y is 2 in every row" in task.warnings[0]
    assert task.warnings[1] == "the same value in every row: x"


@pytest.mark.parametrize(
    ("formula", "data", "way_out"),
    [
        ("y ~ q", FRAME, "there is no variable 'q'"),
        ("q ~ x", FRAME, "there is no variable 'q'"),
        ("y ~ body", FRAME, "turn it into numbers"),
        ("body ~ x", FRAME, "turn it into numbers"),
        ("y ~ . - q", FRAME, "there is no variable 'q'"),
        ("y ~ x - x", FRAME, "list some of x, z, id"),
        ("y ~ .", {"y": [1.0, 2]}, "add a column of numbers"),
        ("y ~ x", {"y": [1.0], "x": [2.0]}, "only one row"),
        ("y ~ x", {"y": [], "x": []}, "no rows"),
        ("y ~ x", {"y": [np.nan] * 3, "x": [1.0, 2, 3]}, "3 with a missing .* were dropped"),
        ("y ~ x", {"y": [1.0, np.nan], "x": [1.0, 2]}, "one row of data is left"),
        ("log(y) ~ x", {"y": [-1.0, -2], "x": [1.0, 2]}, r"no finite log\(y\)"),
        ("y ~ log(x)", {"y": [1.0, 2], "x": [-1.0, -2]}, r"no finite log\(x\)"),
        ("y ~ x", pd.DataFrame([[1, 2, 3], [2, 3, 4]], columns=["y", "x", "x"]), "rename them"),
        ("y ~ .", pd.DataFrame([[1, 2, 3], [2, 3, 4]], columns=["y", "x", "x"]), "rename them"),
        ("y ~ .", {"y": [1.0, 2], "a`b": [1.0, 2]}, "rename it"),
    ],
)
def test_refused_with_the_way_out(formula, data, way_out):
    with pytest.raises((DataError, FormulaError), match=way_out) as caught:
        problem_of(formula, data)
    assert "\n" not in str(caught.value)


def test_filter_that_keeps_nothing():
    with pytest.raises(DataError, match="no row of data passes the filter 'x > 99'"):
        problem_of("y ~ x", FRAME, where="x > 99")


def test_unknown_operator():
    with pytest.raises(OptionError, match="no operator 'sqqrt'"):
        problem_of("y ~ x", FRAME, operators="+ sqqrt")


def test_extreme_scales_are_taken():
    task = problem_of("y ~ x", {"y": [1e300, 2e300, 3e300], "x": [1e-300, 2e-300, 3e-300]})
    assert task.rows == 3


def test_conclude_scores_in_the_table_s_own_columns():
    data = {"y": [0.0, 1.0, 2.0, 3.1], "x": list(np.exp([0.0, 1, 2, 3]))}
    task = problem_of("y ~ log(x)", data)
    shorter, longer = law("`log(x)`", 0.0025), law("1.03*`log(x)`", 0.001)
    front, best = task.conclude((shorter, longer), longer)
    assert [found.equation for found in front] == ["log(x)", "1.03*log(x)"]
    assert best is front[-1]
    assert front[0].loss == pytest.approx(0.0025)
    assert front[0].complexity == 2
    assert front[0].key != shorter.key
    assert "x > 0" in front[0].conditions


def test_conclude_keeps_how_laws_were_judged():
    data = {"y": [0.0, 1.0, 2.0, 3.1], "x": list(np.exp([0.0, 1, 2, 3]))}
    found = replace(
        law("1.03*`log(x)`", 0.001), validation=0.002, parameters=(Parameter(1.03, 0.01),)
    )
    [shown], _ = problem_of("y ~ log(x)", data).conclude((found,), found)
    assert (shown.validation, shown.parameters) == (0.002, (Parameter(1.03, 0.01),))


@dataclass
class Polarsish:
    """A DataFrame of another library: columns and item access is all that is asked."""

    content: dict

    @property
    def columns(self):
        return list(self.content)

    def __getitem__(self, name):
        return self.content[name]


def test_other_frames():
    assert problem_of("y ~ x", Polarsish({"y": [1, 2, 3], "x": [3, 4, 6]})).rows == 3
