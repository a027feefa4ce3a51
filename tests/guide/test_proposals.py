"""Laws of the decoder as a search takes them."""

import numpy as np
import pytest

from sr_kernel.expr import Expr, parse, variables, walk
from sr_kernel.guide.proposals import BeamProposer, constraints_of, distinct, scaled, terms
from sr_kernel.guide.reading import Reader
from sr_kernel.guide.tokens import FREE, TOKENS
from sr_kernel.search.opening import context_of
from sr_kernel.search.problem import Problem
from sr_kernel.search.proposer import Context


def context(**options: object) -> Context:
    X = np.random.default_rng(0).uniform(1.0, 2.0, (50, 3))
    problem = Problem(("a", "b", "c"), X, X[:, 0] / X[:, 1], **options)  # type: ignore[arg-type]
    return context_of(problem, lambda: None, lambda text: None)


def pooled(*texts: str) -> list[str]:
    return [str(expr) for expr in distinct(map(parse, texts), ("a", "b"))]


def test_equal_functions_are_pooled() -> None:
    assert pooled("a*b", "b*a", "3*a*b - 1", "-a*b", "a/(1/b)") == ["a*b"]
    assert pooled("a/b", "a*b**(-1)", "(a + b)/b") == ["a/b"]
    assert pooled("sin(2.0*a)", "sin(3.0*a)") == ["sin(2.0*a)"]


def test_other_functions_are_kept() -> None:
    for texts in (
        ("a", "b", "a*b", "a + b", "a - b"), ("a", "abs(a)"), ("a*b", "abs(a)*b", "a*abs(b)"),
        ("sqrt(a**2)", "a"), ("a", "a**3"), ("sin(a)", "cos(a)"), ("exp(2*a)", "exp(3*a)"),
    ):  # fmt: skip
        assert len(pooled(*texts)) == len(texts), texts


def test_what_is_nowhere_or_constant_is_left_out() -> None:
    assert pooled("log(-a**2)", "a - a", "a/a", "sqrt(-1 - a**2)", "a") == ["a"]


def test_terms_without_a_column_are_left_out_and_others_tidied() -> None:
    a, mul, one = len(TOKENS), TOKENS.index("mul"), TOKENS.index("1")
    written = [((FREE,), -1.0), ((mul, a, one), -2.0)]
    assert list(terms(written, ("a",))) == [parse("a")]


@pytest.mark.parametrize(
    ("text", "free"), [("a*b", True), ("2.5*a", False), ("a + 1.5", False), ("sin(1.5*a)", True)]
)
def test_a_factor_is_free(text: str, free: bool) -> None:
    expr = parse(text)
    found = scaled(expr)
    assert (found != expr) is free
    assert any(isinstance(node.value, float) for node in walk(found))


# ------------------------------------------------------------------ what the user allows


def test_what_the_user_does_not_allow_is_forbidden() -> None:
    asked = constraints_of(context(operators=("add", "mul", "sin"), max_size=9))
    assert {"div", "sub", "pow", "exp", "1/2", "3/2"} <= asked.forbidden
    assert not asked.forbidden & {"add", "mul", "sin", "neg"}
    assert asked.longest == 9
    assert constraints_of(context(), longest=5).longest == 5


def test_parts_that_are_required_ask_for_their_columns_and_operator() -> None:
    there = context()
    there.required = (parse("sin(a*b)"), parse("b + c"))
    assert constraints_of(there).required == {"sin", "a", "b", "c"}


def test_columns_that_may_be_exchanged_come_together(tiny_reader: Reader) -> None:
    there = context(max_size=9)
    there.twins = (("a", "b"),)
    assert constraints_of(there).twins == (("a", "b"),)
    free = [set(variables(law)) for law in BeamProposer(tiny_reader).propose(context(max_size=9))]
    assert any(len({"a", "b"} & names) == 1 for names in free)
    for law in BeamProposer(tiny_reader).propose(there):
        assert ("a" in variables(law)) is ("b" in variables(law))
    there.required = (parse("a"),)
    laws = list(BeamProposer(tiny_reader).propose(there))
    assert laws
    assert all({"a", "b"} <= set(variables(law)) for law in laws)


def test_proposals_keep_to_it_round_by_round(tiny_reader: Reader) -> None:
    there = context(operators=("add", "mul", "sin"), max_size=9)
    there.required = (parse("sin(c)"),)
    polls = []
    there.poll = lambda: polls.append(None)
    proposer = BeamProposer(tiny_reader)
    first, second, third = (list(proposer.propose(there)) for _ in range(3))
    assert set(first) != set(second) != set(third)
    for expr in (*first, *second, *third):
        used = {node.op for node in walk(expr)} | {str(n.value) for n in walk(expr) if n.is_symbol}
        assert {"sin", "c"} <= used
        assert not used & {"div", "pow", "exp", "sqrt", "cos"}
        assert isinstance(expr, Expr)
    assert len(polls) > 3


def test_the_first_proposals_follow_from_the_table(tiny_reader: Reader) -> None:
    one, other = (list(BeamProposer(tiny_reader).propose(context())) for _ in range(2))
    assert one == other
    assert len(one) == len(set(one)) >= 3
