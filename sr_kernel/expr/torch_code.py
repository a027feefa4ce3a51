"""Source of a self-contained PyTorch function: for training, on any device, with gradients."""

from __future__ import annotations

from fractions import Fraction
from typing import ClassVar

from sr_kernel.expr.operators import ATOM, Operator
from sr_kernel.expr.source_code import (
    Source,
    docstring,
    identifiers,
    python_literal,
    python_name,
)
from sr_kernel.expr.term import Expr
from sr_kernel.expr.traversal import variables

_HELPERS = {
    "_cbrt": "def _cbrt(a):\n    return torch.sign(a)*torch.abs(a)**(1/3)\n",
    "_constant": ("def _constant(value):\n    return torch.tensor(value, dtype=torch.float64)\n"),
}
"""What torch lacks; and numbers as tensors, which its functions ask for.  A tensor without
dimensions adopts the type and the device of those that it meets."""


def to_torch(expr: Expr, name: str = "law") -> str:
    """A function called ``name`` of tensors, one for each variable, as source text."""
    taken = {"torch", *_HELPERS}
    names = identifiers(variables(expr), taken, python_name)
    source = _TorchSource(expr, names)
    body = source.show(expr, lone=True)
    helpers = "".join(f"{text}\n\n" for used, text in _HELPERS.items() if used in source.used)
    [called] = identifiers((name,), taken, python_name).values()
    head = f"import torch\n\n\n{helpers}"
    arguments = ", ".join(names.values())
    return f"{head}def {called}({arguments}):\n    {docstring(expr)}\n    return {body}\n"


class _TorchSource(Source):
    lone_in_calls: ClassVar[bool] = True

    def __init__(self, expr: Expr, names: dict[str, str]) -> None:
        super().__init__(expr, names)
        self.used: set[str] = set()

    def function(self, row: Operator) -> str:
        helper = f"_{row.torch}"
        return self._helper(helper) if helper in _HELPERS else f"torch.{row.torch}"

    def constant(self, row: Operator, lone: bool) -> str:
        text = repr(row.value)
        return f"{self._helper('_constant')}({text})" if lone else text

    def literal(self, value: Fraction | float, lone: bool) -> tuple[str, int]:
        text, strength = python_literal(value)
        return (f"{self._helper('_constant')}({text})", ATOM) if lone else (text, strength)

    def _helper(self, name: str) -> str:
        self.used.add(name)
        return name
