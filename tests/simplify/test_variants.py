"""Other ways to write a term."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sr_kernel.errors import ExpressionError
from sr_kernel.expr import parse, walk
from sr_kernel.numeric.evaluate import evaluate
from sr_kernel.numeric.program import compile_program
from sr_kernel.simplify.spread import (
    MOST_TERMS,
    expanded,
    over_one_denominator,
    without_cancellation,
)
from sr_kernel.simplify.variants import GOALS, alternatives

PATIENT = 5.0
"""Seconds: what is found must not depend on how busy the machine is."""


def found(text, **options):
    return {str(a.expr): a for a in alternatives(text, time_limit=PATIENT, **options)}


@pytest.mark.parametrize(
    ("text", "form", "goal"),
    [
        ("x*y + x*z", "x*(y + z)", "factored"),
        ("x*(y + z)", "x*y + x*z", "expanded"),
        ("(x + y)**3", "3*x*y**2 + 3*x**2*y + x**3 + y**3", "expanded"),
        ("exp(a + b)", "exp(a)*exp(b)", "expanded"),
        ("exp(a)*exp(b)", "exp(a + b)", "shorter"),
        ("1/x + 1/y", "(x + y)/(x*y)", "factored"),
        ("sin(x)/cos(x)", "tan(x)", "shorter"),
        ("a*x**2 + b*x + c", "c + x*(a*x + b)", "fewer operations"),
        ("2.5*(x + 1.5)*y", "2.5*x*y + 3.75*y", "expanded"),
    ],
)
def test_the_form_of_a_goal_is_found(text, form, goal):
    assert goal in found(text)[form].goals


@pytest.mark.parametrize(
    ("text", "form", "conditions"),
    [
        ("log(x) - log(y)", "log(x/y)", {"x > 0", "y > 0"}),
        ("(x**2 - 1)/(x - 1)", "x + 1", {"x != 1"}),
        ("x*y + x*z", "x*(y + z)", set()),
    ],
)
def test_conditions_are_told(text, form, conditions):
    assert set(found(text)[form].conditions) == conditions


def test_assumptions_settle_conditions():
    assert found("log(x) - log(y)", assume=("x > 0", "y > 0"))["log(x/y)"].conditions == ()


@pytest.mark.parametrize(
    ("text", "form"),
    [("sqrt(x**2 + 1) - x", "1/(x + sqrt(x**2 + 1))"), ("1 - cos(1/x)", "2*sin(1/(2*x))**2")],
)
def test_digits_are_saved_where_they_were_lost(text, form):
    large = {"x": np.geomspace(1e5, 1e7, 50)}
    assert "better conditioned" in found(text, columns=large)[form].goals
    harmless = {"x": np.linspace(0.3, 0.9, 50)}
    told = found(text, columns=harmless)
    assert all("better conditioned" not in one.goals for one in told.values())


@pytest.mark.parametrize("text", ["x", "2.5", "tanh(x)"])
def test_what_has_no_other_form(text):
    assert alternatives(text, time_limit=PATIENT) == []


def test_at_most_as_many_as_asked_and_the_goals_first():
    every = alternatives("sin(x)**2", time_limit=PATIENT)
    assert [bool(one.goals) for one in every] == sorted(bool(one.goals) for one in every)[::-1]
    assert alternatives("sin(x)**2", most=2, time_limit=PATIENT) == every[:2]
    assert len(every) > 2


def test_no_time_gives_what_there_is():
    assert alternatives("x*y + x*z", time_limit=1e-9) == []


def test_what_cannot_be_read():
    with pytest.raises(ExpressionError):
        alternatives("x +* y")


NAMES = ("x", "y")
LEAVES = st.sampled_from(["x", "y", "2", "3", "1.5"])
TERMS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+-*/"), inner).map("({0[0]}){0[1]}({0[2]})".format),
        inner.map("({})**2".format),
        st.tuples(st.sampled_from(["exp", "log", "sqrt", "sin", "cos"]), inner).map(
            "{0[0]}({0[1]})".format
        ),
    ),
    max_leaves=6,
)


def values(expr):
    points = np.random.default_rng(3).uniform(0.6, 2.4, (25, 2))
    return evaluate(compile_program(expr, NAMES), points)


@settings(deadline=None, max_examples=60)
@given(TERMS)
def test_every_form_has_the_values_of_the_term(text):
    term = parse(text)
    mine = values(term)
    for one in alternatives(term, time_limit=1.0):
        both = np.isfinite(mine) & np.isfinite(values(one.expr))
        assert np.allclose(values(one.expr)[both], mine[both], rtol=1e-6, atol=1e-9)
        assert set(one.goals) <= set(GOALS)
        assert one.expr is not term


@settings(deadline=None, max_examples=80)
@given(TERMS, st.sampled_from([expanded, over_one_denominator, without_cancellation]))
def test_rewriting_keeps_the_values(text, rewrite):
    term = parse(text)
    form = rewrite(term)
    mine, theirs = values(term), values(form)
    both = np.isfinite(mine) & np.isfinite(theirs)
    assert np.allclose(theirs[both], mine[both], rtol=1e-5, atol=1e-7 * (1 + np.abs(mine[both])))
    longest = max((len(node.args) for node in walk(form) if node.op == "add"), default=0)
    before = max((len(node.args) for node in walk(term) if node.op == "add"), default=0)
    assert longest <= max(MOST_TERMS * 5, before)
