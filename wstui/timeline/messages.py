"""Whole messages out of their frames (RFC 6455 §5.4)."""

from collections.abc import Iterator
from typing import Protocol

from wstui.events import MESSAGE_KINDS, RecordedEvent

_WINDOW = 64
_FRAGMENT_LIMIT = 1_000_000
"""Events looked through on either side: a message that never ends must not hang a view."""


class _Events(Protocol):
    def event(self, event_id: int) -> RecordedEvent | None: ...

    def events(self, first_id: int, last_id: int | None = None) -> list[RecordedEvent]: ...


def message_payload(reader: _Events, event_id: int) -> bytes:
    """The payload of the whole message that an event belongs to; of any other event its own."""
    event = reader.event(event_id)
    if event is None:
        return b""
    if "fragment" not in event.detail or event.kind not in MESSAGE_KINDS:
        return event.payload or b""
    parts = [event.payload or b""]
    for earlier in _neighbours(reader, event, -1) if event.detail["fragment"] else ():
        parts.insert(0, earlier.payload or b"")
        if not earlier.detail.get("fragment"):
            break
    if event.detail.get("fin") is False:
        for later in _neighbours(reader, event, 1):
            if not later.detail.get("fragment"):
                break
            parts.append(later.payload or b"")
            if later.detail.get("fin") is not False:
                break
    return b"".join(parts)


def _neighbours(reader: _Events, event: RecordedEvent, step: int) -> Iterator[RecordedEvent]:
    """Data frames of the same connection and direction, nearest first."""
    near = event.id + step
    while near > 0 and abs(near - event.id) <= _FRAGMENT_LIMIT:
        first, last = (near, near + _WINDOW - 1) if step > 0 else (max(near - _WINDOW + 1, 1), near)
        found = reader.events(first, last)
        if not found:
            return
        for other in found[::step]:
            if (
                other.kind in MESSAGE_KINDS
                and other.direction == event.direction
                and other.connection == event.connection
            ):
                yield other
        near = last + 1 if step > 0 else first - 1
