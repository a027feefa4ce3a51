from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from small_terms import NAMES, coordinates, terms

from sr_kernel.errors import AssumptionError
from sr_kernel.expr import parse
from sr_kernel.numeric.assumption import Assumptions
from sr_kernel.numeric.conditions import domain_conditions, domain_of
from sr_kernel.numeric.precise import definedness, evaluate_precise


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("log(a)", ["a > 0"]),
        ("1/(n1 - n2)", ["n1 != n2"]),
        ("sqrt(1 - x)", ["x <= 1"]),
        ("sqrt(x)/x", ["x > 0"]),
        ("log(x) + sqrt(x) + 1/x", ["x > 0"]),
        ("1/(x*y)", ["x != 0", "y != 0"]),
        ("1/(2*x)", ["x != 0"]),
        ("log(-2*x)", ["x < 0"]),
        ("log(x*y)", ["x*y > 0"]),
        ("x**-2", ["x != 0"]),
        ("x**0.5", ["x >= 0"]),
        ("x**-0.5", ["x > 0"]),
        ("x**y", ["x > 0"]),
        ("x**2.0", []),
        ("1/log(x)", ["x > 0", "x != 1"]),
        ("asin(x)", ["x >= -1", "x <= 1"]),
        ("tan(x)", ["cos(x) != 0"]),
        ("log(x**2)", ["x != 0"]),
        ("log(x**3)", ["x > 0"]),
        ("1/(x**2 + 1)", []),
        ("sqrt(-x - 1)", ["x <= -1"]),
        ("mod(x, y)", ["y != 0"]),
        ("1/sqrt(x - y)", ["x > y"]),
        ("log(1/x)", ["x > 0"]),
        ("sqrt(-3/x)", ["x < 0"]),
        ("log(3/(x + 2))", ["x > -2"]),
        ("log(x/y)", ["y != 0", "x/y > 0"]),
        ("log(x/-2)", ["x < 0"]),
        ("sqrt(x) + sqrt(-x - 1)", ["x >= 0", "x <= -1"]),
        ("log(sinh(x))", ["x > 0"]),
        ("1/cbrt(x - 2)", ["x != 2"]),
        ("log(abs(x))", ["x != 0"]),
        ("sqrt(log(x))", ["x >= 1"]),
        ("log(-acos(x))", ["x >= -1", "x <= 1", "acos(x) < 0"]),
        ("`my col`**0.5", ["`my col` >= 0"]),
        ("1/(1/x)", ["x != 0"]),
        ("1/2**x", []),
        ("sqrt(x**2)", []),
        ("log(x**2*y**2)", ["x**2*y**2 > 0"]),
        ("1/(1.5*2)", []),
        ("x + y", []),
        ("log(x**y)", ["x > 0"]),
        ("1/x**-2", ["x != 0"]),
    ],
)
def test_conditions(text: str, expected: list[str]) -> None:
    assert sorted(domain_conditions(parse(text))) == sorted(expected)


@pytest.mark.parametrize(
    ("text", "box", "expected"),
    [
        ("log(a)", {"a": (0.1, 3)}, ()),
        ("log(a)", {"a": (0, 3)}, ("a > 0",)),
        ("1/(a - b)", {"a": (1, 2), "b": (3, 4)}, ()),
        ("sqrt(a)*log(b)", {"a": (0, 1)}, ("b > 0",)),
        ("a**-0.5", {"a": (0.0, 1.0)}, ("a > 0",)),
    ],
)
def test_what_the_data_imply_is_left_out(text, box, expected) -> None:
    assert domain_conditions(parse(text), box) == expected


def test_what_assumptions_imply_is_left_out() -> None:
    facts = Assumptions.parse(["x > y", "n natural", "k integer"])
    assert domain_conditions(parse("log(x - y)"), facts) == ()
    assert domain_conditions(parse("x**n"), facts) == ()
    assert domain_conditions(parse("x**k"), facts) == ("x != 0",)


@settings(max_examples=200, deadline=None)
@given(terms, coordinates, coordinates)
def test_where_they_hold_the_term_is_defined(term, x: float, y: float) -> None:
    env = {"x": x, "y": y}
    for relation in domain_of(term):
        gap = evaluate_precise(relation.difference, env)
        if gap is None or not _holds(gap, relation.sign):
            return
    assert definedness(term, env) is not False


def _holds(gap, sign: str) -> bool:
    return {
        "<": gap < 0, "<=": gap <= 0, ">": gap > 0, ">=": gap >= 0, "!=": gap != 0, "==": gap == 0,
    }[sign]  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(terms)
def test_they_read_back(term) -> None:
    conditions = domain_conditions(term)
    assert len(set(conditions)) == len(conditions)
    assert set(NAMES) >= {name for text in conditions for name in "xy" if name in text}
    for text in conditions:
        if re.search(r"\b[xy]\b", text):
            _read_back(text)


def _read_back(text: str) -> None:
    """Terms defined nowhere have conditions that no number meets, or that divide by zero."""
    try:
        Assumptions.parse([text])
    except AssumptionError as caught:
        reason = str(caught)
    else:
        reason = "contradict"
    assert "contradict" in reason or "literal zero" in reason
