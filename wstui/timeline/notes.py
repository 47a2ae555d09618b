"""Marks and notes: what the matcher recognised in an event, and what a person wrote beside one."""

import sqlite3
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from wstui.timeline.connection import ReadConnection
from wstui.timeline.errors import TimelineError
from wstui.timeline.files import connect, settle, sidecar
from wstui.timeline.rows import Mark, Note, to_marks, to_notes

_IDS_PER_QUERY = 500
_MARKS = "SELECT event_id, mark, dialect, data FROM mark"
_NOTES = "SELECT id, event_id, t_ns, text, colour, created_ns, edited_ns FROM note ORDER BY t_ns, id"


def marks_of(database: ReadConnection, event_ids: Iterable[int]) -> dict[int, list[Mark]]:
    """The marks of some events; an event without one has no key."""
    ids = list(event_ids)
    found: list[Mark] = []
    for start in range(0, len(ids), _IDS_PER_QUERY):
        some = ids[start : start + _IDS_PER_QUERY]
        condition = f"event_id IN ({','.join('?' * len(some))})"
        found += database.read(to_marks, f"{_MARKS} WHERE {condition} ORDER BY rowid", some)
    return _by_event(found)


def marks_between(database: ReadConnection, first_id: int, last_id: int) -> dict[int, list[Mark]]:
    """The marks of the events of a range, both ends included."""
    sql = f"{_MARKS} WHERE event_id BETWEEN ? AND ? ORDER BY event_id, rowid"
    return _by_event(database.read(to_marks, sql, (first_id, last_id)))


def all_notes(database: ReadConnection) -> list[Note]:
    """Every note, in the order of session time."""
    return database.read(to_notes, _NOTES)


def _by_event(marks: list[Mark]) -> dict[int, list[Mark]]:
    found: dict[int, list[Mark]] = {}
    for mark in marks:
        found.setdefault(mark.event_id, []).append(mark)
    return found


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
