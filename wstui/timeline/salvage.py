"""What can still be read of a damaged session file, as a copy with the ordinary schema.

The copy lives in a temporary database that SQLite removes by itself; the damaged file is not touched.
Because the copy looks like any other session, every view works on it as on a whole one.
"""

import os
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import quote

from wstui.timeline.errors import TimelineError
from wstui.timeline.leaf_pages import events_after
from wstui.timeline.rows import FAILURES, DamagedRowError, is_sound, to_events, to_marks, to_notes
from wstui.timeline.schema import APPLICATION_ID, EVENT_COLUMNS, FORMAT_VERSION, create_schema
from wstui.timeline.session import to_session_info

_INSERT_EVENT = f"INSERT INTO event VALUES ({','.join('?' * len(EVENT_COLUMNS))})"  # noqa: S608

_BATCH = 200


def salvage(path: Path, problem: str) -> tuple[sqlite3.Connection, str]:
    """Copy what is readable of ``path``, up to the first damage.

    Args:
        path: of the damaged file.
        problem: what SQLite said about it.

    Returns:
        A connection to the copy, and a sentence on what is wrong and how much could be read.

    Raises:
        TimelineError: nothing can be read.
    """
    copy = sqlite3.connect("", isolation_level=None)
    copy.execute("PRAGMA synchronous = OFF")
    create_schema(copy)
    copy.execute("BEGIN")
    try:
        found = _copy_from(path, copy)
    except (OSError, *FAILURES):
        found = False
    events, last_t_ns = copy.execute("SELECT count(*), max(t_ns) FROM event").fetchone()
    if not found and not events:
        copy.close()
        raise TimelineError(f"{path.name} is no session file that can be read: {problem}.")
    copy.execute("COMMIT")
    copy.execute("PRAGMA query_only = ON")
    return copy, _sentence(path, problem, events, last_t_ns)


def _sentence(path: Path, problem: str, events: int, last_t_ns: int | None) -> str:
    if not events:
        return f"{path.name} is damaged ({problem}): none of its events can be read."
    last = datetime.fromtimestamp(min(max(last_t_ns or 0, 0), 1 << 62) // 1_000_000_000, UTC)
    return (
        f"{path.name} is damaged ({problem}): its first {events} events, until"
        f" {last:%Y-%m-%d %H:%M:%S} UTC, could be read; what came after them is lost."
    )


def _copy_from(path: Path, copy: sqlite3.Connection) -> bool:
    """Copy all tables; whether the file is a session file at all."""
    source = _open_damaged(path)
    try:
        is_session = source.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID
        if not is_session or source.execute("PRAGMA user_version").fetchone()[0] > FORMAT_VERSION:
            return False
        session = next(_readable(source, "SELECT * FROM session LIMIT 1"), None)
        _insert_session(copy, session, path)
        events = _readable(source, "SELECT * FROM event NOT INDEXED ORDER BY id")
        copy.executemany(_INSERT_EVENT, _sound(events, 0))
        last_id = copy.execute("SELECT count(*) FROM event").fetchone()[0]
        copy.executemany(_INSERT_EVENT, _sound(events_after(path, last_id), last_id))
        for table, convert in (("mark", to_marks), ("note", to_notes)):
            for row in _readable(source, f"SELECT * FROM {table} NOT INDEXED"):  # noqa: S608
                if is_sound([row], convert):
                    _insert(copy, table, row)
    finally:
        source.close()
    return True


def _open_damaged(path: Path) -> sqlite3.Connection:
    option = "mode=ro" if path.with_name(path.name + "-wal").exists() else "immutable=1"
    uri = f"file:{quote(os.fspath(path.absolute()))}?{option}"
    source = sqlite3.connect(uri, uri=True, isolation_level=None)
    source.text_factory = lambda text: text.decode("utf-8", "replace")
    # Otherwise SQLite refuses a file that is shorter than its header says.
    source.execute("PRAGMA writable_schema = ON")
    return source


def _readable(source: sqlite3.Connection, sql: str) -> Iterator[tuple[Any, ...]]:
    """Rows until the damage."""
    try:
        yield from source.execute(sql)
    except FAILURES:
        return


def _sound(rows: Iterator[tuple[Any, ...]], last_id: int) -> Iterator[tuple[Any, ...]]:
    """Rows after ``last_id`` that are what the writer writes, until the first that is not."""
    while batch := list(islice(rows, _BATCH)):
        are_sound = is_sound(batch, to_events)
        for row in batch:
            last_id += 1
            if row[0] != last_id or not (are_sound or is_sound([row], to_events)):
                return
            yield row


def _insert_session(copy: sqlite3.Connection, row: tuple[Any, ...] | None, path: Path) -> None:
    if row is None or not _is_sound_session(row) or not _insert(copy, "session", row):
        _insert(copy, "session", (path.stem, 0, None, path.parent.name, "", "", 0, "", "{}"))


def _is_sound_session(row: tuple[Any, ...]) -> bool:
    try:
        session_id, started_ns, ended_ns, profile, url, title, pinned, version, settings = row
        to_session_info([(started_ns, profile, url, settings, version, title, session_id, ended_ns, pinned)])
    except (ValueError, DamagedRowError):
        return False
    return True


def _insert(copy: sqlite3.Connection, table: str, row: tuple[Any, ...]) -> bool:
    try:
        copy.execute(f"INSERT INTO {table} VALUES ({','.join('?' * len(row))})", row)  # noqa: S608
    except sqlite3.Error:
        return False
    return True
