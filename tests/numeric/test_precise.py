from __future__ import annotations

from fractions import Fraction

import pytest
from mpmath import mp, mpf

from sr_kernel.errors import OptionError
from sr_kernel.expr import OPERATORS, apply, parse, symbol
from sr_kernel.numeric.precise import definedness, evaluate_precise


def at(text: str, **env):
    return evaluate_precise(parse(text), env)


def test_digits() -> None:
    with mp.workdps(60):
        assert abs(at("pi") - mp.pi) < mpf(10) ** -49
        assert abs(evaluate_precise(parse("exp(1/3)"), {}, 30) - mp.exp(mpf(1) / 3)) < 1e-29


def test_the_callers_precision_is_left_alone() -> None:
    before = mp.dps
    at("sqrt(x)", x=2)
    at("sqrt(x)", x=-2)
    assert mp.dps == before


def test_floats_mean_the_doubles_they_are() -> None:
    assert at("x", x=0.1) != at("1/10")
    assert at("x", x=Fraction(1, 10)) == at("1/10")
    assert at("floor(10*x)", x=Fraction(1, 10)) == 1


@pytest.mark.parametrize(
    ("text", "env"),
    [
        ("1/x", {"x": 0}), ("x/x", {"x": 0}), ("log(x)", {"x": 0}), ("log(x)", {"x": -1}),
        ("sqrt(x)", {"x": -1}), ("x**(1/3)", {"x": -8}), ("x**-1", {"x": 0}),
        ("x**0.5", {"x": -1}), ("mod(1, x)", {"x": 0}), ("asin(x)", {"x": 1.1}),
        ("acosh(x)", {"x": 0.9}), ("atanh(x)", {"x": 1}), ("tan(pi/2)", {}),
        ("1/(sin(x)**2 + cos(x)**2 - 1)", {"x": 0.7}), ("1/(x + 1e60 - 1e60 - x)", {"x": 0.1}),
        ("log(sqrt(2)**2 - 2)", {}), ("x", {"x": float("nan")}), ("x", {"x": float("inf")}),
        ("1/(exp(log(3)) - 3)", {}), ("(sqrt(2)**2 - 2)**-1", {}),
    ],
)  # fmt: skip
def test_undefined(text: str, env) -> None:
    assert evaluate_precise(parse(text), env) is None
    assert definedness(parse(text), env) is False


@pytest.mark.parametrize(
    ("text", "env", "expected"),
    [
        ("x**3", {"x": -2}, -8), ("x**3.0", {"x": -2}, -8), ("x**y", {"x": -2, "y": 3}, -8),
        ("x**0", {"x": 0}, 1), ("x**y", {"x": 0, "y": 0}, 1), ("x**y", {"x": 0, "y": 2}, 0),
        ("cbrt(x)", {"x": -8}, -2), ("mod(x, 3)", {"x": -7}, 2), ("mod(x, -3)", {"x": 7}, -2),
        ("sign(sqrt(2)**2 - 2)", {}, 0), ("floor(3*(1/3*x))", {"x": 1}, 1),
        ("ceil(3*(1/3*x))", {"x": 1}, 1), ("floor(sqrt(2)**2)", {}, 2), ("ceil(x)", {"x": 1.5}, 2),
        ("floor(x)", {"x": -0.5}, -1), ("sin(x)**2 + cos(x)**2 - 1", {"x": 0.7}, 0),
        ("sqrt(1 - sin(x)**2 - cos(x)**2)", {"x": 0.3}, 0),
        ("(-8)**(sqrt(2)*sqrt(2) + 1)", {}, -512), ("min(x, 1)", {"x": 3}, 1),
        ("max(x, 1)", {"x": 3}, 3), ("1/(x + 1 - 1)", {"x": 2.0**-140}, 2**140),
        ("(x + 1e60) - 1e60 - x", {"x": 0.1}, 0), ("abs(x)", {"x": -2}, 2),
        ("1/(1/x)", {"x": 2.0**-200}, 2.0**-200), ("(-1)**x", {"x": 1e20}, 1),
    ],
)  # fmt: skip
def test_borders(text: str, env, expected: float) -> None:
    assert evaluate_precise(parse(text), env) == expected
    assert definedness(parse(text), env) is True


@pytest.mark.parametrize(
    "text", ["exp(exp(exp(x)))", "exp(-exp(exp(x)))", "x**(x**(x**x))", "sin(exp(exp(x)))"]
)
def test_what_no_number_can_hold(text: str) -> None:
    assert at(text, x=10) is None
    assert definedness(parse(text), {"x": 10}) is None


def test_remainder_of_something_huge() -> None:
    assert definedness(parse("mod(exp(x), 3)"), {"x": 1e14}) is None


def test_cancellation_is_made_up_for() -> None:
    found = at("x - sin(x)", x=1e-12)
    with mp.workdps(80):
        x = mpf(1e-12)
        assert abs(found / (x - mp.sin(x)) - 1) < mpf(10) ** -45


def test_missing_variable() -> None:
    with pytest.raises(OptionError, match="'y' has no value"):
        at("x + y", x=1)


def test_no_digits() -> None:
    with pytest.raises(OptionError, match="digits=0"):
        evaluate_precise(symbol("x"), {"x": 1}, 0)


@pytest.mark.parametrize("name", [name for name, row in OPERATORS.items() if row.arity == 1])
def test_every_function_has_a_value_somewhere(name: str) -> None:
    found = [evaluate_precise(apply(name, symbol("x")), {"x": value}) for value in (0.5, 1.5)]
    assert any(value is not None for value in found)


def test_tiny_is_not_nothing() -> None:
    assert at("sqrt(sin(y))", y=2.225073858507203e-309) > 0
    assert at("1/sin(y)", y=1e-100) > 0
    assert at("log(1 + y)", y=1e-90) > 0
    assert at("sign(exp(y) - 1)", y=1e-80) == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [("log(abs(exp(exp(x))))", "exp(x)"), ("sqrt(exp(2*exp(x)))", "exp(exp(x))")],
)
def test_values_beyond_floats_have_sizes_logarithms_and_roots(text: str, expected: str) -> None:
    found, other = (evaluate_precise(parse(t), {"x": 12.0}, 30) for t in (text, expected))
    assert found is not None
    assert other is not None
    assert abs(found / other - 1) < 1e-25
