from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import terms

from sr_kernel.errors import ExpressionError
from sr_kernel.expr import Expr, parse, symbol, to_text


@given(terms)
def test_printed_text_reads_back_as_the_same_object(term: Expr) -> None:
    assert parse(to_text(term)) is term


@pytest.mark.parametrize(
    ("text", "same"),
    [("x^2", "x**2"), ("a − b", "a - b"), ("a·b×c", "a*b*c"), ("ln(x)", "log(x)"),
     ("log(x, 2)", "log(x)/log(2)"), ("arcsin(x)", "asin(x)"), ("Abs(x)", "abs(x)"),
     ("square(x + 1)", "(x + 1)**2"), ("sub(x, y)", "x - y"), ("-x**2", "-(x**2)"),
     ("2**3**2", "2**(3**2)"), ("a/b/c", "(a/b)/c"), ("+x", "x"), ("--x", "x"),
     ("mul(add(X0, 1), X0)", "(X0 + 1)*X0"), (".5*x", "0.5*x"), ("2.*x", "2.0*x"),
     ("inv(x)", "1/x"), ("2*π", "2*pi"), ("x**-y", "x**(-y)"), ("-1/2", "(-1)/2"), ("`x`", "x")],
)  # fmt: skip
def test_spellings(text: str, same: str) -> None:
    assert parse(text) is parse(same)


@pytest.mark.parametrize("name", ["E", "I", "beta", "lambda", "S", "N", "größe", "x_1"])
def test_names_that_mean_something_elsewhere_are_variables(name: str) -> None:
    assert parse(name) is symbol(name)


def test_declared_variables_win_over_constants() -> None:
    assert parse("e") is not symbol("e")
    assert parse("e", variables=["e"]) is symbol("e")
    assert to_text(symbol("e")) == "`e`"
    assert parse("`e`") is symbol("e")


@pytest.mark.parametrize(
    ("text", "message", "position"),
    [("", "empty", 0), ("   ", "empty", 0), ("x +", "stops early", 3), ("(x", "never closed", 0),
     ("x)", "unexpected", 1), ("2 x", "missing operator", 2), ("foo(x)", "did you mean floor", 0),
     ("sin(x, y)", "takes 1 argument", 0), ("max(x)", "two or more", 0), ("1/0", "zero", 1),
     ("x/0.0", "zero", 1), ("div(1, 0)", "zero", 0), ("sin", "is a function", 0),
     ("1e999", "beyond the range", 0), ("inf", "not a number", 0), ("nan", "not a number", 0),
     ("x = 1", "no =", 2), ("y ~ x", "formula", 2), ("|x|", r"abs\(x\)", 0), ("5 % 2", "mod", 2),
     ("x[0]", "cannot be read", 1), ("a.b", "cannot be read", 1), ("`x", "never closed", 0),
     ("x; y", "cannot be read", 1), ("__class__", "not accepted", 0), ("``", "name", 0),
     ("__import__('os').system('x')", "cannot be read", 11), ("x,", "unexpected", 1),
     ("square(x, y)", "takes 1", 0), ("()", "unexpected", 1), ("*x", "unexpected", 0),
     ("9" * 5000, "too long", 0), ("1 + atan2(y, x)", r"write 2\*atan\(y/", 4),
     ("x²", r"as x\*\*2", 1), ("2*½", "as 1/2", 2), ("x₁ + y⁻¹", r"as x\*\*2", 6),
     ("x\u200b+1", "ZERO WIDTH SPACE", 1), ("x\0", "control character", 1), ("x ÷ 2", "write /", 2),
     ("x//2", r"floor\(a/b\)", 2), ("x < 1", "no comparison", 2), ("√x", "sqrt", 0),
     ("1e-400*x", "too small", 0), ("mod(x, 0)", "literal zero", 0)],
)  # fmt: skip
def test_errors_name_the_place(text: str, message: str, position: int) -> None:
    with pytest.raises(ExpressionError, match=message) as caught:
        parse(text)
    assert caught.value.position == position


def test_unknown_variable_names_the_closest() -> None:
    with pytest.raises(ExpressionError, match="did you mean mass"):
        parse("mas*x", variables=["mass", "x"])
    with pytest.raises(ExpressionError, match="known are a, b"):
        parse("qqq", variables=["a", "b"])


def test_text_is_needed() -> None:
    with pytest.raises(ExpressionError, match="not int"):
        parse(3)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    ["(" * 3000 + "x" + ")" * 3000, "sin(" * 3000 + "x", "x**" * 3000 + "x", "x/" * 3000 + "x",
     "-(" * 3000 + "x", "x" * 100_000, "x+" * 50_000 + "x", "(" * 100_000],
)  # fmt: skip
def test_monsters_get_a_quick_answer(text: str) -> None:
    started = time.perf_counter()
    with pytest.raises(ExpressionError):
        parse(text)
    assert time.perf_counter() - started < 5


def test_long_flat_text_is_read() -> None:
    assert len(parse("+".join(["x"] * 20_000)).args) == 20_000
    assert parse("-" * 3001 + "x") is -symbol("x")


@given(st.text(alphabet="xy1.+-*/^(), e`sincos~", max_size=30))
def test_any_text_is_a_term_or_a_clear_error(text: str) -> None:
    try:
        term = parse(text)
    except ExpressionError as caught:
        message = str(caught)
    else:
        message = ""
        assert parse(to_text(term)) is term
    assert "\n" not in message
