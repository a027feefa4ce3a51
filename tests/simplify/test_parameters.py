"""Merging of fitted constants: same values, no more constants, and none that is surplus."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from parameters import constants_of, rank

from sr_kernel.equality.sampling import find_difference, names_of, sample_points
from sr_kernel.expr import Expr, apply, number, parse, symbol, to_text
from sr_kernel.simplify import simplify, simplify_detailed
from sr_kernel.simplify.parameters import merged_parameters

SETTINGS = settings(
    max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)

MERGED = [
    ("2.5*(1.5*x + 0.5) + 1.5", "3.75*x + 2.75"),
    ("sin(1.5*(0.5*x + 0.25) + 1.0)", "sin(0.75*x + 1.375)"),
    ("1.5*x/(2.5*y + 0.5)", "0.6*x/(y + 0.2)"),
    ("1.25*(x + y + 0.5) + 0.25", "1.25*(x + y) + 0.875"),
    ("4.0*sqrt(2.25*x)", "6.0*sqrt(x)"),
    ("sqrt(-2.25*x)", "1.5*sqrt(-x)"),
    ("1.5*cbrt(-8.0*x)", "-3.0*cbrt(x)"),
    ("(2.0*x)**3", "8.0*x**3"),
    ("2.5*abs(-1.5*x)", "3.75*abs(x)"),
    ("sign(2.5*x)", "sign(x)"),
    ("2.0*max(1.5*x, 0.75)", "3.0*max(x, 0.5)"),
    ("(x**1.5)**0.5", "x**0.75"),
    ("exp(x)**0.5", "exp(0.5*x)"),
    ("log(x**1.5)*2.0", "3.0*log(x)"),
    ("2.5*x/(x*y)", "2.5*x/(x*y)"),
    ("2*x + 1", "2*x + 1"),
    ("1.0*x", "x"),
    ("1e300*x*1e300", "1e300*x*1e300"),
    ("exp(1000.0 + x)", "exp(1000.0 + x)"),
    ("0.0*x + 1.5", "0.0*x + 1.5"),
]


@pytest.mark.parametrize(("source", "merged"), MERGED)
def test_constants_that_act_alike_are_merged(source: str, merged: str) -> None:
    assert merged_parameters(parse(source)) is parse(merged)


SURPLUS = [
    "0.997*log(5.0*abs(x*y)/z) - 21.5",
    "exp(1.5 + 0.3*x)*2.0",
    "2.5**(1.5*x + 0.3)",
    "1.5*2**(x + 0.5)",
    "1.2*1.5**(x + 0.5)",
    "abs(z*(exp(sqrt(abs(x))) - 0.17*sqrt(abs(-2.58*x*y))))**0.499 - x",
    "1.006*(4.0/exp(0.038*x) + 0.376/sqrt(cos(2.4*x)**2 + 1) + sqrt(12.1*x**2 + 135.5)) - 0.148",
    "1.002*(0.344*x - 0.54*y + z*(0.036*(z + 5.1*y)*(4.55*x - y) - 1.047)) - 0.037",
    "(1.5*x + 0.3)*(2.5*y - 0.7)/(0.1*x + 2.2)",
    "1.5*log(2.5*x**1.7) + 0.4",
]


@pytest.mark.parametrize("source", SURPLUS)
def test_no_constant_is_surplus(source: str) -> None:
    before = parse(source)
    found = simplify_detailed(before, cost="parameters")
    after = found.result
    assert constants_of(after) < constants_of(before)
    assert rank(after, {}) == constants_of(after)
    names = names_of(before)
    assert find_difference(before, after, names, sample_points(names)) is None


def terms() -> st.SearchStrategy[Expr]:
    constants = st.sampled_from([0.5, 1.5, -2.25, 0.3, 7.1, -1.0]).map(number)
    exact = st.sampled_from([1, 2, -1]).map(number)
    leaves = st.one_of(constants, constants, exact, st.sampled_from("xy").map(symbol))

    def grown(inner: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
        unary = ["neg", "sqrt", "exp", "log", "sin", "abs", "cbrt", "sign", "tanh"]
        binary = ["add", "add", "mul", "mul", "div", "min", "max", "pow"]
        return st.one_of(
            st.tuples(st.sampled_from(unary), inner).map(lambda parts: apply(*parts)),
            st.tuples(st.sampled_from(binary), inner, inner).map(lambda parts: apply(*parts)),
            st.tuples(inner, st.sampled_from([2, -1, 0.7, 3])).map(lambda p: p[0] ** number(p[1])),
        )

    return st.recursive(leaves, grown, max_leaves=10)


@SETTINGS
@given(terms())
def test_values_stay_the_same(expr: Expr) -> None:
    merged = merged_parameters(expr)
    names = names_of(expr, merged)
    found = find_difference(expr, merged, names, sample_points(names))
    assert found is None, f"{to_text(expr)} became {to_text(merged)}: {found}"


@SETTINGS
@given(terms())
def test_there_are_never_more_constants(expr: Expr) -> None:
    once = merged_parameters(expr)
    assert constants_of(once) <= constants_of(expr)
    assert constants_of(merged_parameters(once)) <= constants_of(once)


def test_other_costs_keep_the_spelling() -> None:
    assert simplify("sin(1.5*(0.5*x + 0.25))") == simplify("sin(1.5*(0.5*x + 0.25))", cost="size")
    assert simplify("log(2.5*x) + y") == "y + log(2.5*x)"


def test_rounding_makes_no_new_condition() -> None:
    source = "log(6.8 + 5.1*abs(0.7*(1.626e-9*x - 0.515) - 39.2)/0.3)"
    found = simplify_detailed(source, cost="parameters")
    assert found.conditions == ()
    assert constants_of(found.result) == 3
