"""Conditions that follow from others by divisibility."""

from __future__ import annotations

import pytest

from sr_kernel.equality.constants import Constants
from sr_kernel.equality.domain import Condition
from sr_kernel.equality.sign import Signs
from sr_kernel.equality.zero_sets import ZeroSets
from sr_kernel.expr import parse


def follows(wanted: str, *given: str) -> bool:
    exprs = [parse(wanted), *map(parse, given)]
    sets = ZeroSets(Constants(exprs), Signs())
    conditions = [Condition("!=", expr) for expr in exprs]
    return sets.follows(conditions[0], conditions[1:])


@pytest.mark.parametrize(
    ("wanted", "given"),
    [
        ("sin(x)", ("cos(x) - 1", "cos(x) + 1")),
        ("cos(x/2)", ("cos(x) + 1",)),
        ("cos(2*x)", ("cos(x)", "1 - tan(x)**2")),
        ("tan(x + y)", ("sin(x)", "sin(x + y)")),
        ("sinh(x)", ("exp(x) - 1", "exp(x) + 1")),
        ("sin(2*x)", ("sin(x)", "cos(x)")),
    ],
)
def test_followed(wanted: str, given: tuple[str, ...]) -> None:
    assert follows(wanted, *given)


@pytest.mark.parametrize(
    ("wanted", "given"),
    [
        ("sin(x)", ("cos(x) - 1",)),
        ("cos(x)", ("sin(x)",)),
        ("sin(2*x)", ("sin(x)",)),
        ("sqrt(x) - 1", ("sqrt(x) + 1",)),
        ("1/(sqrt(x) + y)", ("x - y**2",)),
        ("sin(x)", ()),
    ],
)
def test_not_shown(wanted: str, given: tuple[str, ...]) -> None:
    assert not follows(wanted, *given)


def test_other_relations_are_left_alone() -> None:
    expr = parse("sin(x)")
    sets = ZeroSets(Constants([expr]), Signs())
    assert not sets.follows(Condition(">", expr), [Condition(">", expr)])
