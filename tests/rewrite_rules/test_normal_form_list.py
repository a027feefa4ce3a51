"""rewrite_rules/normal_form.txt lists the rules whose results the normal form finds by itself."""

import itertools
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import pytest

from sr_kernel.egraph.instance import NoInstanceError, instantiate
from sr_kernel.egraph.pattern import compute
from sr_kernel.egraph.ruleset import Rule, Ruleset, holds, known_names
from sr_kernel.egraph.soundness import _metavariables
from sr_kernel.equality.knowledge import Knowledge
from sr_kernel.expr import Expr, symbol, to_text
from sr_kernel.numeric.assumption import Assumptions
from sr_kernel.simplify import simplify_all_detailed
from sr_kernel.simplify.pipeline import Pipeline
from sr_kernel.simplify.workbench import Workbench

RELATIONS = {"positive": ">", "negative": "<", "nonneg": ">=", "nonpos": "<=", "nz": "!="}
LITERALS = [Fraction(text) for text in ["2", "3", "-2", "1/2", "-1", "3/2", "5", "-3/2", "1", "7"]]
INSTANCES = 2
RULES = Ruleset.default().by_name


def instances(rule: Rule) -> Iterator[tuple[Expr, Expr, tuple[str, ...]]]:
    """Both sides over plain variables, with the facts that the rule asks for."""
    names, numeric = _metavariables(rule)
    terms = {name: symbol(name) for name in names}
    for values in itertools.product(LITERALS, repeat=len(numeric)):
        literals: dict[str, Any] = dict(zip(numeric, values, strict=True))
        try:
            facts = facts_of(rule, terms, literals)
            if facts is not None:
                left = instantiate(rule.left, terms, literals)
                yield left, instantiate(rule.right, terms, literals), facts
        except NoInstanceError:
            continue


def facts_of(
    rule: Rule, terms: dict[str, Expr], literals: dict[str, Any]
) -> tuple[str, ...] | None:
    facts = []
    for condition in rule.conditions:
        if condition.kind == "compare" and not holds(condition, literals):
            return None
        if condition.kind == "let":
            value = compute(condition.parts[1], literals)
            if value is None or literals.setdefault(condition.parts[0], value) != value:
                return None
        if condition.kind == "fact":
            text = to_text(instantiate(condition.parts[-1], terms, literals))
            relation = condition.parts[0]
            if relation in RELATIONS:
                facts.append(f"{text} {RELATIONS[relation]} 0")
            elif relation == "int":
                facts.append(f"{text} integer")
    return tuple(facts)


def test_names_rules_that_exist() -> None:
    assert known_names() <= RULES.keys()
    assert len(Ruleset.default().searching) == len(RULES) - len(known_names())


def test_of_other_rulesets_nothing_is_known() -> None:
    own = Ruleset.parse('(rewrite (Sin (Neg a)) (Neg (Sin a)) :ruleset mine :name "sin-neg")')
    assert own.searching == own.rules


@pytest.mark.parametrize("name", sorted(known_names()))
def test_the_normal_form_needs_no_e_graph(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Pipeline, "_improve", lambda self, *args: None)
    found = list(itertools.islice(instances(RULES[name]), INSTANCES))
    assert found
    for left, right, facts in found:
        ours, theirs = simplify_all_detailed([left, right], assume=facts)
        assert ours.result.size <= right.size
        if ours.result.size == right.size and ours.result is not theirs.result:
            assert is_one_function(left, right, facts)


def is_one_function(left: Expr, right: Expr, facts: tuple[str, ...]) -> bool:
    bench = Workbench(left, Knowledge.of(Assumptions.parse(facts)).signs)
    normalizer = bench.normalizer
    return normalizer.best(left) is normalizer.best(right) or normalizer.form(left - right).is_zero
