"""The prover: what it proves, what it relies on, and when it stops."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from pairs import pairs

from sr_kernel.egraph.prover import Known, Prover
from sr_kernel.egraph.ruleset import Ruleset
from sr_kernel.expr import parse
from sr_kernel.numeric.assumption import NOTHING, Assumptions

FOREVER = float("inf")


def prover(
    start: str,
    goal: str,
    rules: str = "",
    facts: str = "",
    known: tuple[tuple[str, str, str], ...] = (),
) -> Prover:
    ruleset = Ruleset.parse(rules) if rules else Ruleset.default()
    equalities = [Known(parse(one), parse(other), name) for one, other, name in known]
    return Prover(parse(start), parse(goal), ruleset, Assumptions.parse(facts), equalities)


def rule(left: str, right: str, name: str, when: str = "") -> str:
    guard = f" :when ({when})" if when else ""
    return f'(rewrite {left} {right}{guard} :ruleset own :name "{name}")'


def steps(found: Prover) -> list[tuple[str, str, str]]:
    return [(str(before), str(after), reason.rule) for before, after, reason, _ in found.proof()]


def test_a_proof_leads_from_start_to_goal() -> None:
    found = prover("sin(x)**2 + cos(x)**2 + y", "y + 1")
    assert found.run(1000, 4, FOREVER) == "proved"
    chain = steps(found)
    assert "pythagoras" in [name for *_, name in chain]
    for (_, after, _), (before, _, _) in pairwise(chain):
        assert after == before


def test_equal_terms_are_proved_at_once() -> None:
    assert prover("a + b", "b + a", rule("(Sin a)", "(Cos a)", "any")).run(0, 1, 0.0) == "proved"


def test_a_rule_needs_its_guard() -> None:
    text = rule("(Sqrt (Pow a $2))", "a", "own-root", "(nonneg a)")
    assert prover("sqrt(x**2)", "x", text).run(500, 4, FOREVER) == "saturated"
    found = prover("sqrt(x**2)", "x", text, facts="x > 1")
    assert found.run(500, 4, FOREVER) == "proved"
    (reason,) = (reason for _, _, reason, _ in found.proof() if reason.rule == "own-root")
    assert reason.conditions == ("x >= 0",)


def test_a_guard_that_always_holds_is_not_told() -> None:
    text = rule("(Sqrt (Pow a $2))", "a", "own-root", "(nonneg a)")
    found = prover("sqrt(exp(x)**2)", "exp(x)", text)
    assert found.run(500, 4, FOREVER) == "proved"
    assert all(not reason.conditions for _, _, reason, _ in found.proof())


@pytest.mark.parametrize(
    ("when", "facts", "proved"),
    [
        ("(def a)", "", False),
        ("(def a)", "x > 0", True),
        ("(int (Log a))", "x > 0", False),
        ("(positive (Log a))", "x > 1", True),
        ("(negative (Log a))", "0 < x, x < 1", True),
        ("(nz (Log a))", "x > 1", True),
        ("(nonpos (Log a))", "x > 1", False),
        ("(= m (lo a)) (> m $q2)", "x > 3", True),
        ("(= m (lo a)) (> m $q2)", "x > 1", False),
        ("(= m (hi a)) (< m $q2)", "x > 1", False),
    ],
)
def test_guards_are_decided_by_intervals(when: str, facts: str, proved: bool) -> None:
    guard = when.replace("(def a)", "(def (Log a))")
    text = rule("(Cosh (Log a))", "(Sinh (Log a))", "own", guard)
    reason = prover("cosh(log(x))", "sinh(log(x))", text, facts).run(500, 3, FOREVER)
    assert (reason == "proved") == proved


def test_computed_literals() -> None:
    text = rule("(Pow (Pow a (Num m)) (Num n))", "(Pow a (Num (* m n)))", "own-power")
    assert prover("(x**2)**3", "x**6", text).run(500, 3, FOREVER) == "proved"
    assert prover("(x**2)**3", "x**5", text).run(500, 3, FOREVER) == "saturated"


def test_a_literal_is_also_the_inverse_of_one() -> None:
    text = rule("(Add (Atan a) (Atan (Div $1 a)))", "(Acos a)", "own")
    assert prover("atan(2) + atan(1/2)", "acos(2)", text).run(500, 3, FOREVER) == "proved"
    text = rule("(Floor (Div (Floor a) (Num n)))", "(Floor (Div a (Num n)))", "own")
    assert prover("floor(floor(x)/3)", "floor(x/3)", text).run(500, 3, FOREVER) == "proved"


def test_known_equalities_are_used_inside_terms() -> None:
    text = rule("(Sin a)", "(Cos a)", "own")
    found = prover("sin(x + y)", "cos(z)", text, known=(("x + y", "z", "given"),))
    assert found.run(500, 3, FOREVER) == "proved"
    assert {name for *_, name in steps(found)} == {"given", "own"}


def test_sums_of_equal_terms_are_equal_however_they_are_grouped() -> None:
    text = rule("(Sin a)", "(Cos a)", "own")
    found = prover("sin(x) + y + exp(z) + 2*w", "exp(z) + (y + (2*w + cos(x)))", text)
    assert found.run(1500, 4, FOREVER) == "proved"


def test_reasons_to_stop() -> None:
    grows = rule("(Sin a)", "(Cos (Sin (Exp a)))", "grows")
    assert prover("sin(x)", "y", grows).run(30, 100, FOREVER) == "nodes"
    assert prover("sin(x)", "y", grows).run(10_000, 2, FOREVER) == "rounds"
    assert prover("sin(x)", "y", grows).run(10_000, 100, time.monotonic()) == "time"
    assert prover("x", "y", grows).run(100, 10, FOREVER) == "saturated"


def test_floats_match_no_literal_of_a_rule() -> None:
    text = rule("(Pow a $2)", "(Sin a)", "own")
    assert prover("x**2", "sin(x)", text).run(100, 2, FOREVER) == "proved"
    assert prover("x**2.0", "sin(x)", text).run(100, 2, FOREVER) == "saturated"


@pytest.mark.parametrize("seed", range(2))
def test_what_differs_is_never_proved(seed: int) -> None:
    for pair in pairs(16, seed):
        found = Prover(pair.left, pair.right, Ruleset.default(), pair.assumptions)
        reason = found.run(600, 3, time.monotonic() + 1)
        assert pair.equal or reason != "proved", pair


def test_no_assumptions_prove_no_sign() -> None:
    found = Prover(parse("abs(x)"), parse("x"), Ruleset.default(), NOTHING)
    assert found.run(600, 4, FOREVER) != "proved"
