"""Derivations as text, LaTeX, HTML and Python."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from sr_kernel.egraph.ruleset import Ruleset
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
    """A test that reads every form again and takes each step anew.

    Steps by rules that are not the package's own are compared by value: their rules are not in
    the text.
    """
    own = derivation.rules == Ruleset.default()
    place, name = (
        ("simplify.explanation", "replay") if own else ("egraph.derivation", "replay_values")
    )
    forms = [derivation.start, *(step.after for step in derivation.steps)]
    given = [f"assume={tuple(derivation.assumptions)!r}"] if derivation.assumptions else []
    if own:
        given.append(f"domain={derivation.domain!r}")
    if derivation.within is not None:
        given.append(f"within={to_text(derivation.within)!r}")
    lines = [
        f"from sr_kernel.{place} import {name}",
        "",
        "",
        "def test_derivation():",
        *_listed("forms", [to_text(form) for form in forms]),
        *_listed("rules", [step.rule for step in derivation.steps]),
        f"    assert {name}({', '.join(['forms', 'rules', *given])})",
    ]
    return "\n".join(lines) + "\n"


def _listed(name: str, texts: list[str]) -> list[str]:
    return [f"    {name} = [", *(f"        {text!r}," for text in texts), "    ]"]


def _why(step: Step) -> str:
    return f"{step.rule}, {', '.join(step.conditions)}" if step.conditions else step.rule


def _latex_text(text: str) -> str:
    marks = {"\\": r"\textbackslash{}", "^": r"\^{}", "<": r"$<$", ">": r"$>$"}
    return "".join(marks.get(mark, "\\" + mark if mark in "&%$#_{}" else mark) for mark in text)
