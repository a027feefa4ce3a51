"""Ctrl-C as a call: no exception in the middle of taking in a result."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def caught_interrupts(callback: Callable[[], None]) -> Iterator[None]:
    """Call ``callback`` for each SIGINT meanwhile; only the main thread can receive any."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, lambda _number, _frame: callback())
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
