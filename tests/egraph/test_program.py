"""The egglog program: accepted as a whole, every rule in it with its place, terms load into it."""

from __future__ import annotations

from fractions import Fraction

import pytest

from sr_kernel.egraph.nodes import NodeTable
from sr_kernel.egraph.pattern import CONSTRUCTORS
from sr_kernel.egraph.program import FOLD, SEEDS, program_forms
from sr_kernel.egraph.ruleset import Ruleset
from sr_kernel.egraph.session import Session
from sr_kernel.expr import parse

OWN = Ruleset.parse('(rewrite (Mul $7/3 a) (Sin a) :ruleset mine :name "seven thirds")', "own.egg")


def fed(rules: Ruleset, table: NodeTable) -> Session:
    """A session with the nodes of a table in it."""
    session = Session()
    session.load(program_forms(rules))
    with session.batch(len(table)) as first:
        session.insert(table.tables(first))
        while session.step("loading"):
            pass
    return session


def loaded(rules: Ruleset, *texts: str) -> tuple[Session, NodeTable]:
    """A session with the terms in it, each the root of a group."""
    table = NodeTable()
    for group, text in enumerate(texts):
        table.roots.append((group, table.enter(parse(text), 0)))
    return fed(rules, table), table


def test_the_rules_of_the_package_make_a_program() -> None:
    session, _ = loaded(Ruleset.default(), "sin(x)**2 + cos(x)**2")
    for theme in Ruleset.default().themes:
        session.step(theme)


def test_every_rule_stands_once_with_its_place() -> None:
    forms = list(program_forms(Ruleset.default()))
    texts = [text for text, _, _ in forms]
    for rule in Ruleset.default():
        assert texts.count(rule.text) == 1
        assert (rule.text, rule.file, rule.line) in forms


def test_what_a_rule_uses_is_declared_before_it() -> None:
    texts = [text for text, _, _ in program_forms(OWN)]
    place = texts.index(OWN.rules[0].text)
    assert "(ruleset mine)" in texts[:place]
    assert f"(ruleset {FOLD})" in texts[:place]
    assert any(text.startswith("(let $7/3 ") for text in texts[:place])
    assert texts[0].startswith("(datatype M ")
    for name in CONSTRUCTORS:
        assert f"({name}" in texts[0]


def test_literals_are_defined_once() -> None:
    texts = [text for text, _, _ in program_forms(Ruleset.default()) if text.startswith("(let ")]
    assert len(texts) == len(set(texts))


def test_every_kind_of_node_loads() -> None:
    text = "max(x, 1/2)*sin(y)**2 - 0.5*floor(mod(x, 3)) + pi + cbrt(abs(y)) + e**x"
    session, table = loaded(Ruleset.default(), text)
    assert session.sizes()["nd"] == len(table)
    assert session.sizes()["root"] == 1


def test_roots_are_the_classes_of_their_terms() -> None:
    session, _ = loaded(OWN, "x + y", "y + x", "x - y")
    one, same, other = (row.output for row in session.rows(["root"])["root"])
    assert one == same != other


@pytest.mark.parametrize("fact", sorted(SEEDS))
def test_facts_load(fact: str) -> None:
    table = NodeTable()
    node = table.enter(parse("x"), 0)
    table.fact(fact, node, Fraction(-2, 3) if SEEDS[fact] else None)
    assert fed(OWN, table).sizes()[fact] == 1


def test_a_class_with_a_literal_keeps_only_the_literal() -> None:
    table = NodeTable()
    one, other = table.enter(parse("sin(x)"), 0), table.enter(parse("2"), 0)
    table.same.append((one, other))
    session = fed(OWN, table)
    assert not any(row.subsumed for row in session.rows(["Sin"])["Sin"])
    session.step("pruning")
    assert all(row.subsumed for row in session.rows(["Sin"])["Sin"])
    assert not any(row.subsumed for row in session.rows(["Num"])["Num"])
