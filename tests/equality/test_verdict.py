"""Verdicts: equal, same family, different with a counterexample that executes, undecided."""

from __future__ import annotations

import random
import re
import time
from typing import Any

import numpy as np
import pytest
from pairs import pairs
from verdicts import fault

from sr_kernel.equality import compare, equivalent
from sr_kernel.errors import AssumptionError, ExpressionError, OptionError
from sr_kernel.expr import number, parse, transform
from sr_kernel.numeric.precise import evaluate_precise

EQUAL = [
    ("2*atanh(1/3)", "log(2)", ()),
    ("atanh(x)", "(log(1 + x) - log(1 - x))/2", ()),
    ("asinh(y - x)", "log(y - x + sqrt((x - y)**2 + 1))", None),
    ("2*asinh(x/sqrt(3))", "2*log(x + sqrt(x**2 + 3)) - log(3)", None),
    ("acosh(x)", "-log(x - sqrt(x**2 - 1))", None),
    ("tanh(asinh(x*(z - x)))", "-x*(x - z)/sqrt(x**2*(z - x)**2 + 1)", None),
    ("sinh(-acosh(x))", "-sqrt(x**2 - 1)", None),
    ("cosh(atanh(x))", "1/sqrt(1 - x**2)", None),
    ("atan(1/sqrt(3)) + asin(sqrt(2)/2)", "5*pi/12", ()),
    ("mod(x + 4 + pi, 4 + pi)", "mod(x, min(4, pi) + max(pi, 4))", ()),
    ("sqrt(3 + 2*sqrt(2))", "1 + sqrt(2)", ()),
    ("sqrt(8 - 2*sqrt(15))", "sqrt(5) - sqrt(3)", ()),
    ("(11 - 6*sqrt(2))**(-1/2)", "1/(3 - sqrt(2))", ()),
    ("atan(x) + atan(1/x)", "sign(x)*pi/2", ("x != 0",)),
    ("atan(-2/(x + y))", "atan((x + y)/2) - sign(x + y)*pi/2", None),
    ("mod(3*y + x, y)", "mod(x, y)", ()),
    ("exp(2*cos(5))", "exp(sin(10)/sin(5))", ()),
    ("sin(14*x)", "2*sin(7*x)*cos(7*x)", ()),
    ("(sinh(3/4)**3 - tan(sinh(3/4)))**-2", "1/(tan(sinh(-3/4) + 3*pi)*-1 + sinh(-3/4)**3)**2", ()),
    ("sin(2.6*x + 0.4)", "2*sin(1.3*x + 0.2)*cos(1.3*x + 0.2)", ()),
    ("x*(y + 1)", "x*y + x", ()),
    ("x/x", "1", ("x != 0",)),
    ("sqrt(x)**2", "x", ("x >= 0",)),
    ("log(x**2)", "2*log(abs(x))", ()),
    ("log(x**2)", "2*log(x)", ("x > 0",)),
    ("sin(x + y)", "sin(x)*cos(y) + cos(x)*sin(y)", ()),
    ("cos(2*x)", "1 - 2*sin(x)**2", ()),
    ("tanh(x)", "(exp(2*x) - 1)/(exp(2*x) + 1)", ()),
    ("tan(x/2)", "sin(x)/(1 + cos(x))", None),
    ("2**x", "exp(x*log(2))", ()),
    ("x**y", "exp(y*log(x))", None),
    ("asin(x) + acos(x)", "pi/2", None),
    ("0.1 + 0.2", "0.3", ()),
    ("sqrt(2)*sqrt(3)", "sqrt(6)", ()),
    ("max(x, y) - min(x, y)", "abs(x - y)", ()),
    ("mod(x, 2)", "x - 2*floor(x/2)", ()),
    ("(x + y)**200", "(y + x)**200", ()),
]


@pytest.mark.parametrize(("a", "b", "conditions"), EQUAL)
def test_equal(a: str, b: str, conditions: tuple[str, ...] | None) -> None:
    verdict = compare(a, b)
    assert verdict.status == "equal"
    assert conditions is None or verdict.conditions == conditions
    assert equivalent(b, a) is True


DIFFERENT = [
    ("x", "y"),
    ("sqrt(x**2)", "x"),
    ("asin(sin(x))", "x"),
    ("atan(x) + atan(1/x)", "pi/2"),
    ("log(x*y)", "log(abs(x)) + log(y) + 1"),
    ("x**2", "x**2 + 1e-9"),
    ("floor(x)", "x"),
]


@pytest.mark.parametrize(("a", "b"), DIFFERENT)
def test_different_with_a_counterexample_that_executes(a: str, b: str) -> None:
    verdict = compare(a, b)
    assert verdict.status == "different"
    assert verdict.counterexample is not None
    left = evaluate_precise(parse(a), verdict.counterexample)
    right = evaluate_precise(parse(b), verdict.counterexample)
    assert left is not None
    assert right is not None
    assert abs(left - right) > 1e-12 * abs(left)
    assert equivalent(a, b) is False


def test_terms_that_are_never_defined_together_differ() -> None:
    verdict = compare("sqrt(x - 5)", "sqrt(-x - 5)")
    assert verdict.status == "different"
    assert (verdict.left is None) != (verdict.right is None)


def test_contradicting_domains_prove_nothing() -> None:
    assert compare("log(x) + abs(x)", "log(-x) + x").status != "equal"


def test_same_family_maps_the_constants() -> None:
    verdict = compare("2.5*x + 1.3", "(x + 0.7)*3.1")
    assert verdict.status == "same_family"
    (first, second) = sorted(verdict.constants)
    assert first == pytest.approx((1.3, 2.17))
    assert second == pytest.approx((2.5, 3.1))
    assert equivalent("2.5*x", "3.5*x") is False


FAMILIES = [
    ("2*x + 3", "2.1*x + 3.3", ((2, 2.1), (3, 3.3))),
    ("x + 1.5", "x + 2", ((1.5, 2),)),
    ("3*sin(2*x/3)", "4.5*sin(5*x)", ((2 / 3, 5), (3, 4.5))),
    ("2.2**x", "3**x", ((2.2, 3),)),
    ("max(x, 2)/y", "max(0.5, x)/y", ((2, 0.5),)),
    ("2.5*sin(x)", "sin(x)*3.5", ((2.5, 3.5),)),
    ("(2*x + 3)*1.5", "7*(x - 2.5)", ((3, 7), (4.5, -17.5))),
]


@pytest.mark.parametrize(("a", "b", "constants"), FAMILIES)
def test_numbers_tell_no_family_apart(a: str, b: str, constants: object) -> None:
    verdict = compare(a, b)
    assert verdict.status == "same_family"
    assert np.allclose(sorted(verdict.constants), constants)
    assert verdict.counterexample is not None
    assert verdict.left != verdict.right
    assert equivalent(a, b) is False


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("x + 1", "x + 2"),
        ("1.5*x**2", "1.5*x**3"),
        ("1.5*x - y", "1.5*x + y"),
        ("x", "2.5*x"),
        ("2.5*sin(x)", "2.5*cos(x)"),
        ("2.5", "x"),
    ],
)
def test_structure_tells_families_apart(a: str, b: str) -> None:
    assert compare(a, b).status == "different"


def test_constants_that_only_rounding_tells_apart_are_no_family() -> None:
    first, second = "x/2.3*(1.5*1.5**cosh(x) + 3.9)", "(3.9/2.3 + 1.5**(cosh(x) + 1)/2.3)*x"
    assert compare(first, second).status in ("equal", "undecided")


def test_counterexamples_are_within_the_range_of_floats() -> None:
    verdict = compare("y/x**cbrt((x + 1/2)**6)", "y/x**(x + 1/2)**3", assume="x > 1")
    assert verdict.status == "different"
    assert verdict.left != verdict.right


def test_assumptions_decide() -> None:
    assert equivalent("sqrt(x**2)", "x", assume="x > 0") is True
    assert equivalent("abs(x - y)", "x - y", assume=("x > y",)) is True


def test_counterexamples_respect_the_assumptions() -> None:
    verdict = compare("x**2", "x", assume=("x > 2", "x < 3"))
    assert verdict.counterexample is not None
    assert 2 < verdict.counterexample["x"] < 3


def test_what_nothing_shows_is_undecided() -> None:
    hard = compare("sin(1e-30*x)", "1e-30*x")
    assert hard.status != "equal"
    assert equivalent("gamma", "gamma") is True


def test_a_verdict_is_not_a_truth_value() -> None:
    with pytest.raises(TypeError):
        bool(compare("x", "x"))


@pytest.mark.parametrize("bad", ["x +", "f(x)", "", None, 3])
def test_bad_input_is_named(bad: object) -> None:
    with pytest.raises(ExpressionError):
        compare(bad, "x")


def test_contradicting_assumptions_are_named() -> None:
    with pytest.raises(AssumptionError):
        compare("x", "x", assume=("x > 0", "x < 0"))


@pytest.mark.parametrize("seed", range(8))
def test_generated_pairs(seed: int) -> None:
    """A sample of what ``make bench-verdicts`` measures."""
    undecided = 0
    for pair in pairs(24, seed):
        verdict = compare(pair.left, pair.right, assume=pair.assumptions)
        assert not fault(pair, verdict), f"{pair} {verdict}"
        undecided += verdict.status == "undecided"
    assert undecided <= 2


FAMILIES = [
    "c*sin(c*x + c) + c", "c*exp(-c*x) + c*y", "x**c*c + c*y", "(c*x + c)/(x + c)",
    "log(x + c)*c - c", "c/(c + exp(c*x))", "sqrt(x**2 + c)*c", "c*tanh(c*x - c*y) + c*x*y",
    "c*max(x, c) + abs(y - c)", "c**x + c*atan(x/y)", "floor(c*x) + mod(y, c)",
    "x*(c + y*(c + x*c))",
]  # fmt: skip


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("seed", range(4))
def test_the_map_of_constants_carries_one_fit_into_the_other(family: str, seed: int) -> None:
    rng = random.Random(f"{family} {seed}")
    one, other = (
        parse(re.sub(r"\bc\b", lambda _: f"{rng.uniform(0.2, 5):.3f}", family)) for _ in range(2)
    )
    found = compare(one, other)
    assert found.status == "same_family"
    values = dict(found.constants)
    values |= {-left: -right for left, right in found.constants}
    carried = transform(
        one, lambda node: number(values[node.value]) if isinstance(node.value, float) else node
    )
    assert compare(carried, other).status == "equal"


def test_a_difference_is_shown_where_values_are_plain() -> None:
    verdict = compare("exp(40*sin(3*x))", "exp(40*sin(3*x)) + exp(-x**2)")
    assert verdict.status == "different"
    assert verdict.left is not None
    assert verdict.right is not None
    assert 1e-4 < max(abs(verdict.left), abs(verdict.right)) < 1e4


def test_no_time_at_all_decides_nothing() -> None:
    assert compare("sin(x)**2", "1 - cos(x)**2", time_limit=1e-9).status == "undecided"
    assert equivalent("sin(x)**2", "1 - cos(x)**2", time_limit=1e-9) is None


@pytest.mark.parametrize("limit", [0, -1, float("nan"), float("inf"), "1"])
def test_bad_time_limits_are_named(limit: Any) -> None:
    with pytest.raises(OptionError, match="time_limit"):
        compare("x", "x", time_limit=limit)


def test_rounding_of_parts_is_judged_in_one_pass() -> None:
    terms = " + ".join(f"{i}.1*sin({i}*x)**{i % 3 + 1}" for i in range(150))
    started = time.process_time()
    assert compare(terms, f"x + {terms}").status == "different"
    assert time.process_time() - started < 6
