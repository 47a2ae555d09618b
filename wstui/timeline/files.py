"""Session files as files: opening one for SQLite, whether it is in use, and what lies beside it.

Session files are opened through SQLite only, never with ``open``: closing a second descriptor would drop
the POSIX locks that SQLite holds for this whole process (https://www.sqlite.org/howtocorrupt.html §2.2).
"""

import os
import sqlite3
from pathlib import Path
from urllib.parse import quote

from wstui.timeline.errors import TimelineError
from wstui.timeline.rows import FAILURES

_BUSY_TIMEOUT_S = 5.0


def sidecar(path: Path, suffix: str) -> Path:
    """SQLite's file beside a session file: ``-wal``, ``-shm`` or ``-journal``."""
    return path.with_name(path.name + suffix)


def connect(path: Path, *options: str, timeout_s: float = _BUSY_TIMEOUT_S) -> sqlite3.Connection:
    """A connection in autocommit mode; ``options`` are those of SQLite's URI, as ``mode=ro``."""
    uri = f"file:{quote(os.fspath(path.absolute()))}?{'&'.join(options)}"
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=timeout_s)
    connection.execute("PRAGMA trusted_schema = OFF")
    return connection


def settle(path: Path) -> None:
    """Make a session one single file again, if nobody else has it open; otherwise do nothing."""
    try:
        connection = connect(path, "mode=rw", timeout_s=0)
    except sqlite3.Error:
        return
    try:
        connection.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.Error:
        pass
    finally:
        connection.close()


def is_in_use(path: Path) -> bool:
    """Whether a recorder or a live view has the file open, in this process or another.

    SQLite itself is asked for the file alone; every connection to a file with a write-ahead log holds
    a lock that stands in the way of that.
    """
    try:
        connection = connect(path, "mode=rw", timeout_s=0)
        try:
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            connection.execute("BEGIN EXCLUSIVE")
            connection.execute("ROLLBACK")
        finally:
            connection.close()
    except sqlite3.OperationalError as error:
        return getattr(error, "sqlite_errorname", "").startswith(("SQLITE_BUSY", "SQLITE_LOCKED"))
    except FAILURES:
        return False
    return False


def check_is_file(path: Path) -> None:
    """Refuse what cannot be a session file, before SQLite sees it.

    Raises:
        TimelineError: it is missing, unreadable, empty, or no file.
    """
    try:
        size = path.stat().st_size
    except FileNotFoundError as error:
        raise TimelineError(f"There is no session file {path}.") from error
    except OSError as error:
        raise TimelineError(f"There is no session file {path}: {error.strerror}.") from error
    if not path.is_file():
        raise TimelineError(f"{path} is not a session file: it is a folder or a device.")
    if not os.access(path, os.R_OK):
        raise TimelineError(f"{path} cannot be read: you have no permission.")
    if size == 0:
        raise TimelineError(f"{path.name} is empty: the recorder ended before it could write anything.")
