from __future__ import annotations

import numpy as np
import pytest

from sr_kernel.expr import parse
from sr_kernel.numeric.linear import (
    column_norms,
    factored,
    linear_constants,
    solved,
    standard_errors,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1.0*x + 2.0", (0, 1)),
        ("1.0*exp(2.0*x) - 3.0", (0, 2)),
        ("(1.0*x + 2.0)/(x + 3.0)", (0, 1)),
        ("1.0*(2.0*x + 3.0)", (1, 2)),
        ("sin(1.0*x)", ()),
        ("-(1.0*x)/2", (0,)),
        ("x**2.0", ()),
        ("abs(1.0*x)", ()),
        ("x + 1", ()),
    ],
)
def test_linear_constants(text: str, expected: tuple[int, ...]) -> None:
    assert linear_constants(parse(text)) == expected


@pytest.mark.parametrize("scale", [1e-300, 1e-160, 1.0, 1e160, 1e300])
def test_norms_neither_overflow_nor_vanish(scale: float) -> None:
    matrix = scale * np.array([[3.0, 0.0], [4.0, 0.0]])
    np.testing.assert_allclose(column_norms(matrix), [5 * scale, 0])


def test_solved_at_mixed_scales() -> None:
    rng = np.random.default_rng(0)
    matrix = rng.normal(size=(50, 3)) * [1e-200, 1, 1e200]
    truth = np.array([2e200, 3, 4e-200])
    found = solved(factored(matrix), matrix @ truth, np.zeros(3))
    np.testing.assert_allclose(found, truth, rtol=1e-12)


def test_an_empty_column_keeps_its_constant() -> None:
    matrix = np.column_stack([np.ones(4), np.zeros(4)])
    np.testing.assert_allclose(solved(factored(matrix), np.full(4, 2.0), np.full(2, 9.0)), [2, 9])


def test_equal_columns_share() -> None:
    matrix = np.ones((4, 2))
    assert factored(matrix).rank == 1
    np.testing.assert_allclose(solved(factored(matrix), np.full(4, 2.0), np.zeros(2)), [1, 1])


def test_errors_need_more_rows_than_constants() -> None:
    matrix = factored(np.eye(2))
    assert np.isinf(standard_errors(matrix, np.zeros(2), 2)).all()


def test_rank_of_nothing() -> None:
    assert factored(np.zeros((3, 0))).rank == 0
    assert factored(np.zeros((3, 2))).rank == 0
