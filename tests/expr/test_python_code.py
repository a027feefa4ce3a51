from __future__ import annotations

import numpy as np
import pytest
from strategies import run

from sr_kernel.expr import parse, to_python, variables


def _run(text: str) -> float:
    """The generated function at x = 1, y = 3."""
    expr, point = parse(text), {"x": 1.0, "y": 3.0}
    return float(run(expr)(*(point[name] for name in variables(expr))))


@pytest.mark.parametrize(
    ("text", "value"),
    [("x + y*2 - 1/2", 6.5), ("x/y/2", 1 / 6), ("-x**2", -1.0), ("(-x)**2", 1.0),
     ("max(x, y, 2) + min(x, y)", 4.0), ("asin(x)", np.pi / 2), ("pi*e*x", np.pi * np.e),
     ("(x - y) - (x - 1)", -2.0), ("cbrt(8*x)", 2.0), ("x - 2.5", -1.5), ("(x + y)**(1/2)", 2.0)],
)  # fmt: skip
def test_source_runs_by_itself(text: str, value: float) -> None:
    assert _run(text) == pytest.approx(value)


def test_names_become_distinct_identifiers() -> None:
    source = to_python(parse("`my col` + `my-col` + `lambda` + np"))
    assert "def law(my_col, my_col_, x_lambda, x_np):" in source


def test_quotes_in_names_cannot_leave_the_docstring() -> None:
    source = to_python(parse('`a"""b`'))
    compile(source, "law", "exec")
