"""sr-kernel discover: a search in this process that Ctrl-C ends without losing what was found."""

import argparse
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from sr_kernel.cli.terminal import StatusLine, note, print_json
from sr_kernel.errors import DataError
from sr_kernel.estimator.config import checked_guide
from sr_kernel.expr import to_text
from sr_kernel.formula.datasets import dataset, dataset_names
from sr_kernel.formula.table import Table
from sr_kernel.formula.task import Task, problem_of
from sr_kernel.report.laws import Laws
from sr_kernel.report.page import write_report
from sr_kernel.report.table import front_table
from sr_kernel.search.beliefs import Guide
from sr_kernel.search.engine import search
from sr_kernel.search.guesses import guesses_of
from sr_kernel.search.law import Law
from sr_kernel.search.result import Progress, SearchResult


def run(arguments: argparse.Namespace) -> int:
    """Search, print the front, and say by the exit code whether there is one."""
    guide = checked_guide(arguments.guide)
    task = problem_of(
        arguments.formula, find_table(arguments.data), operators=arguments.operators,
        max_size=arguments.max_size, random_state=arguments.seed, where=arguments.where,
    )  # fmt: skip
    if arguments.json:
        for warning in task.warnings:
            note(warning)
    laws, interrupted = _searched(task, arguments, guide)
    if arguments.json:
        print_json(laws_json(laws))
    else:
        print(front_table(laws))
    if arguments.report:
        write_report([laws], arguments.report)
    if interrupted:
        return 130
    return 0 if laws.front else 1


def find_table(name: str) -> Table:
    """The CSV file called `name`, or the bundled data set if there is no such file."""
    if os.path.exists(name):  # noqa: PTH110  a Path would refuse some names
        return Table.from_csv(name)
    if name in dataset_names():
        return dataset(name).table()
    if not os.path.splitext(name)[1] and os.path.basename(name) == name:  # noqa: PTH119, PTH122
        raise DataError(
            f"no file or data set {name[:60]!r}: give the path of a CSV file, or one of "
            f"{', '.join(dataset_names())}"
        )
    return Table.from_csv(name)


def laws_json(laws: Laws) -> dict[str, Any]:
    """The result as the shell prints it."""
    best = laws.best
    return {
        "best": None if best is None else _law_json(best),
        "front": [{**_law_json(law), **_more_json(law)} for law in laws.front],
        "stop_reason": laws.stop_reason,
        "seconds": laws.seconds,
        "candidates": laws.candidates,
        "distinct": laws.distinct,
    }


def _law_json(law: Law) -> dict[str, Any]:
    return {
        "equation": to_text(law.expr), "complexity": law.complexity, "loss": law.loss, "r2": law.r2
    }  # fmt: skip


def _more_json(law: Law) -> dict[str, Any]:
    parameters = [{"value": p.value, "error": p.error} for p in law.parameters]
    return {
        "parameters": parameters, "conditions": list(law.conditions), "score": law.score,
        "length": law.length, "bic": law.bic, "validation": law.validation,
        "box_conditions": list(law.box_conditions),
    }  # fmt: skip


def _searched(task: Task, arguments: argparse.Namespace, guide: Guide | None) -> tuple[Laws, bool]:
    status = StatusLine(silent=arguments.json)

    def show(progress: Progress) -> None:
        best = "" if progress.best is None else to_text(task.translate(progress.best).expr, 6)
        status.show(
            f"{progress.elapsed:.0f} s  {progress.candidates:,} candidates  "
            f"{progress.distinct:,} distinct  {best}"
        )

    with _interruptible() as stopped:
        result: SearchResult = search(
            task.problem, time_limit=arguments.time, n_jobs=arguments.jobs, on_progress=show,
            should_stop=lambda: bool(stopped), checkpoint=arguments.checkpoint,
            guesses=guesses_of(arguments.guess, task.problem.variables), guide=guide,
        )  # fmt: skip
        status.clear()
        for report in result.reports:
            note(report)
        laws = Laws.of(task, result, time_limit=arguments.time, guide=arguments.guide)
        return laws, bool(stopped) or result.interrupted


@contextmanager
def _interruptible() -> Iterator[list[int]]:
    """A list that holds something after the first Ctrl-C; the second one interrupts at once."""
    stopped: list[int] = []

    def on_interrupt(number: int, frame: FrameType | None) -> None:
        if stopped:
            raise KeyboardInterrupt
        stopped.append(number)

    before = signal.signal(signal.SIGINT, on_interrupt)
    try:
        yield stopped
    finally:
        signal.signal(signal.SIGINT, before)
