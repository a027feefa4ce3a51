import numpy as np
import pytest

from sr_kernel.search.surrogate import Surrogate


@pytest.fixture
def columns():
    return np.random.default_rng(0).uniform(1, 3, (400, 3))


def test_gradients_of_a_smooth_function(columns):
    a, b, _ = columns.T
    model = Surrogate.of(columns, np.sin(a) * b)
    a, b, _ = columns[model.picked].T
    expected = np.stack([np.cos(a) * b, np.sin(a), 0 * a], axis=1)
    assert np.abs(model.gradients - expected).mean() < 0.02
    assert np.abs(model.values - np.sin(a) * b).max() < 0.02
    assert model.noise < 0.01


def test_noise_is_seen(columns):
    y = columns.sum(axis=1) ** 2
    noisy = y + 0.1 * y.std() * np.random.default_rng(1).normal(size=len(y))
    assert 0.05 < Surrogate.of(columns, noisy).noise < 0.2


def test_a_plane_has_its_slopes_exactly(columns):
    model = Surrogate.of(columns, columns @ [1.0, -2.0, 3.0])
    np.testing.assert_allclose(model.gradients - [1.0, -2.0, 3.0], 0, atol=1e-9)


def test_the_same_seed_gives_the_same_surrogate(columns):
    first, second = (Surrogate.of(columns, columns[:, 0] ** 2, seed=3) for _ in range(2))
    np.testing.assert_array_equal(first.gradients, second.gradients)
