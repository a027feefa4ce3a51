"""Tables as people have them: a sensible front or one clear error, and no spam of warnings."""

import warnings

import numpy as np
import pandas as pd
import pytest

from sr_kernel import Discoverer
from sr_kernel.errors import DataError

RNG = np.random.default_rng(0)
A = RNG.uniform(1, 4, 60)
B = RNG.uniform(1, 4, 60)
Y = 2.0 * A + B
SCALES = np.logspace(-30, 30, 50)


def frame(**columns):
    return pd.DataFrame({"a": A, "b": B, **columns})


def fitted(X, y, **settings):
    """The estimator after a short search in which nothing may warn."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return Discoverer(**{"time_limit": 3, "operators": "+ - * / exp", "max_size": 15} |
                          settings).fit(X, y)  # fmt: skip


def with_outliers():
    y = Y.copy()
    y[::20] += 1e6
    return y


def wide():
    X = RNG.uniform(1, 4, (80, 200))
    return X, X[:, 17] * X[:, 130]


EXACT = {
    "duplicated rows": lambda: (pd.concat([frame(), frame()]), np.concatenate([Y, Y])),
    "a constant column": lambda: (frame(c=7.0), Y),
    "a column of zeros": lambda: (frame(c=0.0), Y),
    "collinear columns": lambda: (frame(c=A + B, d=2 * A), Y),
    "equal columns": lambda: (frame(c=A), Y),
    "scales from 1e-30 to 1e30": lambda: (
        pd.DataFrame({"a": 1e-30 * A, "b": 1e30 * B}), 2 * A * B
    ),
    "scales in one column": lambda: (SCALES[:, None], 3 * SCALES),
    "integers": lambda: (np.arange(1, 41).reshape(20, 2), 3 * np.arange(1, 41, 2)),
    "small integers": lambda: (
        pd.DataFrame({"a": np.arange(20, dtype=np.int8)}), np.arange(20, dtype=np.uint8) * 2
    ),
    "a target of integers": lambda: (frame(c=np.arange(60)), 5 * np.arange(60)),
    "float32": lambda: (np.stack([A, B], axis=1).astype(np.float32)[:, :1],
                        2 * A.astype(np.float32)),
    "booleans": lambda: (frame(c=A > 2), 3.0 * (A > 2) + B),
    "an object column of numbers": lambda: (frame(c=[*map(float, A + 1)]).astype(object), Y),
    "an array of objects": lambda: (frame().to_numpy().astype(object), Y),
    "nested lists": lambda: ([[a, b] for a, b in zip(A, B, strict=True)], list(Y)),
    "y equal to a column": lambda: (frame(), A),
    "a constant y": lambda: (frame(), np.full(60, 2.5)),
    "y all zero": lambda: (frame(), np.zeros(60)),
    "a y of booleans": lambda: (frame(c=A > 2), (A > 2)),
    "a series with an index of its own": lambda: (
        frame().set_index(np.arange(60) * 7), pd.Series(Y, index=np.arange(60)[::-1])
    ),
    "a target of one column": lambda: (frame(), Y[:, None].ravel()),
    "odd names": lambda: (
        frame().rename(columns={"a": "mass (kg)", "b": "lambda"}), Y
    ),
    "names that are numbers": lambda: (frame().rename(columns={"a": "1", "b": "2"}), Y),
    "columns in Fortran's order": lambda: (np.asfortranarray(frame().to_numpy()), Y),
    "tiny": lambda: (1e-300 * A[:, None], 1e-300 * A),
    "huge": lambda: (1e300 * A[:, None], 1e300 * A),
    "nullable integers": lambda: (
        pd.DataFrame({"a": pd.array(np.arange(20), dtype="Int64")}), 2.0 * np.arange(20)
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", EXACT)
def test_an_exact_law_is_found_all_the_same(kind):
    X, y = EXACT[kind]()
    found = fitted(X, y, time_limit=15)
    y = np.asarray(y, dtype=np.float64)
    predicted = found.predict(X)
    np.testing.assert_allclose(predicted, y, rtol=1e-6, atol=1e-9 * np.abs(y).max(initial=0))
    assert found.equations_["complexity"].iloc[-1] <= 9


SENSIBLE = {
    "outliers": lambda: (frame(), with_outliers()),
    "two rows": lambda: (frame()[:2], Y[:2]),
    "three rows": lambda: (frame()[:3], Y[:3]),
    "two equal rows": lambda: (frame().iloc[[0, 0]], Y[[0, 0]]),
    "equal rows that disagree": lambda: (frame().iloc[[0, 0, 1, 1]], [1.0, 2, 3, 5]),
    "200 columns": wide,
    "more columns than rows": lambda: (RNG.uniform(size=(5, 40)), np.arange(5.0)),
    "noise": lambda: (frame(), RNG.normal(size=60)),
    "one huge value": lambda: (frame(c=np.where(np.arange(60) == 3, 1e300, 1.0)), Y),
    "y with one huge value": lambda: (frame(), np.where(np.arange(60) == 3, 1e300, Y)),
    "y next to the largest floats": lambda: (frame(), np.where(A > 2, 1.7e308, -1.7e308)),
    "signs": lambda: (frame() - 2.5, np.abs(A - 2.5)),
    "only constant columns": lambda: (np.ones((20, 2)), np.arange(20.0)),
}


@pytest.mark.parametrize("kind", SENSIBLE)
def test_a_sensible_front(kind):
    X, y = SENSIBLE[kind]()
    found = fitted(X, y)
    front = found.equations_
    assert 1 <= len(front) <= 20
    assert front["complexity"].is_monotonic_increasing
    assert front["loss"].is_monotonic_decreasing
    assert np.isfinite(front["r2"]).all()
    assert np.isfinite(found.predict(X)).all()
    assert all(len(law.parameters) < len(X) for law in found.laws_)


def test_sixty_orders_of_magnitude_with_noise():
    X, y = SCALES[:, None], 7 * SCALES**1.5 * (1 + 0.01 * RNG.normal(size=50))
    found = fitted(X, y, operators=None)
    assert found.laws_.best.r2 > 0.999
    assert "x1**1.5" in found.laws_.best.equation or "x1**1.4" in found.laws_.best.equation


def missing(column):
    return frame(c=column)


REFUSED = {
    "missing values": (lambda: (missing([np.nan, *A[1:]]), Y), "NaN in 1 of 60 rows.*'c'"),
    "infinities": (lambda: (missing([np.inf, *A[1:]]), Y), "inf in 1 of 60 rows.*'c'"),
    "None": (lambda: (missing([None, *A[1:]]), Y), "NaN in 1 of 60 rows.*'c'"),
    "pd.NA": (
        lambda: (missing(pd.array([pd.NA, *range(59)], dtype="Int64")), Y),
        "NaN in 1 of 60 rows.*'c'",
    ),
    "missing y": (lambda: (frame(), [np.nan, *Y[1:]]), "y contains NaN"),
    "infinite y": (lambda: (frame(), [np.inf, *Y[1:]]), "y contains infinity"),
    "text": (lambda: (frame(c=["red", "green"] * 30), Y), "'c' of X holds text"),
    "categories": (
        lambda: (frame(c=pd.Categorical(["red", "green"] * 30)), Y), "'c' of X holds text"
    ),
    "mixed objects": (lambda: (frame(c=[1.0, "x"] * 30), Y), "'c' of X holds text"),
    "dates": (lambda: (frame(c=pd.date_range("2020", periods=60)), Y), "'c' of X holds dates"),
    "lists in cells": (lambda: (frame(c=[[1]] * 60), Y), "'c' of X holds"),
    "complex numbers": (lambda: (frame().to_numpy() * 1j, Y), "[Cc]omplex"),
    "text as y": (lambda: (frame(), ["red"] * 60), "y|could not convert"),
    "equal names": (
        lambda: (frame().set_axis(["a", "a"], axis=1), Y), "two columns of X have the name 'a'"
    ),
    "an empty frame": (lambda: (frame()[:0], Y[:0]), "0 sample|minimum"),
    "no columns": (lambda: (frame()[[]], Y), "0 feature|at least one"),
    "one row": (lambda: (frame()[:1], Y[:1]), "minimum of 2"),
    "rows that do not match": (lambda: (frame(), Y[:50]), "inconsistent numbers of samples"),
    "three dimensions": (lambda: (np.ones((5, 2, 2)), Y[:5]), "dim"),
    "one dimension": (lambda: (A, Y), "2D array"),
    "two targets": (lambda: (frame(), np.stack([Y, Y], axis=1)), "y should be a 1d array"),
    "a sparse matrix": (
        lambda: (pytest.importorskip("scipy.sparse").csr_matrix(frame().to_numpy()), Y),
        "[Ss]parse",
    ),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_one_clear_error(kind):
    make, says = REFUSED[kind]
    X, y = make()
    with pytest.raises((ValueError, TypeError), match=says) as caught:
        fitted(X, y)
    assert not isinstance(caught.value, AssertionError)
    if "of X" in says:
        assert isinstance(caught.value, DataError)
