"""What is in a law, whatever its spelling."""

from __future__ import annotations

import time

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sr_kernel.errors import OptionError
from sr_kernel.expr import Expr, apply, number, parse, symbol, transform
from sr_kernel.search.hypothesis import (
    MOST,
    Hypothesis,
    banned_operators,
    checked,
    contains,
    found,
    obeys,
)
from sr_kernel.search.tidy import tidy

INSIDE = [
    # quotients of functions, and what is in them
    ("sin(x)/cos(x)", "tan(x)"), ("a*sin(x)/cos(x)", "tan(x)"), ("tan(x)", "sin(x)/cos(x)"),
    ("3.2*sin(x)*y/cos(x) + z", "tan(x)"), ("tan(x)", "sin(x)"), ("sinh(x)/cosh(x)", "tanh(x)"),
    # products and powers
    ("v*v", "v**2"), ("a*v*v", "v**2"), ("x*v**2", "v**2"), ("2*x*z*y", "x*y"), ("1/v**2", "v**2"),
    ("(x*y)**2", "x*y"), ("sqrt(x*y)", "x*y"), ("1/(x*y)", "x*y"), ("a*x/y", "x/y"),
    ("x**0.5", "sqrt(x)"), ("x/sqrt(y)", "sqrt(y)"), ("x**1.5", "x**(3/2)"), ("v**3", "v"),
    # sums
    ("x + y + z", "x + z"), ("3*x + 6*y", "x + 2*y"), ("2*y - 2*x", "x - y"),
    ("x*y + x*z", "y + z"), ("x*(y + z)", "x*y"), ("(x + y)**2", "x*y"), ("(x + y)**3/z", "x + y"),
    ("x**2 + 2*x*y + y**2", "x + y"), ("x**2 - y**2", "x - y"),
    ("1/(1/x + 1/y)", "x*y/(x + y)"), ("1/(1/x + 1/y)", "x*y"),
    # exponentials and logarithms
    ("exp(a)*exp(b)", "exp(a + b)"), ("exp(a + b)", "exp(a)"), ("c*exp(a + b)", "a + b"),
    ("exp(2*x)", "exp(x)"), ("exp(y*log(x))", "x**y"), ("exp(-x**2/(2*s**2))", "x**2/s**2"),
    ("log(x*y)", "log(x) + log(y)"), ("log(x) + log(y)", "log(x*y)"), ("log(x) + log(y)", "x*y"),
    # identities
    ("1 - cos(x)**2", "sin(x)**2"), ("2*sin(x)*cos(x)", "sin(2*x)"), ("y*sin(x - y)", "sin(y - x)"),
    ("(exp(x) - exp(-x))/2", "sinh(x)"),
    # floats of the part are any constants
    ("2.5*exp(-1.3*x)", "exp(-0.7*x)"), ("x**1.37", "x**2.2"), ("1.3*x + 2.7*y", "x + 4.5*y"),
    ("2.3*log(1.7*x)", "log(0.2*x)"), ("x/(y + 1.3)", "y + 2.2"),
    ("sin(2*x + 1)", "sin(1.1*x + 0.3)"),
    # wildcards
    ("sin(2.3*x + 1.1)", "sin(_)"), ("tan(x)", "sin(_)"), ("a*sin(x)/cos(x)", "tan(_)"),
    ("x/y", "_a/_b"), ("1/x**2", "_a/_b"), ("x**0.5", "sqrt(_)"), ("x*exp(-2*x)", "_a*exp(-2*_a)"),
]  # fmt: skip

OUTSIDE = [
    ("v**3", "v**2"), ("v**3", "v*v"), ("v", "v**2"), ("x", "sqrt(x)"), ("x", "x**1.37"),
    ("sin(x)/cos(y)", "tan(x)"), ("sin(x)/cos(y)", "tan(_)"), ("sin(x)", "cos(x)"),
    ("x + y", "x*y"), ("x*z + y", "x*y"), ("x*y*z", "x + y"), ("x**2 + y**2", "x + y"),
    ("x*y**2 + z", "x + z"), ("1.3*x + 2.7*y", "x + y"), ("y/x", "x/y"), ("exp(x)", "exp(y)"),
    ("2*log(x)", "x**2"), ("log(x)", "exp(x)"), ("sin(x)*cos(y)", "sin(x)*cos(x)"),
    ("x*y", "sin(_)"), ("x + 1", "_a/_b"), ("x*exp(-y)", "_a*exp(-_a)"), ("sin(x)", "sin(y)"),
]  # fmt: skip


@pytest.mark.parametrize(("law", "part"), INSIDE)
def test_a_part_is_found(law: str, part: str) -> None:
    assert contains(parse(law), parse(part))


@pytest.mark.parametrize(("law", "part"), OUTSIDE)
def test_what_is_no_part_is_not_found(law: str, part: str) -> None:
    assert found(parse(law), parse(part)) is False


LEAVES = st.sampled_from([*map(symbol, "xyz"), number(1.5), number(2), number(3)])


def _grown(inner: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    pairs = st.tuples(st.sampled_from(["add", "mul", "div"]), inner, inner)
    calls = st.tuples(st.sampled_from(["sin", "cos", "tan", "exp", "log", "sqrt"]), inner)
    return pairs.map(lambda t: apply(*t)) | calls.map(lambda t: apply(*t))


LAWS = st.recursive(LEAVES, _grown, max_leaves=6)
PARTS = st.sampled_from(
    [parse(text) for text in ("x", "x*y", "x + y", "tan(x)", "sin(x)", "x**2", "exp(x)", "x/y")]
)


def _respelled(node: Expr) -> Expr:
    """The same in other words, at every node."""
    match node.op:
        case "tan":
            return apply("sin", node.args[0]) / apply("cos", node.args[0])
        case "sqrt":
            return node.args[0] ** number(0.5)
        case "div":
            return node.args[1] ** number(-1) * node.args[0]
        case "add" | "mul":
            return apply(node.op, *reversed(node.args))
    return node


@given(LAWS, PARTS)
def test_spelling_does_not_matter(law: Expr, part: Expr) -> None:
    known = found(law, part)
    assume(known is not None)
    assert found(transform(law, _respelled), part) is known
    assert found(law, transform(part, _respelled)) is known


def test_a_fitted_constant_may_stand_in_a_function_alone() -> None:
    part, law = (parse(text) for text in ("x*sin(log(1.5))", "7*w*x*sin(log(1.5)) + u"))
    assert contains(law, part)
    assert contains(parse("2.5*x"), part)
    assert not contains(parse("2.5*y"), part)


@given(LAWS)
def test_any_part_of_a_law_is_in_it_and_in_multiples(law: Expr) -> None:
    from sr_kernel.expr import variables, walk

    for node in walk(law):
        if variables(node):
            assert not Hypothesis("ban", node).allows(law)
            multiple = number(7) * symbol("w") * law + symbol("u")
            assert not Hypothesis("ban", node).allows(multiple)
            assert contains(multiple, node) or not contains(law, node)


@pytest.mark.parametrize(("law", "part"), INSIDE)
def test_simplifying_changes_nothing(law: str, part: str) -> None:
    from sr_kernel.simplify import simplify_all_detailed

    expr = parse(law)
    [result] = simplify_all_detailed([expr], time_limit=2.0)
    assert contains(result.result, parse(part)), str(result.result)
    assert contains(tidy(expr), parse(part))


def test_a_law_obeys_all_hypotheses() -> None:
    known = [Hypothesis("require", parse("v**2")), Hypothesis("ban", parse("tan(x)"))]
    assert obeys(parse("0.5*m*v*v"), known)
    assert not obeys(parse("m*v"), known)
    assert not obeys(parse("v*v*sin(x)/cos(x)"), known)


def test_what_cannot_be_told_is_refused() -> None:
    law = parse("x/(x - x)")
    assert found(law, parse("x*x + 1")) is None
    assert not Hypothesis("ban", parse("x*x + 1")).allows(law)
    assert not Hypothesis("require", parse("x*x + 1")).allows(law)


def test_what_cancels_is_no_part_but_may_not_stand_there() -> None:
    law = parse("b*c/c")
    assert not Hypothesis("require", parse("c")).allows(law)
    assert not Hypothesis("ban", parse("c")).allows(law)


def test_columns_of_the_search_may_stand_for_others() -> None:
    ban = Hypothesis("ban", parse("log(x)"), (("log(x)", parse("log(x)")),))
    assert not ban.allows(number(2) * symbol("log(x)"))
    assert ban.allows(symbol("y"))


def test_parts_that_say_nothing_are_errors() -> None:
    for part, message in (("2.5", "is a number"), ("_", "any term")):
        with pytest.raises(OptionError, match=message):
            Hypothesis("ban", parse(part))
    with pytest.raises(OptionError, match="'require', 'ban' or 'symmetric'"):
        Hypothesis("like", parse("x"))  # type: ignore[arg-type]
    for part, message in (("2.5", "is a number"), ("sin(a)", "nothing can be exchanged"),
                          ("_a*b", "name the columns")):  # fmt: skip
        with pytest.raises(OptionError, match=message):
            Hypothesis("symmetric", parse(part))
    with pytest.raises(OptionError, match="no column: use a"):
        checked([Hypothesis("symmetric", parse("a*q"))], ("a",))
    with pytest.raises(OptionError, match="no column: use a"):
        checked([Hypothesis("ban", parse("q"))], ("a",))
    many = [Hypothesis("ban", parse(f"a**{k}")) for k in range(2, MOST + 3)]
    with pytest.raises(OptionError, match="too many"):
        checked(many, ("a",))


def test_only_functions_of_anything_are_banned_operators() -> None:
    bans = [Hypothesis("ban", parse(text)) for text in ("sin(_)", "exp(x)", "_a*_b")]
    assert banned_operators([*bans, Hypothesis("require", parse("log(_)"))]) == {"sin"}


def test_asking_is_quick() -> None:
    laws = [
        "2.5*exp(-1.3*a)*b + c", "sin(x)**2*y/(1 + z) + 3.1", "1.2*sqrt(a**2 + b**2)/c",
        "0.5*m*(u**2 + v**2)", "log(x*y) + tan(z)", "x/(1.3 + y) + z",
    ]  # fmt: skip
    parts = [parse(text) for text in ("a*b", "tan(x)", "sin(_)", "v**2", "exp(-1.2*a)", "log(x)")]
    for law in laws:
        for part in parts:
            found(parse(law), part)
    fresh = [parse(f"{law} + {k}.25") for law in laws for k in range(50)]
    begun = time.perf_counter()
    for law in fresh:
        for part in parts:
            found(law, part)
    assert (time.perf_counter() - begun) / (len(fresh) * len(parts)) < 1e-3
