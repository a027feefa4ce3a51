"""Lets a kernel breathe while a search runs: ``%%discover`` becomes a top-level ``await``.

A cell that awaits lets ipykernel 7.4 and later handle comm messages (Stop, an edited formula) in
between; a cell that blocks does not. Code that cannot await keeps the blocking magic: bodies of
functions, and cells within ``%%time``, ``%%capture`` and the like, which compile their contents
themselves.
"""

from __future__ import annotations

import ast
import asyncio
import sys
from collections.abc import Iterator
from typing import Any

MAGIC = "discover"
AWAITED_MAGIC = "discover_async"
_NO_AWAIT = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, ast.GeneratorExp)


class AwaitTransformer:
    """An entry of ``shell.input_transformers_post``: takes and returns the lines of a cell."""

    def __init__(self, shell: Any) -> None:
        self._shell = shell

    def __call__(self, lines: list[str]) -> list[str]:
        if not any(repr(MAGIC) in line for line in lines) or not self._can_await():
            return lines
        return await_discover(lines)

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


def await_discover(lines: list[str]) -> list[str]:
    """Await each call of the magic that stands where ``await`` may stand."""
    try:
        tree = ast.parse("".join(lines))
    except SyntaxError:  # the shell will report it against what the user typed
        return lines
    changed = [line.encode() for line in lines]
    for call, is_bare in sorted(_calls(tree), key=lambda found: -found[0].col_offset):
        row = call.lineno - 1
        if call.end_lineno == call.lineno and call.end_col_offset is not None:
            text = ast.unparse(_awaited(call, is_bare)).encode()
            line = changed[row]
            changed[row] = line[: call.col_offset] + text + line[call.end_col_offset :]
    return [line.decode() for line in changed]


def _calls(node: ast.AST, is_bare: bool = False) -> Iterator[tuple[ast.Call, bool]]:
    if isinstance(node, _NO_AWAIT):
        return
    if isinstance(node, ast.Call) and _is_magic(node):
        yield node, is_bare
        return
    for child in ast.iter_child_nodes(node):
        yield from _calls(child, isinstance(node, ast.Expr))


def _is_magic(call: ast.Call) -> bool:
    return (
        isinstance(call.func, ast.Attribute)
        and call.func.attr in ("run_cell_magic", "run_line_magic")
        and ast.unparse(call.func.value) == "get_ipython()"
        and len(call.args) >= 2
        and isinstance(call.args[0], ast.Constant)
        and call.args[0].value == MAGIC
    )


def _awaited(call: ast.Call, is_bare: bool) -> ast.Await:
    """A bare ``%discover`` is a cell without a body, so that its result is not shown twice."""
    assert isinstance(call.func, ast.Attribute)
    name, arguments = call.func.attr, call.args[1:]
    if is_bare and name == "run_line_magic":
        name, arguments = "run_cell_magic", [*arguments, ast.Constant("")]
    function = ast.Attribute(call.func.value, name, ast.Load())
    return ast.Await(ast.Call(function, [ast.Constant(AWAITED_MAGIC), *arguments], call.keywords))
