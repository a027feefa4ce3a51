"""How good a guide is: on problems of a file, or on laws of the corpus's grammar with other seeds.

The peel policy is judged among the operations that can be undone on the rows: whether a right one
is first, among the first three, among the first ten; also with only what the law admits as it is
written.  Calibration compares the probabilities of operators and peels with how often they hold
(expected calibration error, Guo et al. 2017).
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from sr_kernel.errors import DataError, SrKernelError
from sr_kernel.expr import Expr, variables
from sr_kernel.expr.operators import FloatArray
from sr_kernel.guide.actions import ATOMS, OUTER, PAIRS, WAYS, Peels, atom, pair, peels_of
from sr_kernel.guide.beams import beams
from sr_kernel.guide.corpus import LABEL, OPERATORS, Corpus
from sr_kernel.guide.grammar import laws_of
from sr_kernel.guide.inputs import ROWS
from sr_kernel.guide.network import NOISES
from sr_kernel.guide.neural import FEWEST_ROWS
from sr_kernel.guide.points import MOST_COLUMNS
from sr_kernel.guide.problems import drawn, generator_of, law_of, noisy, table_of
from sr_kernel.guide.proposals import SURPLUS, distinct, family_of, terms
from sr_kernel.guide.reading import Action, Reader, Reading, undone
from sr_kernel.guide.tokens import term
from sr_kernel.guide.weights import SHIPPED, load
from sr_kernel.numeric import compile_program
from sr_kernel.numeric import evaluate as values_of

BINS = 10
SMALLEST = 7
"""Nodes from which a law has something to peel."""
_BEAM = 24
_OF_THE_CORPUS = 200
"""Laws of the corpus's grammar where no file is given."""


@dataclass(frozen=True, slots=True)
class EvaluationOptions:
    """``weights`` (None: those of the package) on ``count`` (0: all) ``problems`` of a file (None:
    fresh laws of the corpus's grammar), at each level of ``noise``."""

    weights: Path | None = None
    problems: Path | None = None
    count: int = 0
    seed: int = 0
    noise: tuple[float, ...] = (0.0, 0.01)
    families: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Table:
    """One problem: its law as told, and rows."""

    family: str
    noise: float
    law: Expr
    names: tuple[str, ...]
    X: FloatArray
    y: FloatArray


@dataclass
class Tally:
    """What was seen of one family at one level of noise."""

    problems: int = 0
    ranks: list[int] = field(default_factory=list)
    """Of the first right peel, where there is one."""
    written_ranks: list[int] = field(default_factory=list)
    """Of the first that the law admits as it is written, where there is one."""
    candidates: list[int] = field(default_factory=list)
    operators: list[tuple[int, int, int]] = field(default_factory=list)
    """Operators of the law, those of them believed in, those believed in."""
    believed: list[tuple[float, bool]] = field(default_factory=list)
    peels: list[tuple[float, bool]] = field(default_factory=list)
    noises: list[int] = field(default_factory=list)
    """Levels by which the noise was missed."""
    written: int = 0
    parsed: int = 0
    pooled: int = 0
    functions: int = 0
    milliseconds: list[float] = field(default_factory=list)


@dataclass(frozen=True, eq=False)
class Evaluation:
    """The tallies by family and noise, and what the weights are."""

    tallies: dict[tuple[str, float], Tally]
    parameters: int
    bytes: int
    skipped: int = 0
    """Problems of which no table could be made, or none that a guide is asked about."""

    def lines(self) -> list[str]:
        """A table, one line a family and level of noise."""
        figures = self.as_dict()
        words = (
            "set", "noise", "problems", "peel 1", "3", "10", "of", "operators", "precise",
            "noise +-1", "distinct", "ms",
        )  # fmt: skip
        size = f"{self.parameters} parameters, {self.bytes / 1e6:.1f} MB"
        errors = (
            f"ECE of operators {figures['ece_operators']:.3f}, of peels {figures['ece_peels']:.3f}"
        )
        if self.skipped:
            why = f"no table, or fewer than {FEWEST_ROWS} rows"
            errors += f"; {self.skipped} problems left out ({why})"
        head = [f"| {' | '.join(words)} |", "|" + "---|" * len(words)]
        return [*head, *map(_line, figures["sets"]), "", f"{size}; {errors}"]

    @cached_property
    def _dict(self) -> dict[str, Any]:
        believed = [one for tally in self.tallies.values() for one in tally.believed]
        peels = [one for tally in self.tallies.values() for one in tally.peels]
        return {
            "sets": [_row(key, tally) for key, tally in sorted(self.tallies.items())],
            "calibration": calibration(believed), "calibration_peels": calibration(peels),
            "ece_operators": ece(believed), "ece_peels": ece(peels),
            "parameters": self.parameters, "bytes": self.bytes, "skipped": self.skipped,
        }  # fmt: skip

    def as_dict(self) -> dict[str, Any]:
        """All figures: ``sets``, the bins of ``calibration`` (operators) and
        ``calibration_peels``, their expected errors, and the size of the weights."""
        return self._dict


def evaluate(options: EvaluationOptions) -> Evaluation:
    """Evaluate a guide.  Raises :class:`SrKernelError` for files that are none and for problems of
    none of which a table can be made."""
    path = options.weights or SHIPPED
    weights = load(path)
    reader = Reader(weights)
    tallies: dict[tuple[str, float], Tally] = defaultdict(Tally)
    skipped: list[str] = []
    for table in tables(options, skipped):
        _judge(reader, table, tallies[table.family, table.noise])
    if not tallies:
        raise DataError(f"there is no problem to evaluate a guide on: {'; '.join(skipped[:1])}")
    count = sum(int(array.size) for array in weights.arrays.values())
    return Evaluation(dict(tallies), count, path.stat().st_size, len(skipped))


def tables(options: EvaluationOptions, skipped: list[str]) -> Iterator[Table]:
    """The tables that are looked at; ``skipped`` gets a reason for each problem that has none."""
    if options.problems is None:
        yield from _of_the_corpus(options)
        return
    for record in drawn(options.problems, options.families, options.count, options.seed):
        generator = generator_of(record, options.seed)
        try:
            law, names = law_of(record)
            X, clean = table_of(record, generator)
        except SrKernelError as error:
            skipped.append(str(error))
            continue
        if len(clean) < FEWEST_ROWS:
            skipped.append(f"{record['id']} has {len(clean)} rows: no guide is asked of so few")
            continue
        state = generator.bit_generator.state
        for noise in options.noise:
            generator.bit_generator.state = state
            y = noisy(clean, noise, generator)
            yield Table(str(record.get("family", "")), noise, law, names, X, y)


def _of_the_corpus(options: EvaluationOptions) -> Iterator[Table]:
    corpus = Corpus(options.seed + 900_000_007)
    for made in islice(corpus, options.count or _OF_THE_CORPUS):
        for noise in options.noise:
            y = noisy(made.exact, noise, np.random.default_rng(options.seed))
            yield Table("corpus", noise, made.law, made.names, made.X, y)


# ------------------------------------------------------------------ judging


def _judge(reader: Reader, table: Table, tally: Tally) -> None:
    began = time.process_time()
    reading = reader.read(table.names, table.X, table.y)
    tally.milliseconds.append(1e3 * (time.process_time() - began))
    tally.problems += 1
    _judge_operators(reading, table.law, tally)
    _judge_peels(reading, table, tally)
    level = np.abs(np.array(NOISES) - _relative(table)).argmin()
    tally.noises.append(abs(int(reading.noises.argmax()) - int(level)))
    found = beams(reading.network, reading.tokens, table.names, count=SURPLUS * _BEAM)
    tally.written += len(found)
    tally.parsed += sum(_parses(sequence, table.names) for sequence, _ in found)
    pooled = list(islice(distinct(terms(found, table.names), table.names), _BEAM))
    tally.pooled += len(pooled)
    tally.functions += len({family_of(expr) for expr in pooled})


def _parses(sequence: tuple[int, ...], names: tuple[str, ...]) -> bool:
    try:
        term(sequence, names)
    except ValueError:
        return False
    except SrKernelError:  # a term, though one like 1/0
        return True
    return True


def _relative(table: Table) -> float:
    """The noise of a table relative to the spread of its target, as in the corpus."""
    spread = float(np.std(table.y)) or 1.0
    return table.noise * float(np.sqrt(np.mean((table.y / spread) ** 2)))


def operators_of(law: Expr) -> set[str]:
    """The operators of a law, as the corpus labels them."""
    places = {int(LABEL[code]) for one in laws_of(law) for code in one.code[0]}
    return {OPERATORS[place] for place in places if place >= 0}


def _judge_operators(reading: Reading, law: Expr, tally: Tally) -> None:
    there = operators_of(law)
    if not there:
        return
    thought = {name for name, p in reading.operators.items() if p >= 0.5}
    tally.operators.append((len(there), len(there & thought), len(thought)))
    tally.believed += [(p, name in there) for name, p in reading.operators.items()]


def _judge_peels(reading: Reading, table: Table, tally: Tally) -> None:
    right = right_peels(table.law, table.names)
    written = right_peels(table.law, table.names, sums=False)
    if right is None or written is None or table.law.size < SMALLEST:
        return
    ranked = list(_possible(reading, table))
    for names, ranks in ((right, tally.ranks), (written, tally.written_ranks)):
        hits = [place for place, action in enumerate(ranked) if _name(action) in names]
        ranks += hits[:1]
    tally.candidates.append(len(ranked))
    tally.peels += [(action.p, _name(action) in right) for action in ranked]


def _possible(reading: Reading, table: Table) -> Iterator[Action]:
    """What can be undone on the rows, the likeliest first."""
    X, y = table.X[:ROWS], table.y[:ROWS]
    for action in reading.actions():
        inner = None
        if action.inner is not None:
            inner = values_of(compile_program(action.inner, table.names), X)
        if undone(action, y, inner) is not None:
            yield action


def _name(action: Action) -> tuple[str, str]:
    return (action.outer, "") if action.outer else (action.way, str(action.inner))


def right_peels(
    law: Expr, names: tuple[str, ...], *, sums: bool = True
) -> set[tuple[str, str]] | None:
    """The actions that ``law`` over ``names`` admits (see :func:`peels_of`); None for one that
    cannot be labelled."""
    known = laws_of(law)
    if not known or not known[0].fits or len(names) > MOST_COLUMNS:
        return None
    place = np.zeros((1, MOST_COLUMNS), dtype=np.int64)
    used = variables(law)
    place[0, : len(used)] = [names.index(name) for name in used]
    return _named(peels_of(known[0], place, sums=sums), names)


def _named(peels: Peels, names: tuple[str, ...]) -> set[tuple[str, str]]:
    found = {(OUTER[k], "") for k in np.flatnonzero(peels.outer[0])}
    for j, a, w in np.argwhere(peels.atoms[0]):
        found.add((WAYS[w], str(atom(ATOMS[a], names[j]))))
    for i, j, k in np.argwhere(peels.pairs[0]):
        if j < i:
            kind = PAIRS[k]
            found.add((kind.split()[1], str(pair(kind, names[j], names[i]))))
    return found


# ------------------------------------------------------------------ figures


def calibration(believed: list[tuple[float, bool]]) -> list[dict[str, float]]:
    """Bins of probabilities: their edges, how many, the mean and how often it held."""
    p, held = np.array([one[0] for one in believed]), np.array([one[1] for one in believed])
    place = np.minimum((p * BINS).astype(int), BINS - 1) if len(p) else p
    bins = []
    for k in range(BINS):
        inside = place == k
        count = int(inside.sum()) if len(p) else 0
        bins.append({
            "low": k / BINS, "high": (k + 1) / BINS, "count": count,
            "mean": float(p[inside].mean()) if count else (k + 0.5) / BINS,
            "rate": float(held[inside].mean()) if count else 0.0,
        })  # fmt: skip
    return bins


def ece(believed: list[tuple[float, bool]]) -> float:
    """The expected calibration error."""
    total = max(len(believed), 1)
    return sum(b["count"] / total * abs(b["mean"] - b["rate"]) for b in calibration(believed))


def _row(key: tuple[str, float], tally: Tally) -> dict[str, Any]:
    ranks, written = np.array(tally.ranks), np.array(tally.written_ranks)
    there, hit, thought = np.array(tally.operators or [(0, 0, 0)]).sum(axis=0).tolist()
    return {
        "set": key[0], "noise": key[1], "problems": tally.problems, "peels": len(ranks),
        "top1": _share(ranks < 1), "top3": _share(ranks < 3), "top10": _share(ranks < 10),
        "written": len(written), "written_top3": _share(written < 3),
        "candidates": float(np.mean(tally.candidates)) if tally.candidates else 0.0,
        "recall": hit / max(there, 1), "precision": hit / max(thought, 1),
        "noise_near": _share(np.array(tally.noises) <= 1),
        "parsed": tally.parsed / max(tally.written, 1),
        "distinct": tally.functions / max(tally.pooled, 1),
        "milliseconds": float(np.median(tally.milliseconds)),
    }  # fmt: skip


def _share(hits: Any) -> float:
    return float(np.mean(hits)) if len(hits) else 0.0


def _line(row: dict[str, Any]) -> str:
    return (
        f"| {row['set']} | {row['noise']:g} | {row['problems']} | {row['top1']:.2f} "
        f"| {row['top3']:.2f} | {row['top10']:.2f} | {row['peels']} | {row['recall']:.2f} "
        f"| {row['precision']:.2f} | {row['noise_near']:.2f} | {row['distinct']:.2f} "
        f"| {row['milliseconds']:.0f} |"
    )
