"""A time limit that everything called inside it keeps, however deep.

Work that has a limit runs inside :func:`deadline`; whatever may take long calls
:func:`check_time` at every step.  Past the deadline that unwinds to whoever set it, so nothing
half-done is ever taken for a result.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from sr_kernel.errors import OptionError


class OutOfTime(Exception):  # noqa: N818 - a limit reached, not a fault; never leaves the package
    """The deadline has passed; caught by the one who set it."""


_UNTIL: ContextVar[float | None] = ContextVar("until", default=None)
_STEPS: ContextVar[list[int] | None] = ContextVar("steps", default=None)


@contextmanager
def deadline(until: float | None) -> Iterator[None]:
    """Inside, :func:`check_time` raises once ``time.monotonic()`` is past ``until``.

    None sets no deadline.  An earlier one that is in force already stays in force.
    """
    before = _UNTIL.get()
    if before is not None:
        until = before if until is None else min(until, before)
    token = _UNTIL.set(until)
    try:
        yield
    finally:
        _UNTIL.reset(token)


@contextmanager
def step_limit(steps: int) -> Iterator[None]:
    """Inside, :func:`check_time` raises from the call after the given number of them on.

    For results that must not depend on the speed of the machine.
    """
    token = _STEPS.set([steps])
    try:
        yield
    finally:
        _STEPS.reset(token)


def check_time() -> None:
    """Raises :class:`OutOfTime` past the deadline, and past the limit of steps."""
    steps = _STEPS.get()
    if steps is not None:
        steps[0] -= 1
        if steps[0] < 0:
            raise OutOfTime
    until = _UNTIL.get()
    if until is not None and time.monotonic() > until:
        raise OutOfTime


def deadline_after(time_limit: float | None) -> float | None:
    """The deadline of a time limit in seconds; raises :class:`OptionError` for one that is none."""
    if time_limit is None:
        return None
    try:
        is_usable = time_limit > 0 and math.isfinite(time_limit)
    except TypeError:
        is_usable = False
    if not is_usable:
        raise OptionError(f"time_limit={time_limit!r} must be a positive number of seconds")
    return time.monotonic() + time_limit


def turns(count: int, until: float | None) -> Iterator[float | None]:
    """Deadlines for ``count`` pieces of work in a row, each asked for when its work begins.

    The time until ``until`` is shared out evenly; what one leaves unused goes to those after it.
    """
    for left in range(count, 0, -1):
        now = time.monotonic()
        yield None if until is None else now + max(0.0, until - now) / left
