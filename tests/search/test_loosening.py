import numpy as np

from sr_kernel.expr import parse, to_text
from sr_kernel.search import Problem, search
from sr_kernel.search.loosening import LooseningProposer

X = np.random.default_rng(5).uniform(1.0, 6.0, (120, 1))


class Once:
    """Proposes one law."""

    def __init__(self, text):
        self.text = text

    def propose(self, context):
        if context.round == 0:
            yield parse(self.text)


def after(text, y, **settings):
    problem = Problem(("x",), X, y, **settings)
    return search(problem, time_limit=20, proposers=[Once(text), LooseningProposer()])


def test_an_exponent_that_was_taken_for_plain():
    best = after("2.0/(x + 1.0)", 7.1 * (X[:, 0] + 1.9) ** -1.31).best
    assert best.r2 > 1 - 1e-12
    assert "-1.31" in to_text(best.expr)


def test_a_shift_that_was_left_out():
    assert after("1.0*log(x)", 2.3 * np.log(X[:, 0] + 0.77)).best.r2 > 1 - 1e-12


def test_a_rate_that_was_left_out():
    assert after("2.0*exp(x)", 1.9 * np.exp(0.83 * X[:, 0])).best.r2 > 1 - 1e-12


def test_only_the_operators_asked_for():
    laws = after("2.0/(x + 1.0)", 7.1 * (X[:, 0] + 1.9) ** -1.31, operators=("add", "mul", "div"))
    assert all("**" not in law.equation for law in laws.front)


def test_a_constant_is_left_alone():
    problem = Problem(("x",), X, np.random.default_rng(0).normal(size=120))
    only = search(problem, time_limit=5, proposers=[LooseningProposer()])
    assert [law.expr.is_number for law in only.front] == [True]
