"""Deadlines: what is inside them ends, nested ones never last longer, turns are fair."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from sr_kernel.numeric.deadline import OutOfTime, check_time, deadline, turns


def test_no_deadline_never_ends() -> None:
    check_time()
    with deadline(None):
        check_time()


def test_work_ends_at_the_deadline() -> None:
    started = time.monotonic()
    with deadline(started + 0.02), pytest.raises(OutOfTime):
        _work_on()
    assert 0.02 <= time.monotonic() - started < 0.5
    check_time()


def _work_on() -> None:
    while True:
        check_time()


def test_inner_deadline_cannot_extend_the_outer_one() -> None:
    past = time.monotonic() - 1.0
    for until in (None, past + 100.0):
        with deadline(past), deadline(until), pytest.raises(OutOfTime):
            check_time()


def test_inner_deadline_may_be_earlier() -> None:
    now = time.monotonic()
    with deadline(now + 100.0):
        with deadline(now - 1.0), pytest.raises(OutOfTime):
            check_time()
        check_time()


def test_deadline_is_of_one_thread() -> None:
    with deadline(time.monotonic() - 1.0), ThreadPoolExecutor(1) as pool:
        pool.submit(check_time).result()


def test_turns_hand_on_what_is_left() -> None:
    end = time.monotonic() + 10.0
    found = [until - time.monotonic() for until in turns(4, end) if until is not None]
    assert found == pytest.approx([2.5, 10 / 3, 5.0, 10.0], abs=0.05)


def test_turns_after_the_end_are_over_at_once() -> None:
    for until in turns(3, time.monotonic() - 1.0):
        time.sleep(0.001)
        with deadline(until), pytest.raises(OutOfTime):
            check_time()


def test_turns_without_end() -> None:
    assert list(turns(3, None)) == [None, None, None]
