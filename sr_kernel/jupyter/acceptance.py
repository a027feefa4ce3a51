"""Which of a user's own formulas are successes, for the guide to learn from if that is on."""

from __future__ import annotations

import asyncio

from sr_kernel.guide.habits import heard
from sr_kernel.jupyter.edit import SCORERS
from sr_kernel.search.law import Law

_SAME = 1e-6
"""Losses nearer than this, relative to each other, differ by the end of a fit only."""

_AS_GOOD = 2.0
"""A success leaves at most this many times the variance that the best law leaves."""


def is_success(law: Law, front: tuple[Law, ...], best: Law | None) -> bool:
    """Whether an entered ``law`` fits at least as well as all laws of the front of at most its
    size, and is no mere step on the way to the ``best`` one."""
    rivals = [known for known in front if known.complexity <= law.complexity]
    if best is None or not rivals:
        return False
    rival = min(rivals, key=lambda known: known.loss)
    # Exact laws differ by rounding, which R2 does not show.
    is_as_good = law.loss <= rival.loss * (1.0 + _SAME) or law.r2 >= rival.r2
    return is_as_good and 1.0 - law.r2 <= _AS_GOOD * (1.0 - best.r2)


def accept(law: Law, front: tuple[Law, ...], best: Law | None) -> None:
    """Have a success counted, beside the loop that answers requests."""
    if is_success(law, front, best):
        asyncio.get_running_loop().run_in_executor(SCORERS, heard, law.expr)
