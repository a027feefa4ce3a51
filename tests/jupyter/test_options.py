"""The line and body of %%discover."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sr_kernel.errors import OptionError
from sr_kernel.jupyter.options import OPTIONS, Options, read_options, read_time


def test_a_full_line_is_read():
    line = 'P ~ a --data planets --time 10s -o laws --seed 3 --jobs 2 --operators "+ - * /"'
    assert read_options(line + " --max-size 25") == Options(
        "P ~ a", "planets", 10.0, "laws", 3, 2, "+ - * /", 25
    )


def test_flags_may_stand_before_and_between_the_formula():
    assert read_options("--data t y ~ --seed=4 x") == Options("y ~ x", data="t", seed=4)


@pytest.mark.parametrize("formula", ["y ~ x1 -x2", "y ~ . -id", "y ~ -x", "y ~ a - -b", "y ~ 2-x"])
def test_a_minus_belongs_to_the_formula(formula):
    assert read_options(f"{formula} --data t").formula == formula


def test_names_in_backticks_keep_spaces_and_flags():
    assert read_options("`a --data b` ~ `x  y` --data t").formula == "`a --data b` ~ `x  y`"


def test_the_body_holds_options_and_comments():
    body = "# what to use\noperators: + * sqrt  # no division\n\nwhere: a > 0.5\nwhere: `#n` < 3\n"
    options = read_options("y ~ a", body + "time: 2m\nmax-size: 9\nseed: 7")
    assert options.operators == "+ * sqrt"
    assert options.where == ("a > 0.5", "`#n` < 3")
    assert (options.time_limit, options.max_size, options.seed) == (120.0, 9, 7)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("10", 10), ("10s", 10), ("500ms", 0.5), ("2m", 120), ("1m 30s", 90), ("1.5h", 5400)],
)
def test_times(text, seconds):
    assert read_time(text) == pytest.approx(seconds)


@pytest.mark.parametrize(
    "text", ["", "0", "0s", "-1s", "soon", "10 parsecs", "1e3", "nan", "9" * 400]
)
def test_what_is_no_time(text):
    with pytest.raises(OptionError, match="is not a time"):
        read_time(text)


@pytest.mark.parametrize(
    ("line", "body", "message"),
    [
        ("y ~ x --tiem 3", "", "did you mean --time"),
        ("y ~ x --frobnicate 3", "", "there are --data"),
        ("y ~ x", "opertors: +", "did you mean operators"),
        ("y ~ x", "just words", "line 2 of the cell"),
        ("y ~ x --data", "", "--data needs a value"),
        ("y ~ x --data --time 3", "", "--data needs a value"),
        ("y ~ x --time soon", "", "--time: 'soon' is not a time"),
        ("y ~ x --seed -1", "", "whole number"),
        ("y ~ x --seed ²", "", "whole number"),
        ("y ~ x --jobs 0", "", "from 1 up"),
        ("y ~ x --seed 1 --seed 2", "", "given twice"),
        ("y ~ x --seed 1", "seed: 2", "given twice"),
        ("y ~ x -o 1a", "", "not a name"),
        ("y ~ x -o lambda", "", "not a name"),
        ("y ~ x -o a.b", "", "not a name"),
        ("y ~ `x", "", "never closed"),
        ('y ~ x --operators "+ -', "", "never closed"),
        ("y ~ x --data ''", "", "--data: the value is empty"),
    ],
)
def test_bad_input_is_one_sentence(line, body, message):
    with pytest.raises(OptionError, match=message) as caught:
        read_options(line, body)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300


def test_a_huge_line_is_no_trouble():
    assert len(read_options("y ~ " + "x + " * 25_000 + "x").formula) > 100_000


def test_every_option_explains_itself():
    assert all(option.help and option.metavar for option in OPTIONS)


@given(st.text(max_size=80), st.text(max_size=80))
def test_any_text_is_read_or_refused_in_one_line(line, body):
    message = ""
    try:
        read_options(line, body)
    except OptionError as error:
        message = str(error)
    assert "\n" not in message


def test_a_guide_is_a_choice_or_a_file():
    assert read_options("y ~ x").guide == "auto"
    assert read_options("y ~ x --guide off").guide == "off"
    assert read_options("y ~ x", "guide: 'my weights'").guide == "my weights"


@pytest.mark.parametrize(("text", "value"), [("yes", True), ("No", False)])
def test_yes_or_no(text, value):
    assert read_options(f"y ~ x --reuse {text}").reuse is value
    with pytest.raises(OptionError, match="neither yes nor no"):
        read_options(f"y ~ x --reuse {text}s")
