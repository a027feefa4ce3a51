"""Quotients with a part divided out."""

from __future__ import annotations

import pytest

from sr_kernel.equality.constants import Constants
from sr_kernel.equality.division import divided_forms
from sr_kernel.equality.normal_form import Normalizer
from sr_kernel.expr import Expr, parse, to_text


def divided(source: str) -> list[Expr]:
    expr = parse(source)
    n = Normalizer(Constants([expr]))
    form = n.form(expr)
    return divided_forms(n.writer, form.above, form.below, form.ring)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("(2*x + 3)/(x + 1)", "1/(x + 1) + 2"),
        ("(1.5*x + 3.2)/(x + 1)", "1.7/(x + 1) + 1.5"),
        ("(x**2 + 9*x + 2)/(x**2 + 4*x)", "(x + 2/x + 9)/(x + 4)"),
        ("(x*y + y + 1)/(x + 1)", "y + 1/(x + 1)"),
    ],
)
def test_forms(source: str, expected: str) -> None:
    assert expected in map(to_text, divided(source))


@pytest.mark.parametrize("source", ["x/(x + y)", "x + y", "(x + y)/z", "(x**3 + 1)/(y + 1)"])
def test_nothing_to_divide_out(source: str) -> None:
    assert divided(source) == []


def test_names_do_not_matter() -> None:
    sizes = {
        min(form.size for form in divided(source))
        for source in ("(a*b + b + 1)/(a + 1)", "(b*a + a + 1)/(b + 1)")
    }
    assert len(sizes) == 1
