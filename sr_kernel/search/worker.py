"""The process that searches: ``python -m sr_kernel.search.worker``, spoken to over its pipes.

In: one frame (problem, options), then at any time "stop" (a closed pipe means the same), an order
(see :mod:`sr_kernel.search.control`) or a tuple of terms to look at.  Out: Progress frames and at
last a SearchResult with the best of its history, or the exception that ended it.
"""

from __future__ import annotations

import os
import queue
import signal
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import BinaryIO

from sr_kernel.errors import SrKernelError
from sr_kernel.expr import Expr
from sr_kernel.search.control import Control, Order
from sr_kernel.simplify.child import read_frame, write_frame

HISTORY = 2000
"""Records of the history that are handed back."""


def main() -> int:
    """Serve one search; returns the exit status."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Frames go to the real standard output; anything that prints must not get between them.
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    source = sys.stdin.buffer
    problem, options = read_frame(source)
    stopped = threading.Event()
    suggested: queue.SimpleQueue[Expr] = queue.SimpleQueue()
    control = Control()
    listener = (source, stopped, suggested, control)
    threading.Thread(target=_listen, args=listener, daemon=True).start()

    from sr_kernel.search.engine import search
    from sr_kernel.search.history import History

    try:
        found = search(
            problem,
            on_progress=lambda progress: write_frame(output, progress),
            should_stop=stopped.is_set,
            feed=lambda: _waiting(suggested),
            control=control,
            **options,
        )
        result: object = replace(found, history=History(found.history.query(HISTORY)))
    except SrKernelError as error:
        result = error
    except BrokenPipeError:
        return 1  # the parent is gone: nobody is left to tell
    write_frame(output, result)
    return 0


def _waiting(suggested: queue.SimpleQueue[Expr]) -> Iterator[Expr]:
    while not suggested.empty():
        yield suggested.get()


def _listen(
    source: BinaryIO,
    stopped: threading.Event,
    suggested: queue.SimpleQueue[Expr],
    control: Control,
) -> None:
    try:
        while (frame := read_frame(source)) != "stop":
            if isinstance(frame, Order):
                control.take(frame)
                continue
            for expr in frame:
                suggested.put(expr)
    except EOFError:
        pass  # the parent is gone, which is also a stop
    stopped.set()


if __name__ == "__main__":
    sys.exit(main())
