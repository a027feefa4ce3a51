"""What a guide says about the law of a table before the search looks far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from sr_kernel.search.problem import Problem
from sr_kernel.search.proposer import Proposer


@dataclass(frozen=True, slots=True)
class Beliefs:
    """What a guide expects of the law of a table; probabilities from 0 to 1.

    ``operators`` by names of the operator table; ``columns``: that a column has a part in the law;
    ``pairs``: that two columns stand together in a product or a function; ``size`` in nodes;
    ``noise`` relative to the target's standard deviation; ``length`` in bits; ``peels``: the
    likeliest last operations, in words of the columns, at most 10; ``source``: the name of the
    weights; ``seconds``: the CPU time that asking took; ``used``: whether the search makes use of
    it, and ``reason`` why or why not.
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


class Guide(Protocol):
    """Says what to expect of the law of a problem; it goes to worker processes, pickled."""

    def beliefs(self, problem: Problem) -> Beliefs:
        """What it expects; may raise SrKernelError."""
        ...

    def proposers(self) -> Sequence[Proposer]:
        """Proposers that follow from it, such as beams of a decoder; may be empty."""
        ...
