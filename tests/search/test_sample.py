"""sr_kernel.search.sample."""

import numpy as np

from sr_kernel.search.sample import Sample


def sample(y: np.ndarray) -> Sample:
    return Sample(["x"], np.arange(len(y), dtype=float)[:, None], y, np.ones(len(y)))


def test_small_values_next_to_huge_ones_must_agree_too() -> None:
    y = np.logspace(-60, 0, 61)
    found = sample(y)
    assert found.exact(y * (1 + 1e-12))
    assert not found.exact(np.where(y > 1e-8, y, 0.0))


def test_rounding_near_zero_is_no_difference() -> None:
    y = np.linspace(-1, 1, 101)
    assert sample(y).exact(y + 1e-16)
    assert not sample(y).exact(y + 1e-6)


def test_rows_without_weight_do_not_count() -> None:
    y = np.arange(1.0, 9.0)
    weights = np.array([1.0] * 7 + [0.0])
    found = Sample(["x"], y[:, None], y, weights)
    assert found.exact(np.where(y < 8, y, 0.0))
