"""sr-kernel datasets."""

import json


def test_text(shell):
    done = shell("datasets")
    assert done.code == 0
    assert done.out[0] == "kepler1618: The six planets known to Kepler, 6 rows"
    assert "    a       mean distance from the Sun (astronomical unit)" in done.out


def test_json(shell):
    listed = json.loads(shell("datasets", "--json").out[0])
    assert [entry["name"] for entry in listed][:2] == ["kepler1618", "planets_modern"]
    assert all(entry["citation"] for entry in listed)
