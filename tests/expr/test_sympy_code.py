"""SymPy that we write builds the expression that we hand over."""

from __future__ import annotations

from typing import Any

import pytest
import sympy
from agreement import assert_agrees, each_operator, has_no_constant_jump, texts
from hypothesis import assume, given, settings
from strategies import terms

from sr_kernel.errors import ExpressionError
from sr_kernel.expr import Expr, parse, symbol, to_sympy, to_sympy_code, variables, walk


def built(expr: Expr) -> Any:
    """The expression that the source builds."""
    scope: dict[str, Any] = {}
    exec(compile(to_sympy_code(expr), "law", "exec"), scope)  # noqa: S102 - it is what is tested
    return sympy.sympify(scope["law"])


@pytest.mark.parametrize("expr", [*each_operator(), *texts()], ids=str)
def test_values(expr: Expr) -> None:
    found = built(expr)
    names = [sympy.Symbol(name) for name in variables(expr)]

    def run(*row: float) -> float:
        return float(found.subs(dict(zip(names, map(sympy.Float, row), strict=True))).evalf())

    assert_agrees(expr, run)


@pytest.mark.parametrize("expr", [*each_operator(), *texts()], ids=str)
def test_it_is_what_the_bridge_makes(expr: Expr) -> None:
    assert built(expr) == to_sympy(expr)


def _has_no_constant_part(expr: Expr) -> bool:
    """SymPy evaluates constant parts on construction, towers of powers without any bound."""
    return all(not node.args or variables(node) for node in walk(expr))


@given(terms.filter(_has_no_constant_part).filter(has_no_constant_jump))
@settings(max_examples=60, deadline=None)
def test_any_term_is_what_the_bridge_makes(expr: Expr) -> None:
    try:
        expected = to_sympy(expr)
    except ExpressionError:  # SymPy sees a number that is not real
        assume(False)
    assert _same(built(expr), expected)


def _same(a: Any, b: Any) -> bool:
    """Equal but for the last digit of floats and for the order of factors."""
    if a == b or sympy.expand(a) == sympy.expand(b):
        return True
    at = {
        name: sympy.Float(0.37 + 0.21 * i) for i, name in enumerate(sorted(a.free_symbols, key=str))
    }
    x, y = complex(a.subs(at).evalf()), complex(b.subs(at).evalf())
    return bool(abs(x - y) <= 1e-9 * abs(x))


def test_it_reads_as_a_person_would_write_it() -> None:
    assert to_sympy_code(parse("365.25*sqrt(a)**3 - 1/2*`my col`")) == (
        "import sympy\n\na = sympy.Symbol('a')\nmy_col = sympy.Symbol('my col')\n"
        "law = 365.25*sympy.sqrt(a)**3 - sympy.Rational(1, 2)*my_col\n"
    )


@pytest.mark.parametrize(
    "name", ["sympy", "law", "cbrt", "lambda", "E", "I", "it's", '"', "\\", "ﬁ"]
)
def test_names(name: str) -> None:
    expr = symbol(name) * 2 + parse("cbrt(y)")
    found = built(expr)
    assert {str(each) for each in found.free_symbols} == {name, "y"}
    assert found == to_sympy(expr)
