"""Powers of powers and logarithms of powers."""

import pytest

from sr_kernel.equality.constants import Constants
from sr_kernel.equality.nested_powers import NestedPowers
from sr_kernel.equality.sign import Signs
from sr_kernel.expr import parse, to_text


def powers(text: str) -> NestedPowers:
    return NestedPowers(Constants([parse(text)]), Signs())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("abs(sqrt(x))", "sqrt(x)"),
        ("abs(exp(x))", "exp(x)"),
        ("log(1/(x*y))", "-log(x*y)"),
        ("(x**2.5)**1.5", "x**3.75"),
        ("sqrt(abs(x)**3)", "sqrt(abs(x))**3"),
        ("sqrt(x + y)**2.5", "(x + y)**1.25"),
        ("(abs(x)**-0.5)**0.5", "abs(x)**-0.25"),
        ("(x**3)**0.3", "x**0.9"),
        ("sqrt(2.25**x)", "1.5**x"),
        ("sqrt(abs(x))**(2.5*y)", "abs(x)**(1.25*y)"),
        ("(x**1.5)**y", "x**(1.5*y)"),
    ],
)
def test_flattened(text: str, expected: str) -> None:
    assert powers(text).flattened(parse(text)) is parse(expected), to_text(parse(text))


@pytest.mark.parametrize(
    "text",
    [
        "abs(x)",
        "log(x/y)",
        "sqrt(x)**4.0",  # x**2 is defined for negative x
        "(x**0.5)**2",
        "(x**2)**0.3",  # x may be negative
        "(x**-0.5)**-0.5",  # defined nowhere at 0, x**0.25 is
        "(x**4.5)**(2/3)",
        "sqrt(2**x)",
        "sqrt(x)**y",
        "(x**2)**y",
    ],
)
def test_kept(text: str) -> None:
    assert powers(text).flattened(parse(text)) is parse(text)


@pytest.mark.parametrize(
    ("text", "factor", "rest"),
    [
        ("log((x*y)**3)", 3, "log(x*y)"),
        ("log(sqrt(x))", 0.5, "log(x)"),
        ("log(abs(x)**2)", 2, "log(abs(x))"),
        ("log(x**2)", 1, "log(x**2)"),
        ("log(x)", 1, "log(x)"),
    ],
)
def test_logarithms_of_powers(text: str, factor: float, rest: str) -> None:
    assert powers(text).log_power(parse(text)) == (factor, parse(rest))
