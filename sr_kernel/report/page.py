"""One self-contained report page for one or more results: no script, nothing loaded.

The order is that of Herbie's report page: big numbers, plot, the front as a table linked to the
plot, details folded, and a box to reproduce it.
"""

import math
import os
from collections.abc import Sequence
from html import escape
from importlib.resources import files
from pathlib import Path

from sr_kernel import __version__
from sr_kernel.errors import DataError
from sr_kernel.expr import to_latex, to_python, to_text
from sr_kernel.formula.derived import evaluated
from sr_kernel.report.expectation import expectation_html
from sr_kernel.report.html import number_html
from sr_kernel.report.laws import Laws
from sr_kernel.report.mathml import to_mathml
from sr_kernel.report.plot import front_plot, measured_plot
from sr_kernel.report.reproduction import reproduction_box
from sr_kernel.report.table import r2_text, seconds_text
from sr_kernel.search.law import Law, Parameter


def write_report(
    results: Sequence[Laws], path: str | os.PathLike[str], title: str = "Laws found in the data"
) -> None:
    """Write the report page of `results`. Raises DataError where it cannot be written."""
    try:
        Path(path).write_text(report_page(results, title), encoding="utf-8")
    except OSError as error:
        raise DataError(f"cannot write {os.fspath(path)!r}: {error.strerror}") from None


def report_page(results: Sequence[Laws], title: str = "Laws found in the data") -> str:
    """The report page as text."""
    style = files(__package__).joinpath("report.css").read_text(encoding="utf-8")
    sections = "".join(_section(laws, i) for i, laws in enumerate(results))
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{style}</style></head><body>"
        f"{_header(results, title)}{sections}"
        f'<p class="soft">Written by sr_kernel {escape(__version__)}.</p></body></html>\n'
    )


def _header(results: Sequence[Laws], title: str) -> str:
    seconds = math.fsum(laws.seconds for laws in results if math.isfinite(laws.seconds))
    numbers = [
        (str(len(results)), "data sets searched" if len(results) != 1 else "data set searched"),
        (str(sum(len(laws) for laws in results)), "laws on the fronts"),
        (f"{sum(laws.distinct for laws in results):,}", "distinct functions seen"),
        (seconds_text(seconds), "of search in all"),
    ]
    rows = "".join(_overview_row(laws, i) for i, laws in enumerate(results))
    return (
        f"<header><h1>{escape(title)}</h1><p class='soft'>Each law below was found from the "
        f"numbers alone, by searching formulas of growing size.</p>{_big(numbers)}</header>"
        '<div class="scroll"><table class="overview"><thead><tr><th class="math">Question</th>'
        '<th class="math">Best law</th><th>R²</th></tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def _overview_row(laws: Laws, i: int) -> str:
    asked = laws.question
    link = f'<a href="#d{i}"><code>{escape(asked.formula)}</code></a>'
    about = f'{link}<br><span class="soft">{escape(asked.data)}</span>'
    if not laws.front:
        empty = '<td class="math">none found</td><td></td>'
        return f'<tr><td class="math">{about}</td>{empty}</tr>'
    best = laws.law()
    return (
        f'<tr><td class="math">{about}</td>'
        f'<td class="math">{to_mathml(best.expr, left=laws.left)}</td>'
        f"<td>{r2_text(best.r2)}</td></tr>"
    )


def _big(numbers: Sequence[tuple[str, str]]) -> str:
    """Pairs of a number and what it counts, both as HTML."""
    cells = "".join(f"<div><dd>{number}</dd><dt>{what}</dt></div>" for number, what in numbers)
    return f'<dl class="numbers">{cells}</dl>'


def _section(laws: Laws, i: int) -> str:
    asked = laws.question
    head = f"<h2>{escape(asked.data)}: <code>{escape(asked.formula)}</code></h2>"
    source = f'<p class="soft">{escape(asked.source)}</p>' if asked.source else ""
    warnings = "".join(f'<p class="warning">{escape(text)}</p>' for text in asked.warnings)
    if not laws.front:
        body = "<p>No law was found. Search longer, or allow more operators.</p>"
    else:
        body = _found(laws, i)
    end = expectation_html(laws.beliefs) + reproduction_box(laws)
    return f'<section id="d{i}">{head}{source}{warnings}{body}{end}</section>'


def _found(laws: Laws, i: int) -> str:
    best = laws.law()
    numbers = [
        (r2_text(best.r2), "R² of the best law"),
        (number_html(math.sqrt(best.loss)), "root mean squared error"),
        (f"{laws.question.rows}", "rows" + _dropped(laws)),
        (f"{laws.candidates:,}", "candidates seen"),
        (seconds_text(laws.seconds), f"search ({escape(laws.stop_reason)})"),
    ]
    table = "".join(_row(law, law is best, i, j) for j, law in enumerate(laws.front))
    return (
        f'<div class="law">{to_mathml(best.expr, left=laws.left)}</div>{_big(numbers)}'
        f'<div class="plots">{_front_figure(laws, i)}{_data_figure(laws)}</div>'
        '<h3>The front</h3><div class="scroll"><table><thead><tr><th>Size</th>'
        '<th>Mean squared error</th><th>R²</th><th>Score</th><th class="math">Law</th></tr>'
        f"</thead><tbody>{table}</tbody></table></div>"
        f"{''.join(_details(laws, law) for law in laws.front)}"
    )


def _dropped(laws: Laws) -> str:
    return f", {laws.question.dropped} dropped" if laws.question.dropped else ""


def _front_figure(laws: Laws, i: int) -> str:
    plot = front_plot(laws.front, laws.law(), anchor=f"d{i}")
    caption = "Error against complexity. A point leads to its law; the best one is filled."
    return f"<figure><figcaption>{caption}</figcaption>{plot}</figure>"


def _data_figure(laws: Laws) -> str:
    if laws.rows is None:
        return ""
    best = laws.law()
    predicted = evaluated(best.expr, laws.question.variables, laws.rows.X)
    plot = measured_plot(laws.rows.y, predicted, laws.question.target)
    caption = "The best law against the data. On the dashed line they agree."
    return f"<figure><figcaption>{caption}</figcaption>{plot}</figure>" if plot else ""


def _row(law: Law, is_best: bool, i: int, j: int) -> str:
    best = ' class="best"' if is_best else ""
    return (
        f'<tr id="d{i}-law{j}"{best}><td><a href="#d{i}-point{j}" title="show in the plot">'
        f"{law.complexity}</a></td><td>{number_html(law.loss)}</td>"
        f"<td>{r2_text(law.r2)}</td><td>{number_html(law.score)}</td>"
        f'<td class="math">{to_mathml(law.expr)}</td></tr>'
    )


def _details(laws: Laws, law: Law) -> str:
    facts = [("Equation", f"<code>{escape(to_text(law.expr))}</code>")]
    if law.parameters:
        shown = ", ".join(_parameter_text(parameter) for parameter in law.parameters)
        facts.append(("Fitted constants", escape(shown)))
    if law.conditions:
        facts.append(("Holds where", f"<code>{escape(' and '.join(law.conditions))}</code>"))
    facts.append(("LaTeX", f"<code>{escape(to_latex(law.expr))}</code>"))
    listed = "".join(f"<dt>{name}</dt><dd>{content}</dd>" for name, content in facts)
    python = escape(to_python(law.expr, name="law"))
    return (
        f"<details><summary>Law of size {law.complexity}: equation, constants, code</summary>"
        f'<dl class="facts">{listed}</dl><pre>{python}</pre></details>'
    )


def _parameter_text(parameter: Parameter) -> str:
    if not math.isfinite(parameter.error) or parameter.error <= 0:
        return f"{parameter.value:.6g}"
    return f"{parameter.value:.6g} ± {parameter.error:.2g}"
