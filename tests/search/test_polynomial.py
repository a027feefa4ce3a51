import numpy as np
import pytest

from sr_kernel.expr import parse, to_text
from sr_kernel.search import Problem, search
from sr_kernel.search.polynomial import PolynomialProposer, total


def solved(f, columns, *, rows=200, noise=0.0):
    generator = np.random.default_rng(0)
    X = generator.uniform(-2.0, 2.0, (rows, columns))
    y = f(*X.T)
    y = y + noise * y.std() * generator.normal(size=rows)
    problem = Problem(("x", "z", "u")[:columns], X, y)
    return search(problem, time_limit=20, proposers=[PolynomialProposer()])


@pytest.mark.parametrize(
    ("f", "columns"),
    [
        (lambda x: 0.7 * x**7 - 2 * x**4 + x - 0.3, 1),
        (lambda x, z: 0.2 * x**3 + 0.5 * z**3 - 1.2 * z - 0.5 * x, 2),
        (lambda x, z: np.exp(0.3 * x * z - 0.4 * z**2 + 0.1 * x), 2),
        (lambda x, z, u: np.sqrt(5 + x * z * u + 0.5 * u**2), 3),
    ],
)
def test_polynomials_are_found_under_a_peel(f, columns):
    assert solved(f, columns).stop_reason == "exact"


def test_sums_in_one_variable_are_nested():
    x = parse("x")
    terms = [(1.5, parse("1")), (2.5, x), (-0.5, parse("x**4"))]
    assert to_text(total(terms)) == "(-0.5*x**3 + 2.5)*x + 1.5"
    assert to_text(total([(2.0, x), (3.0, parse("z"))])) == "2.0*x + 3.0*z"
    assert to_text(total([(2.0, parse("x**2"))])) == "2.0*x**2"


def test_noise_leaves_the_terms_that_are_there():
    best = solved(lambda x, z: x**3 - 1.5 * x * z + 0.8 * z, 2, noise=0.02).best
    assert best.complexity <= 15
    assert best.r2 > 0.999


def test_noise_may_take_a_few_rows_out_of_the_domain_of_a_peel():
    generator = np.random.default_rng(0)
    X = 10.0 ** generator.uniform(-1, 1, (400, 4))
    a, b, c, d = X.T
    y = a * np.sqrt(b**2 + c**2 + d**2)
    y = y + 0.01 * np.sqrt(np.mean(y**2)) * generator.normal(size=len(y))
    assert (y < 0).any()
    found = search(Problem(tuple("abcd"), X, y), time_limit=20, proposers=[PolynomialProposer()])
    assert to_text(found.best.expr) == "a*sqrt(b**2 + c**2 + d**2)"


def test_constant_columns_are_no_monomials():
    X = np.stack([np.linspace(1, 2, 30), np.ones(30)], axis=1)
    result = search(
        Problem(("x", "one"), X, 2 * X[:, 0] ** 2 + 1), time_limit=20,
        proposers=[PolynomialProposer()],
    )  # fmt: skip
    assert "one" not in result.best.equation
