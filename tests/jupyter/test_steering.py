"""What a notebook's user says of a running search: hypotheses, pause, more time."""

import asyncio
import time
from dataclasses import replace

import numpy as np
import pytest

from sr_kernel.errors import ExpressionError, OptionError
from sr_kernel.expr import parse
from sr_kernel.formula import problem_of
from sr_kernel.jupyter import session as module
from sr_kernel.jupyter.session import Session
from sr_kernel.jupyter.steering import Steering
from sr_kernel.report.snapshot import MIME, task_snapshot, validate
from sr_kernel.search.hypothesis import MOST, contains
from sr_kernel.search.process import SearchProcess


@pytest.fixture(autouse=True)
def _no_warm_up(monkeypatch):
    monkeypatch.setattr(module, "warm_up", lambda task: None)


@pytest.fixture
def steering(make):
    return Steering(make.Engine(), {}, 10.0)


@pytest.fixture
def laws(make):
    return (make.law_of("a", 0.5), make.law_of("2*sin(a)/cos(a) + b", 0.1))


def ask(steering, laws, **request):
    return steering.answer(request, {law.key: law for law in laws}.__getitem__)


def test_a_part_is_named_by_law_and_path(steering, laws):
    law = laws[1].key
    reply = ask(steering, laws, cmd="ban", law=law, path=[0])
    assert reply["hypothesis"] == {
        "id": "h1", "kind": "ban", "text": "2*sin(a)/cos(a)",
        "tree": ["div", ["mul", 2, ["sin", "a"]], ["cos", "a"]],
    }  # fmt: skip
    [order] = steering.engine.orders
    assert order[1][0].part is parse("2*sin(a)/cos(a)")
    assert steering.kept(laws, laws[1]) == (laws[:1], laws[0])
    again = ask(steering, laws, cmd="ban", law=law, path=[0])
    assert again == reply
    assert steering.state()["hypotheses"] == [reply["hypothesis"]]


def test_columns_of_a_part_may_be_exchanged(steering, laws, make):
    one, other = make.law_of("c*a/b", 0.5), make.law_of("c*(a + b)", 0.1)
    reply = ask(steering, [one], cmd="symmetric", law=one.key, path=[])
    assert reply["hypothesis"] == {
        "id": "h1", "kind": "symmetric", "text": "c + a + b", "tree": ["add", "c", "a", "b"],
    }  # fmt: skip
    ask(steering, laws, cmd="drop", hypothesis="h1")
    reply = ask(steering, laws, cmd="symmetric", law=laws[1].key, path=[])
    assert reply["hypothesis"]["tree"] == ["add", "a", "b"]
    assert steering.kept((one, other), one) == ((other,), other)
    assert ask(steering, [other], cmd="symmetric", law=other.key, path=[1]) == reply
    validate_state(make, steering)
    [told] = steering.engine.orders[-1][1]
    assert (told.kind, told.columns) == ("symmetric", ("a", "b"))


def validate_state(make, steering):
    task = problem_of("P ~ a", {"P": [1.0, 2.0], "a": [1.0, 2.0]})
    made = task_snapshot(
        task, (), None, status="running", elapsed=0.5, candidates=3, distinct=2, **steering.state()
    )
    assert validate(made)["hypotheses"] == steering.state()["hypotheses"]


def test_no_law_is_symmetric_in_what_it_may_not_have(steering, laws):
    ask(steering, laws, cmd="symmetric", law=laws[1].key, path=[])
    ask(steering, laws, cmd="ban", law=laws[0].key, path=[])
    with pytest.raises(OptionError, match="no law has b without a and is symmetric in them"):
        ask(steering, laws, cmd="require", law=laws[1].key, path=[1])
    ask(steering, laws, cmd="drop", hypothesis="h1")
    ask(steering, laws, cmd="require", law=laws[1].key, path=[1])
    with pytest.raises(OptionError, match="no law has b without a and is symmetric in them"):
        ask(steering, laws, cmd="symmetric", law=laws[1].key, path=[])
    assert len(steering.hypotheses) == 2


def test_what_is_dropped_is_shown_again(steering, laws):
    ask(steering, laws, cmd="require", law=laws[1].key, path=[1])
    assert steering.kept(laws, laws[0]) == (laws[1:], laws[1])
    assert ask(steering, laws, cmd="drop", hypothesis="h1") == {"ok": True}
    assert steering.kept(laws, laws[0]) == (laws, laws[0])
    assert steering.engine.orders[-1] == ("steer", ())
    with pytest.raises(OptionError, match="no hypothesis 'h1'"):
        ask(steering, laws, cmd="drop", hypothesis="h1")


@pytest.mark.parametrize(
    "path", [None, "0", [7], [-1], [0, 0, 0, 0, 0], [True], [0.0], [0] * 500, {"0": 0}]
)
def test_a_path_that_leads_nowhere_is_an_error(steering, laws, path):
    with pytest.raises(ExpressionError, match="path"):
        ask(steering, laws, cmd="ban", law=laws[1].key, path=path)


def test_what_makes_no_hypothesis_is_an_error(steering, laws, make):
    with pytest.raises(OptionError, match="is a number"):
        ask(steering, laws, cmd="ban", law=laws[1].key, path=[0, 0, 0])
    with pytest.raises(OptionError, match="rename the column '_x'"):
        ask(steering, [make.law_of("_x", 0.1)], cmd="ban", law="sr1:_x", path=[])
    for path, message in (([0], "nothing can be exchanged"), ([0, 0, 0], "is a number")):
        with pytest.raises(OptionError, match=message):
            ask(steering, laws, cmd="symmetric", law=laws[1].key, path=path)
    wide = make.law_of("*".join(f"column_{k}" for k in range(330)), 0.1)
    with pytest.raises(OptionError, match="longer than 4000"):
        ask(steering, [wide], cmd="symmetric", law=wide.key, path=[])
    ask(steering, laws, cmd="require", law=laws[1].key, path=[0])
    with pytest.raises(OptionError, match=r"no law has .* without sin\(a\)"):
        ask(steering, laws, cmd="ban", law=laws[1].key, path=[0, 0, 1])
    assert len(steering.hypotheses) == 1


def test_hypotheses_are_bounded(steering, make):
    for k in range(MOST):
        law = make.law_of(f"a**{k + 2}", 0.1)
        ask(steering, [law], cmd="ban", law=law.key, path=[])
    with pytest.raises(OptionError, match="drop one first"):
        ask(steering, [make.law_of("b", 0.1)], cmd="ban", law="sr1:b", path=[])


def test_the_clock_stands_still_in_a_pause(steering, laws):
    steering.heard(1.0)
    time.sleep(0.05)
    assert steering.elapsed > 1.0
    ask(steering, laws, cmd="pause")
    held = steering.elapsed
    time.sleep(0.05)
    assert steering.state()["paused"]
    assert steering.elapsed == held
    ask(steering, laws, cmd="resume")
    time.sleep(0.02)
    assert held < steering.elapsed + 0.1
    assert not steering.state()["paused"]
    assert [order[0] for order in steering.engine.orders] == ["pause", "resume"]


def test_more_time_moves_the_limit(steering, laws):
    assert ask(steering, laws, cmd="more", seconds=20) == {"ok": True}
    assert steering.state()["time_limit"] == 30.0
    assert steering.engine.orders == [("extend", 20.0)]
    for seconds in (None, "5", True, 0, -1, float("inf"), float("nan"), 1e9):
        with pytest.raises(OptionError, match="send"):
            ask(steering, laws, cmd="more", seconds=seconds)


def test_columns_of_the_search_are_those_of_the_table(make):
    derived = {"log(x)": parse("log(x)")}
    steering = Steering(make.Engine(), derived, 10.0)
    law = make.law_of("2*log(x)", 1.0)
    steering.answer({"cmd": "ban", "law": law.key, "path": [1]}, lambda key: law)
    [told] = steering.engine.orders[-1][1]
    assert not told.allows(parse("3*`log(x)`"))
    assert told.allows(parse("x**2"))


def run(task, engine, view, drive):
    async def main():
        session = Session(task, engine, view, time_limit=10, loop=asyncio.get_running_loop())
        session.start()
        beside = asyncio.ensure_future(drive(session))
        beside.add_done_callback(lambda _: session.stop())
        await session.wait()
        await beside
        return session

    return asyncio.run(main())


async def replied(comm, count=1):
    while len(comm.replies()) < count:
        await asyncio.sleep(0.01)
    return comm.replies()[-1]


def test_nothing_banned_is_sent_after_the_reply(task, make, comms):
    """The search of this test never hears of it."""
    engine, view = make.Engine([make.progress(front=make.front)]), make.View()

    async def drive(session):
        await asyncio.sleep(0.25)
        comms[0].ask(id=1, cmd="ban", law="sr1:a**1.5", path=[])
        reply = await replied(comms[0])
        assert reply["hypothesis"]["text"] == "a**1.5"
        place = comms[0].sent.index(reply)
        engine.queue.put(make.progress(0.5, make.front))
        await asyncio.sleep(0.3)
        later = [data["snapshot"] for data in comms[0].sent[place:] if "snapshot" in data]
        assert later
        for shown in later:
            assert [law["equation"] for law in shown["front"]] == ["a"]
            assert shown["best"] == "sr1:a"
            assert [one["id"] for one in shown["hypotheses"]] == ["h1"]
        comms[0].ask(id=2, cmd="drop", hypothesis="h1")
        await replied(comms[0], 2)
        assert len(session.snapshot()["front"]) == 2
        comms[0].ask(id=3, cmd="ban", law="sr1:a", path=[])
        await replied(comms[0], 3)

    session = run(task, engine, view, drive)
    assert len(session.laws) == 0
    assert validate(view.bundles[-1][MIME])["front"] == []


def test_pause_resume_and_more_are_told_and_shown(task, make, comms):
    engine = make.Engine([make.progress(1.0)])

    async def drive(session):
        await asyncio.sleep(0.25)
        comms[0].ask(id=1, cmd="pause")
        await replied(comms[0])
        first = session.snapshot()
        await asyncio.sleep(0.2)
        second = session.snapshot()
        assert first["paused"]
        assert first["elapsed"] == second["elapsed"]
        comms[0].ask(id=2, cmd="more", seconds=5)
        comms[0].ask(id=3, cmd="resume")
        await replied(comms[0], 3)
        await asyncio.sleep(0.1)
        last = session.snapshot()
        assert not last["paused"]
        assert last["time_limit"] == 15
        assert last["elapsed"] > second["elapsed"]

    session = run(task, engine, make.View(), drive)
    assert [order[0] for order in engine.orders] == ["pause", "extend", "resume"]
    assert session.laws.question.time_limit == 15


def test_a_search_that_is_over_is_not_steered(task, make, comms):
    async def main():
        session = Session(
            task, make.Engine([make.result()]), make.View(), time_limit=10,
            loop=asyncio.get_running_loop(),
        )  # fmt: skip
        session.start()
        await session.wait()
        with pytest.raises(OptionError, match="the search is over"):
            await session.answer({"cmd": "pause"})

    asyncio.run(main())


def test_a_real_search_obeys_in_the_tables_columns(make, comms):
    generator = np.random.default_rng(1)
    x, z = generator.uniform(1, 5, (2, 80))
    y = 2 * np.log(x) + z**2 + 0.2 * generator.normal(size=80)
    task = problem_of("y ~ log(x) + z", {"x": x, "z": z, "y": y}, name="t")
    engine = SearchProcess(task.problem, time_limit=20)
    view = make.View()

    async def drive(session):
        while not (front := session.snapshot()["front"]):
            await asyncio.sleep(0.05)
        law = next((law for law in front if "z" in law["equation"]), None)
        while law is None:
            await asyncio.sleep(0.05)
            front = session.snapshot()["front"]
            law = next((law for law in front if "z" in law["equation"]), None)
        path, tree = [], law["tree"]
        while tree != "z":
            place = next(k for k, child in enumerate(tree[1:]) if "'z'" in repr(child))
            path, tree = [*path, place], tree[place + 1]
        comms[0].ask(id=1, cmd="ban", law=law["id"], path=path)
        reply = await replied(comms[0])
        assert reply["hypothesis"]["text"] == "z"
        place = comms[0].sent.index(reply)
        await asyncio.sleep(2.5)
        later = [data["snapshot"] for data in comms[0].sent[place:] if "snapshot" in data]
        assert later
        shown = [law["equation"] for snapshot in later for law in snapshot["front"]]
        assert shown
        assert not any(contains(parse(equation), parse("z")) for equation in shown)

    session = run(task, engine, view, drive)
    assert len(session.laws) > 0
    assert not any(contains(law.expr, parse("z")) for law in session.laws)


def test_a_result_is_a_copy_with_what_obeys(make, laws):
    steering = Steering(make.Engine(), {}, 1.0)
    assert steering.kept((), None) == ((), None)
    stranger = replace(laws[0], loss=9.0)
    assert steering.kept(laws, stranger) == (laws, laws[1])
