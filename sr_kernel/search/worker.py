"""The process that searches: ``python -m sr_kernel.search.worker``, spoken to over its pipes.

In: one frame (problem, options), then "stop" at any time; a closed pipe also means stop.
Out: Progress frames and at last a SearchResult, or the exception that ended it.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from typing import BinaryIO

from sr_kernel.errors import SrKernelError
from sr_kernel.simplify.child import read_frame, write_frame


def main() -> int:
    """Serve one search; returns the exit status."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Frames go to the real standard output; anything that prints must not get between them.
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    source = sys.stdin.buffer
    problem, options = read_frame(source)
    stopped = threading.Event()
    threading.Thread(target=_listen, args=(source, stopped), daemon=True).start()

    from sr_kernel.search.engine import search

    try:
        result: object = search(
            problem,
            on_progress=lambda progress: write_frame(output, progress),
            should_stop=stopped.is_set,
            **options,
        )
    except SrKernelError as error:
        result = error
    except BrokenPipeError:
        return 1  # the parent is gone: nobody is left to tell
    write_frame(output, result)
    return 0


def _listen(source: BinaryIO, stopped: threading.Event) -> None:
    try:
        while read_frame(source) != "stop":
            pass
    except EOFError:
        pass  # the parent is gone, which is also a stop
    stopped.set()


if __name__ == "__main__":
    sys.exit(main())
