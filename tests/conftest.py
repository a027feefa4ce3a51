"""What all tests share."""

import os
import signal
import sys
from collections.abc import Iterator

import pytest
from hypothesis import settings

# A deadline measures the machine, which may be busy.
settings.register_profile("sr_kernel", deadline=None)
settings.load_profile("sr_kernel")


@pytest.fixture(scope="session", autouse=True)
def _ctrl_c_is_heard() -> None:
    """What a shell starts in the background ignores Ctrl-C, and so do the processes it starts."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def uncovered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes that the test starts run as they do outside of tests: their coverage is not
    measured, which slows them down and may swallow an exception that a signal raises."""
    monkeypatch.delenv("COVERAGE_PROCESS_CONFIG", raising=False)


@pytest.fixture(scope="session", autouse=True)
def _own_cache_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Kernels that tests start keep nothing in the cache of whoever runs them."""
    before = os.environ.get("SR_KERNEL_CACHE")
    os.environ["SR_KERNEL_CACHE"] = str(tmp_path_factory.mktemp("cache"))
    yield
    if before is None:
        del os.environ["SR_KERNEL_CACHE"]
    else:
        os.environ["SR_KERNEL_CACHE"] = before


@pytest.fixture(scope="module")
def interactive_shell() -> Iterator[object]:
    """An IPython in this process; it takes the place of ``__main__`` and empties it when reset,
    which would keep multiprocessing from starting anything later."""
    from IPython.core.interactiveshell import InteractiveShell

    main = sys.modules["__main__"]
    yield InteractiveShell.instance()
    InteractiveShell.clear_instance()
    sys.modules["__main__"] = main
