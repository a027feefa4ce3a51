from __future__ import annotations

import copy
import gc
import pickle
from fractions import Fraction

import pytest
from hypothesis import given
from strategies import terms

from sr_kernel.errors import ExpressionError
from sr_kernel.expr import Expr, apply, number, parse, symbol, term, to_text
from sr_kernel.expr.term import MAX_DEPTH, MAX_DIGITS

x, y = symbol("x"), symbol("y")


def test_equal_shapes_are_one_object() -> None:
    assert x + y * 2 is symbol("x") + symbol("y") * 2
    assert x + y is not y + x


def test_exact_and_float_literals_are_different_terms() -> None:
    assert number(2) is not number(2.0)
    assert number(-0.0) is number(0.0)


def test_sums_and_products_are_flat() -> None:
    assert (x + (y + 1)).args == (x, y, number(1))
    assert apply("mul", x) is x


def test_terms_cannot_be_changed_or_made_by_hand() -> None:
    with pytest.raises(AttributeError, match="immutable"):
        x.op = "y"
    with pytest.raises(TypeError, match="parse"):
        Expr()


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_literal_is_finite(value: float) -> None:
    with pytest.raises(ExpressionError, match="not a number"):
        number(value)


@pytest.mark.parametrize("name", ["", "a`b", "a\nb"])
def test_impossible_names(name: str) -> None:
    with pytest.raises(ExpressionError, match="name"):
        symbol(name)


def test_wrong_number_of_arguments() -> None:
    with pytest.raises(ExpressionError, match="sin takes 1"):
        apply("sin", x, y)
    with pytest.raises(ExpressionError, match="no operator"):
        apply("sine", x)


def test_depth_is_bounded() -> None:
    term = x
    for _ in range(MAX_DEPTH - 1):
        term = apply("sin", term)
    with pytest.raises(ExpressionError, match="nested more than"):
        apply("sin", term)


@pytest.mark.parametrize(
    ("text", "size"),
    [("x", 1), ("a*b*c", 5), ("a - b", 3), ("-x", 2), ("-3", 1), ("a/b", 3), ("1/2", 3),
     ("sqrt(x)", 2), ("a - 2*x", 5), ("-2*x", 3), ("x**-2", 3), ("a + -2", 3), ("max(a, b, c)", 5),
     ("-a + b", 4), ("pi*x", 3), ("2**(1/2)", 5)],
)  # fmt: skip
def test_size_counts_what_is_printed(text: str, size: int) -> None:
    assert parse(text).size == size


def test_a_minus_sign_has_one_place() -> None:
    assert -(2 * x) is (-2) * x
    assert (x + (-2) * y).args[1] is parse("a - 2*y").args[1]
    assert apply("neg", -x) is x
    assert -(x / y) is (-x) / y


def test_python_numbers_on_either_side() -> None:
    assert to_text(1 - x / 2 + 3 ** (2 * x)) == "1 - x/2 + 3**(2*x)"
    assert (Fraction(1, 2) * x).size == 5
    assert to_text(2 / x + (1 + x) - 1.5) == "2/x + 1 + x - 1.5"


@given(terms)
def test_pickle_and_copy_give_the_same_object(term: Expr) -> None:
    assert pickle.loads(pickle.dumps(term)) is term
    assert copy.deepcopy(term) is term
    assert copy.copy(term) is term


def test_representations() -> None:
    assert repr(x + 1) == "Expr('x + 1')"
    assert (x / 2)._repr_latex_() == r"$\frac{x}{2}$"


def test_terms_that_nobody_holds_are_forgotten() -> None:
    gc.collect()
    before = len(term._TABLE)
    for i in range(3_000):
        parse(f"sin(forgotten{i} + 1)*{i}.5")
    gc.collect()
    assert len(term._TABLE) - before < 5 * term._MOST_GONE


def test_a_term_made_again_is_one_object() -> None:
    for _ in range(3):
        again = parse("made*again")
        assert again is parse("made*again")
        del again


def test_a_literal_prints_and_reads_back_however_long() -> None:
    longest = Fraction(-(10**MAX_DIGITS - 1), 10**MAX_DIGITS - 2)
    assert parse(to_text(number(longest))) is number(longest)
    with pytest.raises(ExpressionError, match="write it as a power"):
        number(10**MAX_DIGITS)
    with pytest.raises(ExpressionError, match="too long"):
        number(Fraction(1, 10**MAX_DIGITS))
