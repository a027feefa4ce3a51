"""One test a rule, from the same parsed form that runs."""

import pytest

from sr_kernel.egraph.inference import Inference, inferences, refute
from sr_kernel.egraph.pattern import CONSTRUCTORS
from sr_kernel.egraph.ruleset import REJECTED, Rule, Ruleset, rules_directory
from sr_kernel.egraph.soundness import check_counterexample, check_rule

RULES = Ruleset.default()
REFUSED = Ruleset.load(rules_directory() / REJECTED)


@pytest.mark.parametrize("rule", RULES.rules, ids=lambda rule: rule.name)
def test_a_rule_is_sound(rule: Rule) -> None:
    assert check_rule(rule, samples=30) is None


@pytest.mark.parametrize("inference", inferences(), ids=lambda item: item.name)
def test_an_inference_is_sound(inference: Inference) -> None:
    assert refute(inference, samples=20) is None


@pytest.mark.parametrize("rule", REFUSED.rules, ids=lambda rule: rule.name)
def test_a_rejected_rule_is_refuted_by_its_counterexample(rule: Rule) -> None:
    assert check_counterexample(rule) is not None


def test_there_are_enough_rules() -> None:
    assert len(RULES) >= 250


def test_every_rule_names_its_source() -> None:
    assert all(rule.metadata.get("source") for rule in RULES)


def test_a_rejected_rule_is_not_among_the_rules() -> None:
    sides = {(rule.left, rule.right, rule.conditions) for rule in RULES}
    assert not [rule.name for rule in REFUSED if (rule.left, rule.right, ()) in sides]


def test_every_operator_is_in_some_rule() -> None:
    used = set().union(*(rule.heads | rule.products for rule in RULES))
    assert used == set(CONSTRUCTORS)
