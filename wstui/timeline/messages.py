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
    return b"".join(frame.payload or b"" for frame in message_frames(reader, event_id))


def message_frames(reader: _Events, event_id: int) -> list[RecordedEvent]:
    """The frames of the message that an event belongs to, in order; of any other event itself alone."""
    event = reader.event(event_id)
    if event is None:
        return []
    frames = [event]
    if "fragment" not in event.detail or event.kind not in MESSAGE_KINDS:
        return frames
    for earlier in _neighbours(reader, event, -1) if event.detail["fragment"] else ():
        frames.append(earlier)
        if not earlier.detail.get("fragment"):
            break
    frames.reverse()
    if event.detail.get("fin") is False:
        for later in _neighbours(reader, event, 1):
            if not later.detail.get("fragment"):
                break
            frames.append(later)
            if later.detail.get("fin") is not False:
                break
    return frames


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
