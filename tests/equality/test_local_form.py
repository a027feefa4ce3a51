"""sr_kernel.equality.local_form."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sr_kernel.equality.constants import Constants
from sr_kernel.equality.generators import TooLarge
from sr_kernel.equality.local_form import LocalForm
from sr_kernel.equality.sampling import find_difference, names_of, sample_points
from sr_kernel.equality.sign import POSITIVE, Signs
from sr_kernel.expr import Expr, apply, number, parse, symbol, to_text

TIDIED = [
    ("x + x", "2*x"),
    ("0.3*x + 0.5*x", "0.8*x"),
    ("abs(abs(x))", "abs(x)"),
    ("abs(-2.5)*x", "2.5*x"),
    ("sqrt(x**4)", "x**2"),
    ("sqrt(x**2)", "abs(x)"),
    ("cos(-3.5*x)", "cos(3.5*x)"),
    ("log(exp(x))", "x"),
    ("sin(0.0)*x + y", "y"),
    ("2.5*log(x**4)", "10.0*log(abs(x))"),
    ("0.5*(x + 2.0) + 0.25*(y - 4.0)", "0.5*x + 0.25*y"),
    ("0.1*(0.5*x + 0.25)", "0.05*(x + 0.5)"),
    ("2.0*log(0.5*x) + 3.0", "2.0*log(x) + 1.6137056388801094"),
    ("x + exp(1.5 - 0.5*log(2.0))", "x + 3.1690327328056793"),
    ("1.001*(0.5*x - 0.25*y*(2.0 - z)) + 4.0", "0.5005*x + 0.25025*y*(z - 2.0) + 4.0"),
]


def tidied(expr: Expr, signs: Signs | None = None) -> Expr:
    return LocalForm(Constants([expr]), signs).best(expr)


@pytest.mark.parametrize(("source", "expected"), TIDIED)
def test_table_of_tidy_terms(source: str, expected: str) -> None:
    found = tidied(parse(source))
    assert found.size == parse(expected).size
    assert find_difference(found, parse(expected), *points_of(found, parse(expected))) is None


def points_of(*exprs: Expr) -> tuple[tuple[str, ...], object]:
    names = names_of(*exprs)
    return names, sample_points(names, rows=48)


@pytest.mark.parametrize(
    "source",
    ["x*y*z", "2.5*x*y", "sin(x)", "x - y", "-x", "1.5*x*tanh(y)", "log(x)", "x/(y + 1.5)"],
)
def test_a_tidy_term_is_kept(source: str) -> None:
    assert tidied(parse(source)) is parse(source)


@pytest.mark.parametrize("source", ["1.5/sin(0.0)", "x/log(1.0)", "2.5*exp(1/tan(0.0))*x"])
def test_a_division_by_zero_is_left_alone(source: str) -> None:
    names, points = points_of(parse(source))
    assert find_difference(parse(source), tidied(parse(source)), names, points) is None


def test_known_signs_are_used() -> None:
    known = Signs({symbol("x"): POSITIVE})
    assert to_text(tidied(parse("abs(x)*y"), known)) == "x*y"
    assert to_text(tidied(parse("abs(x)*y"))) == "abs(x)*y"


def test_factors_and_terms_are_those_of_the_tidy_term() -> None:
    expr = parse("0.5*x*y**2/z")
    form = LocalForm(Constants([expr]))
    assert form.factors(expr) == (
        Fraction(1, 2),
        ((symbol("x"), 1), (symbol("y"), 2), (symbol("z"), -1)),
    )
    assert form.linear(parse("2*x - y")) == [(2, symbol("x")), (-1, symbol("y"))]


def test_there_is_no_normal_form_to_be_had() -> None:
    with pytest.raises(TooLarge):
        LocalForm(Constants([])).form(parse("x + 1"))


def leaves() -> st.SearchStrategy[Expr]:
    literals = st.sampled_from([2, -1, 0.5, -1.25, 0.3]).map(number)
    return st.one_of(st.sampled_from([symbol("x"), symbol("y")]), literals)


def grown(children: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    pairs = st.tuples(st.sampled_from(["add", "add", "mul", "mul", "div"]), children, children)
    powers = st.tuples(children, st.sampled_from([2, -2, 0.5, -1, 3, 1.5]))
    unary = ["sin", "cos", "tanh", "abs", "sqrt", "cbrt", "exp", "log", "atan", "floor", "sign"]
    return st.one_of(
        pairs.map(lambda parts: apply(*parts)),
        powers.map(lambda parts: apply("pow", parts[0], number(parts[1]))),
        st.tuples(st.sampled_from(unary), children).map(lambda parts: apply(*parts)),
    )


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.recursive(leaves(), grown, max_leaves=10))
def test_value_is_kept_where_the_input_is_defined_and_size_never_grows(expr: Expr) -> None:
    found = tidied(expr)
    assert found.size <= expr.size
    assert find_difference(expr, found, *points_of(expr, found)) is None
