"""Patterns and core nodes as printed terms."""

from __future__ import annotations

from fractions import Fraction

import pytest

from sr_kernel.egraph.instance import NoInstanceError, instantiate, surface
from sr_kernel.egraph.nodes import NodeTable
from sr_kernel.egraph.pattern import Pattern, metavariables, rational_metavariables
from sr_kernel.egraph.ruleset import Rule, Ruleset
from sr_kernel.expr import number, parse, symbol

A, B = symbol("a"), symbol("b")
PRINTED = [
    (("Mul", number(-1), A), "-a"),
    (("Mul", A, parse("1/b")), "a/b"),
    (("Mul", parse("1/b"), A), "a/b"),
    (("Pow", A, number(Fraction(1, 2))), "sqrt(a)"),
    (("Pow", A, number(Fraction(-1, 2))), "1/sqrt(a)"),
    (("Pow", A, number(-1)), "1/a"),
    (("Pow", A, number(-3)), "1/a**3"),
    (("Pow", A, number(0.5)), "a**0.5"),
    (("Exp", number(1)), "e"),
    (("Exp", number(1.0)), "exp(1.0)"),
    (("Add", A, parse("-b")), "a - b"),
    (("Mul", A, parse("1.0/b")), "a*(1.0/b)"),
    (("Mul", number(-1.0), A), "-1.0*a"),
    (("Max", A, B), "max(a, b)"),
]


@pytest.mark.parametrize(("application", "text"), PRINTED)
def test_core_applications_are_printed_as_people_write(application: tuple, text: str) -> None:
    head, *args = application
    assert surface(head, *args) is parse(text)


def core_of(rule: Rule, side: Pattern, table: NodeTable) -> int:
    numeric = sorted(rational_metavariables(rule.left))
    names = sorted(metavariables(rule.left) - set(numeric))
    literals = {name: Fraction(place + 2) for place, name in enumerate(numeric)}
    literals |= {part.parts[0]: Fraction(7) for part in rule.conditions
                 if part.kind in ("bound", "let")}  # fmt: skip
    return table.enter(instantiate(side, {name: symbol(name) for name in names}, literals), 0)


@pytest.mark.parametrize("theme", Ruleset.default().themes)
def test_both_sides_of_every_rule_have_instances_in_the_core_language(theme: str) -> None:
    table = NodeTable()
    for rule in Ruleset.default():
        if rule.ruleset == theme:
            for side in (rule.left, rule.right):
                assert core_of(rule, side, table) < len(table)


def test_a_literal_that_does_not_exist_is_no_instance() -> None:
    quotient = ("Num", ("/", Fraction(1), ("?", "q")))
    assert instantiate(quotient, {}, {"q": Fraction(2)}) is parse("1/2")
    with pytest.raises(NoInstanceError):
        instantiate(quotient, {}, {"q": Fraction(0)})


def test_float_literals_stay_floats() -> None:
    assert instantiate(("Flt", ("?", "q")), {}, {"q": Fraction(1, 2)}) is number(0.5)
