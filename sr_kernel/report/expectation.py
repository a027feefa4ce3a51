"""What a guide expected of the law, in words: a line of text, a folded part of a page."""

from collections.abc import Iterable
from html import escape

from sr_kernel.report.beliefs import LIMITS
from sr_kernel.search.beliefs import Beliefs

LIKELY, WORTH_TELLING = 0.5, 0.05
ARITHMETIC = frozenset({"add", "sub", "neg", "mul", "div"})
"""Operators that nearly every law has: to expect them says little."""


def expectation_text(beliefs: Beliefs) -> str:
    """ "guide: expects sin, exp; about 9 nodes; 1 % noise; used"."""
    said = _ranked(beliefs.operators.items())
    likely = [name for name, p in said if p >= LIKELY and name not in ARITHMETIC]
    expected = ", ".join(likely) or "arithmetic alone"
    parts = [f"guide: expects {expected}", *_figures(beliefs)]
    return "; ".join([*parts, "used" if beliefs.used else "not used"])


def expectation_html(beliefs: Beliefs | None) -> str:
    """A folded section with all that is worth telling, everything escaped; empty for None."""
    if beliefs is None:
        return ""
    pairs = ((f"{one} with {other}", p) for (one, other), p in beliefs.pairs.items())
    facts = [
        ("Source", _source(beliefs)),
        ("Operators", _shares(beliefs.operators.items(), "operators", WORTH_TELLING)),
        ("Columns", _shares(beliefs.columns.items(), "columns")),
        ("Together", _shares(pairs, "pairs")),
        ("First undo", _shares(beliefs.peels, "peels", WORTH_TELLING)),
        ("In all", ", ".join(_figures(beliefs))),
    ]
    listed = "".join(f"<dt>{name}</dt><dd>{escape(text)}</dd>" for name, text in facts if text)
    summary = "<summary>What the guide expected</summary>"
    return f'<details>{summary}<dl class="facts">{listed}</dl></details>'


def percent_text(p: float) -> str:
    """A probability in whole percent; only what is certain is 0 % or 100 %."""
    if 0.0 < p < 0.005:
        return "< 1 %"
    return "> 99 %" if 0.995 <= p < 1.0 else f"{100 * p:.0f} %"


def _source(beliefs: Beliefs) -> str:
    told = [beliefs.source, "used by the search" if beliefs.used else "not used by the search"]
    return ": ".join([", ".join(told), *filter(None, [beliefs.reason])])


def _figures(beliefs: Beliefs) -> list[str]:
    """What is expected of the whole law."""
    return [f"about {beliefs.size:.0f} nodes", _noise_text(beliefs.noise)]


def _noise_text(noise: float) -> str:
    if noise < 1e-6:
        return "no noise"
    return f"{100 * noise:.0f} % noise" if noise >= 0.1 else f"{100 * noise:.2g} % noise"


def _shares(rows: Iterable[tuple[str, float]], kind: str, least: float = 0.0) -> str:
    kept = [row for row in _ranked(rows) if row[1] >= least][: LIMITS[kind]]
    return ", ".join(f"{name} {percent_text(p)}" for name, p in kept)


def _ranked(rows: Iterable[tuple[str, float]]) -> list[tuple[str, float]]:
    return sorted(rows, key=lambda row: -row[1])
