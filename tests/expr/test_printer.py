from __future__ import annotations

import pytest

from sr_kernel.expr import number, parse, quoted, symbol, to_text


@pytest.mark.parametrize(
    "text",
    ["x + 1", "a - b", "a - (b - c)", "-x**2", "(-x)**2", "a/b/c", "a/(b*c)", "a*(b/c)", "x**-2",
     "x**(1/2)", "(-2)**x", "2*x - 1/2", "-x*y + z", "max(a, b)/2", "x**y**z", "(x**y)**z",
     "`my col`*`lambda`", "pi*e", "(1/2)**x", "(2/3)*x"],
)  # fmt: skip
def test_plain_text_is_its_own_print(text: str) -> None:
    printed = to_text(parse(text))
    assert printed in (text, text.replace("(2/3)", "2/3"))


def test_digits() -> None:
    third = number(1 / 3)
    assert to_text(third * symbol("x"), digits=4) == "0.3333*x"
    assert to_text(number(3.0)) == "3.0"
    assert to_text(number(3.0), digits=3) == "3.0"
    assert to_text(number(1e-9), digits=3) == "1e-09"


@pytest.mark.parametrize(
    ("name", "shown"),
    [("x", "x"), ("x y", "`x y`"), ("for", "`for`"), ("sin", "`sin`"), ("pi", "`pi`"),
     ("1a", "`1a`"), ("nan", "`nan`")],
)  # fmt: skip
def test_names_are_quoted_where_they_must_be(name: str, shown: str) -> None:
    assert quoted(name) == shown
