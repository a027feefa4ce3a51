"""S-expressions: reading rule files with line numbers, and writing forms back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from sr_kernel.errors import RuleError

Tree = str | list["Tree"]
"""A token or a list of trees; string tokens keep their quotes."""

_TOKEN = re.compile(r'\s+|;[^\n]*|"(?:\\.|[^"\\])*"|[()]|[^\s()";]+|"')
_METADATA = re.compile(r";;@\s*([\w-]+)\s*:\s*(.*\S)\s*$")


@dataclass(frozen=True)
class Form:
    """One top-level form, the line it starts on and the metadata lines in force there."""

    tree: Tree
    line: int
    metadata: dict[str, str] = field(default_factory=dict)


def read_forms(text: str, file: str = "") -> list[Form]:
    """The forms of a rule file.

    ``;;@ key: value`` sets metadata for the forms below it until the key is set again.
    Raises :class:`RuleError` with file and line for unbalanced brackets or stray text.
    """
    return list(_forms(text, file))


def _forms(text: str, file: str) -> Iterator[Form]:
    stack: list[list[Tree]] = []
    starts: list[int] = []
    metadata: dict[str, str] = {}
    line = 1
    for match in _TOKEN.finditer(text):
        token = match.group()
        if token.startswith(";"):
            entry = _METADATA.match(token)
            if entry and not stack:
                metadata = {**metadata, entry.group(1): entry.group(2)}
        elif token == "(":
            stack.append([])
            starts.append(line)
        elif token == ")":
            if not stack:
                raise RuleError("a closing bracket has no opening one", file, line)
            tree, start = stack.pop(), starts.pop()
            if stack:
                stack[-1].append(tree)
            else:
                yield Form(tree, start, metadata)
        elif token == '"':
            raise RuleError("a string has no closing quote", file, line)
        elif not token.isspace():
            if not stack:
                raise RuleError(f"{token!r} stands outside of any brackets", file, line)
            stack[-1].append(token)
        line += token.count("\n")
    if stack:
        raise RuleError("the form that starts here is never closed", file, starts[0])


def write(tree: Tree) -> str:
    """The text of a tree."""
    return tree if isinstance(tree, str) else "(" + " ".join(map(write, tree)) + ")"
