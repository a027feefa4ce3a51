"""The guide of a search: the network with its weights, and when it is worth asking."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sr_kernel.guide.habits import Habits
from sr_kernel.guide.planning import PeelProposer
from sr_kernel.guide.proposals import BeamProposer
from sr_kernel.guide.reading import Reader, Reading, undone
from sr_kernel.guide.weights import SHIPPED, load
from sr_kernel.numeric import compile_program, evaluate
from sr_kernel.search.beliefs import MOST_PEELS, Beliefs
from sr_kernel.search.problem import Problem
from sr_kernel.search.proposer import Proposer

FEWEST_ROWS, MOST_COLUMNS = 12, 40
"""Fewer rows and more columns than the network was shown; it is not heeded there."""


@dataclass(frozen=True)
class NeuralGuide:
    """The guide of the weights at ``path``; ``always`` heeds it also where it does not pay."""

    path: Path = SHIPPED
    always: bool = False

    def beliefs(self, problem: Problem) -> Beliefs:
        """What the network expects of the rows.  Raises :class:`OptionError` for no weights."""
        reading = reader(self.path).read(
            problem.variables, problem.X, problem.y, problem.random_state
        )
        used, reason = self._verdict(problem)
        operators = Habits.load().adjusted(reading.operators, load(self.path).rates)
        return Beliefs(
            operators, reading.columns, reading.joined, reading.size, reading.noise,
            reading.bits, _peels(reading, problem), self._name, reading.seconds, used, reason,
            float(reading.noises[0].clip(0, 1)),
        )  # fmt: skip

    def proposers(self) -> Sequence[Proposer]:
        """The planner and the decoder's beams."""
        return (PeelProposer(reader(self.path)), BeamProposer(reader(self.path)))

    @property
    def _name(self) -> str:
        return "the guide of the package" if self.path == SHIPPED else self.path.name

    def _verdict(self, problem: Problem) -> tuple[bool, str]:
        if self.always:
            return True, "asked for"
        if problem.rows < FEWEST_ROWS:
            return False, f"fewer than {FEWEST_ROWS} rows tell it too little"
        if len(problem.variables) > MOST_COLUMNS:
            return False, f"it knows no tables of more than {MOST_COLUMNS} columns"
        return True, "the first sweep found no exact law"


def reader(path: Path) -> Reader:
    """The reader of the weights at ``path``."""
    return Reader(load(path))


def _peels(reading: Reading, problem: Problem) -> tuple[tuple[str, float], ...]:
    """The likeliest operations that can be undone on the rows, in words."""
    found: list[tuple[str, float]] = []
    target = problem.target if problem.target.isidentifier() else f"({problem.target})"
    rows = np.random.default_rng(0).permutation(problem.rows)[:200]
    X, y = problem.X[rows], problem.y[rows]
    for action in reading.actions():
        values = None
        if action.inner is not None:
            values = evaluate(compile_program(action.inner, problem.variables), X)
        if undone(action, y, values) is not None:
            found.append((action.words(target), action.p))
        if len(found) == MOST_PEELS:
            break
    return tuple(found)
