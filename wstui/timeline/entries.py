"""A session in a list: what its file says in a few quick queries, however large it is."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from wstui.events import END_KINDS, Direction, Kind, RecordedEvent
from wstui.timeline.connection import ReadConnection
from wstui.timeline.errors import TimelineError
from wstui.timeline.files import is_in_use, sidecar
from wstui.timeline.rows import EVENT, to_events, to_integers
from wstui.timeline.session import SESSION, to_session_info

_EDGES = (
    f"SELECT {EVENT} FROM event WHERE kind NOT IN ('text', 'binary')"  # noqa: S608
    " AND kind IN ('close', 'eof', 'reset', 'lost', 'error') ORDER BY id DESC LIMIT 32"
)
_WAS_OPEN = (
    "SELECT count(*) FROM (SELECT 1 FROM event"
    " WHERE kind NOT IN ('text', 'binary') AND kind = 'open' AND connection >= ? LIMIT 1)"
)
_NEWEST = "SELECT id, t_ns, connection FROM event ORDER BY id DESC LIMIT 1"

NO_CODE = 1005
"""What a browser shows for a Close frame without a code (RFC 6455 §7.1.5)."""

NO_CLOSE_FRAME = 1006
"""What a browser shows when the connection ended without a Close frame."""


@dataclass(frozen=True, slots=True)
class SessionEntry:
    """One recorded session. Only ``path``, ``profile`` and ``error`` say anything of an unreadable file."""

    path: Path
    profile: str
    started_ns: int = 0
    ended_ns: int | None = None
    """None while it is recorded, or when the recorder was killed."""
    title: str = ""
    url: str = ""
    pinned: bool = False
    events: int = 0
    last_ns: int = 0
    """Session time of the newest event."""
    connections: int = 0
    opened: bool = False
    """Whether any of the connections got as far as open."""
    close_code: int | None = None
    """Of the last connection, as a browser would show it: 1005 for a Close frame without a code, 1006
    without a Close frame; None if it never opened or is still open."""
    close_reason: str = ""
    closed_first: str = ""
    """Who sent the first Close frame: ``sent`` (we), ``received`` (the server), or empty."""
    ending: str = ""
    """How the last connection ended: ``eof``, ``reset``, ``lost``, ``error`` (it never opened), or empty."""
    recording: bool = False
    """Whether somebody records it right now."""
    error: str = ""
    """Why the file cannot be read."""


def session_entry(path: Path) -> SessionEntry:
    """What a list shows of a session file; never raises for a file that cannot be read."""
    try:
        database = ReadConnection(path, salvaging=False)
        try:
            entry = _entry(path, database)
        finally:
            database.close()
    except TimelineError as error:
        return SessionEntry(path, path.parent.name, error=str(error))
    if entry.ended_ns is None and is_in_use(path):
        return replace(entry, recording=True)
    return entry


class KnownEntries:
    """Entries by their files: what has not changed since it was read is not read again."""

    def __init__(self) -> None:
        self._known: dict[Path, tuple[tuple[int, ...], SessionEntry]] = {}

    def __call__(self, path: Path) -> SessionEntry:
        """The entry of a session file, as it is by now."""
        signature = _signature(path)
        known = self._known.get(path)
        if known is not None and known[0] == signature:
            return known[1]
        entry = session_entry(path)
        if entry.ended_ns is not None and signature:
            self._known[path] = signature, entry
        return entry


def _signature(path: Path) -> tuple[int, ...]:
    """Changes with the file; empty while a write-ahead log lies beside it, which holds what is newest."""
    try:
        status = path.stat()
    except OSError:
        return ()
    live = sidecar(path, "-wal").exists()
    return () if live else (status.st_ino, status.st_size, status.st_mtime_ns)


def _entry(path: Path, database: ReadConnection) -> SessionEntry:
    info = database.read(to_session_info, SESSION)
    newest = database.read(to_integers, _NEWEST)
    last_id, last_ns, connection = newest[0] if newest else (0, info.started_ns, -1)
    edges = [event for event in database.read(to_events, _EDGES) if event.connection == connection]
    return SessionEntry(
        path,
        info.profile,
        info.started_ns,
        info.ended_ns,
        info.title,
        info.url,
        info.pinned,
        last_id,
        last_ns,
        connection + 1,
        _was_open(database, 0),
        **_ending(edges[::-1], was_open=_was_open(database, connection)),
    )


def _was_open(database: ReadConnection, connection: int) -> bool:
    """Whether this connection or a later one got as far as open."""
    return bool(database.read(to_integers, _WAS_OPEN, (connection,))[0][0])


def _ending(edges: list[RecordedEvent], *, was_open: bool) -> dict[str, Any]:
    """The last connection's end, from what is beside its messages, in order."""
    closes = [event for event in edges if event.kind == Kind.CLOSE]
    received = [event for event in closes if event.direction == Direction.RECEIVED]
    ends = [event.kind for event in edges if event.kind in END_KINDS]
    code: int | None = None
    if received:
        given = received[0].detail.get("code")
        code = given if isinstance(given, int) else NO_CODE
    elif ends and was_open:
        code = NO_CLOSE_FRAME
    failed = any(event.kind == Kind.ERROR for event in edges) and not was_open
    return {
        "close_code": code,
        "close_reason": str((received or closes)[0].detail.get("reason", "")) if closes else "",
        "closed_first": closes[0].direction if closes else "",
        "ending": ends[-1] if ends else "error" if failed else "",
    }
