import numpy as np
import pytest

from sr_kernel.expr import symbol
from sr_kernel.search import Problem, search
from sr_kernel.search.peel import peels


class Watch:
    """Keeps the peels of the first round."""

    def __init__(self):
        self.found = []

    def propose(self, context):
        if not self.found:
            self.found = [(peel, context.sample) for peel in peels(context, 6)]
        return ()


@pytest.fixture(scope="module")
def found():
    X = np.random.default_rng(0).uniform(0.5, 2.0, (30, 2))
    watch = Watch()
    y = 0.3 + 0.1 * X[:, 0] * X[:, 1]
    search(Problem(("a", "b"), X, y), time_limit=20, proposers=[watch])
    return watch.found


def test_what_is_peeled_off_can_be_put_back(found):
    assert len(found) > 50
    for peel, sample in found:
        np.testing.assert_allclose(peel.inverse(peel.target), sample.y, rtol=1e-7)


def test_terms_say_what_values_do(found):
    from sr_kernel.numeric.evaluate import evaluate
    from sr_kernel.numeric.program import compile_program

    for peel, sample in found[::5]:
        program = compile_program(peel.build(symbol("rest")), ["rest", "a", "b"], free="none")
        shown = evaluate(program, np.column_stack([peel.target, sample.X]))
        np.testing.assert_allclose(shown, sample.y, rtol=1e-7)


@pytest.mark.parametrize(
    "f",
    [
        lambda a, b: 1 / (np.exp(a / b) - 1),
        lambda a, b: a * (b - 1 / (a + b)),
        lambda a, b: (np.log(a + b) + np.sin(a)) ** 2,
        lambda a, b: b * np.sqrt(np.exp(a) + 3.3 * b**3),
    ],
)
def test_laws_under_a_peel_are_found(f):
    X = np.random.default_rng(0).uniform(0.5, 2.0, (200, 2))
    result = search(Problem(("a", "b"), X, f(*X.T)), time_limit=30)
    assert result.stop_reason == "exact"
