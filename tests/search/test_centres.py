import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sr_kernel.expr import number, parse, to_text, walk
from sr_kernel.numeric.evaluate import evaluate
from sr_kernel.numeric.program import compile_program
from sr_kernel.search import Problem, search
from sr_kernel.search.centres import completed, saved
from sr_kernel.search.polynomial import PolynomialProposer, total

X = np.random.default_rng(0).uniform(-2.0, 2.0, (50, 3))
COEFFICIENTS = st.floats(0.1, 10.0) | st.floats(-10.0, -0.1)
EVERY = ("1", "x", "z", "x**2", "z**2", "u", "u**2", "x*u")


def values(terms):
    return evaluate(compile_program(total(terms), ("x", "z", "u"), free="none"), X)


def terms_of(texts, factors):
    return [(factor, parse(text)) for text, factor in zip(texts, factors, strict=True)]


@given(st.lists(COEFFICIENTS, min_size=8, max_size=8), st.integers(1, 8))
def test_completed_squares_are_the_same_sum(factors, count):
    terms = terms_of(EVERY[:count], factors[:count])
    for spelled in list(completed(terms))[:1]:
        assert values(spelled) == pytest.approx(values(terms), rel=1e-9, abs=1e-8)


def test_variables_that_stand_elsewhere_too_are_left_alone():
    assert not list(completed(terms_of(("x", "x**2", "x*z"), (1.0, 2.0, 3.0))))
    assert not list(completed(terms_of(("x", "z**2"), (1.0, 2.0))))
    assert saved([parse("x"), parse("x**2"), parse("x*z")]) == 0


def test_squares_that_are_alike_share_their_coefficient():
    terms = terms_of(("1", "x", "z", "x**2", "z**2"), (3.0, -4.0, -2.02, 2.0, 2.02))
    apart, together = completed(terms)
    assert to_text(total(apart)) == "2.0*(x - 1.0)**2 + 2.02*(z - 0.5)**2 + 0.495"
    assert to_text(total(together)) == "2.01*((x - 1.0)**2 + (z - 0.5)**2) + 0.495"
    unlike = terms_of(("x", "z", "x**2", "z**2"), (1.0, 1.0, 1.0, 5.0))
    assert len(list(completed(unlike))) == 1


def test_what_is_saved_is_counted():
    terms = terms_of(("1", "x", "z", "x**2", "z**2"), (3.0, -4.0, -2.02, 2.0, 2.02))
    *_, together = completed(terms)
    exprs = [expr for _, expr in terms]
    assert total(terms).size - total(together).size >= saved(exprs) > 0


def test_a_squared_distance_is_found_under_noise():
    generator = np.random.default_rng(1)
    X = generator.uniform(0.0, 6.0, (200, 3))
    y = 6 / (4 + np.square(X - 2).sum(axis=1))
    y += 0.01 * y.std() * generator.normal(size=200)
    problem = Problem(("x", "z", "u"), X, y)
    best = search(problem, time_limit=60, proposers=[PolynomialProposer()]).best
    law = parse("1/(a*((x - 2)**2 + (z - 2)**2 + (u - 2)**2) + b)")
    assert best.complexity <= law.size
    assert best.r2 > 0.9998
    assert number(2) in walk(best.expr)
