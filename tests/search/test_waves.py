import numpy as np
import pytest

from sr_kernel.search.engine import search
from sr_kernel.search.problem import Problem
from sr_kernel.search.waves import WaveProposer

LAWS = {
    "of a product of sums": lambda a, b, c: np.sin(b * c * (a * b + c)),
    "in a frame": lambda a, b, c: c + a * np.cos(b**2 * c + np.sin(a)),
    "with a shift inside the frame": lambda a, b, c: a * (b + np.sin(c**2 - a * b)),
    "of any size, level and phase": lambda a, b, c: 5.5 * np.sin(a * b + c**2 + 0.3) + 1.7,
    "of a quotient times any number": lambda a, b, c: (
        a + np.cos(0.37 * (a * b + c) / (b + np.exp(c)))
    ),
    "under an exponential": lambda a, b, c: np.exp(np.cos(a * b + c**2)),
}


@pytest.mark.parametrize("name", LAWS)
def test_waves_of_sums_are_found(name):
    a, b, c = np.random.default_rng(1).uniform(-4, 4, (3, 500))
    problem = Problem(("a", "b", "c"), np.stack([a, b, c], axis=1), LAWS[name](a, b, c))
    result = search(problem, time_limit=30, proposers=[WaveProposer()])
    assert result.stop_reason == "exact"


def test_a_tangent_of_a_sum_is_found():
    a, b, c = np.random.default_rng(1).uniform(-4, 4, (3, 500))
    y = b - np.tan(a * b * c + c**2)
    result = search(Problem(("a", "b", "c"), np.stack([a, b, c], axis=1), y), time_limit=60,
                    proposers=[WaveProposer(tangents=True)])  # fmt: skip
    assert result.stop_reason == "exact"


def test_what_is_near_is_no_wave():
    generator = np.random.default_rng(1)
    a, b = generator.uniform(-4, 4, (2, 500))
    y = np.sin(a**2 + a * b) + 1e-5 * generator.normal(size=500)
    result = search(Problem(("a", "b"), np.stack([a, b], axis=1), y), time_limit=4,
                    proposers=[WaveProposer()])  # fmt: skip
    assert result.stop_reason != "exact"
    assert len(result.front) == 1


def test_a_wave_that_looks_like_noise_is_found():
    a, b, c = np.random.default_rng(1).uniform(-10, 10, (3, 600))
    y = a + np.cos(b * c - a * b)
    result = search(Problem(("a", "b", "c"), np.stack([a, b, c], axis=1), y), time_limit=100)
    assert result.stop_reason == "exact"
