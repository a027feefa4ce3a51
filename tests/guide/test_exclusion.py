"""The exclusion list: what is on it never comes, however it is written."""

from __future__ import annotations

import json
import re
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from sr_kernel.errors import DataError
from sr_kernel.expr import parse
from sr_kernel.guide.corpus import Corpus
from sr_kernel.guide.exclusion import (
    STORED,
    is_excluded,
    keys_of_terms,
    laws_in,
    main,
    read,
    spellings,
    stored,
)
from sr_kernel.guide.grammar import laws_of

STORED_HASHES = 3892
NOTHING = np.empty(0, dtype=np.uint64)


def refused(text: str, excluded: np.ndarray) -> bool:
    return bool(is_excluded(laws_of(parse(text))[0], excluded)[0])


def test_the_stored_list_has_hashes_only() -> None:
    text = STORED.read_text("ascii")
    assert re.fullmatch(r"([0-9a-f]{16}\n)+", text)
    assert len(stored()) == len(text.split()) == STORED_HASHES


@pytest.mark.parametrize(
    "text",
    ["3.7*b*(a - 2*c)", "-5*z*y + 0.1*y*x", "y*(x - z)/7", "x*y - y*z"],
)
def test_other_spellings_names_and_constants_are_refused(text: str) -> None:
    assert refused(text, keys_of_terms(spellings(parse("k*(u - v)"))))


@pytest.mark.parametrize("text", ["k*(u - v**2)", "k*u/v", "k*u + v", "k*(u - v) + sin(w)"])
def test_other_families_are_not(text: str) -> None:
    assert not refused(text, keys_of_terms(spellings(parse("k*(u - v)"))))


@pytest.mark.parametrize(
    ("listed", "written"),
    [("2*sin(3*x + 1)", "cos(5*t - 0.3)*7"), ("exp(2*x + 1)*y", "3*y*exp(x)"),
     ("x**2 + 3*x + 1.7", "(x + 2)*(x - 5.1)"), ("3*exp(-x**2)", "exp(0.3 - 2*x**2)")],
)  # fmt: skip
def test_constants_that_move_are_followed(listed: str, written: str) -> None:
    assert refused(written, keys_of_terms(spellings(parse(listed))))


def test_generated_laws_that_are_put_on_the_list_never_come_again() -> None:
    first = Corpus(21, excluded=NOTHING)
    taken = [pair.law for pair in islice(first, 0, 400, 20)]
    excluded = keys_of_terms(taken)
    again = Corpus(21, excluded=excluded)
    for batch in islice(again.batches(), 3):
        assert not is_excluded(batch.laws, excluded).any()
    assert again.tally.excluded >= len(taken)
    laws = {str(pair.law) for pair in islice(Corpus(21, excluded=excluded), 1500)}
    assert laws.isdisjoint(map(str, taken))


def test_nothing_of_the_stored_list_comes() -> None:
    corpus = Corpus(2)
    for batch in islice(corpus.batches(), 3):
        assert not is_excluded(batch.laws, stored()).any()
    assert corpus.tally.excluded > 0


def test_the_tool_writes_what_is_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    problems, out = tmp_path / "problems.jsonl", tmp_path / "out.txt"
    rows = [
        {"formula": "e*tanh(a*b)", "variables": [{"name": n} for n in "eab"]},
        {"formula": "x*y | x/(1 + y)"},
        {"formula": "floor(x)"},
        {"formula": "besselj(0, x)"},
    ]
    problems.write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert main([str(problems), str(out)]) == 0
    assert "of 4 laws; 2 that" in capsys.readouterr().out
    excluded = read(out)
    assert len(excluded)
    for text in ("3*u*tanh(v*w)", "2*x*y", "x/(3 - 7*y)"):
        assert refused(text, excluded)
    assert not refused("u*tanh(v/w)", excluded)


def test_bad_files_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = tmp_path / "wrong.jsonl"
    wrong.write_text('{"formula": "x"}\n{"law": "x"}\n')
    with pytest.raises(DataError, match=r"line 2 of wrong\.jsonl"):
        list(laws_in(wrong))
    wrong.write_text("x*y\n")
    with pytest.raises(DataError, match="no list of hashes"):
        read(wrong)
    assert main([]) == 2
    assert "usage" in capsys.readouterr().err
