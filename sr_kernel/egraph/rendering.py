"""Derivations as text, LaTeX, HTML and Python."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from sr_kernel.expr import to_latex, to_text

if TYPE_CHECKING:
    from sr_kernel.egraph.derivation import Derivation, Step


def as_text(derivation: Derivation) -> str:
    """The start, then one line a step: the new form, the rule, what it relied on."""
    forms = [to_text(step.after) for step in derivation.steps]
    width = max(map(len, forms), default=0)
    lines = [f"  {to_text(derivation.start)}"]
    lines += [
        f"= {form:<{width}}  [{_why(step)}]"
        for form, step in zip(forms, derivation.steps, strict=True)
    ]
    if derivation.conditions:
        lines.append(f"where {', '.join(derivation.conditions)}")
    return "\n".join(lines)


def as_latex(derivation: Derivation) -> str:
    """An ``align*`` environment with the rules' names on the right."""
    lines = [to_latex(derivation.start)]
    lines += [
        rf"&= {to_latex(step.after)} && \text{{{_latex_text(_why(step))}}}"
        for step in derivation.steps
    ]
    body = " \\\\\n".join(lines)
    return f"\\begin{{align*}}\n{body}\n\\end{{align*}}"


def as_html(derivation: Derivation) -> str:
    """A table of forms and rules, without script or style."""
    rows = [f"<tr><td></td><td><code>{escape(to_text(derivation.start))}</code></td><td></td></tr>"]
    rows += [
        f"<tr><td>=</td><td><code>{escape(to_text(step.after))}</code></td>"
        f"<td>{escape(_why(step))}</td></tr>"
        for step in derivation.steps
    ]
    where = ""
    if derivation.conditions:
        where = f"<caption>where {escape(', '.join(derivation.conditions))}</caption>"
    return f'<table class="sr-derivation">{where}{"".join(rows)}</table>'


def as_python(derivation: Derivation) -> str:
    """A test that reads every form again and compares neighbours at high precision."""
    forms = [derivation.start, *(step.after for step in derivation.steps)]
    facts = tuple(derivation.assumptions)
    reading = ["from sr_kernel.numeric.assumption import Assumptions"] if facts else []
    naming = [f"    assumptions = Assumptions.parse({facts!r})"] if facts else []
    given = ", assumptions=assumptions" if facts else ""
    lines = [
        "from sr_kernel.egraph.derivation import agree",
        "from sr_kernel.expr import parse",
        *reading,
        "",
        "",
        "def test_derivation():",
        "    forms = [",
        *(f"        {to_text(form)!r}," for form in forms),
        "    ]",
        "    rules = [",
        *(f"        {step.rule!r}," for step in derivation.steps),
        "    ]",
        *naming,
        "    for before, after, rule in zip(forms, forms[1:], rules):",
        f"        assert agree(parse(before), parse(after){given}), rule",
    ]
    return "\n".join(lines) + "\n"


def _why(step: Step) -> str:
    return f"{step.rule}, {', '.join(step.conditions)}" if step.conditions else step.rule


def _latex_text(text: str) -> str:
    marks = {"\\": r"\textbackslash{}", "^": r"\^{}", "<": r"$<$", ">": r"$>$"}
    return "".join(marks.get(mark, "\\" + mark if mark in "&%$#_{}" else mark) for mark in text)
