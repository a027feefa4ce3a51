"""Formulas with a hole."""

import numpy as np
import pytest

from sr_kernel.errors import DataError, ExpressionError, OptionError
from sr_kernel.expr import parse, symbol, to_text
from sr_kernel.search.engine import search
from sr_kernel.search.hole import HOLE, fill, hole_problem, hole_target
from sr_kernel.search.problem import Problem
from sr_kernel.search.result import SearchResult


def holed(text):
    return parse(text.replace("?", HOLE))


@pytest.fixture(scope="module")
def problem():
    X = np.random.default_rng(5).uniform(1, 4, (120, 2))
    a, b = X.T
    return Problem(("a", "b"), X, 2.5 * a * np.exp(-b / 3) + 0.7 * b)


@pytest.mark.parametrize(
    "text",
    ["?", "2*?", "?/(a + 1)", "3/?", "a + ? + b", "a - ?", "-?", "sqrt(?)", "exp(2*?)", "?**2",
     "?**3", "?**a", "2**?", "log(? + 3)", "sin(0.1*?)", "tanh(?/9)", "a*exp(-(? - b)/3)"],
)  # fmt: skip
def test_the_target_of_the_hole_leads_back(text):
    rng = np.random.default_rng(1)
    for _ in range(5):
        values = dict(zip(("a", "b", HOLE), rng.uniform(1.1, 1.9, 3), strict=True))
        y = value(holed(text), values)
        wanted = hole_target(holed(text), symbol("y"))
        assert value(wanted, {**values, "y": y}) == pytest.approx(values[HOLE], rel=1e-9)


def value(expr, values):
    from sr_kernel.numeric.evaluate import evaluate
    from sr_kernel.numeric.program import compile_program

    return evaluate(compile_program(expr, tuple(values)), [list(values.values())])[0]


@pytest.mark.parametrize(
    ("text", "message"),
    [("a + b", "no \\?"), ("? + a*?", "more than one"), ("abs(?)", "within abs"),
     ("max(?, 1)", "within max")],
)  # fmt: skip
def test_what_cannot_be_undone(text, message):
    with pytest.raises(ExpressionError, match=message):
        hole_target(holed(text), symbol("y"))


def test_rows_without_a_value_are_left_out(problem):
    inner = hole_problem(problem, holed("6*sin(?)"))
    assert 0 < inner.rows < problem.rows
    assert np.allclose(6 * np.sin(inner.y), problem.y[problem.y <= 6])
    with pytest.raises(DataError, match="has no value on 120 of 120 rows"):
        hole_problem(problem, holed("-exp(?)"))


@pytest.mark.parametrize("text", ["? + 0.7*b", "2.5*a*exp(?) + 0.7*b", "2.4*a*? + 0.7*b"])
def test_the_hole_is_filled(problem, text):
    law = fill(problem, holed(text), lambda inner: [search(inner, time_limit=4)])
    assert law.r2 == pytest.approx(1.0, abs=1e-12)
    assert HOLE not in to_text(law.expr)


def test_nothing_found_says_so(problem):
    nothing = SearchResult((), None, "time", 0.1, 0, 0, interrupted=False)
    with pytest.raises(OptionError, match="nothing was found"):
        fill(problem, holed("? + a"), lambda inner: [nothing])
