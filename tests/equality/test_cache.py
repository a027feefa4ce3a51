"""The table on disk: bounded, shared by threads and processes, made anew when damaged."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from sr_kernel.equality import cache as module
from sr_kernel.equality.cache import Cache, CacheWarning, cache_of, default_folder, use_cache
from sr_kernel.errors import OptionError


def test_values_outlive_the_object(tmp_path: Path) -> None:
    first = Cache(tmp_path / "new" / "folder")
    first.put({"a": "1", "b": "ä"})
    first.close()
    again = Cache(tmp_path / "new" / "folder")
    assert again.get(["a", "b", "c"]) == {"a": "1", "b": "ä"}
    again.put({"a": "2"})
    assert first.get(["a"]) == {"a": "2"}
    assert len(again) == 2
    again.clear()
    assert (len(first), first.get(["a"])) == (0, {})


def test_nothing_is_opened_before_it_is_used(tmp_path: Path) -> None:
    Cache(tmp_path / "never").close()
    assert Cache(tmp_path / "never").get([]) == {}
    assert not (tmp_path / "never").exists()


def test_many_keys_at_once(tmp_path: Path) -> None:
    values = {f"k{i}": str(i) for i in range(2_000)}
    cache = Cache(tmp_path)
    cache.put(values)
    assert cache.get([*values, "other"]) == values


def test_the_least_recently_used_go_first(tmp_path: Path) -> None:
    limit = 400_000
    cache = Cache(tmp_path, max_bytes=limit)
    for i in range(400):
        cache.put({f"k{i}": "v" * 2_000})
        assert cache.get(["k0"]), "it is used all the time"
    assert cache.get(["k399"])
    assert not cache.get(["k1"])
    cache.close()
    assert cache.path.stat().st_size < 1.2 * limit
    cache.put({"huge": "v" * limit})
    assert not cache.get(["huge"])


_WRITER = """
import sys
from sr_kernel.equality.cache import Cache
cache = Cache(sys.argv[1])
for i in range(60):
    cache.put({f"{sys.argv[2]}-{i}": "v" * i, f"shared-{i}": "s" * i})
    assert cache.get([f"{sys.argv[2]}-{i}"]), i
sys.exit(cache.is_off)
"""


def test_processes_share_it(tmp_path: Path) -> None:
    writers = [
        subprocess.Popen([sys.executable, "-W", "error", "-c", _WRITER, str(tmp_path), str(i)])
        for i in range(4)
    ]
    assert [writer.wait(timeout=60) for writer in writers] == [0] * 4
    found = Cache(tmp_path)
    assert len(found) == 5 * 60
    assert found.get(["0-59", "3-7", "shared-5"]) == {
        "0-59": "v" * 59, "3-7": "v" * 7, "shared-5": "s" * 5,
    }  # fmt: skip


def test_threads_share_it(tmp_path: Path) -> None:
    cache = Cache(tmp_path)

    def write(name: int) -> None:
        for i in range(30):
            cache.put({f"{name}-{i}": "v"})

    threads = [threading.Thread(target=write, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(cache) == 120


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the platform has no fork")
def test_a_fork_opens_its_own(tmp_path: Path) -> None:
    code = (
        "import os, sys; from sr_kernel.equality.cache import Cache; c = Cache(sys.argv[1]);"
        "c.put({'a': '1'}); child = os.fork();"
        "c.put({'child' if child == 0 else 'parent': '2'});"
        "assert len(c._inherited) == (child == 0);"
        "sys.exit(0 if child == 0 else os.waitpid(child, 0)[1])"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True, timeout=60)
    assert set(Cache(tmp_path).get(["a", "child", "parent"])) == {"a", "child", "parent"}


@pytest.mark.parametrize("damage", ["text", "page"])
def test_a_damaged_file_is_made_anew(tmp_path: Path, damage: str) -> None:
    cache = Cache(tmp_path)
    values = {f"k{i}": "v" * 500 for i in range(200)}
    cache.put(values)
    cache.close()
    content = bytearray(cache.path.read_bytes())
    if damage == "text":
        content = bytearray(b"this is no database" * 1_000)
    else:
        content[4096:] = os.urandom(len(content) - 4096)
    cache.path.write_bytes(content)
    assert cache.get(values) == {}
    cache.put({"a": "1"})
    assert cache.get(["a"]) == {"a": "1"}
    assert not cache.is_off


def test_a_value_that_was_not_written_so_is_not_returned(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    cache.put({"a": "1", "b": "2"})
    cache.close()
    for wrong in ("'3'", "7", "x'ff00'", "CAST(x'ff' AS TEXT)"):
        with sqlite3.connect(cache.path) as connection:
            connection.execute(f"UPDATE entries SET value = {wrong} WHERE value != '2'")
        connection.close()
        assert cache.get(["a", "b"]) == {"b": "2"}
    assert not cache.is_off


def test_a_row_that_was_not_asked_for_is_not_returned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A damaged index can lead to another row."""
    cache = Cache(tmp_path)
    cache.put({"a": "1", "b": "2"})
    read, asked = cache._read, [module._digest("a"), module._digest("b")]
    monkeypatch.setattr(cache, "_read", lambda keys: read(asked))
    assert cache.get(["a"]) == {"a": "1"}


def test_another_layout_is_replaced(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    with sqlite3.connect(cache.path) as connection:
        connection.execute("CREATE TABLE entries (other)")
    connection.close()
    cache.put({"a": "1"})
    assert cache.get(["a"]) == {"a": "1"}


def test_a_folder_that_cannot_be_is_told_once(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    cache = Cache(tmp_path / "file")
    with pytest.warns(CacheWarning, match="SR_KERNEL_CACHE"):
        cache.put({"a": "1"})
    assert cache.get(["a"]) == {}, "without another warning, which would be an error"
    assert len(cache) == 0
    assert cache.is_off


def test_a_held_file_is_told_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BUSY_SECONDS", 0.05)
    Cache(tmp_path).put({"a": "1"})
    cache = Cache(tmp_path)
    holder = sqlite3.connect(cache.path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    for _ in range(module.MOST_WAITS - 1):
        cache.put({"b": "1"})
    assert not cache.is_off
    with pytest.warns(CacheWarning, match="locked"):
        cache.put({"b": "1"})
    assert cache.is_off
    holder.close()


def test_a_busy_moment_costs_a_call_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BUSY_SECONDS", 0.05)
    cache = Cache(tmp_path)
    for _ in range(2 * module.MOST_WAITS):
        cache.put({"a": "1"})
        holder = sqlite3.connect(cache.path, isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        cache.put({"b": "1"})
        assert cache.get(["a", "b"]) == {"a": "1"}, "to read needs no right to write"
        holder.close()
    assert not cache.is_off


def _remove(path: Path) -> None:
    path.unlink()


def _remove_all(path: Path) -> None:
    shutil.rmtree(path.parent)


def _remove_log(path: Path) -> None:
    for suffix in ("-wal", "-shm"):
        Path(f"{path}{suffix}").unlink()


def _empty(path: Path) -> None:
    os.truncate(path, 0)


def _cut(path: Path) -> None:
    os.truncate(path, 5_000)


def _spoil(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(b"garbage " * 200)


def _replace(path: Path) -> None:
    other = Cache(path.parent / "other")
    other.put({"k1": "v" * 300})
    other.close()
    other.path.replace(path)


@pytest.mark.parametrize(
    "damage", [_remove, _remove_all, _remove_log, _empty, _cut, _spoil, _replace]
)
def test_damage_to_an_open_file_is_survived(
    tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    values = {f"k{i}": "v" * 300 for i in range(200)}
    cache = Cache(tmp_path / "cache")
    cache.put(values)
    assert cache.get(values) == values
    damage(cache.path)
    assert cache.get(values).items() <= values.items()
    cache.put({"new": "1"})
    assert cache.get(["new"]) == {"new": "1"}
    cache.close()
    assert Cache(tmp_path / "cache").get(["new"]) == {"new": "1"}


def test_a_folder_in_the_place_of_the_file_is_told_once(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    cache.put({"a": "1"})
    for file in tmp_path.iterdir():
        file.unlink()
    cache.path.mkdir()
    with pytest.warns(CacheWarning, match="unable to open"):
        assert cache.get(["a"]) == {}
    cache.put({"a": "1"})
    assert cache.is_off


_ENDLESS = """
import sys
from sr_kernel.equality.cache import Cache
cache = Cache(sys.argv[1])
print("ready", flush=True)
while True:
    for i in range(1000):
        cache.put({f"{j}": f"{j}" * 50 for j in range(i, i + 40)})
"""


@pytest.mark.skipif(sys.platform == "win32", reason="nothing like SIGKILL")
def test_a_writer_killed_at_any_moment_leaves_a_sound_file(tmp_path: Path) -> None:
    for delay in (0.0, 0.011, 0.023, 0.05):
        code = [sys.executable, "-c", _ENDLESS, str(tmp_path)]
        with subprocess.Popen(code, stdout=subprocess.PIPE) as writer:
            assert writer.stdout is not None
            writer.stdout.readline()
            time.sleep(delay)
            writer.kill()
        cache = Cache(tmp_path)
        found = cache.get([str(j) for j in range(1_040)])
        assert all(value == key * 50 for key, value in found.items())
        cache.put({"after": "1"})
        assert cache.get(["after"]) == {"after": "1"}
        cache.close()


_FULL = """
import resource, sys, warnings
from sr_kernel.equality.cache import Cache
resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, 150_000))
cache = Cache(sys.argv[1])
with warnings.catch_warnings(record=True) as told:
    warnings.simplefilter("always")
    for i in range(400):
        cache.put({f"k{i}": "v" * 2_000})
        assert cache.get([f"k{i}"]).get(f"k{i}", "v" * 2_000) == "v" * 2_000
assert cache.is_off
assert len(told) == 1, told
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no limit on the size of files")
def test_a_full_disk_is_told_once(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", _FULL, str(tmp_path)], check=True, timeout=60)
    cache = Cache(tmp_path)
    cache.put({"a": "1"})
    assert cache.get(["a"]) == {"a": "1"}


def test_the_default_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SR_KERNEL_CACHE", str(tmp_path))
    assert default_folder() == tmp_path
    monkeypatch.delenv("SR_KERNEL_CACHE")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert default_folder() == tmp_path / "xdg" / "sr_kernel"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert default_folder() == tmp_path / ".cache" / "sr_kernel"
    monkeypatch.setattr(sys, "platform", "darwin")
    assert default_folder() == tmp_path / "Library" / "Caches" / "sr_kernel"
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "local"))
    assert default_folder() == tmp_path / "local" / "sr_kernel" / "cache"


def test_what_a_call_asks_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SR_KERNEL_CACHE", str(tmp_path))
    own = Cache(tmp_path / "own")
    assert cache_of(own) is own
    assert cache_of(tmp_path) is cache_of(True) is cache_of(str(tmp_path))
    assert cache_of(False) is cache_of(None) is None
    for wrong in (3, "", b"x"):
        with pytest.raises(OptionError, match="cache="):
            cache_of(wrong)  # type: ignore[arg-type]
    with pytest.raises(OptionError, match="max_bytes"):
        Cache(tmp_path, max_bytes=0)


def test_the_default_of_a_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_DEFAULT", [])
    use_cache(tmp_path)
    assert cache_of(None) is cache_of(tmp_path)
    assert cache_of(False) is None
    monkeypatch.setenv("SR_KERNEL_CACHE", "off")
    use_cache(True)
    assert cache_of(None) is None
