import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sr_kernel.search.exact import Seen, exact_groups

ROWS = 40
ONE = np.ones((ROWS, 1))
EVERY = np.ones(ROWS)


def rows_of(seed, count):
    return np.random.default_rng(seed).normal(size=(count, ROWS))


def groups(rows, target, known=ONE, mask=EVERY):
    sizes = np.arange(len(rows)) // 10 + 1
    found = exact_groups(Seen.of(rows, sizes), target, known, mask)
    return [tuple(sorted(group)) for group in found]


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1000), st.integers(-30, 30))
def test_exact_pairs_meet_by_hash(seed, exponent):
    rows = rows_of(seed, 300)
    rows[17] *= 10.0**exponent
    target = 2.0 * rows[17] - 1.5 * 10.0**exponent * rows[230] + 4.0 * 10.0**exponent
    assert groups(rows, target) == [(17, 230)]


def test_exact_singles_are_found():
    rows = rows_of(1, 50)
    assert groups(rows, 3.0 * rows[20] + 1.0) == [(20,)]


def test_a_target_in_the_known_span_needs_no_row():
    rows = rows_of(2, 20)
    known = np.column_stack([ONE, rows[0]])
    assert groups(rows, 3.0 - 2.0 * rows[0], known) == [()]


def test_rows_that_differ_by_known_ones_only_do_not_hide_a_pair():
    rows = rows_of(3, 60)
    rows[5:15] = rows[4] + np.arange(1, 11)[:, None]
    rows[40:50] = rows[30] - np.arange(1, 11)[:, None]
    assert groups(rows, rows[4] - 2.0 * rows[30]) == [(4, 30)]


def test_noise_is_no_match():
    rows = rows_of(4, 200)
    target = rows[3] + rows[90] + 1e-5 * rows_of(5, 1)[0]
    assert groups(rows, target) == []


def test_masked_rows_do_not_count():
    rows = rows_of(6, 100)
    target = rows[3] - 0.5 * rows[60]
    mask = EVERY.copy()
    target[:7], mask[:7] = 0.0, 0.0
    assert groups(rows, target, mask=mask) == [(3, 60)]


def test_undefined_rows_are_of_no_use():
    rows = rows_of(7, 30)
    rows[2, 3], rows[3, 4] = np.nan, np.inf
    assert groups(rows, rows[10] + 2.0) == [(10,)]


def test_too_few_rows_prove_nothing():
    rows = np.random.default_rng(0).normal(size=(50, 3))
    assert groups(rows, rows[0], np.ones((3, 1)), np.ones(3)) == []
