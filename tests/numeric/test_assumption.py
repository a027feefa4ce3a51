from __future__ import annotations

import pickle

import pytest
import sympy

from sr_kernel.errors import AssumptionError
from sr_kernel.expr import parse, symbol
from sr_kernel.numeric.assumption import NOTHING, Assumptions
from sr_kernel.numeric.relation import Relation


def given(*items: str) -> Assumptions:
    return Assumptions.parse(items)


@pytest.mark.parametrize(
    ("items", "box"),
    [
        (["x > 0"], {"x": (0, float("inf"))}),
        (["0 < x < 1"], {"x": (0, 1)}),
        (["-1 <= x", "x < 3", "x < 2"], {"x": (-1, 2)}),
        (["x = 3"], {"x": (3, 3)}),
        (["x == y"], {}),
        (["x != 0"], {}),
        (["x real", "y finite"], {}),
        (["x positive"], {"x": (0, float("inf"))}),
        (["x is negative"], {"x": (float("-inf"), 0)}),
        (["x nonnegative", "x nonpositive"], {"x": (0, 0)}),
        (["n integer", "n > 0", "n < 2.5"], {"n": (1, 2)}),
        (["n natural"], {"n": (0, float("inf"))}),
        (["`a b` > 1"], {"a b": (1, float("inf"))}),
        ("x > 0, y > 1", {"x": (0, float("inf")), "y": (1, float("inf"))}),
        ("max(x, 1) > 0", {}),
        ("", {}),
        ((), {}),
    ],
)
def test_boxes(items, box) -> None:
    assert Assumptions.parse(items).box() == box


def test_a_bound_that_is_a_term_without_variables() -> None:
    lo, _ = given("x > pi/2").box()["x"]
    assert lo == pytest.approx(1.5707963267948966)
    assert lo <= 1.5707963267948966


@pytest.mark.parametrize(
    "items",
    [
        ["foo"], ["x ~ 3"], ["x > "], ["> 3"], ["x > 0 integer"], ["x + y integer"], [3], ["3 > 4"],
        ["x > inf"], ["x > 0", "x < 0"], ["x > 1", "x < 1"], ["x == 0", "x != 0"],
        ["x integer", "0 < x < 1"], ["x > 0", "y > 0", "x + y < 0"], ["x < y", "y < x"],
        ["x == 0.5", "x integer"], ["x > 2", "x**2 < 4"], ["__import__('os').system('ls') > 0"],
        ["x > 0; import os"], ["exp(x) < 0"],
    ],
)  # fmt: skip
def test_malformed_and_contradictory(items) -> None:
    with pytest.raises(AssumptionError) as caught:
        Assumptions.parse(items)
    assert "\n" not in str(caught.value)


def test_the_way_out_is_shown() -> None:
    with pytest.raises(AssumptionError, match='write it like "x > 0"'):
        given("foo")
    with pytest.raises(AssumptionError, match="'x > 0', 'x < 0' contradict"):
        given("x > 0", "y > 2", "x < 0")
    with pytest.raises(AssumptionError, match="5 is not a list"):
        Assumptions.parse(5)  # type: ignore[arg-type]


def test_questions() -> None:
    facts = given("x > y", "n natural", "g > 1", "z != 0")
    assert facts.is_positive(parse("x - y"))
    assert facts.is_nonzero(parse("y - x"))
    assert facts.is_defined(parse("log(x - y)"))
    assert facts.is_positive(parse("log(g)"))
    assert facts.is_integer(parse("n**2"))
    assert facts.is_nonnegative(parse("n"))
    assert not facts.is_positive(parse("n"))
    assert facts.is_defined(parse("1/z"))
    assert not facts.is_defined(parse("1/n"))
    assert facts.implies(Relation(parse("x"), "!=", parse("y")))
    assert not facts.implies(Relation(parse("x"), ">", parse("0")))
    assert symbol("z") in facts.nonzero


def test_a_value_that_is_excluded() -> None:
    facts = given("x != 3")
    assert facts.is_defined(parse("1/(x - 3)"))
    assert facts.is_defined(parse("1/(3 - x)"))
    assert not facts.is_defined(parse("1/(x - 4)"))


def test_frozen_and_hashable() -> None:
    first, second = given("x > 0", "n integer"), given("x > 0", "n integer")
    assert first == second
    assert hash(first) == hash(second)
    assert pickle.loads(pickle.dumps(first)) == first
    assert not NOTHING
    assert first


def test_text_reads_back() -> None:
    facts = given("0 < x < 1", "`my n` integer", "x + y >= 2", "log(y) != 3")
    assert Assumptions.parse(list(facts)) == facts
    assert Assumptions.parse(str(facts)) == facts
    assert Assumptions.parse(facts) is facts


def test_repeated_facts_count_once() -> None:
    assert len(list(given(*["x > 0"] * 500))) == 1


def test_together() -> None:
    both = given("x > 0") | given("x > 0", "y > 0", "n integer")
    assert list(both) == ["x > 0", "y > 0", "n integer"]
    with pytest.raises(AssumptionError):
        given("x > 0") | given("x < 0")


def test_from_ranges() -> None:
    facts = Assumptions.from_ranges({"x": (0.1, 5), "y": (float("-inf"), 2)})
    assert facts.box() == {"x": (0.1, 5), "y": (float("-inf"), 2)}
    with pytest.raises(AssumptionError, match="the range of 'x'"):
        Assumptions.from_ranges({"x": (1, float("nan"))})


def test_from_sympy_symbols() -> None:
    x = sympy.Symbol("x", positive=True)
    n = sympy.Symbol("n", integer=True)
    facts = Assumptions.from_sympy_symbols(x**n + sympy.Symbol("q"))
    assert facts.is_positive(symbol("x"))
    assert facts.integers == {"n"}
    assert "q" not in facts.ranges
    assert Assumptions.parse([sympy.Symbol("x") > 0]).is_positive(symbol("x"))
