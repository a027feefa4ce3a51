import numpy as np
import pytest

from sr_kernel.search.columns import Column
from sr_kernel.search.engine import search
from sr_kernel.search.problem import Problem
from sr_kernel.search.relations import RelationProposer
from sr_kernel.search.sparse import Solver


def columns(rows=200, count=60, seed=0):
    values = np.random.default_rng(seed).normal(size=(count, rows))
    return [Column(None, row) for row in values]


def test_the_few_terms_of_a_sum_are_told_from_many():
    among = columns()
    target = 3 * among[7].values - 1e-3 * among[40].values + among[11].values
    places, coefficients = Solver(among, np.ones(200)).few(target)
    assert places.tolist() == [7, 11, 40]
    assert np.allclose(coefficients, [3, 1, -1e-3], rtol=1e-9)


def test_a_sum_of_all_terms_is_no_evidence():
    among = columns()
    target = np.sum([column.values for column in among], axis=0)
    assert Solver(among, np.ones(200)).few(target) is None
    noisy = among[3].values + 1e-6 * columns(seed=1)[0].values
    assert Solver(among, np.ones(200)).few(noisy) is None


def test_of_terms_that_depend_on_each_other_the_first_stay():
    among = columns(count=5)
    among.append(Column(None, among[0].values + among[1].values))
    places, _ = Solver(among, np.ones(200)).few(among[5].values)
    assert places.tolist() == [0, 1]


LAWS = {
    "a product of sums": lambda a, b, c: (b - 1.7) * (3.1 * np.sin(a + 0.4) + c) + 0.3 * a,
    "a quotient": lambda a, b, c: (a * b + 0.7 * np.cos(c)) / (b * c + 1.3 * a**3),
    "a root of a sum": lambda a, b, c: a * b - c - 1.9 * np.sqrt(2.1 * a**2 + b * c + 0.6),
    "more than thirty nodes": lambda a, b, c: 1 / (
        (a - 2.5) ** 2 + 1.1 * (b - 0.3) ** 2 + 0.7 * (c - 1.4) ** 2 + a * b * c
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", LAWS)
def test_long_laws_without_noise_are_found(name):
    X = np.random.default_rng(1).uniform(0.5, 4, (600, 3))
    problem = Problem(("a", "b", "c"), X, LAWS[name](*X.T))
    result = search(problem, time_limit=30, proposers=[RelationProposer()])
    assert result.stop_reason == "exact"
    assert result.best.r2 > 1 - 1e-12


def test_a_long_quotient_times_a_wave_is_found():
    X = np.random.default_rng(1).uniform(0.5, 4, (600, 4))
    a, b, c, d = X.T
    y = np.cos(a) * (b**3 * (c - 1) / (d**2 * (c + 2)) - d)
    result = search(Problem(tuple("abcd"), X, y), time_limit=30,
                    proposers=[RelationProposer(long=True)])  # fmt: skip
    assert result.stop_reason == "exact"


def test_a_size_that_the_user_gives_holds_for_every_law():
    X = np.random.default_rng(2).uniform(0.5, 4, (600, 3))
    problem = Problem(("a", "b", "c"), X, LAWS["more than thirty nodes"](*X.T), max_size=20)
    result = search(problem, time_limit=3, proposers=[RelationProposer()])
    assert max(law.complexity for law in result.front) <= 20
