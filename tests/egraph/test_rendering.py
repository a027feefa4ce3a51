"""Derivations as text, LaTeX, HTML and Python."""

from __future__ import annotations

from html.parser import HTMLParser
from itertools import pairwise

from sr_kernel.egraph.derivation import Derivation, Step
from sr_kernel.egraph.rendering import as_html, as_latex, as_python, as_text
from sr_kernel.expr import parse
from sr_kernel.numeric.assumption import Assumptions


def derivation(
    *forms: str, rule: str = "some-rule", conditions: tuple[str, ...] = ()
) -> Derivation:
    terms = [parse(form) for form in forms]
    steps = [Step(rule, before, after, (), conditions) for before, after in pairwise(terms)]
    return Derivation(terms[0], terms[-1], tuple(steps), conditions)


LONG = derivation("x/x + y", "1 + y", "y + 1", conditions=("x != 0",))


def test_text_has_one_line_a_step_and_rules_in_one_column() -> None:
    first, *lines, last = as_text(LONG).splitlines()
    assert first == "  x/x + y"
    assert [line.index("[") for line in lines] == [9, 9]
    assert all(line.startswith("= ") and line.endswith("[some-rule, x != 0]") for line in lines)
    assert last == "where x != 0"


def test_no_steps_and_no_conditions_leave_the_start_alone() -> None:
    assert as_text(derivation("x")) == "  x"
    assert as_latex(derivation("x")).splitlines() == [r"\begin{align*}", "x", r"\end{align*}"]
    assert "caption" not in as_html(derivation("x"))


def test_latex_aligns_and_escapes() -> None:
    text = as_latex(derivation("x", "x", rule="50%_of & {more} x^2 < y\\"))
    assert r"&= x && \text{50\%\_of \& \{more\} x\^{}2 $<$ y\textbackslash{}}" in text
    assert as_latex(LONG).count(r"\\" + "\n") == len(LONG.steps)


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.cells = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.open.append(tag)
        self.cells += tag == "td"

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_html_is_a_closed_table_with_three_cells_a_row() -> None:
    tags = Tags()
    tags.feed(as_html(LONG))
    assert tags.open == []
    assert tags.cells == 3 * (1 + len(LONG.steps))
    assert "<caption>where x != 0</caption>" in as_html(LONG)


def test_html_escapes_names_rules_and_conditions() -> None:
    nasty = "<script>alert(1)</script>"
    text = as_html(derivation(f"`{nasty}`", "x", rule=nasty, conditions=(nasty,)))
    assert "<script" not in text
    assert text.count("&lt;script&gt;") == 4


def test_python_names_what_the_steps_rely_on() -> None:
    plain = as_python(derivation("x", "x + 0"))
    assert "assume" not in plain
    assert "within" not in plain
    told = Derivation(
        parse("x"), parse("abs(x)"), (), assumptions=Assumptions.parse("x > 0"),
        domain="preserve", within=parse("log(x)"),
    )  # fmt: skip
    text = as_python(told)
    assert "assume=('x > 0',), domain='preserve', within='log(x)'" in text
    compile(text, "printed", "exec")


def test_python_keeps_quotes_in_names() -> None:
    compile(as_python(derivation('`it\'s "x"`', "y")), "printed", "exec")
