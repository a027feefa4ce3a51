import numpy as np
import pytest

from sr_kernel.expr import parse
from sr_kernel.search import Problem, search
from sr_kernel.search.exactly import ExactProposer
from sr_kernel.search.linear import LinearProposer
from sr_kernel.search.reduction import ReductionProposer


def problem(y, X, **options):
    names = tuple(f"x{k}" for k in range(X.shape[1]))
    return Problem(names, X, y, **options)


def test_a_law_of_one_group_of_many_columns_is_found_and_told_in_the_old_columns():
    X = np.random.default_rng(2).uniform(1, 3, (300, 6))
    a, b, c, d, e, f = X.T
    y = f * (np.exp(a * b**2 / (c * d * e)) - 1)
    found = search(
        problem(y, X), time_limit=30, proposers=[ReductionProposer(lambda: [ExactProposer()])]
    )
    assert found.stop_reason == "exact"
    assert found.best.parameters == ()


def test_only_operators_of_the_user_come_back_from_simplifying():
    X = np.random.default_rng(2).uniform(1, 2, (300, 5))
    a, b, c, d, e = X.T
    y = e / (np.exp(a * b / (c * d)) + np.exp(-a * b / (c * d)))
    found = search(
        problem(y, X), time_limit=30, proposers=[ReductionProposer(lambda: [ExactProposer()])]
    )
    assert found.stop_reason == "exact"
    assert "cosh" not in found.best.equation


def test_tables_too_small_or_without_a_second_column_are_left_alone():
    X = np.linspace(1, 2, 40)[:, None]
    found = search(problem(np.sin(X[:, 0]), X), time_limit=5,
                   proposers=[ReductionProposer(lambda: [ExactProposer()])])  # fmt: skip
    assert found.stop_reason in ("exhausted", "plateau")
    assert len(found.front) == 1


@pytest.mark.parametrize("noise", [0.01, 0.03])
def test_a_law_of_one_group_is_found_through_noise(noise):
    generator = np.random.default_rng(5)
    X = generator.uniform([1, 1, 5], [4, 4, 8], (600, 3))
    a, b, c = X.T
    y = a * np.sqrt((c + b) / (c - b))
    y = y + noise * y.std() * generator.normal(size=len(y))
    found = search(problem(y, X), time_limit=30,
                   proposers=[ReductionProposer(lambda: [LinearProposer()])])  # fmt: skip
    assert found.best.parameters == ()
    assert found.best.loss < 1.25 * noise**2 * y.var()


def test_many_free_constants_prove_nothing():
    x = np.linspace(0, 1, 200)
    problem = Problem(("x",), x[:, None], 1 / (1.7 + np.exp(0.3 * np.sin(x))))
    found = search(problem, time_limit=3)
    assert found.stop_reason != "exact" or len(found.best.parameters) <= 5


class Endless:
    """Has always one more term to fit."""

    def propose(self, context):
        for k in range(10_000):
            yield parse(f"{k % 7 + 1}.5*`column 0`**{k + 2}/{k + 3}")


def test_a_reduction_that_has_no_end_makes_room_for_others():
    X = np.random.default_rng(2).uniform(1, 3, (300, 3))
    a, b, c = X.T
    y = c * np.exp(a / b)
    y = y + 0.02 * y.std() * np.random.default_rng(3).normal(size=len(y))
    asked = []

    class After:
        def propose(self, context):
            asked.append(context.round)
            return ()

    search(problem(y, X), time_limit=20, should_stop=lambda: bool(asked),
           proposers=[ReductionProposer(lambda: [Endless()]), After()])  # fmt: skip
    assert asked == [0]


def test_surrogates_of_many_columns_do_not_say_that_there_is_no_noise():
    quiet = []

    class Grab:
        def propose(self, context):
            quiet.append(context.quiet)
            return ()

    X = np.random.default_rng(1).uniform(1, 2, (1000, 9))
    X[:, 6:] += 2
    y = np.prod(X[:, :3], axis=1) / ((X[:, 3:6] - X[:, 6:]) ** 2).sum(axis=1)
    y = y + 0.1 * np.sqrt(np.mean(y**2)) * np.random.default_rng(2).normal(size=len(y))
    search(problem(y, X), time_limit=120, should_stop=lambda: bool(quiet),
           proposers=[ReductionProposer(list), Grab()])  # fmt: skip
    assert quiet == [False]
