"""The session file's schema and its migrations. ``docs/format.md`` explains it to other programs.

Rule 1: a released format never changes; a change is a new version with a migration from the one
before. Rule 2: migrations only go forward, all of them in one transaction, so that a file is either
as it was or wholly new.
"""

import sqlite3
from collections.abc import Callable, Mapping

from wstui.timeline.errors import TimelineError

APPLICATION_ID = 0x57535455
"""``WSTU``: what ``PRAGMA application_id`` of every session file says."""

FORMAT_VERSION = 1
"""What ``PRAGMA user_version`` says of a file written by this program."""

EVENT_COLUMNS = (
    "id",
    "t_ns",
    "connection",
    "kind",
    "direction",
    "size",
    "wire_size",
    "transcript",
    "detail",
    "payload",
)
"""In the order of the table. ``payload`` is last: what lies before it is read without touching the
overflow pages of a large one."""

SCHEMA = """
CREATE TABLE session (
    id            TEXT NOT NULL,
    started_ns    INTEGER NOT NULL,
    ended_ns      INTEGER,
    profile       TEXT NOT NULL,
    url           TEXT NOT NULL,
    title         TEXT NOT NULL,
    pinned        INTEGER NOT NULL DEFAULT 0,
    wstui_version TEXT NOT NULL,
    settings      TEXT NOT NULL
);
CREATE TABLE event (
    id         INTEGER PRIMARY KEY,
    t_ns       INTEGER NOT NULL,
    connection INTEGER NOT NULL,
    kind       TEXT NOT NULL,
    direction  TEXT NOT NULL,
    size       INTEGER NOT NULL,
    wire_size  INTEGER NOT NULL,
    transcript INTEGER NOT NULL,
    detail     TEXT,
    payload    BLOB
);
CREATE INDEX event_beside_messages ON event(id) WHERE kind NOT IN ('text', 'binary');
CREATE TABLE mark (
    event_id INTEGER NOT NULL,
    mark     TEXT NOT NULL,
    dialect  TEXT NOT NULL,
    data     TEXT
);
CREATE INDEX mark_event ON mark(event_id);
CREATE TABLE note (
    id         INTEGER PRIMARY KEY,
    event_id   INTEGER,
    t_ns       INTEGER NOT NULL,
    text       TEXT NOT NULL,
    colour     TEXT NOT NULL DEFAULT '',
    created_ns INTEGER NOT NULL,
    edited_ns  INTEGER
);
"""

Migration = Callable[[sqlite3.Connection], None]

MIGRATIONS: Mapping[int, Migration] = {}
"""From a format version to the function that makes the next one of it."""


def create_schema(connection: sqlite3.Connection) -> None:
    """Make the tables of the newest format in an empty database."""
    connection.executescript(
        f"BEGIN; PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {FORMAT_VERSION};"
        f"{SCHEMA} COMMIT;"
    )


def format_version(connection: sqlite3.Connection, name: str, newest: int = FORMAT_VERSION) -> int:
    """The format of an open file.

    Args:
        connection: to the file.
        name: of the file, for the sentence.
        newest: the newest format that can be read.

    Raises:
        TimelineError: it is no session file, or one of a newer program.
        sqlite3.DatabaseError: the file is damaged or no database at all.
    """
    application_id = connection.execute("PRAGMA application_id").fetchone()[0]
    if application_id != APPLICATION_ID or connection.execute("PRAGMA encoding").fetchone()[0] != "UTF-8":
        raise TimelineError(f"{name} is not a wstui session file.")
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > newest:
        raise TimelineError(
            f"{name} was written by a newer wstui (format {version}; this one reads up to {newest}):"
            " update wstui."
        )
    return version


def migrate(
    connection: sqlite3.Connection,
    name: str,
    migrations: Mapping[int, Migration] = MIGRATIONS,
    newest: int = FORMAT_VERSION,
) -> None:
    """Bring an open file (in autocommit mode) to the newest format, in one transaction.

    Raises:
        TimelineError: there is no way from the file's format to the newest; the file is as it was.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        for version in range(format_version(connection, name, newest), newest):
            _step(connection, name, version, migrations)
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _step(
    connection: sqlite3.Connection, name: str, version: int, migrations: Mapping[int, Migration]
) -> None:
    if version not in migrations:
        raise TimelineError(f"{name} has format {version}, which no released wstui wrote.")
    migrations[version](connection)
    connection.execute(f"PRAGMA user_version = {version + 1}")
