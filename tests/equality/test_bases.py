"""Exponentials to other bases."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sr_kernel.equality.bases import natural, rebased
from sr_kernel.equality.constants import Constants
from sr_kernel.equality.sampling import find_difference, names_of, sample_points
from sr_kernel.expr import Expr, parse, walk


def to_bases(text: str) -> Expr:
    expr = parse(text)
    return rebased(expr, Constants([expr]))


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("exp(0.5*x)", 3),
        ("2.5*exp(-0.3*x*y)", 7),
        ("exp(0.3*x + 0.4*y + 1.5)", 9),
        ("sin(exp(x/2.5))", 4),
        ("2**(0.5*x + 0.3*y)", 7),
        ("exp(exp(0.5*x)*1.5)", 5),
    ],
)
def test_a_fitted_coefficient_becomes_part_of_the_base(text: str, size: int) -> None:
    expr, found = parse(text), to_bases(text)
    assert found.size == size < expr.size
    names = names_of(expr)
    assert find_difference(expr, found, names, sample_points(names, rows=32)) is None


@pytest.mark.parametrize(
    "text",
    [
        "exp(2*x)",  # an exact coefficient
        "exp(2.5/x)",  # nothing saved
        "exp(0.001*x)",  # digits lost
        "exp(80.5*x)",
        "exp(x + 1.5)",
        "0.5**x",
        "x**2.5",
        "(-0.5)**(1.5*x)",
    ],
)
def test_other_powers_stay(text: str) -> None:
    assert to_bases(text) is parse(text)


@given(st.floats(0.02, 40, allow_subnormal=False))
def test_natural_undoes_it(rate: float) -> None:
    expr = parse(f"exp({rate!r}*x)")
    back = natural(to_bases(f"exp({rate!r}*x)"))
    assert back.op == "exp"
    (value,) = (node.value for node in walk(back) if node.is_number)
    assert float(value) == pytest.approx(rate, rel=1e-13)  # type: ignore[arg-type]
    assert back.size == expr.size
