"""Kinds of input and output."""

from __future__ import annotations

import pytest

from sr_kernel.equality.reading import assumptions_of, is_sympy, read, writer_for
from sr_kernel.errors import ExpressionError
from sr_kernel.expr import parse


def test_three_kinds_are_read() -> None:
    import sympy

    x = sympy.Symbol("x")
    assert read("x + 1") is parse("x + 1")
    assert read(parse("x + 1")) is parse("x + 1")
    assert read(sympy.sin(x)) is parse("sin(x)")
    assert is_sympy(x)
    assert not is_sympy("x")


def test_results_are_given_back_in_kind() -> None:
    import sympy

    expr = parse("2*x")
    assert writer_for("x")(expr) == "2*x"
    assert writer_for(expr)(expr) is expr
    assert writer_for(sympy.Symbol("x"))(expr) == 2 * sympy.Symbol("x")


def test_symbols_bring_their_assumptions() -> None:
    import sympy

    source = sympy.Symbol("k", integer=True, positive=True)
    known = assumptions_of(("x > 0",), [source, "y"])
    assert known.is_positive(parse("k"))
    assert known.is_integer(parse("k"))
    assert known.is_positive(parse("x"))


@pytest.mark.parametrize("bad", [None, 3, b"x", object()])
def test_anything_else_is_named(bad: object) -> None:
    with pytest.raises(ExpressionError, match="give text"):
        read(bad)
