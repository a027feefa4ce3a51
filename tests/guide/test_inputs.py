"""What the network sees of a table: no matter the order, no matter the scale."""

import warnings

import numpy as np
import pytest

from sr_kernel.guide.inputs import CHANNELS, COLUMN, PAIR, POINTS, ROWS, WHOLE, Inputs, inputs_of


def table(rows: int, columns: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    X = rng.uniform(0.5, 2.0, (2, rows, columns))
    return X, np.exp(X[..., 0]) + X[..., -1] + 0.1 * rng.normal(size=(2, rows))


def seen(X: np.ndarray, y: np.ndarray) -> Inputs:
    """The inputs, which are finite and no larger than they may be; nothing warns."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = inputs_of(X, y)
    for part in found:
        assert part.dtype == np.float32
        assert np.abs(part).max() <= 10  # false for nan
    return found


@pytest.mark.parametrize(("rows", "columns"), [(10, 1), (40, 3), (300, 5), (64, 20), (1, 2)])
def test_shapes(rows: int, columns: int) -> None:
    found = seen(*table(rows, columns))
    points = min(rows, POINTS)
    assert found.x.shape == (2, points, columns, CHANNELS)
    assert found.y.shape == (2, points, CHANNELS)
    assert found.whole.shape == (2, WHOLE)
    assert found.column.shape == (2, columns, COLUMN)
    assert found.pair.shape == (2, columns, columns, PAIR)


def test_the_order_of_rows_does_not_matter() -> None:
    X, y = table(POINTS, 3)
    order = np.random.default_rng(1).permutation(POINTS)
    one, other = seen(X, y), seen(X[:, order], y[:, order])
    for name in ("whole", "column", "pair"):
        np.testing.assert_allclose(getattr(other, name), getattr(one, name), atol=1e-4)
    np.testing.assert_allclose(other.x, one.x[:, order], atol=1e-5)
    np.testing.assert_allclose(other.y, one.y[:, order], atol=1e-5)


def test_columns_take_their_numbers_along() -> None:
    X, y = table(200, 4)
    order = np.array([2, 0, 3, 1])
    one, other = seen(X, y), seen(X[:, :, order], y)
    np.testing.assert_allclose(other.whole, one.whole, atol=1e-4)
    np.testing.assert_allclose(other.x, one.x[:, :, order], atol=1e-5)
    np.testing.assert_allclose(other.column, one.column[:, order], atol=1e-4)
    np.testing.assert_allclose(other.pair, one.pair[:, order][:, :, order], atol=1e-4)
    np.testing.assert_allclose(one.pair, one.pair.swapaxes(1, 2))


@pytest.mark.parametrize("noise", [0.0, 0.01])
def test_a_quotient_shows_what_it_is_divided_by(noise: float) -> None:
    """y*(x0 + x2) is a polynomial: of y*x0 and y*x2 nothing is left over, and they go together
    with the sign of the sum."""
    rng = np.random.default_rng(3)
    X = rng.uniform(0.5, 3.0, (1, 200, 4)) * np.array([1, -1, 1, 1])
    y = (X[..., 0] * X[..., 1] + X[..., 2] * X[..., 3]) / (X[..., 0] + X[..., 2])
    y = y * (1 + noise * rng.normal(size=y.shape))
    found = seen(X, y)
    left = found.column[0, :, -2]  # -log10 of the share, over 3
    assert min(left[0], left[2]) > max(left[1], left[3]) + 0.2
    partial = found.pair[0, :, :, -1]
    assert partial[0, 2] < -0.9
    assert np.abs(partial[0, [1, 3]]).max() < 0.5
    difference = X[..., 1] / (X[..., 0] - 4 * X[..., 3])
    assert seen(X, difference).pair[0, 0, 3, -1] > 0.9


def test_zeros_are_no_outliers() -> None:
    """Logarithms of a column of counts are those of its other values."""
    counts = np.random.default_rng(0).poisson(2.0, (1, 200, 1)).astype(float)
    assert (counts == 0).any()
    ones = np.where(counts == 0, 1.0, counts)
    zeros, plain = seen(counts, counts[..., 0] + 1), seen(ones, counts[..., 0] + 1)
    np.testing.assert_allclose(zeros.x[..., 4], plain.x[..., 4], atol=1e-6)
    assert np.abs(zeros.x[..., 4]).max() < 3


def test_of_many_rows_the_first_are_looked_at() -> None:
    X, y = table(ROWS + 50, 2)
    for one, other in zip(seen(X, y), seen(X[:, :ROWS], y[:, :ROWS]), strict=True):
        assert np.array_equal(one, other)


@pytest.mark.parametrize("scale", [1e-300, 1e-120, 1e-30, 1e-9, 1e9, 1e30, 1e120, 1e300])
@pytest.mark.parametrize("where", ["X", "y", "both"])
def test_any_scale(scale: float, where: str) -> None:
    X, y = table(50, 3)
    seen(X * scale if where != "y" else X, y * scale if where != "X" else y)


def test_tables_far_from_1_look_alike() -> None:
    X, y = table(50, 2)
    for one, other in zip(seen(X * 1e20, y * 1e-20), seen(X * 1e30, y * 1e-30), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-4)


@pytest.mark.parametrize(
    "columns",
    [
        np.zeros(30),
        np.full(30, 7.0),
        np.full(30, -1e-30),
        np.repeat([0.0, 1.0], 15),
        np.repeat([0.0, 1e30], [29, 1]),
        np.linspace(-1e-30, 1e30, 30),
        np.repeat([-1.0, 1.0], 15),
        10.0 ** np.linspace(-30, 30, 30),
        -(10.0 ** np.linspace(-300, 300, 30)),
    ],
)
def test_strange_columns(columns: np.ndarray) -> None:
    other = np.random.default_rng(0).normal(size=30)
    for X, y in (
        (columns[:, None], other), (other[:, None], columns), (columns[:, None], columns),
        (np.column_stack([columns, columns, other]), other),
    ):  # fmt: skip
        seen(X[None], y[None])
