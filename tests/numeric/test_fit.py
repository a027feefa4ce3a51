from __future__ import annotations

import time
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_terms import NAMES, terms

from sr_kernel.errors import DataError, OptionError
from sr_kernel.expr import parse
from sr_kernel.numeric.evaluate import evaluate
from sr_kernel.numeric.fit import Fit, fit_constants
from sr_kernel.numeric.program import compile_program


def fit(text: str, x, y, **options) -> Fit:
    return fit_constants(parse(text), np.asarray(x, float)[:, None], y, ("x",), **options)


def test_a_line() -> None:
    x = np.linspace(0, 1, 20)
    found = fit("1.0*x + 1.0", x, 3 * x - 2)
    assert found.parameters == pytest.approx((3, -2))
    assert str(found.expr).startswith("3.0")
    assert found.converged
    assert found.rank == 2
    assert found.loss < 1e-28


@pytest.mark.parametrize(
    ("text", "truth", "low", "high", "expected"),
    [
        ("1.0*x**1.0", lambda x: 3 * x**1.5, 0.1, 10, (3, 1.5)),
        ("1.0*x**1.0", lambda x: 3 * x**1.5, 0, 10, (3, 1.5)),
        ("1.0*exp(-1.0*x) + 1.0", lambda x: 2 * np.exp(-0.7 * x) + 0.3, 0, 5, (2, -0.7, 0.3)),
        ("1.0*log(x + 1.0)", lambda x: 2 * np.log(x + 3), -2, 3, (2, 3)),
        ("1.0*sin(2.5*x + 0.1)", lambda x: 2 * np.sin(3 * x + 0.5), 0, 3, (2, 3, 0.5)),
        ("1.0/(1.0 + x**2)", lambda x: 4 / (0.3 + x**2), -2, 2, (4, 0.3)),
        ("abs(x - 1.0)*1.0", lambda x: 3 * abs(x - 2), -1, 3, (-2, 3)),
        ("1.0*sqrt(x) + 1.0*x", lambda x: 2 * np.sqrt(x) - x, 0, 3, (2, 1)),
        ("(1.0*x + 1.0)/(x + 1.0)", lambda x: (2 * x + 3) / (x + 4), 0, 9, (2, 3, 4)),
    ],
)
def test_known_constants_are_found(text, truth, low, high, expected) -> None:
    x = np.linspace(low, high, 80)
    found = fit(text, x, truth(x))
    assert found.parameters == pytest.approx(expected, rel=1e-6)
    assert found.converged


@pytest.mark.parametrize("height", [1e-30, 1e-12, 1.0, 1e15, 1e30])
@pytest.mark.parametrize("width", [1e-30, 1e-9, 1.0, 1e8, 1e30])
@pytest.mark.parametrize(
    ("text", "truth"),
    [
        ("1.0*exp(-1.0*x)", lambda u: 2 * np.exp(-0.7 * u)),
        ("1.0/(1.0 + x)", lambda u: 2 / (0.5 + u)),
        ("1.0*x**1.0", lambda u: 2 * u**1.5),
        ("1.0*sqrt(1.0 + x) + 1.0", lambda u: 2 * np.sqrt(0.5 + u) + 3),
    ],
)
def test_any_scale(text, truth, width, height) -> None:
    u = np.linspace(0.01, 3, 60)
    y = height * truth(u)
    found = fit(text, width * u, y)
    assert found.loss < 1e-20 * np.mean(y**2)
    assert found.converged


@pytest.mark.parametrize("height", [1e-300, 1e300])
def test_the_ends_of_the_doubles(height: float) -> None:
    x = np.linspace(1, 3, 50)
    found = fit("1.0*x**1.0 + 1.0", x, height * (x**2 + 1) / 10)
    assert found.parameters == pytest.approx((height / 10, 2, height / 10))


def test_weights_decide_between_two_truths() -> None:
    x = np.r_[np.ones(5), 2 * np.ones(5)]
    y = np.r_[np.ones(5), 5 * np.ones(5)]
    found = fit("1.0", x, y, weights=np.r_[np.zeros(5), np.ones(5)])
    assert found.parameters == pytest.approx((5,))
    assert found.loss == pytest.approx(0, abs=1e-28)
    mixed = fit("1.0", x, y, weights=np.r_[3 * np.ones(5), np.ones(5)])
    assert mixed.parameters == pytest.approx((2,))
    assert mixed.loss == pytest.approx((3 * 1 + 9) / 4)


def test_standard_errors_of_a_line() -> None:
    rng = np.random.default_rng(1)
    x = np.linspace(0, 1, 40)
    y = 2 * x + 1 + 0.1 * rng.normal(size=40)
    found = fit("1.0*x + 1.0", x, y)
    A = np.column_stack([x, np.ones(40)])
    residual = y - A @ np.linalg.lstsq(A, y)[0]
    expected = np.sqrt(np.diag(np.linalg.inv(A.T @ A)) * (residual @ residual) / 38)
    assert found.errors == pytest.approx(tuple(expected))


def test_standard_errors_of_a_decay_cover_the_truth() -> None:
    rng = np.random.default_rng(3)
    x = np.linspace(0, 4, 200)
    hits = 0
    for _ in range(50):
        y = 2 * np.exp(-0.7 * x) + 0.05 * rng.normal(size=200)
        found = fit("1.0*exp(-1.0*x)", x, y)
        hits += abs(found.parameters[1] + 0.7) < 2 * found.errors[1]
    assert 41 <= hits <= 50


def test_redundant_constants_have_no_error_bar() -> None:
    x = np.linspace(1, 2, 30)
    found = fit("1.0*x + 1.0 + 1.0", x, 2 * x + 3)
    assert found.rank == 2
    assert np.isfinite(found.errors[0])
    assert found.errors[1:] == (np.inf, np.inf)


def test_fewer_rows_than_constants() -> None:
    found = fit("1.0*x + 1.0*x**2 + 1.0", [1.0, 2.0], np.array([1.0, 4.0]))
    assert found.loss < 1e-25
    assert found.errors == (np.inf,) * 3


def test_one_row() -> None:
    assert fit("1.0*x", [2.0], np.array([6.0])).parameters == pytest.approx((3,))


def test_nothing_to_fit() -> None:
    found = fit("x + 1", [1.0, 2.0], np.array([2.0, 4.0]))
    assert found == Fit(parse("x + 1"), 0.5, (), (), True, 0, 0)


def test_undefined_rows_give_an_infinite_loss() -> None:
    found = fit("1.0*log(x)", [-1.0, 2.0], np.array([1.0, 2.0]))
    assert found.loss == np.inf
    assert not found.converged
    assert found.expr is parse("1.0*log(x)")


def test_a_start_outside_the_domain_is_left() -> None:
    x = np.linspace(1, 5, 50)
    found = fit("sqrt(x - 3.0)", x, np.sqrt(x + 0.5))
    assert found.loss < 1e-20


def test_a_power_of_negative_numbers_keeps_its_exponent() -> None:
    x = np.linspace(-2, 2, 21)
    found = fit("1.0*x**2.0 + 1.0", x, 3 * x**2 + 1)
    assert found.parameters == pytest.approx((3, 2, 1))


def test_several_starts_leave_a_local_minimum() -> None:
    x = np.linspace(0, 5, 200)
    y = 2 * np.sin(9 * x + 0.5)
    assert fit("1.0*sin(1.0*x + 1.0)", x, y).loss > 0.1
    first = fit("1.0*sin(1.0*x + 1.0)", x, y, starts=60)
    assert first.loss < 1e-20
    assert first == fit("1.0*sin(1.0*x + 1.0)", x, y, starts=60)


def test_steps_are_bounded() -> None:
    x = np.linspace(0, 5, 200)
    found = fit("1.0*exp(-5.0*x)", x, 2 * np.exp(-0.7 * x), max_steps=1)
    assert found.steps == 1
    assert not found.converged


def test_time_is_bounded() -> None:
    x = np.linspace(0, 5, 100_000)
    started = time.perf_counter()
    fit("1.0*sin(1.0*x + 1.0)/(x + 1.0)", x, np.cos(x * x), starts=1000, time_limit=0.3)
    assert time.perf_counter() - started < 3


def test_constant_target() -> None:
    assert fit("1.0*x + 1.0", [1.0, 2.0, 3.0], np.full(3, 7.0)).loss < 1e-25
    assert fit("1.0*x", [1.0, 2.0], np.zeros(2)).parameters == (0.0,)


@pytest.mark.parametrize(
    ("y", "options", "error", "message"),
    [
        (np.zeros(3), {}, DataError, "y has shape"),
        (np.array([1, np.nan]), {}, DataError, "drop those rows"),
        (np.zeros(2), {"weights": np.array([1, -1])}, DataError, "weights must be"),
        (np.zeros(2), {"weights": np.zeros(2)}, DataError, "all weights are 0"),
        (np.zeros(2), {"weights": np.ones(3)}, DataError, "weights must be"),
        (np.zeros(2), {"starts": 0}, OptionError, "starts=0"),
    ],
)
def test_bad_input(y, options, error, message) -> None:
    with pytest.raises(error, match=message):
        fit("1.0*x", [1.0, 2.0], y, **options)


@settings(max_examples=100, deadline=None)
@given(terms, st.integers(0, 100))
def test_never_raises_and_never_gets_worse(term, seed: int) -> None:
    rng = np.random.default_rng(seed)
    X, y = rng.uniform(-2, 2, (20, 2)), rng.normal(size=20)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = fit_constants(term, X, y, NAMES, max_steps=8)
        with np.errstate(all="ignore"):
            before = np.mean((y - evaluate(compile_program(term, NAMES), X)) ** 2)
            after = np.mean((y - evaluate(compile_program(found.expr, NAMES), X)) ** 2)
    if np.isfinite(before):
        assert found.loss <= before * (1 + 1e-9)
    if np.isfinite(found.loss):
        assert after == pytest.approx(found.loss, rel=1e-6, abs=1e-12)
