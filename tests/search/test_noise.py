import numpy as np
import pytest

from sr_kernel.search.noise import noise_level
from sr_kernel.search.sample import Sample


def sample(rows, columns, noise, *, seed=0, repeated=1, units=1.0):
    generator = np.random.default_rng(seed)
    X = np.repeat(generator.uniform(1, 4, (rows // repeated, columns)), repeated, axis=0)
    clean = np.sin(X[:, 0]) * X[:, -1] ** 2
    y = clean + noise * clean.std() * generator.normal(size=len(X))
    return Sample([f"x{k}" for k in range(columns)], X, units * y, np.ones(len(X))), clean.std()


@pytest.mark.parametrize("columns", [1, 2, 3])
@pytest.mark.parametrize("noise", [0.1, 0.3, 1.0])
def test_the_level_of_noise(columns, noise):
    data, spread = sample(1000, columns, noise)
    assert noise_level(data) == pytest.approx(noise * spread, rel=0.2)


@pytest.mark.parametrize("columns", [1, 2, 3])
def test_without_noise_little_is_left_and_less_with_more_rows(columns):
    few, spread = sample(200, columns, 0.0)
    many, _ = sample(1000, columns, 0.0)
    assert noise_level(many) < noise_level(few) < 0.1 * spread


def test_repeated_rows_tell_exactly():
    data, spread = sample(200, 8, 0.2, repeated=2)
    assert noise_level(data) == pytest.approx(0.2 * spread, rel=0.25)
    exact, _ = sample(200, 8, 0.0, repeated=2)
    assert noise_level(exact) == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize("units", [1e-200, 1e200])
def test_units_do_not_matter(units):
    data, spread = sample(500, 1, 0.2, units=units)
    assert noise_level(data) / units == pytest.approx(0.2 * spread, rel=0.2)


def test_outliers_do_not_count():
    data, spread = sample(500, 1, 0.1)
    data.y[::50] += 100 * spread
    assert noise_level(data) < 0.3 * spread


@pytest.mark.parametrize(("rows", "columns"), [(5, 1), (40, 12), (12, 3)])
def test_too_few_rows_say_nothing(rows, columns):
    assert noise_level(sample(rows, columns, 0.1)[0]) is None


def test_constant_columns_and_targets_say_nothing():
    x = np.linspace(1, 2, 50)
    assert noise_level(Sample(["a"], np.ones((50, 1)), x, np.ones(50))) is None
    assert noise_level(Sample(["a"], x[:, None], np.ones(50), np.ones(50))) is None
