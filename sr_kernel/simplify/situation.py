"""What a simplification may rely on and aims at: assumptions, domain mode, cost and time."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from sr_kernel.egraph.cost import NAMES, CostModel, cost_model
from sr_kernel.egraph.ruleset import Ruleset
from sr_kernel.equality.knowledge import Knowledge
from sr_kernel.errors import OptionError
from sr_kernel.expr import Expr
from sr_kernel.numeric.assumption import Assumptions
from sr_kernel.numeric.deadline import deadline_after

DOMAINS = ("preserve", "isolated", "any")
OUT_OF_TIME, TOO_DEEP = "time", "depth"
Cost = str | CostModel | Callable[[Expr], float]


@dataclass(frozen=True)
class Situation:
    """Checked options of one call."""

    knowledge: Knowledge
    domain: str
    model: CostModel
    time_limit: float | None
    deadline: float | None
    rules: Ruleset | None = None

    @classmethod
    def of(
        cls,
        assumptions: Assumptions,
        domain: str,
        cost: Cost,
        time_limit: float | None,
        rules: Ruleset | None = None,
    ) -> Situation:
        """Raises :class:`OptionError` for what cannot be used."""
        if domain not in DOMAINS:
            raise OptionError(f"domain={domain!r} is not known: use one of {', '.join(DOMAINS)}")
        until = deadline_after(time_limit)
        return cls(Knowledge.of(assumptions), domain, cost_model(cost), time_limit, until, rules)

    def __reduce__(self) -> tuple[object, ...]:
        """Another process gets the time that is left; its clock is another one."""
        left = None if self.deadline is None else max(1e-3, self.deadline - time.monotonic())
        named = self.model.name in NAMES and cost_model(self.model.name) is self.model
        cost = self.model.name if named else self.model.own or self.model
        parts = (self.knowledge.assumptions, self.domain, cost, left, self.rules)
        return Situation.of, parts

    def cost(self, expr: Expr) -> float:
        """The cost of ``expr`` under the chosen model."""
        return self.model.measure(expr)

    def time_left(self) -> float | None:
        """Seconds until the time limit, None without one."""
        return None if self.deadline is None else max(0.0, self.deadline - time.monotonic())

    def is_late(self) -> bool:
        """Whether the time limit has passed."""
        return self.deadline is not None and time.monotonic() > self.deadline
