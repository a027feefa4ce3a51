import numpy as np
import pytest

from sr_kernel.expr import to_text
from sr_kernel.search import Problem
from sr_kernel.search.candidates import Candidates
from sr_kernel.search.curves import CurveProposer
from sr_kernel.search.opening import context_of

RNG = np.random.default_rng(11)
X = np.sort(RNG.uniform(20.0, 90.0, (60, 1)), axis=0)


def found(y, X=X, turn=0):
    """The best entry of the front of what is proposed in one round."""
    names = tuple(f"x{k + 1}" for k in range(X.shape[1]))
    context = context_of(Problem(names, X, y), lambda: None, pytest.fail)
    context.bank.grow(300, context.poll)
    context.round = turn
    candidates = Candidates(context)
    with np.errstate(all="ignore"):
        for expr in CurveProposer().propose(context):
            candidates.consider(expr)
    return context.front.best


@pytest.mark.parametrize(
    "law",
    [
        lambda x: 0.021 * np.exp(2860.0 / (x + 231.0)),
        lambda x: 71.0 / (1.0 + np.exp(0.11 * (48.0 - x))),
        lambda x: 12.0 * (1.0 - np.exp(-0.037 * x)),
        lambda x: 5.3 * np.log(x - 7.9) + 2.0,
    ],
)
def test_inner_constants_far_from_every_grid_on_a_precise_table(law):
    y = law(X[:, 0]) * (1 + 1e-5 * RNG.normal(size=60))
    assert found(y).loss < 1e-8


def test_a_sum_of_peaks_on_a_decay():
    x = np.arange(1.0, 201.0)
    clean = 60 * np.exp(-0.013 * x)
    clean += 80 * np.exp(-(((x - 55) / 17) ** 2)) + 40 * np.exp(-(((x - 140) / 22) ** 2))
    best = found(clean + RNG.normal(size=200), x[:, None])
    assert np.std(best.predicted - clean) < 0.5
    assert "sin" not in to_text(best.expr)


def test_the_column_that_matters_is_among_those_looked_at():
    many = RNG.uniform(1.0, 4.0, (80, 9))
    y = 3.0 * np.exp(-1.7 / (many[:, 7] + 0.6)) + 1e-6 * RNG.normal(size=80)
    assert found(y, many) is None  # with several columns there is plainer to try first
    best = found(y, many, turn=1)
    assert "x8" in to_text(best.expr)
    assert best.loss < 1e-8


def test_nothing_is_proposed_where_nothing_varies():
    assert found(np.arange(5.0), np.ones((5, 2))) is None
