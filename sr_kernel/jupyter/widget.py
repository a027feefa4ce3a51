"""The interactive result for front ends that have anywidget but not our extension.

VS Code, Colab and marimo show the static table of a result by themselves; ``widget(laws)`` shows
what JupyterLab and Notebook 7 show without it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from sr_kernel.errors import MissingExtraError
from sr_kernel.jupyter.channel import GONE, Message
from sr_kernel.jupyter.sessions import session_called
from sr_kernel.report.laws import Laws

STATIC = Path(__file__).resolve().parent.parent / "static"


def widget(laws: Laws) -> Any:
    """An anywidget with the interactive result; edits work while the kernel holds the search.

    Raises:
        MissingExtraError: anywidget or the built front end is not installed.
    """
    made = _widget_class()(snapshot=laws.snapshot())
    line = WidgetLine(made)
    session = session_called(laws.session)
    if session is None:
        line.on_msg(line.refuse)
    else:
        session.attach(line)
    return made


class WidgetLine:
    """A widget as a comm: what a channel sends to it sets the snapshot or goes as a message."""

    def __init__(self, widget: Any) -> None:
        self._widget = widget

    def send(self, data: Message) -> None:
        """News become the trait; answers are custom messages."""
        if "snapshot" in data:
            self._widget.snapshot = data["snapshot"]
        else:
            self._widget.send(data)

    def on_msg(self, callback: Callable[[Message], None]) -> None:
        """Pass on custom messages in the form of a comm's."""
        self._widget.on_msg(
            lambda _widget, content, _buffers: callback({"content": {"data": content}})
        )

    def on_close(self, callback: Callable[[Message], None]) -> None:
        """A closed widget gets no more news."""

        def changed(change: Any) -> None:
            if change.new is None:
                callback({})

        self._widget.observe(changed, "comm")

    def refuse(self, message: Message) -> None:
        """Answer for a search that is gone."""
        data = message["content"]["data"]
        number = data.get("id") if isinstance(data, dict) else None
        self.send({"re": number, "error": GONE})


@cache
def _widget_class() -> type[Any]:
    try:
        import anywidget
        import traitlets
    except ImportError:
        raise MissingExtraError(
            "the widget needs anywidget: install it with pip install 'sr_kernel[notebook]'"
        ) from None
    module, style = STATIC / "widget.js", STATIC / "widget.css"
    if not module.is_file():
        raise MissingExtraError(
            f"the widget's front end {module.name} is not built: install the package with "
            "pip install, or run make install in a clone"
        )

    class ResultWidget(anywidget.AnyWidget):
        """Holds one snapshot; see labextension/src/widget.ts for the other side."""

        _esm = module
        _css = style if style.is_file() else ""
        snapshot = traitlets.Dict().tag(sync=True)

    return ResultWidget
