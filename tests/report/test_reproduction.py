"""The reproduction box asks the same question again."""

import shlex
from dataclasses import replace

import pytest

from sr_kernel.cli.arguments import parse_arguments
from sr_kernel.jupyter.options import read_options
from sr_kernel.report.question import Question
from sr_kernel.report.reproduction import notebook_cell, shell_command

ASKED = Question(
    formula="log(`a b`) ~ . - id", target="log(`a b`)", variables=("x",), data="lab",
    where=("x > 1",), operators=("add", "sub", "pow", "sqrt"), random_state=4, time_limit=2.5,
)  # fmt: skip


def test_shell_command_is_read_as_the_same_question():
    words = shlex.split(shell_command(ASKED))
    arguments = parse_arguments(words[1:])
    assert arguments.formula == ASKED.formula
    assert arguments.data == "lab.csv"
    assert (arguments.time, arguments.seed, arguments.where) == (2.5, 4, ["x > 1"])
    assert arguments.operators == "+ - ** sqrt"


def test_bundled_data_are_named_as_the_shell_knows_them():
    from sr_kernel.formula.datasets import dataset

    source = dataset("kepler1618").citation
    mine = replace(ASKED, data="mine", source=source, rows=5, dropped=1, where=())
    assert "--data kepler1618" in shell_command(mine)
    assert "--data kepler1618" in notebook_cell(mine)
    assert "--data mine.csv" in shell_command(replace(mine, rows=4))


def test_notebook_cell():
    assert notebook_cell(ASKED).splitlines() == [
        "%%discover log(`a b`) ~ . - id --data lab --time 2.5s --seed 4 -o laws",
        "operators: + - ** sqrt",
        "where: x > 1",
    ]


@pytest.mark.parametrize("guide", ["off", "on", "~/my weights/é.safetensors", "it's.safetensors"])
def test_the_guide_is_asked_for_again(guide):
    asked = replace(ASKED, guide=guide)
    words = shlex.split(shell_command(asked))
    assert parse_arguments(words[1:]).guide == guide
    line, body = notebook_cell(asked).split("\n", 1)
    again = read_options(line.removeprefix("%%discover "), body)
    assert (again.guide, again.seed, again.output) == (guide, 4, "laws")


def test_the_usual_guide_is_not_told():
    assert "guide" not in notebook_cell(ASKED) + shell_command(ASKED)
