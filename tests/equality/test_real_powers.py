"""Conditions of powers whose exponents differ by a whole number."""

from __future__ import annotations

import pytest

from sr_kernel.equality.constants import Constants
from sr_kernel.equality.domain import REAL, Condition
from sr_kernel.equality.normal_form import Normalizer
from sr_kernel.equality.real_powers import reduced
from sr_kernel.expr import parse


def left(wanted: str, *given: str) -> str:
    conditions = [
        Condition("!=", parse(text[: -len(" != 0")])) if text.endswith("!= 0")
        else Condition(REAL, parse(text))
        for text in (wanted, *given)
    ]  # fmt: skip
    exprs = [condition.term for condition in conditions]
    found = reduced(conditions[0], conditions[1:], Normalizer(Constants(exprs)))
    return "" if found is None else str(found)


@pytest.mark.parametrize(
    ("wanted", "given", "expected"),
    [
        ("x**(y + 2)", ("x**y",), ""),
        ("x**y", ("x**(y + 2)",), "x != 0"),
        ("x**y", ("x**(y + 2)", "x != 0"), ""),
        ("x**y", ("x**(2*y)",), "x**y is real"),
        ("x**y", ("z**(y + 1)",), "x**y is real"),
        ("x**y", ("x**(y + 1/2)",), "x**y is real"),
        ("x != 0", ("x**y",), "x != 0"),
    ],
)
def test_reduced(wanted: str, given: tuple[str, ...], expected: str) -> None:
    assert left(wanted, *given) == expected
