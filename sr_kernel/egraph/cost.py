"""Cost models: what makes one expression better than another."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

from sr_kernel.errors import OptionError
from sr_kernel.expr import OPERATORS, Expr, walk

Measure = Callable[[Expr], float]
NAMES = ("size", "flops", "parameters")
_STEP = 1_000
"""Weight of the first criterion against size, which breaks ties."""


@dataclass(frozen=True)
class CostModel:
    """Costs of operators and leaves, added up over the printed tree.

    ``own`` holds a callable of the user's; the additive costs (those of size) then only guide
    extraction, and the callable decides among the candidates found.
    """

    name: str
    operators: Mapping[str, int] = field(hash=False)
    integer_cost: int = 1
    fraction_cost: int = 3
    float_cost: int = 1
    symbol: int = 1
    own: Measure | None = None

    def literal(self, value: Fraction | float) -> int:
        """Cost of a number."""
        if not isinstance(value, Fraction):
            return self.float_cost
        return self.integer_cost if value.denominator == 1 else self.fraction_cost

    def operator(self, op: str) -> int:
        """Cost of one application."""
        return self.operators[op]

    @cached_property
    def subtraction(self) -> int:
        """Cost of a binary minus."""
        return self.operators["add"]

    def measure(self, expr: Expr) -> float:
        """Cost of an expression."""
        return self.additive(expr) if self.own is None else self.own(expr)

    def additive(self, expr: Expr) -> int:
        """Sum of the costs over the printed tree."""
        if self is _MODELS["size"]:
            return expr.size  # the same count, kept by every term
        costs: dict[Expr, int] = {}
        for node in walk(expr):
            costs[node] = self._node(node, costs)
        return costs[expr]

    def _node(self, node: Expr, costs: Mapping[Expr, int]) -> int:
        if node.is_symbol:
            return self.symbol
        if node.is_number:
            return self.literal(node.value)  # type: ignore[arg-type]
        total = sum(costs[arg] for arg in node.args)
        applications = max(1, len(node.args) - 1)
        if node.op == "add":
            # a minus in front of a later term is the subtraction itself
            total -= sum(self.operators["neg"] for arg in node.args[1:] if arg.op == "neg")
        return total + applications * self.operators[node.op]


def operations(expr: Expr) -> int:
    """Floating-point operations of one evaluation, as the model "flops" counts them."""
    return _MODELS["flops"].additive(expr) // _STEP


def cost_model(cost: object) -> CostModel:
    """The cost model called ``cost``, or one around a callable ``Expr -> number``.

    Raises :class:`OptionError` for anything else.
    """
    if isinstance(cost, CostModel):
        return cost
    if callable(cost):
        return CostModel("own", _MODELS["size"].operators, own=cost)
    if not isinstance(cost, str) or cost not in _MODELS:
        raise OptionError(
            f"there is no cost model called {cost!r}: use one of {', '.join(NAMES)} or a callable"
        )
    return _MODELS[cost]


def _flops_model() -> CostModel:
    # Size breaks ties, so an operator costs its operations and one node.
    operators = {name: row.flops * _STEP + 1 for name, row in OPERATORS.items()}
    return CostModel("flops", operators)


_ONE_EACH = dict.fromkeys(OPERATORS, 1)
_MODELS = {
    "size": CostModel("size", _ONE_EACH),
    "flops": _flops_model(),
    "parameters": CostModel("parameters", _ONE_EACH, float_cost=_STEP + 1),
}
