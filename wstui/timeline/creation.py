"""Making a session file."""

import os
import secrets
import sqlite3
from pathlib import Path

from wstui.timeline.errors import TimelineError
from wstui.timeline.rows import encode_json
from wstui.timeline.schema import create_schema
from wstui.timeline.session import SessionInfo

_BUSY_TIMEOUT_S = 5.0


def create_session_file(path: Path, info: SessionInfo) -> sqlite3.Connection:
    """Make a session file, readable by its owner alone, with its one ``session`` row.

    The tables are made before the write-ahead log is switched on, so that even the main file alone
    says what it is.

    Raises:
        TimelineError: the file exists, or cannot be made.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except OSError as error:
        raise TimelineError(f"The session file {path} cannot be made: {error.strerror}.") from error
    try:
        return _prepare(path, info)
    except sqlite3.Error as error:
        path.unlink(missing_ok=True)
        raise TimelineError(f"The session file {path} cannot be written: {error}.") from error


def _prepare(path: Path, info: SessionInfo) -> sqlite3.Connection:
    connection = sqlite3.connect(
        path, timeout=_BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False, cached_statements=64
    )
    connection.execute("PRAGMA synchronous = OFF")
    create_schema(connection)
    connection.execute(
        "INSERT INTO session VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            info.id or secrets.token_hex(8),
            info.started_ns,
            info.ended_ns,
            info.profile,
            info.url,
            info.title,
            info.pinned,
            info.wstui_version,
            encode_json(info.settings),
        ),
    )
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA wal_autocheckpoint = 0")
    # The first look takes the lock by which others see that the file is in use; it stays until closing.
    connection.execute("SELECT id FROM session").fetchone()
    return connection
