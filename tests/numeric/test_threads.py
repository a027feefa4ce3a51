import threading

import numpy as np
import pytest
from threadpoolctl import ThreadpoolController

from sr_kernel.numeric.threads import one_thread
from sr_kernel.search import Problem, search


def threads():
    return {pool["num_threads"] for pool in ThreadpoolController().select(user_api="blas").info()}


@pytest.fixture(autouse=True)
def two_threads():
    with ThreadpoolController().limit(limits=2, user_api="blas"):
        if threads() != {2}:
            pytest.skip("this linear algebra library has one thread only")
        yield


def test_one_thread_inside_and_those_before_outside():
    with one_thread():
        assert threads() == {1}
        with one_thread():
            assert threads() == {1}
        assert threads() == {1}
    assert threads() == {2}


def test_who_comes_meanwhile_changes_nothing():
    inside, done = threading.Event(), threading.Event()

    def other():
        with one_thread():
            inside.set()
            done.wait(30)

    thread = threading.Thread(target=other)
    with one_thread():
        thread.start()
        assert inside.wait(30)
    assert threads() == {2}
    done.set()
    thread.join()
    assert threads() == {2}


def test_an_exception_puts_them_back():
    with pytest.raises(ValueError, match="mine"), one_thread():
        raise ValueError("mine")
    assert threads() == {2}


def test_a_search_has_one_thread():
    seen = []
    X = np.linspace(1.0, 2.0, 30)[:, None]
    y = np.sin(37.0 * X[:, 0] ** 3)
    search(
        Problem(("x",), X, y, operators="+*", max_size=5), time_limit=2,
        should_stop=lambda: bool(seen.append(threads())),
    )  # fmt: skip
    assert seen[0] == {1}
    assert threads() == {2}
