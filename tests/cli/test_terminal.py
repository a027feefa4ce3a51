"""What is written to the terminal."""

import io
import json
import sys

from sr_kernel.cli.terminal import StatusLine, one_line, print_json


def test_one_line():
    assert one_line("a\n  b\tc") == "a b c"
    assert len(one_line("x" * 5_000)) == 1_000


def test_json_has_no_numbers_that_json_lacks(capsys):
    print_json({"a": [float("nan"), float("inf"), 1.5], "b": ({"c": 2},), "d": "größe"})
    out = capsys.readouterr().out
    assert json.loads(out) == {"a": [None, None, 1.5], "b": [{"c": 2}], "d": "größe"}
    assert "größe" in out


def test_status_line_is_written_over_on_a_terminal_only(capsys, monkeypatch):
    line = StatusLine()
    line.show("nothing")
    line.clear()
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    line = StatusLine()
    line.show("longer")
    line.show("short")
    line.clear()
    assert capsys.readouterr().err == "\rlonger\rshort \r     \r"
    StatusLine(silent=True).show("nothing")
    assert capsys.readouterr().err == ""


def test_what_the_terminal_cannot_show_is_escaped(monkeypatch):
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii"))
    print_json({"name": "größe", "half": "\ud800"})
    assert json.loads(raw.getvalue()) == {"name": "größe", "half": "\ud800"}
