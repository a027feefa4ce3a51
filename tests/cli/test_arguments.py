"""Arguments: operands that look like options, and bad usage in one line."""

import pytest

from sr_kernel.cli.arguments import parse_arguments


@pytest.mark.parametrize(
    ("words", "expr"),
    [
        (["simplify", "-x + 1"], "-x + 1"),
        (["simplify", "-x"], "-x"),
        (["simplify", "-1"], "-1"),
        (["simplify", "-", "--json"], "-"),
        (["simplify", "--json", "-x**2"], "-x**2"),
        (["simplify", "--", "--x"], "--x"),
        (["simplify", "--x+1"], "--x+1"),
        (["simplify", "-(x)", "--assume", "-x > 0"], "-(x)"),
    ],
)
def test_expressions_with_a_leading_minus(words, expr):
    assert parse_arguments(words).expr == expr


def test_values_with_a_leading_minus():
    found = parse_arguments(["simplify", "x", "--assume", "-x > 0", "--assume=-x < 9"])
    assert found.assume == ["-x > 0", "-x < 9"]


def test_discover_defaults():
    found = parse_arguments(["discover", "y ~ . - id", "--data", "t.csv"])
    assert (found.formula, found.data, found.time, found.jobs, found.seed) == (
        "y ~ . - id", "t.csv", 60.0, 1, 0
    )  # fmt: skip
    assert (found.operators, found.guide, found.json) == (None, "auto", False)


def test_commands_of_a_command():
    found = parse_arguments(["guide", "evaluate", "-w.safetensors", "--count", "3", "--noise", "0"])
    assert (found.weights, found.count, found.noise) == ("-w.safetensors", 3, (0.0,))
    assert parse_arguments(["guide", "learn"]).state is None
    assert parse_arguments(["guide", "learn", "on"]).state == "on"


def test_time_in_seconds():
    assert parse_arguments(["discover", "y~x", "--data", "t", "--time", "2.5"]).time == 2.5
    assert parse_arguments(["discover", "y~x", "--data", "t", "--time=2s"]).time == 2


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ([], "required: COMMAND"),
        (["nonsense"], "invalid choice: 'nonsense'"),
        (["simplify"], "required: EXPR"),
        (["simplify", "x", "y"], "unrecognized arguments: y"),
        (["simplify", "x", "--nonsense"], "unrecognized arguments: --nonsense"),
        (["simplify", "x", "--domain", "all"], "invalid choice: 'all'"),
        (["simplify", "x", "--cost", "beauty"], "invalid choice: 'beauty'"),
        (["simplify", "x", "--time-limit", "-1"], "not a time in seconds above zero"),
        (["simplify", "x", "--time-limit", "inf"], "not a time in seconds above zero"),
        (["simplify", "x", "--assume"], "expected one argument"),
        (["discover", "y ~ x"], "required: --data"),
        (["discover", "y ~ x", "--data", "t", "--time", "soon"], "'soon' is not a time"),
        (["discover", "y ~ x", "--data", "t", "--jobs", "0"], "not a whole number from 1 up"),
        (["discover", "y ~ x", "--data", "t", "--seed", "1.5"], "not a whole number from 0 up"),
        (["discover", "y ~ x", "--data", "t", "--guide"], "expected one argument"),
        (["demo", "now"], "unrecognized arguments: now"),
        (["guide"], "required: COMMAND"),
        (["guide", "nonsense"], "invalid choice: 'nonsense'"),
        (["guide", "--nonsense", "card"], "unrecognized arguments: --nonsense"),
        (["guide", "card", "now"], "unrecognized arguments: now"),
        (["guide", "train"], "required: --minutes"),
        (["guide", "train", "--minutes", "0"], "'0' is not a number above zero"),
        (["guide", "train", "--minutes", "1", "--device", "tpu"], "invalid choice: 'tpu'"),
        (["guide", "train", "--minutes", "1", "--batch", "0"], "not a whole number from 1 up"),
        (["guide", "evaluate", "--noise", "0,x"], "'0,x' is not up to 10 numbers"),
        (["guide", "evaluate", "--noise", "-1"], "'-1' is not up to 10 numbers"),
        (["guide", "learn", "maybe"], "invalid choice: 'maybe'"),
    ],
)
def test_bad_usage_is_one_line_and_code_2(words, says, capsys):
    with pytest.raises(SystemExit) as stop:
        parse_arguments(words)
    captured = capsys.readouterr()
    assert stop.value.code == 2
    assert captured.out == ""
    assert says in captured.err
    assert captured.err.count("\n") == 1


@pytest.mark.parametrize(
    "words",
    [["--help"], ["discover", "--help"], ["demo", "-h"], ["guide", "-h"], ["guide", "train", "-h"]],
)
def test_help(words, capsys):
    with pytest.raises(SystemExit) as stop:
        parse_arguments(words)
    assert stop.value.code == 0
    assert "usage: sr-kernel" in capsys.readouterr().out
