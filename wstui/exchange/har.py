"""HAR 1.2, as browsers write it: one entry a connection, its messages under ``_webSocketMessages``.

What HAR has no place for (pings, pongs, Close frames, the end of TCP, notes, the verdict) stands under
``_wstui``, which readers of HAR pass over. The file is written as the session is read: messages go out
at once, the rest of a connection waits in a temporary file.
Source: HAR 1.2; devtools-frontend ``models/har/Log.ts``.
"""

import base64
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

import msgspec

from wstui import __version__
from wstui.events import MESSAGE_KINDS, Direction, Kind, RecordedEvent
from wstui.exchange.har_entry import Connection, entry_head
from wstui.exchange.jsonl import event_line, note_shape
from wstui.exchange.source import Source
from wstui.timeline import Mark, Note

HAR_WSTUI_VERSION = 1
"""Of what stands under ``_wstui``."""

_IN_MEMORY_BYTES = 4 << 20
_VERDICTS = 100
"""Of so many connections a verdict is given each; of more only the last one's."""

_TEXT_OPCODE, _BINARY_OPCODE = 1, 2


def write_har(source: Source, out: BinaryIO) -> None:
    """Write what is chosen of a session.

    Raises:
        TimelineError: the session cannot be read.
        OSError: ``out`` cannot be written.
    """
    connections = list(_connections(source))
    verdicts = range(len(connections)) if len(connections) <= _VERDICTS else (len(connections) - 1,)
    out.write(_beginning())
    writer = _Entries(source, out, connections, frozenset(connections[i].number for i in verdicts))
    for batch in source.batches():
        writer.take(batch, source.marks(batch))
    writer.finish()
    out.write(b"]}}\n")


def _connections(source: Source) -> Iterator[Connection]:
    """What each connection's entry says before its messages; one pass, a few facts a connection."""
    current: Connection | None = None
    for batch in source.batches():
        for event in batch:
            if current is None or event.connection > current.number:
                if current is not None:
                    yield current
                current = Connection(event.connection, event.t_ns)
            current.take(event)
    if current is not None:
        yield current


def _beginning() -> bytes:
    creator = {"name": "wstui", "version": __version__}
    return b'{"log":{"version":"1.2","creator":' + msgspec.json.encode(creator) + b',"pages":[],"entries":['


class _Entries:
    """Writes one entry after the other while events come."""

    def __init__(
        self, source: Source, out: BinaryIO, connections: list[Connection], with_verdict: frozenset[int]
    ) -> None:
        self._source = source
        self._out = out
        self._connections = iter(connections)
        self._with_verdict = with_verdict
        self._notes = _by_event(source.notes())
        self._current: Connection | None = None
        self._beside: BinaryIO | None = None
        self._messages = self._others = self._entries = 0
        self._parts: dict[str, tuple[RecordedEvent, list[bytes]]] = {}

    def take(self, batch: list[RecordedEvent], marks: dict[int, list[Mark]]) -> None:
        """Write messages, and put aside what goes under ``_wstui``."""
        for event in batch:
            if self._current is None or event.connection > self._current.number:
                self._end()
                self._begin()
            if event.kind in MESSAGE_KINDS and not event.detail.get("invalid"):
                self._take_message(event)
            else:
                self._put_aside(event, marks.get(event.id, ()))

    def finish(self) -> None:
        """End the last entry."""
        self._end()

    def _begin(self) -> None:
        self._current = next(self._connections)
        self._beside = tempfile.SpooledTemporaryFile(_IN_MEMORY_BYTES)  # type: ignore[assignment]  # noqa: SIM115
        self._messages = self._others = 0
        self._parts.clear()
        head = msgspec.json.encode(entry_head(self._current, self._source.info.url))
        self._out.write((b",\n" if self._entries else b"\n") + head[:-1] + b',"_webSocketMessages":[')
        self._entries += 1

    def _take_message(self, event: RecordedEvent) -> None:
        """A frame of a fragmented message waits for the others (HAR has whole messages)."""
        payload = event.payload or b""
        if "fragment" not in event.detail:
            self._write_message(event, payload)
            return
        if not event.detail["fragment"] or event.direction not in self._parts:
            self._parts[event.direction] = (event, [])
        first, parts = self._parts[event.direction]
        parts.append(payload)
        if event.detail.get("fin") is not False:
            del self._parts[event.direction]
            self._write_message(first._replace(t_ns=event.t_ns), b"".join(parts))

    def _write_message(self, event: RecordedEvent, payload: bytes) -> None:
        line = msgspec.json.encode(har_message(event, payload))
        self._out.write(b",\n" + line if self._messages else line)
        self._messages += 1

    def _put_aside(self, event: RecordedEvent, marks: Iterable[Mark]) -> None:
        assert self._beside is not None
        line = event_line(event, marks, self._notes.get(event.id, ())).rstrip()
        self._beside.write(b",\n" + line if self._others else line)
        self._others += 1

    def _end(self) -> None:
        if self._current is None or self._beside is None:
            return
        for first, parts in self._parts.values():
            self._write_message(first, b"".join(parts))
        facts = self._wstui(self._current)
        self._out.write(b'],"_wstui":' + msgspec.json.encode(facts)[:-1] + b',"events":[')
        self._beside.seek(0)
        shutil.copyfileobj(self._beside, self._out)
        self._beside.close()
        self._out.write(b"]}}")

    def _wstui(self, connection: Connection) -> dict[str, Any]:
        source, info = self._source, self._source.info
        notes = [
            {"event": note.event_id, **note_shape(note)}
            for notes in self._notes.values()
            for note in notes
            if connection.first_id <= (note.event_id or 0) <= connection.last_id
            or (note.event_id is None and connection.started_ns <= note.t_ns <= connection.ended_ns)
        ]
        return {
            "version": HAR_WSTUI_VERSION,
            "session": source.name,
            "profile": info.profile,
            "title": info.title,
            "connection": connection.number,
            "started_ns": info.started_ns,
            "ended_ns": info.ended_ns,
            "verdict": source.verdict(connection.number) if connection.number in self._with_verdict else None,
            "close": connection.close,
            "notes": notes,
        }


def har_message(event: RecordedEvent, payload: bytes) -> dict[str, Any]:
    """A message as Chrome writes it: time in seconds since 1970, all but text in base64."""
    is_text = event.kind == Kind.TEXT
    try:
        data = payload.decode() if is_text else base64.b64encode(payload).decode()
    except UnicodeDecodeError:
        data = payload.decode("utf-8", "replace")
    return {
        "type": "send" if event.direction == Direction.SENT else "receive",
        "time": event.t_ns / 1e9,
        "opcode": _TEXT_OPCODE if is_text else _BINARY_OPCODE,
        "data": data,
    }


def _by_event(notes: list[Note]) -> dict[int | None, list[Note]]:
    found: dict[int | None, list[Note]] = {}
    for note in notes:
        found.setdefault(note.event_id, []).append(note)
    return found
