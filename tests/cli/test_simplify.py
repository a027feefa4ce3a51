"""sr-kernel simplify."""

import json
import os
import signal
import threading

import pytest

from sr_kernel.expr import parse
from sr_kernel.simplify.process import shared_process


def test_text(shell):
    done = shell("simplify", "sin(x)**2 + cos(x)**2")
    assert (done.code, done.out, done.err) == (0, ["1"], [])


def test_json_has_the_agreed_fields(shell):
    done = shell("simplify", "x/x", "--json")
    [answer] = done.answers
    assert list(answer) == [
        "id", "expr", "result", "size_in", "size_out", "conditions", "stop_reason", "seconds"
    ]  # fmt: skip
    assert (answer["expr"], answer["result"], answer["size_in"], answer["size_out"]) == (
        "x/x", "1", 3, 1
    )  # fmt: skip
    assert answer["conditions"] == ["x != 0"]


def test_options(shell):
    assert shell("simplify", "sqrt(x**2)", "--assume", "x > 0").out == ["x"]
    assert shell("simplify", "x/x", "--domain", "preserve").out == ["x/x"]
    assert shell("simplify", "-x - x", "--cost", "flops", "--time-limit", "2").code == 0


def test_conditions_are_told_beside_the_result(shell):
    done = shell("simplify", "x/x")
    assert done.out == ["1"]
    assert done.err == ["sr-kernel: equal where x != 0"]


@pytest.mark.parametrize(
    "expr",
    [
        "", "x +", "foo(x)", "__import__('os').system('true')", "(" * 3000 + "x" + ")" * 3000,
        "x + " * 25_000 + "x", "1/0", "x = 1", "\x00",
    ],
)  # fmt: skip
def test_bad_input_is_one_line_and_code_2(shell, expr):
    done = shell("simplify", expr, "--json")
    assert done.code == 2
    assert done.out == []
    assert len(done.err) == 1
    assert len(done.err[0]) < 500


def test_contradicting_assumptions(shell):
    done = shell("simplify", "x", "--assume", "x > 0", "--assume", "x < 0")
    assert (done.code, len(done.err)) == (2, 1)


def test_lines_are_answered_in_order_whatever_happens(shell, stdin):
    stdin(
        '{"expr": "x + x", "id": 7}',
        "nonsense",
        "",
        '{"expr": "x +", "id": "b"}',
        '{"expr": 3}',
        '["x"]',
        '{"expr": "sqrt(x**2)", "assume": ["x > 0"]}',
        '{"expr": "sqrt(x**2)", "assume": "x < 0"}',
        '{"expr": "x", "assume": ["x > 0", "x < 0"]}',
        '{"expr": "x", "assume": 3}',
        '{"expr": "' + "(" * 3000 + "x" + ")" * 3000 + '"}',
        "[" * 100_000,
        b'{"expr": "x\xff"}\n',
        b"\xff\xfe\n",
        json.dumps({"expr": "y*1", "id": None}),
    )
    done = shell("simplify", "-", "--json")
    assert done.code == 0
    assert len(done.answers) == len(done.out) == 15
    found = [answer.get("result") for answer in done.answers]
    assert found == [
        "2*x", None, None, None, None, None, "x", "-x", None, None, None, None, None, None, "y"
    ]  # fmt: skip
    for answer in done.answers:
        assert ("error" in answer) != ("result" in answer)
        assert list(answer)[:2] == ["id", "expr"]
        assert "\n" not in answer.get("error", "")
    assert [done.answers[i]["id"] for i in (0, 3, 14)] == [7, "b", None]


def test_last_line_without_a_newline(shell, stdin):
    stdin(b'{"expr": "x + 0"}')
    assert [a["result"] for a in shell("simplify", "-", "--json").answers] == ["x"]


def test_no_lines(shell, stdin):
    stdin()
    done = shell("simplify", "-", "--json")
    assert (done.code, done.out) == (0, [])


def test_text_answers_to_lines(shell, stdin):
    stdin('{"expr": "x + x"}', '{"expr": "x +"}')
    done = shell("simplify", "-")
    assert done.out[0] == "2*x"
    assert done.out[1].startswith("error: ")


def test_batches_give_the_same_as_one_by_one(shell, stdin):
    exprs = ["x*y + x*z", "exp(log(x))", "(x**2 - 1)/(x - 1)", "sin(-x)", "x + x", "x**0.5"]
    alone = [shell("simplify", expr, "--json").answers[0] for expr in exprs]
    stdin(*(json.dumps({"expr": expr}) for expr in exprs))
    together = shell("simplify", "-", "--json").answers
    assert [a["result"] for a in together] == [a["result"] for a in alone]
    assert [a["conditions"] for a in together] == [a["conditions"] for a in alone]


HARD = "*".join(f"(x**{i} + y**{i + 1} + {i})**{i % 5 + 2}" for i in range(1, 30))


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
def test_every_line_is_answered_when_the_worker_is_killed(shell, stdin):
    process = shared_process()
    process.start()
    killing = threading.Timer(0.4, os.kill, (process.pid, signal.SIGKILL))
    killing.start()
    stdin(*(json.dumps({"expr": expr, "id": expr[:5]}) for expr in ("x + x", HARD, "y*1", "x +")))
    done = shell("simplify", "-", "--json")
    killing.join()
    assert [answer["id"] for answer in done.answers] == ["x + x", HARD[:5], "y*1", "x +"]
    assert [answer.get("result") for answer in done.answers][::2] == ["2*x", "y"]
    assert len(done.answers[1]["result"]) <= len(HARD) + 100
    assert "error" in done.answers[3]


def test_the_time_limit_is_for_each_line(shell, stdin):
    easy = ["x + x", "sin(x)**2 + cos(x)**2", "y*1"]
    stdin(*(json.dumps({"expr": expr}) for expr in (HARD, *easy, HARD)))
    done = shell("simplify", "-", "--json", "--time-limit", "0.3")
    reasons = [answer["stop_reason"] for answer in done.answers]
    assert reasons == ["time", "done", "done", "done", "time"]
    assert [answer["result"] for answer in done.answers][1:4] == ["2*x", "1", "y"]
    assert all(answer["seconds"] < 0.3 * 1.5 + 0.25 for answer in done.answers)


@pytest.mark.parametrize("option", [[], ["--time-limit", "5"]], ids=["batched", "each"])
def test_lines_that_are_too_much_are_answered(shell, stdin, option):
    bad = [
        "sin(" * 3000 + "x" + ")" * 3000, "x" * 100_000, "x + " * 25_000 + "x", "-" * 100_000 + "x",
        "(" * 100_000, "nan", "inf", "1e999", "0/0", "1/0 + x", "sqrt(-1)", "x**x**x**x",
    ]  # fmt: skip
    stdin(
        *(json.dumps({"expr": expr}) for expr in bad),
        json.dumps({"expr": "x", "assume": ["x > 0", "x < 0"]}),
        json.dumps({"expr": "x/x", "assume": ["x == 0"]}),
        json.dumps({"expr": "x + x"}),
    )
    done = shell("simplify", "-", "--json", *option)
    assert done.code == 0
    assert len(done.answers) == len(done.out) == len(bad) + 3
    assert all(("error" in answer) != ("result" in answer) for answer in done.answers)
    assert "internal error" not in "".join(done.out)
    assert done.answers[-1]["result"] == "2*x"


def test_half_a_surrogate_pair_costs_one_line_its_answer_and_no_other(shell, stdin):
    stdin(
        r'{"expr": "x + x", "id": "\ud800"}', r'{"expr": "\ud800"}', r'{"expr": "`\udfff` + 1"}',
        '{"expr": "y - y"}',
    )  # fmt: skip
    done = shell("simplify", "-", "--json")
    assert done.code == 0
    assert [answer.get("result") for answer in done.answers] == ["2*x", None, None, "0"]
    assert done.answers[0]["id"] == "\ud800"


def test_what_a_terminal_would_obey_is_escaped(shell, stdin):
    unseen = ["\x1b[2J", "\x9b2J", "\u202e", "\u200f", "\x07", "\u2028"]
    stdin(*(json.dumps({"expr": f"x + {text}", "id": text}) for text in unseen))
    done = shell("simplify", "-", "--json")
    assert [answer["id"] for answer in done.answers] == unseen
    assert all("error" in answer for answer in done.answers)
    assert "".join(done.out).isprintable()
    stdin(*(json.dumps({"expr": f"x + {text}", "assume": text}) for text in unseen))
    done = shell("simplify", "-")
    assert len(done.out) == len(unseen)
    assert "".join(done.out).isprintable()


NAMES = ["E", "I", "beta", "lambda", "S", "N", "zeta", "gamma", "Q", "oo1", "`e`", "`sin`", "`nan`"]


def test_names_of_functions_elsewhere_are_variables(shell, stdin):
    stdin(*(json.dumps({"expr": f"{name} + {name}"}) for name in NAMES))
    done = shell("simplify", "-", "--json")
    assert [parse(answer["result"]) for answer in done.answers] == [parse(f"2*{n}") for n in NAMES]


@pytest.mark.parametrize(
    ("expr", "position", "way_out"),
    [
        ("x + qqq(y)", 5, "known are"), ("sin(x, y)", 1, "takes 1 argument"),
        ("x + max(y)", 5, "two or more"), ("x/0", 2, "literal zero"), ("mod(x, 0)", 1, "zero"),
        ("1 + nan", 5, "not a number"), ("-inf*x", 2, "not a number"), ("sin + 1", 1, "backticks"),
        ("2x", 2, "use *"), ("x +", 4, "stops early"), ("(x", 1, "never closed"),
        ("x²", 2, "x**2"), ("x\u200b + 1", 2, "may not be seen"), ("a = b", 3, "no ="),
        ("siin(x)", 1, "did you mean sin"), ("__x + 1", 1, "backticks"), ("1e999", 1, "range"),
    ],
)  # fmt: skip
def test_errors_have_a_position_and_a_way_out(shell, stdin, expr, position, way_out):
    stdin(json.dumps({"expr": expr}))
    [answer] = shell("simplify", "-", "--json").answers
    assert f"(at character {position})" in answer["error"]
    assert way_out in answer["error"]
