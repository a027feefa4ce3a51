"""Entering terms: one id for one term modulo order, grouping and signs; the same value."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pairs import pairs

from sr_kernel.egraph.instance import surface
from sr_kernel.egraph.nodes import NodeTable
from sr_kernel.equality.sampling import find_difference, names_of, sample_points
from sr_kernel.expr import Expr, number, parse, symbol

ALIKE = [
    ("a + (b + c)", "c + a + b"),
    ("2*a*(b*3)", "6*b*a"),
    ("a - b", "a + -1*b"),
    ("a/b", "a*b**-1"),
    ("a/(2*b)", "1/2*a/b"),
    ("sqrt(a)", "a**(1/2)"),
    ("exp(1)", "e"),
    ("e**a", "exp(a)"),
    ("-(2*a)", "a*-2"),
    ("1 + a + 2", "3 + a"),
    ("a/b**2", "a*b**-2"),
    ("min(a, b, c)", "min(c, min(b, a))"),
]
APART = [
    ("a - b", "b - a"),
    ("a/b", "b/a"),
    ("a*a", "a**2"),
    ("1/a**-2", "a**2"),
    ("a*(b + c)", "a*b + a*c"),
    ("2.0*a", "2*a"),
    ("a - a", "0"),
]


def node_of(text: str, table: NodeTable) -> int:
    return table.enter(parse(text), 0)


def printed(table: NodeTable, node: int) -> Expr:
    head, *args = table.nodes[node]
    if head in ("Num", "Flt"):
        return number(args[0])
    if head == "Var":
        return symbol(table.names[args[0], args[1]])
    return surface(head, *(printed(table, arg) for arg in args))


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_spellings_of_one_core_term_share_a_node(one: str, other: str) -> None:
    table = NodeTable()
    assert node_of(one, table) == node_of(other, table)


@pytest.mark.parametrize(("one", "other"), APART)
def test_what_needs_a_rule_is_not_done_on_entering(one: str, other: str) -> None:
    table = NodeTable()
    assert node_of(one, table) != node_of(other, table)


@settings(max_examples=30, deadline=None)
@given(st.permutations(["x*y", "3", "sin(x)", "-y", "1/x", "0.5", "x/y"]))
def test_order_does_not_matter(terms: list[str]) -> None:
    table = NodeTable()
    first = node_of("x*y + 3 + sin(x) + -y + 1/x + 0.5 + x/y", table)
    assert node_of(" + ".join(terms), table) == first
    product = [f"({term})" for term in terms]
    whole = node_of("(x*y)*3*sin(x)*(-y)*(1/x)*0.5*(x/y)", table)
    assert node_of("*".join(product), table) == whole


@pytest.mark.parametrize("seed", range(3))
def test_the_value_of_a_term_is_kept(seed: int) -> None:
    for pair in pairs(24, seed):
        table = NodeTable()
        entered = printed(table, table.enter(pair.left, 0))
        names = names_of(pair.left)
        for one, other in ((pair.left, entered), (entered, pair.left)):
            assert find_difference(one, other, names, sample_points(names)) is None


def test_coefficients_are_outermost_and_divisors_last() -> None:
    table = NodeTable()
    head, coefficient, rest = table.nodes[node_of("a/b*2*c", table)]
    assert (head, table.nodes[coefficient]) == ("Mul", ("Num", Fraction(2)))
    assert [table.nodes[term][0] for term in table.terms(rest, "Mul")] == ["Var", "Var", "Pow"]


def test_a_minus_goes_into_a_float() -> None:
    table = NodeTable()
    product = table.nodes[node_of("-(2.5*a)", table)]
    assert ("Flt", -2.5) in [table.nodes[arg] for arg in product[1:]]
    assert node_of("-(2.5*a)", table) == node_of("-2.5*a", table)


def test_a_divisor_that_adds_up_to_zero_stays() -> None:
    table = NodeTable()
    node = node_of("a/(1 - 1)", table)
    assert "Pow" in {table.nodes[term][0] for term in table.terms(node, "Mul")}


def test_groups_have_their_own_variables() -> None:
    table = NodeTable()
    x = parse("x")
    assert table.enter(x, 0) != table.enter(x, 1)
    assert table.enter(parse("2"), 0) == table.enter(parse("2"), 1)
    assert table.names == {(0, 0): "x", (1, 0): "x"}


def test_rows_for_loading_are_counted_from_where_they_go() -> None:
    table = NodeTable()
    node = node_of("1/2*x**2 + 0.5", table)
    table.same.append((0, node))
    table.roots.append((0, node))
    table.fact("lo", node, Fraction(-1, 3))
    table.fact("def", node)
    rows = table.tables(100)
    keys = [row[0] for name, part in rows.items() for row in part
            if name.removeprefix("in-")[0].isupper()]  # fmt: skip
    assert sorted(keys) == [100 + place for place in range(len(table))]
    assert rows["in-same"] == rows["in-root"] == [(100, 100 + node)]
    assert rows["in-lo"] == [(100 + node, -1, 3)]
    assert rows["in-def"] == [(100 + node,)]
    assert ("0.5",) in [row[1:] for row in rows["in-Flt"]]
    for _, *args in rows["in-Add"] + rows["in-Mul"] + rows["in-Pow"]:
        assert all(100 <= arg < 100 + len(table) for arg in args)


def test_a_chain_may_be_longer_than_the_stack_is_deep() -> None:
    table = NodeTable()
    node = table.enter(parse(" + ".join(f"x{i}" for i in range(3000))), 0)
    assert len(table.terms(node, "Add")) == 3000
    assert table.terms(node, "Mul") == [node]
