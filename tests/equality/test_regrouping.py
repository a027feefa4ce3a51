"""Sums and products regrouped term by term."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sr_kernel.equality.constants import Constants
from sr_kernel.equality.monomials import monomial
from sr_kernel.equality.regrouping import Regrouper
from sr_kernel.equality.sampling import find_difference, names_of, sample_points
from sr_kernel.expr import Expr, apply, number, parse, symbol, to_text

CASES = [
    # what several terms share
    ("0.4*x + 0.4*y + z", "z + 0.4*(x + y)"),
    ("3*x + 3*y", "3*(x + y)"),
    ("0.2*x/y - 0.1*x + z", "z + x*(0.2/y - 0.1)"),
    ("x - 2*x*y + x", "x*(2 - 2*y)"),
    ("1/(x*y) + 1/x + z", "z + (1/y + 1)/x"),
    # multiples of sums
    ("1.5*(0.4*x + 0.2*y + 0.3) + 0.5", "0.6*x + 0.3*y + 0.95"),
    ("(0.5*x + 1.0)*(0.25*y + 0.5)*z", "0.125*z*(x + 2)*(y + 2)"),
    ("0.5*abs(0.4*x)", "0.2*abs(x)"),
    ("0.5*sqrt(0.16*x + 0.32)", "0.2*sqrt(x + 2)"),
    ("-f/(a - b)", "f/(b - a)"),
    # factors that the numbers inside take for nothing
    ("0.5*(3/x + 0.25*y + 2)*z", "z*(1.5/x + 0.125*y + 1.0)"),
    ("(0.5*x + 1.0)*(2/y + 0.5)", "(x + 2)*(1/y + 0.25)"),
    ("2.25*sqrt(1.5/x + 2)*y", "y*sqrt(7.59375/x + 10.125)"),
    ("-0.5*abs(3/x - 2)*y", "-y*abs(1.5/x - 1.0)"),
    ("x*(0.5*(exp(y + 1.5) + 2.5))", "x*(exp(y + 0.8068528194400547) + 1.25)"),
    ("0.5*x*(2.5**(y + 1.5) + 2.5)", "x*(2.5**(y + 0.7435284050072) + 1.25)"),
    ("0.5*exp(2*(x + y + 2.1))", "33.34316552046258*exp(2*(x + y))"),
    ("1.5*(0.4*x - y*(0.2/z + 0.5)) + 0.5", "0.6*x - y*(0.3/z + 0.75) + 0.5"),
    # of two shares that save the same, the one of more terms
    ("0.5*x*y**2 - 0.3*x**2*y**3 - 0.7*y + z", "z + y*(x*y*(0.5 - 0.3*x*y) - 0.7)"),
    # double angles
    ("2*sin(x)*cos(x)*y", "y*sin(2*x)"),
    ("2.5*sin(0.5*x + 1)**2*cos(0.5*x + 1)**2", "0.625*sin(x + 2)**2"),
    # one exponent
    ("0.3*x**2*y/(z**2*w)", "0.3*y*(x/z)**2/w"),
    # constants
    ("x + log(2) - 0.5", "x + 0.1931471805599453"),
    ("0.5*sqrt(2)*x", "0.7071067811865476*x"),
    ("4**(2*x)", "16**x"),
    ("0.25**(0.5*x)", "0.5**x"),
]

KEPT = [
    "0.3/x + 0.3/y",  # a coefficient over a plain divisor costs nothing
    "0.5*pi*x",  # pi is no fitted constant
    "x*sqrt(2)",
    "0.5*(x + 3/y)",  # a number more inside for the one in front
    "2*abs(1/x - 3)",  # an exact factor stays where it was put
    "-0.5*z*(x + y)**2",
    "2**(100*x)",
    "1.0001**(0.001*x)",  # the float nearest to the new base would have lost digits
    "x**3 + x",
    "sqrt(x)*sqrt(y)",
]


def regrouped(expr: Expr) -> Expr:
    return Regrouper(Constants([expr])).regrouped(expr)


@pytest.mark.parametrize(("source", "expected"), CASES)
def test_smaller_forms(source: str, expected: str) -> None:
    found = regrouped(parse(source))
    assert found.size == parse(expected).size < parse(source).size
    names = names_of(found, parse(source))
    assert find_difference(parse(source), found, names, sample_points(names, rows=32)) is None


@pytest.mark.parametrize("source", KEPT)
def test_what_would_not_be_smaller_is_kept(source: str) -> None:
    assert regrouped(parse(source)) is parse(source)


def test_cotangents_only_where_asked_for() -> None:
    expr = parse("cos(x)/sin(x)")
    assert regrouped(expr) is expr
    found = Regrouper(Constants([expr]), cotangents=True).regrouped(expr)
    assert to_text(found) == "1/tan(x)"


def test_monomial_gathers_powers() -> None:
    q, powers = monomial(parse("-2*x*y**3/(4*x**2)"))
    assert (q, powers) == (parse("-1/2").value, {symbol("x"): -1, symbol("y"): 3})


def leaves() -> st.SearchStrategy[Expr]:
    literals = st.sampled_from([2, 3, -1, 0.5, -1.25, 0.3]).map(number)
    return st.one_of(st.sampled_from([symbol("x"), symbol("y")]), literals)


def grown(children: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    pairs = st.tuples(st.sampled_from(["add", "add", "mul", "mul", "div"]), children, children)
    powers = st.tuples(children, st.sampled_from([2, -2, 0.5, -1]))
    return st.one_of(
        pairs.map(lambda parts: apply(*parts)),
        powers.map(lambda parts: apply("pow", parts[0], number(parts[1]))),
        st.tuples(st.sampled_from(["sin", "cos", "abs", "sqrt"]), children).map(
            lambda parts: apply(*parts)
        ),
    )


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.recursive(leaves(), grown, max_leaves=10))
def test_value_and_domain_are_kept_and_size_never_grows(expr: Expr) -> None:
    found = regrouped(expr)
    assert found.size <= expr.size
    names = names_of(expr, found)
    points = sample_points(names, rows=48)
    assert find_difference(expr, found, names, points) is None
    assert find_difference(found, expr, names, points) is None


def test_a_form_deeper_than_terms_may_be_is_not_taken() -> None:
    expr = parse(" + ".join(f"{k + 2}*x**{k}" for k in range(1, 250)))
    assert regrouped(expr).size <= expr.size
