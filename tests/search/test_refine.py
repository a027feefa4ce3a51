import numpy as np
import pytest

from sr_kernel.expr import parse, to_text
from sr_kernel.search import Problem
from sr_kernel.search.problem import DEFAULT_OPERATORS
from sr_kernel.search.refine import fit, judge, pinned, refine, rounded, shown, without_ones
from sr_kernel.search.sample import Sample


def sample(f, rows=40, noise=0.0, low=0.5, high=5.0):
    generator = np.random.default_rng(1)
    x = generator.uniform(low, high, rows)
    y = f(x) * (1 + noise * generator.normal(size=rows))
    return Sample.of(Problem(("x",), x[:, None], y))


def plainest(text, data):
    *_, last = refine(fit(parse(text), data), data, DEFAULT_OPERATORS)
    return to_text(shown(rounded(last, data).expr))


@pytest.mark.parametrize(
    ("start", "f", "expected"),
    [
        ("1.1*x**1.4", lambda x: x**1.5, "x**1.5"),
        ("1.1*x**1.4", lambda x: 3.7 * x**1.5, "3.7*x**1.5"),
        ("1.1*x + 0.2", lambda x: 2.25 * x, "2.25*x"),
        ("1.0*x + 2.0/x", lambda x: 0.731 * (x - 1 / x), "0.731*(x - 1/x)"),
        ("1.0*x**0.4", np.sqrt, "sqrt(x)"),
    ],
)
def test_constants_become_plain_where_exact(start, f, expected):
    assert plainest(start, sample(f)) == expected


@pytest.mark.parametrize(
    ("start", "f", "expected"),
    [
        ("1.4*sqrt(x)", lambda x: np.sqrt(2 * x), "sqrt(2*x)"),
        ("-0.7*sqrt(x)", lambda x: -np.sqrt(x / 2), "-sqrt(x/2)"),
        ("1.4*sqrt(x + 1/2)", lambda x: np.sqrt(2 * x + 1), "sqrt(2*x + 1)"),
        ("1.7*x*sqrt(x - 1/3)/(x + 1)", lambda x: x * np.sqrt(3 * x - 1) / (x + 1),
         "x*sqrt(3*x - 1)/(x + 1)"),
    ],
)
def test_factors_of_roots_are_plain_inside(start, f, expected):
    assert plainest(start, sample(f, 200, noise=0.001)) == expected


@pytest.mark.parametrize(
    ("start", "f", "expected"),
    [
        ("2.7*sin(x + 4.1)", lambda x: 2.7 * np.sin(x + 1), "2.7*sin(x + 1)"),
        ("2.7*sin(x + 4.1)", lambda x: -2.7 * np.sin(x + 1), "-2.7*sin(x + 1)"),
        ("2.7*cos(x - 7.2)", lambda x: 2.7 * np.cos(x - 1), "2.7*cos(x - 1)"),
        ("2.7*sin(x + 1.4)", lambda x: 2.7 * np.sin(x + 1.4), "2.7*sin(x + 1.4)"),
    ],
)
def test_phases_are_brought_back_by_half_turns(start, f, expected):
    assert plainest(start, sample(f, 200)) == expected


def test_factors_of_roots_that_are_not_plain_inside_stay_outside():
    assert plainest("1.4*sqrt(x)", sample(lambda x: 1.3 * np.sqrt(x))) == "1.3*sqrt(x)"


def test_a_constant_that_is_not_plain_stays():
    assert plainest("1.0*x**1.4", sample(lambda x: x**1.4142)) == "x**1.4142"


def test_noise_hides_small_deviations():
    assert "x**1.5" in plainest("1.0*x**1.4", sample(lambda x: 2 * x**1.5, noise=0.01))


def test_noise_does_not_hide_large_ones():
    text = plainest("1.0*x**1.4", sample(lambda x: 2 * x**1.7, 300, noise=0.01))
    assert abs(float(text.rpartition("**")[2]) - 1.7) < 0.02


def test_rounding_keeps_the_loss():
    data = sample(lambda x: 2.3456789 * x + 1, noise=0.05)
    before = fit(parse("1.0*x + 1.0"), data)
    after = rounded(before, data)
    assert after.loss <= before.loss * 1.0002
    assert len(to_text(after.expr)) < len(to_text(before.expr))


def test_short_decimals_are_told_from_what_rounding_left_of_them():
    data = sample(lambda x: 0.007 * x + 0.3333333333 / x)
    near = judge(parse("0.00699999999999999*x + 0.3333333333/x"), data,
                 (0.00699999999999999, 0.3333333333), (1e-20, 1e-20))  # fmt: skip
    assert to_text(rounded(near, data).expr) == "0.007*x + 0.3333333333/x"


def test_constants_that_came_out_as_one_are_left_out():
    data = sample(lambda x: 1.5 * x - np.sqrt(x))
    found = without_ones(rounded(fit(parse("2.0*x - 2.0*sqrt(x)"), data), data), data)
    assert to_text(found.expr) == "1.5*x - sqrt(x)"
    assert found.values == (1.5,)


def test_undefined_terms_are_no_fit():
    assert fit(parse("log(x - 3)"), sample(lambda x: x)) is None


def test_shown_and_pinned_are_inverse():
    expr = parse("x**1.5 + 2.5*x")
    assert shown(pinned(expr)) is expr
    assert len(fit(pinned(expr), sample(lambda x: x)).values) == 1


def test_terms_inside_that_noise_put_there_are_dropped():
    data = sample(lambda x: np.sqrt(2 * x**2 + 3), 300, noise=0.01)
    said = plainest("sqrt(2.0*x**2 + 3.0 + 0.01*exp(0 - x))", data)
    assert "exp" not in said
    kept = sample(lambda x: np.sqrt(2 * x**2 + 3 + 20 * np.exp(-x)), 300, noise=0.01)
    assert "exp" in plainest("sqrt(2.0*x**2 + 3.0 + 9.0*exp(0 - x))", kept)


def test_a_function_that_is_its_argument_is_left_out():
    straight = sample(lambda x: 1.7 * x, noise=0.05)
    assert plainest("20000.0*sin(0.0001*x)", straight) == plainest("1.0*x", straight)
    assert "sin" in plainest("3.0*sin(0.9*x)", sample(lambda x: 2 * np.sin(x), noise=0.01))


def test_quarters_and_common_heights_are_plain():
    assert plainest("1.0/(1/x**2 + 0.2)", sample(lambda x: 3.1 / (1 / x**2 + 0.25))) == (
        "3.1/(1/x**2 + 1/4)"
    )
    assert plainest("2.0 - 2.0*exp(-x)", sample(lambda x: 4.3 * (1 - np.exp(-x)), 60)) == (
        "4.3*(1 - exp(-x))"
    )


def test_a_factor_that_is_one_up_to_rounding_is_left_out():
    X = np.random.default_rng(3).uniform(1.0, 2.0, (200, 2))
    sample = Sample.of(Problem(("a", "b"), X, np.sqrt(X[:, 0] + X[:, 1] ** 2)))
    start = fit(parse("exp(1e-9*cos(a - b))*sqrt(a + b**2)"), sample)
    *_, plain = refine(start, sample, ("add", "mul", "sqrt", "exp", "cos", "pow"))
    assert plain.expr is parse("sqrt(a + b**2)")
