import numpy as np
import pytest

from sr_kernel.search import Problem, search
from sr_kernel.search.laurent import LaurentPart, LaurentProposer
from sr_kernel.search.opening import context_of
from sr_kernel.search.sample import Sample
from sr_kernel.search.tidy import tidy


def made(f, columns, *, noise=0.01, rows=500, **options):
    generator = np.random.default_rng(4)
    X = generator.uniform(1.0, 4.0, (rows, columns))
    y = f(*X.T)
    y = y + noise * np.sqrt(np.mean(y**2)) * generator.normal(size=rows)
    return Problem(tuple("abcdef")[:columns], X, y, **options)


@pytest.mark.parametrize(
    ("f", "columns"),
    [
        (lambda a, b, c, d: a * b - c**2 / (a * d) + 3.7 * np.sqrt(d), 4),
        (lambda a, b, c, d, e: np.sqrt((2 * a + b) / e + (c / (d * e)) ** 2), 5),
        (lambda a, b, c, d: 1 / (a / (b * c) + d**2 / b), 4),
    ],
)
def test_sums_of_products_of_powers_are_found_under_noise(f, columns):
    problem = made(f, columns)
    best = search(problem, time_limit=20, proposers=[LaurentProposer()]).best
    clean = f(*problem.X.T)
    wrong = Sample.of(problem).predict(best.expr) - clean
    # What is left of the noise is the share of a few constants in many rows.
    assert np.mean(wrong**2) < 0.05 * np.mean((problem.y - clean) ** 2)


def test_entries_are_what_their_terms_say():
    problem = made(lambda a, b, c: a * b * c, 3)
    part = LaurentPart(context_of(problem, lambda: None, print))
    picked = np.arange(0, len(part.powers), 17)
    values = part.values(picked, problem.X)
    sample = Sample.of(problem)
    for place, row in zip(picked, values, strict=True):
        np.testing.assert_allclose(sample.predict(part.expr(int(place))), row, rtol=1e-9)
        assert tidy(part.expr(int(place))).size <= part.sizes[place] + 2


def test_roots_are_left_to_those_who_want_them():
    problem = made(lambda a, b: a * b, 2, operators=("add", "mul", "div", "pow"))
    part = LaurentPart(context_of(problem, lambda: None, print))
    assert (part.powers % 1.0 == 0.0).all()


def test_columns_that_are_not_positive_have_no_powers():
    X = np.random.default_rng(0).uniform(-1, 1, (100, 2))
    problem = Problem(("a", "b"), X, X[:, 0] * X[:, 1])
    found = search(problem, time_limit=5, proposers=[LaurentProposer()])
    assert [law.complexity for law in found.front] == [1]
