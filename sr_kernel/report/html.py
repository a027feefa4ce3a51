"""Static HTML of a result: no script, no style sheet, everything from outside escaped."""

from html import escape

from sr_kernel.expr import to_text
from sr_kernel.report.expectation import expectation_html
from sr_kernel.report.laws import Laws
from sr_kernel.report.mathml import to_mathml
from sr_kernel.report.plot import front_plot
from sr_kernel.report.table import loss_text, r2_text, seconds_text
from sr_kernel.search.law import Law

_CELL = "padding:.3em .8em;text-align:right;white-space:nowrap"
_MATH_CELL = "padding:.3em .8em;text-align:left"


def static_html(laws: Laws) -> str:
    """The front as a picture and a table, for exports and for pages without the extension."""
    asked = laws.question
    parts = [f"<p><code>{escape(asked.formula)}</code> · {escape(summary_text(laws))}</p>"]
    parts += [f"<p><small>{escape(warning)}</small></p>" for warning in asked.warnings]
    if not laws.front:
        guide = expectation_html(laws.beliefs)
        return f"<div>{''.join(parts)}<p>No law was found.</p>{guide}</div>"
    best = laws.law()
    math = to_mathml(best.expr, left=laws.left)
    parts.append(f'<p style="font-size:150%">{math}</p>')
    parts.append(front_plot(laws.front, best))
    head = "".join(
        f'<th style="{_MATH_CELL if name == "law" else _CELL}">{name}</th>'
        for name in ("size", "loss", "R²", "law")
    )
    rows = "".join(_row(law, law is best) for law in laws.front)
    parts.append(f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>")
    parts.append(expectation_html(laws.beliefs))
    return f"<div>{''.join(parts)}</div>"


def summary_text(laws: Laws) -> str:
    """Data, rows, time, and how much was seen."""
    asked = laws.question
    dropped = f" ({asked.dropped} dropped)" if asked.dropped else ""
    return (
        f"{asked.data}, {asked.rows} rows{dropped}, {seconds_text(laws.seconds)}, "
        f"{laws.candidates:,} candidates, {laws.distinct:,} distinct functions"
    )


def number_html(value: float) -> str:
    """Three significant digits, powers of ten raised."""
    mantissa, _, exponent = loss_text(value).partition("e")
    mantissa = mantissa.replace("-", "−")
    if not exponent:
        return mantissa
    power = str(int(exponent)).replace("-", "−")
    return f"{mantissa}·10<sup>{power}</sup>"


def _row(law: Law, is_best: bool) -> str:
    weight = ' style="font-weight:bold"' if is_best else ""
    numbers = (str(law.complexity), number_html(law.loss), r2_text(law.r2))
    cells = "".join(f'<td style="{_CELL}">{number}</td>' for number in numbers)
    equation = escape(to_text(law.expr), quote=True)
    math = to_mathml(law.expr)
    return f'<tr{weight}>{cells}<td style="{_MATH_CELL}" title="{equation}">{math}</td></tr>'
