"""A fresh interpreter that runs one module of this package, spoken to over its pipes.

It imports nothing of the caller's, so the caller needs no ``if __name__ == "__main__"``.  Objects
go over a pipe as frames: eight bytes of length, then a pickle.
"""

from __future__ import annotations

import os
import pickle
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any, BinaryIO

_HEADER = struct.Struct("<Q")


def spawned(module: str, *arguments: str, threads: int = 1) -> subprocess.Popen[bytes]:
    """A process running ``module``, which may use ``threads`` threads for linear algebra.

    A Ctrl-C in the terminal does not reach it.
    """
    pipe = subprocess.PIPE
    return subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        stdin=pipe, stdout=pipe, stderr=pipe, env=_environment(threads), start_new_session=True,
    )  # fmt: skip


def _environment(threads: int) -> dict[str, str]:
    """The caller's environment, with this package importable."""
    environment = dict(os.environ)
    root = str(Path(__file__).resolve().parents[2])
    paths = [root, *filter(None, environment.get("PYTHONPATH", "").split(os.pathsep))]
    environment["PYTHONPATH"] = os.pathsep.join(paths)
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        environment[name] = str(threads)
    return environment


def write_frame(stream: BinaryIO, content: object) -> None:
    """Send ``content``; raises OSError if nobody reads any more."""
    data = pickle.dumps(content, protocol=pickle.HIGHEST_PROTOCOL)
    stream.write(_HEADER.pack(len(data)) + data)
    stream.flush()


def read_frame(stream: BinaryIO) -> Any:
    """The next object; raises EOFError if the other side is gone."""
    return pickle.loads(read_pickle(stream))


def read_pickle(stream: BinaryIO) -> bytes:
    """The next object as it was pickled; raises EOFError if the other side is gone."""
    (length,) = _HEADER.unpack(_exactly(stream, _HEADER.size))
    return _exactly(stream, length)


def _exactly(stream: BinaryIO, count: int) -> bytes:
    data = stream.read(count)
    if len(data) < count:
        raise EOFError("the other side of the pipe has closed it")
    return data
