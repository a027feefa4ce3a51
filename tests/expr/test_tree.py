from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from strategies import terms

from sr_kernel.errors import ExpressionError
from sr_kernel.expr import Expr, from_tree, number, parse, replaced, subtree, to_tree


@given(terms)
def test_json_round_trip(term: Expr) -> None:
    assert from_tree(json.loads(json.dumps(to_tree(term)))) is term


def test_shapes() -> None:
    assert to_tree(parse("x/2 - 1/3")) == ["add", ["div", "x", 2], ["div", -1, 3]]
    assert to_tree(number(2.0)) == ["float", 2.0]
    assert to_tree(number(10**30)) == ["integer", "1" + "0" * 30]


@pytest.mark.parametrize(
    "tree",
    [None, True, [], [1, 2], ["nope", 1], ["sin"], {"op": "sin"}, ["integer", "1e5"],
     ["integer", "--5"], ["float", "x"], ["sin", ["sin", None]], float("nan"),
     ["float", float("inf")]],
)  # fmt: skip
def test_anything_else_is_refused(tree: Any) -> None:
    with pytest.raises(ExpressionError):
        from_tree(tree)


def test_depth_is_bounded() -> None:
    tree: Any = "x"
    for _ in range(900):
        tree = ["sin", tree]
    with pytest.raises(ExpressionError, match="deep"):
        from_tree(tree)


TREE = to_tree(parse("2.0*x/3 - sin(y)**2"))


@given(terms)
def test_every_part_can_be_read_and_replaced(term: Expr) -> None:
    def check(part: Any, path: list[int]) -> None:
        assert subtree(tree, path) == part
        assert replaced(tree, path, part) == tree
        assert subtree(replaced(tree, path, "q"), path) == "q"
        if isinstance(part, list) and part[0] not in ("integer", "float"):
            for place, child in enumerate(part[1:]):
                check(child, [*path, place])

    tree = to_tree(term)
    check(tree, [])


def test_a_path_counts_children_from_the_root() -> None:
    assert subtree(TREE, []) == TREE
    assert subtree(TREE, [1, 0, 0]) == ["sin", "y"]
    assert replaced(TREE, [1, 0, 0], "z")[2] == ["neg", ["pow", "z", 2]]
    assert subtree(TREE, [1, 0, 0]) == ["sin", "y"]


@pytest.mark.parametrize(
    "path", [None, "0", 0, [2], [-1], [0, 0, 0, 0], [1, 0, 0, 0, 0], [True], [0.0], [0] * 500,
             {0: 0}],
)  # fmt: skip
def test_a_path_that_leads_nowhere_is_an_error(path: Any) -> None:
    for ask in (lambda: subtree(TREE, path), lambda: replaced(TREE, path, "q")):
        with pytest.raises(ExpressionError, match="path"):
            ask()
