"""sr_kernel.equality.bases."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sr_kernel.equality.bases import natural
from sr_kernel.expr import parse, walk


@given(st.floats(0.02, 40, allow_subnormal=False))
def test_a_fitted_base_becomes_a_rate(rate: float) -> None:
    found = natural(parse(f"{math.exp(rate)!r}**x"))
    assert found.op == "exp"
    (value,) = (node.value for node in walk(found) if node.is_number)
    assert float(value) == pytest.approx(rate, rel=1e-13)  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["2**x", "x**2.5", "(-0.5)**(1.5*x)", "1.0**x", "exp(0.5*x)"])
def test_other_powers_stay(text: str) -> None:
    assert natural(parse(text)) is parse(text)
