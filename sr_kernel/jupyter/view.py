"""Where the outputs of a search go: into the notebook, or to a terminal once it is over."""

from __future__ import annotations

from typing import Any, Protocol

from sr_kernel.report.snapshot import MIME

Bundle = dict[str, Any]


class View(Protocol):
    """Takes MIME bundles; the last one is what a saved notebook holds."""

    def show(self, bundle: Bundle) -> None: ...
    def update(self, bundle: Bundle) -> None: ...


class CellOutput:
    """An output of the running cell that later bundles replace, also when the cell is done."""

    def __init__(self) -> None:
        self._handle: Any = None

    def show(self, bundle: Bundle) -> None:
        """Put the output below the cell."""
        from IPython.display import display

        # The key of the search, so that outputs of `Laws.show` are replaced along with this one.
        key = bundle.get(MIME, {}).get("session") or True
        self._handle = display(bundle, raw=True, display_id=key)  # type: ignore[no-untyped-call]

    def update(self, bundle: Bundle) -> None:
        """Replace it."""
        if self._handle is not None:
            self._handle.update(bundle, raw=True)


class NoOutput:
    """For shells that cannot replace what they have printed."""

    def show(self, bundle: Bundle) -> None:
        """Nothing to see yet."""

    def update(self, bundle: Bundle) -> None:
        """Nothing to replace."""
