"""The output of a cell, replaced in place."""

from sr_kernel.jupyter.view import CellOutput, NoOutput
from sr_kernel.report.snapshot import MIME


class Handle:
    def __init__(self):
        self.updates = []

    def update(self, bundle, raw):
        assert raw
        self.updates.append(bundle)


def test_an_output_is_shown_once_and_then_updated(monkeypatch):
    handle, shown = Handle(), []

    def display(bundle, *, raw, display_id):
        assert raw
        assert display_id
        shown.append(bundle)
        return handle

    monkeypatch.setattr("IPython.display.display", display)
    output = CellOutput()
    output.update({"text/plain": "too early"})
    output.show({"text/plain": "first"})
    output.update({"text/plain": "second"})
    assert shown == [{"text/plain": "first"}]
    assert handle.updates == [{"text/plain": "second"}]


def test_the_output_has_the_key_of_the_search(monkeypatch):
    """`Laws.show` displays under the same id, so both outputs are replaced."""
    ids = []

    def display(bundle, *, raw, display_id):
        ids.append(display_id)

    monkeypatch.setattr("IPython.display.display", display)
    CellOutput().show({MIME: {"session": "ab12"}})
    CellOutput().show({MIME: {"session": None}})
    assert ids == ["ab12", True]


def test_no_output_takes_everything():
    NoOutput().show({})
    NoOutput().update({})
