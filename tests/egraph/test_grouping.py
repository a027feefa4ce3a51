"""Parts of chains: stated in the rule's own shape, equal in value, and bounded in number."""

from __future__ import annotations

import pytest

from sr_kernel.egraph.grouping import (
    GROUPINGS_A_CHAIN,
    LONGEST_CHAIN,
    add_groupings,
    build,
    flattened,
    match,
    parts_of,
)
from sr_kernel.egraph.instance import surface
from sr_kernel.egraph.nodes import NodeTable
from sr_kernel.egraph.ruleset import Ruleset
from sr_kernel.equality.sampling import find_difference, names_of, sample_points
from sr_kernel.expr import Expr, number, parse, symbol

PYTHAGORAS = Ruleset.parse(
    '(rewrite (Add (Pow (Sin a) $2) (Pow (Cos a) $2)) $1 :when ((def a)) :ruleset t :name "one")'
)
PRODUCT = Ruleset.parse(
    '(rewrite (Mul (Sin a) (Cos a)) (Div (Sin (Mul $2 a)) $2) :ruleset t :name "double")'
)
CHAINS = [
    "y + sin(x)**2 + z + cos(x)**2",
    "3*sin(x)**2 + z - 2 + 3*cos(x)**2",
    "sin(x)**2/2 + y*z + cos(x)**2/2 + exp(y)",
    "sin(x)**2 + cos(x)**2 + sin(y)**2 + cos(y)**2",
    "y*sin(x)*z*cos(x)",
    "2*sin(x)*cos(x)/y",
    "log(x) + log(y) + z",
    "exp(x)*y*exp(z)*2",
    "z + max(x, y) + y*z + min(x, y)",
]


def printed(table: NodeTable, node: int) -> Expr:
    head, *args = table.nodes[node]
    if head in ("Num", "Flt"):
        return number(args[0])
    if head == "Var":
        return symbol(table.names[args[0], args[1]])
    return surface(head, *(printed(table, arg) for arg in args))


def grouped(text: str, rules: Ruleset) -> tuple[NodeTable, int]:
    table = NodeTable()
    node = table.enter(parse(text), 0)
    add_groupings(table, rules)
    return table, node


@pytest.mark.parametrize("text", CHAINS)
def test_a_chain_is_stated_again_with_the_same_value(text: str) -> None:
    table, _ = grouped(text, Ruleset.default())
    assert table.same
    for one, other in table.same:
        before, after = printed(table, one), printed(table, other)
        names = names_of(before, after)
        assert find_difference(before, after, names, sample_points(names)) is None


@pytest.mark.parametrize("text", CHAINS[:4])
def test_the_part_has_the_shape_of_the_rule(text: str) -> None:
    table, node = grouped(text, PYTHAGORAS)
    shapes = [
        bound
        for one, other in table.same
        if one == node
        for inner in (other, *table.nodes[other][1:])
        for term in (inner, *table.nodes[inner][1:])
        if isinstance(term, int)
        for bound in match(table, PYTHAGORAS.rules[0].left, term, {})
    ]
    assert shapes


def test_coefficients_must_be_common() -> None:
    assert not grouped("2*sin(x)**2 + 3*cos(x)**2 + y", PYTHAGORAS)[0].same
    assert not grouped("sin(x)**2 + cos(y)**2 + y", PYTHAGORAS)[0].same
    assert grouped("-sin(x)**2 - cos(x)**2 + y", PYTHAGORAS)[0].same


def test_factors_are_parts_of_products() -> None:
    assert grouped("2*sin(x)*y*cos(x)", PRODUCT)[0].same
    assert not grouped("2*sin(x)*y*cos(z)", PRODUCT)[0].same


def test_groupings_are_bounded() -> None:
    many = " + ".join(f"log(x{i})" for i in range(20))
    assert 0 < len(grouped(many, Ruleset.default())[0].same) <= GROUPINGS_A_CHAIN
    long = " + ".join(f"log(x{i})" for i in range(LONGEST_CHAIN + 1))
    assert not grouped(long, Ruleset.default())[0].same


def test_polynomial_parts_are_left_to_the_normal_form() -> None:
    arithmetic = {rule.left for rule in Ruleset.default() if rule.ruleset == "arithmetic"}
    parts = parts_of(Ruleset.default())
    assert parts
    assert len({part.pattern for part in parts}) == len(parts)
    assert not arithmetic & {part.pattern for part in parts}
    for part in parts:
        assert len(flattened(part.pattern, part.head)) >= 2


@pytest.mark.parametrize(
    ("pattern", "text", "count"),
    [
        ("(Add (Sin a) b)", "y + sin(x)", 1),
        ("(Add a b)", "y + sin(x)", 2),
        ("(Add a (Sin a))", "x + sin(x)", 1),
        ("(Add a (Sin a))", "y + sin(x)", 0),
        ("(Mul (Num q) a)", "3*x", 1),
        ("(Mul $2 a)", "3*x", 0),
        ("(Pow a $2)", "x**2", 1),
        ("(Pow a $2)", "x**3", 0),
    ],
)
def test_matches_are_syntactic_modulo_order(pattern: str, text: str, count: int) -> None:
    rule = f'(rewrite {pattern} (Add {pattern} $0) :ruleset t :name "any")'
    (left,) = (item.left for item in Ruleset.parse(rule))
    table = NodeTable()
    node = table.enter(parse(text), 0)
    bindings = list(match(table, left, node, {}))
    assert len(bindings) == count
    for binding in bindings:
        built = printed(table, build(table, left, binding))
        assert table.enter(built, 0) == node
