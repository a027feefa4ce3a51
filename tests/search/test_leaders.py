import numpy as np
import pytest

from sr_kernel.search import Problem, search
from sr_kernel.search.leaders import LeaderProposer

X = np.random.default_rng(3).lognormal(size=(300, 1))


@pytest.mark.parametrize(
    "law",
    [
        lambda x: 0.7 * x**3 / (np.exp(0.37 * x) - 1),
        lambda x: 2.1 * x * np.exp(-0.83 * x) + 0.4,
        lambda x: 3.3 / (x + 0.29),
    ],
)
def test_inner_constants_off_every_grid_are_fitted_before_they_are_judged(law):
    x = X[:, 0]
    found = search(
        Problem(("x",), X, law(x)), time_limit=30, proposers=[LeaderProposer()]
    )  # fmt: skip
    assert found.best.r2 > 1 - 1e-12


def test_few_rows_are_left_to_others():
    few = Problem(("x",), X[:4], X[:4, 0] ** 2)
    assert len(search(few, time_limit=5, proposers=[LeaderProposer()]).front) == 1
