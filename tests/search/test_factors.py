import numpy as np
import pytest

from sr_kernel.expr import parse
from sr_kernel.numeric.evaluate import evaluate
from sr_kernel.numeric.program import compile_program
from sr_kernel.search.factors import product_of

NAMES = ("a", "b", "c")


def expanded(text):
    """The terms of a product that SymPy multiplies out."""
    from sympy import Poly, sympify

    polynomial = Poly(sympify(text), gens=sympify(" ".join(NAMES).replace(" ", ",")))
    return [
        (float(c), parse("*".join(f"{n}**{k}" for n, k in zip(NAMES, m, strict=True) if k) or "1"))
        for m, c in polynomial.terms()
    ]


@pytest.mark.parametrize("text", [
    "9.28*(0.91 - c)**2*(0.5*a + b)**2",
    "(a + 1.3)*(b**2 - 2.7*b + 0.4)*(c - 5.1)",
    "-2.5*(a*b + 1.7*c - 0.3)**3",
    "(a + 2.1)*(b*c + 1.2)**4",
])  # fmt: skip
def test_products_are_seen_in_their_terms(text):
    terms = expanded(text)
    product = product_of(terms)
    assert product.size <= parse(text).size + 4
    X = np.random.default_rng(0).uniform(-2, 2, (20, 3))
    values = [evaluate(compile_program(e, NAMES, free="none"), X) for e in (product, parse(text))]
    np.testing.assert_allclose(*values, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("text", ["a**2 + 2*a*b + b**2 + 0.001*c", "a*b + a + b + 2", "a**3 + b"])
def test_what_is_no_product_stays_a_sum(text):
    terms = expanded(text)
    assert product_of(terms).op == "add"


def test_terms_that_are_no_monomials_stay_a_sum():
    terms = [(float(k), parse(f"sin(a)*b**{k}")) for k in range(1, 6)]
    assert "sin" in str(product_of(terms))
