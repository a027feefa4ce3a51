"""Functional fingerprints of terms and of rows of values."""

from __future__ import annotations

import numpy as np

from sr_kernel.equality import functional_fingerprint, row_fingerprints
from sr_kernel.expr import parse


def shared(a: str, b: str) -> bool:
    left, right = (functional_fingerprint(parse(text)) for text in (a, b))
    return any(x == y for x, y in zip(left, right, strict=True))


def test_equal_functions_share_a_fingerprint() -> None:
    assert shared("x*(y + 1)", "x*y + x")
    assert shared("sin(x)**2 + cos(x)**2", "1 + 0*x")
    assert shared("x + y", "y + x")
    assert shared("log(x**2)", "2*log(abs(x))")


def test_different_functions_do_not() -> None:
    assert not shared("x", "y")
    assert not shared("x", "1.00001*x")
    assert not shared("log(x)", "log(abs(x))")


def test_rows_agree_up_to_rounding() -> None:
    rng = np.random.default_rng(3)
    rows = rng.standard_normal((2000, 24)) * 10.0 ** rng.uniform(-9, 9, (2000, 1))
    noisy = rows * (1 + 1e-14 * rng.standard_normal(rows.shape))
    same = (row_fingerprints(rows) == row_fingerprints(noisy)).any(axis=1)
    assert same.all()


def test_rows_that_differ_are_told_apart() -> None:
    rng = np.random.default_rng(4)
    rows = rng.standard_normal((5000, 24))
    assert len(np.unique(row_fingerprints(rows)[:, 0])) == 5000
    assert len(np.unique(row_fingerprints(np.outer([1.0, -1.0, 2.0, 3.0], rows[0]))[:, 0])) == 4


def test_undefined_places_count() -> None:
    row = np.arange(1.0, 9.0)
    holes = np.vstack([row, np.where(row > 4, np.nan, row), np.where(row > 5, np.nan, row)])
    assert len(np.unique(row_fingerprints(holes)[:, 0])) == 3


def test_zero_and_non_finite_rows_have_one() -> None:
    rows = np.array([[0.0, 0.0], [np.nan, np.nan], [np.inf, 1.0]])
    assert len(np.unique(row_fingerprints(rows)[:, 0])) == 3
    assert row_fingerprints(np.empty((0, 5))).shape == (0, 2)
