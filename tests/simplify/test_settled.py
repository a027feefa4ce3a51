"""sr_kernel.simplify.settled."""

import pytest

from sr_kernel.equality.constants import Constants
from sr_kernel.equality.normal_form import Normalizer
from sr_kernel.expr import parse
from sr_kernel.simplify.settled import is_settled

SETTLED = [
    "2.5*x*y + 1.5*z",
    "0.3*(x + 1.5)*(y - 2.5) + 0.25",
    "x*(0.5*y - 0.25) + 1.5*sin(z)",
    "1.5*sin(x)**2 + 0.5*x",
    "x/(x + 1.5) + 2.5*y",
    "log(x + 1.5) - 2.5*log(y)",
    "(0.5*x + y)*(x - 1.5*y)",
    "0.5*sqrt(abs(x))*2.5**y",
    "1.5*sin(2*x + 4*y)",
]
OPEN = [
    ("0.3*(x + 1.5)*(x - 2.5) + 0.25*x", "like terms"),
    ("(x + 1.5)*(x - 1.5)", "terms that cancel"),
    ("y*(x + 1.5)*(x + 0.5)*(1.5 - x)", "terms that cancel"),
    ("1.5*sin(x)**2 + 0.5*cos(x)**2", "squares"),
    ("exp(x)*exp(1.5*y)", "exponentials"),
    ("sqrt(x)*sqrt(y + 1.5)", "roots"),
    ("1.5*x*sqrt(x)", "a root of another factor"),
    ("2.5*sin(x)/cos(x)", "functions of one argument"),
    ("0.5*x + (x + 1.5)**2", "a sum whose parts stand outside"),
    ("1.5*x/(x/y + x)", "a quotient inside a divisor"),
    ("(x + 1.5)**2 + 0.5*(x - 2.5)**2", "two squares of sums in one variable"),
    ("x*y + x*z + y*z", "exact factors"),
    ("1.5**x*exp(y)", "exponentials"),
    ("x*(2.5*y/x + 1)", "a factor and a divisor inside"),
]


@pytest.mark.parametrize("source", SETTLED)
def test_no_normal_form_of_a_settled_term_is_smaller(source: str) -> None:
    expr = parse(source)
    assert is_settled(expr)
    assert all(form.size >= expr.size for form in Normalizer(Constants([expr])).forms(expr))


@pytest.mark.parametrize(("source", "reason"), OPEN)
def test_what_may_meet_is_multiplied_out(source: str, reason: str) -> None:
    assert not is_settled(parse(source)), reason


def test_long_products_of_sums_are_not_told_apart() -> None:
    factors = "*".join(f"(x{i} + y{i} + 1.5)" for i in range(5))
    assert not is_settled(parse(factors))


def test_regions_inside_functions_count() -> None:
    assert not is_settled(parse("1.5*sin(0.3*(x + 0.5)*(x - 1.5) + 2.5*x)"))
