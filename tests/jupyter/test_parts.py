"""One part of a law: its menu, and what may be put there."""

import numpy as np
import pytest

from sr_kernel.errors import ExpressionError, OptionError
from sr_kernel.expr import parse, to_text
from sr_kernel.formula import problem_of
from sr_kernel.jupyter import parts
from sr_kernel.jupyter.edit import score_edit
from sr_kernel.search.score import score


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(4)
    x, z = rng.uniform(1, 5, (2, 80))
    return {"x": x, "z": z, "y": 2.0 * x * z + 3.14 * x**2 + rng.normal(0, 0.05, 80)}


@pytest.fixture(scope="module")
def task(data):
    return problem_of("y ~ x + z", data, name="t")


@pytest.fixture(scope="module")
def law(task):
    return as_spelled(task, "x*(2.1*z + 3.0*x)")


def as_spelled(task, text):
    """The law fitted, but not simplified: how far that gets depends on the machine."""
    return score(task.scoring, parse(text), fixed=())


def test_the_menu_of_a_product_offers_it_expanded(task, law):
    assert to_text(law.expr).startswith("x*(")
    answer = parts.menu_answer(task, law, [])
    assert answer["part"]["text"] == to_text(law.expr)
    assert answer["constant"] is None
    form = offered(answer, "expanded")
    assert "x**2" in form["text"]
    assert form["conditions"] == []


def offered(answer, goal):
    return next(form for form in answer["forms"] if goal in form["goals"])


def test_the_menu_of_a_constant_offers_plain_values_with_their_price(task, law):
    path = place(law, law.parameters[0].value)
    constant = parts.menu_answer(task, law, path)["constant"]
    assert constant["value"] == law.parameters[0].value
    assert constant["error"] == law.parameters[0].error
    assert not constant["fixed"]
    [two] = [nice for nice in constant["nice"] if nice["text"] in ("2", "pi")]
    assert two["loss"] == pytest.approx(law.loss * two["ratio"])
    assert 1.0 <= two["ratio"] < 1.5


def test_a_number_that_is_not_fitted_can_only_be_freed(task):
    law = as_spelled(task, "2.5*x**1.5 + 1.5*z")
    path = next(p for p in ([0, 1, 1], [1, 1, 1]) if part_text(law, p) == "1.5")
    constant = parts.menu_answer(task, law, path)["constant"]
    assert constant == {"value": 1.5, "error": None, "fixed": True, "nice": []}


def place(law, value):
    """The path of the constant."""
    from sr_kernel.expr import to_tree

    def search(tree, path):
        if tree in (value, ["float", value]):
            return path
        children = tree[1:] if isinstance(tree, list) else []
        found = (search(child, [*path, k]) for k, child in enumerate(children))
        return next((one for one in found if one is not None), None)

    return search(to_tree(law.expr), [])


def test_another_spelling_keeps_key_fit_and_errors(task, law):
    form = offered(parts.menu_answer(task, law, []), "expanded")
    spelled = parts.respelled(task, law, [], form["text"])
    assert to_text(spelled.expr) == form["text"]
    assert (spelled.key, spelled.loss, spelled.r2) == (law.key, law.loss, law.r2)
    known = {p.value: p.error for p in law.parameters}
    assert {p.value: p.error for p in spelled.parameters} == known
    assert spelled.complexity == spelled.expr.size


def test_another_function_is_no_spelling(task, law):
    with pytest.raises(ExpressionError, match="could not be shown to be the same"):
        parts.respelled(task, law, [], "x*z")
    with pytest.raises(ExpressionError, match="no variable 'q'"):
        parts.respelled(task, law, [], "q")
    with pytest.raises(ExpressionError, match="send what the part shall be"):
        parts.respelled(task, law, [], 7)


def test_a_frozen_constant_stays_when_the_law_is_edited(task, law):
    value = law.parameters[0].value
    held = parts.frozen(law, place(law, value))
    assert [p.fixed for p in held.parameters] == [True, False]
    assert held.key == law.key
    edited = score_edit(task, f"{to_text(held.expr)} + 0.3*z", held).law
    assert value in [p.value for p in edited.parameters if p.fixed]
    assert len(edited.parameters) == 3
    free = parts.freed(task, held, place(held, value))
    assert not any(p.fixed for p in free.law.parameters)


def test_a_constant_snaps_and_the_others_are_fitted_again(task, law):
    value = law.parameters[0].value
    path = place(law, value)
    [nice] = [n for n in parts.menu_answer(task, law, path)["constant"]["nice"]
              if n["text"] in ("2", "pi")]  # fmt: skip
    edit = parts.snapped(task, law, path, nice["text"])
    assert len(edit.law.parameters) == 1
    assert edit.law.loss == pytest.approx(nice["loss"])
    assert edit.law.parameters[0].value != law.parameters[1].value


def test_an_exact_number_can_be_freed(task, law):
    exact = as_spelled(task, "2.5*x**3 + 1.5*z")
    path = next(p for p in ([0, 1, 1], [1, 1, 1]) if part_text(exact, p) == "3")
    free = parts.freed(task, exact, path)
    assert len(free.law.parameters) == 3
    assert free.law.loss < exact.loss


def part_text(law, path):
    try:
        return to_text(parts.part_of(law, path))
    except ExpressionError:
        return None


@pytest.mark.parametrize("path", [[], [1, 0]])
def test_what_is_no_constant_is_not_frozen_freed_or_snapped(task, law, path):
    with pytest.raises(OptionError, match="choose one to freeze"):
        parts.frozen(law, path)
    with pytest.raises(OptionError, match="choose one to free"):
        parts.freed(task, law, path)
    with pytest.raises(OptionError, match="choose one to snap"):
        parts.snapped(task, law, path, "2")


def test_a_hole_is_filled(task, law, monkeypatch):
    monkeypatch.setattr(parts, "FILL_SECONDS", 3.0)
    edit = parts.filled(task, parts.emptied(law, [0]), law)
    assert edit.law.r2 > 0.999
    with pytest.raises(OptionError, match="choose a part"):
        parts.emptied(law, [])


def test_a_difference_is_shown_on_a_row(task, law):
    edit = score_edit(task, "x + z", law)
    assert edit.status == "different"
    assert " against " in edit.text
    assert " at x = " in edit.text
