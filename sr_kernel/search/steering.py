"""What a search is told while it runs: hypotheses, a pause, more time.

New hypotheses leave in the front what obeys; what else obeys is brought back from the archive,
which keeps everything, a little at each poll.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

from sr_kernel.errors import ExpressionError
from sr_kernel.expr import Expr
from sr_kernel.search.candidates import Candidates
from sr_kernel.search.control import Control, Order
from sr_kernel.search.helpers import Helpers, Tasks
from sr_kernel.search.hypothesis import Hypothesis, banned_operators, obeys
from sr_kernel.search.proposer import Context
from sr_kernel.search.scaling import Scaling
from sr_kernel.search.seeds import required_parts, seeds, twin_columns

_SLICE = 0.05
"""Seconds at each poll for bringing laws back."""


class Steering:
    """Keeps ``context`` to the hypotheses of ``control``."""

    def __init__(
        self, control: Control, context: Context, candidates: Candidates, scaling: Scaling
    ) -> None:
        self.control = control
        self.context = context
        self.candidates = candidates
        self.scaling = scaling
        self.hypotheses: tuple[Hypothesis, ...] = ()
        self.version = 0
        """How often the hypotheses were changed, as far as is heard."""
        self._operators = context.problem.operators
        self._work: Iterator[None] = iter(())
        self._busy = False
        self.helpers: Helpers | Tasks | None = None

    def pass_on(self, order: Order) -> None:
        """Let the helpers know, if there are any."""
        if self.helpers is not None:
            self.helpers.take(order)

    def hear(self) -> bool:
        """Take in new hypotheses; says whether there were any."""
        version, hypotheses = self.control.steered
        if version == self.version:
            return False
        self.version, self.hypotheses = version, hypotheses
        self._restrict()
        self.context.front.steer(self.obeys)
        if self.scaling.trivial:  # the helpers know no other units than those of the search
            self.pass_on(Order("steer", hypotheses))
        self._work = self._brought_back()
        return True

    def work(self, seconds: float = _SLICE) -> None:
        """Go on for ``seconds`` with bringing back what obeys."""
        until = time.perf_counter() + seconds
        if self._busy:
            return
        self._busy = True
        try:
            while time.perf_counter() < until:
                if next(self._work, self) is self:
                    return
        finally:
            self._busy = False

    def obeys(self, expr: Expr) -> bool:
        """Whether a law in the units of the search obeys."""
        if not self.hypotheses:
            return True
        if self.scaling.trivial:
            return self.obeys_shown(expr)
        return self.obeys_shown(next(self.scaling.restored(expr)))

    def obeys_shown(self, expr: Expr) -> bool:
        """Whether a law in the units of the data obeys."""
        return obeys(expr, self.hypotheses)

    def _restrict(self) -> None:
        """Let proposers know what may not and what must be used."""
        context, banned = self.context, banned_operators(self.hypotheses)
        kept = tuple(name for name in self._operators if name not in banned) or self._operators
        context.problem = replace(context.problem, operators=kept)
        context.steered += 1
        context.obeys = self.obeys if self.hypotheses else _anything
        context.required = tuple(self._in_units_of_search())
        context.twins = tuple(self._of_one_unit())

    def _in_units_of_search(self) -> Iterator[Expr]:
        for part in required_parts(self.hypotheses, self.context.sample.variables):
            try:
                yield self.scaling.of_columns(part)
            except ExpressionError:  # a constant beyond floats
                continue

    def _of_one_unit(self) -> Iterator[tuple[str, str]]:
        """Twins, but for those whose exchange means another one in the units of the search."""
        units = self.scaling.columns
        for one, other in twin_columns(self.hypotheses, self.context.sample.variables):
            if units.get(one) == units.get(other):
                yield one, other

    def _brought_back(self) -> Iterator[None]:
        """Seeds of what is asked for, then from the archive what may change the front."""
        context, candidates = self.context, self.candidates
        known = context.archive.query()
        if self.hypotheses:
            for expr in seeds(context):
                candidates.consider(expr)
                yield
        for record in known:
            if candidates.promises(record) and self.obeys(record.expr):
                candidates.again(record.expr)
            yield


def _anything(expr: Expr) -> bool:
    return True
