"""The ledger of domain conditions."""

from __future__ import annotations

import pytest

from sr_kernel.equality.constants import Constants
from sr_kernel.equality.domain import Ledger, is_isolated
from sr_kernel.equality.normal_form import Normalizer
from sr_kernel.expr import parse

CONDITIONS = [
    ("x + 1", set()),
    ("1/x", {"x != 0"}),
    ("1/(x**2 + 1)", set()),
    ("1/(x*y)", {"x != 0", "y != 0"}),
    ("sqrt(x)", {"x >= 0"}),
    ("sqrt(x**2)", set()),
    ("sqrt(x - 1)", {"x >= 1"}),
    ("sqrt(2 - x)", {"x <= 2"}),
    ("log(x)", {"x > 0"}),
    ("log(x**2)", {"x != 0"}),
    ("log(exp(x) + 1)", set()),
    ("1/exp(x)", set()),
    ("1/sqrt(x)", {"x != 0", "x >= 0"}),
    ("x**(1/2)", {"x >= 0"}),
    ("x**-0.5", {"x > 0"}),
    ("x**-2", {"x != 0"}),
    ("asin(x)", {"x >= -1", "x <= 1"}),
    ("asin(sin(x))", set()),
    ("tan(x)", {"cos(x) != 0"}),
    ("x**y", {"x**y is real"}),
    ("2**y", set()),
    ("1/(x - x)", {"0 != 0"}),
    ("log(x*y)", {"x*y > 0"}),
    ("1/abs(x)", {"x != 0"}),
    ("mod(x, 3)", set()),
]


def ledger() -> Ledger:
    return Ledger(Normalizer(Constants([])))


@pytest.mark.parametrize(("text", "expected"), CONDITIONS)
def test_conditions(text: str, expected: set[str]) -> None:
    assert {str(condition) for condition in ledger().conditions(parse(text))} == expected


@pytest.mark.parametrize(
    ("wanted", "given", "missing"),
    [
        ("1/x", "log(x)", []),
        ("log(x)", "1/x", ["x > 0"]),
        ("sqrt(x)", "log(x)", []),
        ("log(x)", "sqrt(x)", ["x > 0"]),
        ("sqrt(x + 3)", "log(x)", []),
        ("log(x*y)", "log(x) + log(y)", []),
        ("log(x)", "log(x*y)", ["x > 0"]),
        ("1/(x + y)", "log(x) + sqrt(y)", []),
        ("log(x*y)", "log((x*y)**3)", []),
        ("log((x*y)**3)", "log(x*y)", []),
        ("abs(x)**(1.25*y)", "sqrt(abs(x))**(2.5*y)", []),
        ("abs(x)**(-1.25*y)", "sqrt(abs(x))**(2.5*y)", ["abs(x)**-y is real"]),
    ],
)
def test_what_follows_from_what(wanted: str, given: str, missing: list[str]) -> None:
    book = ledger()
    found = book.missing(book.conditions(parse(wanted)), book.conditions(parse(given)))
    assert [str(condition) for condition in found] == missing


def test_isolated_holes() -> None:
    def holes(text: str) -> list[bool]:
        return [is_isolated(condition) for condition in ledger().conditions(parse(text))]

    assert holes("1/(x - 1)") == [True]
    assert holes("1/(x - abs(x))") == [False]
    assert holes("sqrt(x)") == [False]
    assert holes("1/floor(x)") == [False]


def test_conditions_that_rounding_sets_apart_are_the_same() -> None:
    def missing(wanted: str, given: str) -> int:
        terms = parse(wanted), parse(given)
        book = Ledger(Normalizer(Constants(terms)))
        return len(book.missing(*map(book.conditions, terms)))

    assert missing("log(y + 0.30000000000000004*sin(x))", "log(y + 0.3*sin(x))") == 0
    assert missing("log(y + 0.3001*sin(x))", "log(y + 0.3*sin(x))") == 1
    assert missing("log(y + 0.3*cos(x))", "log(y + 0.3*sin(x))") == 1
    assert missing("sqrt(y + 0.3*sin(x))", "1/(y + 0.3*sin(x))") == 1
