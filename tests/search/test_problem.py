import numpy as np
import pytest

from sr_kernel.errors import DataError, OptionError
from sr_kernel.search.problem import DEFAULT_OPERATORS, Problem, operator_names


def test_signs_aliases_and_names_are_read():
    assert operator_names(["+", "-", "*", "/", "**", "ln", "arcsin", "square"]) == (
        "add", "sub", "mul", "div", "pow", "log", "asin", "square",
    )  # fmt: skip


def test_defaults_are_known_operators():
    assert operator_names(DEFAULT_OPERATORS) == DEFAULT_OPERATORS


@pytest.mark.parametrize("operators", [(), ("frobnicate",), ("",)])
def test_unknown_or_no_operators_are_refused(operators):
    with pytest.raises(OptionError):
        operator_names(operators)


@pytest.mark.parametrize(
    ("X", "y", "weights", "word"),
    [
        (np.zeros((0, 1)), np.zeros(0), None, "rows"),
        (np.zeros((3, 1)), np.zeros(2), None, "rows"),
        (np.zeros(3), np.zeros(3), None, "dimensions"),
        (np.zeros((3, 2)), np.zeros(3), None, "names"),
        ([["a"], ["b"]], np.zeros(2), None, "not a number"),
        (np.full((2, 1), np.nan), np.zeros(2), None, "finite"),
        (np.zeros((2, 1)), np.zeros(2), np.array([1.0, -1.0]), "weights"),
        (np.zeros((2, 1)), np.zeros(2), np.zeros(2), "weights"),
    ],
)
def test_shapes_and_values_are_checked(X, y, weights, word):
    with pytest.raises(DataError, match=word) as caught:
        Problem(("x",), X, y, weights)
    assert "\n" not in str(caught.value)


def test_same_name_twice_is_refused():
    with pytest.raises(DataError, match="same name"):
        Problem(("x", "x"), np.zeros((2, 2)), np.zeros(2))


def test_size_must_be_positive():
    with pytest.raises(OptionError, match="max_size"):
        Problem(("x",), np.zeros((2, 1)), np.zeros(2), max_size=0)


def test_weights_become_relative_at_any_scale():
    problem = Problem(("x",), np.zeros((2, 1)), np.zeros(2), np.array([1e300, 3e300]))
    np.testing.assert_allclose(problem.relative_weights, [0.25, 0.75])
