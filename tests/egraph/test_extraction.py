import random
from fractions import Fraction

import pytest

from sr_kernel.egraph.cost import NAMES, cost_model
from sr_kernel.egraph.derivation import agree
from sr_kernel.egraph.extraction import Extraction
from sr_kernel.egraph.nodes import NodeTable
from sr_kernel.expr import Expr, apply, number, parse, symbol, to_text


def extracted(expr: Expr, cost: str = "size") -> tuple[Expr, int]:
    """What comes out of an e-graph in which nothing was rewritten."""
    table = NodeTable()
    root = table.enter(expr, 0)
    nodes = {}
    for index, node in enumerate(table.nodes):
        content = ("Var", (node[1], node[2])) if node[0] == "Var" else node
        nodes[index] = [content]
    extraction = Extraction(nodes, [root], set(), table.names, cost_model(cost))
    return extraction.best(root), extraction.cost(root)


PRINTED = [
    ("a - b", "a - b"),
    ("-a - b", "-a - b"),
    ("b + 1 + a", "a + b + 1"),
    ("1 - a", "1 - a"),
    ("y*2*x", "2*x*y"),
    ("-(x*y)", "-x*y"),
    ("x*(-y)", "-x*y"),
    ("x/y/z", "x/(y*z)"),
    ("x/2", "x/2"),
    ("1/x", "1/x"),
    ("x*y**-2", "x/y**2"),
    ("sqrt(x)/sqrt(y)", "sqrt(x)/sqrt(y)"),
    ("1/exp(x)", "1/exp(x)"),
    ("sin(-x)", "-sin(x)"),
    ("e", "e"),
    ("e**x", "exp(x)"),
    ("2*3*x", "6*x"),
    ("max(y, x, 2)", "max(x, y, 2)"),
    ("x*0.5*-1", "-0.5*x"),
]


@pytest.mark.parametrize(("text", "printed"), PRINTED)
def test_forms(text: str, printed: str) -> None:
    assert to_text(extracted(parse(text))[0]) == printed


def random_term(rng: random.Random, size: int) -> Expr:
    if size <= 1:
        values = (Fraction(-2), Fraction(3, 2), Fraction(1), 0.5, -1.25)
        return rng.choice([symbol("x"), symbol("y"), number(rng.choice(values))])
    if size == 2 or rng.random() < 0.3:
        return apply(rng.choice(["neg", "sin", "cos", "exp", "abs"]), random_term(rng, size - 1))
    left = rng.randint(1, size - 2)
    one, other = random_term(rng, left), random_term(rng, size - 1 - left)
    return apply(rng.choice(["add", "mul", "div", "max"]), one, other)


@pytest.mark.parametrize("cost", NAMES)
def test_costs_are_those_of_the_form_and_values_are_kept(cost: str) -> None:
    rng = random.Random(7)
    model = cost_model(cost)
    for _ in range(150):
        term = random_term(rng, rng.randint(1, 14))
        form, price = extracted(term, cost)
        assert price == model.measure(form), (to_text(term), to_text(form))
        assert agree(term, form), (to_text(term), to_text(form))
