"""Static SVG: the front, and predictions against measurements.

Text and lines take the colour of the text around them, so that a plot is at home on a light page
and on a dark one; the accent may be set by the page as --sr-accent.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

from sr_kernel.expr import to_text
from sr_kernel.formula.column import FloatArray
from sr_kernel.report.table import loss_text
from sr_kernel.search.law import Law

ACCENT = "var(--sr-accent, #3d85c6)"
MAX_POINTS = 1_000
"""More rows than this are thinned evenly in a plot of the data."""

LARGEST = 1e300
"""Values beyond are not drawn: the length of an axis must be a float."""

_WIDTH, _HEIGHT = 560, 340
_LEFT, _RIGHT, _TOP, _BOTTOM = 72, 16, 16, 48
_STYLE = "font:12px system-ui,sans-serif;max-width:100%;height:auto"


@dataclass(frozen=True)
class Axis:
    """Maps values of [low, high] to pixels of [start, end], on a logarithmic scale if `log`.

    An axis of counts is `whole`: its ticks are integers.
    """

    low: float
    high: float
    start: float
    end: float
    log: bool = False
    whole: bool = False

    def place(self, value: float) -> float:
        """The pixel of `value`."""
        share = (self._scaled(value) - self._scaled(self.low)) / (
            self._scaled(self.high) - self._scaled(self.low)
        )
        return self.start + share * (self.end - self.start)

    def ticks(self) -> list[float]:
        """At most eight round values within the axis."""
        if self.log:
            return _log_ticks(self.low, self.high)
        return _even_ticks(self.low, self.high, 1.0 if self.whole else 0.0)

    def _scaled(self, value: float) -> float:
        return math.log10(value) if self.log else value


def front_plot(laws: Sequence[Law], best: Law | None, *, anchor: str | None = None) -> str:
    """The loss of each law against its complexity, on a logarithmic axis.

    With an `anchor` the point of law i is called {anchor}-point{i} and leads to {anchor}-law{i}.
    """
    shown = _drawable([law.loss for law in laws])
    low, high = padded_decades(min(shown, default=1.0), max(shown, default=1.0))
    sizes = [law.complexity for law in laws] or [1]
    x = across(min(sizes) - 1, max(sizes) + 1, whole=True)
    y = upward(low, high, log=True)
    places = [(x.place(law.complexity), y.place(v)) for law, v in zip(laws, shown, strict=True)]
    parts = [frame(x, y, "complexity (nodes of the formula)", "mean squared error")]
    parts.append(_staircase(places, x.end))
    for i, (law, place) in enumerate(zip(laws, places, strict=True)):
        parts.append(_law_point(law, place, law is best, anchor, i))
    label = f"{len(laws)} laws: error against complexity"
    return svg(parts, label)


def _drawable(losses: Sequence[float]) -> list[float]:
    """Losses for a logarithmic axis: zero a decade below all others, what is no number above."""
    known = [loss for loss in losses if loss > 0 and math.isfinite(loss)]
    floor, ceiling = min(known, default=1.0) / 10, max(known, default=1.0) * 10
    floor, ceiling = max(floor, 1e-306), min(ceiling, 1e306)
    return [min(max(loss, floor), ceiling) if loss == loss else ceiling for loss in losses]


def measured_plot(y: FloatArray, predicted: FloatArray, target: str) -> str:
    """Predictions (n,) against measurements (n,), with the line where they are equal."""
    known = (np.abs(y) < LARGEST) & (np.abs(predicted) < LARGEST)
    y, predicted = y[known], predicted[known]
    if not len(y):
        return ""
    step = max(1, math.ceil(len(y) / MAX_POINTS))
    y, predicted = y[::step], predicted[::step]
    low, high = float(min(y.min(), predicted.min())), float(max(y.max(), predicted.max()))
    log = low > 0 and high / low > 100
    low, high = padded_decades(low, high) if log else padded(low, high)
    x, up = across(low, high, log=log), upward(low, high, log=log)
    parts = [frame(x, up, f"{target} measured", f"{target} predicted"), diagonal(x, up)]
    for measured, value in zip(y.tolist(), predicted.tolist(), strict=True):
        parts.append(
            f'<circle cx="{x.place(measured):.1f}" cy="{up.place(value):.1f}" r="4" '
            f'style="fill:{ACCENT}" fill-opacity=".75"><title>measured {measured:.6g}, '
            f"predicted {value:.6g}</title></circle>"
        )
    return svg(parts, f"{target}: predicted against measured, {len(y)} points")


def across(low: float, high: float, *, log: bool = False, whole: bool = False) -> Axis:
    """The axis at the bottom of a plot."""
    return Axis(low, high, _LEFT, _WIDTH - _RIGHT, log, whole)


def upward(low: float, high: float, *, log: bool = False) -> Axis:
    """The axis at the left of a plot."""
    return Axis(low, high, _HEIGHT - _BOTTOM, _TOP, log)


def diagonal(x: Axis, y: Axis) -> str:
    """The line where two axes of the same range are equal."""
    return (
        f'<line x1="{x.start}" y1="{y.start}" x2="{x.end}" y2="{y.end}" '
        f'stroke="currentColor" stroke-opacity=".45" stroke-dasharray="4 4"/>'
    )


def svg(parts: Sequence[str], label: str) -> str:
    """A picture of `parts`, which are markup; the `label` is text."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
        f'width="{_WIDTH}" height="{_HEIGHT}" role="img" aria-label="{escape(label)}" '
        f'style="{_STYLE}" fill="currentColor">{"".join(parts)}</svg>'
    )


def frame(x: Axis, y: Axis, x_label: str, y_label: str) -> str:
    """Grid lines, tick labels and axis labels."""
    parts = []
    x_ticks, y_ticks = x.ticks(), y.ticks()
    for tick, text in zip(y_ticks, _tick_texts(y_ticks, y.log), strict=True):
        at = f"{y.place(tick):.1f}"
        parts.append(
            f'<line x1="{x.start}" x2="{x.end}" y1="{at}" y2="{at}" stroke="currentColor" '
            f'stroke-opacity=".15"/><text x="{x.start - 8}" y="{at}" text-anchor="end" '
            f'dominant-baseline="middle">{text}</text>'
        )
    for tick, text in zip(x_ticks, _tick_texts(x_ticks, x.log), strict=True):
        at = f"{x.place(tick):.1f}"
        parts.append(
            f'<line x1="{at}" x2="{at}" y1="{y.start}" y2="{y.start + 5}" stroke="currentColor" '
            f'stroke-opacity=".5"/><text x="{at}" y="{y.start + 18}" text-anchor="middle">'
            f"{text}</text>"
        )
    middle_x, middle_y = (x.start + x.end) / 2, (y.start + y.end) / 2
    parts.append(
        f'<line x1="{x.start}" x2="{x.end}" y1="{y.start}" y2="{y.start}" stroke="currentColor" '
        f'stroke-opacity=".5"/><text x="{middle_x}" y="{_HEIGHT - 8}" text-anchor="middle">'
        f'{escape(x_label[:60])}</text><text transform="translate(14 {middle_y}) rotate(-90)" '
        f'text-anchor="middle">{escape(y_label[:60])}</text>'
    )
    return "".join(parts)


def _staircase(places: Sequence[tuple[float, float]], end: float) -> str:
    """The smallest loss that a law of at most that complexity has."""
    if not places:
        return ""
    steps = [f"M{places[0][0]:.1f} {places[0][1]:.1f}"]
    steps += [f"H{x:.1f}V{y:.1f}" for x, y in places[1:]]
    path = "".join([*steps, f"H{end:.1f}"])
    return f'<path d="{path}" fill="none" style="stroke:{ACCENT}" stroke-opacity=".6"/>'


def _law_point(
    law: Law, place: tuple[float, float], is_best: bool, anchor: str | None, index: int
) -> str:
    title = (
        f"{to_text(law.expr, digits=6)[:200]}, size {law.complexity}, loss {loss_text(law.loss)}"
    )
    fill = ACCENT if is_best else "var(--sr-paper, transparent)"
    ring = f'<circle cx="{place[0]:.1f}" cy="{place[1]:.1f}" r="10" fill="transparent"/>'
    point = (
        f'<circle class="point" cx="{place[0]:.1f}" cy="{place[1]:.1f}" r="{6 if is_best else 5}" '
        f'style="fill:{fill};stroke:{ACCENT}" stroke-width="2"/>'
    )
    body = f"<title>{escape(title)}</title>{ring}{point}"
    if anchor is None:
        return f"<g>{body}</g>"
    return (
        f'<a id="{anchor}-point{index}" href="#{anchor}-law{index}" '
        f'aria-label="{escape(f"law {index}: {title}")}">{body}</a>'
    )


def padded_decades(low: float, high: float) -> tuple[float, float]:
    """Whole powers of ten around the values, within the range of floats."""
    bottom = math.floor(math.log10(low) - 0.15)
    top = math.ceil(math.log10(high) + 0.15)
    return 10.0 ** max(bottom, -307), 10.0 ** min(max(top, bottom + 1), 307)


def padded(low: float, high: float) -> tuple[float, float]:
    """Some room around the values, also where they are all the same or nearly zero."""
    size = max(abs(low), abs(high), 1e-300)
    room = max(0.06 * (high - low), 1e-9 * size) if high > low else 0.5 * size
    return low - room, high + room


def _log_ticks(low: float, high: float) -> list[float]:
    first, last = round(math.log10(low)), round(math.log10(high))
    step = max(1, math.ceil((last - first) / 7))
    return [10.0**power for power in range(first, last + 1, step)]


def _even_ticks(low: float, high: float, least: float) -> list[float]:
    rough = max((high - low) / 7, least)
    unit = 10.0 ** math.floor(math.log10(rough))
    step = next(unit * m for m in (1, 2, 5, 10) if unit * m >= rough)
    first, last = math.ceil(low / step), math.floor(high / step)
    return [k * step for k in range(first, last + 1)]


def _tick_texts(ticks: Sequence[float], log: bool) -> list[str]:
    """All in the same notation."""
    if not log:
        return [f"{tick:.6g}".replace("-", "−") for tick in ticks]
    powers = [round(math.log10(tick)) for tick in ticks]
    if all(-3 <= power <= 4 for power in powers):
        return [f"{tick:g}" for tick in ticks]
    shown = [str(power).replace("-", "−") for power in powers]
    return [f'10<tspan dy="-5" font-size="9">{power}</tspan>' for power in shown]
