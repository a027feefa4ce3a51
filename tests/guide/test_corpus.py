"""The stream: reproducible, without duplicates, its labels true of the terms."""

from __future__ import annotations

import subprocess
import sys
from itertools import islice
from typing import Literal

import numpy as np
import pytest

from sr_kernel.errors import OptionError
from sr_kernel.expr import Expr, apply, variables, walk
from sr_kernel.guide.corpus import OPERATORS, ROOTS, Corpus, Pair
from sr_kernel.guide.keys import keys_of
from sr_kernel.numeric import compile_program, evaluate


@pytest.fixture(scope="module")
def pairs() -> list[Pair]:
    return list(islice(Corpus(11), 1000))


def test_the_same_seed_gives_the_same_stream(pairs: list[Pair]) -> None:
    corpus = Corpus(11)
    for first, second in ((pairs, list(islice(corpus, 1000))), (pairs, list(islice(corpus, 1000)))):
        for a, b in zip(first, second, strict=True):
            assert a.law is b.law
            assert np.array_equal(a.X, b.X)
            assert np.array_equal(a.y, b.y)
    assert [p.law for p in islice(Corpus(12), 50)] != [p.law for p in pairs[:50]]


@pytest.mark.parametrize("distinct", ["function", "family"])
def test_no_key_comes_twice(distinct: Literal["function", "family"]) -> None:
    corpus = Corpus(4, distinct=distinct)
    keys = [keys_of(batch.laws, distinct) for batch in islice(corpus.batches(), 8)]
    for column in np.concatenate(keys).T:
        assert len(np.unique(column)) == len(column) > 3000
    assert corpus.tally.duplicates > 0


def test_a_short_memory_forgets() -> None:
    counts = []
    for memory in (50, 1_000_000):
        corpus = Corpus(4, memory=memory)
        for _ in islice(corpus.batches(), 4):
            pass
        counts.append(corpus.tally.duplicates)
    assert 0 < counts[0] < 0.5 * counts[1]


def test_the_target_is_the_law_on_the_table(pairs: list[Pair]) -> None:
    compared = 0
    for pair in pairs:
        n, p = pair.X.shape
        assert pair.y.shape == pair.exact.shape == (n,)
        expected = evaluate(compile_program(pair.law, pair.names), pair.X)
        scale = abs(expected).max()
        if np.isfinite(expected).all() and not _cancels(pair):
            np.testing.assert_allclose(pair.exact, expected, rtol=1e-5, atol=1e-7 * scale)
            compared += 1
        assert len(pair.names) == p
    assert compared > 800


def _cancels(pair: Pair) -> bool:
    """Whether rounding is visible: the values move when the columns move in their last digits, or
    a sum is far smaller than its terms."""

    def sizes(expr: Expr) -> np.ndarray:
        return np.abs(evaluate(compile_program(expr, pair.names), pair.X))

    for node in walk(pair.law):
        largest = max((sizes(arg).max() for arg in node.args), default=0.0)
        if node.op == "add" and largest > 1e8 * sizes(node).min():
            return True
    program = compile_program(pair.law, pair.names)
    moved = evaluate(program, pair.X * (1 + 1e-13))
    base = evaluate(program, pair.X)
    return bool(not np.allclose(moved, base, rtol=1e-7, atol=1e-9 * abs(base).max()))


def test_operators_variables_and_sizes_are_those_of_the_term(pairs: list[Pair]) -> None:
    for pair in pairs:
        labels, i = pair.batch.labels, pair.index
        present = {node.op for node in walk(pair.law)}
        told = {
            name for name, is_there in zip(OPERATORS, labels.operators[i], strict=True) if is_there
        }
        assert told - {"mul"} == present & set(OPERATORS) - {"mul"}
        assert "mul" not in told or "mul" in present
        used = {name for name, is_used in zip(pair.names, labels.used[i], strict=False) if is_used}
        assert used == set(variables(pair.law))
        assert not labels.used[i, len(pair.names) :].any()
        assert 3 <= labels.size[i] <= 30
        numbers = [n for n in walk(pair.law) if n.is_number or n.op == "pi"]
        assert bool(numbers) == bool(labels.constants[i])


def test_the_root_and_what_remains_make_the_law(pairs: list[Pair]) -> None:
    seen = set()
    for pair in pairs:
        seen.add(pair.root)
        if pair.root == "sub":
            assert pair.operands[0] - pair.operands[1] is pair.law
        else:
            assert apply(pair.root, *pair.operands) is pair.law
        assert variables(pair.rest)
        assert pair.rest in pair.operands
    assert {"add", "sub", "mul", "div", "pow", "sqrt", "exp", "sin"} <= seen <= set(ROOTS)


def test_the_larger_argument_remains(pairs: list[Pair]) -> None:
    """By a count of our own: steps that the argument's register needs."""
    for pair in pairs:
        laws, i = pair.batch.laws, pair.index
        last = laws.length[i] - 1
        if len(pair.operands) == 2:
            sizes = [_steps(laws, i, int(side[i, last])) for side in (laws.left, laws.right)]
            remains = int(pair.batch.labels.remains[i])
            assert sizes[remains] == max(sizes)


def _steps(laws: object, row: int, k: int) -> int:
    name = _names()[int(laws.code[row, k])]  # type: ignore[attr-defined]
    if name in ("input", "constant"):
        return 1
    total = 1 + _steps(laws, row, int(laws.left[row, k]))  # type: ignore[attr-defined]
    if name in ("add", "sub", "mul", "div", "pow"):
        total += _steps(laws, row, int(laws.right[row, k]))  # type: ignore[attr-defined]
    return total


def _names() -> list[str]:
    from sr_kernel.search.machine import CODES

    return list(CODES)


def test_every_variable_of_the_law_is_felt(pairs: list[Pair]) -> None:
    for pair in pairs[:300]:
        program = compile_program(pair.law, pair.names)
        base = evaluate(program, pair.X)
        for name in variables(pair.law):
            X = pair.X.copy()
            X[:, pair.names.index(name)] = np.roll(X[:, pair.names.index(name)], len(X) // 2)
            assert not np.allclose(evaluate(program, X), base, rtol=1e-12, atol=0)


def test_a_batch_knows_its_pairs() -> None:
    batch = next(Corpus(0).batches())
    assert len(batch) == len(list(batch)) == len(batch.labels.size)
    assert batch[3].law is list(batch)[3].law
    with pytest.raises(IndexError, match="there is none at"):
        batch[len(batch)]


@pytest.mark.parametrize("wrong", [{"distinct": "odd"}, {"memory": 0}, {"seed": -1}])
def test_wrong_options_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(OptionError):
        Corpus(**wrong)  # type: ignore[arg-type]


def test_needs_no_torch_and_loads_no_compiler_before_it_is_used() -> None:
    probe = (
        "import sys, sr_kernel.guide.corpus\nprint('torch' in sys.modules, 'numba' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


def test_what_the_benchmark_measures() -> None:
    from guide_corpus import measured

    row = measured(500, 0, "function")
    assert row["pairs"] >= 500
    assert row["drawn"] > row["pairs"]
    assert row["pairs_a_cpu_second"] > 0
