import concurrent.futures
import multiprocessing
import os
import signal
import time

import numpy as np
import pytest

from sr_kernel.expr import parse, variables
from sr_kernel.search import Problem, search
from sr_kernel.search.helpers import Helpers, Tasks


@pytest.fixture
def noisy():
    generator = np.random.default_rng(2)
    X = generator.uniform(0.5, 3.0, (80, 2))
    y = X[:, 0] * np.exp(-X[:, 1]) + 0.02 * generator.normal(size=80)
    return Problem(("a", "b"), X, y)


def test_helpers_tell_what_they_find_and_end(noisy):
    helpers = Helpers(noisy, 1, time_limit=40)
    pids = [process.pid for process in helpers.processes]
    found = []
    for _ in range(400):
        found += helpers.found()
        if len(found) > 1:
            break
        time.sleep(0.1)
    helpers.close()
    assert len(found) == len(set(found)) > 1
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_a_helper_that_dies_is_not_missed(noisy):
    helpers = Helpers(noisy, 1, time_limit=40)
    os.kill(helpers.processes[0].pid, signal.SIGKILL)
    time.sleep(0.3)
    assert list(helpers.found()) == []
    helpers.close()


def test_two_jobs_find_a_law_in_time(noisy):
    start = time.perf_counter()
    result = search(noisy, time_limit=6, n_jobs=2)
    assert time.perf_counter() - start < 10
    assert result.best.r2 > 0.99


# ------------------------------------------------------------------ tasks of an executor


class Broken(concurrent.futures.Executor):
    """Takes tasks and fails them, or does not even take them."""

    def __init__(self, takes):
        self.takes = takes
        self.asked = float("inf")

    def asked_a_while_ago(self):
        return time.perf_counter() - self.asked > 5

    def submit(self, function, /, *args, **kwargs):
        self.asked = min(self.asked, time.perf_counter())
        if not self.takes:
            raise RuntimeError("cannot schedule new futures")
        future = concurrent.futures.Future()
        future.set_exception(OSError("the machine is gone"))
        return future


def hard():
    generator = np.random.default_rng(0)
    X = generator.uniform(1, 4, (2000, 2))
    y = np.sin(X[:, 0] * 3) * X[:, 1] + 0.3 * generator.normal(size=2000)
    return Problem(("a", "b"), X, y)


@pytest.mark.parametrize(
    "kind", [concurrent.futures.ThreadPoolExecutor, concurrent.futures.ProcessPoolExecutor]
)
def test_any_executor_will_do(kind):
    context = {"mp_context": multiprocessing.get_context("spawn")}
    with kind(1, **(context if kind is concurrent.futures.ProcessPoolExecutor else {})) as pool:
        result = search(hard(), time_limit=8, executor=pool)
    assert result.front
    assert result.reports == ()


def test_tasks_tell_what_they_find():
    problem = hard()
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        tasks = Tasks(
            problem, pool, 1, until=time.perf_counter() + 30, known=lambda: (parse("1.0*a"),),
            report=pytest.fail,
        )  # fmt: skip
        found = []
        until = time.perf_counter() + 25
        while not found and time.perf_counter() < until:
            found += tasks.found()
            time.sleep(0.05)
        tasks.close()
    assert found
    assert all(set(variables(expr)) <= {"a", "b"} for expr in found)


@pytest.mark.parametrize(("takes", "says"), [(True, "the machine is gone"), (False, "schedule")])
def test_a_broken_executor_is_reported_once(takes, says):
    broken = Broken(takes)
    result = search(
        hard(), time_limit=60, executor=broken, should_stop=broken.asked_a_while_ago
    )
    assert result.front
    [report] = result.reports
    assert says in report


def test_helpers_get_only_the_rows_that_are_fitted(monkeypatch):
    sizes = []

    class Watched(Broken):
        def submit(self, function, problem, *args):
            sizes.append(problem.rows)
            return super().submit(function, problem, *args)

    search(hard(), time_limit=60, executor=Watched(True), should_stop=lambda: bool(sizes))
    assert sizes == [1000]
