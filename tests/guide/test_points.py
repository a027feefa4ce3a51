"""Tables: ranges as documented, targets of the law, noise."""

from __future__ import annotations

import numpy as np
import pytest

from sr_kernel.guide.grammar import Grammar, Laws
from sr_kernel.guide.points import (
    FEWEST_ROWS,
    LARGEST_TARGET,
    LEAST_NOISE,
    MOST_DUMMIES,
    MOST_NOISE,
    MOST_ROWS,
    Tables,
    draw_tables,
)

COUNT = 1500


@pytest.fixture(scope="module")
def drawn() -> tuple[Laws, Tables]:
    laws = Grammar().draw(np.random.default_rng(5), COUNT)
    return laws, draw_tables(np.random.default_rng(6), laws)


def cut(tables: Tables, i: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    n, p = tables.rows[i], tables.columns[i]
    x, y = tables.x_start[i], tables.y_start[i]
    return tables.X[x : x + n * p].reshape(n, p), tables.y[y : y + n], tables.exact[y : y + n]


def test_most_laws_get_data(drawn: tuple[Laws, Tables]) -> None:
    assert len(drawn[1].law) > 0.85 * COUNT


def test_rows_and_columns_are_as_documented(drawn: tuple[Laws, Tables]) -> None:
    laws, tables = drawn
    assert FEWEST_ROWS <= tables.rows.min() < 15
    assert 900 < tables.rows.max() <= MOST_ROWS
    dummies = tables.columns - laws.count[tables.law]
    assert set(dummies) == set(range(MOST_DUMMIES + 1))


def test_targets_are_finite_and_not_constant(drawn: tuple[Laws, Tables]) -> None:
    for i in range(len(drawn[1].law)):
        X, y, exact = cut(drawn[1], i)
        assert np.isfinite(X).all()
        assert np.isfinite(y).all()
        assert abs(exact).max() < LARGEST_TARGET
        assert np.ptp(exact) > 1e-5 * abs(exact).max()


def test_some_tables_have_columns_alike(drawn: tuple[Laws, Tables]) -> None:
    """Their columns lie in one range, as those of other tables hardly ever do."""
    tables, near = drawn[1], []
    for i in range(len(tables.law)):
        X = cut(tables, i)[0]
        if X.shape[1] == 3 and len(X) > 100:
            spread = np.log10(X.std(axis=0))
            near.append(np.ptp(spread) < 0.1)
    assert 0.15 < np.mean(near) < 0.45
    assert len(near) > 50


def test_noise_has_the_level_it_is_said_to_have(drawn: tuple[Laws, Tables]) -> None:
    tables = drawn[1]
    noise = tables.noise
    assert 0.3 < (noise == 0).mean() < 0.5
    assert LEAST_NOISE <= noise[noise > 0].min() < 2 * LEAST_NOISE
    assert 0.15 < noise.max() <= MOST_NOISE
    ratios = []
    for i in range(len(tables.law)):
        _, y, exact = cut(tables, i)
        if noise[i] == 0:
            assert np.array_equal(y, exact)
        elif len(y) > 300:
            ratios.append(np.std((y - exact) / np.std(exact)) / noise[i])
    assert len(ratios) > 100
    assert 0.8 < min(ratios) <= max(ratios) < 1.2


def test_columns_are_of_many_kinds(drawn: tuple[Laws, Tables]) -> None:
    columns = [
        column for i in range(len(drawn[1].law)) if drawn[1].rows[i] > 100
        for column in cut(drawn[1], i)[0].T
    ]  # fmt: skip
    sizes = np.log10([abs(column).max() for column in columns])
    assert sizes.min() < -6
    assert sizes.max() > 6
    signed = np.mean([column.min() < 0 < column.max() for column in columns])
    whole = np.mean([(column == np.round(column)).all() and abs(column).max() < 1e3
                     for column in columns])  # fmt: skip
    grids = np.mean([np.ptp(np.diff(np.sort(column))) < 1e-9 * np.ptp(column)
                     for column in columns])  # fmt: skip
    assert 0.1 < signed < 0.6
    assert 0.03 < whole < 0.2
    assert 0.03 < grids < 0.2


def test_some_columns_are_correlated(drawn: tuple[Laws, Tables]) -> None:
    tables = drawn[1]
    wide = [i for i in range(len(tables.law)) if tables.rows[i] > 200 and tables.columns[i] >= 4]
    strongest = []
    for i in wide:
        X = cut(tables, i)[0]
        X = (X - X.mean(axis=0)) / X.std(axis=0)
        matrix = abs(X.T @ X / len(X))
        strongest.append((matrix - np.eye(len(matrix))).max())
    assert 0.1 < np.mean(np.array(strongest) > 0.4) < 0.7
