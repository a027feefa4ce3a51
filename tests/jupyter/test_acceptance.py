"""Which of a user's formulas the guide hears of."""

import asyncio

import numpy as np
import pytest

from sr_kernel.expr import parse
from sr_kernel.formula import problem_of
from sr_kernel.guide.habits import Habits
from sr_kernel.jupyter.acceptance import is_success
from sr_kernel.jupyter.edit import SCORERS
from sr_kernel.jupyter.session import Session
from sr_kernel.search.law import Law
from sr_kernel.search.score import score


def law(loss, size, r2=None):
    r2 = 1.0 - loss if r2 is None else r2
    return Law(parse("x"), loss, r2, size, (), (), 0.0, f"sr1:{loss}-{size}")


FRONT = (law(0.5, 1), law(0.1, 5), law(0.09, 9))


@pytest.mark.parametrize(
    ("entered", "expected"),
    [
        (law(0.1, 5), True),
        (law(0.1 * (1 + 1e-9), 7), True),
        (law(0.02, 12), True),
        (law(0.15, 3), True),
        (law(0.11, 5), False),
        (law(0.095, 9), False),
        (law(0.5, 1), False),
        (law(float("nan"), 9), False),
    ],
)
def test_a_success_is_as_good_as_the_front_and_nearly_as_good_as_the_best(entered, expected):
    assert is_success(entered, FRONT, FRONT[1]) is expected


def test_exact_laws_differ_by_rounding_only():
    front = (law(0.0, 5),)
    assert is_success(law(3e-31, 5, r2=1.0), front, front[0])
    assert not is_success(law(1e-9, 5), front, front[0])


def test_without_a_front_nothing_is_a_success():
    assert not is_success(law(0.0, 1), (), None)
    assert not is_success(law(0.0, 1), (law(0.1, 5),), law(0.1, 5)), "no law of its size"


@pytest.fixture
def learning(tmp_path, monkeypatch):
    monkeypatch.setenv("SR_KERNEL_CACHE", str(tmp_path))
    monkeypatch.setattr("sr_kernel.jupyter.session.warm_up", lambda task: None)
    Habits.read().switch(True)


@pytest.fixture
def enter(make, comms):
    """enter(text, over): the formula is entered while a search runs or when it is over."""
    x = np.linspace(1, 4, 40)
    task = problem_of("y ~ x", {"x": x, "y": 2.5 * np.sin(x) + 1.3}, name="t")
    front = tuple(
        score(task.scoring, parse(text)) for text in ("1.5*x + 1.0", "2.0*sin(x) + 1.0")
    )  # fmt: skip

    def run(text, over):
        async def main():
            script = [make.progress(front=front), *([make.result("time", front)] if over else [])]
            engine = make.Engine(script)
            session = Session(
                task, engine, make.View(), time_limit=10, loop=asyncio.get_running_loop()
            )
            session.start()
            waiting = asyncio.ensure_future(session.wait())
            while session.laws is None if over else not session.snapshot()["front"]:
                await asyncio.sleep(0.01)
            await session.answer({"cmd": "score", "text": text})
            await asyncio.get_running_loop().run_in_executor(SCORERS, lambda: None)
            session.stop()
            await waiting
            return engine

        return asyncio.run(main())

    return run


def test_a_success_is_counted(learning, enter):
    assert enter("sin(x)*2 + 1.2", over=True).suggested == []
    assert Habits.read().tally.operators == {"sin": 1, "mul": 1, "add": 1}


def test_a_failure_is_not(learning, enter):
    enter("2.0*x + exp(-x)", over=True)
    assert Habits.read().tally.laws == 0


def test_while_a_search_runs_its_front_is_not_final(learning, enter):
    assert len(enter("sin(x)*2 + 1.2", over=False).suggested) == 1
    assert Habits.read().tally.laws == 0


def test_nothing_is_counted_unless_learning_is_on(tmp_path, monkeypatch, enter):
    monkeypatch.setenv("SR_KERNEL_CACHE", str(tmp_path))
    monkeypatch.setattr("sr_kernel.jupyter.session.warm_up", lambda task: None)
    enter("sin(x)*2 + 1.2", over=True)
    assert list(tmp_path.iterdir()) == []
