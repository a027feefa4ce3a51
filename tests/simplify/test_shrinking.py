"""sr_kernel.simplify.shrinking."""

import pytest

from sr_kernel.equality.constants import Constants
from sr_kernel.equality.normal_form import Normalizer
from sr_kernel.expr import parse
from sr_kernel.simplify.shrinking import Shrinking, is_arithmetic


def shrunk(text: str) -> str:
    expr = parse(text)
    return str(Shrinking(Normalizer(Constants([expr]))).smallest(expr))


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("x + x", 3),
        ("(x + 1)*(y + 2) + z", 9),
        ("sin((a + b)*(a - b) + b**2)", 4),
        ("x*(y + 1) - x*y", 1),
        ("exp(x)*exp(y)", 4),
        ("log(1)", 1),
        ("(x*(y + 1) - x*y)*(a + b)*(c + d)", 9),
        ("0.3*x + 0.5*x", 3),
        ("a/x + b/x + a/y + b/y", 11),
        ("abs(x**3)**2.5", 4),
        ("exp(2.5*log(abs(x)) + sin(y) + 1.5)", 10),
    ],
)
def test_every_part_becomes_as_small_as_its_normal_form(text: str, size: int) -> None:
    assert parse(shrunk(text)).size == size


def test_a_product_of_sums_is_not_multiplied_out_for_the_sake_of_its_parts() -> None:
    assert (
        parse(shrunk("(x + y*y)*(z + 1.5)*(w - 2) + q")).size
        == parse("(x + y**2)*(z + 1.5)*(w - 2) + q").size
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [("x + 1", True), ("x**2", True), ("x**0.5", False), ("x**y", False), ("sin(x)", False)],
)
def test_regions_end_at_functions(text: str, expected: bool) -> None:
    assert is_arithmetic(parse(text)) is expected
