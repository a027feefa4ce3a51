"""What a guide expects of a law before it is found, and how a search asks for it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import TYPE_CHECKING, Any, Protocol

from sr_kernel.errors import OptionError

if TYPE_CHECKING:
    from sr_kernel.search.problem import Problem
    from sr_kernel.search.proposer import Proposer

MOST_PEELS = 10


@dataclass(frozen=True, slots=True)
class Beliefs:
    """What a guide expects of the law of a table; probabilities are from 0 to 1.

    ``operators`` has them by the names of the operator table, ``columns`` that a column has a part
    in the law, ``pairs`` that two columns stand together in a product or a function.  ``size`` is
    in nodes, ``noise`` relative to the target's standard deviation, ``length`` the bits of the
    law's description.  ``peels`` are the likeliest last operations, in words of the columns
    ("log(y)"), at most ten.  ``source`` names the weights; ``seconds`` of a processor is what it
    took to ask.  A search shows all beliefs, but makes use only of those that are ``used``;
    ``reason`` says in a sentence why, or why not.  ``noiseless`` is the probability that the law
    explains the rows up to rounding.  What is not in a mapping is not known.

    Raises :class:`OptionError` for anything else than such numbers and texts.
    """

    operators: dict[str, float]
    columns: dict[str, float]
    pairs: dict[tuple[str, str], float]
    size: float
    noise: float
    length: float
    peels: tuple[tuple[str, float], ...]
    source: str
    seconds: float
    used: bool = True
    reason: str = ""
    noiseless: float = 0.5

    def __post_init__(self) -> None:
        settle = object.__setattr__
        for name in ("operators", "columns"):
            settle(self, name, _probabilities(name, getattr(self, name), _is_text))
        settle(self, "pairs", _probabilities("pairs", self.pairs, _is_pair))
        for name in ("size", "noise", "length", "seconds"):
            settle(self, name, _number(name, getattr(self, name), math.inf))
        settle(self, "peels", _peels(self.peels))
        settle(self, "noiseless", _number("noiseless", self.noiseless, 1.0))
        settle(self, "used", bool(self.used))
        if not (_is_text(self.source) and _is_text(self.reason)):
            raise OptionError("the source and the reason of beliefs must be texts")

    def together(self, names: Sequence[str]) -> float:
        """The probability that a law has any of the operators ``names``, were they independent;
        1 if nothing is known of one of them."""
        if not all(name in self.operators for name in names):
            return 1.0
        return 1.0 - math.prod(1.0 - self.operators[name] for name in names)


class Guide(Protocol):
    """Looks at a table once and says what law to expect; picklable, as it goes to the process of
    the search."""

    def beliefs(self, problem: Problem) -> Beliefs:
        """What law to expect for the rows of ``problem``.  May raise :class:`SrKernelError`."""
        ...

    def proposers(self) -> Sequence[Proposer]:
        """Who proposes laws by these beliefs; called after :meth:`beliefs`, may be none."""
        ...


@dataclass(frozen=True, slots=True)
class Told:
    """The guide of those who help a search: they expect what it expects."""

    told: Beliefs

    def beliefs(self, problem: Problem) -> Beliefs:
        """What the search has been told, whatever the ``problem``."""
        return self.told

    def proposers(self) -> Sequence[Proposer]:
        """None: whoever proposes by the beliefs does so for the search."""
        return ()


def _probabilities(name: str, given: Any, is_key: Any) -> dict[Any, float]:
    if not isinstance(given, Mapping):
        raise OptionError(f"{name} of beliefs is {_shown(given)}: give probabilities by name")
    for key in given:
        if not is_key(key):
            raise OptionError(f"{name} of beliefs has the key {_shown(key)}: give names as texts")
    return {key: _number(f"{name} {_shown(key)}", value, 1.0) for key, value in given.items()}


def _peels(given: Any) -> tuple[tuple[str, float], ...]:
    found = tuple(given)
    if len(found) > MOST_PEELS:
        raise OptionError(f"beliefs have {len(found)} peels: give the {MOST_PEELS} likeliest")
    for peel in found:
        if not (isinstance(peel, tuple) and len(peel) == 2 and _is_text(peel[0])):
            raise OptionError(f"the peel {_shown(peel)} of beliefs is not a text and a number")
    return tuple((text, _number(f"peels {_shown(text)}", value, 1.0)) for text, value in found)


def _number(name: str, value: Any, most: float) -> float:
    known = isinstance(value, Real) and not isinstance(value, bool)
    if not (known and 0.0 <= float(value) <= most and math.isfinite(value)):
        wanted = "a finite number from 0 up" if most == math.inf else f"a number from 0 to {most:g}"
        raise OptionError(f"{name} of beliefs is {_shown(value)}: give {wanted}")
    return float(value)


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_pair(value: Any) -> bool:
    return isinstance(value, tuple) and len(value) == 2 and all(map(_is_text, value))


def _shown(value: Any) -> str:
    return repr(value)[:60]
