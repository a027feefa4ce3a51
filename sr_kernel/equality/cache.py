"""A table of results on disk that outlives the process: SQLite, bounded, shared by processes.

Nothing that goes wrong with the file reaches the caller: a damaged file is made anew, and any other
failure turns the cache off for this process with one warning.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TypeAlias, TypeVar

from sr_kernel.errors import OptionError

ENVIRONMENT = "SR_KERNEL_CACHE"
"""Names the folder of the cache; "off" turns off what was not asked for in a call."""

FILE = "results.sqlite3"
MAX_BYTES = 64 * 2**20
BUSY_SECONDS = 0.5
"""How long another process may hold the file: its transactions take far less than that."""

_LAYOUT = 1
_ROWS_A_QUERY = 500
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_SETTINGS = ("PRAGMA synchronous = NORMAL", "PRAGMA journal_size_limit = 4194304")
_COLUMNS = "key BLOB PRIMARY KEY, value TEXT NOT NULL, mark BLOB NOT NULL, used INTEGER NOT NULL"
_TABLE = (
    "DROP TABLE IF EXISTS entries",
    f"CREATE TABLE entries ({_COLUMNS}) WITHOUT ROWID",
    "CREATE INDEX by_use ON entries (used)",
    f"PRAGMA user_version = {_LAYOUT}",
)

T = TypeVar("T")
_Row = tuple[bytes, str, bytes]
CacheLike: TypeAlias = "Cache | bool | str | os.PathLike[str] | None"


class CacheWarning(UserWarning):
    """The cache cannot be used; everything works as without it."""


class Cache:
    """Texts by text, in ``folder``; opened when first used.

    ``folder`` defaults to :func:`default_folder`.  Beyond ``max_bytes`` the entries that were not
    used for longest are dropped.  Threads may share one; processes may share the folder.
    """

    def __init__(
        self, folder: str | os.PathLike[str] | None = None, *, max_bytes: int = MAX_BYTES
    ) -> None:
        if max_bytes < 1:
            raise OptionError(f"max_bytes={max_bytes!r} must be a positive number of bytes")
        self.path = (default_folder() if folder is None else Path(folder).expanduser()) / FILE
        self.max_bytes = max_bytes
        self.is_off = False
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None
        self._process = os.getpid()
        self._inherited: list[sqlite3.Connection] = []

    def get(self, keys: Iterable[str]) -> dict[str, str]:
        """The values of those ``keys`` that are there."""
        names = {_digest(key): key for key in keys}
        nothing: list[_Row] = []
        rows = self._guarded(lambda: self._read(list(names)), nothing) if names else nothing
        sound = [(key, value) for key, value, mark in rows if mark == _mark(key, value)]
        return {names[key]: value for key, value in sound}

    def put(self, values: Mapping[str, str]) -> None:
        """Keep ``values``; those longer than a tenth of ``max_bytes`` are left out."""
        longest = self.max_bytes // 10
        rows = [(_digest(key), value) for key, value in values.items() if len(value) <= longest]
        if rows:
            self._guarded(lambda: self._write(rows), None)

    def clear(self) -> None:
        """Forget everything, for all processes."""

        def delete() -> None:
            with _transaction(self._open()) as connection:
                connection.execute("DELETE FROM entries")

        self._guarded(delete, None)

    def close(self) -> None:
        """Let go of the file; the next use opens it again."""
        with self._lock:
            connection, self._connection = self._connection, None
            if connection is None:
                return
            if self._process == os.getpid():
                connection.close()
            else:  # a fork must not even close what its parent has opened
                self._inherited.append(connection)

    def __len__(self) -> int:
        count: int = self._guarded(
            lambda: self._open().execute("SELECT count(*) FROM entries").fetchone()[0], 0
        )
        return count

    # ---------------------------------------------------------------- inside

    def _guarded(self, work: Callable[[], T], otherwise: T) -> T:
        """The result of ``work``, with a damaged file made anew once; ``otherwise`` on failure."""
        with self._lock:
            if self.is_off:
                return otherwise
            try:
                try:
                    return work()
                except sqlite3.DatabaseError as error:
                    if not _is_damage(error):
                        raise
                    self._rebuild()
                    return work()
            except (sqlite3.Error, OSError) as error:
                self._turn_off(error)
                return otherwise

    def _turn_off(self, error: Exception) -> None:
        self.is_off = True
        try:
            self.close()
        except sqlite3.Error as second:  # nothing is lost: the file is not used again
            error.add_note(f"closing it: {second}")
        warnings.warn(
            f"the cache {self.path} is not used: {error}; set {ENVIRONMENT} to another folder",
            CacheWarning,
            stacklevel=5,
        )

    def _open(self) -> sqlite3.Connection:
        if self._process != os.getpid():
            self.close()
        if self._connection is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = self._connected()
            self._process = os.getpid()
        return self._connection

    def _connected(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self.path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        try:
            _journal_ahead(connection)
            for command in _SETTINGS:
                connection.execute(command)
            if _layout(connection) != _LAYOUT:
                with _transaction(connection):
                    # Another process may have been quicker.
                    for command in _TABLE if _layout(connection) != _LAYOUT else ():
                        connection.execute(command)
        except BaseException:
            connection.close()
            raise
        return connection

    def _rebuild(self) -> None:
        """Removes the damaged file, unless another process has replaced it meanwhile."""
        self.close()
        with closing(sqlite3.connect(f"{self.path}.lock", timeout=BUSY_SECONDS)) as lock:
            lock.execute("BEGIN EXCLUSIVE")
            if not self._is_sound():
                for suffix in ("-wal", "-shm", ""):
                    Path(f"{self.path}{suffix}").unlink(missing_ok=True)

    def _is_sound(self) -> bool:
        try:
            with closing(self._connected()) as connection:
                return bool(connection.execute("PRAGMA quick_check(1)").fetchone() == ("ok",))
        except sqlite3.DatabaseError as error:
            if _is_damage(error):
                return False
            raise

    def _read(self, keys: list[bytes]) -> list[_Row]:
        connection = self._open()
        found: list[_Row] = []
        for start in range(0, len(keys), _ROWS_A_QUERY):
            part = keys[start : start + _ROWS_A_QUERY]
            marks = ", ".join("?" * len(part))
            query = f"SELECT key, value, mark FROM entries WHERE key IN ({marks})"
            found += connection.execute(query, part).fetchall()
        now = time.time_ns()
        if found:
            with _transaction(connection):
                connection.executemany(
                    "UPDATE entries SET used = ? WHERE key = ?", [(now, row[0]) for row in found]
                )
        return found

    def _write(self, rows: list[tuple[bytes, str]]) -> None:
        connection, now = self._open(), time.time_ns()
        with _transaction(connection):
            connection.executemany(
                "INSERT OR REPLACE INTO entries VALUES (?, ?, ?, ?)",
                [(key, value, _mark(key, value), now) for key, value in rows],
            )
            while self._bytes(connection) > self.max_bytes and self._drop_oldest(connection):
                pass

    def _bytes(self, connection: sqlite3.Connection) -> int:
        """What the entries take; freed pages are filled again before the file grows."""
        pages, free, page = (
            int(connection.execute(f"PRAGMA {name}").fetchone()[0])
            for name in ("page_count", "freelist_count", "page_size")
        )
        return (pages - free) * page

    def _drop_oldest(self, connection: sqlite3.Connection) -> bool:
        [count] = connection.execute("SELECT count(*) FROM entries").fetchone()
        connection.execute(
            "DELETE FROM entries WHERE key IN (SELECT key FROM entries ORDER BY used LIMIT ?)",
            (count // 10 + 1,),
        )
        return bool(count)


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """All or nothing; the right to write is taken at once, so that waiting for it can help."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _layout(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _journal_ahead(connection: sqlite3.Connection) -> None:
    """Turns on the write-ahead log; SQLite does not wait here when processes start together."""
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            is_busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
            if not is_busy or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return


def default_folder() -> Path:
    """The folder named by ``SR_KERNEL_CACHE``, else the platform's for caches of this user."""
    named = os.environ.get(ENVIRONMENT, "")
    if named not in ("", "off"):
        return Path(named).expanduser()
    if sys.platform == "win32":
        home = os.environ.get("LOCALAPPDATA", "")
        return (Path(home) if home else Path.home() / "AppData" / "Local") / "sr_kernel" / "cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "sr_kernel"
    home = os.environ.get("XDG_CACHE_HOME", "")
    # The XDG base directory specification has relative paths ignored.
    return (Path(home) if Path(home).is_absolute() else Path.home() / ".cache") / "sr_kernel"


_DEFAULT: list[Cache] = []
"""What is used where a call does not say: one or none."""


def use_cache(cache: CacheLike) -> None:
    """What calls with ``cache=None`` use in this process from now on: nothing at first.

    True stands for the default folder, unless ``SR_KERNEL_CACHE`` is "off".
    """
    is_off = cache is None or (cache is True and os.environ.get(ENVIRONMENT) == "off")
    chosen = None if is_off else cache_of(cache)
    _DEFAULT[:] = [] if chosen is None else [chosen]


def cache_of(cache: CacheLike) -> Cache | None:
    """The cache that a call asks for; raises :class:`OptionError`."""
    if cache is None:
        return _DEFAULT[0] if _DEFAULT else None
    if cache is False:
        return None
    if isinstance(cache, Cache):
        return cache
    if cache is True:
        return _in_folder(default_folder())
    folder: object = cache
    if isinstance(folder, str | os.PathLike) and os.fspath(folder):
        return _in_folder(Path(folder))
    raise OptionError(f"cache={cache!r} is not a cache: use True, False, a folder or a Cache")


_OPEN: dict[Path, Cache] = {}


def _in_folder(folder: Path) -> Cache:
    """One for each folder, so that calls in a row share one connection."""
    place = folder.expanduser().absolute()
    return _OPEN.setdefault(place, Cache(place))


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()


def _mark(key: bytes, value: str) -> bytes:
    """Tells a value that was written under ``key`` from damage that SQLite does not see."""
    return hashlib.sha256(key + value.encode("utf-8", "surrogatepass")).digest()[:8]


def _is_damage(error: sqlite3.DatabaseError) -> bool:
    # Errors of the module itself, such as the use of a closed connection, have no code.
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in _DAMAGED
