import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sr_kernel.expr import symbol
from sr_kernel.numeric.evaluate import evaluate
from sr_kernel.numeric.program import compile_program
from sr_kernel.search.bank import Bank
from sr_kernel.search.problem import DEFAULT_OPERATORS


def grown(X, limit=2000, operators=DEFAULT_OPERATORS, **options):
    names = [f"x{k}" for k in range(X.shape[1])]
    bank = Bank(names, X, operators, **options)
    bank.grow(limit)
    return bank


@pytest.fixture(scope="module")
def bank():
    return grown(np.random.default_rng(0).uniform(0.5, 3.0, (20, 2)))


def test_terms_have_the_values_of_their_rows(bank):
    for index in range(0, len(bank), 7):
        program = compile_program(bank.expr(index), bank.names)
        np.testing.assert_allclose(
            evaluate(program, bank.X), bank.rows[index], rtol=1e-9, err_msg=str(bank.expr(index))
        )


def test_no_function_is_there_twice(bank):
    rows = bank.rows[bank.varying]
    scale = np.abs(rows).max(axis=1)
    order = np.argsort(rows @ np.random.default_rng(1).normal(size=rows.shape[1]))
    for a, b in itertools.pairwise(order):
        assert np.abs(rows[a] - rows[b]).max() > 1e-10 * min(scale[a], scale[b])


def test_sizes_are_those_of_the_terms_or_a_little_more(bank):
    for index in range(0, len(bank), 7):
        assert bank.sizes[index] >= bank.expr(index).size


def test_simple_functions_come_first(bank):
    assert bank.sizes[:20].mean() < bank.sizes[-500:].mean()


def test_values_on_other_rows(bank):
    X = np.random.default_rng(2).uniform(0.5, 3.0, (5, 2))
    picked = np.arange(0, len(bank), 31)
    values = bank.values(picked, X)
    for row, index in zip(values, picked, strict=True):
        expected = evaluate(compile_program(bank.expr(int(index)), bank.names), X)
        np.testing.assert_allclose(row, expected, rtol=1e-9)


def test_growth_goes_on_where_it_stopped():
    X = np.random.default_rng(0).uniform(0.5, 3.0, (12, 2))
    once, twice = grown(X, 3000), grown(X, 100)
    twice.grow(3000)
    assert [str(once.expr(k)) for k in range(3000)] == [str(twice.expr(k)) for k in range(3000)]


def test_a_poll_can_stop_growth_and_nothing_is_lost():
    class StopGrowth(Exception):  # noqa: N818
        pass

    def stop():
        raise StopGrowth

    X = np.random.default_rng(0).uniform(0.5, 3.0, (12, 2))
    bank = Bank(["a", "b"], X, DEFAULT_OPERATORS)
    with pytest.raises(StopGrowth):
        bank.grow(100_000, stop)
    before = len(bank)
    assert bank.grow(before + 500) >= 500


def test_a_small_vocabulary_is_exhausted():
    bank = grown(np.arange(1.0, 5.0)[:, None], 10_000, ("add",), max_price=5)
    assert bank.exhausted
    assert len(bank) < 100


def test_duplicated_and_constant_columns_are_there_once():
    x = np.linspace(1.0, 2.0, 9)
    bank = Bank(["x", "again", "flat"], np.stack([x, x, np.ones(9)], axis=1), ("add",))
    assert [bank.expr(k) for k in range(len(bank)) if bank.varying[k]] == [symbol("x")]


@settings(max_examples=25, deadline=None)
@given(
    st.integers(2, 12),
    st.integers(1, 3),
    st.integers(-200, 200),
    st.integers(0, 10_000),
)
def test_any_scale_gives_finite_rows_and_no_warnings(rows, columns, exponent, seed):
    X = np.random.default_rng(seed).normal(size=(rows, columns)) * 10.0**exponent
    bank = grown(X, 400)
    assert np.isfinite(bank.rows).all()
