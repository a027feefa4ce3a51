import numpy as np

from sr_kernel.search.bank import Bank
from sr_kernel.search.engine import search
from sr_kernel.search.exactly import ExactProposer
from sr_kernel.search.linear import LinearProposer
from sr_kernel.search.problem import DEFAULT_OPERATORS, Problem


def test_a_wave_of_a_difference_times_two_columns_is_found_as_one_term():
    X = np.random.default_rng(1).uniform(1, 5, (200, 4))
    a, b, c, d = X.T
    y = a * b * np.cos(c - d) + 3 * a - d
    found = search(
        Problem(tuple("abcd"), X, y), time_limit=30, proposers=[ExactProposer()]
    )  # fmt: skip
    assert found.stop_reason == "exact"


def test_the_bank_knows_its_transcendental_entries():
    bank = Bank(("x",), np.linspace(1, 2, 9)[:, None], DEFAULT_OPERATORS)
    bank.grow(60)
    heads = {bank.expr(int(k)).op for k in np.flatnonzero(bank.transcendental)}
    assert heads == {"exp", "log", "sin", "cos"}


def test_a_geometric_mean_beside_a_wave_is_found_under_noise():
    generator = np.random.default_rng(4)
    X = generator.uniform(0.5, 4.0, (300, 3))
    a, b, c = X.T
    y = a + b + 2 * np.sqrt(a * b) * np.cos(c)
    y += 0.01 * y.std() * generator.normal(size=300)
    problem = Problem(("a", "b", "c"), X, y)
    best = search(problem, time_limit=60, proposers=[LinearProposer()]).best
    assert best.complexity == 13
    assert best.equation.count("sqrt(a*b)") == 1
