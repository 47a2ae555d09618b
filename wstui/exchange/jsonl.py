"""JSON Lines: the export that loses nothing, one event a line, and what ``--json`` prints.

``docs/format.md`` has the shapes. Key order is part of the format: a file compares byte by byte.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, BinaryIO

import msgspec

from wstui.events import RecordedEvent
from wstui.exchange.source import Exported, ExportOptions, Source
from wstui.timeline import Mark, Note, SessionInfo, StoredEvent, TimelineReader, as_stored

JSONL_VERSION = 1
"""What the first line says; a change that a reader of the format must know of counts it up."""


class _Line(msgspec.Struct, tag_field="type", tag="event", gc=False):
    """The part that every event has, in order."""

    id: int
    t_ns: int
    connection: int
    kind: str
    direction: str
    size: int
    wire_size: int


class _TextLine(_Line, tag="event", gc=False):
    text: str
    detail: msgspec.Raw
    marks: Sequence[dict[str, Any]]
    notes: Sequence[dict[str, Any]]


class _BinaryLine(_Line, tag="event", gc=False):
    base64: bytes
    detail: msgspec.Raw
    marks: Sequence[dict[str, Any]]
    notes: Sequence[dict[str, Any]]


class _BareLine(_Line, tag="event", gc=False):
    detail: msgspec.Raw
    marks: Sequence[dict[str, Any]]
    notes: Sequence[dict[str, Any]]


_encode = msgspec.json.Encoder().encode
_encode_lines = msgspec.json.Encoder().encode_lines
_NOTHING = msgspec.Raw(b"{}")


def event_line(event: RecordedEvent, marks: Iterable[Mark] = (), notes: Iterable[Note] = ()) -> bytes:
    r"""One event as a line, with its ``\n``.

    The payload is ``text`` where it is UTF-8, else ``base64``; an event without one has neither.
    """
    shapes = [note_shape(note) for note in notes]
    return _lines([as_stored(event)], {event.id: list(marks)}, {event.id: shapes})


def export_jsonl(
    reader: TimelineReader,
    out: BinaryIO,
    redact: bool = True,
    *,
    verdict: Mapping[str, Any] | None = None,
) -> Exported:
    """Write a whole session: its own line, its events, the notes on moments, a verdict where one is given.

    Memory stays flat, however long the session is.

    Args:
        reader: of the session.
        out: a binary file.
        redact: replace secrets.
        verdict: what the last line shall say.

    Raises:
        TimelineError: the session cannot be read.
        OSError: ``out`` cannot be written.
    """
    source = Source(reader, ExportOptions(redact=redact))
    write_jsonl(source, out, verdict=verdict)
    return source.exported()


def write_jsonl(source: Source, out: BinaryIO, *, verdict: Mapping[str, Any] | None = None) -> None:
    """The same of what is chosen of a session."""
    out.write(_object("session", _session_shape(source.info, source.name)))
    on_events, on_moments = _notes(source.notes())
    out.writelines(_lines(batch, source.marks(batch), on_events) for batch in source.stored())
    out.writelines(_object("note", note_shape(note)) for note in on_moments)
    if source.damage:
        out.write(_object("damage", {"text": source.damage}))
    if verdict is not None:
        out.write(_object("verdict", source.mapping(verdict)))


def mark_shape(mark: Mark) -> dict[str, Any]:
    """A mark inside its event's line."""
    return {"mark": mark.mark, "dialect": mark.dialect, "data": mark.data}


def note_shape(note: Note) -> dict[str, Any]:
    """A note inside its event's line, or on a line of its own."""
    return {
        "id": note.id,
        "t_ns": note.t_ns,
        "text": note.text,
        "colour": note.colour,
        "created_ns": note.created_ns,
        "edited_ns": note.edited_ns,
    }


def _session_shape(info: SessionInfo, name: str) -> dict[str, Any]:
    return {
        "version": JSONL_VERSION,
        "session": name,
        "id": info.id,
        "profile": info.profile,
        "url": info.url,
        "title": info.title,
        "started_ns": info.started_ns,
        "ended_ns": info.ended_ns,
        "wstui_version": info.wstui_version,
        "settings": info.settings,
    }


def _notes(notes: Iterable[Note]) -> tuple[dict[int, list[dict[str, Any]]], list[Note]]:
    """The notes on events, by event, and those on moments."""
    on_events: dict[int, list[dict[str, Any]]] = {}
    on_moments: list[Note] = []
    for note in notes:
        if note.event_id is None:
            on_moments.append(note)
        else:
            on_events.setdefault(note.event_id, []).append(note_shape(note))
    return on_events, on_moments


def _lines(
    batch: list[StoredEvent], marks: Mapping[int, list[Mark]], notes: Mapping[int, list[dict[str, Any]]]
) -> bytes:
    if marks or notes:
        lines = [
            _line(event, [mark_shape(mark) for mark in marks.get(event.id, ())], notes.get(event.id, ()))
            for event in batch
        ]
    else:
        lines = [_line(event, (), ()) for event in batch]
    try:
        return _encode_lines(lines)
    except UnicodeEncodeError:
        return b"".join(map(_encoded, lines))


def _line(
    event: StoredEvent, marks: Sequence[dict[str, Any]], notes: Sequence[dict[str, Any]]
) -> msgspec.Struct:
    event_id, t_ns, connection, kind, direction, size, wire_size, payload, stored = event
    detail = msgspec.Raw(stored) if stored else _NOTHING
    if payload is None:
        return _BareLine(event_id, t_ns, connection, kind, direction, size, wire_size, detail, marks, notes)
    try:
        text = payload.decode()
    except UnicodeDecodeError:
        return _BinaryLine(
            event_id, t_ns, connection, kind, direction, size, wire_size, payload, detail, marks, notes
        )
    return _TextLine(event_id, t_ns, connection, kind, direction, size, wire_size, text, detail, marks, notes)


def _object(type_: str, shape: Mapping[str, Any]) -> bytes:
    return _encoded({"type": type_, **{key: value for key, value in shape.items() if key != "type"}})


def _encoded(line: Any) -> bytes:
    try:
        return _encode(line) + b"\n"
    except UnicodeEncodeError:
        return _encode(_storable(msgspec.to_builtins(line, builtin_types=(bytes,)))) + b"\n"


def _storable(value: Any) -> Any:
    """The same without lone surrogates, which JSON text in UTF-8 cannot hold."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {_storable(key): _storable(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_storable(inner) for inner in value]
    return value
