"""sr_kernel.equality.price: sizes told before anything is written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sr_kernel.equality.constants import Constants
from sr_kernel.equality.factoring import term_list
from sr_kernel.equality.normal_form import Normalizer
from sr_kernel.equality.price import pulled_out
from sr_kernel.expr import Expr, parse

COEFFICIENTS = st.integers(-4, 4).filter(bool)
POWERS = st.tuples(*[st.integers(0, 3)] * 3)


@st.composite
def polynomials(draw: st.DrawFn) -> Expr:
    terms = draw(st.lists(st.tuples(COEFFICIENTS, POWERS), min_size=1, max_size=5))
    return parse(" + ".join(f"({c})*x**{i}*y**{j}*sqrt(z + 1)**{k}" for c, (i, j, k) in terms))


@given(polynomials())
def test_no_form_is_smaller_than_its_price(expr: Expr) -> None:
    normalizer = Normalizer(Constants([expr]))
    form = normalizer.form(expr)
    writer, prices, terms = normalizer.writer, form.ring.prices, term_list(form.above)
    if not terms:
        return
    assert prices.polynomial(terms) <= writer.polynomial(form.above, form.ring).size
    if all(generator.unit.denominator == 1 for generator in form.generators):
        assert prices.nest(terms) <= writer.nest(terms, form.ring).size
    assert prices.least(terms) <= min(f.size for f in normalizer.forms(expr))


@pytest.mark.parametrize(
    "text", ["x*y + x*z + 3", "2*x**2 - y", "x + 1", "x**2*y**2", "-3*x*y*z + x", "sqrt(x)*y + x"]
)
def test_prices_of_plain_polynomials_are_sizes(text: str) -> None:
    expr = parse(text)
    normalizer = Normalizer(Constants([expr]))
    form = normalizer.form(expr)
    terms = term_list(form.above)
    written = normalizer.writer.polynomial(form.above, form.ring)
    assert form.ring.prices.polynomial(terms) == written.size


def test_what_most_terms_share_is_pulled_out() -> None:
    one = Constants([]), 1
    terms = [(one[1], (2, 1, 0)), (one[1], (1, 0, 0)), (one[1], (0, 0, 3)), (one[1], (-1, 0, 0))]
    assert pulled_out(terms) == (  # type: ignore[arg-type]
        (1, 0, 0), [(1, (1, 1, 0)), (1, (0, 0, 0))], [(1, (0, 0, 3)), (1, (-1, 0, 0))]
    )  # fmt: skip
    assert pulled_out(terms[:1] + terms[2:3]) is None  # type: ignore[arg-type]
