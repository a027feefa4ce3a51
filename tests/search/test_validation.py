import numpy as np
import pytest

from sr_kernel.expr import parse
from sr_kernel.search import Problem, search
from sr_kernel.search.presentation import information_criterion
from sr_kernel.search.sample import Sample, fit_rows
from sr_kernel.search.validation import validation_error

POLYNOMIAL = "1.0 + x*(1.0 + x*(1.0 + x*(1.0 + x*(1.0 + x*(1.0 + x*(1.0 + 1.0*x))))))"


def noisy(rows, seed=0):
    generator = np.random.default_rng(seed)
    x = generator.uniform(0, 2, rows)
    return Problem(("x",), x[:, None], 2 * x + 1 + 0.5 * generator.normal(size=rows))


def test_a_law_that_bends_to_noise_does_worse_on_held_out_rows():
    data = Sample.of(noisy(24))
    line, bent = (
        validation_error(parse(text), data, np.arange(24)) for text in ("1.0*x + 1.0", POLYNOMIAL)
    )
    assert 0.15 < line < 0.5
    assert bent > 1.2 * line


def test_rows_that_the_search_has_not_seen_are_held_out():
    problem = noisy(4000)
    seen = fit_rows(problem, 1000)
    error = validation_error(parse("1.0*x + 1.0"), Sample.of(problem), seen)
    rest = np.setdiff1d(np.arange(4000), seen)
    a, b = np.polyfit(problem.X[seen, 0], problem.y[seen], 1)
    expected = np.mean((problem.y[rest] - a * problem.X[rest, 0] - b) ** 2)
    assert error == pytest.approx(expected, rel=1e-3)


def test_too_few_rows_are_not_split():
    assert validation_error(parse("1.0*x"), Sample.of(noisy(6)), np.arange(6)) is None


def test_undefined_on_a_held_out_row_is_infinite():
    x = np.linspace(0.1, 2, 40)
    data = Sample(("x",), x[:, None], x, np.ones(40))
    assert validation_error(parse("1.0*log(x - 1)"), data, np.arange(40)) == np.inf


def test_weights_count():
    generator = np.random.default_rng(0)
    x = generator.uniform(1, 2, 200)
    y = x + np.where(np.arange(200) < 100, 0.01, 5.0) * generator.normal(size=200)
    weights = np.where(np.arange(200) < 100, 1.0, 0.0)
    data = Sample(("x",), x[:, None], y, weights)
    assert validation_error(parse("1.0*x"), data, np.arange(200)) < 1e-3


def test_laws_of_noisy_data_are_validated():
    result = search(noisy(200), time_limit=6)
    assert result.noise == pytest.approx(0.5, rel=0.3)
    assert result.best.validation == pytest.approx(0.25, rel=0.3)
    lengths = [law.length for law in result.front]
    assert result.best.length == pytest.approx(min(lengths), abs=1e-6)
    assert all(np.isfinite(law.bic) for law in result.front)
    assert min(result.front, key=lambda law: law.bic).bic < result.front[0].bic


def test_exact_laws_are_not():
    x = np.linspace(1, 3, 30)
    result = search(Problem(("x",), x[:, None], 2 * x**2), time_limit=10)
    assert result.stop_reason == "exact"
    assert result.best.validation is None
    assert result.noise == 0.0


def test_conditions_beyond_the_ranges_of_the_columns():
    from sr_kernel.search import score

    x = np.linspace(3, 5, 30)
    problem = Problem(("x",), x[:, None], np.log(x - 2))
    law = score(problem, parse("log(x - 2)"))
    assert law.conditions == ("x > 2",)
    assert law.box_conditions == ()
    pole = score(problem, parse("1/(x - 3.97)"))
    assert pole.box_conditions == pole.conditions != ()


def test_the_criterion_prefers_fewer_constants_of_equal_fit():
    assert information_criterion(0.1, 50, 2) < information_criterion(0.1, 50, 3)
    assert information_criterion(0.05, 50, 3) < information_criterion(0.1, 50, 2)
