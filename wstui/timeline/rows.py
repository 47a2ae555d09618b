"""Rows of the tables and what they mean, checked: a file may come from anywhere."""

import json
import sqlite3
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, TypeVar

import msgspec

from wstui.events import RecordedEvent

Row = tuple[Any, ...]
Checked = TypeVar("Checked")

EVENT = "id, t_ns, connection, kind, direction, size, wire_size, transcript, detail, payload"
"""The columns of a whole row."""

STORED = "id, t_ns, connection, kind, direction, size, wire_size, payload, detail"
"""The same in an event's order, without what only this program needs."""

_HAS_MORE = (
    "detail IS NOT NULL AND kind NOT IN ('ping', 'pong') AND (kind NOT IN ('text', 'binary')"
    " OR instr(detail, '\"fragment\"') OR instr(detail, '\"cut\"') OR instr(detail, '\\'))"
)
PAYLOAD = f"id, payload, {_HAS_MORE}"
"""What a look at a payload needs, and whether its event has more to say."""

PAYLOADS = (
    "coalesce(CAST(group_concat(payload, x'0a') AS BLOB), x''),"
    f" coalesce(group_concat(CASE WHEN {_HAS_MORE} THEN id END), '')"
)
"""The same of many events at once: all payloads as one, and whose events have more to say."""

EVENT_WITHOUT_PAYLOAD = "id, t_ns, connection, kind, direction, size, wire_size, transcript, detail"

_convert = msgspec.convert
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(dict[str, Any]).decode


class _WholeRow(NamedTuple):
    """A row of ``event``; a named tuple because msgspec remembers how to check one."""

    id: int
    t_ns: int
    connection: int
    kind: str
    direction: str
    size: int
    wire_size: int
    transcript: int
    detail: str | None
    payload: bytes | None


class StoredEvent(NamedTuple):
    """An event as it stands in the file: its detail is JSON text, on one line."""

    id: int
    t_ns: int
    connection: int
    kind: str
    direction: str
    size: int
    wire_size: int
    payload: bytes | None
    detail: str | None


class StoredPayload(NamedTuple):
    """A payload, and whether its event has more to say: a detail with words, a part of something longer."""

    id: int
    payload: bytes | None
    has_more: int


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


FAILURES = (sqlite3.Error, UnicodeDecodeError, MemoryError)
"""What reading a file may raise: ``sqlite3`` decodes also the error messages of a damaged one."""


class DamagedRowError(ValueError):
    """A row that no writer wrote."""


def is_sound(rows: list[Row], convert: Callable[[list[Row]], Any]) -> bool:
    """Whether ``convert`` (one of the functions below) can take the rows."""
    try:
        convert(rows)
    except DamagedRowError:
        return False
    return True


def to_events(rows: list[Row]) -> list[RecordedEvent]:
    """Events of whole rows.

    Raises:
        DamagedRowError: a row does not hold what the writer writes.
    """
    sound = _checked(rows, list[_WholeRow])
    make = tuple.__new__  # half the cost of RecordedEvent(…), at a million rows
    return [
        make(
            RecordedEvent,
            (
                event_id,
                t_ns,
                connection,
                kind,
                direction,
                size,
                wire_size,
                payload,
                decode_object(detail) if detail else {},
            ),
        )
        for event_id, t_ns, connection, kind, direction, size, wire_size, _, detail, payload in sound
    ]


def to_stored(rows: list[Row]) -> list[StoredEvent]:
    """Events without looking into their details, for what passes them on as they are.

    Raises:
        DamagedRowError: a row does not hold what the writer writes.
    """
    sound = _checked(rows, list[StoredEvent])
    # Few details are different ones: "compressed" stands at every message.
    odd = {
        detail: encode_json(decode_object(detail))
        for detail in {event[-1] for event in sound}
        if detail and not _is_one_plain_line(detail)
    }
    if not odd:
        return sound
    return [event._replace(detail=odd.get(event.detail or "", event.detail)) for event in sound]


def from_stored(events: Iterable[StoredEvent]) -> list[RecordedEvent]:
    """The events that stand so in the file."""
    return [RecordedEvent(*event[:-1], decode_object(event[-1]) if event[-1] else {}) for event in events]


def as_stored(event: RecordedEvent) -> StoredEvent:
    """How an event would stand in the file."""
    return StoredEvent(*event[:-1], encode_json(event.detail) if event.detail else None)


def to_payloads(rows: list[Row]) -> list[StoredPayload]:
    """Payloads.

    Raises:
        DamagedRowError: a row does not hold what the writer writes.
    """
    return _checked(rows, list[StoredPayload])


def to_payload_blocks(rows: list[Row]) -> list[tuple[bytes, str]]:
    """All payloads of some events, a line end between them, and the numbers of events that have more to say.

    Raises:
        DamagedRowError: a row does not hold what the writer writes.
    """
    return _checked(rows, list[tuple[bytes, str]])


def _is_one_plain_line(detail: str) -> bool:
    try:
        _decode(detail)
    except (msgspec.DecodeError, TypeError):
        return False
    return "\n" not in detail


def to_marks(rows: list[Row]) -> list[Mark]:
    """Marks.

    Raises:
        DamagedRowError: a row does not hold what the writer writes.
    """
    made = [(*row[:3], decode_object(row[3]) if row[3] else {}) for row in rows]
    return _checked(made, list[Mark])


def to_notes(rows: list[Row]) -> list[Note]:
    """Notes.

    Raises:
        DamagedRowError: a row does not hold what the writer writes.
    """
    return _checked(rows, list[Note])


def _checked(rows: list[Row], type_: type[Checked]) -> Checked:
    try:
        return _convert(rows, type_)
    except msgspec.ValidationError as error:
        raise DamagedRowError(f"a row that no wstui wrote: {error}") from error


def to_integers(rows: list[Row]) -> list[tuple[int, ...]]:
    """Rows of whole numbers; for a few rows, which are cheaper to check here than by msgspec.

    Raises:
        DamagedRowError: there is something else in them.
    """
    for row in rows:
        for value in row:
            if type(value) is not int:
                raise DamagedRowError(f"an event that no wstui wrote: {value!r:.40} for a number")
    return rows


def decode_object(text: str) -> dict[str, Any]:
    """A JSON object of a column.

    Raises:
        DamagedRowError: it is no JSON object.
    """
    try:
        return _decode(text)
    except (msgspec.DecodeError, TypeError):
        pass
    try:
        value = json.loads(text)
    except (ValueError, TypeError, RecursionError) as error:
        raise DamagedRowError(f"a detail that is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise DamagedRowError("a detail that is not a JSON object")
    return value


def encode_json(value: Any) -> str:
    """JSON text for a column; what JSON or UTF-8 cannot hold is replaced rather than refused."""
    try:
        return _encode(value).decode()
    except (TypeError, ValueError, OverflowError, RecursionError):
        pass
    try:
        text = json.dumps(value, default=repr, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        text = json.dumps({"unrecordable": repr(value)[:1000]}, ensure_ascii=False)
    return text.encode("utf-8", "replace").decode()
