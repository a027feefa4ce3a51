import numpy as np

from sr_kernel.numeric.evaluate import evaluate
from sr_kernel.numeric.program import compile_program
from sr_kernel.search import Problem, search
from sr_kernel.search.powers import PowerLawProposer

NAMES = ("a", "b", "c", "d")


def fitted(y, X):
    problem = Problem(NAMES[: X.shape[1]], X, y)
    return search(problem, time_limit=2, proposers=[PowerLawProposer()]).best


def test_a_power_law_whose_signs_are_often_noise_is_found():
    generator = np.random.default_rng(2)
    X = generator.uniform(1, 5, (800, 4))
    a, b, c, d = X.T
    clean = -0.125 * a**4 / (b * c * d) ** 2
    y = clean + 0.1 * np.sqrt(np.mean(clean**2)) * generator.normal(size=len(clean))
    assert (y > 0).mean() > 0.2
    law = fitted(y, X)
    predicted = evaluate(compile_program(law.expr, NAMES, free="none"), X)
    assert len(law.parameters) <= 1
    np.testing.assert_allclose(predicted, clean, rtol=0.02)


def test_columns_without_a_say_are_left_out():
    generator = np.random.default_rng(3)
    X = generator.uniform(1, 5, (500, 3))
    y = 3.7 * X[:, 0] / X[:, 2] ** 1.5 * (1 + 0.02 * generator.normal(size=500))
    law = fitted(y, X)
    assert "b" not in law.equation
    assert "c**1.5" in law.equation
