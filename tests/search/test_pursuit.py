import numpy as np
import pytest

from sr_kernel.expr import parse
from sr_kernel.search import Problem, search
from sr_kernel.search.pursuit import PursuitProposer

A, B = np.random.default_rng(3).uniform(1, 4, (2, 400))


class Start:
    """Proposes one law, once."""

    def __init__(self, text):
        self.law = parse(text)

    def propose(self, context):
        if context.round == 0:
            yield self.law


@pytest.mark.parametrize(
    ("start", "y"),
    [
        ("2.0*a*b", 2 * A * B + 5 * np.sin(A * B)),  # a term more
        ("1.0/a", 2 * np.sqrt(B) / A),  # factors more
        ("exp(0.5*a)", np.exp(0.5 * A - 0.3 * A * np.cos(B))),  # a term more inside
        ("1.0/a", 1 / (A + 0.1 * B**2)),  # below a line
    ],
)
def test_what_a_law_lacks_is_found_under_noise(start, y):
    noise = 0.02 * y.std() * np.random.default_rng(1).normal(size=len(y))
    problem = Problem(("a", "b"), np.column_stack([A, B]), y + noise)
    alone = search(problem, time_limit=1, proposers=[Start(start)])
    both = search(problem, time_limit=4, proposers=[Start(start), PursuitProposer()])
    assert both.best.length < alone.best.length - 100
    assert both.best.r2 == pytest.approx(1 - 4e-4, abs=1e-4)


def test_a_law_is_pursued_once_as_long_as_the_bank_does_not_grow():
    class Twice:
        def __init__(self):
            self.inner, self.counts = PursuitProposer(), []

        def propose(self, context):
            for _ in range(2):
                found = list(self.inner.propose(context))
                self.counts.append(len(found))
            return ()

    twice = Twice()
    y = A * B + np.random.default_rng(0).normal(size=len(A))
    search(Problem(("a", "b"), np.column_stack([A, B]), y), time_limit=4,
           proposers=[Start("a + b"), twice])  # fmt: skip
    assert twice.counts[0] > 0
    assert twice.counts[1] == 0
