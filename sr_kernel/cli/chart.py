"""Pictures of a guide as SVG files: whether it can be trusted, and how its training went."""

import json
import math
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from sr_kernel.errors import DataError
from sr_kernel.report.plot import (
    ACCENT,
    MAX_POINTS,
    Axis,
    across,
    diagonal,
    frame,
    padded,
    padded_decades,
    svg,
    upward,
)  # fmt: skip

MOST_CURVES = 8
MAX_LOG = 2**28
"""Bytes of a log that is drawn."""

_COLOURS = (
    "#3d85c6", "#e69f00", "#009e73", "#d55e00", "#cc79a7", "#56b4e9", "#806d00", "#7f7f7f",
)  # fmt: skip
_LARGEST_MARK = 9.0
Curve = list[tuple[float, float]]


def calibration_chart(bins: Sequence[Mapping[str, float]]) -> str:
    """How often what was given some probability was so, for each of the `bins`.

    A bin has `low`, `high`, `count`, `mean` (probability given, on average) and `rate` (share that
    was so); the area of its mark is its share of all.  Raises DataError for other bins.
    """
    used = [checked for one in bins if (checked := _bin(one))["count"]]
    x, y = across(0.0, 1.0), upward(0.0, 1.0)
    parts = [frame(x, y, "probability given", "share that was so"), diagonal(x, y)]
    parts.append(_line([(one["mean"], one["rate"]) for one in used], x, y, ACCENT))
    most = max((one["count"] for one in used), default=1.0)
    for one in used:
        radius = max(2.0, _LARGEST_MARK * math.sqrt(one["count"] / most))
        parts.append(
            f'<circle class="point" cx="{x.place(one["mean"]):.1f}" '
            f'cy="{y.place(one["rate"]):.1f}" r="{radius:.1f}" style="fill:{ACCENT}" '
            f'fill-opacity=".75"><title>given {one["low"]:.3g} to {one["high"]:.3g}: '
            f"{one['mean']:.3g} on average, {one['rate']:.3g} were so, {one['count']:.0f} of them"
            "</title></circle>"
        )
    total = sum(one["count"] for one in used)
    return svg(parts, f"calibration: {total:.0f} probabilities in {len(used)} bins")


def _bin(given: Mapping[str, float]) -> dict[str, float]:
    try:
        found = {name: float(given[name]) for name in ("low", "high", "count")}
        # An empty bin has neither a mean nor a rate.
        shares = ("mean", "rate") if found["count"] else ()
        found |= {name: float(given[name]) for name in shares}
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(f"a bin of the calibration is no bin ({error}): {given!r:.80}") from None
    count = found.pop("count")
    if not 0 <= count < math.inf or not all(0 <= value <= 1 for value in found.values()):
        raise DataError(f"a bin of the calibration has impossible numbers: {given!r:.80}")
    return {**found, "count": count}


def training_chart(curves: Mapping[str, Curve]) -> str:
    """The losses of a training against the samples seen, as (seen, loss) by name.

    At most MOST_CURVES are drawn, on a logarithmic axis if all losses are above zero.
    """
    shown = {name: _thinned(curve) for name, curve in list(curves.items())[:MOST_CURVES]}
    places = [place for curve in shown.values() for place in curve]
    losses = [loss for _, loss in places] or [1.0]
    log = min(losses) > 0
    low, high = (padded_decades if log else padded)(min(losses), max(losses))
    x = across(0.0, max((seen for seen, _ in places), default=1.0) or 1.0)
    y = upward(low, high, log=log)
    parts = [frame(x, y, "samples seen", "loss")]
    for k, (name, curve) in enumerate(shown.items()):
        parts += [_line(curve, x, y, _COLOURS[k]), _label(name, k, x, y)]
    return svg(parts, f"training: {', '.join(shown)[:200]} against samples seen")


def _thinned(curve: Curve) -> Curve:
    """Evenly, with the last point."""
    step = math.ceil(len(curve) / MAX_POINTS) or 1
    return curve[::-step][::-1]


def _line(places: Curve, x: Axis, y: Axis, colour: str) -> str:
    steps = " ".join(f"{x.place(a):.1f},{y.place(b):.1f}" for a, b in places)
    return (
        f'<polyline points="{steps}" fill="none" style="stroke:{colour}" stroke-width="1.5" '
        'stroke-linejoin="round"/>'
    )


def _label(name: str, place: int, x: Axis, y: Axis) -> str:
    return (
        f'<text x="{x.end - 4}" y="{y.end + 14 + 15 * place}" text-anchor="end" '
        f'style="fill:{_COLOURS[place]}">{escape(name[:40])}</text>'
    )


def curves_of(log: Path) -> dict[str, Curve]:
    """The losses by name in the log of a training, one JSON line a report.

    Where a training went on from an earlier report, what was after that is left out.  Raises
    DataError naming file and line for anything else.
    """
    try:
        if log.stat().st_size > MAX_LOG:
            raise DataError(f"{str(log)!r} is too large for the log of a training: name another")
        lines = log.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        about = error.strerror if isinstance(error, OSError) else "no text"
        raise DataError(f"cannot read {str(log)!r}: {about}") from None
    curves: dict[str, Curve] = {}
    for k, line in enumerate(lines):
        try:
            seen, losses = _report(json.loads(line))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            if k == len(lines) - 1:  # a training that was killed while it wrote
                break
            raise DataError(f"{str(log)!r}, line {k + 1}, is no report of a training") from None
        for name, loss in losses.items():
            curve = curves.setdefault(name, [])
            while curve and curve[-1][0] >= seen:
                curve.pop()
            curve.append((seen, loss))
    return curves


def _report(content: Any) -> tuple[float, dict[str, float]]:
    """Samples seen and the losses that are numbers."""
    seen = float(content["seen"])
    if not 0 <= seen < math.inf:
        raise ValueError(seen)
    losses = {str(name): float(loss) for name, loss in content["losses"].items()}
    return seen, {name: loss for name, loss in losses.items() if abs(loss) < 1e300}
