"""Lets a kernel breathe while a search runs: ``%%discover`` becomes a top-level ``await``.

A cell that awaits lets ipykernel 7.4 and later handle comm messages (Stop, an edited formula) in
between; a cell that blocks does not. Code that cannot await keeps the blocking magic: bodies of
functions, and cells within ``%%time``, ``%%capture`` and the like, which compile their contents
themselves.

IPython refuses a cell magic without a body; here most cells have none, so they get an empty line.
"""

from __future__ import annotations

import ast
import asyncio
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

MAGIC = "discover"
AWAITED_MAGIC = "discover_async"
_NO_AWAIT = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, ast.GeneratorExp)


class AwaitTransformer:
    """An entry of ``shell.input_transformers_post``: takes and returns the lines of a cell."""

    def __init__(self, shell: Any) -> None:
        self._shell = shell

    def __call__(self, lines: list[str]) -> list[str]:
        if not any(repr(MAGIC) in line for line in lines):
            return lines
        return rewritten(lines, can_await=self._can_await())

    def _can_await(self) -> bool:
        if not hasattr(self._shell, "kernel") or not self._shell.autoawait:
            return False
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            return False
        return not _is_within_a_cell(type(self._shell).run_code.__code__)


def _is_within_a_cell(run_code: object) -> bool:
    frame = sys._getframe()
    while frame.f_back is not None:
        frame = frame.f_back
        if frame.f_code is run_code:
            return True
    return False


def rewritten(lines: list[str], *, can_await: bool) -> list[str]:
    """Await the calls of the magic that stand where ``await`` may stand; fill empty bodies."""
    try:
        tree = ast.parse("".join(lines))
    except SyntaxError:  # the shell will report it against what the user typed
        return lines
    changed = [line.encode() for line in lines]
    for found in sorted(_calls(tree, can_await), key=lambda found: -found.call.col_offset):
        call, row = found.call, found.call.lineno - 1
        if call.end_lineno == call.lineno and call.end_col_offset is not None:
            text = ast.unparse(_replacement(found)).encode()
            line = changed[row]
            changed[row] = line[: call.col_offset] + text + line[call.end_col_offset :]
    return [line.decode() for line in changed]


@dataclass(frozen=True)
class _Found:
    call: ast.Call
    is_bare: bool
    can_await: bool


def _calls(node: ast.AST, can_await: bool, is_bare: bool = False) -> Iterator[_Found]:
    if isinstance(node, ast.Call) and _is_magic(node):
        yield _Found(node, is_bare, can_await)
        return
    inner = can_await and not isinstance(node, _NO_AWAIT)
    for child in ast.iter_child_nodes(node):
        yield from _calls(child, inner, isinstance(node, ast.Expr))


def _is_magic(call: ast.Call) -> bool:
    return (
        isinstance(call.func, ast.Attribute)
        and call.func.attr in ("run_cell_magic", "run_line_magic")
        and ast.unparse(call.func.value) == "get_ipython()"
        and len(call.args) >= 2
        and isinstance(call.args[0], ast.Constant)
        and call.args[0].value == MAGIC
    )


def _replacement(found: _Found) -> ast.expr:
    """A bare ``%discover`` is awaited as a cell, so that its result is not shown twice."""
    call = found.call
    assert isinstance(call.func, ast.Attribute)
    name, line, *body = call.func.attr, *call.args[1:]
    if name == "run_line_magic" and found.is_bare and found.can_await:
        name = "run_cell_magic"
    if name == "run_cell_magic" and (not body or ast.unparse(body[0]) == "''"):
        body = [ast.Constant("\n")]
    magic = AWAITED_MAGIC if found.can_await else MAGIC
    function = ast.Attribute(call.func.value, name, ast.Load())
    made = ast.Call(function, [ast.Constant(magic), line, *body], call.keywords)
    return ast.Await(made) if found.can_await else made
