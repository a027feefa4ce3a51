"""What a user did, and taking it back."""

from dataclasses import replace

import pytest

from sr_kernel.expr import parse
from sr_kernel.jupyter.edits import MAX_EDITS, MAX_STEPS, Edits
from sr_kernel.report.snapshot import law_entry


@pytest.fixture
def edits():
    return Edits()


def entered(edits, law):
    edits.enter(law, {**law_entry(law), "verdict": {"status": "different", "text": "t"}})


def spelled(law, text):
    return replace(law, expr=parse(text))


def test_entered_formulas_are_kept_once_newest_last(edits, make):
    one, two = make.law_of("a", 0.5), make.law_of("a**2", 0.1)
    for law in (one, two, one):
        entered(edits, law)
    assert [entry["id"] for entry in edits.entries] == [two.key, one.key]
    assert edits.law(one.key) is one
    assert edits.law("sr1:?") is None


def test_every_step_is_undone_and_redone(edits, make):
    one, two = make.law_of("a", 0.5), make.law_of("a**2", 0.1)
    assert (edits.can_undo, edits.undo()) == (False, None)
    entered(edits, one)
    entered(edits, two)
    edits.respell(spelled(two, "a*a"), two)
    shared = edits.entries
    assert shared[-1]["equation"] == "a*a"
    assert edits.undo() == two.key
    assert shared[-1]["equation"] == "a**2"
    assert (edits.undo(), edits.undo()) == (two.key, one.key)
    assert (shared, edits.can_undo, edits.can_redo) == ([], False, True)
    assert [edits.redo() for _ in range(4)] == [one.key, two.key, two.key, None]
    assert shared[-1]["equation"] == "a*a"
    assert shared is edits.entries


def test_a_new_step_ends_what_could_be_redone(edits, make):
    entered(edits, make.law_of("a", 0.5))
    edits.undo()
    entered(edits, make.law_of("a**2", 0.5))
    assert not edits.can_redo


def test_a_spelling_is_shown_with_the_newest_fit(edits, make):
    law = make.law_of("a + a", 0.5)
    edits.respell(spelled(law, "2*a"), law)
    shown = edits.spelled(replace(law, loss=0.4, r2=0.6))
    assert (str(shown.expr), shown.loss, shown.r2, shown.key) == ("2*a", 0.4, 0.6, law.key)
    other = make.law_of("a", 0.5)
    assert edits.spelled(other) is other
    edits.respell(spelled(law, "a*2"), spelled(law, "2*a"))
    assert edits.found(law.key) is law.expr
    edits.undo()
    edits.undo()
    assert edits.spelled(law) is law
    assert edits.found(law.key) is None


def test_a_formula_entered_anew_takes_the_place_of_its_spelling(edits, make):
    law = make.law_of("a + a", 0.5)
    edits.respell(spelled(law, "2*a"), law)
    entered(edits, law)
    assert edits.spelled(law) is law


def test_the_number_of_formulas_and_steps_is_bounded(edits, make):
    for k in range(MAX_STEPS + 20):
        entered(edits, make.law_of(f"a + {k}", 0.5))
    assert len(edits.entries) == MAX_EDITS
    assert [edits.law(f"sr1:a + {k}") is None for k in (0, MAX_STEPS)] == [True, False]
    steps = 0
    while edits.undo() is not None:
        steps += 1
    assert steps == MAX_STEPS
