"""The check of the analysis rules: wrong claims are refuted, true ones are not."""

from __future__ import annotations

from fractions import Fraction

import pytest

from sr_kernel.egraph.inference import Inference, inferences, refute
from sr_kernel.egraph.pattern import CONSTRUCTORS
from sr_kernel.egraph.ruleset import Condition

A, B = ("?", "a"), ("?", "b")


def fact(name: str, term: tuple) -> Condition:
    return Condition("fact", (name, term))


def inference(about: tuple, *claims: tuple, when: tuple[Condition, ...] = ()) -> Inference:
    return Inference("planted", about, when, claims, 1)


TRUE = [
    inference(("Exp", A), ("nonneg", None)),
    inference(("Exp", A), ("positive", None), when=(fact("def", A),)),
    inference(("Sin", A), ("lo", Fraction(-1)), ("hi", Fraction(1))),
    inference(("Mul", A, B), ("nonneg", None), when=(fact("nonneg", A), fact("nonneg", B))),
    inference(("Add", A, B), ("lo", ("+", ("?", "m"), ("?", "n"))),
              when=(Condition("bound", ("m", "lo", A)), Condition("bound", ("n", "lo", B)))),
    inference(A, ("nz", None), when=(fact("positive", A),)),
]  # fmt: skip
FALSE = [
    inference(("Exp", A), ("negative", None)),
    inference(("Exp", A), ("lo", Fraction(1, 100))),
    inference(("Log", A), ("def", None)),
    inference(("Sin", A), ("hi", Fraction(99, 100))),
    inference(("Cosh", A), ("lo", Fraction(2))),
    inference(("Mul", A, B), ("nonneg", None), when=(fact("nonneg", A),)),
    inference(("Floor", A), ("hi", ("-", ("?", "m"), Fraction(1))),
              when=(Condition("bound", ("m", "hi", A)),)),
    inference(A, ("positive", None), when=(fact("nonneg", A), fact("def", A))),
    inference(("Add", A, B), ("int", None), when=(fact("int", A),)),
]  # fmt: skip


@pytest.mark.parametrize("item", TRUE, ids=str)
def test_true_claims_stand(item: Inference) -> None:
    assert refute(item) is None


@pytest.mark.parametrize("item", FALSE, ids=str)
def test_wrong_claims_are_refuted_by_an_instance(item: Inference) -> None:
    sentence = refute(item)
    assert sentence is not None
    assert sentence.startswith("planted: ")
    assert "refutes" in sentence


def test_what_never_applies_is_told() -> None:
    never = inference(A, ("nz", None), when=(fact("positive", A), fact("negative", A)))
    assert refute(never) == "its conditions held on no instance tried"


def test_a_refutation_is_repeatable() -> None:
    assert refute(FALSE[0], seed=3) == refute(FALSE[0], seed=3)


def test_every_operator_of_the_language_is_reasoned_about() -> None:
    about = {item.about[0] for item in inferences()}
    assert about - {"?", "Num"} <= CONSTRUCTORS.keys()
    assert CONSTRUCTORS.keys() - about == set()


def test_inferences_have_their_own_names() -> None:
    names = [item.name for item in inferences()]
    assert len(names) == len(set(names))
    assert all(item.claims and item.line > 0 for item in inferences())
