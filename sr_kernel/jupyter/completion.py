"""Completion in ``%%discover`` cells and ``%discover`` lines: columns, tables, options, operators.

It looks at names and at the first rows of tables, evaluates nothing, and leaves the rest of the
cell to the other completers of IPython.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from sr_kernel.errors import SrKernelError
from sr_kernel.expr import quoted
from sr_kernel.expr.operators import ATOM, OPERATORS, SUGAR
from sr_kernel.formula.datasets import dataset_names
from sr_kernel.formula.table import Table
from sr_kernel.jupyter.cursor import Cursor, cursor_in
from sr_kernel.jupyter.data_source import FILE_ENDINGS, find_head, tables_in
from sr_kernel.jupyter.options import BY_KEY, GUIDES, OPTIONS

IDENTIFIER = "sr_kernel.discover"
"""Names our completer in IPython's settings."""

_PRIORITY = 100.0  # before all others, as ours replaces their proposals
_SUGAR = tuple(name for name in SUGAR if name != "sub")  # which is written "-"
_MOST_TABLES = 12
_MOST_FILES = 2_000
_log = logging.getLogger(__name__)

Proposal = tuple[str, str]
"""What is to stand at the cursor, and of what kind it is."""


def register(shell: Any) -> None:
    """Let the shell's completer ask here first; a second time changes nothing."""
    unregister(shell)
    matchers = _matchers_of(shell)
    if matchers is not None:
        matchers.append(matcher_of(shell))


def unregister(shell: Any) -> None:
    """Undo ``register``."""
    matchers = _matchers_of(shell)
    if matchers is not None:
        matchers[:] = [m for m in matchers if getattr(m, "matcher_identifier", "") != IDENTIFIER]


def _matchers_of(shell: Any) -> list[Any] | None:
    """None in a shell that completes nothing."""
    matchers: list[Any] | None = getattr(getattr(shell, "Completer", None), "custom_matchers", None)
    return matchers


def matcher_of(shell: Any) -> Callable[[Any], Any]:
    """A matcher in the sense of IPython's ``CompletionContext``; it raises nothing."""
    from IPython.core.completer import SimpleCompletion, context_matcher

    def discover_matcher(context: Any) -> dict[str, Any]:
        found: list[Proposal] = []
        fragment = ""
        try:
            row, column = context.cursor_line, context.cursor_position
            cursor = cursor_in(context.full_text, row, column)
            if cursor is not None:
                fragment = cursor.fragment
                after = context.line_with_cursor[column : column + 1]
                found = proposals(cursor, shell.user_ns, closed=after == "`")
        except Exception as error:  # noqa: BLE001  tables are objects of any kind
            _log.info("nothing is proposed for this cell", exc_info=error)
        return {
            "completions": [SimpleCompletion(text, type=kind) for text, kind in found],
            "matched_fragment": fragment,
            "suppress": bool(found),
            "ordered": True,
        }

    matcher: Callable[[Any], Any] = context_matcher(identifier=IDENTIFIER, priority=_PRIORITY)(
        discover_matcher
    )
    return matcher


def proposals(
    cursor: Cursor, namespace: Mapping[str, Any], *, closed: bool = False
) -> list[Proposal]:
    """What may stand at the cursor, best first; ``closed`` if a backtick follows it already."""
    if cursor.place == "data":
        return [found for found in _tables(cursor, namespace) if _fits(found[0], cursor.fragment)]
    if cursor.place in _LISTS:
        listed = _LISTS[cursor.place](cursor)
        return [found for found in listed if _fits(found[0], cursor.fragment)]
    return [*_columns(cursor, namespace, closed), *_functions(cursor)]


def _fits(text: str, fragment: str) -> bool:
    return text.lower().startswith(fragment.lower())


def _flags(cursor: Cursor) -> Iterator[Proposal]:
    for option in OPTIONS:
        if option.field not in cursor.given:
            yield next(flag for flag in option.spellings if flag.startswith("--")), "flag"


def _keys(cursor: Cursor) -> Iterator[Proposal]:
    for key, option in BY_KEY.items():
        if option.field not in cursor.given:
            yield f"{key}: ", "key"


def _operators(_cursor: Cursor) -> Iterator[Proposal]:
    rows = [row for row in OPERATORS.values() if row.arity != 0]
    yield from ((row.symbol or row.name, "operator") for row in rows)
    yield from ((name, "operator") for name in _SUGAR)


def _guides(_cursor: Cursor) -> Iterator[Proposal]:
    yield from ((name, "guide") for name in GUIDES)


_LISTS = {"flag": _flags, "key": _keys, "operators": _operators, "guide": _guides}
"""What may stand at a place, whatever the tables of the notebook."""


def _functions(cursor: Cursor) -> Iterator[Proposal]:
    """Functions that a formula or a condition may call; only once a name is begun."""
    if not cursor.fragment or cursor.fragment.startswith("`") or cursor.place == "excluded":
        return
    called = [r.name for r in OPERATORS.values() if r.arity != 0 and r.precedence == ATOM]
    for name in (*called, *_SUGAR):
        if name.startswith(cursor.fragment):
            yield f"{name}(", "function"


def _columns(cursor: Cursor, namespace: Mapping[str, Any], closed: bool) -> Iterator[Proposal]:
    fragment, is_quoted = cursor.fragment.removeprefix("`"), cursor.fragment.startswith("`")
    for name in _column_names(cursor, namespace):
        writable = name.isprintable() and name.strip() and "`" not in name
        if writable and name not in cursor.used and _fits(name, fragment):
            text = f"`{name}`" if is_quoted else quoted(name)
            yield text.removesuffix("`") if closed and is_quoted else text, "column"


def _column_names(cursor: Cursor, namespace: Mapping[str, Any]) -> list[str]:
    """Numbers first; texts only where they make sense: to be left out, or compared with."""
    names: dict[str, None] = {}
    texts: dict[str, None] = {}
    for table in _named_tables(cursor.data, namespace):
        names.update(dict.fromkeys(table.numeric_names))
        texts.update(dict.fromkeys(table.text_names))
    return [*names, *texts] if cursor.place in ("excluded", "where") else list(names)


def _named_tables(name: str | None, namespace: Mapping[str, Any]) -> Iterator[Table]:
    """The one that the cell names; as long as it names none, those of the notebook."""
    named = tables_in(namespace)[:_MOST_TABLES] if name is None else [name]
    for each in named:
        try:
            yield find_head(each, namespace)
        except SrKernelError as error:  # a name that is not whole yet
            _log.debug("no columns of %r: %s", each, error)


def _tables(cursor: Cursor, namespace: Mapping[str, Any]) -> Iterator[Proposal]:
    yield from ((name, "table") for name in tables_in(namespace))
    yield from ((name, "data set") for name in dataset_names() if name not in namespace)
    yield from _files(cursor.fragment)


def _files(fragment: str) -> Iterator[Proposal]:
    """Tables and folders in the folder that the fragment names; names that need no quotes."""
    head = fragment[: fragment.rfind(os.sep) + 1]
    folder = Path.home() / head[2:] if head.startswith("~" + os.sep) else Path(head or ".")
    try:
        entries = sorted(islice(folder.iterdir(), _MOST_FILES))
    except OSError:  # no such folder, or not ours to read
        return
    for entry in entries:
        name = entry.name
        if name.startswith(".") or not name.isprintable() or set(name) & set(" \"'`#"):
            continue
        if name.lower().endswith(FILE_ENDINGS):
            yield head + name, "file"
        elif entry.is_dir():
            yield head + name + os.sep, "folder"
