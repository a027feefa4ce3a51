"""Lines from stdin, answered in order: one line out for each line in, whatever happens."""

import contextlib
import json
import os
import queue
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sr_kernel.cli.terminal import one_line
from sr_kernel.errors import SrKernelError

BATCH = 256
"""Most lines that are worked on together."""

MAX_LINE = 1_000_000
"""Longest line in bytes."""

_CHUNK = 65_536
_END = None
Json = dict[str, Any]


@dataclass(frozen=True)
class Request:
    """One line: its fields, or why it could not be read."""

    fields: Json
    error: str = ""

    @property
    def id(self) -> Any:
        """The caller's id for the line, None if it has none."""
        return self.fields.get("id")


def batches(required: tuple[str, ...]) -> Iterator[list[Request]]:
    """Requests from stdin: whatever has arrived, up to BATCH lines, at least one.

    So a file is answered in batches and a pipe line by line.  Each request has the `required`
    fields as texts and `assume` as a tuple of texts, or an error.
    """
    lines: queue.Queue[bytes | None] = queue.Queue(maxsize=4 * BATCH)
    reader = threading.Thread(target=_read_into, args=(lines,), daemon=True)
    reader.start()
    ended = False
    while not ended:
        found = [lines.get()]
        while len(found) < BATCH and found[-1] is not _END and not lines.empty():
            found.append(lines.get())
        if found[-1] is _END:
            ended = True
            found.pop()
        if found:
            yield [_request(line or b"", required) for line in found]


def guarded(work: Callable[[], Json]) -> Json:
    """What `work` answers, or the error it ended with as an answer."""
    try:
        return work()
    except SrKernelError as error:
        return {"error": one_line(str(error))}
    except Exception as error:  # one bad line must not lose the answers to others
        if os.environ.get("SR_KERNEL_DEBUG"):
            raise
        return {"error": one_line(f"internal error, {type(error).__name__}: {error}")}


def _read_into(lines: "queue.Queue[bytes | None]") -> None:
    """Whole lines as they arrive, then the end.

    The unbuffered stream is read, because a thread that waits in the buffered one keeps its lock,
    and Python aborts at its exit when it cannot have it.
    """
    stream = getattr(sys.stdin.buffer, "raw", sys.stdin.buffer)
    rest = b""
    with contextlib.suppress(OSError, ValueError):  # stdin was closed: answer what came before
        while chunk := stream.read(_CHUNK):
            *whole, rest = (rest + chunk).split(b"\n")
            for line in whole:
                lines.put(line)
    if rest:
        lines.put(rest)
    lines.put(_END)


def _request(line: bytes, required: tuple[str, ...]) -> Request:
    if len(line) > MAX_LINE:
        return Request({}, f"the line has {len(line)} bytes, at most {MAX_LINE} are read")
    text = line.decode("utf-8", errors="replace").strip()
    try:
        fields = json.loads(text)
    except (ValueError, RecursionError):
        return Request({required[0]: text[:200]}, _not_an_object(required))
    if not isinstance(fields, dict):
        return Request({required[0]: text[:200]}, _not_an_object(required))
    return _checked(fields, required)


def _checked(fields: Json, required: tuple[str, ...]) -> Request:
    for name in required:
        if not isinstance(fields.get(name), str):
            return Request(fields, f"{name!r} is missing or no text: give it as a string")
    assume = fields.get("assume") or ()
    texts = (assume,) if isinstance(assume, str) else assume
    if not isinstance(texts, list | tuple) or not all(isinstance(text, str) for text in texts):
        return Request(fields, "'assume' is no list of texts: give it as [\"x > 0\"]")
    return Request({**fields, "assume": tuple(texts)})


def _not_an_object(required: tuple[str, ...]) -> str:
    example = json.dumps(dict.fromkeys(required, "x + x"))
    return f"the line is no JSON object: write lines such as {example}"
