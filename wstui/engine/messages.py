"""Whole received messages out of the stream of events, for steps that wait for one."""

from collections.abc import Iterator

from wstui.events import MESSAGE_KINDS, Direction, Event

_RECEIVED = Direction.RECEIVED.value


class MessageAssembler:
    """Puts fragments together (RFC 6455 §5.4); the wire bounds their sum by the message limit."""

    def __init__(self) -> None:
        self._fragments: list[bytes] = []

    def feed(self, events: list[Event]) -> Iterator[bytes]:
        """The messages that these events complete."""
        for event in events:
            if event.kind in MESSAGE_KINDS and event.direction == _RECEIVED:
                detail = event.detail or {}
                if detail.get("fragment", 0) == 0:
                    self._fragments.clear()
                self._fragments.append(event.payload or b"")
                if detail.get("fin", True):
                    yield b"".join(self._fragments)
                    self._fragments.clear()
