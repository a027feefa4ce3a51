import numpy as np
import pytest

from sr_kernel.search.engine import search
from sr_kernel.search.problem import Problem
from sr_kernel.search.spectra import SpectrumProposer

LAWS = {
    "a sum beside a free number": lambda a, b, c: a + np.cos(a * b - 7.45 * c + 0.3),
    "every column inside": lambda a, b, c: 1.5 * np.sin(b * c + 2.9 * a + 0.013 * c) - 2,
    "times a column": lambda a, b, c: a * np.sin(c + 2.59 * b) - 0.4 * b * c,
    "of hundreds of turns": lambda a, b, c: 6.9 + 11 * np.cos(7.23 * b**3),
    "under a root": lambda a, b, c: np.sqrt(3 + b * c + np.cos(4.03 * a - b)),
}


@pytest.mark.parametrize("name", LAWS)
def test_waves_of_sums_with_a_free_number_are_found(name):
    a, b, c = np.random.default_rng(1).uniform(0.2, 9, (3, 500))
    problem = Problem(("a", "b", "c"), np.stack([a, b, c], axis=1), LAWS[name](a, b, c))
    result = search(problem, time_limit=30, proposers=[SpectrumProposer()])
    assert result.stop_reason == "exact"


def test_sine_and_cosine_of_a_sum_are_told_as_one_wave():
    a, b = np.random.default_rng(1).uniform(0.2, 9, (2, 500))
    problem = Problem(("a", "b"), np.stack([a, b], axis=1), np.sin(a * b + 3.3 * b + 0.7))
    result = search(problem, time_limit=30, proposers=[SpectrumProposer()])
    text = str(result.best.expr)
    assert text.count("sin") + text.count("cos") == 1


def test_noise_is_no_wave():
    generator = np.random.default_rng(1)
    a, b = generator.uniform(0.2, 9, (2, 500))
    y = a + np.sin(a * b + 3.3 * b) + 1e-4 * generator.normal(size=500)
    result = search(Problem(("a", "b"), np.stack([a, b], axis=1), y), time_limit=4,
                    proposers=[SpectrumProposer()])  # fmt: skip
    assert result.stop_reason != "exact"
    assert len(result.front) == 1
