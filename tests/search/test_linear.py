import numpy as np

from sr_kernel.search import Problem, search
from sr_kernel.search.linear import LinearProposer


def test_a_root_of_what_touches_zero_is_found_under_noise():
    generator = np.random.default_rng(5)
    a, share = generator.uniform(1, 5, 600), generator.uniform(0, 1, 600)
    share[:50] = 1.0  # where the sum is zero and a rough one below it
    b = np.sqrt(2.5 * a / 1.5) * share
    y = np.sqrt(np.maximum(2.5 * a - 1.5 * b**2, 0))
    y = y + 0.01 * y.std() * generator.normal(size=len(y))
    problem = Problem(("a", "b"), np.column_stack([a, b]), y)
    found = search(problem, time_limit=6, proposers=[LinearProposer()])
    assert found.best.r2 > 0.9998
    assert found.best.complexity <= 20


def test_products_of_columns_with_waves_are_terms_of_sums_from_the_start():
    generator = np.random.default_rng(6)
    X = generator.uniform(1, 5, (500, 3))
    a, b, c = X.T
    y = a * b * np.sin(c) + 2 * c
    y = y + 0.02 * y.std() * generator.normal(size=len(y))
    found = search(Problem(("a", "b", "c"), X, y), time_limit=6, proposers=[LinearProposer()])
    assert found.best.r2 > 0.9995
    assert found.best.complexity <= 12
