import itertools
from fractions import Fraction
from pathlib import Path

import pytest

from sr_kernel.egraph.ruleset import Ruleset
from sr_kernel.egraph.soundness import check_counterexample, check_rule, check_rules, instances
from sr_kernel.errors import RuleError

PLANTED = {
    "value": [
        "(Sqrt (Pow a $2)) a",
        "(Sub (Pow (Tan a) $2) (Pow (Cos a) $-2)) $1",
        "(Sin (Add a b)) (Add (Mul (Sin a) (Cos b)) (Mul (Sin b) (Cos b)))",
        "(Floor (Add a b)) (Add (Floor a) (Floor b))",
        "(Acosh (Cosh a)) a",
        "(Max (Mul a c) (Mul b c)) (Mul (Max a b) c)",
        "(Sign (Pow a $2)) (Sign a)",
        "(Abs a) a :when ((= l (lo a)) (>= l $q-1))",
        "(Sin (Mul $3 a)) (Sub (Mul $3 (Sin a)) (Mul $3 (Pow (Sin a) $3)))",
    ],
    "enlarged": [
        "(Exp (Log a)) a",
        "(Div a a) $1",
        "(Mul $0 a) $0",
        "(Pow a $0) $1",
        "(Mul (Tan a) (Cos a)) (Sin a)",
        "(Add (Log a) (Log b)) (Log (Mul a b))",
    ],
    "undefined": [
        "(Log (Mul a b)) (Add (Log a) (Log b))",
        "(Div (Cos a) (Sin a)) (Div $1 (Tan a))",
        "(Sqrt (Mul a b)) (Mul (Sqrt a) (Sqrt b))",
        "(Log (Pow a $2)) (Mul $2 (Log a))",
    ],
}
CASES = [(kind, sides) for kind, rules in PLANTED.items() for sides in rules]

LOOKING_RIGHT = [
    line.split(" ;; ")
    for line in (Path(__file__).parent / "planted_rules.txt").read_text("utf-8").splitlines()
    if line.startswith("(")
]
"""Rules of many kinds with where each is wrong, or "right"."""


def rules_of(*bodies: str, before: str = "") -> Ruleset:
    lines = [
        f'(rewrite {body} :ruleset planted :name "planted-{place}")'
        for place, body in enumerate(bodies)
    ]
    return Ruleset.parse("\n".join([before, *lines]), "planted.egg")


@pytest.mark.parametrize(("kind", "sides"), CASES, ids=[sides for _, sides in CASES])
def test_a_planted_wrong_rule_is_caught(kind: str, sides: str) -> None:
    finding = check_rule(rules_of(sides).rules[0])
    assert finding is not None
    assert finding.kind == kind


@pytest.mark.parametrize(("sides", "wrong_at"), LOOKING_RIGHT, ids=lambda text: text)
def test_a_rule_that_looks_right_is_told_from_one_that_is(sides: str, wrong_at: str) -> None:
    finding = check_rule(rules_of(sides).rules[0])
    if wrong_at == "right":
        assert finding is None
    else:
        assert finding is not None
        assert finding.kind != "untested"


def test_two_metavariables_meet_all_pairs_of_edges() -> None:
    found = instances("label", ["a", "b", "c"], ["n"], seed=0, extra=[Fraction(9)])
    rows = [(*map(str, terms.values()), *literals.values()) for terms, literals in found.edges]
    for one, other in itertools.combinations(range(4), 2):
        pairs = {(row[one], row[other]) for row in rows}
        assert len(pairs) == len({a for a, _ in pairs}) * len({b for _, b in pairs})
    assert ("log(-1)",) * 3 in {row[:3] for row in rows}
    assert Fraction(1, 9) in {row[3] for row in rows}


def test_a_finding_names_file_line_and_instance() -> None:
    text = str(check_rule(rules_of("(Exp (Log a)) a").rules[0]))
    assert text == "planted.egg:2: planted-0: exp(log(0)) is undefined, unlike 0"


def test_a_guard_that_never_holds_is_a_finding() -> None:
    findings = check_rules(rules_of("(Abs a) a :when ((= l (lo a)) (< l $q0) (positive a))"))
    assert [finding.kind for finding in findings] == ["untested"]
    assert "held on no instance" in str(findings[0])


def test_the_same_seed_gives_the_same_finding() -> None:
    rule = rules_of("(Floor (Mul a b)) (Mul (Floor a) b)").rules[0]
    assert str(check_rule(rule, seed=3)) == str(check_rule(rule, seed=3))


def test_a_true_rule_has_no_counterexample() -> None:
    rules = rules_of("(Add a b) (Add b a)", before=";;@ counterexample: a = 1; b = 2")
    assert check_counterexample(rules.rules[0]) is None


def test_a_counterexample_must_be_complete() -> None:
    rules = rules_of("(Add a b) a", before=";;@ counterexample: a = 1")
    with pytest.raises(RuleError, match=r"planted\.egg:2: the counterexample must give every"):
        check_counterexample(rules.rules[0])
