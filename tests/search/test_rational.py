import numpy as np
import pytest

from sr_kernel.search import Problem, search


def solved(f, columns=1, *, rows=100, noise=0.0, low=0.5, high=5.0, time_limit=40):
    generator = np.random.default_rng(0)
    X = generator.uniform(low, high, (rows, columns))
    y = f(*X.T)
    y = y + noise * y.std() * generator.normal(size=rows)
    return search(Problem(("x", "z", "u")[:columns], X, y), time_limit=time_limit)


@pytest.mark.parametrize(
    ("f", "columns"),
    [
        (lambda x: (x + 1) ** 3 / (x**2 - x + 1), 1),
        (lambda x, z: (2.3 * x * z + 1) / (1 + 0.4 * x + 2.2 * z), 2),
        (lambda x, z, u: x / (1 + np.exp(z) * u + x), 3),
    ],
)
def test_quotients_are_found(f, columns):
    assert solved(f, columns).stop_reason == "exact"


def test_a_quotient_is_found_under_noise():
    result = solved(lambda x: 3.2 * x / (0.7 + x), noise=0.02, time_limit=6)
    form = [law for law in result.front if len(law.parameters) == 2 and law.complexity == 7]
    assert any(law.r2 > 0.999 for law in form)


def test_functions_equal_up_to_linear_ones_count_once():
    from sr_kernel.search.exact import distinct_modulo

    x, z = np.random.default_rng(0).uniform(1, 2, (2, 30))
    rows = np.stack([x, x**2, x**2 + z, 3 * x**2 - 1, x * z, z + 2 * x])
    assert distinct_modulo(rows, np.stack([x, z], axis=1)).tolist() == [1, 4]
