import numpy as np
import pytest

from sr_kernel.expr import to_text
from sr_kernel.search.bank import Bank
from sr_kernel.search.engine import search
from sr_kernel.search.problem import DEFAULT_OPERATORS, RARE_OPERATORS, Problem
from sr_kernel.search.wrapped import WrappedPart


def bank_over(rows=40, size=400):
    X = np.random.default_rng(0).uniform(-3, 3, (rows, 2))
    bank = Bank(("a", "b"), X, DEFAULT_OPERATORS + RARE_OPERATORS)
    bank.grow(size)
    return bank


def test_rows_are_the_values_of_the_terms():
    bank = bank_over()
    part = WrappedPart(bank, 300)
    picked = np.arange(0, len(part.sizes), 37)
    rows = part.rows(picked)
    assert np.array_equal(rows, part.values(picked, bank.X), equal_nan=True)
    names = {to_text(part.expr(int(k))).split("(")[0] for k in range(len(part.sizes))}
    assert {"sin", "exp", "tan", "asin"} <= names
    assert "acos" not in names


def test_what_the_bank_has_looked_at_is_not_there_again():
    bank = bank_over()
    part = WrappedPart(bank, len(bank))
    ours = {to_text(part.expr(k)) for k in range(len(part.sizes))}
    theirs = {to_text(bank.expr(k)) for k in np.flatnonzero(bank.varying)}
    assert "sin(cos(a))" in ours - theirs
    assert "sin(a)" in theirs - ours


def test_functions_that_undo_each_other_are_not_nested():
    bank = bank_over(size=3000)
    part = WrappedPart(bank, 1500)
    nested = {(e.op, e.args[0].op) for e in map(part.expr, range(len(part.sizes)))}
    assert ("sin", "cos") in nested
    undone = {("sin", "asin"), ("sin", "acos"), ("tan", "asin"), ("asin", "sin"), ("log", "exp")}
    assert not nested & undone


LAWS = {
    "a wave in an exponential": lambda a, b: np.exp(-np.sin(a / b)) - a,
    "a wave of a wave": lambda a, b: a + np.sin(np.exp(b) + np.cos(b)),
    "faster than the rows": lambda a, b: a * np.cos(b**3 + b),
    "a rare function": lambda a, b: b * np.tan(a) - 2 * a * b,
}


@pytest.mark.parametrize("name", LAWS)
def test_functions_of_functions_are_found(name):
    a, b = np.random.default_rng(1).uniform(-4, 4, (2, 400))
    result = search(Problem(("a", "b"), np.stack([a, b], axis=1), LAWS[name](a, b)), time_limit=30)
    assert result.stop_reason == "exact"
    assert result.best.r2 > 1 - 1e-12


def test_rare_functions_are_for_exact_laws_and_the_usual_operators():
    a = np.random.default_rng(2).uniform(-1, 1, 100)
    usual = Problem(("a",), a[:, None], np.tan(a))
    assert usual.exact_operators == DEFAULT_OPERATORS + RARE_OPERATORS
    named = Problem(("a",), a[:, None], np.tan(a), operators=("+", "sin"))
    assert named.exact_operators == ("add", "sin")
