import numpy as np

from sr_kernel.expr import parse, to_text
from sr_kernel.search import Problem
from sr_kernel.search.front import Front
from sr_kernel.search.presentation import Presenter, checked, known_signs
from sr_kernel.search.refine import fit, rounded
from sr_kernel.search.sample import Sample
from sr_kernel.search.scaling import Scaling

X = np.linspace(0.5, 3.0, 20)[:, None]
PROBLEM = Problem(("x",), X, np.cosh(X[:, 0]))
SAMPLE = Sample.of(PROBLEM)


def test_operators_that_were_not_asked_for_are_not_brought_in():
    entry = fit(parse("(exp(x) + exp(-x))/2"), SAMPLE)
    assert checked(entry, parse("cosh(x)"), SAMPLE, PROBLEM.operators) is None
    assert checked(entry, parse("cosh(x)"), SAMPLE, (*PROBLEM.operators, "cosh")) is not None


def test_what_is_not_as_good_is_not_taken():
    entry = fit(parse("(exp(x) + exp(-x))/2"), SAMPLE)
    assert checked(entry, parse("exp(x)/2"), SAMPLE, PROBLEM.operators) is None


def test_a_root_of_an_exponential_is_written_inside():
    sample = Sample.of(Problem(("x",), X, np.exp(-(X[:, 0] ** 2) / 2)))
    entry = fit(parse("exp(-x**2 + x**2/2)"), sample)
    found = checked(entry, parse("sqrt(exp(-x**2))"), sample, PROBLEM.operators)
    assert to_text(found.expr) == "exp(-x**2/2)"


def test_signs_come_from_the_data():
    data = Problem(("a", "b c", "d"), np.array([[1.0, 0.0, -1.0], [2.0, 3.0, 1.0]]), np.ones(2))
    assert known_signs(data) == ("a > 0", "`b c` >= 0")


def test_what_comes_up_where_another_was_replaced_is_simplified_too():
    t = np.arange(1.0, 9.0)
    y = 33.0 * t**2 * (1 + 0.01 * np.random.default_rng(0).normal(size=8))
    problem = Problem(("t",), t[:, None], y)
    sample, presenter = Sample.of(problem), Presenter(problem, Scaling.of(problem))
    front = Front(sample)
    for text in ("33.0*t*t", "33.0*sqrt(t)**4.02", "33.0*(1/t)**-2.01", "33.0*(t**-2)**-1.01"):
        front.offer(rounded(fit(parse(text), sample), sample))
    laws, best = presenter.laws(front, 20.0, final=True)
    assert best.equation.endswith("*t**2")
    clumsy = ("t*t", "sqrt", "1/t", "-2)")
    assert not any(part in law.equation for law in laws for part in clumsy)


def test_a_plainer_spelling_keeps_the_fit():
    t = np.arange(1.0, 9.0)
    y = 33.0 * t**2 * (1 + 0.01 * np.random.default_rng(0).normal(size=8))
    sample = Sample.of(Problem(("t",), t[:, None], y))
    entry = fit(parse("33.0*t*t - 3.7"), sample)
    found = checked(entry, parse("33.0*t**2 - 3.7"), sample, PROBLEM.operators)
    assert found.loss <= 1.001 * entry.loss
