"""Windows on a session file: by event, by row of the transcript, message by message.

A live session and a recorded one are the same thing: a reader works on a file that still grows, sees
each commit at once, and never blocks the recorder. Opening costs the same at every size; a window
costs what it shows.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Self

from wstui.events import MESSAGE_KINDS, RecordedEvent
from wstui.timeline import notes
from wstui.timeline.connection import ReadConnection
from wstui.timeline.counts import Counts, add_to_counts
from wstui.timeline.errors import TimelineError
from wstui.timeline.heartbeat import DEFAULT_TIMEOUT_NS, Beat, HeartbeatSeries, ServerPing
from wstui.timeline.messages import message_frames, message_payload
from wstui.timeline.rows import (
    EVENT,
    EVENT_WITHOUT_PAYLOAD,
    PAYLOAD,
    PAYLOADS,
    STORED,
    Mark,
    Note,
    StoredEvent,
    StoredPayload,
    to_events,
    to_integers,
    to_payload_blocks,
    to_payloads,
    to_stored,
)
from wstui.timeline.search import Found, Sought, search, to_numbered_payloads
from wstui.timeline.session import SESSION, SessionInfo, to_session_info
from wstui.timeline.sieve import MESSAGES_SQL, Wanted, where
from wstui.timeline.transcript import TRANSCRIPT_KINDS_SQL, Transcript

_SESSION = (
    "SELECT started_ns, profile, url, settings, wstui_version, title, id, ended_ns, pinned FROM session"
)
_BESIDE_MESSAGES = "kind NOT IN ('text', 'binary')"
"""Word for word the condition of the partial index."""

_HEARTBEAT_KINDS = "('ping', 'pong', 'open', 'eof', 'reset', 'lost')"
_BATCH = 2000
_IDS_AT_ONCE = 500
_MAX_ID = (1 << 63) - 1
_BATCH_BYTES = 8 << 20
_START_IN_SQL_BYTES = 1 << 16
"""A longer payload's start is read through SQLite's blob interface, which leaves the rest on disk."""


class TimelineReader:
    """One session file, read-only. Not to be shared between threads: each opens its own."""

    def __init__(self, path: Path) -> None:
        """Open a session file.

        Raises:
            TimelineError: missing, no session file, of a newer format, or damaged beyond reading. A file
                that is damaged further on opens, and :attr:`damage` says so once it is met.
        """
        self.path = Path(path)
        self._database = ReadConnection(self.path)
        self._transcript = Transcript(self._integers)
        self.info = self.refresh_info()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    @property
    def damage(self) -> str:
        """A sentence on what is wrong with the file and how much of it could be read, or empty."""
        return self._database.damage

    def refresh_info(self) -> SessionInfo:
        """Read the session's row again (its end, its title); also kept as :attr:`info`."""
        self.info = self._database.read(to_session_info, SESSION)
        return self.info

    # ---- events by id ----

    def last_id(self) -> int:
        """The newest event's id, which is also how many there are. 0: none yet."""
        return self._integers("SELECT coalesce(max(id), 0) FROM event")[0][0]

    def event(self, event_id: int) -> RecordedEvent | None:
        """One event, whole."""
        found = self._events(f"SELECT {EVENT} FROM event WHERE id = ?", (event_id,))  # noqa: S608
        return found[0] if found else None

    def time_of(self, event_id: int) -> int:
        """Session time of one event, without reading the rest of it; 0 if there is none."""
        found = self._integers("SELECT t_ns FROM event WHERE id = ?", (event_id,))
        return found[0][0] if found else 0

    def events(
        self,
        first_id: int,
        last_id: int | None = None,
        limit: int | None = None,
        *,
        payload_limit: int | None = None,
    ) -> list[RecordedEvent]:
        """Events from ``first_id`` to ``last_id``, both included, at most ``limit``.

        Args:
            first_id: where to begin.
            last_id: where to end; the newest by default.
            limit: how many at most; all by default.
            payload_limit: bytes of each payload that are wanted; whole payloads by default.
        """
        return self._window(
            "id BETWEEN ? AND ? ORDER BY id LIMIT ?",
            (first_id, _MAX_ID if last_id is None else last_id, -1 if limit is None else limit),
            payload_limit,
        )

    def iterate(self, first_id: int = 1, *, batch: int = _BATCH) -> Iterator[RecordedEvent]:
        """All events from ``first_id`` up to the last one there is, in flat memory.

        No read transaction stays open between batches, so that a recorder may go on.
        """
        for found in self.batches(first_id, batch=batch):
            yield from found

    def batches(self, first_id: int = 1, *, batch: int = _BATCH) -> Iterator[list[RecordedEvent]]:
        """The same in lists of at most ``batch`` events."""
        for span in self.spans(first_id, batch=batch):
            if found := self.events(*span):
                yield found

    def stored(self, first_id: int = 1, *, batch: int = _BATCH) -> Iterator[list[StoredEvent]]:
        """The same, details left as they stand in the file: for what passes most of them on."""
        sql = f"SELECT {STORED} FROM event WHERE id BETWEEN ? AND ? ORDER BY id"  # noqa: S608
        for span in self.spans(first_id, batch=batch):
            if found := self._database.read(to_stored, sql, span):
                yield found

    def payloads(self, first_id: int, last_id: int) -> list[StoredPayload]:
        """The payloads of a range."""
        sql = f"SELECT {PAYLOAD} FROM event WHERE id BETWEEN ? AND ? ORDER BY id"  # noqa: S608
        return self._database.read(to_payloads, sql, (first_id, last_id))

    def payload_block(self, first_id: int, last_id: int) -> tuple[bytes, list[int]]:
        """All payloads of a range as one, and the events that have more to say: the quickest look."""
        sql = f"SELECT {PAYLOADS} FROM event WHERE id BETWEEN ? AND ?"  # noqa: S608
        ((blob, more),) = self._database.read(to_payload_blocks, sql, (first_id, last_id))
        return blob, sorted(map(int, more.split(","))) if more else []

    def spans(self, first_id: int = 1, *, batch: int = _BATCH) -> Iterator[tuple[int, int]]:
        """Ranges, both ends included, of at most ``batch`` events that may be in memory at once."""
        first_id, last_id, size_bytes = self._reach(first_id, batch)
        while first_id:
            if size_bytes > _BATCH_BYTES:
                last_id = first_id + self._affordable(first_id, last_id - first_id + 1) - 1
            yield first_id, last_id
            first_id, last_id, size_bytes = self._reach(last_id + 1, batch)

    # ---- rows of the views ----

    def transcript_count(self) -> int:
        """How many rows the transcript has: messages, and what begins, ends and disturbs them."""
        return self._transcript.count()

    def transcript(
        self, first_row: int, count: int, *, payload_limit: int | None = None
    ) -> list[RecordedEvent]:
        """Rows of the transcript, counted from 0."""
        found: list[RecordedEvent] = []
        for first_id, last_id in self._transcript.ranges(max(first_row, 0), count):
            found += self._window(
                f"id BETWEEN ? AND ? AND +kind IN ({TRANSCRIPT_KINDS_SQL}) ORDER BY id",
                (first_id, last_id),
                payload_limit,
            )
        return found

    def all_rows(
        self, first_row: int, count: int, *, payload_limit: int | None = None
    ) -> list[RecordedEvent]:
        """The same with every event in it: a row is an id less one."""
        return self.events(max(first_row, 0) + 1, None, count, payload_limit=payload_limit)

    def events_of(self, ids: list[int], *, payload_limit: int | None = None) -> list[RecordedEvent]:
        """Single events, in the order of their numbers; what does not exist is left out."""
        found: list[RecordedEvent] = []
        for start in range(0, len(ids), _IDS_AT_ONCE):
            some = tuple(ids[start : start + _IDS_AT_ONCE])
            found += self._window(f"id IN ({','.join('?' * len(some))}) ORDER BY id", some, payload_limit)
        return found

    def message_ids(self, first_id: int, last_id: int, wanted: Sequence[Wanted]) -> list[int]:
        """The messages of a range, both ends included, for which every condition holds."""
        conditions, parameters = where(wanted)
        sql = f"SELECT id FROM event WHERE id BETWEEN ? AND ? AND {MESSAGES_SQL}{conditions} ORDER BY id"  # noqa: S608
        return [row[0] for row in self._integers(sql, (first_id, last_id, *parameters))]

    def message_payloads(
        self, first_id: int, rows: int, wanted: Sequence[Wanted]
    ) -> tuple[list[tuple[int, bytes]], int]:
        """The same with their payloads, in flat memory.

        Args:
            first_id: where to begin.
            rows: how many numbers to go through; fewer where payloads are large.
            wanted: all of these hold.

        Returns:
            Number and payload of each message, and the number up to which was looked.
        """
        last_id = first_id + self._affordable(first_id, rows) - 1
        conditions, parameters = where(wanted)
        condition = f"id BETWEEN ? AND ? AND {MESSAGES_SQL}{conditions} ORDER BY id"
        sql = f"SELECT id, payload FROM event WHERE {condition}"  # noqa: S608
        found = self._database.read(to_numbered_payloads, sql, (first_id, last_id, *parameters))
        return found, last_id

    def beside_messages(self, first_id: int, last_id: int, wanted: Sequence[Wanted]) -> list[RecordedEvent]:
        """Everything but messages of a range, both ends included, for which every condition holds."""
        conditions, parameters = where(wanted)
        condition = f"{_BESIDE_MESSAGES} AND id BETWEEN ? AND ?{conditions} ORDER BY id"
        sql = f"SELECT {EVENT} FROM event WHERE {condition}"  # noqa: S608
        return self._events(sql, (first_id, last_id, *parameters))

    def row_of(self, event_id: int, *, everything: bool = False) -> int:
        """The row of an event; of one that the transcript leaves out, the row before it (or 0).

        Args:
            event_id: any event.
            everything: count all events, as :meth:`all_rows` does.
        """
        row = event_id - 1 if everything else self._transcript.ordinal_of(event_id) - 1
        return max(row, 0)

    def side_events(
        self, after_id: int = 0, limit: int | None = None, *, until_id: int | None = None, pings: bool = True
    ) -> list[RecordedEvent]:
        """Everything but text and binary messages, in order, newer than ``after_id``, up to ``until_id``.

        Args:
            after_id: where to begin, not included.
            limit: how many at most; all by default.
            until_id: where to end; the newest by default.
            pings: pings and pongs too.
        """
        beside = _BESIDE_MESSAGES if pings else f"{_BESIDE_MESSAGES} AND kind NOT IN ('ping', 'pong')"
        sql = f"SELECT {EVENT} FROM event WHERE {beside} AND id > ? AND id <= ? ORDER BY id LIMIT ?"  # noqa: S608
        last_id = _MAX_ID if until_id is None else until_id
        return self._events(sql, (after_id, last_id, -1 if limit is None else limit))

    # ---- series, counts, messages ----

    def heartbeat_series(self) -> HeartbeatSeries:
        """An empty series with this session's timeout, to be fed with :meth:`side_events`."""
        return HeartbeatSeries(self._heartbeat_timeout_ns())

    def heartbeat(self, after_id: int = 0, now_ns: int | None = None) -> list[Beat]:
        """The pings sent after ``after_id``, each with the pong that answered it.

        Args:
            after_id: older pings are left out.
            now_ns: session time by which a ping may be missed; by default the newest event's.
        """
        return self._series(after_id, now_ns).beats()

    def server_pings(self, after_id: int = 0) -> list[ServerPing]:
        """The pings received after ``after_id``, each with our answer."""
        return self._series(after_id, None).server_pings()

    def counts(self, since: Counts | None = None) -> Counts:
        """How many messages and bytes there are; with ``since``, only what is newer is read."""
        return add_to_counts(since or Counts(), self._integers)

    def search(
        self, sought: Sought, first_id: int = 1, last_id: int | None = None, *, backward: bool = False
    ) -> Iterator[Found]:
        """The events that have a text, a range after the other; stop iterating to cancel.

        Args:
            sought: what is looked for.
            first_id: the lower end.
            last_id: the upper end, included; the newest event by default.
            backward: begin at the upper end.

        Raises:
            re.error: a regular expression that is none.
        """
        end = self.last_id() if last_id is None else last_id
        return search(self._database, sought, first_id, end, backward=backward)

    def count_hits(self, sought: Sought) -> int:
        """How many events have a text."""
        return sum(len(found.ids) for found in self.search(sought))

    def messages_in(self, connection: int) -> Iterator[RecordedEvent]:
        """The text and binary frames of one connection, in flat memory."""
        for event in self.iterate():
            if event.connection == connection and event.kind in MESSAGE_KINDS:
                yield event

    def message_payload(self, event_id: int) -> bytes:
        """The whole message that a frame belongs to, its fragments put together.

        What the recording limit cut stays cut.
        """
        return message_payload(self, event_id)

    def message_frames(self, event_id: int) -> list[RecordedEvent]:
        """The frames of the message that a frame belongs to, in order."""
        return message_frames(self, event_id)

    # ---- marks and notes ----

    def marks(self, event_ids: list[int]) -> dict[int, list[Mark]]:
        """The marks of some events; an event without one has no key."""
        return notes.marks_of(self._database, event_ids)

    def marks_between(self, first_id: int, last_id: int) -> dict[int, list[Mark]]:
        """The marks of the events of a range, both ends included."""
        return notes.marks_between(self._database, first_id, last_id)

    def notes(self) -> list[Note]:
        """Every note, in the order of session time."""
        return notes.all_notes(self._database)

    def add_note(self, event_id: int | None, t_ns: int, text: str, colour: str = "") -> int:
        """Write a note into the file, through a connection of its own; the note's id.

        Raises:
            TimelineError: the file is damaged or cannot be written.
        """
        return notes.add_note(self._writable(), event_id, t_ns, text, colour)

    def edit_note(self, note_id: int, text: str, colour: str | None = None) -> None:
        """Replace a note's words, and its colour where one is given.

        Raises:
            TimelineError: there is no such note, or the file is damaged or cannot be written.
        """
        notes.edit_note(self._writable(), note_id, text, colour)

    def delete_note(self, note_id: int) -> None:
        """Remove a note.

        Raises:
            TimelineError: there is no such note, or the file is damaged or cannot be written.
        """
        notes.delete_note(self._writable(), note_id)

    # ---- how rows become events ----

    def _writable(self) -> Path:
        if self.damage:
            raise TimelineError(f"Nothing is written into a damaged file. {self.damage}")
        return self.path

    def _events(self, sql: str, parameters: tuple[Any, ...]) -> list[RecordedEvent]:
        return self._database.read(to_events, sql, parameters)

    def _integers(self, sql: str, parameters: tuple[Any, ...] = ()) -> list[tuple[int, ...]]:
        return self._database.read(to_integers, sql, parameters)

    def _window(
        self, condition: str, parameters: tuple[Any, ...], payload_limit: int | None
    ) -> list[RecordedEvent]:
        if payload_limit is None:
            return self._events(f"SELECT {EVENT} FROM event WHERE {condition}", parameters)  # noqa: S608
        sql = (
            f"SELECT {EVENT_WITHOUT_PAYLOAD}, CASE WHEN length(payload) <= {_START_IN_SQL_BYTES}"  # noqa: S608
            " THEN coalesce(substr(payload, 1, ?), x'') WHEN payload IS NOT NULL THEN x'' END"
            f" FROM event WHERE {condition}"
        )
        found = self._events(sql, (payload_limit, *parameters))
        return [self._with_start(event, payload_limit) for event in found]

    def _with_start(self, event: RecordedEvent, payload_limit: int) -> RecordedEvent:
        if event.payload or event.payload is None or not event.size or not payload_limit:
            return event
        return event._replace(payload=self._database.payload_start(event.id, payload_limit))

    def _affordable(self, first_id: int, rows: int) -> int:
        """How many events from there on may be in memory at once."""
        sql = "SELECT coalesce(sum(length(payload)), 0) FROM event WHERE id BETWEEN ? AND ?"
        while rows > 1 and self._integers(sql, (first_id, first_id + rows - 1))[0][0] > _BATCH_BYTES:
            rows //= 2
        return rows

    def _reach(self, first_id: int, rows: int) -> tuple[int, ...]:
        """The first and the last of the next events, and their payloads' size; zeros: there are none."""
        sql = (
            "SELECT coalesce(min(id), 0), coalesce(max(id), 0), coalesce(sum(size), 0)"
            " FROM (SELECT id, length(payload) AS size FROM event WHERE id >= ? ORDER BY id LIMIT ?)"
        )
        return self._integers(sql, (first_id, rows))[0]

    def _series(self, after_id: int, now_ns: int | None) -> HeartbeatSeries:
        series = HeartbeatSeries(self._heartbeat_timeout_ns())
        series.extend(
            self._events(
                f"SELECT {EVENT} FROM event WHERE {_BESIDE_MESSAGES} AND kind IN {_HEARTBEAT_KINDS}"  # noqa: S608
                " AND id > ? ORDER BY id",
                (after_id,),
            )
        )
        if now_ns is None:
            newest = self._integers("SELECT t_ns FROM event ORDER BY id DESC LIMIT 1")
            now_ns = newest[0][0] if newest else 0
        series.advance(now_ns)
        return series

    def _heartbeat_timeout_ns(self) -> int:
        heartbeat = self.info.settings.get("heartbeat")
        timeout_s = heartbeat.get("timeout") if isinstance(heartbeat, dict) else None
        return (
            int(timeout_s * 1e9)
            if isinstance(timeout_s, int | float) and timeout_s > 0
            else DEFAULT_TIMEOUT_NS
        )
