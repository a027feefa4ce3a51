"""Parts of a tree by their paths."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sr_kernel.errors import ExpressionError
from sr_kernel.expr import from_tree, parse, to_tree
from sr_kernel.expr.tree import replaced, subtree

TREE = to_tree(parse("2.5*a*sin(b/3 + 1)"))


def paths(tree, here=()):
    yield list(here)
    if isinstance(tree, list) and tree[0] not in ("float", "integer"):
        for place, child in enumerate(tree[1:]):
            yield from paths(child, (*here, place))


def test_a_part_by_its_path():
    assert subtree(TREE, []) == TREE
    assert subtree(TREE, [1]) == "a"
    assert from_tree(subtree(TREE, [2, 0, 0])) is parse("b/3")


def test_a_part_is_replaced_and_the_rest_stays():
    made = replaced(TREE, [2, 0], to_tree(parse("c**2")))
    assert from_tree(made) is parse("2.5*a*sin(c**2)")
    assert from_tree(TREE) is parse("2.5*a*sin(b/3 + 1)")
    assert replaced(TREE, [], "x") == "x"


@given(st.sampled_from(list(paths(TREE))))
def test_a_part_put_back_changes_nothing(path):
    assert replaced(TREE, path, subtree(TREE, path)) == TREE


@pytest.mark.parametrize(
    "path",
    [None, "0", [3], [0, 0], [-1], [True], [1.0], [1, 0], {"0": 1}, [0] * 10_000, ["__class__"]],
)
def test_what_is_no_path(path):
    with pytest.raises(ExpressionError):
        subtree(TREE, path)
    with pytest.raises(ExpressionError):
        replaced(TREE, path, "x")


def test_the_inside_of_a_number_is_no_part():
    tree = to_tree(parse("2.0*a"))
    with pytest.raises(ExpressionError, match="leads nowhere"):
        subtree(tree, [0, 0])
