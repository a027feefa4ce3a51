"""sr-kernel equivalent."""

import pytest

from sr_kernel.cli import equivalent


def test_equal(shell):
    done = shell("equivalent", "x*(y+1)", "x*y+x")
    assert (done.code, done.out) == (0, ["equal"])


def test_different_with_a_point_where_they_differ(shell):
    [answer] = shell("equivalent", "x + 1", "x + 2", "--json").answers
    assert list(answer) == ["status", "counterexample", "conditions", "seconds"]
    assert answer["status"] == "different"
    done = shell("equivalent", "x**2", "x**3")
    assert done.code == 0
    assert done.out[0].startswith("different, for example at x = ")


def test_conditions(shell):
    [answer] = shell("equivalent", "x**2/x", "x", "--json").answers
    assert (answer["status"], answer["conditions"]) == ("equal", ["x != 0"])
    assert shell("equivalent", "x**2/x", "x").out == ["equal, where x != 0"]


def test_assumptions_and_leading_minus(shell):
    done = shell("equivalent", "-sqrt(x**2)", "-x", "--assume", "x >= 0")
    assert (done.code, done.out) == (0, ["equal"])


def test_undecided_is_code_1(shell, monkeypatch):
    from sr_kernel.equality import Verdict

    monkeypatch.setattr(equivalent, "compare", lambda a, b, **options: Verdict("undecided"))
    assert shell("equivalent", "x", "y").code == 1


@pytest.mark.parametrize("words", [["x"], ["x", "y +"], ["-", "x y"], ["x", "1/0"]])
def test_bad_input_is_one_line_and_code_2(shell, words):
    done = shell("equivalent", *words)
    assert done.code == 2
    assert (done.out, len(done.err)) == ([], 1)


def test_lines_are_answered_in_order_whatever_happens(shell, stdin):
    stdin(
        '{"a": "x + x", "b": "2*x", "id": 1}', '{"a": "x"}', "nonsense", '{"a": "x", "b": "y +"}',
        '{"a": "sqrt(x**2)", "b": "x", "assume": ["x > 0"]}', '{"a": "x", "b": "x + 1"}',
    )  # fmt: skip
    done = shell("equivalent", "-", "--json")
    assert done.code == 0
    found = [answer.get("status") for answer in done.answers]
    assert found == ["equal", None, None, None, "equal", "different"]
    assert [answer["id"] for answer in done.answers] == [1, None, None, None, None, None]


def test_text_answers_to_lines(shell, stdin):
    stdin('{"a": "x", "b": "x"}', "nonsense")
    done = shell("equivalent", "-")
    assert done.out[0] == "equal"
    assert done.out[1].startswith("error: ")


def test_a_time_limit_leaves_undecided_what_takes_longer(shell):
    assert shell("equivalent", "x + x", "2*x", "--time-limit", "30").out == ["equal"]
    done = shell("equivalent", "sin(x)**2", "1 - cos(x)**2", "--time-limit", "1e-9")
    assert (done.code, done.out) == (1, ["undecided"])
    assert shell("equivalent", "x", "x", "--time-limit", "0").code == 2
