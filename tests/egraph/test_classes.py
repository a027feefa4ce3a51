"""Classes of equal terms: what is in them is equal, complete or said not to be, and bounded."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sr_kernel.egraph.classes import (
    MAX_CLASSES,
    MAX_FORMS,
    MAX_JOINS,
    MAX_NODES,
    MAX_SIZE,
    ClassGraph,
    class_graph,
)
from sr_kernel.egraph.derivation import agree, same_but_order
from sr_kernel.egraph.ruleset import Ruleset
from sr_kernel.errors import ExpressionError
from sr_kernel.expr import Expr, apply, number, parse, symbol, to_text, walk
from sr_kernel.numeric.assumption import NOTHING, Assumptions

OWN = '(rewrite (Sin (Cos a)) (Cos (Sin a)) :ruleset own :name "own-rule")'


def forms(graph: ClassGraph, place: int = 0) -> list[str]:
    return [to_text(form) for form in graph.classes[place].forms]


def joins(graph: ClassGraph) -> list[tuple[str, str, str]]:
    return [(join.rule, to_text(join.before), to_text(join.after)) for join in graph.joins]


def class_of(graph: ClassGraph, text: str) -> list[str]:
    return next(forms(graph, each.number) for each in graph.classes if parse(text) in each.forms)


def test_rules_join_classes() -> None:
    graph = class_graph(parse("sin(x)**2 + cos(x)**2 + exp(a)*exp(b)"))
    assert forms(graph)[0] == "exp(a + b) + 1"
    assert forms(graph)[-1] == "sin(x)**2 + cos(x)**2 + exp(a)*exp(b)"
    assert class_of(graph, "exp(a + b)") == ["exp(a + b)", "exp(a)*exp(b)"]
    assert ("exp-mul", "exp(a)*exp(b)", "exp(a + b)") in joins(graph)
    assert {rule for rule, *_ in joins(graph)} == {"exp-mul", "pythagoras"}
    assert (graph.stop_reason, graph.complete) == ("saturated", True)


def test_a_term_that_no_rule_knows_is_its_own_graph() -> None:
    graph = class_graph(parse("x + sin(y)"))
    assert [forms(graph, place) for place in range(len(graph.classes))] == [
        ["x + sin(y)"], ["x"], ["sin(y)"], ["y"],
    ]  # fmt: skip
    assert graph.joins == ()
    nodes = [[(n.operator, n.children) for n in each.nodes] for each in graph.classes]
    assert nodes == [[("add", (1, 2))], [("symbol", ())], [("sin", (3,))], [("symbol", ())]]


def test_a_class_may_hold_itself() -> None:
    graph = class_graph(parse("abs(abs(x))"))
    assert forms(graph) == ["abs(x)", "abs(abs(x))"]
    assert [node.children for node in graph.classes[0].nodes] == [(1,), (0,)]


def test_literals_are_not_written_as_others() -> None:
    graph = class_graph(parse("sqrt(x**2) + cos(pi)"))
    assert class_of(graph, "2") == ["2"]
    assert class_of(graph, "-1") == ["-1", "cos(pi)"]
    assert joins(graph) == [("sqrt-square", "sqrt(x**2)", "abs(x)"), ("cos-pi", "cos(pi)", "-1")]


def test_the_domain_and_the_assumptions_decide() -> None:
    ratio, root = parse("x/x"), parse("sqrt(x**2)")
    assert "1" not in forms(class_graph(ratio, domain="preserve"))
    found = class_graph(ratio, domain="isolated")
    assert forms(found)[0] == "1"
    assert any(join.conditions == ("x != 0",) for join in found.joins)
    assert "x" not in forms(class_graph(root))
    assert forms(class_graph(root, assumptions=Assumptions.parse("x > 0")))[0] == "x"


def test_other_rules_can_be_given() -> None:
    graph = class_graph(parse("sin(cos(x))"), rules=Ruleset.parse(OWN))
    assert joins(graph) == [("own-rule", "sin(cos(x))", "cos(sin(x))")]
    assert forms(graph) == ["cos(sin(x))", "sin(cos(x))"]


def test_floats_are_kept_bit_for_bit() -> None:
    third = 1.1 * 1.1
    graph = class_graph(number(third) * parse("x*sin(y)/cos(y)") + number(2.5e-17))
    found = {n.value for each in graph.classes for form in each.forms for n in walk(form)}
    assert {value for value in found if isinstance(value, float)} == {third, 2.5e-17}


UNARY = ("sin", "cos", "tan", "exp", "log", "sqrt", "abs", "tanh", "sinh", "cosh", "atan")


def random_term(rng: random.Random, size: int) -> Expr:
    if size <= 1:
        value = rng.choice([rng.randint(-3, 4), 0.5, 1.25])
        return rng.choice([symbol("x"), symbol("y"), number(value)])
    if size == 2 or rng.random() < 0.3:
        return apply(rng.choice(UNARY), random_term(rng, size - 1))
    left = rng.randint(1, size - 2)
    op = rng.choice(["add", "add", "mul", "mul", "sub", "div", "pow", "max"])
    one, other = random_term(rng, left), random_term(rng, size - 1 - left)
    if op == "sub":
        return one - other
    return one**2 if op == "pow" else apply(op, one, other)


TERMS = st.builds(random_term, st.randoms(use_true_random=False), st.integers(3, 18))
FACTS = st.sampled_from([NOTHING, Assumptions.parse("x > 0"), Assumptions.parse("x > 0, y > 0")])
SLOW = settings(
    max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)


@SLOW
@given(term=TERMS, facts=FACTS, domain=st.sampled_from(["preserve", "isolated", "any"]))
def test_all_of_a_class_is_equal(term: Expr, facts: Assumptions, domain: str) -> None:
    graph = class_graph(term, assumptions=facts, domain=domain, time_limit=60)
    for each in graph.classes:
        for form in (*each.forms, *(node.term for node in each.nodes)):
            assert agree(each.forms[0], form, assumptions=facts, where=(term,)), (term, form)
    for join in graph.joins:
        assert agree(join.before, join.after, assumptions=facts, where=(term,)), (term, join)


@SLOW
@given(term=TERMS)
def test_a_graph_is_well_formed_and_always_the_same(term: Expr) -> None:
    graph = class_graph(term, time_limit=60)
    assert graph == class_graph(term, time_limit=60)
    assert term in graph.classes[0].forms
    numbers = [each.number for each in graph.classes]
    assert numbers == list(range(len(numbers)))
    met = [0]
    for each in graph.classes:
        met += [child for node in each.nodes for child in node.children]
        costs = [(form.size, to_text(form)) for form in each.forms]
        assert costs == sorted(costs)
        assert len({text for _, text in costs}) == len(costs)
        assert 1 <= len(each.forms) <= MAX_FORMS
        assert len(each.nodes) <= MAX_NODES
    assert list(dict.fromkeys(met)) == numbers, "by distance from the root, each within reach"
    assert all(join.number in numbers for join in graph.joins)
    assert not any(same_but_order(join.before, join.after) for join in graph.joins)


LARGE = {
    "many classes": " + ".join(f"sin(x{i})*cos(y{i})" for i in range(40)),
    "many identities": " + ".join(f"sin(x{i})**2 + cos(x{i})**2" for i in range(20)),
    "deep": "sin(" * 150 + "x" + ")" * 150,
    "many powers": "x/x/x/x*x*x/x",
}


@pytest.mark.parametrize("text", LARGE.values(), ids=LARGE)
def test_large_graphs_are_cut_and_say_so(text: str) -> None:
    graph = class_graph(parse(text), time_limit=0.2)
    assert not graph.complete
    assert len(graph.classes) <= MAX_CLASSES
    assert len(graph.joins) <= MAX_JOINS
    shown = range(len(graph.classes))
    assert all(c in shown for each in graph.classes for n in each.nodes for c in n.children)


def test_limits_are_kept() -> None:
    term = parse("(sin(x) + cos(x))**2*exp(x)*exp(y)/exp(x - y) + sqrt(x**2)*tan(x)*cos(x)")
    few = class_graph(term, node_limit=30)
    assert (few.stop_reason, few.complete) == ("nodes", False)
    assert len(few.joins) < len(class_graph(term).joins)
    start = time.monotonic()
    none = class_graph(term, time_limit=1e-9)
    assert time.monotonic() - start < 0.5
    assert (none.stop_reason, none.complete) == ("time", False)
    assert forms(none) == [to_text(term)]
    with pytest.raises(ExpressionError, match=f"at most {MAX_SIZE}"):
        class_graph(parse("+".join(["x"] * 200)))


def test_any_name_can_be_a_variables() -> None:
    odd = symbol('tab\\"; (drop) lambda')
    graph = class_graph(apply("sin", odd) ** 2 + apply("cos", odd) ** 2 + odd)
    assert graph.classes[0].forms[0] == odd + 1


def test_a_term_defined_nowhere_is_a_graph_all_the_same() -> None:
    graph = class_graph(parse("log(-1 - x**2) + 1/(x - x)"))
    assert parse("log(-1 - x**2) + 1/(x - x)") in graph.classes[0].forms
