"""Variables called like markup, code or commands, in everything a term is written as."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from sr_kernel.errors import ExpressionError
from sr_kernel.expr import Expr, parse, symbol, to_latex, to_text
from sr_kernel.expr.python_code import to_python

NAMES = [
    "<img src=x onerror=alert(1)>", "</script><script>alert(1)</script>", r"\input{/etc/passwd}",
    "}{", "{", "$x$", "%c", "a&b", '"""', "\\", '\\"', r"x\n", "'''", "#c", "a~b", "^", "_", "__",
    "__import__", "ﬁ", "ª", "日本", "a b", "lambda", "E", "I", "beta", "e", "pi", "nan", "np",
    "np.pi", "law", "x;import os", "𝑥", "x²", "None", "sin", '"; import os; "', "{0}", "%s",
    r"\N{BULLET}", r"\x41", '"\\',
]  # fmt: skip
UNSEEN = ["\x1b[31m", "\x9b31m", "\u202e", "\u200f", "\x00", "\n", "\u2028", "\ud800", "\u200b",
          "\xa0"]  # fmt: skip
OURS = {"mathrm", "sin", "left", "right", "cdot", "lambda", "beta", "pi", "textbackslash",
        "textasciitilde", "textasciicircum"}  # fmt: skip


def law(expr: Expr) -> Any:
    """The function that the Python code of ``expr`` defines."""
    scope: dict[str, Any] = {}
    exec(compile(to_python(expr), "law", "exec"), scope)  # noqa: S102 - it is what is tested
    return scope["law"]


def term(name: str) -> Expr:
    return symbol(name) * 2 + parse("sin(y)")


@pytest.mark.parametrize("name", NAMES)
def test_text_is_read_back(name: str) -> None:
    assert parse(to_text(term(name))) is term(name)


@pytest.mark.parametrize("name", NAMES)
def test_python_code_computes(name: str) -> None:
    found = law(term(name))(np.array([1.0]), np.array([2.0]))
    assert found == pytest.approx(2 + np.sin(2.0))


@pytest.mark.parametrize("names", [("ﬁ", "fi"), ("ª", "a"), ("𝑥", "x"), ("a b", "a_b"), ("²", "2")])
def test_names_that_python_takes_for_one_stay_apart(names: tuple[str, str]) -> None:
    assert law(symbol(names[0]) + 2 * symbol(names[1]))(1.0, 10.0) == 21.0


@pytest.mark.parametrize("name", NAMES)
def test_latex_has_no_command_of_the_name(name: str) -> None:
    shown = to_latex(term(name))
    depth = 0
    for mark in re.findall(r"\\.|[{}]", shown):
        depth += {"{": 1, "}": -1}.get(mark, 0)
        assert depth >= 0
    assert depth == 0
    assert not re.search(r"(?<!\\)[$%#&~]", shown)
    assert set(re.findall(r"\\([A-Za-z]+)", shown)) <= OURS


@pytest.mark.parametrize("name", UNSEEN, ids=ascii)
def test_names_that_cannot_be_seen_are_refused_in_plain_text(name: str) -> None:
    for make in (lambda: symbol(f"a{name}"), lambda: parse(f"`a{name}` + 1")):
        with pytest.raises(ExpressionError) as caught:
            make()
        assert str(caught.value).isprintable()
