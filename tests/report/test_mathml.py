"""MathML is well formed, escaped, and unambiguous."""

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sr_kernel.expr import parse, symbol
from sr_kernel.report.mathml import to_mathml


def flat(text, **options):
    """The characters a reader sees, structure marked with brackets."""
    return show(ElementTree.fromstring(to_mathml(parse(text), **options)))


def show(node):
    tag = node.tag.rpartition("}")[2]
    parts = [show(child) for child in node]
    if tag in ("mfrac", "msup", "msub", "mroot"):
        mark = {"mfrac": "/", "msup": "^", "msub": "_", "mroot": "root"}[tag]
        return f"{{{parts[0]}}}{mark}{{{parts[1]}}}"
    if tag == "msqrt":
        return f"sqrt{{{''.join(parts)}}}"
    return "".join([(node.text or ""), *parts]).replace("\u2061", "")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("x + 1", "x+1"),
        ("x - 1/2", "x−{1}/{2}"),
        ("-x*y - 2*z", "−xy−2z"),
        ("x - (y - z)", "x−(y−z)"),
        ("x*-y", "x(−y)"),
        ("(x + 1)*y", "(x+1)y"),
        ("2*3", "2·3"),
        ("2*3**x", "2·{3}^{x}"),
        ("(a/b)**2", "{({a}/{b})}^{2}"),
        ("(-2)**2", "{(−2)}^{2}"),
        ("(x**2)**3", "{({x}^{2})}^{3}"),
        ("x**(y + 1)", "{x}^{y+1}"),
        ("2.5e-9*x", "2.5·{10}^{−9}x"),
        ("sqrt(x)", "sqrt{x}"),
        ("cbrt(x)", "{x}root{3}"),
        ("abs(x)", "|x|"),
        ("floor(x) + ceil(y)", "⌊x⌋+⌈y⌉"),
        ("min(a, b)", "min(a,b)"),
        ("mod(a, b)", "amodb"),
        ("exp(x)", "exp(x)"),
        ("pi*e", "πe"),
        ("alpha*x_1", "α{x}_{1}"),
        ("lambda_nm", "{λ}_{nm}"),
        ("n1", "{n}_{1}"),
    ],
)
def test_reading(text, shown):
    assert flat(text) == shown


def test_left_hand_side():
    markup = to_mathml(parse("x"), left=parse("log(P)"))
    assert show(ElementTree.fromstring(markup)) == "log(P)=x"


def test_digits():
    assert flat("1.23456789", digits=3) == "1.23"


@given(st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=12))
def test_names_are_escaped(name):
    if "`" not in name:
        ElementTree.fromstring(to_mathml(symbol(name) + 1))


def test_markup_in_a_name_is_text():
    assert "<script" not in to_mathml(symbol("<script>alert(1)</script>"))
