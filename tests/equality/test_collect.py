"""The AC form: like terms and factors collected, nothing multiplied out."""

from __future__ import annotations

import pytest

from sr_kernel.equality.collect import collected
from sr_kernel.equality.constants import Constants
from sr_kernel.expr import parse, to_text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("y + x", "x + y"),
        ("x + 2*x", "3*x"),
        ("x*y*x", "x**2*y"),
        ("x*x/x", "x"),
        ("2*3*x", "6*x"),
        ("x - x + y", "y"),
        ("-(x - y)", "y - x"),
        ("(x + y)*(x + y)", "(x + y)**2"),
        ("x*(y + 1)", "x*(y + 1)"),
        ("(x + 1)**200*(x + 1)**-199", "x + 1"),
        ("x**2.5*x", "x*x**2.5"),
        ("0.5*x + 0.25*x", "0.75*x"),
        ("max(y, x, y)", "max(x, y)"),
        ("sin(y + x) + sin(x + y)", "2*sin(x + y)"),
        ("0*x", "0"),
        ("x*2**(10**9)", "2**1000000000*x"),
        ("(x + y)**(1/2) + z**0.5", "sqrt(z) + sqrt(x + y)"),
    ],
)
def test_collected(text: str, expected: str) -> None:
    expr = parse(text)
    result = collected(expr, Constants([expr]))
    assert result is parse(expected), to_text(result)


def test_long_sums_take_no_time() -> None:
    expr = parse(" + ".join(f"x{i % 500}" for i in range(5000)))
    assert collected(expr, Constants([])).size == 500 * 4 - 1
