"""A table of results on disk that outlives the process: SQLite, bounded, shared by processes.

Nothing that goes wrong with the file reaches the caller: a damaged or removed file is made anew, a
call that other processes keep waiting goes without, and any other failure turns the cache off for
this process with one warning.
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

MOST_WAITS = 4
"""Calls in a row that may wait in vain: then something holds the file for good."""

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
        self._file: tuple[int, int] | None = None
        self._waits = 0

    def get(self, keys: Iterable[str]) -> dict[str, str]:
        """The values of those ``keys`` that are there."""
        names = {_digest(key): key for key in keys}
        nothing: list[_Row] = []
        rows = self._guarded(lambda: self._read(list(names)), nothing) if names else nothing
        return {names[row[0]]: row[1] for row in rows if row[0] in names and _is_sound(*row)}

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
                result = self._repaired(work)
            except (sqlite3.Error, OSError) as error:
                self._waits += 1
                if not _is_busy(error) or self._waits >= MOST_WAITS:
                    self._turn_off(error)
                return otherwise
            self._waits = 0
            return result

    def _repaired(self, work: Callable[[], T]) -> T:
        try:
            return work()
        except sqlite3.DatabaseError as error:
            if _is_moved(error):
                self.close()
            elif _code(error) & 0xFF in _DAMAGED:
                self._rebuild()
            else:
                raise
            return work()

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
        if self._process != os.getpid() or _identity(self.path) != self._file:
            self.close()
        if self._connection is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = self._connected()
            self._process, self._file = os.getpid(), _identity(self.path)
        return self._connection

    def _connected(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self.path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        connection.text_factory = _text
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
            if _code(error) & 0xFF in _DAMAGED:
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
        if found:
            self._note_use(connection, [row[0] for row in found])
        return found

    def _note_use(self, connection: sqlite3.Connection, keys: list[bytes]) -> None:
        """Notes that the entries were used, unless another process writes just now."""
        now = time.time_ns()
        connection.execute("PRAGMA busy_timeout = 0")
        try:
            with _transaction(connection):
                connection.executemany(
                    "UPDATE entries SET used = ? WHERE key = ?", [(now, key) for key in keys]
                )
        except sqlite3.OperationalError as error:
            if not _is_busy(error):
                raise
        finally:
            connection.execute(f"PRAGMA busy_timeout = {int(1000 * BUSY_SECONDS)}")

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
            if not _is_busy(error) or time.monotonic() > deadline:
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


def _is_sound(key: bytes, value: object, mark: object) -> bool:
    """Whether a row is as it was written: SQLite does not see damage inside of one."""
    return isinstance(value, str) and mark == _mark(key, value)


def _text(content: bytes) -> str:
    return content.decode("utf-8", "replace")


def _identity(path: Path) -> tuple[int, int] | None:
    """What tells the file at ``path`` from another one that takes its place."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _is_busy(error: Exception) -> bool:
    return _code(error) & 0xFF == sqlite3.SQLITE_BUSY


def _is_moved(error: Exception) -> bool:
    """Whether the file or its log may have been taken away while it was open."""
    code = _code(error)
    return code == sqlite3.SQLITE_READONLY_DBMOVED or code & 0xFF == sqlite3.SQLITE_IOERR


def _code(error: Exception) -> int:
    """SQLite's own; errors of the module itself, such as a closed connection, have none."""
    return int(getattr(error, "sqlite_errorcode", 0))
