import numpy as np
import pytest

from sr_kernel.expr import walk
from sr_kernel.search import Problem, search
from sr_kernel.search.phases import PhaseProposer
from sr_kernel.search.polynomial import PolynomialProposer
from sr_kernel.search.powers import PowerLawProposer


def made(f, *, noise=0.01, rows=100, low=-2.0, high=3.0, **options):
    generator = np.random.default_rng(3)
    X = generator.uniform(low, high, (rows, 2))
    y = f(*X.T)
    y = y + noise * np.sqrt(np.mean(y**2)) * generator.normal(size=rows)
    return Problem(("x", "z"), X, y, **options)


@pytest.mark.parametrize(
    "f",
    [
        lambda x, z: 1.7 * x * z + 4.3 * np.sin((x - 1) * (z - 1)),
        lambda x, z: 2.9 * np.sin(x * z - 2 * x + 0.7),
        lambda x, z: x * z - 3.1 * np.cos(x**2 + z),
    ],
)
def test_a_wave_beside_a_law_is_found_under_noise(f):
    found = search(made(f), time_limit=20, proposers=[PolynomialProposer(), PhaseProposer()])
    assert found.best.r2 > 0.999
    assert len(found.best.parameters) <= 3
    assert {"sin", "cos"} & {node.op for node in walk(found.best.expr)}


def test_noise_alone_is_no_wave():
    problem = made(lambda x, z: 2.5 * x * z)
    found = search(problem, time_limit=5, proposers=[PowerLawProposer(), PhaseProposer()])
    assert {node.op for node in walk(found.best.expr)} == {"mul", "number", "symbol"}


def test_users_without_waves_get_none():
    problem = made(lambda x, z: np.sin(x * z), operators=("add", "mul", "pow"))
    found = search(problem, time_limit=5, proposers=[PowerLawProposer(), PhaseProposer()])
    assert all("sin" not in law.equation for law in found.front)
