"""Requests from stdin, and what happens when the work itself fails."""

import pytest

from sr_kernel.cli import simplify
from sr_kernel.cli.json_lines import BATCH, batches, guarded
from sr_kernel.errors import OptionError


def test_batches_hold_every_line_in_order(stdin):
    stdin(*(f'{{"expr": "x{i}"}}' for i in range(3 * BATCH + 5)))
    found = [request.fields["expr"] for batch in batches(("expr",)) for request in batch]
    assert found == [f"x{i}" for i in range(3 * BATCH + 5)]


def test_enormous_line(stdin, monkeypatch):
    monkeypatch.setattr("sr_kernel.cli.json_lines.MAX_LINE", 100)
    stdin('{"expr": "' + "x" * 200 + '"}')
    [[request]] = batches(("expr",))
    assert "at most 100 are read" in request.error


def test_guarded():
    def fail(error):
        raise error

    assert guarded(lambda: {"a": 1}) == {"a": 1}
    assert guarded(lambda: fail(OptionError("no"))) == {"error": "no"}
    assert guarded(lambda: fail(RuntimeError("a\nb")))["error"].startswith("internal error")
    with pytest.raises(KeyboardInterrupt):
        guarded(lambda: fail(KeyboardInterrupt()))


def test_a_failed_batch_is_done_one_by_one(shell, stdin, monkeypatch):
    def broken(exprs, **options):
        raise MemoryError("too much at once")

    monkeypatch.setattr(simplify, "simplify_all_detailed", broken)
    stdin('{"expr": "x + x"}', '{"expr": "y + 0"}')
    assert [a["result"] for a in shell("simplify", "-", "--json").answers] == ["2*x", "y"]


def test_a_line_whose_work_fails_has_its_own_error(shell, stdin, monkeypatch):
    whole = simplify.simplify_detailed

    def broken(expr, **options):
        if "y" in str(expr):
            raise RuntimeError("cannot do y")
        return whole(expr, **options)

    monkeypatch.setattr(simplify, "simplify_detailed", broken)
    monkeypatch.setattr(simplify, "simplify_all_detailed", broken)
    stdin('{"expr": "x + x"}', '{"expr": "y"}')
    first, second = shell("simplify", "-", "--json").answers
    assert first["result"] == "2*x"
    assert "cannot do y" in second["error"]
