import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sr_kernel.expr import number
from sr_kernel.search import Problem
from sr_kernel.search.archive import Archive
from sr_kernel.search.description import description_length
from sr_kernel.search.front import CLEARLY, DOUBT, Front, scores, strictly_falling
from sr_kernel.search.refine import Fitted
from sr_kernel.search.sample import Sample

SAMPLE = Sample.of(Problem(("x",), np.arange(8.0)[:, None], np.arange(8.0) ** 2))


def entry(k, size, loss, length):
    return Fitted(number(k), size, loss, length, (), (), np.full(8, float(k)))


entries = st.lists(
    st.tuples(st.integers(1, 12), st.floats(1e-6, 1.0), st.floats(-50, 50)), max_size=25
).map(lambda found: [entry(k, *part) for k, part in enumerate(found)])


@settings(max_examples=60, deadline=None)
@given(entries)
def test_front_is_strictly_falling_and_the_same_in_any_order(found):
    one, other = Front(SAMPLE), Front(SAMPLE)
    for fitted in found:
        one.offer(fitted)
    for fitted in reversed(found):
        other.offer(fitted)
    assert [e.size for e in one.entries] == sorted({e.size for e in one.entries})
    for a, b in itertools.pairwise(one.entries):
        assert b.loss < a.loss
        assert b.length < a.length + (DOUBT if b.loss < CLEARLY * a.loss else 0)
    if found:
        assert one.best.length == min(e.length for e in one.entries)
    assert list(one.entries) == strictly_falling(list(one.entries), SAMPLE)
    assert [(e.size, e.length) for e in one.entries] == [(e.size, e.length) for e in other.entries]


def test_what_is_replaced_makes_room():
    front = Front(SAMPLE)
    first, second, third = entry(0, 3, 0.5, 5.0), entry(1, 5, 0.3, 2.0), entry(2, 7, 0.29, 3.0)
    for fitted in (first, second, third):
        front.offer(fitted)
    assert front.entries == (first, second)
    front.replace(second, entry(3, 4, 0.3, 2.0))
    assert [e.size for e in front.entries] == [3, 4]


def test_what_is_replaced_does_not_come_back():
    front = Front(SAMPLE)
    clumsy, plain = entry(0, 5, 0.3, 2.0), entry(1, 5, 0.3, 2.1)
    front.offer(clumsy)
    front.replace(clumsy, plain)
    assert not front.offer(clumsy)
    assert front.entries == (plain,)


def test_what_fits_clearly_better_is_shown_though_few_rows_do_not_pay_for_it():
    front = Front(SAMPLE)
    for fitted in (entry(0, 3, 0.5, 5.0), entry(1, 7, 0.1, 9.0), entry(2, 9, 0.095, 9.0)):
        front.offer(fitted)
    assert [e.size for e in front.entries] == [3, 7]
    assert front.best.size == 3


def test_scores_are_falls_of_log_loss_a_node():
    marks = scores([1.0, np.exp(-4.0)], [1, 3])
    np.testing.assert_allclose(marks, [0.0, 2.0])
    assert scores([], []) == []


def predictions(values, size=3, length=0.0, k=0):
    return Fitted(number(k), size, 0.1, length, (), (), np.asarray(values, dtype=float))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.floats(-1e3, 1e3), min_size=8, max_size=8), st.integers(0, 99))
def test_archive_keeps_one_entry_a_function(values, k):
    archive = Archive(SAMPLE)
    base = np.array(values)
    assert archive.add(predictions(base, size=5, k=k))
    assert not archive.add(predictions(base * (1 + 1e-9), size=7, k=k + 1))
    assert archive.add(predictions(base, size=3, k=k + 2))
    assert len(archive) == 1
    assert next(iter(archive)).size == 3


def test_archive_is_asked_by_size_and_parameters():
    archive = Archive(SAMPLE)
    for k in range(5):
        archive.add(predictions(np.arange(8.0) * k + k * k + 1, size=k, length=-k, k=k))
    assert [e.size for e in archive.query(2)] == [1, 1] or len(archive.query(2)) == 2
    assert all(e.expr.size <= 1 for e in archive.query(max_size=1))


def fitted(k, size, loss, rows_length, parameters=0):
    return Fitted(number(k), size, loss, rows_length, (1.0,) * parameters, (0.1,) * parameters,
                  np.full(8, float(k)))  # fmt: skip


def front_of(*found, rows=8):
    x = np.arange(float(rows))
    front = Front(Sample.of(Problem(("x",), x[:, None], x**2)))
    for one in found:
        front.offer(one)
    return [e.size for e in front.entries], front


def test_a_smaller_law_does_not_keep_off_one_with_a_shorter_description():
    sizes, front = front_of(entry(0, 7, 0.095, -5.6), entry(1, 9, 0.1, -6.5))
    assert sizes == [9]
    assert front.best.size == 9


def test_of_laws_that_are_equally_good_the_smaller_stays():
    assert front_of(entry(0, 7, 1e-30, -400.0), entry(1, 9, 1e-31, -401.0))[0] == [7]


def test_of_one_size_the_criterion_decides_where_descriptions_are_alike():
    square, free = fitted(0, 5, 0.02, -5.6, 1), fitted(1, 5, 0.007, -4.9, 2)
    assert front_of(square, free)[1].entries == (free,)
    assert front_of(square, fitted(1, 5, 0.019, -4.9, 2))[1].entries == (square,)
    assert front_of(square, fitted(1, 5, 0.007, -4.0, 2))[1].entries == (square,)


def test_on_precise_data_constants_may_be_priced_by_the_rows_alone():

    shorter = description_length(1e-9, 500, 2, 10.0)
    longer = description_length(0.93e-9, 500, 3, 11.0)
    few = fitted(0, 5, 1e-9, shorter, 2)
    assert longer < shorter + DOUBT
    assert front_of(few, fitted(1, 7, 0.93e-9, longer, 3), rows=500)[0] == [5, 7]
    dearer = description_length(0.99e-9, 500, 3, 11.0)
    assert front_of(few, fitted(1, 7, 0.99e-9, dearer, 3), rows=500)[0] == [5]
