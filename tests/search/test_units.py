import numpy as np
import pytest

from sr_kernel.expr import parse
from sr_kernel.search import Problem
from sr_kernel.search.sample import Sample
from sr_kernel.search.units import UNIT_PRICE, fixed_units, unit_length

X = np.random.default_rng(0).uniform(1, 3, (30, 2))
SAMPLE = Sample.of(Problem(("x", "z"), X, X[:, 0]))


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("2.0*x", 0),
        ("2.0*x**1.5", 0),
        ("2.0*x**(3/2)/z", 0),
        ("2.0 - 3.0*log(x)", 0),
        ("2.0*exp(-0.5*x)", 0),
        ("2.0*x/(x + 0.7)", 0),
        ("x**(3/2)", 1),
        ("2.0*exp(x)", 1),
        ("log(2.0/x)", 1),
        ("log(2.0/(x + 1))", 2),
        ("2.0*(x + z)", 1),
        ("x + z", 2),
        ("x*z", 1),
        ("x*(1 + z)", 2),
        ("x*z/sqrt(1 - x/(9*z))", 2),
        ("2.0*x + 3.0*z", 0),
    ],
)
def test_units_that_constants_cannot_absorb(text, count):
    assert fixed_units(parse(text), SAMPLE) == count


def test_natural_units_do_not_go_with_a_fitted_exponent():
    assert unit_length(parse("x**(3/2)"), SAMPLE) == UNIT_PRICE
    assert unit_length(parse("x**1.4998"), SAMPLE) == 2 * UNIT_PRICE
    assert unit_length(parse("2.5*x**1.4998"), SAMPLE) == 0


def test_an_exponent_that_cannot_move_absorbs_nothing():
    both = np.concatenate([X, -X])
    sample = Sample.of(Problem(("x", "z"), both, both[:, 0] ** 2))
    for exponent in ("2", "2.0"):
        assert fixed_units(parse(f"1.5*x**{exponent} + 1.5*z**2 + 1"), sample) == 1
        assert fixed_units(parse(f"2.5*(x**{exponent} + z**2)"), sample) == 1
