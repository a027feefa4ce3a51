"""Completion in %%discover cells: what is proposed where, in IPython's own completer."""

import re
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from IPython.core.completer import provisionalcompleter

from sr_kernel.jupyter import completion, load_ipython_extension, unload_ipython_extension
from sr_kernel.jupyter.cursor import cursor_in
from sr_kernel.jupyter.magic import help_text
from sr_kernel.jupyter.options import BY_FLAG, BY_KEY, OPTIONS

PLANETS = pd.DataFrame(
    {
        "axis": [0.4, 0.7],
        "semi minor": [0.3, 0.7],
        "P": [0.2, 0.6],
        "log": [1, 2],
        "body": ["M", "V"],
    }
)
FLAGS = [
    "--data", "--time", "--output", "--operators", "--where", "--max-size", "--seed", "--jobs",
    "--reuse", "--guide",
]  # fmt: skip


@pytest.fixture
def shell(interactive_shell):
    interactive_shell.reset()
    interactive_shell.user_ns["planets"] = PLANETS
    load_ipython_extension(interactive_shell)
    yield interactive_shell
    unload_ipython_extension(interactive_shell)


def completed(shell, marked):
    """The texts of the cell that completion makes at the mark |, as [the typed part, its ends]."""
    offset = marked.index("|")
    cell = marked.replace("|", "", 1)
    with provisionalcompleter(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = list(shell.Completer.completions(cell, offset))
    assert all(each.end == offset for each in found)
    assert len({each.start for each in found}) <= 1
    return cell[found[0].start : offset] if found else "", [each.text for each in found]


@pytest.mark.parametrize(
    ("cell", "typed", "texts"),
    [
        ("%%discover |P ~ axis --data planets", "", ["axis", "`semi minor`", "P", "`log`"]),
        ("%%discover P ~ | --data planets", "", ["axis", "`semi minor`", "`log`"]),
        ("%%discover P ~ a| --data planets", "a", ["axis", "abs(", "asin(", "acos(", "atan(",
                                                  "asinh(", "acosh(", "atanh("]),
        ("%%discover P ~ axis + `se| --data planets", "`se", ["`semi minor`"]),
        ("%%discover --data planets P ~ axis + `se|", "`se", ["`semi minor`"]),
        ("%%discover --data planets P ~ axis + `semi mi|`", "`semi mi", ["`semi minor"]),
        ("%%discover --data planets P ~ axis+sem|", "sem", ["`semi minor`"]),
        ("%%discover --data planets log(P|) ~ axis", "P", ["P"]),
        ("%%discover --data planets P ~ . - b|", "b", ["body"]),
        ("\n%%discover P ~ ax|\ndata: planets", "ax", ["axis"]),
        ("%%time\n%%discover P ~ ax|\ndata: planets", "ax", ["axis"]),
        ("laws = %discover P ~ ax| --data planets", "ax", ["axis"]),
        ("x = 1\n%discover P ~ ax| --data planets\n", "ax", ["axis"]),
        ("%%discover P ~ ax|", "ax", ["axis"]),  # no table is named yet: those at hand
        ("%%discover lambda_nm ~ | --data hydrogen_lines", "", ["n1", "n2"]),
    ],
)  # fmt: skip
def test_columns(shell, cell, typed, texts):
    assert completed(shell, cell) == (typed, texts)


@pytest.mark.parametrize(
    "cell",
    [
        "%%discover --data planets P ~ b|",  # holds text
        "%%discover P ~ x|\ndata: planets",
        "%%discover q|",
        "%%discover axis ~ ax| --data planets",  # the target
        "%%discover P ~ a| --data nothing",
    ],
)
def test_no_columns(shell, cell):
    proposed = completion.proposals(cursor_at(cell), shell.user_ns)
    assert [text for text, kind in proposed if kind == "column"] == []


def cursor_at(marked):
    before = marked.partition("|")[0]
    row = before.count("\n")
    return cursor_in(marked.replace("|", "", 1), row, len(before.rpartition("\n")[2]))


@pytest.mark.parametrize(
    ("cell", "typed", "texts"),
    [
        ("%%discover P ~ axis |", "", FLAGS),
        ("%%discover P ~ axis --|", "--", FLAGS),
        ("%%discover P ~ axis -|", "-", FLAGS),
        ("%%discover P ~ axis --data planets --|", "--", FLAGS[1:]),
        ("%%discover P ~ axis --|\ndata: planets\nseed: 3", "--", [*FLAGS[1:6], *FLAGS[7:]]),
        ("%%discover P ~ axis --where 'P > 1' --w|", "--w", ["--where"]),
        ("laws = %discover P ~ axis --o|", "--o", ["--output", "--operators"]),
    ],
)
def test_flags(shell, cell, typed, texts):
    assert completed(shell, cell) == (typed, texts)


@pytest.mark.parametrize(
    ("cell", "typed", "texts"),
    [
        ("%%discover P ~ a --guide |", "", ["auto", "on", "off"]),
        ("%%discover P ~ a --guide=o|", "o", ["on", "off"]),
        ("%%discover P ~ a\nguide: a|", "a", ["auto"]),
    ],
)
def test_guides(shell, cell, typed, texts):
    assert completed(shell, cell) == (typed, texts)


def test_keys_of_the_body(shell):
    keys = [
        "time: ",
        "output: ",
        "operators: ",
        "where: ",
        "max_size: ",
        "jobs: ",
        "reuse: ",
        "guide: ",
    ]
    assert completed(shell, "%%discover P ~ a --data planets\nseed: 1\n|") == ("", keys)
    assert completed(shell, "%%discover P ~ a\n  o|") == ("o", ["output: ", "operators: "])
    assert completed(shell, "%%discover P ~ a\nwhere: P > 1\nw|\nseed: 2") == ("w", ["where: "])


@pytest.mark.parametrize(
    ("cell", "typed"),
    [
        ("%%discover P ~ a --operators |", ""),
        ('%%discover P ~ a --operators "+ |', ""),
        ('%%discover P ~ a --operators="+, s|', "s"),
        ("%%discover P ~ a\noperators: + - * s|", "s"),
        ("%%discover P ~ a\noperators: + |   # no waves", ""),
    ],
)
def test_operators(shell, cell, typed):
    found, texts = completed(shell, cell)
    assert found == typed
    assert {"sqrt", "sin", "square"} <= set(texts)
    assert ({"+", "-", "*", "/", "**"} <= set(texts)) == (not typed)
    assert all(text.startswith(typed) for text in texts)


@pytest.mark.parametrize(
    ("cell", "typed", "texts"),
    [
        ("%%discover P ~ .\ndata: planets\nwhere: P|", "P", ["P"]),
        ("%%discover P ~ . --data planets\nwhere: P > 1 and `s|", "`s", ["`semi minor`"]),
        ("%%discover P ~ . --data planets --where 'ax|", "ax", ["axis"]),
        ("%%discover P ~ . --data planets\nwhere: |", "",
         ["axis", "`semi minor`", "P", "`log`", "body"]),
    ],
)  # fmt: skip
def test_conditions(shell, cell, typed, texts):
    assert completed(shell, cell) == (typed, texts)


def test_tables_and_files(shell, tmp_path, monkeypatch):
    (tmp_path / "deep").mkdir()
    for name in ("my.csv", "notes.md", "two words.csv", ".hidden.csv", "deep/plan.tsv"):
        (tmp_path / name).write_text("u,v w\n1,2\n3,4\n")
    monkeypatch.chdir(tmp_path)
    _, texts = completed(shell, "%%discover P ~ a --data |")
    bundled = ["hydrogen_lines", "kepler1618", "leavitt1912", "planets_modern"]
    assert texts[0] == "planets"
    assert sorted(texts[1:-2]) == bundled
    assert texts[-2:] == ["deep/", "my.csv"]
    assert completed(shell, "%%discover P ~ a\ndata: deep/p|") == ("deep/p", ["deep/plan.tsv"])
    assert completed(shell, "%%discover u ~ |--data my.csv") == ("", ["`v w`"])
    assert completion.proposals(cursor_at("%%discover u ~ | -d gone.csv"), {}) == []


def test_only_the_head_of_a_file_is_read(tmp_path):
    path = tmp_path / "long.csv"
    path.write_text("x,label\n" + "1,a\n" * 50 + "not,a,row\n" + "1,b\n" * 200_000)
    cursor = cursor_at(f"%%discover |x ~ y --data {path}")
    assert completion.proposals(cursor, {}) == [("x", "column")]


def test_only_the_head_of_a_variable_is_looked_at(shell):
    asked = []

    class Column:
        def __len__(self):
            return 10**9

        def __getitem__(self, rows):
            asked.append(rows)
            return np.arange(10**9 if rows.stop is None else rows.stop, dtype=float)

    shell.user_ns["huge"] = {"u": Column(), "v": Column()}
    assert completed(shell, "%%discover u ~ | --data huge") == ("", ["v"])
    assert {rows.stop for rows in asked} == {20}


class Explosive:
    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        raise RuntimeError(name)


class Frame:
    columns = ("a",)

    @property
    def iloc(self):
        raise RuntimeError("not now")


@pytest.mark.parametrize(
    "value", [Explosive(), Frame(), 3, {"a": [1, 2], "b": [1]}, {"a": None}, []]
)
def test_no_object_breaks_the_completer(shell, capsys, value):
    shell.user_ns["odd"] = value
    proposed = completed(shell, "%%discover P ~ axi| --data planets")
    assert proposed == ("axi", ["axis"])
    for cell in ("%%discover P ~ | --data odd", "%%discover P ~ a --data o|", "%%discover q|"):
        completed(shell, cell)
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize(
    "cell",
    ["ax|", "print('%%discover ax|", "x = 1\n%%discover P ~ ax|", "%%discovery P ~ ax|",
     "%%discover|", "%disc|", "%%discover P ~ 12|", "%%discover P ~ a\n# operators: s|",
     "%%discover P ~ a\nwhere: body == 'P|", "%%discover P ~ a\ntime: |", "%%discover P ~ a -t |",
     "%%discover P ~ a\nsome words here|", "%%discover P ~ a\nnokey: P|", "|\n%%discover P ~ a"],
)  # fmt: skip
def test_elsewhere_it_says_nothing(cell):
    assert cursor_at(cell) is None


@given(st.text(alphabet="%discover ~`'\"-=#:\nPdata.", max_size=60), st.integers(0, 5),
       st.integers(0, 40))  # fmt: skip
def test_any_text_has_a_cursor_or_none(text, row, column):
    cell = "%%discover " + text
    cursor = cursor_in(cell, row, column)
    if cursor is not None:
        assert cell.split("\n")[row][:column].endswith(cursor.fragment)
        proposed = completion.proposals(cursor, {"planets": PLANETS})
        assert all(kind and each for each, kind in proposed)


def test_it_comes_and_goes_with_the_extension(shell):
    def ours():
        matchers = shell.Completer.custom_matchers
        return [
            m for m in matchers if getattr(m, "matcher_identifier", "") == completion.IDENTIFIER
        ]

    assert len(ours()) == 1
    load_ipython_extension(shell)
    assert len(ours()) == 1
    unload_ipython_extension(shell)
    assert ours() == []
    load_ipython_extension(shell)


def test_the_help_names_every_flag():
    text = help_text()
    assert all(flag in text for flag in BY_FLAG)
    assert all(option.help in text for option in OPTIONS)
    assert "key: value" in text
    assert len(BY_KEY) == len(OPTIONS)


def test_the_colours_of_the_front_end_know_the_same_options():
    front = Path(__file__).parents[2] / "labextension" / "src" / "lab" / "syntax.ts"
    text = front.read_text(encoding="utf-8")
    long, short = re.search(r"FLAGS = /\^\(\?:--\(\?:([\w|-]+)\)\|-\[(\w+)\]\)", text).groups()
    keys = re.search(r"KEYS = new Set\(\[(.*)\]\)", text)[1]
    flags = [f"--{flag}" for flag in long.split("|")] + [f"-{flag}" for flag in short]
    assert set(flags) == set(BY_FLAG)
    assert set(re.findall(r"'(\w+)'", keys)) == set(BY_KEY)
