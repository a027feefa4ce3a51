"""Plain values offered for a fitted constant."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sr_kernel.expr import parse
from sr_kernel.numeric.evaluate import evaluate
from sr_kernel.numeric.program import compile_program
from sr_kernel.search.nice import nice_values


def texts(value, error):
    return [str(one.expr) for one in nice_values(value, error)]


@pytest.mark.parametrize(
    ("value", "error", "wanted"),
    [
        (3.1415, 1e-3, "pi"), (-0.70711, 1e-4, "-sqrt(2)/2"), (0.334, 0.01, "1/3"),
        (1.5003, 1e-3, "3/2"), (2.718, 1e-3, "e"), (366.65, 0.1, "367"), (-2.02, 0.03, "-2"),
        (1.571, 1e-3, "pi/2"),
    ],
)  # fmt: skip
def test_the_obvious_value_is_offered(value, error, wanted):
    assert wanted in texts(value, error)


def test_each_further_value_is_nearer():
    values = nice_values(9.81, 0.01)
    distances = [abs(one.value - 9.81) for one in values]
    prices = [one.price for one in values]
    assert len(values) > 1
    assert distances == sorted(distances, reverse=True)
    assert prices == sorted(prices)


@pytest.mark.parametrize("value", [0.0, math.nan, math.inf, 1e9])
def test_what_has_no_plain_value_near(value):
    assert nice_values(value, 0.1) == []


@given(
    st.floats(-1e5, 1e5).filter(lambda v: abs(v) > 1e-6),
    st.floats(0, 1e3) | st.just(math.nan),
)
def test_each_is_what_it_says_and_near(value, error):
    for one in nice_values(value, error):
        spelled = parse(str(one.expr))
        computed = evaluate(compile_program(spelled, ("x",)), [[0.0]])
        assert computed == pytest.approx(one.value, rel=1e-12)
        assert abs(one.value - value) <= 0.3 * abs(value) * (1 + 1e-12)
