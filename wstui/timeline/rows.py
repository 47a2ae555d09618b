"""Rows of the ``event`` table and what they mean, checked: a file may come from anywhere."""

import json
from typing import Any

import msgspec

from wstui.events import RecordedEvent

Row = tuple[Any, ...]

EVENT = "id, t_ns, connection, kind, direction, size, wire_size, transcript, detail, payload"
"""The columns of a whole row."""

EVENT_WITHOUT_PAYLOAD = "id, t_ns, connection, kind, direction, size, wire_size, transcript, detail"

_WholeRow = tuple[int, int, int, str, str, int, int, int, str | None, bytes | None]
_convert = msgspec.convert
_decode = msgspec.json.Decoder(dict[str, Any]).decode


class DamagedRowError(ValueError):
    """A row that no writer wrote."""


def is_sound(row: Row) -> bool:
    """Whether a row holds what the writer writes."""
    try:
        to_events([row])
    except DamagedRowError:
        return False
    return True


def to_events(rows: list[Row]) -> list[RecordedEvent]:
    """Events of whole rows.

    Raises:
        DamagedRowError: a row does not hold what the writer writes.
    """
    try:
        sound = _convert(rows, list[_WholeRow])
    except msgspec.ValidationError as error:
        raise DamagedRowError(f"an event that no wstui wrote: {error}") from error
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


def decode_object(text: str) -> dict[str, Any]:
    """A JSON object of a column.

    Raises:
        DamagedRowError: it is no JSON object.
    """
    try:
        return _decode(text)
    except msgspec.DecodeError:
        pass
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DamagedRowError(f"a detail that is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise DamagedRowError("a detail that is not a JSON object")
    return value
