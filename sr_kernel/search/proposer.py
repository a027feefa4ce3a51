"""What a proposer is and what it may look at.

A proposer turns what is known so far into expressions worth fitting.  The engine fits, judges and
keeps them; a proposer never needs to know what has been tried before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sr_kernel.expr import Expr, variables
from sr_kernel.expr.operators import FloatArray
from sr_kernel.search.archive import Archive
from sr_kernel.search.bank import Bank
from sr_kernel.search.beliefs import Beliefs
from sr_kernel.search.description import ROUNDING, description_length
from sr_kernel.search.front import Front, Hope
from sr_kernel.search.prices import USUAL, Prices
from sr_kernel.search.problem import Problem
from sr_kernel.search.sample import Sample

_CLEAR = 1.5
"""Nats a row by which a law that is larger than usual must be better than those that are not: a
long polynomial is a little better than most laws."""
_PROOF = 5
"""Fitted constants up to which an exact fit is no accident."""


@dataclass(eq=False)
class Context:
    """The state of a search as proposers see it.

    ``sample`` holds the rows that are fitted, ``probe_rows`` those of them that the ``bank`` has.
    ``limit`` is how many bank entries the present round is about, ``pool`` among how many pairs
    are sought.  ``exactly`` says that only what explains the rows up to rounding is wanted,
    quickly; ``noisy`` that no law will do that, as far as is known, and ``quiet`` that one may.
    ``poll`` must be called at least every tenth of a second; it raises to end the search.
    ``report`` takes a sentence about something that went wrong without ending it.
    """

    problem: Problem
    sample: Sample
    bank: Bank
    archive: Archive
    front: Front
    generator: np.random.Generator
    probe_rows: NDArray[np.int64]
    round: int = 0
    pool: int = 1000
    limit: int = 0
    exactly: bool = False
    noisy: bool = False
    quiet: bool = False
    poll: Callable[[], None] = field(default=lambda: None)
    report: Callable[[str], None] = field(default=lambda text: None)
    exact_bank: Bank | None = None
    """The bank of laws that are exact, where they may use more operators than others."""
    smooth: FloatArray | None = None
    """The target (n,) as it may be looked at, where noise can be told from the law without one."""
    frequencies: dict[Expr, list[float]] = field(default_factory=dict)
    """Those at which the target is strongest, by the functions that they are frequencies of."""

    obeys: Callable[[Expr], bool] = field(default=lambda expr: True)
    """Whether a law has what the user requires and nothing that is banned."""
    required: tuple[Expr, ...] = ()
    """Parts that the user requires."""
    twins: tuple[tuple[str, str], ...] = ()
    """Pairs of columns that the user lets take each other's place in every law."""
    steered: int = 0
    """How often what the user requires and bans has changed."""
    held: float = 0.0
    """Seconds for which the search has been paused."""
    beliefs: Beliefs | None = None
    """What the guide expects, once it has spoken."""
    prices: Prices = USUAL
    """The order of the banks."""

    def __post_init__(self) -> None:
        self._usual_bank = self.bank

    def look(self, *, exactly: bool) -> None:
        """Look for laws that explain every row up to rounding, or for any."""
        self.exactly = exactly
        exact = self.exact_bank if exactly else None
        self.bank = self._usual_bank if exact is None else exact

    def exchange(self, usual: Bank, exact: Bank | None, prices: Prices) -> None:
        """Go on with other banks, which are in the order of ``prices``."""
        self._usual_bank, self.exact_bank, self.prices = usual, exact, prices
        self.look(exactly=self.exactly)

    @property
    def heeded(self) -> Beliefs | None:
        """The beliefs that the search makes use of."""
        return self.beliefs if self.beliefs is not None and self.beliefs.used else None

    def forget(self) -> None:
        """Give up the banks, which take most of the memory."""
        self.bank = self._usual_bank = Bank((), np.zeros((1, 0)), ("add",), max_price=1)
        self.exact_bank = None

    @property
    def banks(self) -> tuple[Bank, ...]:
        """All banks."""
        both = (self._usual_bank, self.exact_bank)
        return tuple(bank for bank in both if bank is not None)

    @property
    def max_size(self) -> int:
        """The most nodes of the laws that are looked for just now."""
        return self.problem.exact_size if self.exactly else self.problem.max_size

    @property
    def largest(self) -> int:
        """The most nodes of any law, clearly better ones included."""
        return max(self.max_size, self.problem.clear_size)

    @property
    def operators(self) -> tuple[str, ...]:
        """What the laws that are looked for just now may use."""
        return self.problem.exact_operators if self.exactly else self.problem.operators

    def allows(self, *names: str) -> bool:
        """Whether the user lets laws use these operators."""
        return all(name in self.problem.operators for name in names)

    @property
    def seen(self) -> FloatArray:
        """The target (n,) with as little noise as may be, to find what is worth a fit."""
        return self.sample.y if self.smooth is None else self.smooth

    def solved(self) -> bool:
        """Whether the best law explains all rows that are fitted up to rounding.

        Enough free constants do that for any smooth function, so they prove nothing; a function
        of more columns would take more of them.
        """
        best = self.front.best
        if best is None or not self.sample.exact(best.predicted):
            return False
        few = best.parameters <= _PROOF
        return few or (
            best.loss < ROUNDING and best.parameters <= _PROOF * len(variables(best.expr))
        )

    def promising(
        self, loss: float, size: int, parameters: int, structure: float, slack: float = 1.0
    ) -> bool:
        """Whether a law like this, its loss ``slack`` times lower, would change the front."""
        if size > self.largest or parameters >= self.sample.rows:
            return False
        hoped = self.sample.floored(loss / slack)
        length = description_length(hoped, self.sample.rows, parameters, structure)
        claim = Hope(size, hoped, length, parameters)
        return self.admits(size, length) and self.front.admits(claim)

    def admits(self, size: int, length: float) -> bool:
        """Whether a law with a description of ``length`` may have ``size`` nodes."""
        if size <= self.max_size:
            return True
        usual = self.front.bar(self.max_size)
        return size <= self.problem.clear_size and length < usual - _CLEAR * self.sample.rows


class Proposer(Protocol):
    """``propose`` is called once a round and may yield any number of expressions.

    Floats in an expression are starting values of constants to be fitted; exact numbers stay.
    Proposers that are not ours are asked through :class:`~sr_kernel.search.guest.Guest`, which
    takes text too.
    """

    def propose(self, context: Context) -> Iterable[Expr]:
        """Expressions over ``context.problem.variables`` that may explain the target."""
        ...
