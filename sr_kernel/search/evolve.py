"""Evolution: what no exhaustive match reaches, by variation and selection.

Several populations, each with its own taste for short terms, are bred by tournaments; the eldest
make room (regularised evolution, Real et al. 2019).  Children come from guided growth, from
mutation and crossover with material of the bank, the archive and the front.  A child that predicts
what another one predicts is not kept.  Constants descend on some rows; what would change the front
is handed to the search, which fits it on all.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from sr_kernel.errors import SrKernelError
from sr_kernel.expr import Expr, number
from sr_kernel.numeric.evaluate import evaluate
from sr_kernel.search.description import description_length, structure_length
from sr_kernel.search.growth import Growth
from sr_kernel.search.machine import descend, ready
from sr_kernel.search.proposer import Context
from sr_kernel.search.sample import Sample, spread_rows
from sr_kernel.search.tidy import tidy
from sr_kernel.search.variation import Variation

TASTES = (0.4, 1.0, 1.0, 2.0)
"""How much each population minds the length of a term."""
MEMBERS = 40
TOURNAMENT = 5
ROWS = 200
_CHILDREN = (500, 1500, 2500)
"""Children a round."""
_PATIENCE = 400
"""Children without news after which the round is over."""
_MIGRATION = 100
_SPELLINGS = 3
"""Terms with the same predictions that are kept as material."""


@dataclass(frozen=True, slots=True, eq=False)
class Member:
    """A term with its constants fitted on the rows of the evolution."""

    expr: Expr
    loss: float
    parameters: int
    structure: float
    birth: int


class Evolution:
    """A proposer that goes on where it stopped; the same seed breeds the same children."""

    def __init__(self, *, endless: bool = False) -> None:
        self.endless = endless
        """Whether to breed until the search is stopped."""
        self._bred = 0
        self._populations: list[list[Member]] = []
        self._seen: dict[bytes, int] = {}
        self._steered = 0

    def propose(self, context: Context) -> Iterator[Expr]:
        if context.sample.constant or not self._ready(context):
            return
        if not self._populations:
            self._settle(context)
        stop = self._bred + _CHILDREN[min(context.round, len(_CHILDREN) - 1)]
        version, news = context.front.version, self._bred
        while self.endless or (self._bred < stop and self._bred - news < _PATIENCE):
            context.poll()
            if context.steered != self._steered:
                self._steer(context)
            if context.front.version != version:
                version, news = context.front.version, self._bred
            self._bred += 1
            place = self._bred % len(TASTES)
            if self._bred % _MIGRATION == 0:
                self._migrate(context, place)
            child = self._child(context, place)
            if child is None:
                continue
            self._admit(place, child)
            if self._promises(context, child):
                yield child.expr
                if context.solved():
                    return

    def _ready(self, context: Context) -> bool:
        """Whether the machine is there; who has nothing else to do waits for it."""
        while self.endless and not ready(patient=False):
            context.poll()
            time.sleep(0.01)
        return ready(patient=False)

    # ---------------------------------------------------------------- breeding

    def _settle(self, context: Context) -> None:
        generator = np.random.default_rng([context.problem.random_state, 7])
        self.generator = generator
        rows = spread_rows(context.sample.rows, ROWS, generator)
        whole = context.sample
        self.sample = Sample(whole.variables, whole.X[rows], whole.y[rows], whole.weights[rows])
        self.variation = Variation(context, generator)
        self.growth = Growth(context, generator)
        self._populations = [[] for _ in TASTES]
        self._fill(context)

    def _fill(self, context: Context) -> None:
        self._steered = context.steered
        for place, population in enumerate(self._populations):
            self._migrate(context, place)
            rare = context.required or context.twins
            for _ in range(0 if rare else 20 * MEMBERS):
                if len(population) >= MEMBERS:
                    break
                context.poll()
                member = self._measured(context, self.variation.material())
                if member is not None:
                    population.append(member)

    def _steer(self, context: Context) -> None:
        """Go on with those that do as the user has said since."""
        self._seen.clear()
        self.variation = Variation(context, self.generator)
        self.growth = Growth(context, self.generator)
        for population in self._populations:
            population[:] = [one for one in population if context.obeys(one.expr)]
        self._fill(context)

    def _migrate(self, context: Context, place: int) -> None:
        """Front and archive send their best."""
        best = [entry.expr for entry in context.front.entries]
        best += [record.expr for record in context.archive.query(10)]
        for expr in best:
            member = self._measured(context, expr)
            if member is not None:
                self._admit(place, member)

    def _child(self, context: Context, place: int) -> Member | None:
        population = self._populations[place]
        if not population:
            return None
        parent = self._winner(place).expr
        draw = self.generator.random()
        try:
            if draw < 0.35:
                child = self.growth.grown(parent)
            elif draw < 0.8:
                child = self.variation.mutated(parent)
            else:
                child = self.variation.crossed(parent, self._winner(self._other(place)).expr)
        except SrKernelError:  # no term: overflow of a literal, too large
            return None
        return None if child is None else self._measured(context, child)

    def _other(self, place: int) -> int:
        if self.generator.random() < 0.9:
            return place
        filled = [k for k, population in enumerate(self._populations) if population]
        return filled[int(self.generator.integers(len(filled)))]

    def _winner(self, place: int) -> Member:
        population = self._populations[place]
        drawn = self.generator.integers(len(population), size=TOURNAMENT)
        return min((population[int(k)] for k in drawn), key=lambda one: self._length(one, place))

    def _length(self, member: Member, place: int) -> float:
        """Description length with the population's taste."""
        return description_length(
            self.sample.floored(member.loss), self.sample.rows, member.parameters,
            TASTES[place] * member.structure,
        )  # fmt: skip

    def _admit(self, place: int, member: Member) -> None:
        population = self._populations[place]
        population.append(member)
        if len(population) > MEMBERS:
            keep = min(population, key=lambda one: self._length(one, place))
            eldest = min((one for one in population if one is not keep), key=lambda one: one.birth)
            population.remove(eldest)

    # ---------------------------------------------------------------- judging

    def _measured(self, context: Context, expr: Expr) -> Member | None:
        """``expr``, plainly spelled, with constants descended; None if it is of no use."""
        sample = self.sample
        try:
            expr = tidy(_with_scale(expr), roots=context.allows("sqrt"))
            if expr.size > context.problem.max_size + 4:
                return None
            found = descend(expr, sample.X, sample.y, sample.weights, sample.variables, steps=8)
            if found is None:
                return None
            predicted = evaluate(found.program, sample.X, found.theta)
        except SrKernelError:
            return None
        loss = sample.relative_loss(predicted)
        if not math.isfinite(loss) or self._known(predicted) or not context.obeys(found.expr):
            return None
        structure = structure_length(found.expr, len(sample.variables))
        return Member(found.expr, loss, len(found.theta), structure, self._bred)

    def _known(self, predicted: np.ndarray) -> bool:
        """Whether enough terms with these predictions have been seen."""
        shown = predicted[:24]
        size = np.abs(shown).max() or 1.0
        key = np.round(shown / size, 6).tobytes() + np.round(np.log(size), 4).tobytes()
        count = self._seen.get(key, 0)
        self._seen[key] = count + 1
        return count >= _SPELLINGS

    def _promises(self, context: Context, member: Member) -> bool:
        return context.promising(
            member.loss, member.expr.size, member.parameters, member.structure, 1.3
        )


def _with_scale(expr: Expr) -> Expr:
    """Predictions on their own scale cost one constant, which may turn out plain."""
    if any(isinstance(node.value, float) for node in (expr, *expr.args)):
        return expr
    return number(1.0) * expr
