"""A proposer from outside may do what it likes: the search goes on."""

import threading
import time

import numpy as np
import pytest
import sympy

from sr_kernel.expr import parse
from sr_kernel.search import Problem, search
from sr_kernel.search.guest import MOST_RUBBISH, Guest

pytestmark = pytest.mark.filterwarnings("error")


@pytest.fixture
def data():
    generator = np.random.default_rng(0)
    X = generator.uniform(1, 4, (40, 2))
    return Problem(("a", "b"), X, 2.5 * np.tanh(0.7 * X[:, 0]) + X[:, 1] ** 3)


class Says:
    """Proposes what it was given; exceptions are raised."""

    def __init__(self, *things):
        self.things = things
        self.rounds = 0

    def propose(self, context):
        self.rounds += 1
        for thing in self.things:
            if isinstance(thing, BaseException):
                raise thing
            yield thing


ANSWER = "2*tanh(0.8*a) + b**3"
"""With 2 and 0.8 to be fitted; tanh is not among the operators of the search."""


@pytest.mark.parametrize(
    "answer", [ANSWER, parse("2.0*tanh(0.8*a) + b**3"), 2.0 * sympy.tanh(0.8 * sympy.Symbol("a")) +
               sympy.Symbol("b") ** 3]
)  # fmt: skip
def test_terms_text_and_sympy_are_taken(data, answer):
    result = search(data, time_limit=10, guests=[Says(answer)])
    assert result.stop_reason == "exact"
    assert result.reports == ()
    assert "tanh" in result.best.equation


@pytest.mark.parametrize(
    ("things", "says"),
    [
        ([ValueError("no idea")], "proposer Says raised ValueError: no idea"),
        ([ANSWER, RuntimeError()], None),
        ([SystemExit(3)], "proposer Says raised SystemExit: 3"),
        ([KeyboardInterrupt()], "proposer Says raised KeyboardInterrupt"),
        (["sin(", ANSWER], "no expression"),
        ([None, object(), 3.5j, "x + y", ["a"], ANSWER], "no expression"),
        (["a + zz", ANSWER], "variable"),
        ([float("nan"), "1/0", "log(-1)*a", "a**a**a**a**99", ANSWER], None),
        (["+".join("a" * 5000), ANSWER], None),
        ([MemoryError()], "raised MemoryError"),
    ],
)
def test_faults_are_reported_and_not_fatal(data, things, says):
    result = search(data, time_limit=10, guests=[Says(*things)])
    assert result.front
    assert not result.interrupted
    if ANSWER in things:
        assert result.stop_reason == "exact"
    if says is not None:
        assert any(says in report for report in result.reports), result.reports


def test_a_fault_is_reported_once_and_ends_only_its_proposer(data):
    raising, saying = Says(ValueError("x")), Says("a*b")
    small = Problem(data.variables, data.X, np.sin(data.y * 91.7), max_size=7)
    result = search(small, time_limit=12, guests=[raising, saying])
    assert raising.rounds == 1
    assert saying.rounds >= 1
    assert len(result.reports) == 1


def test_only_so_much_rubbish(data):
    class Rubbish:
        handed = 0

        def propose(self, context):
            while True:
                self.handed += 1
                yield None

    guest = Rubbish()
    result = search(data, time_limit=6, guests=[guest])
    assert MOST_RUBBISH <= guest.handed <= MOST_RUBBISH + 1
    assert len(result.reports) == 1


def patient(proposer, share=0.3):
    return Guest(proposer, share=share)


@pytest.fixture
def short_share(monkeypatch):
    import sr_kernel.search.engine as engine

    monkeypatch.setattr(engine, "Guest", patient)


@pytest.mark.usefixtures("short_share")
def test_one_that_waits_is_left_behind_and_heard_later(data):
    class Slow:
        def propose(self, context):
            time.sleep(1.0)
            yield ANSWER

    hard = Problem(data.variables, data.X, data.y, operators="+*/", max_size=30)
    result = search(hard, time_limit=15, guests=[Slow()])
    assert result.stop_reason == "exact"
    assert any("took more than its 0.3 s" in report for report in result.reports)


@pytest.mark.usefixtures("short_share")
@pytest.mark.parametrize("polls", [False, True])
def test_one_that_computes_without_end_is_ended(data, polls):
    threads = []

    class Endless:
        def propose(self, context):
            threads.append(threading.current_thread())
            while True:
                if polls:
                    context.poll()
            yield

    noisy = data.y + np.random.default_rng(0).normal(size=len(data.y))
    hard = Problem(data.variables, data.X, noisy)
    start = time.perf_counter()
    result = search(hard, time_limit=4, guests=[Endless()])
    assert time.perf_counter() - start < 20
    assert result.front
    assert any("took more than" in report for report in result.reports)
    threads[0].join(timeout=3)
    assert not threads[0].is_alive()


@pytest.mark.usefixtures("short_share")
def test_one_that_hangs_does_not_hold_up_the_end(data):
    release = threading.Event()

    class Hangs:
        def propose(self, context):
            release.wait(60)
            yield "a"

    start = time.perf_counter()
    result = search(data, time_limit=2, guests=[Hangs()])
    release.set()
    assert time.perf_counter() - start < 20  # not the 60 that it hangs
    assert result.front


def test_guests_do_not_make_a_search_random(data):
    class Random:
        def propose(self, context):
            for _ in range(20):
                front = context.front.entries
                a, b = context.generator.integers(1, 5, 2)
                yield f"{a}*a**{b} + {len(front)}.5"

    noisy = data.y + np.random.default_rng(0).normal(size=len(data.y))
    small = Problem(data.variables, data.X, noisy, operators="+*", max_size=9)
    first, second = (search(small, time_limit=60, guests=[Random()]) for _ in range(2))
    assert first.stop_reason == second.stop_reason != "time"
    assert [law.equation for law in first.front] == [law.equation for law in second.front]
    assert [r.equation for r in first.history] == [r.equation for r in second.history]


def test_a_built_in_proposer_that_fails_is_reported_too(data):
    result = search(data, time_limit=3, proposers=[Says("a", ValueError("bug")), Says()])
    assert any("bug" in report for report in result.reports)


def test_what_the_user_s_callback_raises_reaches_the_user(data):
    def watch(progress):
        raise ValueError("mine")

    noisy = Problem(data.variables, data.X, data.y + np.random.default_rng(0).normal(size=40))
    with pytest.raises(ValueError, match="mine"):
        search(noisy, time_limit=20, on_progress=watch)
