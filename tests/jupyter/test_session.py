"""A search behind a cell: what is sent, when, and that nothing found is ever lost."""

import asyncio
import os
import signal
import threading
import time
from dataclasses import replace

import pytest

from sr_kernel.errors import SrKernelError
from sr_kernel.formula import problem_of
from sr_kernel.jupyter import session as module
from sr_kernel.jupyter.session import Session
from sr_kernel.report.snapshot import MIME, validate
from sr_kernel.search.beliefs import Beliefs


def run(task, engine, view, drive=None, **keywords):
    """Run a session in a loop, with ``drive(session)`` beside it."""

    async def main():
        session = Session(
            task, engine, view, time_limit=10, loop=asyncio.get_running_loop(), **keywords
        )
        session.start()
        beside = asyncio.ensure_future(drive(session)) if drive else None
        await session.wait()
        if beside:
            await beside
        return session

    return asyncio.run(main())


@pytest.fixture(autouse=True)
def _no_warm_up(monkeypatch):
    monkeypatch.setattr("sr_kernel.jupyter.session.warm_up", lambda task: None)


def test_a_search_runs_to_its_end(task, make, comms):
    engine, view = make.Engine([make.progress(), make.result()]), make.View()
    session = run(task, engine, view)
    assert engine.closed
    assert [law.equation for law in session.laws] == ["a", "a**1.5"]
    last = view.bundles[-1]
    assert set(last) >= {MIME, "text/html", "text/plain", "text/latex"}
    assert not any("widget" in mime for mime in last)
    assert validate(last[MIME])["status"] == "finished"
    assert last[MIME]["session"] == session.key == comms[0].opened["session"]
    assert comms[0].snapshots()[-1] == last[MIME]


def test_what_the_guide_expected_is_shown_live_and_kept(task, make, comms):
    beliefs = Beliefs({"sin": 0.5}, {"a": 1.0}, {}, 3.0, 0.0, 10.0, (("log(P)", 0.5),), "g", 0.1)
    told = replace(make.progress(), beliefs=beliefs)
    ended = replace(make.result(), beliefs=beliefs)
    engine, view = make.Engine([told]), make.View()

    async def drive(session):
        await asyncio.sleep(0.3)
        assert validate(session.snapshot())["guide"]["operators"] == [["sin", 0.5]]
        assert "guide: expects sin" in session.bundle()["text/plain"]
        engine.queue.put(ended)

    session = run(task, engine, view, drive)
    assert session.laws.beliefs == beliefs
    assert view.bundles[-1][MIME]["guide"]["peels"] == [["log(P)", 0.5]]


def test_what_the_guide_expected_is_kept_of_a_search_left_behind(task, make, comms):
    beliefs = Beliefs({}, {}, {}, 3.0, 0.0, 10.0, (), "g", 0.1)
    engine = make.Engine([replace(make.progress(), beliefs=beliefs)], deaf=True)

    async def drive(session):
        await asyncio.sleep(0.3)
        session.interrupt()
        session.interrupt()

    assert run(task, engine, make.View(), drive).laws.beliefs == beliefs


def test_the_first_output_is_there_before_any_news(task, make, comms):
    view = make.View()
    run(task, make.Engine([make.result()]), view)
    assert validate(view.bundles[0][MIME])["status"] == "running"
    assert validate(comms[0].opened["snapshot"])["front"] == []


def test_news_are_sent_at_most_ten_times_and_at_least_twice_a_second(task, make, comms):
    engine = make.Engine([make.progress(t / 100) for t in range(1, 100)])

    async def drive(session):
        await asyncio.sleep(2.0)
        session.stop()

    run(task, engine, make.View(), drive)
    sent = [s for s in comms[0].snapshots() if s["status"] == "running"]
    assert 4 <= len(sent) <= 20
    elapsed = [snapshot["elapsed"] for snapshot in sent]
    assert elapsed == sorted(elapsed)
    assert elapsed[-1] > 2.0


def test_the_saved_output_is_refreshed_while_it_runs(task, make, comms, monkeypatch):
    monkeypatch.setattr(module, "SAVE_EVERY", 0.2)
    view = make.View()

    async def drive(session):
        await asyncio.sleep(0.7)
        session.stop()

    run(task, make.Engine([make.progress()]), view, drive)
    assert [b[MIME]["status"] for b in view.bundles[1:3]] == ["running", "running"]
    assert view.bundles[1][MIME]["front"][0]["equation"] == "a"


def test_stop_keeps_what_was_found(task, make, comms):
    async def drive(session):
        await asyncio.sleep(0.2)
        start = time.monotonic()
        comms[0].ask(id=7, cmd="stop")
        while session.laws is None:
            await asyncio.sleep(0.01)
        assert time.monotonic() - start < 0.5

    session = run(task, make.Engine([make.progress()]), make.View(), drive)
    assert comms[0].replies() == [{"re": 7, "ok": True}]
    assert session.laws.status == "stopped"
    assert len(session.laws) == 2


def test_a_cancelled_cell_keeps_what_was_found(task, make, comms):
    async def main():
        session = Session(
            task, make.Engine([make.progress()]), make.View(), time_limit=10,
            loop=asyncio.get_running_loop(),
        )  # fmt: skip
        session.start()
        waiting = asyncio.ensure_future(session.wait())
        await asyncio.sleep(0.2)
        waiting.cancel()
        laws = await waiting
        assert not waiting.cancelled()
        return laws

    assert len(asyncio.run(main())) == 2


def test_a_process_that_does_not_answer_is_left_behind(task, make, comms):
    engine = make.Engine([make.progress()], deaf=True)

    async def drive(session):
        await asyncio.sleep(0.3)
        session.interrupt()
        session.interrupt()

    session = run(task, engine, make.View(), drive)
    assert engine.closed
    assert [law.equation for law in session.laws] == ["a"]
    assert session.laws.status == "stopped"


def test_a_blocking_wait_survives_ctrl_c(task, make):
    session = Session(task, make.Engine([make.progress()]), make.View(), time_limit=10)
    session.start()
    before = signal.getsignal(signal.SIGINT)
    threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
    assert len(session.wait_blocking()) == 2
    assert signal.getsignal(signal.SIGINT) is before


def test_a_blocking_wait_works_in_any_thread(task, make):
    found = []

    def work():
        session = Session(task, make.Engine([make.result()]), make.View(), time_limit=10)
        session.start()
        found.append(session.wait_blocking())

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(10)
    assert len(found[0]) == 2


def test_a_dead_process_is_told_and_its_laws_kept(task, make, comms):
    view = make.View()
    engine = make.Engine([make.progress(), make.result("failed", make.front[:1])])
    session = run(task, engine, view)
    assert len(session.laws) == 1
    assert view.bundles[-1][MIME]["status"] == "failed"
    assert "ended unexpectedly" in view.bundles[-1][MIME]["message"]


def test_a_broken_connection_is_an_error_in_the_cell(task, make, comms):
    engine, view = make.Engine([make.progress(), OSError("pipe")]), make.View()
    with pytest.raises(OSError, match="pipe"):
        run(task, engine, view)
    assert engine.closed
    last = view.bundles[-1][MIME]
    assert (last["status"], len(last["front"])) == ("failed", 1)
    assert last["message"].startswith("pipe: what was found")


def test_nothing_found_is_said(task, make, comms):
    view = make.View()
    run(task, make.Engine([make.result("time", ())]), view)
    assert "no law was found" in view.bundles[-1][MIME]["message"]


def test_what_went_wrong_on_the_way_is_said(task, make, comms):
    view = make.View()
    result = replace(make.result("memory"), reports=("proposer A raised X", "task failed"))
    run(task, make.Engine([result]), view)
    shown = view.bundles[-1][MIME]
    assert shown["message"] == "proposer A raised X; task failed"
    assert shown["status"] == "finished"


def test_an_unknown_command_gets_an_error(task, make, comms):
    async def drive(session):
        comms[0].ask(id=1, cmd="eval", text="1")
        comms[0].ask(id=2, cmd="score")
        comms[0].received({"content": {"data": "nonsense"}})
        await asyncio.sleep(0.1)
        session.stop()

    run(task, make.Engine(), make.View(), drive)
    replies = comms[0].replies()
    assert [reply["re"] for reply in replies] == [1, 2, None]
    assert "unknown command 'eval'" in replies[0]["error"]
    assert all("error" in reply for reply in replies)


def test_a_bug_behind_a_request_is_answered_too(task, make, comms, monkeypatch, caplog):
    def broken(*arguments):
        raise ZeroDivisionError

    monkeypatch.setattr("sr_kernel.jupyter.desk.score_edit", broken)

    async def drive(session):
        comms[0].ask(id=1, cmd="score", text="a")
        await asyncio.sleep(0.2)
        session.stop()

    run(task, make.Engine(), make.View(), drive)
    assert "ZeroDivisionError" in comms[0].replies()[0]["error"]
    assert "failed" in caplog.text


def test_a_view_that_comes_later_is_served_and_one_that_left_is_not(task, make, comms):
    late = make.Comm()

    async def drive(session):
        session.attach(late)
        assert late.snapshots()[0]["status"] == "running"
        comms[0].close_received({})
        left = len(comms[0].sent)
        await asyncio.sleep(0.2)
        session.stop()
        while session.laws is None:
            await asyncio.sleep(0.01)
        assert len(comms[0].sent) == left

    run(task, make.Engine([make.progress()]), make.View(), drive)
    assert late.snapshots()[-1]["status"] == "stopped"


def test_an_edit_is_scored_while_the_search_runs_and_kept(task, make, comms):
    view = make.View()

    async def drive(session):
        await asyncio.sleep(0.2)
        comms[0].ask(id="e1", cmd="score", text="P = 2*a**1.4", base="sr1:a")
        while not comms[0].replies():
            await asyncio.sleep(0.01)
        comms[0].ask(id="e2", cmd="score", text="b + 1")
        while len(comms[0].replies()) < 2:
            await asyncio.sleep(0.01)
        session.stop()

    session = run(task, make.Engine([make.progress()]), view, drive)
    good, bad = comms[0].replies()
    assert good["law"]["parameters"]
    assert good["verdict"]["status"] == "different"
    assert "no variable 'b'" in bad["error"]
    assert bad["position"] == 0
    kept = validate(view.bundles[-1][MIME])["edits"]
    assert [edit["id"] for edit in kept] == [good["law"]["id"]]
    assert session.laws.snapshot()["edits"] == kept


def test_an_edit_after_the_end_is_saved(task, make, comms):
    view = make.View()

    async def main():
        session = Session(
            task, make.Engine([make.result()]), view, time_limit=10,
            loop=asyncio.get_running_loop(),
        )  # fmt: skip
        session.start()
        laws = await session.wait()
        for _ in range(2):
            reply = await session.answer({"cmd": "score", "text": "a**1.5", "base": "sr1:a**1.5"})
        await asyncio.sleep(0)
        return laws, reply

    laws, reply = asyncio.run(main())
    assert reply["verdict"]["status"] == "equal"
    [edit] = view.bundles[-1][MIME]["edits"]
    assert edit["verdict"] == reply["verdict"]
    assert laws.snapshot()["edits"] == view.bundles[-1][MIME]["edits"]


def test_a_request_for_a_forgotten_search_is_told_so(task, make, comms):
    async def main():
        session = Session(
            task, make.Engine([make.result()]), make.View(), time_limit=10,
            loop=asyncio.get_running_loop(),
        )  # fmt: skip
        session.start()
        await session.wait()
        del session
        import gc

        gc.collect()
        comms[0].ask(id=1, cmd="score", text="a")
        await asyncio.sleep(0.1)

    asyncio.run(main())
    assert "run the cell again" in comms[0].replies()[0]["error"]


def test_errors_are_the_packages_own(task, make):
    async def ask():
        session = Session(task, make.Engine(), make.View(), time_limit=1)
        await session.answer({"cmd": None})

    with pytest.raises(SrKernelError):
        asyncio.run(ask())


def test_derived_predictors_are_shown_in_the_tables_columns(make, comms):
    task = problem_of("y ~ log(x)", {"x": [1.0, 2.0, 4.0], "y": [0.1, 1.5, 2.7]}, name="t")
    [name] = task.problem.variables
    found = make.law_of(f"2*`{name}`", 0.1)
    engine = make.Engine([make.progress(front=(found,)), make.result(front=(found,))])
    session = run(task, engine, make.View())
    running = [s for s in comms[0].snapshots() if s["status"] == "running" and s["front"]]
    assert all(s["front"][0]["equation"] == "2*log(x)" for s in running)
    assert [law.equation for law in session.laws] == ["2*log(x)"]


def test_while_it_runs_a_derived_law_is_written_out(make):
    task = problem_of("y ~ log(x)", {"x": [1.0, 2.0, 4.0], "y": [0.1, 1.5, 2.7]}, name="t")
    found = make.law_of(f"2*`{task.problem.variables[0]}`", 0.1)
    session = Session(task, make.Engine([make.progress(front=(found,))]), make.View(), time_limit=9)
    session.start()
    time.sleep(0.2)
    assert session._step() is False
    [entry] = session.snapshot()["front"]
    assert (entry["equation"], entry["complexity"]) == ("2*log(x)", 4)
    session.stop()
    session.wait_blocking()


def test_a_session_without_a_kernel_takes_no_comms(task, make):
    session = Session(task, make.Engine([make.result()]), make.View(), time_limit=9)
    session.start()
    comm = make.Comm()
    session.attach(comm)
    assert session.wait_blocking().session is None
    assert comm.sent == []
