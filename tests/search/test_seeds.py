"""Laws to start from where something is asked of them."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from sr_kernel.expr import parse
from sr_kernel.numeric import compile_program, evaluate
from sr_kernel.search.exchange import symmetric
from sr_kernel.search.hypothesis import contains
from sr_kernel.search.opening import context_of
from sr_kernel.search.problem import Problem
from sr_kernel.search.proposer import Context
from sr_kernel.search.seeds import RequiredProposer, seeds

COLUMNS = ("a", "b", "c", "d", "e", "f", "g")


def context(text: str, count: int = 3, twins: str = "") -> Context:
    X = np.random.default_rng(0).uniform(1.0, 3.0, (80, count))
    names = COLUMNS[:count]
    y = evaluate(compile_program(parse(text), names), X)
    made = context_of(Problem(names, X, y), lambda: None, lambda text: None)
    made.bank.grow(2000)
    made.twins = tuple(pairwise(twins))
    columns = tuple(twins)
    made.obeys = lambda law: symmetric(law, columns)
    return made


@pytest.mark.parametrize(
    ("text", "twins", "sought"),
    [("a*b", "ab", "a*b"), ("exp(a) + exp(b)", "ab", "exp(a) + exp(b)"),
     ("c/a + c/b", "ab", "1/a + 1/b"), ("c + a**2 + b**2", "ba", "a**2 + b**2"),
     ("a*b*c", "abc", "a*b*c"), ("log(a + 1)*log(b + 1)", "ab", "log(a + 1)*log(b + 1)")],
)  # fmt: skip
def test_functions_of_exchanged_columns_are_tied(text: str, twins: str, sought: str) -> None:
    there = context(text, twins=twins)
    laws = list(seeds(there))
    assert all(map(there.obeys, laws))
    assert any(contains(law, parse(sought)) for law in laws)
    assert set(laws) <= set(RequiredProposer().propose(there))


def test_what_is_required_is_tied_as_well() -> None:
    there = context("a**2 + b**2 + c", twins="ab")
    there.required = (parse("a**2"), parse("c"))
    laws = list(seeds(there))
    assert all(map(there.obeys, laws))
    assert any(contains(law, parse("a**2 + b**2")) for law in laws)
    assert parse("1.0*c") in laws


def test_exchanges_that_are_too_many_are_left_to_others() -> None:
    there = context("a + c", count=7, twins="abcdefg")
    assert list(seeds(there)) == []


def test_nothing_is_proposed_unasked() -> None:
    assert list(RequiredProposer().propose(context("a*b"))) == []
