import numpy as np
import pytest

from sr_kernel.expr import parse, to_text
from sr_kernel.search.components import components
from sr_kernel.search.engine import search
from sr_kernel.search.opening import context_of
from sr_kernel.search.problem import Problem
from sr_kernel.search.separation import SeparationProposer, without_scale

LAWS = {
    "a logistic curve and a line": lambda a, b, c: 1 / (1 + np.exp(4.9 * a - 1.4)) - b,
    "a wave that is damped in another column": lambda a, b, c: (
        np.sin(2.3 * a + 0.4) * np.exp(-0.7 * b)
    ),
    "a logarithm and a root": lambda a, b, c: np.log(a + 1.7) + 0.8 * np.sqrt(b + 0.3),
    "three columns": lambda a, b, c: a / (a + 2.1) + 1.3 * np.exp(-b / 3.3) + c,
    "a product of three": lambda a, b, c: np.sqrt(a + 0.4) * np.cos(1.7 * b) / c,
    "a product in a sum": lambda a, b, c: np.sin(1.9 * a) + b * np.exp(-0.8 * b) / (c + 0.6),
    "a constant beside a product": lambda a, b, c: 2.3 + np.sin(1.9 * a) * np.log(b + 0.4),
    "a root of a sum": lambda a, b, c: np.sqrt(np.exp(0.9 * a) + 2.2 / (b + 0.7)),
    "two columns that go together": lambda a, b, c: np.exp(-0.7 * a * b) + np.cos(2.1 * c),
}


TANGLED = lambda a, b, c: np.sin(a * b + c) + b * np.exp(-a * c)  # noqa: E731


def columns(rows=300, seed=1):
    return np.random.default_rng(seed).uniform(0.2, 3, (rows, 3))


def table(law, noise=0.0, rows=300):
    X = columns(rows)
    y = law(*X.T)
    return X, y + noise * y.std() * np.random.default_rng(2).normal(size=rows)


def ones(X):
    return np.ones(len(X))


@pytest.mark.parametrize("name", LAWS)
def test_laws_are_found_part_by_part(name):
    X, y = table(LAWS[name])
    problem = Problem(("a", "b", "c"), X, y)
    found = search(problem, time_limit=30, proposers=[SeparationProposer()])
    assert found.stop_reason == "exact"


@pytest.mark.parametrize("name", ["three columns", "a wave that is damped in another column"])
def test_laws_are_found_through_noise(name):
    X, y = table(LAWS[name], noise=0.01)
    clean = LAWS[name](*X.T)
    problem = Problem(("a", "b", "c"), X, y)
    best = search(problem, time_limit=30, proposers=[SeparationProposer()]).best
    assert best.complexity <= 22
    missed = context_of(problem, lambda: None, print).sample.predict(best.expr) - clean
    assert np.sqrt(np.mean(missed**2)) < 0.003 * clean.std()


# ------------------------------------------------------------------ components


def test_columns_that_go_together_are_one_part():
    X, y = table(lambda a, b, c: np.sin(a * b) + c**2)
    found = components(X, y, ones(X))
    assert found.groups == ((0, 1), (2,))
    assert not found.product
    assert np.allclose(found.parts[1] - found.parts[1][0], X[:, 2] ** 2 - X[0, 2] ** 2, atol=1e-2)


def test_factors_are_found_up_to_their_scale():
    X, y = table(lambda a, b, c: np.sin(3 * a) * np.log(b + 1) * c)
    found = components(X, y, ones(X))
    assert found.product
    assert len(found.parts) == 3
    ratio = found.parts[2] / X[:, 2]
    assert np.allclose(ratio, ratio[0], rtol=1e-6)


def test_a_column_that_has_no_part_is_left_out():
    X, y = table(lambda a, b, c: np.sin(3 * a) + np.log(b + 1), noise=0.02)
    assert components(X, y, ones(X)).groups == ((0,), (1,))


@pytest.mark.parametrize("noise", [0.0, 0.03])
def test_rows_of_a_law_without_parts_have_none(noise):
    X, y = table(TANGLED, noise)
    assert components(X, y, ones(X)) is None


def test_noise_alone_has_no_parts():
    X = columns()
    assert components(X, np.random.default_rng(5).normal(size=len(X)), ones(X)) is None


def test_columns_of_few_values_have_no_more_functions_than_values():
    X = np.random.default_rng(3).integers(0, 3, (400, 3)).astype(float)
    a, b, c = X.T
    found = components(X, np.exp(a) * b**2 + np.sin(c), ones(X))
    assert found.groups == ((0, 1), (2,))
    assert found.error < 1e-9


def test_rows_of_no_weight_say_nothing():
    X, y = table(lambda a, b, c: np.sin(3 * a) + np.log(b + 1) + c)
    weights = ones(X)
    weights[:20], y[:20] = 0.0, 1e3
    assert components(X, y, weights).error < 1e-6


def test_next_to_a_zero_of_the_other_factors_a_row_says_nothing():
    X, y = table(lambda a, b, c: np.sin(3 * a) * b)
    found = components(X[:, :2], y, ones(X))
    place = found.groups.index((1,))
    target, weights = found.target(place, y)
    assert np.isfinite(target).all()
    assert (weights >= 0).all()
    told = weights > 0
    ratio = target[told] / X[told, 1]
    assert np.allclose(ratio, ratio[0], rtol=1e-4)


# ------------------------------------------------------------------ the proposer


def proposed(problem, *, exactly=True):
    context = context_of(problem, lambda: None, print)
    context.look(exactly=exactly)
    return list(SeparationProposer().propose(context))


def test_nothing_is_proposed_where_there_are_no_parts():
    X, y = table(TANGLED)
    assert proposed(Problem(("a", "b", "c"), X, y)) == []


def test_tables_of_one_column_or_few_rows_are_left_alone():
    X, y = table(LAWS["three columns"])
    assert proposed(Problem(("a",), X[:, :1], y)) == []
    assert proposed(Problem(("a", "b", "c"), X[:30], y[:30])) == []
    assert proposed(Problem(("a", "b", "c"), X, np.full(len(X), 2.0))) == []


def test_operators_that_are_not_allowed_are_not_used():
    X, y = table(lambda a, b, c: np.sin(2.1 * a) + np.sqrt(b + 0.3) + c, noise=0.01)
    allowed = {"+", "-", "*", "/", "exp", "log"}
    found = proposed(Problem(("a", "b", "c"), X, y, operators=tuple(allowed)), exactly=False)
    assert not any(word in to_text(law) for law in found for word in ("sin", "cos", "sqrt", "**"))
    assert proposed(Problem(("a", "b", "c"), X, y, operators=("*", "sin"))) == []


@pytest.mark.parametrize(
    ("law", "plain"),
    [
        ("2.5*sin(1.3*x)", "sin(1.3*x)"),
        ("-2.5*x/(x + 0.5)", "x/(x + 0.5)"),
        ("2.0*x + 4.0", "x + 2.0"),
        ("1.0 - 4.0*exp(-0.5*x)", "exp(-0.5*x) - 0.25"),
        ("x**2 + 3.0", "x**2 + 3.0"),
        ("sqrt(x + 0.5)", "sqrt(x + 0.5)"),
    ],
)
def test_a_free_scale_is_taken_off(law, plain):
    x = np.linspace(0.5, 2, 7)[:, None]
    sample = context_of(Problem(("x",), x, x[:, 0]), lambda: None, print).sample
    found = without_scale(parse(law))
    assert np.allclose(sample.predict(found), sample.predict(parse(plain)))
