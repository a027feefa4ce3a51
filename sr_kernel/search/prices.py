"""Prices of functions in the bank by what a guide expects: what is unlikely comes late, what is
likely earlier, and everything comes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from sr_kernel.expr import parse, walk
from sr_kernel.expr.operators import SUGAR
from sr_kernel.search.beliefs import Beliefs
from sr_kernel.search.operations import Operation

IMPROBABLE, UNLIKELY, LIKELY = 0.03, 0.1, 0.6
"""Probabilities of an operator below which it costs two and one more, and above which it costs one
less if it is dear."""
DEAR = 2
DOUBTED = 0.05
"""The probability below which a column comes late."""
LATE_LEAF = 3
"""The price of a doubted column, which is 1 for others."""

_FREE = frozenset({"add", "mul", "neg", "symbol", "number"})
"""What says nothing about the sugar that is written with it."""


@dataclass(frozen=True, slots=True)
class Prices:
    """Probabilities of ``operators`` by name, and the ``columns`` that come late."""

    operators: Mapping[str, float] = field(default_factory=dict)
    columns: frozenset[str] = frozenset()

    @classmethod
    def of(cls, beliefs: Beliefs, names: Sequence[str]) -> Prices:
        """What ``beliefs`` say about a table of the columns ``names``."""
        return cls(beliefs.operators, doubted(beliefs, names))

    @property
    def of_operators(self) -> Prices:
        """The same for a table of other columns."""
        return replace(self, columns=frozenset())

    @property
    def slack(self) -> int:
        """By how much more a function may cost than usual, so that none is left out."""
        unlikely = any(value < UNLIKELY for value in self.operators.values())
        return LATE_LEAF - 1 if unlikely or self.columns else 0

    def leaf(self, name: str) -> int:
        """The price of a column."""
        return LATE_LEAF if name in self.columns else 1

    def priced(self, operation: Operation) -> Operation:
        """``operation`` at the price that goes with its probability."""
        probability = self._probability(operation.name) if self.operators else None
        if probability is None:
            return operation
        price = operation.price
        if probability < UNLIKELY:
            price += 1 if probability >= IMPROBABLE else 2
        # Likely powers are those with a number as exponent.
        elif probability > LIKELY and price >= DEAR and operation.arity == 1:
            price -= 1
        return replace(operation, price=price)

    def _probability(self, name: str) -> float | None:
        """Of sugar that is not known itself, that of the rarest operator it is written with."""
        if name in self.operators or name not in SUGAR:
            return self.operators.get(name)
        count, meaning = SUGAR[name]
        written = {node.op for node in walk(parse(meaning, ("a", "b")[:count]))} - _FREE
        return min((self.operators[op] for op in written if op in self.operators), default=None)


USUAL = Prices()


def doubted(beliefs: Beliefs, names: Sequence[str]) -> frozenset[str]:
    """The columns among ``names`` that hardly have a part in the law; none if all are such."""
    found = frozenset(name for name in names if beliefs.columns.get(name, 1.0) < DOUBTED)
    return found if len(found) < len(names) else frozenset()
