import numpy as np
import pytest

from sr_kernel.search.engine import search
from sr_kernel.search.inner import InnerProposer
from sr_kernel.search.problem import Problem

LAWS = {
    "a wave": lambda a, b: (b - 1.3) * np.sin(7.3 * a + 0.2) + 0.4 * a * b,
    "growth": lambda a, b: a * b - 0.37 * b * np.exp(0.722 * a) + 1.1,
    "a power": lambda a, b: (a + 0.3 * b - 2.1) * a**0.37,
    "a shift under an outer function": lambda a, b: a**2 * np.exp(-b) * (b + 3.2) ** 1.7,
    "a root of a wave": lambda a, b: a * np.sqrt((b + 1.9) * (2 + np.sin(1.37 * a**2))),
}


@pytest.mark.parametrize("name", LAWS)
def test_laws_with_one_inner_constant_are_found(name):
    a, b = np.random.default_rng(1).uniform(0.2, 5, (2, 500))
    problem = Problem(("a", "b"), np.stack([a, b], axis=1), LAWS[name](a, b))
    result = search(problem, time_limit=30, proposers=[InnerProposer()])
    assert result.stop_reason == "exact"


def test_what_is_near_is_no_law():
    a, b = np.random.default_rng(1).uniform(0.2, 5, (2, 500))
    y = np.tanh(a - 1.3 * b) + 1 / (1 + a * b)
    result = search(Problem(("a", "b"), np.stack([a, b], axis=1), y), time_limit=30,
                    proposers=[InnerProposer()])  # fmt: skip
    assert result.stop_reason != "exact"
    assert len(result.front) == 1
