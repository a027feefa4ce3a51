"""What a front end is told of a law: its derivation and its e-graph."""

import asyncio
import json
import random
import threading

import pytest

from sr_kernel.errors import OptionError
from sr_kernel.expr import apply, from_tree, number, parse, symbol
from sr_kernel.jupyter import desk as module
from sr_kernel.jupyter.inspection import answer_about, egraph_answer, explain_answer
from sr_kernel.jupyter.session import Session
from sr_kernel.report.snapshot import MAX_BYTES, MAX_TEXT


@pytest.fixture(autouse=True)
def _no_warm_up(monkeypatch):
    monkeypatch.setattr("sr_kernel.jupyter.session.warm_up", lambda task: None)


def test_the_steps_lead_to_the_simplest_form(make):
    answer = explain_answer(None, make.law_of("sin(x)**2 + cos(x)**2 + x", 0.1))
    assert answer["start"]["text"] == "sin(x)**2 + cos(x)**2 + x"
    assert [step["rule"] for step in answer["steps"]] == ["pythagoras"]
    assert answer["steps"][-1]["text"] == "x + 1"
    assert answer["stop_reason"] == "proved"


def test_the_steps_lead_from_the_spelling_that_was_found(make):
    answer = explain_answer(parse("x/x + sqrt(x**2)"), make.law_of("abs(x) + 1", 0.1))
    assert answer["start"]["text"] == "x/x + sqrt(x**2)"
    assert answer["steps"][-1]["text"] == "abs(x) + 1"
    assert ["x != 0"] in [step["conditions"] for step in answer["steps"]]


def test_no_proof_is_no_step(make):
    answer = explain_answer(parse("2.5*x"), make.law_of("2.75*x", 0.1))
    assert (answer["steps"], answer["stop_reason"]) == ([], "no proof found")
    answer = explain_answer(None, make.law_of("x", 0.1))
    assert (answer["steps"], answer["stop_reason"]) == ([], "proved")


def test_the_graph_of_a_law(make):
    answer = egraph_answer(make.law_of("2.5*exp(a)*exp(b)", 0.1))
    root = answer["classes"][answer["root"]]
    assert root["id"] == answer["root"] == 0
    assert [form["text"] for form in root["forms"]] == ["2.5*exp(a + b)", "2.5*exp(a)*exp(b)"]
    assert [from_tree(form["tree"]) for form in root["forms"]] == [
        parse(form["text"]) for form in root["forms"]
    ]
    [join] = answer["joins"]
    assert (join["rule"], join["before"], join["after"]) == (
        "exp-mul", "exp(a)*exp(b)", "exp(a + b)",
    )  # fmt: skip
    joined = answer["classes"][join["left"]]
    assert join["left"] == join["right"] == joined["id"]
    assert {"exp(a + b)", "exp(a)*exp(b)"} == {form["text"] for form in joined["forms"]}
    assert {node["op"] for node in joined["nodes"]} == {"exp", "mul"}
    assert answer["complete"] is True


def test_the_signs_of_the_data_are_taken_for_granted(task, make):
    law = make.law_of("sqrt(a**2)", 0.1)
    assert answer_about("explain", law, task)["steps"][-1]["text"] == "a"
    forms = answer_about("egraph", law, task)["classes"][0]["forms"]
    assert forms[0]["text"] == "a"
    assert "a" not in [form["text"] for form in egraph_answer(law)["classes"][0]["forms"]]


def within_bounds(answer):
    assert len(json.dumps(answer, allow_nan=False)) <= MAX_BYTES
    assert len(answer["classes"]) <= 60
    assert len(answer["joins"]) <= 200
    for each in answer["classes"]:
        assert max(len(each["forms"]), len(each["nodes"])) <= 12
        for text in (item["text"] for item in (*each["forms"], *each["nodes"])):
            assert len(text) <= MAX_TEXT
    assert all(
        len(join[end]) <= MAX_TEXT for join in answer["joins"] for end in ("before", "after")
    )


LARGE = {
    "long names": lambda: " + ".join(f"`{'n' * 150}{i}`*exp(x)*exp({i}*y)" for i in range(16)),
    "long sum": lambda: " + ".join(f"x{i}" for i in range(148)),
    "deep": lambda: "sin(" * 150 + "x" + ")" * 150,
    "long products": lambda: "*".join(f"sin(x{i})/cos(x{i})" for i in range(25)),
}


@pytest.mark.parametrize("text", LARGE.values(), ids=LARGE)
def test_answers_about_large_laws_are_bounded(make, text):
    law = make.law_of(text(), 0.1)
    answer = egraph_answer(law)
    within_bounds(answer)
    assert answer["classes"][0]["forms"]
    assert len(explain_answer(None, law)["steps"]) <= 100


def test_an_answer_is_made_smaller_until_it_fits(make, monkeypatch):
    law = make.law_of("sin(x)**2 + cos(x)**2 + exp(a)*exp(b)", 0.1)
    whole = egraph_answer(law)
    monkeypatch.setattr("sr_kernel.jupyter.inspection.MAX_BYTES", len(json.dumps(whole)) - 1)
    less = egraph_answer(law)
    assert len(json.dumps(less)) < len(json.dumps(whole))
    assert (whole["complete"], less["complete"]) == (True, False)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (" + ".join(["x"] * 1000), "1999 nodes, at most 300"),
        (" + ".join(f"`{'n' * 400}{i}`" for i in range(12)), "at most 4000 are looked into"),
    ],
)
def test_what_is_too_large_is_refused(make, text, message):
    law = make.law_of(text, 0.1)
    for answer in (egraph_answer, lambda law: explain_answer(None, law)):
        with pytest.raises(OptionError, match=message):
            answer(law)


def test_a_long_way_is_cut_and_says_so(make, monkeypatch):
    monkeypatch.setattr("sr_kernel.jupyter.inspection.MAX_STEPS", 1)
    answer = explain_answer(None, make.law_of("sin(x)**2 + cos(x)**2 + exp(a)*exp(b)", 0.1))
    assert (len(answer["steps"]), answer["stop_reason"]) == (1, "too many steps")


def random_law(make, seed):
    rng = random.Random(seed)

    def term(size):
        if size < 2:
            constant = number(round(rng.uniform(-3, 3), 3))
            return rng.choice([symbol("x"), symbol("y"), constant])
        if rng.random() < 0.3:
            return apply(rng.choice(("sin", "cos", "exp", "log", "sqrt", "tanh")), term(size - 1))
        left = rng.randint(1, max(1, size - 2))
        op = rng.choice(("add", "mul", "div"))
        return apply(op, term(left), term(max(1, size - 1 - left)))

    return make.law_of(str(term(rng.randint(3, 25))), 0.1)


@pytest.mark.parametrize("seed", range(12))
def test_answers_hold_on_random_laws(make, seed):
    law = random_law(make, seed)
    answer = egraph_answer(law)
    within_bounds(answer)
    assert law.expr in [from_tree(form["tree"]) for form in answer["classes"][0]["forms"]]
    explained = explain_answer(None, law)
    assert from_tree(explained["start"]["tree"]) is law.expr


# ------------------------------------------------------------------ requests


def asked(task, make, comms, *requests):
    """The replies of a running session to requests, one after the other."""

    async def main():
        loop = asyncio.get_running_loop()
        engine = make.Engine([make.progress(front=make.front)])
        session = Session(task, engine, make.View(), time_limit=10, loop=loop)
        session.start()
        waiting = asyncio.ensure_future(session.wait())
        await asyncio.sleep(0.15)
        for place, request in enumerate(requests):
            comms[0].ask(id=place, **request)
            while len(comms[0].replies()) <= place:
                await asyncio.sleep(0.01)
        session.stop()
        await waiting
        return comms[0].replies()

    return asyncio.run(main())


def test_requests_are_answered_while_the_search_runs(task, make, comms):
    graph, steps = asked(
        task, make, comms,
        {"cmd": "egraph", "law": "sr1:a**1.5"}, {"cmd": "explain", "law": "sr1:a"},
    )  # fmt: skip
    assert graph["classes"][0]["forms"][0]["text"] == "a**1.5"
    assert steps == {
        "re": 1, "start": {"tree": "a", "text": "a"}, "steps": [], "stop_reason": "proved",
    }  # fmt: skip


def test_an_edited_law_can_be_looked_into(task, make):
    async def main():
        session = Session(task, make.Engine(), make.View(), time_limit=10)
        scored = await session.answer({"cmd": "score", "text": "2*a**1.4"})
        return scored, await session.answer({"cmd": "egraph", "law": scored["law"]["id"]})

    scored, graph = asyncio.run(main())
    texts = [form["text"] for form in graph["classes"][0]["forms"]]
    assert scored["law"]["equation"] in texts


@pytest.mark.parametrize("command", ["egraph", "explain"])
@pytest.mark.parametrize("law", ["sr1:none", "<script>" * 100, 7, None, ["sr1:a"], {"id": "sr1:a"}])
def test_an_unknown_law_is_an_error_that_names_it(task, make, comms, command, law):
    [reply] = asked(task, make, comms, {"cmd": command, "law": law})
    assert reply["error"].startswith(f"there is no law {str(law)[:40]!r}")
    assert len(reply["error"]) < 120


def test_a_missing_law_is_an_error(task, make, comms):
    [reply] = asked(task, make, comms, {"cmd": "egraph"})
    assert "choose another one" in reply["error"]


def test_the_work_is_done_beside_the_main_thread(task, make, comms, monkeypatch):
    threads = []

    def answer(command, law, task, found):
        threads.append(threading.current_thread())
        return {"command": command}

    monkeypatch.setattr(module, "answer_about", answer)
    [reply] = asked(task, make, comms, {"cmd": "egraph", "law": "sr1:a"})
    assert reply == {"re": 0, "command": "egraph"}
    assert threads[0] is not threading.main_thread()
