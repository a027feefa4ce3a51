from __future__ import annotations

import pickle
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from small_terms import NAMES, terms

from sr_kernel.errors import DataError, ExpressionError, OptionError
from sr_kernel.expr import apply, number, parse, symbol
from sr_kernel.numeric.evaluate import evaluate
from sr_kernel.numeric.program import column_matrix, compile_program, nearest_float


def test_floats_become_parameters_in_reading_order() -> None:
    program = compile_program(parse("2.5*x + exp(-0.5*x) - 3"), ("x",))
    assert program.theta == (2.5, -0.5)


def test_equal_floats_are_parameters_of_their_own() -> None:
    program = compile_program(parse("1.0*x + 1.0"), ("x",))
    assert program.theta == (1.0, 1.0)
    assert str(program.to_expr([2.0, 3.0])) == "2.0*x + 3.0"


def test_exact_numbers_stay() -> None:
    program = compile_program(parse("2*x + 1/3"), ("x",))
    assert program.theta == ()


def test_free_none_keeps_floats_as_constants() -> None:
    program = compile_program(parse("2.5*x"), ("x",), free="none")
    assert program.theta == ()
    assert program.to_expr(()) is program.expr


def test_common_parts_are_computed_once() -> None:
    program = compile_program(parse("sin(x*y)/(1 + sin(x*y))"), NAMES)
    assert [step.op for step in program.steps].count("sin") == 1
    assert [step.op for step in program.steps].count("mul") == 1


def test_prefixes_of_sums_are_shared() -> None:
    program = compile_program(parse("(x + y + 1)*(x + y + 2)"), NAMES)
    assert [step.op for step in program.steps].count("add") == 3


@settings(deadline=None)
@given(terms)
def test_round_trip(term) -> None:
    program = compile_program(term, NAMES)
    assert program.to_expr() is term
    assert program.to_expr(program.theta) is term


@settings(deadline=None)
@given(terms)
def test_new_constants_read_back(term) -> None:
    program = compile_program(term, NAMES)
    changed = program.to_expr([value + 0.25 for value in program.theta])
    again = compile_program(changed, NAMES).theta
    assert [abs(value) for value in again] == [abs(value + 0.25) for value in program.theta]


def test_a_pickled_program_evaluates() -> None:
    program = pickle.loads(pickle.dumps(compile_program(parse("2.0*x"), ("x",))))
    assert evaluate(program, np.array([[3.0]])) == [6.0]


def test_unknown_variable_is_named() -> None:
    with pytest.raises(DataError, match=r"'z' is not a column of the data \(columns: x, y\)"):
        compile_program(symbol("z"), NAMES)


def test_wrong_number_of_constants() -> None:
    with pytest.raises(OptionError, match="1 free constants, got 2"):
        compile_program(parse("2.0*x"), ("x",)).to_expr([1.0, 2.0])


def test_constants_must_be_finite() -> None:
    with pytest.raises(ExpressionError):
        compile_program(parse("2.0*x"), ("x",)).to_expr([float("nan")])


def test_a_term_that_unfolds_without_end_is_refused() -> None:
    term = parse("x + 1.5")
    for _ in range(40):
        term = apply("mul", apply("sin", term), apply("cos", term))
    with pytest.raises(ExpressionError, match="more than the 200000"):
        compile_program(term, ("x",))


def test_numbers_beyond_the_doubles() -> None:
    assert nearest_float(Fraction(10**400)) == float("inf")
    assert nearest_float(Fraction(-(10**400))) == float("-inf")
    assert nearest_float(Fraction(1, 10**400)) == 0.0
    big = compile_program(number(10**400) * symbol("x"), ("x",))
    assert evaluate(big, np.array([[1.0]])) == [np.inf]


@pytest.mark.parametrize("X", [np.zeros((3, 1)), np.zeros(3), np.zeros((2, 2, 2)), 5.0])
def test_wrong_width(X) -> None:
    with pytest.raises(DataError, match=r"2 column\(s\) are named"):
        column_matrix(X, 2)


def test_text_is_no_data() -> None:
    with pytest.raises(DataError, match="not a table of numbers"):
        column_matrix([["a"]], 1)


def test_one_variable_may_come_as_a_plain_column() -> None:
    assert column_matrix([1, 2, 3], 1).shape == (3, 1)
