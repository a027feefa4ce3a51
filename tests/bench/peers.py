"""What the simplifier is measured against: SymPy, killable, and SymEngine."""

from __future__ import annotations

import json
import multiprocessing
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from sr_kernel.errors import SrKernelError
from sr_kernel.expr import Expr, from_sympy, parse, to_sympy, to_text
from sr_kernel.numeric.assumption import NOTHING, Assumptions

LIMIT = 5.0
"""Seconds SymPy gets for an expression."""
STARTING = 60.0


@dataclass(frozen=True)
class Case:
    """An expression to simplify, with what it may rely on and the size of a known answer."""

    text: str
    expr: Expr
    assumptions: Assumptions = NOTHING
    known: int | None = None


@dataclass(frozen=True)
class Answer:
    """The size of a result and what it took; ``expr`` None where a tool gave none."""

    size: int
    seconds: float
    expr: Expr | None = None


def _serve(pipe: Connection) -> None:
    """SymPy in a process of its own: text in, (text, CPU seconds) out."""
    import sympy

    pipe.send("ready")
    while (text := pipe.recv()) is not None:
        source = to_sympy(parse(text))
        source = source.xreplace({old: sympy.Symbol(old.name, real=True)
                                  for old in source.free_symbols})  # fmt: skip
        started = time.process_time()
        try:
            result = to_text(from_sympy(sympy.simplify(source)))
        except Exception as error:  # noqa: BLE001  whatever SymPy meets is its answer
            result = f"! {error}"
        pipe.send((result, time.process_time() - started))


class Peer:
    """SymPy behind a pipe, killed at the limit; its answers are kept in a file of lines."""

    def __init__(self, kept: Path) -> None:
        self._kept = kept
        self._known: dict[str, tuple[str, float]] = {}
        if kept.exists():
            for row in map(json.loads, kept.read_text("utf-8").splitlines()):
                self._known[row["expr"]] = row["result"], row["seconds"]
        self._process: Any = None

    def __call__(self, case: Case) -> Answer:
        text = to_text(case.expr)
        if text not in self._known:
            result, seconds = self._known[text] = self._asked(text)
            with self._kept.open("a", encoding="utf-8") as file:
                print(json.dumps({"expr": text, "result": result, "seconds": seconds}), file=file)
        return _answer(case, *self._known[text])

    def _asked(self, text: str) -> tuple[str, float]:
        if self._process is None:
            self._start()
        self._pipe.send(text)
        if self._pipe.poll(LIMIT):
            result, seconds = self._pipe.recv()
            return result, seconds
        self.close()
        return "! stopped at the limit", LIMIT

    def _start(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs,), daemon=True)
        self._process.start()
        if not self._pipe.poll(STARTING) or self._pipe.recv() != "ready":
            raise SystemExit("SymPy did not start: look at the lines above")

    def close(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._process = None


def _answer(case: Case, text: str, seconds: float) -> Answer:
    """A tool's result as text; what cannot be read (piecewise, complex) is no answer."""
    try:
        found = None if text.startswith("!") else parse(text)
    except SrKernelError:
        found = None
    return Answer(case.expr.size if found is None else found.size, seconds, found)


def symengine_answer(case: Case) -> Answer:
    """The smaller of what SymEngine makes of a term on building and on expanding it.

    Its ``simplify`` is SymPy's.
    """
    import symengine

    started = time.process_time()
    try:
        built = symengine.sympify(to_text(case.expr))
        texts = [str(built), str(symengine.expand(built))]
    except (RuntimeError, ValueError, TypeError, AttributeError) as error:
        texts = [f"! {error}"]
    seconds = time.process_time() - started
    return min((_answer(case, text, seconds) for text in texts), key=lambda answer: answer.size)
