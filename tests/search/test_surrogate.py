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


def test_noise_of_uneven_size_is_weighed(columns):
    a, b, _ = columns.T
    size = 0.02 * np.exp(2 * (b - 1))
    y = np.sin(2 * a) + size * np.random.default_rng(1).normal(size=len(a))
    even, weighed = Surrogate.of(columns, y), Surrogate.of(columns, y, 1 / size**2)
    truth = np.sin(2 * a[even.picked])
    quiet = size[even.picked] < np.median(size)

    def error(model):
        return np.sqrt(np.mean((model.values - truth)[quiet] ** 2))

    assert error(weighed) < 0.7 * error(even)


def test_weights_that_the_rows_speak_against_are_left_out(columns):
    a, b, _ = columns.T
    y = np.sin(2 * a) + 0.05 * np.random.default_rng(1).normal(size=len(a))
    wrong = Surrogate.of(columns, y, np.exp(6 * b))
    np.testing.assert_array_equal(wrong.values, Surrogate.of(columns, y).values)


def test_rows_left_out_are_missed_by_the_noise(columns):
    y = columns.sum(axis=1) ** 2
    noisy = y + 0.1 * y.std() * np.random.default_rng(1).normal(size=len(y))
    assert 0.08 < Surrogate.of(columns, noisy).missed < 0.15
    assert Surrogate.of(columns, y).missed < 0.01


def test_rows_asked_for_come_first(columns):
    model = Surrogate.of(columns, columns[:, 0] ** 2, first=[7, 300, 5], rows=100)
    assert model.picked[:3].tolist() == [7, 300, 5]
    assert len(set(model.picked.tolist())) == len(model.picked)
