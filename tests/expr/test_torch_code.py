"""PyTorch that we write computes what we compute, and has gradients."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from agreement import assert_agrees, each_operator, has_no_constant_jump, texts
from hypothesis import given, settings
from strategies import terms

from sr_kernel.expr import OPERATORS, Expr, parse, symbol, to_torch


def law(expr: Expr) -> Callable[..., Any]:
    """The function that the source defines, with the ``torch`` of sys.modules."""
    scope: dict[str, Any] = {}
    exec(compile(to_torch(expr), "law", "exec"), scope)  # noqa: S102 - it is what is tested
    found: Callable[..., Any] = scope["law"]
    return found


class Tensor(np.ndarray[Any, Any]):
    """What is told from Python's numbers by its type."""


def tensor(value: float, dtype: Any = np.float64) -> Tensor:
    return np.asarray(value, dtype=dtype).view(Tensor)


def _strict(function: Callable[..., Any]) -> Callable[..., Any]:
    """As PyTorch's own functions: tensors are taken and nothing else."""

    def called(*args: Any) -> Tensor:
        assert all(isinstance(arg, Tensor) for arg in args), args
        with np.errstate(all="ignore"):
            return np.asarray(function(*args)).view(Tensor)

    return called


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """NumPy under PyTorch's names, so that the source is run where PyTorch is not installed."""
    module = ModuleType("torch")
    named = {row.torch: row.numpy for row in OPERATORS.values() if row.torch and row.name != "cbrt"}
    for name, function in named.items():
        setattr(module, name, _strict(function))
    module.tensor, module.float64 = tensor, np.float64  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "torch", module)


def _with_stand_in(expr: Expr) -> Callable[..., float]:
    function = law(expr)

    def run(*row: float) -> float:
        with np.errstate(all="ignore"):
            found = function(*map(tensor, row))
        assert isinstance(found, np.ndarray | np.generic)
        return float(found)

    return run


@pytest.mark.parametrize("expr", [*each_operator(), *texts()], ids=str)
def test_source_runs_with_functions_that_take_tensors_only(stand_in: None, expr: Expr) -> None:
    assert_agrees(expr, _with_stand_in(expr))


def test_source_of_any_term(stand_in: None) -> None:
    @given(terms.filter(has_no_constant_jump))
    @settings(max_examples=60, deadline=None)
    def check(expr: Expr) -> None:
        assert_agrees(expr, _with_stand_in(expr))

    check()


def test_it_reads_as_a_person_would_write_it() -> None:
    assert to_torch(parse("365.25*sqrt(a)**3 - 1")) == (
        'import torch\n\n\ndef law(a):\n    """365.25*sqrt(a)**3 - 1"""\n'
        "    return 365.25*torch.sqrt(a)**3 - 1\n"
    )


@pytest.mark.parametrize(
    "name", ["torch", "_constant", "_cbrt", "lambda", "a b", '"""', "ﬁ", "{0}"]
)
def test_names_become_names_of_python(stand_in: None, name: str) -> None:
    expr = symbol(name) * 2 + parse("cbrt(y)") + parse("min(y, 5)")
    assert float(law(expr)(tensor(1.0), tensor(8.0))) == pytest.approx(2 + 2 + 5)


def test_values_in_torch() -> None:
    torch = pytest.importorskip("torch")
    for expr in (*each_operator(), *texts()):

        def run(*row: float, function: Callable[..., Any] = law(expr)) -> float:  # noqa: B008
            return float(function(*(torch.tensor(v, dtype=torch.float64) for v in row)))

        assert_agrees(expr, run)


def test_gradients_in_torch() -> None:
    torch = pytest.importorskip("torch")
    x = torch.tensor([0.5, 2.0], dtype=torch.float64, requires_grad=True)
    law(parse("3*x**2 + cbrt(8)*sin(2)"))(x).sum().backward()
    assert x.grad.tolist() == [3.0, 12.0]
