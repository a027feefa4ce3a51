from __future__ import annotations

import pytest
import sympy
from hypothesis import given, settings
from strategies import terms

from sr_kernel.errors import ExpressionError
from sr_kernel.expr import (
    Expr,
    apply,
    from_sympy,
    number,
    parse,
    symbol,
    to_sympy,
    to_text,
    variables,
    walk,
)

x, y = sympy.symbols("x y")


@pytest.mark.parametrize(
    ("expression", "text"),
    [(x / y, "x/y"), (x - y, "x - y"), (sympy.sqrt(x), "sqrt(x)"), (sympy.exp(x), "exp(x)"),
     (1 / x**2, "x**-2"), (x / (2 * y**2), "x/(2*y**2)"), (-x * y, "-x*y"),
     (sympy.Rational(2, 3) * x, "2*x/3"), (sympy.pi * sympy.E, "e*pi"), (sympy.log(x, 2),
     "log(x)/log(2)"), (sympy.Max(x, y), "max(x, y)"), (sympy.Float(0.5) * x, "0.5*x"),
     (sympy.sec(x), "1/cos(x)"), (1 / sympy.sqrt(x), "x**(-1/2)"), (sympy.Symbol("lambda"),
     "`lambda`"), (sympy.Mod(x, 2), "mod(x, 2)"), (x - sympy.Rational(1, 2), "x - 1/2")],
)  # fmt: skip
def test_from_sympy(expression: sympy.Expr, text: str) -> None:
    assert to_text(from_sympy(expression)) == text


@pytest.mark.parametrize(
    "expression",
    [sympy.I, sympy.oo, sympy.zoo, sympy.nan, sympy.Function("f")(x), sympy.Integral(x, x),
     sympy.gamma(x)],
)  # fmt: skip
def test_what_has_no_real_counterpart(expression: sympy.Expr) -> None:
    with pytest.raises(ExpressionError):
        from_sympy(expression)


def _has_no_constant_part(term: Expr) -> bool:
    """SymPy evaluates constant parts on construction, towers of powers without any bound."""
    return all(not node.args or variables(node) for node in walk(term))


@given(terms.filter(_has_no_constant_part))
@settings(max_examples=60, deadline=None)
def test_there_and_back_keeps_the_variables(term: Expr) -> None:
    try:
        there = to_sympy(term)
    except ExpressionError:  # SymPy evaluated the second argument to zero
        assert "mod" in str(term)
        return
    try:
        back = from_sympy(there)
    except ExpressionError:  # SymPy evaluated to zoo, nan or something complex
        assert there.has(sympy.zoo, sympy.nan, sympy.oo, sympy.I, sympy.AccumBounds,
                         sympy.im, sympy.re, sympy.arg)  # fmt: skip
        return
    assert set(variables(back)) <= set(variables(term))


def test_symbols_with_assumptions() -> None:
    positive = sympy.Symbol("x", positive=True)
    assert to_sympy(parse("sqrt(x**2)"), {"x": positive}) == positive


def test_numbers_too_long_for_sympy() -> None:
    with pytest.raises(ExpressionError, match="more digits"):
        to_sympy(parse("x + 10**10**9"))


def test_remainder_by_zero() -> None:
    with pytest.raises(ExpressionError, match="divides by zero"):
        to_sympy(apply("mod", symbol("x"), number(0)))


def test_cbrt_is_the_real_root() -> None:
    assert to_sympy(parse("cbrt(x)")).subs("x", -8) == -2


@pytest.mark.parametrize("source", ["tan(min(acos(x), acos(pi)))", "max(2*0.3, (-1)**0.5)"])
def test_what_sympy_cannot_order_is_named(source: str) -> None:
    with pytest.raises(ExpressionError, match="not real"):
        to_sympy(parse(source))
