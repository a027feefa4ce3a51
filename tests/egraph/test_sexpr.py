import pytest

from sr_kernel.egraph.sexpr import read_forms, write
from sr_kernel.errors import RuleError


def test_forms_carry_their_line_and_metadata() -> None:
    text = """; a comment
;;@ source: a book
(a (b "c d")) ; another
;;@ domain: everywhere
;;@ source: a paper
(e)
"""
    first, second = read_forms(text, "f.egg")
    assert (first.tree, first.line, first.metadata) == (
        ["a", ["b", '"c d"']],
        3,
        {"source": "a book"},
    )
    assert (second.line, second.metadata) == (6, {"source": "a paper", "domain": "everywhere"})


def test_writing_gives_the_text_back() -> None:
    text = '(rewrite (Add a $-1/2) (Sub a $1/2) :name "half off")'
    assert write(read_forms(text)[0].tree) == text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("(a\n(b)", r"f\.egg:1: the form that starts here is never closed"),
        ("(a)\n)", r"f\.egg:2: a closing bracket has no opening one"),
        ("(a)\n\nword (b)", r"f\.egg:3: 'word' stands outside of any brackets"),
        ('(a "b)', r"f\.egg:1: a string has no closing quote"),
    ],
)
def test_broken_text_is_named_with_its_line(text: str, message: str) -> None:
    with pytest.raises(RuleError, match=message):
        read_forms(text, "f.egg")


def test_deep_nesting_is_read() -> None:
    assert len(read_forms("(" * 5_000 + "a" + ")" * 5_000)) == 1
