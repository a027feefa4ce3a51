"""sr_kernel.egraph.prospect: whether rules can match at all."""

import pytest

from sr_kernel.egraph.instance import instantiate
from sr_kernel.egraph.prospect import has_prospects
from sr_kernel.egraph.ruleset import Rule, Ruleset
from sr_kernel.egraph.soundness import _metavariables
from sr_kernel.expr import parse, symbol

DEFAULT = Ruleset.default()
PLAIN = [rule for rule in DEFAULT.searching if not _metavariables(rule)[1]]


@pytest.mark.parametrize("rule", PLAIN, ids=lambda rule: rule.name)
def test_the_left_side_of_every_rule_has_prospects(rule: Rule) -> None:
    terms = {name: symbol(name) for name in _metavariables(rule)[0]}
    left = instantiate(rule.left, terms, {})
    assert has_prospects(left, DEFAULT)
    assert has_prospects(3 * left + symbol("q"), DEFAULT)


@pytest.mark.parametrize(
    "text",
    [
        "1.5*sin(2.5*x) + 0.3", "0.5*x**2 + 1.1*y", "sqrt(abs(x + 0.2))", "log(x) + 1.5*y",
        "exp(-0.3*x)*y", "tanh(0.1*x + 0.2)", "abs(0.3*x - 1.2)**0.7", "2.5**x*exp(1.5*y)",
        "1.5*x + 0.2*sqrt(x)", "2.5*exp(-1/x) + 0.3",
    ],
)  # fmt: skip
def test_plain_models_have_none(text: str) -> None:
    assert not has_prospects(parse(text), DEFAULT)


def test_of_a_user_s_rules_each_counts() -> None:
    own = Ruleset.parse("(rewrite (Sin a) a :ruleset small :name small-angle)".replace(
        "small-angle", '"small-angle"'))  # fmt: skip
    assert has_prospects(parse("sin(x)"), own)
    assert not has_prospects(parse("cos(x)"), own)
