"""Marks and notes: what the matcher recognised in an event, and what a person wrote beside one."""

import sqlite3
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from wstui.timeline.connection import ReadConnection, connect, settle, sidecar
from wstui.timeline.errors import TimelineError
from wstui.timeline.rows import DamagedRowError, decode_object

_IDS_PER_QUERY = 500


class Mark(NamedTuple):
    """What the matcher recognised in an event."""

    event_id: int
    mark: str
    """One of app_ping, app_pong, subscribe, subscribed, unsubscribe, error, hello."""
    dialect: str
    data: dict[str, Any]


class Note(NamedTuple):
    """A person's words on an event, or on a moment."""

    id: int
    event_id: int | None
    """None: the note belongs to the moment ``t_ns`` alone."""
    t_ns: int
    """Session time."""
    text: str
    colour: str
    """A name, or empty."""
    created_ns: int
    """Wall clock, in ns since 1970."""
    edited_ns: int | None


def marks_of(database: ReadConnection, event_ids: Iterable[int]) -> dict[int, list[Mark]]:
    """The marks of some events; an event without one has no key."""
    ids = list(event_ids)
    found: dict[int, list[Mark]] = {}
    for start in range(0, len(ids), _IDS_PER_QUERY):
        some = ids[start : start + _IDS_PER_QUERY]
        sql = f"SELECT * FROM mark WHERE event_id IN ({','.join('?' * len(some))}) ORDER BY rowid"  # noqa: S608
        _collect_marks(database.fetch(sql, some), found)
    return found


def marks_between(database: ReadConnection, first_id: int, last_id: int) -> dict[int, list[Mark]]:
    """The marks of the events of a range, both ends included."""
    found: dict[int, list[Mark]] = {}
    sql = "SELECT * FROM mark WHERE event_id BETWEEN ? AND ? ORDER BY event_id, rowid"
    _collect_marks(database.fetch(sql, (first_id, last_id)), found)
    return found


def _collect_marks(rows: list[tuple[Any, ...]], found: dict[int, list[Mark]]) -> None:
    for event_id, mark, dialect, data in rows:
        found.setdefault(event_id, []).append(Mark(event_id, str(mark), str(dialect), _data(data)))


def _data(text: Any) -> dict[str, Any]:
    try:
        return decode_object(text) if text else {}
    except (DamagedRowError, TypeError):
        return {}


def all_notes(database: ReadConnection) -> list[Note]:
    """Every note, in the order of session time.

    Raises:
        TimelineError: the file is damaged.
    """
    rows = database.fetch(
        "SELECT id, event_id, t_ns, text, colour, created_ns, edited_ns FROM note ORDER BY t_ns, id"
    )
    try:
        return msgspec.convert(rows, list[Note])
    except msgspec.ValidationError as error:
        raise TimelineError(f"{database.path.name} has a note that no wstui wrote: {error}.") from error


def add_note(path: Path, event_id: int | None, t_ns: int, text: str, colour: str = "") -> int:
    """Write a note into a session file, recorded or still being recorded; its id.

    Raises:
        TimelineError: the file cannot be written.
    """

    def insert(connection: sqlite3.Connection) -> int:
        cursor = connection.execute(
            "INSERT INTO note (event_id, t_ns, text, colour, created_ns) VALUES (?, ?, ?, ?, ?)",
            (event_id, t_ns, _storable(text), _storable(colour), time.time_ns()),
        )
        return cursor.lastrowid or 0

    return change(path, insert)


def edit_note(path: Path, note_id: int, text: str, colour: str | None = None) -> None:
    """Replace a note's words, and its colour where one is given.

    Raises:
        TimelineError: there is no such note, or the file cannot be written.
    """

    def update(connection: sqlite3.Connection) -> int:
        return connection.execute(
            "UPDATE note SET text = ?, colour = coalesce(?, colour), edited_ns = ? WHERE id = ?",
            (_storable(text), colour, time.time_ns(), note_id),
        ).rowcount

    if not change(path, update):
        raise TimelineError(f"{path.name} has no note {note_id}.")


def delete_note(path: Path, note_id: int) -> None:
    """Remove a note.

    Raises:
        TimelineError: there is no such note, or the file cannot be written.
    """
    if not change(path, lambda link: link.execute("DELETE FROM note WHERE id = ?", (note_id,)).rowcount):
        raise TimelineError(f"{path.name} has no note {note_id}.")


def change(path: Path, action: Callable[[sqlite3.Connection], int]) -> int:
    """Run ``action`` on a short-lived connection that may write, beside whoever records or reads.

    Raises:
        TimelineError: the file cannot be written.
    """
    try:
        connection = connect(path, "mode=rw")
        try:
            result = action(connection)
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise TimelineError(f"{path.name} cannot be written: {error}.") from error
    if sidecar(path, "-wal").exists():
        settle(path)
    return result


def _storable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()
