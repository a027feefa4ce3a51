import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sr_kernel.expr import apply, number, parse, symbol, to_text
from sr_kernel.numeric.evaluate import evaluate
from sr_kernel.numeric.program import compile_program
from sr_kernel.search.tidy import tidy


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("1*x", "x"),
        ("x + 0", "x"),
        ("0*x + 2.5", "2.5"),
        ("x**1", "x"),
        ("2.0*3.0*x", "6.0*x"),
        ("-2.0 + x", "x - 2.0"),
        ("exp(0.0 + x)", "1.0*exp(x)"),
        ("sqrt(4.0*x)", "2.0*sqrt(x)"),
        ("1/(4.0*x)", "0.25/x"),
        ("x/(y/z)", "x*z/y"),
        ("(x/y)/z", "x/(y*z)"),
        ("1/(1/x)", "x"),
        ("cos(t)/((T*k)/(E*p))", "cos(t)*E*p/(T*k)"),
        ("exp(1.5*log(x))", "x**1.5"),
        ("log(x**2.5)", "2.5*log(x)"),
        ("(4.0*x)**0.5", "2.0*x**0.5"),
        ("sqrt(exp(-x**2))", "exp(-x**2/2)"),
        ("sqrt(exp(3.0*x))", "exp(1.5*x)"),
        ("exp(x)**3", "exp(3*x)"),
        ("exp(-x)**2.5", "exp(-2.5*x)"),
        ("(4.0*exp(x**2))**0.5", "2.0*exp(0.5*x**2)"),
    ],
)
def test_spelling(before, after):
    assert to_text(tidy(parse(before), roots=False)) == after


def test_even_powers_stay_inside_a_logarithm():
    assert to_text(tidy(parse("log(x**2)"))) == "log(x**2)"


X = symbol("x")
terms = st.recursive(
    st.sampled_from([X, number(1), number(0), number(2), number(0.5), number(-3.0)]),
    lambda inner: st.one_of(
        st.tuples(st.sampled_from(["add", "mul", "div"]), inner, inner).map(lambda t: apply(*t)),
        st.tuples(st.sampled_from(["exp", "log", "sqrt"]), inner).map(lambda t: apply(*t)),
        st.tuples(inner, st.sampled_from([number(2), number(0.5), number(-1.5)])).map(
            lambda t: apply("pow", *t)
        ),
    ),
    max_leaves=8,
)


@settings(max_examples=300, deadline=None)
@given(terms)
def test_values_stay_where_the_term_was_defined(expr):
    points = np.array([[0.3], [1.7], [2.9]])
    before = evaluate(compile_program(expr, ["x"], free="none"), points)
    if not (np.isfinite(before).all() and np.abs(before).max() < 1e10):
        return
    after = evaluate(compile_program(tidy(expr), ["x"], free="none"), points)
    np.testing.assert_allclose(after, before, rtol=1e-6, atol=1e-9)
