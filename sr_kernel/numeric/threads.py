"""Linear algebra in one thread, for as long as somebody wants it.

For matrices of some hundred rows more threads gain nothing, and on a busy machine they wait for one
another: an inverse then takes a hundred times as long.  (threadpoolctl comes with scikit-learn.)
"""

from __future__ import annotations

import importlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_OWNED = threading.Lock()


@contextmanager
def one_thread() -> Iterator[None]:
    """Holds the linear algebra of this process at one thread; who comes first puts back what was
    set before.

    Whoever comes meanwhile sets nothing: they would put back what the first one has set.
    """
    if not _OWNED.acquire(blocking=False):
        yield
        return
    try:
        pools = importlib.import_module("threadpoolctl").ThreadpoolController()
        with pools.limit(limits=1, user_api="blas"):
            yield
    finally:
        _OWNED.release()
