"""What is written to the terminal: results on stdout, notes and progress on stderr."""

import json
import math
import sys
from typing import Any

_MAX_LINE = 1_000


def one_line(message: str) -> str:
    """A message in one line, cut where it is very long."""
    line = " ".join(message.split())
    return line if len(line) <= _MAX_LINE else line[: _MAX_LINE - 3] + "..."


def note(message: str) -> None:
    """One line on stderr that is not an error."""
    print(f"sr-kernel: {one_line(message)}", file=sys.stderr)


def print_json(content: Any) -> None:
    """One line of JSON; there are no non-finite numbers in it.

    What the terminal cannot show or would obey, and half a surrogate pair, which is no text, is
    escaped.
    """
    plain = finite_only(content)
    text = json.dumps(plain, allow_nan=False, ensure_ascii=False)
    if not text.isprintable():
        text = json.dumps(plain, allow_nan=False)
    try:
        text.encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        text = json.dumps(plain, allow_nan=False)
    print(text, flush=True)


def finite_only(content: Any) -> Any:
    """`content` as JSON can have it: None for numbers that are not finite."""
    if isinstance(content, float):
        return content if math.isfinite(content) else None
    if isinstance(content, dict):
        return {key: finite_only(value) for key, value in content.items()}
    if isinstance(content, list | tuple):
        return [finite_only(value) for value in content]
    return content


class StatusLine:
    """A line that is written over while something runs; silent unless stderr is a terminal."""

    def __init__(self, silent: bool = False) -> None:
        self._on = not silent and sys.stderr.isatty()
        self._length = 0

    def show(self, text: str) -> None:
        """Write `text` over the line."""
        if self._on:
            shown = text[:100]
            print("\r" + shown.ljust(self._length), end="", file=sys.stderr, flush=True)
            self._length = len(shown)

    def clear(self) -> None:
        """Leave an empty line."""
        if self._on and self._length:
            print("\r" + " " * self._length, end="\r", file=sys.stderr, flush=True)
