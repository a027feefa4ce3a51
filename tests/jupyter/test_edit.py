"""Formulas typed by a user."""

from dataclasses import replace

import pytest

from sr_kernel.errors import ExpressionError
from sr_kernel.expr import parse, to_text
from sr_kernel.formula import problem_of
from sr_kernel.jupyter.edit import read_edit, score_edit
from sr_kernel.jupyter.parts import warm_up


@pytest.mark.parametrize("text", ["2*a**1.5", "P = 2*a**1.5", " P ~ 2*a**1.5", "2*a**1.5 "])
def test_the_target_may_be_written(task, text):
    assert to_text(read_edit(task, text)) == "2*a**1.5"


@pytest.mark.parametrize(
    ("text", "message", "position"),
    [
        ("2*b", "no variable 'b': known are a", 2),
        ("P + a", "no variable 'P'", 0),
        ("Q = a", "the left-hand side is P", 0),
        ("2*", "stops early", None),
        ("", ".", None),
        ("a" * 5000, "5000 characters", None),
        ("__import__('os').system('true')", ".", None),
        ("(" * 3000 + "a" + ")" * 3000, ".", None),
    ],
)
def test_what_cannot_be_read(task, text, message, position):
    with pytest.raises(ExpressionError, match=message) as caught:
        score_edit(task, text)
    assert "\n" not in str(caught.value)
    if position is not None:
        assert caught.value.position == position


def test_constants_are_refitted(task):
    edit = score_edit(task, "2.5*a**1.2")
    assert edit.law.r2 > 0.99999
    assert edit.law.parameters[-1].value == pytest.approx(1.5, abs=0.01)
    assert (edit.status, edit.text) == ("undecided", "there is no law yet to compare it with")


def test_an_edit_is_set_beside_the_law_it_came_from(task):
    law = score_edit(task, "2.5*a + 0.7").law
    assert score_edit(task, to_text(law.expr), law).status == "equal"
    assert score_edit(task, "1.3*a + 0.2", law).status == "equal", "refitted, it is the same law"
    family = score_edit(task, "1.3*a + 0.2", replace(law, expr=parse("9.5*a + 3.1")))
    assert family.status == "same_family"
    assert family.text.endswith("with other constants")
    assert score_edit(task, "2.5*log(a) + a", law).status == "different"


def test_a_transformed_target_has_its_own_left_side():
    data = {"x": [1.0, 2.0, 3.0, 4.0], "y": [2.0, 4.1, 8.2, 15.9]}
    task = problem_of("log(y) ~ x", data)
    assert score_edit(task, "log(y) = 0.5*x + 0.1").law.r2 > 0.99


def test_derived_predictors_are_written_in_the_tables_columns():
    data = {"x": [1.0, 2.0, 3.0, 4.0], "y": [0.1, 0.8, 1.2, 1.5]}
    task = problem_of("y ~ log(x)", data)
    assert score_edit(task, "1.1*log(x) + 0.5").law.r2 > 0.99


def test_warming_up_is_a_round_through_all_of_it(task):
    warm_up(task)
