"""Requests of the front end about laws: menus, spellings, constants, holes, undo."""

import asyncio

import numpy as np
import pytest

from sr_kernel.errors import ExpressionError, OptionError
from sr_kernel.formula import problem_of
from sr_kernel.jupyter import parts
from sr_kernel.jupyter.session import Session
from sr_kernel.report.snapshot import MIME, validate
from sr_kernel.search.score import score


@pytest.fixture(autouse=True)
def _no_warm_up(monkeypatch):
    monkeypatch.setattr("sr_kernel.jupyter.session.warm_up", lambda task: None)


@pytest.fixture(scope="module")
def task():
    x = np.linspace(1, 4, 40)
    z = np.cos(7 * x) + 2
    return problem_of("y ~ x + z", {"x": x, "z": z, "y": 2.5 * x * z + 1.3 * x}, name="t")


@pytest.fixture
def law(task):
    from sr_kernel.expr import parse

    return score(task.scoring, parse("2.4*x*z + 1.1*x"), fixed=())


@pytest.fixture
def ask(task, law, make, comms):
    """Runs ``requests(answer, session)`` against a search that is over, or that still runs."""

    def run(requests, *, over=True):
        async def main():
            script = [make.progress(front=(law,))]
            if over:
                script.append(make.result("time", (law,)))
            engine, view = make.Engine(script), make.View()
            session = Session(task, engine, view, time_limit=10, loop=asyncio.get_running_loop())
            session.start()
            waiting = asyncio.ensure_future(session.wait())
            while session.laws is None if over else not session.snapshot()["front"]:
                await asyncio.sleep(0.01)

            async def answer(cmd, **fields):
                return await session.answer({"cmd": cmd, **fields})

            await requests(answer, session)
            await asyncio.sleep(0)
            session.stop()
            await waiting
            return session, engine, view

        return asyncio.run(main())

    return run


def factored(menu):
    return next(form for form in menu["forms"] if "factored" in form["goals"])


@pytest.mark.parametrize("over", [True, False])
def test_a_part_is_swapped_in_place(ask, law, over):
    async def requests(answer, session):
        form = factored(await answer("menu", law=law.key, path=[]))
        reply = await answer("swap", law=law.key, path=[], text=form["text"])
        assert (reply["law"]["id"], reply["law"]["equation"]) == (law.key, form["text"])
        assert reply["law"]["loss"] == law.loss
        assert [entry["equation"] for entry in session.snapshot()["front"]] == [form["text"]]
        assert session.snapshot()["edits"] == []
        told = await answer("explain", law=law.key)
        assert told["start"]["text"] == law.equation
        assert told["steps"][-1]["text"] == form["text"]

    session, _, view = ask(requests, over=over)
    if over:
        assert session.laws.front[0].equation == session.laws.best.equation
        assert session.laws.front[0].equation.startswith("x*(")
        assert validate(view.bundles[-1][MIME])["front"][0]["equation"].startswith("x*(")


def test_the_same_function_entered_in_other_words_leaves_the_front_as_it_is(ask, law):
    async def requests(answer, session):
        edit = await answer("score", text="2.5*z*x + 13*x/10", base=law.key)
        assert (edit["law"]["id"], edit["verdict"]["status"]) == (law.key, "equal")
        menu = await answer("menu", law=law.key, path=[0])
        assert menu["part"]["tree"] == session.snapshot()["front"][0]["tree"][1]

    ask(requests)


def test_undo_and_redo_of_a_swap_and_an_edit(ask, law):
    async def requests(answer, session):
        form = factored(await answer("menu", law=law.key, path=[]))
        await answer("swap", law=law.key, path=[], text=form["text"])
        edit = await answer("score", text="2*x + z", base=law.key)
        assert (await answer("undo"))["law"] == edit["law"]["id"]
        assert session.snapshot()["edits"] == []
        assert (await answer("undo"))["law"] == law.key
        assert session.laws.front[0].equation == law.equation
        state = session.snapshot()
        assert (state["can_undo"], state["can_redo"]) == (False, True)
        await answer("redo")
        assert session.laws.front[0].equation == form["text"]
        assert (await answer("undo"))["ok"]
        assert (await answer("undo"))["law"] is None

    ask(requests)


def test_a_constant_is_frozen_snapped_and_freed(ask, law, task):
    async def requests(answer, session):
        path = [1, 0]
        menu = await answer("menu", law=law.key, path=path)
        assert menu["constant"]["value"] == pytest.approx(1.3)
        reply = await answer("constant", law=law.key, path=path, do="freeze")
        assert reply["law"]["id"] == law.key
        frozen = await answer("menu", law=law.key, path=path)
        assert frozen["constant"]["fixed"]
        edit = await answer("score", text="2*x*z + 1.3*x + 0.1*z", base=law.key)
        held = session._desk.known(edit["law"]["id"])
        assert [p.value for p in held.parameters if p.fixed] == [pytest.approx(1.3)]
        snap = await answer("constant", law=law.key, path=[0, 0], do="snap", text="5/2")
        assert "5/2" in snap["law"]["equation"]
        free = await answer("constant", law=law.key, path=path, do="free")
        assert free["verdict"]["status"] == "equal"
        assert not any(p.fixed for p in session._desk.known(free["law"]["id"]).parameters)

    ask(requests)


def test_edits_are_seeds_of_a_running_search(ask, law):
    async def requests(answer, session):
        entered.append(await answer("score", text="2*x + z", base=law.key))

    entered = []
    _, engine, _ = ask(requests, over=False)
    assert [str(expr) for expr in engine.suggested] == [entered[0]["law"]["equation"]]
    _, engine, _ = ask(requests, over=True)
    assert engine.suggested == []


def test_a_hole_is_filled_by_click_and_by_typing(ask, law, monkeypatch):
    monkeypatch.setattr(parts, "FILL_SECONDS", 2.0)

    async def requests(answer, session):
        clicked = await answer("fill", law=law.key, path=[1])
        typed = await answer("score", text="2.5*x*z + ?", base=law.key)
        for reply in (clicked, typed):
            assert reply["law"]["r2"] == pytest.approx(1.0)
            assert "ʔ" not in reply["law"]["equation"]
        assert session.snapshot()["edits"]

    ask(requests)


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ({"cmd": "menu", "law": "nobody", "path": []}, "no law 'nobody'"),
        ({"cmd": "menu", "path": []}, "no law 'None'"),
        ({"cmd": "swap", "law": 7, "path": []}, "no law '7'"),
        ({"cmd": "fill", "law": ["x"], "path": []}, "no law"),
        ({"cmd": "constant", "law": None, "path": [], "do": "freeze"}, "no law"),
        ({"cmd": "score", "text": 5}, "no formula to score"),
        ({"cmd": "ban", "law": "nobody", "path": []}, "the search is over"),
    ],
)
def test_what_is_not_there(ask, request_, message):
    async def requests(answer, session):
        with pytest.raises(OptionError, match=message):
            await session.answer(request_)

    ask(requests)


@pytest.mark.parametrize("path", [None, "x", [9], [0, 0, 0], {"a": 1}, [1e9], [-1]])
def test_what_is_no_path(ask, law, path):
    async def requests(answer, session):
        with pytest.raises(ExpressionError):
            await answer("menu", law=law.key, path=path)
        with pytest.raises(ExpressionError):
            await answer("fill", law=law.key, path=path)

    ask(requests)


def test_what_cannot_be_done_with_a_constant(ask, law):
    async def requests(answer, session):
        with pytest.raises(OptionError, match="not 'explode'"):
            await answer("constant", law=law.key, path=[1, 0], do="explode")
        with pytest.raises(ExpressionError, match="no variable 'x'"):
            await answer("constant", law=law.key, path=[1, 0], do="snap", text="x")

    ask(requests)


def test_a_law_that_is_not_there_cannot_be_banned(ask):
    async def requests(answer, session):
        with pytest.raises(OptionError, match="no law 'nobody'"):
            await answer("ban", law="nobody", path=[])

    ask(requests, over=False)


def test_a_law_that_left_the_front_is_still_known(task, law, make, comms):
    async def main():
        engine = make.Engine([make.progress(front=(law,)), make.progress(front=make.front)])
        session = Session(
            task, engine, make.View(), time_limit=10, loop=asyncio.get_running_loop()
        )
        session._progress = make.progress(front=(law,))
        session.snapshot()
        session._progress = make.progress(front=make.front)
        session.snapshot()
        return session, await session.answer({"cmd": "menu", "law": law.key, "path": []})

    session, menu = asyncio.run(main())
    assert menu["part"]["text"] == law.equation
    assert len(session._desk._seen) == 3
