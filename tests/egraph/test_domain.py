import pytest

from sr_kernel.egraph.domain import conditions_of, granted_conditions, is_isolated, lost_conditions
from sr_kernel.expr import parse
from sr_kernel.numeric.assumption import Assumptions

CONDITIONS = [
    ("x + y", []),
    ("1/x", ["x != 0"]),
    ("tan(x)", ["cos(x) != 0"]),
    ("log(x)/2", ["x > 0"]),
    ("sqrt(x)", ["x >= 0"]),
    ("x**-2", ["x != 0"]),
    ("x**(1/2)", ["x >= 0"]),
    ("x**-0.5", ["x > 0"]),
    ("x**3.0", []),
    ("x**y", ["x > 0"]),
    ("2**y", []),
    ("exp(x)**y", []),
    ("asin(x)", ["x >= -1", "x <= 1"]),
    ("sqrt(2)", []),
]


@pytest.mark.parametrize(("text", "conditions"), CONDITIONS)
def test_conditions(text: str, conditions: list[str]) -> None:
    assert list(map(str, conditions_of(parse(text)))) == conditions


@pytest.mark.parametrize(
    ("text", "isolated"),
    [("1/x", True), ("1/(x - abs(x))", False), ("log(x)", False), ("tan(x*y)", True)],
)
def test_isolated_conditions(text: str, isolated: bool) -> None:
    (condition,) = conditions_of(parse(text))
    assert is_isolated(condition) is isolated


def granted(text: str, domain: str, *assume: str) -> list[str]:
    found = granted_conditions(parse(text), domain, Assumptions.parse(assume))
    return list(map(str, found))


def test_what_is_granted() -> None:
    assert granted("log(x)/y", "preserve") == []
    assert granted("log(x)/y", "isolated") == ["y != 0"]
    assert granted("log(x)/y", "any") == ["x > 0", "y != 0"]


def test_a_divisor_is_granted_only_with_its_own_domain() -> None:
    assert granted("1/log(x)", "isolated") == []
    assert granted("1/log(x)", "isolated", "x > 0") == ["log(x) != 0"]
    assert granted("1/log(x)", "any") == ["x > 0", "log(x) != 0"]


@pytest.mark.parametrize("text", ["log(-1)", "1/(x - x)*0 + sqrt(-2 - x**2)", "acosh(sin(x)/2)"])
def test_nothing_is_granted_to_what_is_defined_nowhere(text: str) -> None:
    assert granted(text, "any") == []


@pytest.mark.parametrize(
    ("before", "after", "lost"),
    [
        ("x/x", "1", ("x != 0",)),
        ("exp(log(x))", "x", ("x > 0",)),
        ("log(x)/log(x)", "1", ("x > 0", "x != 1")),
        ("sqrt(x)*sqrt(x)", "x", ("x >= 0",)),
        ("sqrt(x**2)", "abs(x)", ()),
        ("1/x + 1/x", "2/x", ()),
        ("1/(1/x)", "x", ("x != 0",)),
        ("sqrt(x) + log(x)", "log(x)", ()),
    ],
)
def test_what_is_lost(before: str, after: str, lost: tuple[str, ...]) -> None:
    assert lost_conditions(parse(before), parse(after)) == lost


def test_assumptions_are_not_lost() -> None:
    given = Assumptions.parse("x > 0")
    assert lost_conditions(parse("exp(log(x))"), parse("x"), given) == ()
