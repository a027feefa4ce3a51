from __future__ import annotations

import pytest

from sr_kernel.expr import OPERATORS, parse
from sr_kernel.numeric.relation import (
    Relation,
    domain_relations,
    instantiated,
    negated_term,
    nonzero,
    split_comparison,
)


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("x > 0", ["x", ">", "0"]),
        ("0<=x<1", ["0", "<=", "x", "<", "1"]),
        ("x = 1", ["x", "==", "1"]),
        ("`a < b` != `c=d`", ["`a < b`", "!=", "`c=d`"]),
        ("n integer", ["n integer"]),
    ],
)
def test_split(text: str, pieces: list[str]) -> None:
    assert split_comparison(text) == pieces


def test_text_and_difference() -> None:
    relation = Relation(parse("x"), ">", parse("y"))
    assert str(relation) == "x > y"
    assert relation.difference is parse("x - y")
    assert str(relation.flipped()) == "y < x"
    assert nonzero(parse("x")).difference is parse("x")


@pytest.mark.parametrize("op", OPERATORS)
def test_the_tables_conditions_are_readable(op: str) -> None:
    for relation in domain_relations(op):
        assert relation.sign in ("<", "<=", ">", ">=", "!=")
        assert instantiated(relation, (parse("x"), parse("y"))) != relation


def test_negated_term() -> None:
    assert negated_term(parse("x - y")) is parse("-x + y")
    assert negated_term(parse("x*y")) is parse("-x*y")
