"""The anywidget for other hosts."""

import asyncio

import pytest

from sr_kernel.errors import MissingExtraError
from sr_kernel.jupyter import widget as module
from sr_kernel.jupyter.session import Session
from sr_kernel.jupyter.sessions import remember
from sr_kernel.jupyter.widget import widget
from sr_kernel.report import Laws


@pytest.fixture(autouse=True)
def static(tmp_path, monkeypatch):
    """A front end that is built, if only just."""
    (tmp_path / "widget.js").write_text("export default { render() {} }")
    monkeypatch.setattr(module, "STATIC", tmp_path)
    monkeypatch.setattr("sr_kernel.jupyter.session.warm_up", lambda task: None)
    module._widget_class.cache_clear()
    yield tmp_path
    module._widget_class.cache_clear()


@pytest.fixture
def sent(monkeypatch):
    """What the widget sent to its front end."""
    messages = []
    monkeypatch.setattr(
        "ipywidgets.Widget.send", lambda self, content, buffers=None: messages.append(content)
    )
    return messages


def test_it_shows_the_snapshot_and_follows_the_search(task, make, comms, sent):
    async def main():
        session = Session(
            task, make.Engine([make.result()]), make.View(), time_limit=10,
            loop=asyncio.get_running_loop(),
        )  # fmt: skip
        remember(session)
        session.start()
        laws = await session.wait()
        shown = widget(laws)
        assert shown.snapshot == session.snapshot()
        shown._handle_custom_msg({"id": 5, "cmd": "score", "text": "2*a**1.4"}, [])
        while not (sent and shown.snapshot["edits"]):  # the answer goes first
            await asyncio.sleep(0.02)
        assert shown.snapshot["edits"][0]["id"] == sent[0]["law"]["id"]
        shown.close()
        await session.answer({"cmd": "score", "text": "a + 1"})
        assert len(shown.snapshot["edits"]) == 1

    asyncio.run(main())
    assert sent[0]["re"] == 5


def test_without_the_search_requests_are_refused(task, make, sent):
    shown = widget(Laws.of(task, make.result()))
    shown._handle_custom_msg({"id": 9, "cmd": "score", "text": "a"}, [])
    assert sent[0]["re"] == 9
    assert "run the cell again" in sent[0]["error"]


def test_a_front_end_that_is_not_built_is_told(task, make, static):
    (static / "widget.js").unlink()
    with pytest.raises(MissingExtraError, match="make install"):
        widget(Laws.of(task, make.result()))
