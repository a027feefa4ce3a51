import os
import signal
import subprocess
import sys
import textwrap
import time

import numpy as np
import pytest

from sr_kernel.errors import OptionError
from sr_kernel.expr import parse
from sr_kernel.search import Problem, SearchProcess, SearchResult


@pytest.fixture
def noisy():
    generator = np.random.default_rng(0)
    X = generator.uniform(1, 4, (200, 3))
    y = np.sin(X[:, 0]) * X[:, 1] + 0.3 * generator.normal(size=200)
    return Problem(("a", "b", "c"), X, y)


def test_events_end_with_the_result():
    x = np.linspace(1, 3, 20)
    with SearchProcess(Problem(("x",), x[:, None], 2 * x**2), time_limit=20) as process:
        events = list(process.events())
    assert isinstance(events[-1], SearchResult)
    assert events[-1].stop_reason == "exact"
    assert events[-1].best.equation == "2*x**2" or events[-1].best.r2 == 1.0


def test_stop_gives_a_result_within_a_second(noisy):
    with SearchProcess(noisy, time_limit=60) as process:
        for count, event in enumerate(process.events()):  # noqa: B007
            if count == 2:
                asked = time.perf_counter()
                process.stop()
        assert time.perf_counter() - asked < 1.2
    assert event.stop_reason == "stopped"
    assert event.front


def test_the_child_ignores_sigint(noisy):
    with SearchProcess(noisy, time_limit=4) as process:
        for count, event in enumerate(process.events()):  # noqa: B007
            if count == 1:
                os.kill(process.pid, signal.SIGINT)
    assert event.stop_reason == "time"
    assert not event.interrupted


def test_a_killed_child_loses_nothing(noisy):
    with SearchProcess(noisy, time_limit=60) as process:
        last = None
        for event in process.events():
            if isinstance(event, SearchResult):
                break
            last = event
            os.kill(process.pid, signal.SIGKILL)
    assert event.stop_reason == "failed"
    assert event.front[: len(last.front)] == last.front or event.candidates >= last.candidates
    assert "ended unexpectedly" in process.message


def test_close_ends_the_child(noisy):
    process = SearchProcess(noisy, time_limit=60)
    process.start()
    process.close()
    with pytest.raises(ProcessLookupError):
        os.kill(process.pid, 0)


def test_a_script_without_a_main_guard_works(tmp_path):
    script = tmp_path / "plain.py"
    script.write_text(
        textwrap.dedent("""
        import numpy as np
        from sr_kernel.search import Problem, SearchProcess
        x = np.linspace(1, 3, 20)
        with SearchProcess(Problem(("x",), x[:, None], 2 * x), time_limit=20) as process:
            *_, result = process.events()
        print(result.stop_reason)
        """)
    )
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, timeout=60, check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    assert done.stdout.split() == ["exact"], done.stderr


def test_jobs_must_be_positive(noisy):
    with pytest.raises(OptionError, match="n_jobs"):
        SearchProcess(noisy, time_limit=1, n_jobs=0)


def test_suggestions_reach_a_running_search():
    x = np.linspace(1, 3, 40)
    data = Problem(("x",), x[:, None], 2.5 * np.tanh(x) + 0.3 * x**5, operators="+*")
    with SearchProcess(data, time_limit=40) as process:
        process.start()
        process.suggest(parse("1.0*tanh(x) + 1.0*x**5"))
        *_, result = process.events()
    assert result.stop_reason == "exact"
    assert len(result.history) > 0


def test_sigterm_hands_in_the_result(noisy, uncovered):
    with SearchProcess(noisy, time_limit=60) as process:
        for count, event in enumerate(process.events()):  # noqa: B007
            if count == 1:
                os.kill(process.pid, signal.SIGTERM)
    assert event.stop_reason == "stopped"
    assert event.interrupted
    assert len(event.history) > 0


def test_a_killed_child_leaves_a_checkpoint_to_go_on_from(noisy, tmp_path):
    path = tmp_path / "search.json"
    with SearchProcess(noisy, time_limit=60, checkpoint=path) as process:
        for event in process.events():
            if path.exists() and not isinstance(event, SearchResult):
                os.kill(process.pid, signal.SIGKILL)
    assert event.stop_reason == "failed"
    with SearchProcess(noisy, time_limit=3, checkpoint=path) as process:
        *_, again = process.events()
    assert again.reports == ()
    assert again.front[-1].loss <= event.front[-1].loss * (1 + 1e-6)
