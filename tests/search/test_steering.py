"""A search that is told, while it runs, what its laws must have, to wait, or to take longer."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from sr_kernel.errors import OptionError
from sr_kernel.expr import number, parse, symbol, variables
from sr_kernel.search import Problem, Progress, SearchProcess, SearchResult, search
from sr_kernel.search.candidates import Candidates
from sr_kernel.search.control import Control, Order
from sr_kernel.search.front import Front
from sr_kernel.search.hypothesis import Hypothesis, obeys
from sr_kernel.search.opening import context_of
from sr_kernel.search.refine import fit
from sr_kernel.search.sample import Sample
from sr_kernel.search.scaling import Scaling
from sr_kernel.search.steering import Steering

CASES = [
    ("ban", "a"), ("ban", "sin(_)"), ("ban", "b"), ("require", "b*c"), ("require", "a**2"),
    ("require", "exp(_)"), ("ban", "a*b"), ("require", "b"),
]  # fmt: skip


def problem(seed: int = 0, noise: float = 0.3, rows: int = 100) -> Problem:
    generator = np.random.default_rng(seed)
    X = generator.uniform(1, 4, (rows, 3))
    y = np.sin(X[:, 0]) * X[:, 1] + noise * generator.normal(size=rows)
    return Problem(("a", "b", "c"), X, y, random_state=seed)


def hypothesis(kind: str, text: str) -> Hypothesis:
    return Hypothesis(kind, parse(text))  # type: ignore[arg-type]


def _violations(news: Progress | SearchResult, known: list[Hypothesis]) -> int:
    laws = [*news.front, *([news.best] if news.best else [])]
    return sum(not obeys(law.expr, known) for law in laws)


def _steered(seed: int) -> tuple[int, int]:
    """Reports after a hypothesis was given, and violations in all of them."""
    known = [hypothesis(*CASES[seed % len(CASES)])]
    asked, reports, violations = 0.0, 0, 0
    with SearchProcess(problem(seed), time_limit=30) as process:
        for news in process.events():
            if not asked and news.front:
                asked = time.perf_counter()
                process.steer(known)
                continue
            reports += 1
            violations += _violations(news, known)
            if news.steered == 1 and time.perf_counter() - asked > 1.0:
                process.stop()
    return reports, violations


def test_a_hypothesis_is_obeyed_from_the_next_report_on() -> None:
    """How soon that comes is measured by ``make bench-notebook``."""
    with ThreadPoolExecutor(2) as pool:
        reports, violations = zip(*pool.map(_steered, range(6)), strict=True)
    assert sum(violations) == 0
    assert min(reports) > 0


def test_what_is_dropped_brings_laws_back() -> None:
    control, ban = Control(), hypothesis("ban", "b")
    seen: dict[int, set[str]] = {}

    def told(news: Progress) -> None:
        laws = seen.setdefault(news.steered, set())
        before = len(laws)
        laws |= {law.equation for law in news.front if "b" in law.equation}
        if news.steered == 0 and laws and before:
            control.take(Order("steer", (ban,)))
        elif news.steered == 1:
            control.take(Order("steer"))

    data = problem()
    y = 2 * data.X[:, 1] + 0.1 * data.y
    search(
        Problem(data.variables, data.X, y),
        time_limit=12, control=control, on_progress=told,
        should_stop=lambda: bool(seen.get(2)),
    )  # fmt: skip
    assert seen[0]
    assert seen[1] == set()
    assert seen[2]


def test_hypotheses_hold_from_the_start() -> None:
    data = problem(noise=0.0)
    free = search(data, time_limit=20)
    assert (free.stop_reason, free.best.equation) == ("exact", "b*sin(a)")
    for known in ([hypothesis("ban", "sin(a)")], [hypothesis("require", "c")]):
        reports: list[Progress] = []
        found = search(data, time_limit=4, hypotheses=known, on_progress=reports.append)
        assert found.front
        assert sum(_violations(news, known) for news in (*reports, found)) == 0
        assert found.best.equation != free.best.equation


def test_a_required_part_is_looked_for() -> None:
    data = problem(noise=0.05)
    found = search(data, time_limit=6, hypotheses=[hypothesis("require", "b*sin(a)")])
    assert found.best.r2 > 0.97


def test_a_search_that_is_told_keeps_to_symmetric_laws() -> None:
    control, known = Control(), [hypothesis("symmetric", "a + b")]
    before, after = [], []

    def told(news: Progress) -> None:
        (after if news.steered else before).extend(news.front)
        if not control.steered[0] and _violations(news, known):
            control.take(Order("steer", tuple(known)))

    def is_found() -> bool:
        return any({"a", "b"} <= set(variables(law.expr)) and law.r2 > 0.95 for law in after)

    data = problem()
    a, b, c = data.X.T
    y = np.exp(-a) + np.exp(-b) + 0.2 * c + 0.02 * data.y
    search(
        Problem(data.variables, data.X, y), time_limit=20, control=control, on_progress=told,
        should_stop=is_found,
    )  # fmt: skip
    assert not all(obeys(law.expr, known) for law in before)
    assert all(obeys(law.expr, known) for law in after)
    assert is_found()


@pytest.mark.parametrize(
    ("units", "expected"),
    [((1.0, 1.0, 1.0), {("a", "b"), ("b", "c")}), ((1e40, 1e40, 1.0), {("a", "b")}),
     ((1e40, 1.0, 1e40), set())],
)  # fmt: skip
def test_proposers_know_columns_that_may_be_exchanged(
    units: tuple[float, ...], expected: set[tuple[str, str]]
) -> None:
    data = problem()
    data = replace(data, X=data.X * np.array(units))
    scaling = Scaling.of(data)
    context = context_of(scaling.scaled(data), lambda: None, lambda text: None)
    control = Control()
    control.take(Order("steer", (hypothesis("symmetric", "a*b*c"),)))
    steering = Steering(control, context, Candidates(context), scaling)
    assert steering.hear()
    assert set(context.twins) == expected
    assert context.obeys(parse("a*b + a*c + b*c")) is (units == (1.0, 1.0, 1.0))
    control.take(Order("steer"))
    assert steering.hear()
    assert context.twins == ()


def test_a_search_that_was_exact_goes_on_once_its_law_is_banned() -> None:
    control = Control()

    class Late:
        """Bans what the search is about to end with, the first time."""

        def propose(self, context):
            if not control.steered[0]:
                yield number(2.0) * symbol("x")
                control.take(Order("steer", (hypothesis("ban", "x"),)))
            yield number(1.0) * symbol("z") + number(1.0)

    x = np.linspace(1, 3, 30)
    data = Problem(("x", "z"), np.column_stack([x, x[::-1].copy()]), 2 * x)
    found = search(data, time_limit=4, proposers=[Late()], control=control)
    assert found.steered == 1
    assert found.front
    assert _violations(found, [hypothesis("ban", "x")]) == 0
    assert (found.stop_reason, found.best.equation) == ("exact", "8 - 2*z")


def test_units_of_the_search_do_not_matter() -> None:
    generator = np.random.default_rng(0)
    X = generator.uniform(1, 4, (60, 2)) * np.array([1e40, 1.0])
    data = Problem(("m", "v"), X, 0.5 * X[:, 0] * X[:, 1] ** 2)
    for known in ([hypothesis("ban", "v**2")], [hypothesis("require", "m*sqrt(v)")]):
        found = search(data, time_limit=3, hypotheses=known)
        assert found.front
        assert _violations(found, known) == 0


def test_a_paused_search_stands_still_and_goes_on() -> None:
    paused, counted, resumed_at, later = [], [], 0.0, 0
    with SearchProcess(problem(noise=0.05), time_limit=6) as process:
        begun = time.perf_counter()
        for news in process.events():
            if isinstance(news, SearchResult):
                break
            if not paused and news.elapsed > 0.5:
                process.pause()
                paused.append(time.perf_counter())
            elif paused and not resumed_at and news.paused:
                counted.append((news.candidates, news.elapsed))
                if time.perf_counter() - paused[0] > 2.5:
                    process.resume()
                    resumed_at = time.perf_counter()
            elif resumed_at and not news.paused:
                later = news.candidates
        took = time.perf_counter() - begun
    assert len(counted) >= 4
    assert counted[-1] == counted[-3]
    assert later > counted[-1][0]
    assert news.stop_reason == "time"
    held = resumed_at - paused[0]
    assert took > 6.0 + held - 1.5
    assert news.seconds < 7.0


def test_a_paused_search_hears_stop_and_hypotheses() -> None:
    known, asked = [hypothesis("ban", "a")], 0.0
    with SearchProcess(problem(), time_limit=60) as process:
        for news in process.events():
            if not asked and news.front:
                process.pause()
                process.steer(known)
                asked = time.perf_counter()
            elif isinstance(news, Progress) and news.steered == 1:
                assert news.paused
                assert _violations(news, known) == 0
                stopped = time.perf_counter()
                process.stop()
        assert time.perf_counter() - stopped < 3.0
    assert news.stop_reason == "stopped"
    assert _violations(news, known) == 0


def test_more_time_moves_the_end() -> None:
    with SearchProcess(problem(), time_limit=2) as process:
        begun = time.perf_counter()
        process.start()
        process.extend(2.0)
        *_, result = process.events()
        took = time.perf_counter() - begun
        assert process.time_limit == 4
    assert result.stop_reason == "time"
    assert result.seconds > 3.0
    assert took < 8
    for seconds in (0, -1, float("nan"), float("inf")):
        with pytest.raises(OptionError, match="no time to add"):
            process.extend(seconds)


def test_a_hypothesis_about_no_column_is_refused() -> None:
    process = SearchProcess(problem(), time_limit=2)
    with pytest.raises(OptionError, match="'q', which is no column"):
        process.steer([hypothesis("ban", "q")])
    with pytest.raises(OptionError, match="'q', which is no column"):
        search(problem(), time_limit=1, hypotheses=[hypothesis("ban", "q")])


def test_a_front_shows_only_what_is_allowed_and_forgets_nothing() -> None:
    x = np.linspace(1, 3, 30)
    sample = Sample.of(Problem(("x",), x[:, None], 2 * x + x**2))
    front = Front(sample)
    entries = [fit(parse(text), sample) for text in ("x", "2.0*x", "2*x + x**2")]
    for entry in entries:
        front.offer(entry)
    whole = front.entries
    front.steer(lambda expr: expr.size < 5)
    assert entries[-1] not in front.entries
    assert not front.offer(fit(parse("x**2 + 2*x"), sample))
    front.steer(lambda expr: True)
    assert len(front.entries) >= len(whole)
    front.refuse(front.entries[-1])
    assert entries[-1] not in front.entries or len(front.entries) < len(whole) + 1


def test_orders_may_come_from_another_thread() -> None:
    control = Control()
    threads = [
        threading.Thread(target=control.take, args=(Order("extend", seconds=1.0),))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert control.more_seconds() == 8.0
    assert control.more_seconds() == 0.0
