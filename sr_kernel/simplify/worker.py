"""The process that simplifies: ``python -m sr_kernel.simplify.worker MEGABYTES``.

Out comes READY when it is warm; then, for every frame (situation, terms) that comes in, the list
of simplifications or the exception that ended them.  A closed pipe ends it at once.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
import threading
from pathlib import Path
from queue import SimpleQueue
from typing import BinaryIO

from sr_kernel.simplify.child import read_pickle, write_frame

READY = "ready"
_WARMING = "sin(x)**2 + cos(x)**2 + log(exp(y)) + 0.5*(x**2 - 1)/(x - 1)"


def main() -> int:
    """Serve until the other side closes the pipe or memory has run out."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Frames go to the real standard output; anything that prints must not get between them.
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    requests: SimpleQueue[bytes] = SimpleQueue()
    threading.Thread(target=_listen, args=(sys.stdin.buffer, requests), daemon=True).start()

    from sr_kernel.simplify.interface import simplify

    simplify(_WARMING)
    _limit_memory(int(sys.argv[1]) * 2**20)
    write_frame(output, READY)
    while True:
        answer = _answer(requests.get())
        write_frame(output, answer)
        if isinstance(answer, MemoryError):
            return 1


def _listen(source: BinaryIO, requests: SimpleQueue[bytes]) -> None:
    try:
        while True:
            requests.put(read_pickle(source))
    except EOFError:
        os._exit(0)  # whatever is being worked on: nobody is left to tell


def _answer(request: bytes) -> object:
    from sr_kernel.simplify.pipeline import Pipeline

    try:
        situation, terms = pickle.loads(request)
        return Pipeline(situation).run(terms)
    except MemoryError:
        return MemoryError()
    except Exception as error:  # noqa: BLE001 - the caller's to deal with
        return _portable(error)


def _portable(error: Exception) -> Exception:
    """``error``, or a plain one with its text where it cannot be sent."""
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:  # noqa: BLE001 - whatever its own pickling may raise
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error


def _limit_memory(more: int) -> None:
    """Lets this process take so many bytes more, where the platform can say that."""
    try:
        import resource
    except ImportError:  # Windows: only the time is limited
        return
    soft = _address_space() + more
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    if hard == resource.RLIM_INFINITY or soft < hard:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def _address_space() -> int:
    """Bytes of address space in use; much of it is reserved only."""
    statistics = Path("/proc/self/statm")
    if not statistics.exists():
        return 2**32
    return int(statistics.read_text(encoding="ascii").split()[0]) * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    sys.exit(main())
