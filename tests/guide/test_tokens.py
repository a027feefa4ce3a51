"""Laws as tokens: there and back, and what may follow what."""

from itertools import islice

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sr_kernel.errors import DataError, SrKernelError
from sr_kernel.expr import parse
from sr_kernel.guide.corpus import Corpus
from sr_kernel.guide.grammar import laws_of
from sr_kernel.guide.points import MOST_COLUMNS
from sr_kernel.guide.tokens import (
    ARITY,
    FREE,
    LONGEST,
    TOKENS,
    admitted,
    open_slots,
    sequences_of,
    term,
)
from sr_kernel.numeric import compile_program, evaluate
from sr_kernel.search.machine import CODES
from sr_kernel.search.tidy import tidy

NAMES = tuple(f"x{j + 1}" for j in range(MOST_COLUMNS))
PLACE = np.arange(MOST_COLUMNS)[None]
OPERATIONS = {code: name for name, code in CODES.items() if name not in ("input", "constant")}


def words(text: str) -> list[str]:
    [laws] = laws_of(parse(text))
    [sequence] = sequences_of(laws, PLACE)
    return [[*TOKENS, *NAMES][token] for token in sequence[sequence >= 0]]


def test_laws_by_hand() -> None:
    assert words("exp(x1*x2)/x3") == ["div", "exp", "mul", "x1", "x2", "x3"]
    assert words("sin(x1) + x2") == ["add", "x2", "sin", "x1"]
    assert words("x1**(3/2) - 2*x2") == ["sub", "pow", "x1", "3/2", "mul", "2", "x2"]


@pytest.mark.parametrize(
    ("text", "token"),
    [("pi", "pi"), ("-1", "-1"), ("1/2", "1/2"), ("2.5", "c"), ("0", "c"), ("3.0000001", "c")],
)
def test_constants_are_told_apart(text: str, token: str) -> None:
    assert words(f"sin(x1)**({text})")[-1] == token


def test_the_longer_argument_stands_last() -> None:
    for text in ("sin(x1*x2) + x1", "x1 + sin(x1*x2)", "sin(x1*x2)*x1", "x1*sin(x1*x2)"):
        assert words(text)[1:] == ["x1", "sin", "mul", "x1", "x2"]


def test_a_law_of_the_corpus_is_the_same_function_again() -> None:
    rng = np.random.default_rng(3)
    compared = 0
    for batch in islice(Corpus(8).batches(), 1):
        sequences = sequences_of(batch.laws, batch.tables.place)
        slots = open_slots(sequences)
        for index, pair in enumerate(batch):
            sequence = sequences[index][sequences[index] >= 0]
            length = int(batch.laws.length[index])
            assert len(sequence) == length
            assert (slots[index, :length] > 0).all()
            assert (slots[index, length:] == 0).all()
            built = term(sequence, pair.names)
            codes = [int(code) for code in batch.laws.code[index, :length]]
            used = sorted(OPERATIONS[code] for code in codes if code in OPERATIONS)
            assert used == sorted(TOKENS[t] for t in sequence if t < len(TOKENS) and ARITY[t])
            if FREE in sequence:
                continue
            X = rng.uniform(0.2, 2.0, (20, len(pair.names)))
            one, other = (evaluate(compile_program(e, pair.names), X) for e in (built, pair.law))
            known = np.isfinite(other)
            one, other = one[known], other[known]
            close = np.isclose(one, other, rtol=1e-7, atol=1e-9 * np.abs(other).max(initial=0.0))
            assert close.all(), (built, pair.law)
            compared += 1
    assert compared > 100


@settings(max_examples=150, deadline=None)
@given(st.data(), st.integers(1, LONGEST), st.integers(1, 4))
def test_what_is_admitted_never_leads_to_a_dead_end(
    data: st.DataObject, longest: int, columns: int
) -> None:
    slots, sequence = 1, []
    arity = np.concatenate([ARITY, np.zeros(columns, dtype=int)])
    while slots:
        may = np.flatnonzero(admitted(np.array([slots]), longest - len(sequence), columns)[0])
        assert len(may)
        sequence.append(int(data.draw(st.sampled_from(may.tolist()))))
        slots += int(arity[sequence[-1]]) - 1
    assert len(sequence) <= longest
    assert not admitted(np.array([0]), longest, columns).any()
    try:
        built = term(sequence, NAMES[:columns])
        tidy(built)
    except SrKernelError:  # 1/0 and the like
        return
    assert built.size >= 1


@pytest.mark.parametrize(
    "sequence",
    [[], [0], [0, FREE], [FREE, FREE], [-1], [0, -1, -1], [len(TOKENS) + 2], [0, FREE, 99]],
)
def test_what_is_no_term_is_told(sequence: list[int]) -> None:
    with pytest.raises(ValueError):
        term(sequence, ("a", "b"))


def test_a_law_that_is_too_long_is_refused() -> None:
    [laws] = laws_of(parse(" + ".join(f"sin(x**{k} + y)" for k in range(2, 12))))
    with pytest.raises(DataError, match="more than 30 nodes"):
        sequences_of(laws, PLACE)
