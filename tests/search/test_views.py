import numpy as np
import pytest

from sr_kernel.expr import to_text
from sr_kernel.search import Problem
from sr_kernel.search.opening import context_of
from sr_kernel.search.views import symmetric_views


def views(f, columns, noise, *, rows=1000, low=1.0, high=4.0):
    generator = np.random.default_rng(8)
    X = generator.uniform(low, high, (rows, columns))
    y = f(*X.T)
    y = y + noise * np.sqrt(np.mean(y**2)) * generator.normal(size=rows)
    problem = Problem(tuple("abcdef")[:columns], X, y)
    found = list(symmetric_views(context_of(problem, lambda: None, print)))
    return sorted(found, key=lambda view: view.rank)


def told(view):
    return to_text(view.factor.expr), {to_text(column.expr) for column in view.columns}


@pytest.mark.parametrize("noise", [0.0, 0.01])
def test_columns_of_which_only_the_difference_counts_are_joined(noise):
    first = views(lambda a, b, c, d: a * (5 + b * np.cos(c - d)), 4, noise)[0]
    assert told(first) in [("a", {"b", "c - d"}), ("a", {"b", "d - c"})]


@pytest.mark.parametrize("noise", [0.0, 0.01, 0.05])
def test_a_law_of_one_group_needs_one_column(noise):
    first = views(lambda a, b, c: a**2 * np.exp(-b / c), 3, noise)[0]
    assert told(first) in [("a**2", {"b/c"}), ("a**2", {"c/b"})]
    assert first.certain


def test_one_column_that_only_nearly_does_comes_after_two_that_do():
    """d (1 - a**2)/(1 + a cos(b - c)) is about a power of a times a function of b - c."""
    generator = np.random.default_rng(8)
    X = generator.uniform([2, 2, 4, 4], [4, 4, 5, 5], (1000, 4))
    d, a, b, c = X.T
    y = d * (1 - a**2) / (1 + a * np.cos(b - c))
    y = y + 0.01 * np.sqrt(np.mean(y**2)) * generator.normal(size=len(y))
    context = context_of(Problem(("d", "a", "b", "c"), X, y), lambda: None, print)
    first = min(symmetric_views(context), key=lambda view: view.rank)
    assert told(first) in [("d", {"a", "b - c"}), ("d", {"a", "c - b"})]


def test_noise_where_y_is_small_does_not_hide_the_view():
    """Of log y most is noise where y is next to 0, which must not count."""
    found = views(lambda a, b, c: a * b**3 / (1 - (c / 5) ** 2), 3, 0.02, low=0.5)
    assert told(found[0]) == ("a*b**3", {"c"})
