"""The measurement of what a search costs, on a small scale."""

import re
from argparse import Namespace
from xml.etree import ElementTree as Tree

import pytest
from scaling import _ours, archived, drawn, enumerated, picture, shared, solved, table, write


def test_each_number_is_measured():
    by_rows = solved(100, 3, 0)
    assert by_rows["found"]
    assert by_rows["seconds"] > 0
    first = next(enumerated(0))
    assert first["distinct"] <= first["tried"]
    assert 8 * 64 < first["bytes an entry"] < 700
    kept = archived(drawn(0)[:20], 0)
    assert 0 < kept["entries"] <= 20
    speed = _ours(drawn(0)[:20], 1000)
    assert speed["ours"] > 1e6


def test_cores_are_counted_with_their_children():
    line = shared(1, 0, 1.5)
    assert line["laws"] >= 1
    assert 0.2 < line["seconds"] < 6


def test_tables_and_pictures(tmp_path):
    rows = [{"rows": 100, "columns": 3, "seconds": 0.25, "found": True},
            {"rows": 1_000_000, "columns": 20, "seconds": 2.5, "found": False}]  # fmt: skip
    assert table(rows).splitlines() == [
        "| rows | columns | seconds | found |", "|---|---|---|---|",
        "| 100 | 3 | 0.25 | yes |", "| 1,000,000 | 20 | 2.5 | no |",
    ]  # fmt: skip
    bank = [{"distinct": 10, "seconds": 0.1}, {"distinct": 100, "seconds": 1.0}]
    found = {"exact law by rows": rows, "exact law by columns": rows, "bank": bank}
    write(Namespace(out=tmp_path, seed=0), found)
    assert {path.name for path in tmp_path.iterdir()} == {
        "scaling.md", "scaling.json", "scaling.svg",
    }  # fmt: skip


@pytest.mark.parametrize("points", [[(1, 1)], [(100, 0.07), (1e6, 0.6)], [(10, 5e-3), (50, 700)]])
def test_all_points_lie_in_their_panel(points):
    root = Tree.fromstring(picture([("title", "axis", points)]))
    circles = [node for node in root.iter() if node.tag.endswith("circle")]
    assert len(circles) == len(points)
    for circle in circles:
        assert 40 <= float(circle.get("cx")) <= 230
        assert 30 <= float(circle.get("cy")) <= 190
    heights = [float(circle.get("cy")) for circle in circles]
    assert heights == sorted(heights, reverse=True)
    assert re.match(r"0 0 \d+ 240", root.get("viewBox"))
