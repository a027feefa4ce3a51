import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sr_kernel.search.match import (
    Target,
    best_chains,
    best_pairs,
    best_singles,
    best_triples,
)

ROWS = 40


def rows_of(seed, count):
    return np.random.default_rng(seed).normal(size=(count, ROWS))


def shares_explained(rows, target, known):
    """What least squares says: 1 - rss/rss_known."""
    base = target - known @ np.linalg.lstsq(known, target, rcond=None)[0]
    both = np.column_stack([known, rows.T])
    rest = target - both @ np.linalg.lstsq(both, target, rcond=None)[0]
    return 1 - (rest @ rest) / (base @ base)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1000))
def test_squared_correlation_is_the_share_explained(seed):
    rows = rows_of(seed, 6)
    target, known = rows[5], np.column_stack([np.ones(ROWS), rows[4]])
    correlations = Target(target, known, np.ones(ROWS)).look(rows[:4])
    expected = [shares_explained(rows[k : k + 1], target, known) for k in range(4)]
    np.testing.assert_allclose(correlations**2, expected, rtol=1e-8, atol=1e-12)


def test_weights_count():
    rows = rows_of(0, 3)
    weights = np.random.default_rng(1).uniform(0.1, 2.0, ROWS)
    known = np.ones((ROWS, 1))
    correlations = Target(rows[2], known, weights).look(rows[:2])
    scaled = [
        shares_explained(rows[k : k + 1] * weights, rows[2] * weights, known * weights[:, None])
        for k in range(2)
    ]
    np.testing.assert_allclose(correlations**2, scaled, rtol=1e-8)


def test_undefined_and_known_rows_do_not_count():
    rows = rows_of(0, 3)
    rows[0, 3] = np.nan
    rows[1, 3] = np.inf
    rows[2] = 2.0
    correlations = Target(rows_of(1, 1)[0], np.ones((ROWS, 1)), np.ones(ROWS)).look(rows)
    assert (correlations == 0).all()


def test_best_pair_is_the_one_least_squares_would_take():
    rows = rows_of(3, 12)
    known = np.ones((ROWS, 1))
    truth = 3.0 * rows[4] - 2.0 * rows[9] + 0.7
    target = truth + 0.01 * rows_of(4, 1)[0]
    goal = Target(target, known, np.ones(ROWS))
    unit, _ = goal.residuals(rows)
    correlations = goal.look(rows)
    pairs = best_pairs(unit, correlations, 5)
    assert set(pairs[0]) == {4, 9}
    shares = [shares_explained(rows[list(pair)], target, known) for pair in pairs]
    assert shares == sorted(shares, reverse=True)


def test_triples_extend_pairs():
    rows = rows_of(5, 15)
    target = rows[2] + rows[7] - rows[11]
    goal = Target(target, np.ones((ROWS, 1)), np.ones(ROWS))
    unit, _ = goal.residuals(rows)
    correlations = goal.look(rows)
    triples = best_triples(unit, correlations, best_pairs(unit, correlations, 10), 5)
    assert set(triples[0]) == {2, 7, 11}


def test_singles_of_each_size_without_repeats():
    correlations = np.array([0.5, 0.9, 0.9, 0.1, 0.7])
    sizes = np.array([1, 2, 2, 2, 3])
    chosen = best_singles(correlations, sizes, 2).tolist()
    assert chosen == [0, 1, 3, 4]


def test_a_target_in_the_known_span_is_explained():
    x = np.linspace(0, 1, 10)
    known = np.column_stack([np.ones(10), x])
    assert Target(3 - 2 * x, known, np.ones(10)).explained


def test_a_chain_takes_the_row_that_explains_most_of_what_is_left():
    rows = rows_of(5, 30)
    known = np.ones((ROWS, 1))
    target = 3 * rows[4] - 2 * rows[11] + rows[17] + 0.5 * rows[23] + 0.01 * rows_of(6, 1)[0]
    goal = Target(target, known, np.ones(ROWS))
    unit, _ = goal.residuals(rows)
    chains = best_chains(unit, goal.direction, np.array([4, 8]), 4)
    for start in (4, 8):
        mine = [chain for chain in chains if chain[0] == start]
        assert [len(chain) for chain in mine] == [2, 3, 4]
        for chain in mine:
            *before, last = chain
            shares = [
                shares_explained(rows[[*before, k]], target, known) if k not in before else 0.0
                for k in range(len(rows))
            ]
            assert int(np.argmax(shares)) == last
    assert (4, 11, 17, 23) in chains
