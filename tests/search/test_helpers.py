import os
import signal
import time

import numpy as np
import pytest

from sr_kernel.search import Problem, search
from sr_kernel.search.helpers import Helpers


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
