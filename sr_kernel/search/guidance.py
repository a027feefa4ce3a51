"""Asking the guide of a search, once, and heeding what it says."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sr_kernel.errors import OptionError
from sr_kernel.search.beliefs import Beliefs, Guide, Told
from sr_kernel.search.evolve import Evolution
from sr_kernel.search.opening import reprice
from sr_kernel.search.prices import Prices
from sr_kernel.search.problem import Problem
from sr_kernel.search.proposer import Context, Proposer
from sr_kernel.search.watch import raised

BANK = 6000
"""Functions that the guide's own proposers have at hand when they are first asked."""
LATE = 2
"""The round from which everyone is asked."""
HOPELESS = 0.03
"""The probability that a law has any of the operators a proposer needs, below which it waits."""

NOISY = 0.2
"""The probability of a law without noise below which such laws are sought later."""


class Guidance:
    """What ``guide`` says, as far as a search heeds it; with None all is as usual.

    ``proposers`` are the guide's own, none before it has spoken.
    """

    def __init__(self, guide: Guide | None, report: Callable[[str], None]) -> None:
        self.guide = guide
        self.report = report
        self.proposers: tuple[Proposer, ...] = ()
        self._beliefs: Beliefs | None = None
        self._all_asked = False

    def speak(self, context: Context, problem: Problem) -> None:
        """Ask the guide and let ``context`` know, with banks of all operators of ``problem``.

        A guide that fails is reported, and the search goes on without it.
        """
        if self.guide is None:
            return
        try:
            beliefs = self.guide.beliefs(context.problem)
            if not isinstance(beliefs, Beliefs):
                raise OptionError(f"{str(beliefs)[:40]!r} are no beliefs")
            proposers = tuple(self.guide.proposers()) if beliefs.used else ()
        except (SystemError, MemoryError):
            raise
        except Exception as error:  # noqa: BLE001  whatever a guide meets
            self.report(f"guide {type(self.guide).__name__} {raised(error)}")
            return
        context.beliefs = beliefs
        if beliefs.used:
            self._beliefs, self.proposers = beliefs, proposers
            reprice(context, problem, Prices.of(beliefs, problem.variables))
            context.bank.grow(BANK, context.poll)
            context.limit = len(context.bank)
            context.noisy |= self.noisy

    @property
    def noisy(self) -> bool:
        """Whether the guide is sure that no law explains the rows up to rounding."""
        return self._beliefs is not None and self._beliefs.noiseless < NOISY

    @property
    def for_helpers(self) -> Guide | None:
        """The guide of those who help: they need not look at the rows themselves."""
        return None if self._beliefs is None else Told(self._beliefs)

    def joined(self, proposers: Sequence[Proposer]) -> list[Proposer]:
        """``proposers`` and the guide's own, which are asked before evolution."""
        kinds = [isinstance(one, Evolution) for one in proposers]
        place = kinds.index(True) if any(kinds) else len(proposers)
        return [*proposers[:place], *self.proposers, *proposers[place:]]

    def asked(self, proposers: Sequence[Proposer]) -> list[Proposer]:
        """Those of ``proposers`` who need not wait."""
        return [one for one in proposers if self._all_asked or not waits(one, self._beliefs)]

    def late(self, proposers: Sequence[Proposer]) -> list[Proposer]:
        """Those who have waited until now; nobody waits any longer."""
        if self._all_asked:
            return []
        self._all_asked = True
        return [one for one in proposers if waits(one, self._beliefs)]


def waits(proposer: Proposer, beliefs: Beliefs | None) -> bool:
    """Whether all that ``proposer`` knows how to find is improbable."""
    needs = getattr(proposer, "needs", ())
    return beliefs is not None and bool(needs) and beliefs.together(needs) < HOPELESS
