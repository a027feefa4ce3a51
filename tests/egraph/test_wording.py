"""Core nodes as they are printed."""

from __future__ import annotations

import pytest

from sr_kernel.egraph.wording import Wording
from sr_kernel.expr import parse, to_text

APPLIED = [
    ("Add", ("2", "x"), "x + 2"),
    ("Add", ("-y", "x"), "x - y"),
    ("Mul", ("1/2", "x"), "x/2"),
    ("Mul", ("-1", "x*y"), "-x*y"),
    ("Mul", ("x", "1/y"), "x/y"),
    ("Mul", ("x/y", "a/b"), "a*x/(b*y)"),
    ("Mul", ("2", "1/(1/x)"), "2/(1/x)"),
    ("Mul", ("1", "sin(x)"), "sin(x)"),
    ("Mul", ("1.0", "x"), "1.0*x"),
    ("Pow", ("x", "1/2"), "sqrt(x)"),
    ("Pow", ("x", "-1"), "1/x"),
    ("Max", ("2", "x"), "max(x, 2)"),
]


@pytest.mark.parametrize(("head", "args", "text"), APPLIED)
def test_nodes_read_as_people_write_them(head: str, args: tuple[str, ...], text: str) -> None:
    assert to_text(Wording(parse("z")).apply(head, [parse(arg) for arg in args])) == text


def test_a_part_of_the_own_term_is_spelled_as_it_is_there() -> None:
    wording = Wording(parse("sin(2 + x) + z*y*2"))
    assert wording.apply("Add", [parse("x"), parse("2")]) is parse("2 + x")
    assert wording.apply("Mul", [parse("2"), parse("y*z")]) is parse("z*y*2")


def test_terms_that_differ_only_in_order_are_spelled_alike() -> None:
    wording = Wording(parse("0"))
    assert wording.settled(parse("a + (b + c)")) is wording.settled(parse("c + b + a"))
    assert wording.settled(parse("x/y/z")) is wording.settled(parse("x/(z*y)"))
    assert wording.settled(parse("1/(1/x)")) is not wording.settled(parse("x"))
