import numpy as np
import pytest

from sr_kernel.expr import symbol, to_text
from sr_kernel.search.columns import Column
from sr_kernel.search.groups import groups


def made(f, columns, noise, *, rows=800, low=1.0, high=4.0):
    """The columns a, b, ... and the target with its noise's standard deviation."""
    generator = np.random.default_rng(11)
    X = generator.uniform(low, high, (rows, columns))
    y = f(*X.T)
    size = noise * float(np.sqrt(np.mean(y**2)))
    found = [Column(symbol(name), column) for name, column in zip("abcdef", X.T, strict=False)]
    return found, y + size * generator.normal(size=rows), size


def ordered_alike(found, values):
    """Whether the group puts the rows in the order of ``values``, or in the reverse."""
    ranks = np.argsort(np.argsort(found.column.values)), np.argsort(np.argsort(values))
    return abs(np.corrcoef(*ranks)[0, 1]) > 1 - 1e-9


@pytest.mark.parametrize(
    ("f", "group"),
    [
        (lambda a, b, c: a / np.sqrt(1 - (b / (5 * c)) ** 2), lambda a, b, c: b / c),
        (lambda a, b, c, d: a**2 * b / (np.exp(c * d / b) - 1), lambda a, b, c, d: c * d / b),
        (lambda a, b, c: a * b**3 * np.sin(c), lambda a, b, c: c),
        (lambda a, b, c: a**2 * np.log(1 + (b - c) ** 2), lambda a, b, c: b - c),
        (lambda a, b, c: c * np.exp(-(a**2 + b**2) / 9), lambda a, b, c: a**2 + b**2),
    ],
)
@pytest.mark.parametrize("noise", [0.0, 0.01, 0.03])
def test_the_exponents_of_a_law_of_one_group_are_found(f, group, noise):
    columns, y, size = made(f, f.__code__.co_argcount, noise)
    first = groups(columns, y)[0]
    assert ordered_alike(first, group(*(column.values for column in columns)))
    # What is divided out leaves a function of the group, so the noise is all that remains.
    assert first.noise < 1.15 * size + 0.003 * y.std()
    assert first.noise > 0.85 * size


def test_columns_of_both_signs_have_no_powers():
    generator = np.random.default_rng(0)
    a, b = generator.uniform(1, 3, 500), generator.uniform(-2, 2, 500)
    columns = [Column(symbol("a"), a), Column(symbol("b"), b)]
    first = groups(columns, a**2 * np.sin(b))[0]
    assert (to_text(first.factor.expr), to_text(first.column.expr)) == ("a**2", "b")


def test_groups_are_spelled_with_whole_exponents_and_small_factors():
    columns, y, _ = made(lambda a, b, c: a * np.exp(np.sqrt(b / c)), 3, 0.01)
    first = groups(columns, y)[0]
    assert (to_text(first.factor.expr), to_text(first.column.expr)) == ("a", "b/c")


def test_the_same_seed_gives_the_same_groups():
    columns, y, _ = made(lambda a, b: a * np.exp(-b), 2, 0.05)
    one, two = ([to_text(g.column.expr) for g in groups(columns, y, seed=4)] for _ in range(2))
    assert one == two


def test_a_law_of_no_single_group_leaves_more_than_its_noise():
    columns, y, size = made(lambda a, b, c: a * np.sin(b) + np.exp(c), 3, 0.001)
    assert all(group.noise > 5 * size for group in groups(columns, y))


def test_rows_without_weight_do_not_count():
    columns, y, size = made(lambda a, b, c: a * np.exp(-b / c), 3, 0.01)
    weights = np.ones(len(y))
    weights[::3] = 0.0
    wild = y + np.where(weights == 0.0, 50.0, 0.0)
    first = groups(columns, wild, weights)[0]
    assert ordered_alike(first, columns[1].values / columns[2].values)
    assert first.noise < 1.15 * size


def test_noise_of_uneven_size_is_weighed():
    columns, y, _ = made(lambda a, b, c: a * np.exp(-b / c), 3, 0.0)
    size = np.where(np.arange(len(y)) % 2 == 0, 0.3, 0.003) * y.std()
    noisy = y + size * np.random.default_rng(2).normal(size=len(y))
    first = groups(columns, noisy, 1.0 / size**2)[0]
    assert ordered_alike(first, columns[1].values / columns[2].values)


@pytest.mark.parametrize(
    ("f", "expected"),
    [
        (lambda a, b, c: a * np.exp(np.sqrt(b / c)), ("a", "b/c")),
        (lambda a, b, c, d: a * (np.exp(b * c / (4 * d)) - 1), ("a", "b*c/d")),
    ],
)
def test_a_tenth_of_noise_is_seen_through(f, expected):
    columns, y, size = made(f, f.__code__.co_argcount, 0.1, rows=1000)
    first = groups(columns, y)[0]
    assert (to_text(first.factor.expr), to_text(first.column.expr)) == expected
    assert 0.9 * size < first.noise < 1.1 * size


def test_too_few_rows_with_weight_say_nothing():
    columns, y, _ = made(lambda a, b: a * np.exp(-b), 2, 0.0)
    assert groups(columns, y, (np.arange(len(y)) < 5).astype(float)) == []
