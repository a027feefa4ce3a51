import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sr_kernel.expr import number, parse, symbol
from sr_kernel.numeric.evaluate import evaluate
from sr_kernel.numeric.program import compile_program
from sr_kernel.search.columns import Column
from sr_kernel.search.joints import JOINTS
from sr_kernel.search.symmetry import View, reductions

NAMES = "abcd"


def view(values, gradients, columns):
    """The view of log y with its true gradients."""
    return View(
        tuple(Column(symbol(n), c) for n, c in zip(NAMES, columns.T, strict=False)),
        Column(number(1), np.ones(len(columns))),
        np.arange(len(columns)),
        gradients / values[:, None],
        np.ones(len(columns)),
    )


def rows(columns):
    return np.random.default_rng(5).uniform(1, 3, (200, columns))


@pytest.mark.parametrize("place", range(len(JOINTS)))
def test_joints_know_their_derivatives_and_terms(place):
    joint, (a, b) = JOINTS[place], rows(2).T
    step = 1e-6
    first = (joint.values(a + step, b) - joint.values(a - step, b)) / (2 * step)
    second = (joint.values(a, b + step) - joint.values(a, b - step)) / (2 * step)
    keep = np.abs(a - b) > 0.05
    np.testing.assert_allclose(joint.by_first(a, b)[keep], first[keep], rtol=1e-4)
    np.testing.assert_allclose(joint.by_second(a, b)[keep], second[keep], rtol=1e-4)
    term = joint.build(symbol("a"), symbol("b"))
    values = values_of(term, rows(2))
    np.testing.assert_allclose(joint.values(a, b), values, rtol=1e-9)
    backwards = joint.values(b, a)
    assert joint.ordered or _same_levels(joint.values(a, b), backwards)


def _same_levels(one, other):
    """Equal up to a sign: functions of one another."""
    return np.allclose(one, other) or np.allclose(one, -other) or np.allclose(one, 1 / other)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from([-2, -1, 1, 2]), min_size=3, max_size=3))
def test_a_dimensionless_group_is_found_whatever_its_exponents(exponents):
    X = rows(4)
    group = np.prod(X[:, :3] ** exponents, axis=1)
    # y = d exp(-group/2), so that d log y / d x_k = -group/2 e_k / x_k
    gradients = np.column_stack([-group[:, None] / 2 * exponents / X[:, :3], 1 / X[:, 3]])
    values = X[:, 3] * np.exp(-group / 2)
    best = reductions(view(values, gradients * values[:, None], X), noise=0.0)[0]
    assert best.factor.expr is symbol("d")
    assert len(best.columns) == 1
    logs = np.log(best.columns[0].values)
    assert abs(np.corrcoef(logs, np.log(group))[0, 1]) > 1 - 1e-9
    assert best.error < 1e-9


def test_distances_are_found_in_several_steps():
    X = rows(4)
    a, b, c, d = X.T
    square = (a - b) ** 2 + (c - d) ** 2 + 1
    gradients = 2 * np.stack([a - b, b - a, c - d, d - c], axis=1)
    found = reductions(view(square, gradients, X), noise=0.0)
    assert found[0].key == view_of("(a - b)**2 + (c - d)**2", X).key


def values_of(expr, X):
    return evaluate(compile_program(expr, tuple(NAMES[: X.shape[1]]), free="none"), X)


def view_of(text, X):
    column = Column(parse(text), values_of(parse(text), X))
    one = Column(number(1), np.ones(len(X)))
    return View((column,), one, np.arange(len(X)), np.zeros((len(X), 1)), np.ones(len(X)))


def test_nothing_is_claimed_where_there_is_no_symmetry():
    X = rows(2)
    a, b = X.T
    values = a + np.exp(a * b) + np.sin(3 * b)
    gradients = np.stack([1 + b * np.exp(a * b), a * np.exp(a * b) + 3 * np.cos(3 * b)], axis=1)
    assert all(found.error > 0.01 for found in reductions(view(values, gradients, X), noise=0.0))
