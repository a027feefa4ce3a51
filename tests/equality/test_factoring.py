"""sr_kernel.equality.factoring."""

from fractions import Fraction
from math import prod

from hypothesis import given
from hypothesis import strategies as st

from sr_kernel.equality.constants import Constants
from sr_kernel.equality.factoring import factor_list, term_list
from sr_kernel.equality.normal_form import Normalizer
from sr_kernel.expr import parse


def factored(text: str) -> tuple[Fraction, list[tuple[object, int]]]:
    expr = parse(text)
    form = Normalizer(Constants([expr])).form(expr)
    content, factors = factor_list(form.above, form.ring, Constants([expr]))
    whole = prod((f**k for f, k in factors), start=form.ring.constant(content))
    assert whole == form.above
    return content, factors


def test_exact_factors_have_coprime_integers() -> None:
    content, factors = factored("6*x**2/5 - 6/5")
    assert abs(content) == Fraction(6, 5)
    assert sorted(k for _, k in factors) == [1, 1]
    assert all(abs(c) == 1 for f, _ in factors for c, _ in term_list(f))


def test_fitted_factors_have_a_leading_one() -> None:
    content, factors = factored("0.5*x + 1.25")
    assert content == Fraction(1, 2)
    assert [c for f, _ in factors for c, _ in term_list(f)] == [1, Fraction(5, 2)]


@given(st.lists(st.tuples(st.integers(-5, 5), st.integers(-5, 5)), min_size=1, max_size=4))
def test_factors_multiply_to_the_polynomial(roots: list[tuple[int, int]]) -> None:
    factored("*".join(f"(x + ({a})*y + ({b}))" for a, b in roots))


def test_a_polynomial_too_long_to_factor_is_its_own_factor() -> None:
    text = " + ".join(f"x**{i}*y**{70 - i}" for i in range(70))
    _, factors = factored(text)
    assert [k for _, k in factors] == [1]
