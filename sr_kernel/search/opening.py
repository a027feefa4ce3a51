"""What a search starts from: the rows that are fitted, banks over a few of them, an empty front.

Banks start anew in another order once it is known what laws are likely."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sr_kernel.search.archive import Archive
from sr_kernel.search.bank import banks_of
from sr_kernel.search.front import Front
from sr_kernel.search.prices import Prices
from sr_kernel.search.problem import Problem
from sr_kernel.search.proposer import Context
from sr_kernel.search.sample import Sample, fit_rows

FIT_ROWS, PROBE_ROWS = 1000, 64


def context_of(
    problem: Problem, poll: Callable[[], None], report: Callable[[str], None]
) -> Context:
    """The context of a search for laws of ``problem``."""
    rows = fit_rows(problem, FIT_ROWS)
    sample = Sample.of(problem, rows)
    probe_rows = np.arange(len(rows))
    if len(rows) > PROBE_ROWS:
        generator = np.random.default_rng(problem.random_state + 1)
        probe_rows = np.sort(generator.permutation(len(rows))[:PROBE_ROWS])
    usual, exact = banks_of(problem, sample.X[probe_rows])
    return Context(
        problem, sample, usual, Archive(sample, seed=problem.random_state), Front(sample),
        np.random.default_rng(problem.random_state), probe_rows, poll=poll, report=report,
        exact_bank=exact,
    )  # fmt: skip


def reprice(context: Context, problem: Problem, prices: Prices) -> None:
    """Give ``context`` banks of the operators of ``problem`` in the order of ``prices``, as large
    as those it has."""
    usual, exact = banks_of(problem, context.sample.X[context.probe_rows], prices)
    if context.exact_bank is None:  # laws that are exact have been looked for
        exact = None
    before = context.banks
    context.exchange(usual, exact, prices)
    for bank, old in zip(context.banks, before, strict=True):
        bank.tried += old.tried
    for bank, old in zip(context.banks, before, strict=True):
        bank.grow(len(old), context.poll)
