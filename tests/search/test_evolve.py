import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sr_kernel.expr import parse, variables, walk
from sr_kernel.search import Problem, machine, search
from sr_kernel.search.evolve import Evolution
from sr_kernel.search.growth import Growth
from sr_kernel.search.variation import Variation, at, paths, put

OPERATORS = ("add", "sub", "mul", "div", "sqrt", "exp", "sin", "cos")


class Grab:
    """Hands out the context of a search."""

    def propose(self, context):
        self.context = context
        return ()


@pytest.fixture(scope="module")
def context():
    X = np.random.default_rng(0).uniform(0.5, 3.0, (80, 2))
    y = X[:, 0] * np.sin(2.1 * X[:, 1]) + 0.3 * X[:, 1] ** 2
    grab = Grab()
    search(Problem(("a", "b"), X, y, operators=OPERATORS), time_limit=20, proposers=[grab])
    return grab.context


@pytest.fixture
def _loaded():
    from sr_kernel.search.machine_kernels import warm

    warm()
    assert machine.ready(patient=False)


TERM = parse("1.5*a*sin(b) + exp(a/b)**2")


def test_every_place_can_be_reached_and_filled():
    for path in paths(TERM):
        assert put(TERM, path, at(TERM, path)) is TERM
    assert len(paths(TERM)) == 11


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000))
def test_variation_keeps_to_the_problem(seed):
    variation = Variation(GRABBED, np.random.default_rng(seed))
    term = TERM
    for _ in range(3):
        term = variation.crossed(variation.mutated(term), TERM)
    assert set(variables(term)) <= {"a", "b"}
    allowed = {*OPERATORS, "neg", "pow", "number", "symbol"}
    assert {node.op for node in walk(term)} <= allowed


def _grabbed():
    X = np.random.default_rng(0).uniform(0.5, 3.0, (20, 2))
    grab = Grab()
    data = Problem(("a", "b"), X, X[:, 0] + np.sin(X[:, 1]), operators=OPERATORS)
    search(data, time_limit=20, proposers=[grab])
    return grab.context


GRABBED = _grabbed()


def test_growth_adds_what_is_missing(context):
    growth = Growth(context, np.random.default_rng(0))
    grown = {str(growth.grown(parse("1.0*a*sin(2.1*b)"))) for _ in range(60)}
    assert any("b**2" in text or "b*b" in text for text in grown)


@pytest.mark.usefixtures("_loaded")
def test_the_same_seed_breeds_the_same_children(context):
    def children():
        context.round = 0
        proposer = Evolution()
        return [str(expr) for expr, _ in zip(proposer.propose(context), range(8), strict=False)]

    first, second = children(), children()
    assert first == second
    assert first


@pytest.mark.usefixtures("_loaded")
def test_evolution_alone_finds_a_law_under_noise():
    generator = np.random.default_rng(1)
    X = generator.uniform(0.5, 3.0, (150, 2))
    y = 2.5 * X[:, 0] / (1 + X[:, 1] ** 2)
    y += 0.01 * y.std() * generator.normal(size=150)
    result = search(Problem(("a", "b"), X, y), time_limit=12, proposers=[Evolution()])
    assert result.best.r2 > 0.995
