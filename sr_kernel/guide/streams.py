"""Batches for training that processes of their own make, so that a GPU need not wait for them."""

from __future__ import annotations

import multiprocessing
import queue
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from multiprocessing.context import SpawnProcess
from typing import Any

from sr_kernel.errors import DataError
from sr_kernel.guide.batches import Batches, Targets
from sr_kernel.guide.corpus import Corpus
from sr_kernel.guide.inputs import Inputs
from sr_kernel.numeric.threads import one_thread

_WAITING = 4
"""Batches that a process makes ahead."""
_APART = 10_007
"""Between the seeds of two processes."""
_PATIENCE = 2.0
"""Seconds after which it is asked whether a process is alive."""


def streamed(seed: int, size: int, workers: int) -> Generator[tuple[Inputs, Targets]]:
    """Batches of ``size`` tables of as many corpora as there are ``workers``, each made in a
    process, in turn: the same ones for the same arguments.

    Raises :class:`DataError` where a process ends.
    """
    with _started(seed, size, workers) as running:
        while True:
            for process, waiting in running:
                yield _next(process, waiting)


@contextmanager
def _started(
    seed: int, size: int, workers: int
) -> Iterator[list[tuple[SpawnProcess, queue.Queue[Any]]]]:
    context = multiprocessing.get_context("spawn")
    running: list[tuple[SpawnProcess, Any]] = []
    try:
        for k in range(workers):
            waiting = context.Queue(_WAITING)
            given = (waiting, seed + _APART * k, size)
            process = context.Process(target=_make, args=given, daemon=True)
            process.start()
            running.append((process, waiting))
        yield running
    finally:
        for process, waiting in running:
            process.terminate()
            process.join()
            waiting.close()


def _next(process: SpawnProcess, waiting: queue.Queue[Any]) -> tuple[Inputs, Targets]:
    while True:
        try:
            inputs, targets = waiting.get(timeout=_PATIENCE)
        except queue.Empty:
            if not process.is_alive():
                raise DataError(
                    f"a process that makes tables ended with {process.exitcode}: "
                    "train with fewer workers, it may lack memory"
                ) from None
        else:
            return Inputs(*inputs), Targets(*targets)


def _make(waiting: queue.Queue[Any], seed: int, size: int) -> None:
    """In the process: batches without end, on one processor."""
    with one_thread():
        for inputs, targets in Batches(Corpus(seed), size):
            waiting.put((tuple(inputs), tuple(targets)))
