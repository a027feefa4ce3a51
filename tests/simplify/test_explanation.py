"""Derivations: named steps, certified normal-form steps, replay."""

from __future__ import annotations

import pytest

from sr_kernel.errors import ExpressionError
from sr_kernel.expr import parse
from sr_kernel.simplify import explain, simplify

SOURCES = [
    "x + x",
    "sin(x)**2 + cos(x)**2",
    "(x**2 - 1)/(x - 1)",
    "exp(log(x**2 + 1))",
    "x*(y + 1) - x*y + log(exp(y))",
    "(x + y)**2 - x**2 - 2*x*y",
    "sqrt(x**2)",
    "x",
]


@pytest.mark.parametrize("source", SOURCES)
def test_a_simplification_is_derived_and_replays(source: str) -> None:
    found = explain(source)
    assert found.start is parse(source)
    assert found.result is parse(simplify(source))
    assert found.stop_reason == "proved"
    assert found.check()


def test_conditions_are_told() -> None:
    assert explain("x/x").conditions == ("x != 0",)


@pytest.mark.parametrize(
    ("a", "b"),
    [("sin(2*x)", "2*sin(x)*cos(x)"), ("x*(y + 1)", "x*y + x"), ("tan(x)*cos(x)", "sin(x)")],
)
def test_an_equality_is_derived(a: str, b: str) -> None:
    found = explain(a, b)
    assert (found.start, found.result) == (parse(a), parse(b))
    assert found.steps
    assert found.check()


def test_what_is_not_equal_has_no_derivation() -> None:
    found = explain("x", "y")
    assert found.stop_reason == "no proof found"
    assert not found.steps
    assert not found.check()


def test_a_wrong_normal_form_step_is_caught() -> None:
    from dataclasses import replace

    found = explain("(x + y)**2 - x**2 - 2*x*y")
    bad = replace(found.steps[-1], after=parse("y**3"))
    forged = replace(found, steps=(*found.steps[:-1], bad), result=parse("y**3"))
    assert not forged.check()


def test_bad_input_is_named() -> None:
    with pytest.raises(ExpressionError):
        explain("x +")
    with pytest.raises(ExpressionError):
        explain("x", None)
