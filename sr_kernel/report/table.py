"""The front as an aligned table of plain text."""

import math

from sr_kernel.expr import to_text
from sr_kernel.report.expectation import expectation_text
from sr_kernel.report.laws import Laws
from sr_kernel.search.law import Law

_DIGITS = 6
_HEADINGS = ("", "size", "loss", "R2", "equation")


def front_table(laws: Laws, width: int = 120) -> str:
    """What was asked, what a guide expected, the front with the best law marked, and that law in
    full digits.

    Equations in the table have six significant digits and are cut to `width` columns.
    """
    asked = laws.question
    lines = [_headline(laws)]
    lines += [f"note: {warning}" for warning in asked.warnings]
    if laws.beliefs is not None:
        lines.append(expectation_text(laws.beliefs))
    if not laws.front:
        return "\n".join([*lines, f"no law found ({laws.stop_reason}): search longer"])
    lines += _aligned([_HEADINGS, *(_row(law, law is laws.best) for law in laws.front)], width)
    best = laws.law()
    lines.append(f"best: {asked.target} = {best.equation}")
    if best.conditions:
        lines.append(f"      where {' and '.join(best.conditions)}")
    return "\n".join(lines)


def _headline(laws: Laws) -> str:
    asked = laws.question
    rows = f"{asked.rows} rows" if asked.rows else "no rows"
    return (
        f"{asked.formula}   {asked.data}, {rows}, {seconds_text(laws.seconds)}, "
        f"{laws.candidates:,} candidates, {laws.distinct:,} distinct functions, "
        f"stopped: {laws.stop_reason}"
    )


def _row(law: Law, is_best: bool) -> tuple[str, ...]:
    mark = ">" if is_best else ""
    equation = to_text(law.expr, digits=_DIGITS)
    return mark, str(law.complexity), loss_text(law.loss), r2_text(law.r2), equation


def _aligned(rows: list[tuple[str, ...]], width: int) -> list[str]:
    widths = [max(len(row[j]) for row in rows) for j in range(len(_HEADINGS))]
    lines = []
    for row in rows:
        cells = [cell.rjust(widths[j]) for j, cell in enumerate(row[:-1])]
        line = "  ".join([*cells, row[-1]])
        lines.append(line if len(line) <= width else line[: width - 3] + "...")
    return lines


def loss_text(loss: float) -> str:
    """A loss in three significant digits."""
    return "undefined" if math.isnan(loss) else f"{loss:.3g}"


def r2_text(r2: float) -> str:
    """R2 with four decimals, or with as many nines as it has and two digits more."""
    if math.isnan(r2):
        return "undefined"
    gap = 1.0 - r2
    if gap > 1e-3:
        return f"{round(r2, 4) + 0.0:.4f}" if r2 > -10 else f"{r2:.3g}"
    return "1" if gap <= 1e-12 else f"{r2:.{1 - math.floor(math.log10(gap))}f}"


def seconds_text(seconds: float) -> str:
    """A time in seconds."""
    return "unknown time" if math.isnan(seconds) else f"{seconds:.3g} s"
