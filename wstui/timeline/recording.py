"""Turning events into rows: the SQL half of the writer, used by its thread alone.

Rows go in as multi-row ``INSERT … VALUES``: the ``sqlite3`` module gives the interpreter lock away
for every statement it steps, so that ``executemany`` starves beside a busy thread (2,000 rows/s
measured), and one statement of some hundred rows does not (250,000 rows/s). Source: measured.
"""

import hashlib
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from wstui.events import TRANSCRIPT_KINDS, Event
from wstui.timeline.checkpoint import Checkpointer
from wstui.timeline.creation import create_session_file
from wstui.timeline.rows import encode_json
from wstui.timeline.schema import EVENT_COLUMNS
from wstui.timeline.session import SessionInfo

_ROWS_PER_STATEMENT = 512

_MARK_COLUMNS = ("event_id", "mark", "dialect", "data")
_NOTE_COLUMNS = ("event_id", "t_ns", "text", "colour", "created_ns", "edited_ns", "id")
_INT64 = range(-(1 << 63), 1 << 63)


class MarkRow(NamedTuple):
    """What the matcher recognised in an event."""

    event_id: int
    mark: str
    dialect: str
    data: str | None


class NoteRow(NamedTuple):
    """A person's words, on an event or (``event_id`` None) on a moment."""

    event_id: int | None
    t_ns: int
    text: str
    colour: str
    created_ns: int
    edited_ns: int | None = None
    id: int | None = None
    """None: the next one."""


class EndRow(NamedTuple):
    """The session's end, in session time."""

    ended_ns: int


Item = Sequence[Event] | MarkRow | NoteRow | EndRow
"""What the writer's queue holds: a batch of events, or one of the rest."""


class Recording:
    """Writes items to one session file; counts what is committed."""

    def __init__(self, path: Path, info: SessionInfo, record_limit: int) -> None:
        """Make the file.

        Raises:
            TimelineError: it exists, or cannot be made.
        """
        self._connection = create_session_file(path, info)
        self._path = path
        self._inode = path.stat().st_ino
        self._record_limit = record_limit
        self._statements = _Statements(self._connection)
        self._checkpointer = Checkpointer(path)
        self.last_id = 0
        self._transcript = 0

    @property
    def in_place(self) -> bool:
        """Whether the file is still found where it was made: not deleted, moved or replaced."""
        try:
            return self._path.stat().st_ino == self._inode
        except OSError:
            return False

    def record(self, items: Sequence[Item], size_bytes: int = 0) -> None:
        """Write ``items`` in one transaction: all of them or, when it raises, none.

        Args:
            items: what to write, in order.
            size_bytes: of all of them, roughly.

        Raises:
            sqlite3.Error: nothing of ``items`` is in the file; trying again later is safe.
        """
        try:
            self._transaction(items)
        except (TypeError, ValueError, OverflowError, sqlite3.ProgrammingError, sqlite3.InterfaceError):
            # One value that SQLite cannot hold must not stand in the way of all others.
            self._transaction([_fit(item) for item in items])
        self._checkpointer.committed(size_bytes, self._connection)

    def _transaction(self, items: Sequence[Item]) -> None:
        events: list[Any] = []
        marks: list[Any] = []
        last_id, transcript = self.last_id, self._transcript
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            for item in items:
                if isinstance(item, MarkRow):
                    marks.extend(item)
                elif isinstance(item, NoteRow):
                    self._statements.insert("note", _NOTE_COLUMNS, list(item))
                elif isinstance(item, EndRow):
                    self._connection.execute("UPDATE session SET ended_ns = ?", item)
                else:
                    last_id, transcript = self._flatten(item, last_id, transcript, events)
            self._statements.insert("event", EVENT_COLUMNS, events)
            self._statements.insert("mark", _MARK_COLUMNS, marks)
            self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise
        self.last_id, self._transcript = last_id, transcript

    def _flatten(
        self, batch: Sequence[Event], last_id: int, transcript: int, values: list[Any]
    ) -> tuple[int, int]:
        limit, extend = self._record_limit, values.extend
        for t_ns, connection, kind, direction, size, wire_size, payload, detail in batch:
            last_id += 1
            if kind in TRANSCRIPT_KINDS:
                transcript += 1
            kept, facts = payload, detail
            if payload is not None and len(payload) > limit:
                kept, facts = _cut(payload, limit, detail)
            text = encode_json(facts) if facts else None
            extend((last_id, t_ns, connection, kind, direction, size, wire_size, transcript, text, kept))
        return last_id, transcript

    def close(self) -> None:
        """Copy the write-ahead log into the file, and leave one file where nobody else reads it."""
        self._checkpointer.close()
        self._connection.execute("PRAGMA busy_timeout = 0")
        try:
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            self._connection.execute("PRAGMA journal_mode = DELETE")
        except sqlite3.Error:
            pass  # a reader holds it open: the last reader to close settles the file
        finally:
            self._connection.close()


class _Statements:
    """Multi-row inserts in powers of two, so that few statements serve every batch size."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._variables = connection.getlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER)
        self._made: dict[tuple[str, int], str] = {}

    def insert(self, table: str, columns: Sequence[str], values: list[Any]) -> None:
        """Insert rows given as one flat list of values."""
        width, start = len(columns), 0
        rows = min(_ROWS_PER_STATEMENT, 1 << (self._variables // width).bit_length() - 1)
        while start < len(values):
            while rows > 1 and start + rows * width > len(values):
                rows //= 2
            stop = start + rows * width
            self._connection.execute(self._statement(table, columns, rows), values[start:stop])
            start = stop

    def _statement(self, table: str, columns: Sequence[str], rows: int) -> str:
        made = self._made.get((table, rows))
        if made is None:
            row = f"({','.join('?' * len(columns))})"
            made = f"INSERT INTO {table} ({','.join(columns)}) VALUES {','.join([row] * rows)}"  # noqa: S608
            self._made[table, rows] = made
        return made


def _cut(payload: bytes, limit: int, detail: dict[str, Any] | None) -> tuple[bytes, dict[str, Any]]:
    digest = hashlib.sha256(payload).hexdigest()
    return payload[:limit], {**(detail or {}), "cut": True, "sha256": digest}


def _fit(item: Item) -> Item:
    if isinstance(item, MarkRow | NoteRow | EndRow):
        return item
    return [_fit_event(event) for event in item]


def _fit_event(event: Event) -> Event:
    """The same event with every value in the shape that its column can hold."""
    return Event(
        _fit_integer(event.t_ns),
        _fit_integer(event.connection),
        _fit_text(event.kind),
        _fit_text(event.direction),
        _fit_integer(event.size),
        _fit_integer(event.wire_size),
        event.payload if event.payload is None else bytes(event.payload),
        event.detail,
    )


def _fit_integer(value: int) -> int:
    return min(max(int(value), _INT64[0]), _INT64[-1])


def _fit_text(value: str) -> str:
    return str(value).encode("utf-8", "replace").decode()
