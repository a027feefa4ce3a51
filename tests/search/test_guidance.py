"""A search with a guide: when it is asked, what becomes of what it says."""

import os
import subprocess
import sys
from concurrent.futures import Future

import numpy as np
import pytest

from sr_kernel.errors import DataError
from sr_kernel.expr import parse
from sr_kernel.search import (
    DEFAULT_OPERATORS,
    Beliefs,
    Problem,
    SearchProcess,
    SearchResult,
    search,
)
from sr_kernel.search.beliefs import Told
from sr_kernel.search.exactly import ExactProposer
from sr_kernel.search.guidance import LATE
from sr_kernel.search.helpers import Helpers, Tasks
from sr_kernel.search.prices import USUAL, Prices
from sr_kernel.search.reduction import ReductionProposer

pytestmark = pytest.mark.filterwarnings("error")


def beliefs(operators=(), columns=(), **changes):
    fields = {
        "pairs": {}, "size": 9.0, "noise": 0.0, "length": 60.0, "peels": (), "source": "invented",
        "seconds": 0.01,
    }  # fmt: skip
    return Beliefs(operators or {}, columns or {}, **{**fields, **changes})


NO_WAVES = beliefs({"sin": 0.005, "cos": 0.005, "tan": 0.001}, {"a": 0.9, "b": 0.9})


class Invented:
    """A guide that has its beliefs from the test; counts how often it is asked."""

    def __init__(self, told=NO_WAVES, *proposers):
        self.told, self.own, self.asked = told, proposers, []

    def beliefs(self, problem):
        self.asked.append(problem)
        if isinstance(self.told, Exception):
            raise self.told
        return self.told

    def proposers(self):
        return self.own


class Watcher:
    """A proposer that notes when it is asked."""

    def __init__(self, *terms, **attributes):
        self.terms, self.seen = terms, []
        self.__dict__.update(attributes)

    def propose(self, context):
        self.seen.append((context.round, context.exactly, context.prices, context.beliefs))
        self.limit = context.limit
        return map(parse, self.terms)


def problem(noise=0.0, *, rows=80, law=None, **options):
    generator = np.random.default_rng(4)
    X = generator.uniform(1.0, 4.0, (rows, 2))
    a, b = X.T
    y = a / b + np.sqrt(a + b) if law is None else law(a, b)
    return Problem(("a", "b"), X, y + noise * y.std() * generator.normal(size=rows), **options)


def harder(a, b):
    """Not among the laws that are found without asking."""
    return np.exp(-a * b) + np.sin(a * b) / b


NOISY = {"noise": 0.1, "operators": ("add", "mul", "sin", "cos"), "max_size": 5}


# ------------------------------------------------------------------ when it is asked


def test_the_simplest_laws_are_found_without_asking():
    guide = Invented()
    result = search(problem(law=lambda a, b: 3 * a + 2 * b), time_limit=20, guide=guide)
    assert result.stop_reason == "exact"
    assert guide.asked == []
    assert result.beliefs is None


def test_it_is_asked_once_and_its_beliefs_are_told():
    guide, told = Invented(), []
    result = search(
        problem(**NOISY), time_limit=20, guide=guide,
        on_progress=lambda progress: told.append(progress.beliefs),
    )  # fmt: skip
    assert result.stop_reason in ("exhausted", "plateau")
    assert len(guide.asked) == 1
    assert guide.asked[0].variables == ("a", "b")
    assert result.beliefs == NO_WAVES
    assert told[-1] == NO_WAVES
    assert result.reports == ()


@pytest.mark.parametrize(
    ("told", "says"),
    [
        (DataError("the table is too wide"), "guide Invented raised DataError: the table is"),
        (RuntimeError("out of range"), "guide Invented raised RuntimeError: out of range"),
        ({"sin": 0.5}, "are no beliefs"),
        (None, "are no beliefs"),
    ],
)
def test_a_guide_that_fails_is_reported_and_the_search_goes_on(told, says):
    data = problem(law=harder)
    guide = Invented(told)
    result = search(data, time_limit=30, guide=guide)
    assert len(guide.asked) == 1
    assert len(result.reports) == 1
    assert says in result.reports[0]
    assert result.stop_reason == "exact"
    assert result.beliefs is None


def test_a_guide_whose_proposers_fail_is_not_heeded_at_all():
    guide, watcher = Invented(), Watcher()
    guide.proposers = lambda: 1 / 0
    result = search(problem(**NOISY), time_limit=20, guide=guide, proposers=[watcher])
    assert "ZeroDivisionError" in result.reports[0]
    assert all(prices == USUAL for _, _, prices, _ in watcher.seen)
    assert result.beliefs is None


def test_beliefs_that_are_not_used_are_only_shown():
    unused = beliefs({"sin": 0.001, "cos": 0.001}, used=False, reason="Two rows tell nothing.")
    own, watcher = Watcher("1.0*a"), Watcher(needs=("sin", "cos"))
    result = search(
        problem(**NOISY), time_limit=20, guide=Invented(unused, own), proposers=[watcher]
    )
    assert result.beliefs == unused
    assert own.seen == []
    assert [round_ for round_, *_ in watcher.seen][:2] == [0, 1]
    assert all(prices == USUAL for _, _, prices, _ in watcher.seen)


# ------------------------------------------------------------------ what becomes of it


def test_the_banks_are_built_anew():
    early = Watcher(exact=True, cheap=True)
    told = beliefs({"sin": 0.01}, {"a": 0.9, "b": 0.01})
    search(problem(**NOISY), time_limit=20, guide=Invented(told), proposers=[early, Watcher()])
    (_, exactly, before, none), *later = early.seen
    assert (exactly, before, none) == (True, USUAL, None)
    assert {known.source for *_, known in later} == {"invented"}
    assert all(prices == Prices.of(told, ("a", "b")) for _, _, prices, _ in later)


def test_terms_tried_in_the_first_banks_still_count():
    guided, alone = (
        search(problem(**NOISY), time_limit=20, guide=guide, proposers=[ExactProposer()])
        for guide in (Invented(beliefs({"sin": 0.5})), None)
    )
    assert guided.candidates > alone.candidates


@pytest.mark.parametrize("max_size", [5, 30])
def test_who_knows_only_waves_is_asked_late_but_asked(max_size):
    waves, other = Watcher(needs=("sin", "cos"), exact=True, glance=True), Watcher(exact=True)
    data = problem(**{**NOISY, "noise": 0.0, "max_size": max_size}, law=lambda a, b: a**b)
    search(data, time_limit=60, guide=Invented(), proposers=[other, waves])
    first = waves.seen[0][0]
    assert first >= min(LATE, max(round_ for round_, *_ in other.seen))
    assert any(exactly for _, exactly, *_ in waves.seen)
    assert any(not exactly for _, exactly, *_ in waves.seen)


def test_its_proposers_are_asked_at_once_and_in_each_round():
    own, other = Watcher(), Watcher()
    search(problem(**NOISY), time_limit=20, guide=Invented(NO_WAVES, own), proposers=[other])
    rounds = [round_ for round_, *_ in other.seen]
    assert [round_ for round_, *_ in own.seen] == [0, *rounds]
    assert own.limit > 2


def test_a_law_of_its_proposers_ends_the_search():
    data = problem(law=lambda a, b: 2.5 * np.tanh(a) + 0.3 * b**5, operators=("add", "mul"))
    own, broken = Watcher("1.0*tanh(a) + 1.0*b**5"), Watcher("(")
    result = search(data, time_limit=30, guide=Invented(NO_WAVES, broken, own), proposers=[])
    assert result.stop_reason == "exact"
    assert "proposer Watcher raised ExpressionError" in result.reports[0]


def test_laws_of_improbable_operators_and_columns_are_found():
    wrong = beliefs(
        dict.fromkeys((*DEFAULT_OPERATORS, "tan"), 0.001) | {"exp": 0.9}, {"a": 0.9, "b": 0.001}
    )
    data = problem(law=harder)
    result = search(data, time_limit=60, guide=Invented(wrong))
    assert result.beliefs == wrong
    assert result.stop_reason == "exact"


def test_reductions_take_the_prices_of_operators():
    X = np.random.default_rng(2).uniform(1, 3, (300, 3))
    names, spy = ("a", "b", "c"), Watcher(exact=True)
    data = Problem(names, X, X[:, 2] * np.sqrt(1 + X[:, 0] * X[:, 1]))
    told = beliefs({"sin": 0.001, "exp": 0.9}, {"c": 0.01})
    result = search(
        data, time_limit=10, guide=Invented(told), proposers=[ReductionProposer(lambda: [spy])]
    )
    assert result.beliefs == told
    assert all(seen[2] == Prices.of(told, names).of_operators for seen in spy.seen)
    assert spy.seen
    assert Prices.of(told, names).of_operators != Prices.of(told, names)


@pytest.mark.parametrize("told", [NO_WAVES, beliefs({"sin": 0.9, "mul": 0.05}, {"b": 0.01})])
def test_same_seed_same_laws(told):
    data = problem(**NOISY)
    once, twice = (search(data, time_limit=60, guide=Invented(told)) for _ in range(2))
    assert once.stop_reason == twice.stop_reason != "time"
    assert once.candidates == twice.candidates
    assert [law.equation for law in once.front] == [law.equation for law in twice.front]


# ------------------------------------------------------------------ other processes


def test_a_search_process_takes_the_guide_along():
    with SearchProcess(problem(**NOISY), time_limit=20, guide=Told(NO_WAVES)) as process:
        events = list(process.events())
    assert isinstance(events[-1], SearchResult)
    assert events[-1].beliefs == NO_WAVES
    assert events[-1].reports == ()


def test_a_killed_process_leaves_its_beliefs():
    data = problem(0.3, law=lambda a, b: np.sin(3 * a) * b, rows=300)
    with SearchProcess(data, time_limit=60, guide=Told(NO_WAVES)) as process:
        for event in process.events():
            if event.beliefs is not None and not isinstance(event, SearchResult):
                process._child.kill()
    assert event.stop_reason == "failed"
    assert event.beliefs == NO_WAVES


def test_helpers_expect_what_the_search_does():
    data = problem(0.3, law=lambda a, b: np.sin(3 * a) * b)
    helpers = Helpers(data, 1, time_limit=20, guide=Told(NO_WAVES))
    helpers.close()
    assert helpers.processes[0].guide == Told(NO_WAVES)
    result = search(data, time_limit=1.0, helper=True, guide=Told(NO_WAVES))
    assert result.beliefs == NO_WAVES


def test_the_search_hands_its_beliefs_to_helpers(monkeypatch):
    given = []

    class Silent(Helpers):
        def __init__(self, problem, count, *, time_limit, guide=None):
            given.append(guide)
            super().__init__(problem, 0, time_limit=time_limit)

    monkeypatch.setattr("sr_kernel.search.run.Helpers", Silent)
    for guide in (Invented(), Invented(beliefs(used=False)), None):
        search(problem(**NOISY), time_limit=20, n_jobs=2, guide=guide, proposers=[])
    assert given == [Told(NO_WAVES), None, None]


def test_tasks_of_an_executor_get_them_too():
    asked = []

    class Noting:
        def submit(self, function, /, *arguments):
            asked.append(arguments)
            return Future()

    Tasks(
        problem(), Noting(), 1, until=float("inf"), known=tuple, report=pytest.fail,
        guide=Told(NO_WAVES),
    )  # fmt: skip
    assert asked[0][-1] == Told(NO_WAVES)


def test_a_guided_search_needs_no_torch():
    script = (
        "import sys, numpy as np\n"
        "from sr_kernel.search import Beliefs, Problem, search\n"
        "from sr_kernel.search.beliefs import Told\n"
        "told = Beliefs({'sin': 0.9}, {'x': 1.0}, {}, 9, 0, 60, (), 'invented', 0.01)\n"
        "x = np.linspace(1, 4, 60)\n"
        "data = Problem(('x',), x[:, None], np.sin(x * np.exp(x / 3)) / (x + np.sqrt(x)))\n"
        "found = search(data, time_limit=3, guide=Told(told))\n"
        "print(found.beliefs == told, 'torch' in sys.modules, 'sr_kernel.guide' in sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=120, check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    assert done.stdout.split() == ["True", "False", "False"]
