from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from strategies import terms

from sr_kernel.errors import ExpressionError
from sr_kernel.expr import Expr, from_tree, number, parse, to_tree


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
