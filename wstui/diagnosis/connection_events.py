"""One connection's events, found by kind: the ground that evidence stands on."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from wstui.events import END_KINDS, Direction, ErrorCode, Kind, RecordedEvent

SENT, RECEIVED = Direction.SENT.value, Direction.RECEIVED.value
NS = 1_000_000_000


@dataclass(frozen=True)
class ConnectionEvents:
    """The events of one connection, in order; a flood's middle may be left out."""

    connection: int
    events: tuple[RecordedEvent, ...]

    def first(self, kind: Kind, direction: str | None = None) -> RecordedEvent | None:
        """The first event of a kind."""
        return next(self._of(kind, direction), None)

    def _of(self, kind: Kind, direction: str | None = None) -> Iterator[RecordedEvent]:
        return (e for e in self.events if e.kind == kind.value and direction in (None, e.direction))

    def all(self, kind: Kind, direction: str | None = None) -> list[RecordedEvent]:
        """Every event of a kind, in order."""
        return list(self._of(kind, direction))

    @cached_property
    def opened(self) -> RecordedEvent | None:
        """The ``open`` event."""
        return self.first(Kind.OPEN)

    @cached_property
    def upgrade(self) -> RecordedEvent | None:
        """The last ``upgrade`` event: after redirects, the one that counts."""
        found = self.all(Kind.UPGRADE)
        return found[-1] if found else None

    @cached_property
    def errors(self) -> list[RecordedEvent]:
        """Every ``error`` event."""
        return self.all(Kind.ERROR)

    def error(self, *codes: ErrorCode) -> RecordedEvent | None:
        """The first error with one of these codes."""
        wanted = {code.value for code in codes}
        return next((e for e in self.errors if e.detail.get("code") in wanted), None)

    @cached_property
    def close_sent(self) -> RecordedEvent | None:
        """Our first Close frame."""
        return self.first(Kind.CLOSE, SENT)

    @cached_property
    def close_received(self) -> RecordedEvent | None:
        """The server's first Close frame."""
        return self.first(Kind.CLOSE, RECEIVED)

    @cached_property
    def server_closed_first(self) -> RecordedEvent | None:
        """The server's Close frame, if it came before ours."""
        received, sent = self.close_received, self.close_sent
        if received is None or (sent is not None and sent.id < received.id):
            return None
        return received

    @cached_property
    def end(self) -> RecordedEvent | None:
        """How TCP ended (``eof``, ``reset``, ``lost``); the other side's doing before our own."""
        found = [e for e in self.events if e.kind in END_KINDS]
        theirs = [e for e in found if e.direction != SENT]
        return next(iter(theirs or found), None)

    @cached_property
    def end_is_ours(self) -> bool:
        """We ended TCP."""
        return self.end is not None and self.end.direction == SENT

    @cached_property
    def bare_end(self) -> RecordedEvent | None:
        """How TCP ended, if the other side ended it and nobody had sent a Close frame."""
        if self.end_is_ours or self.opened is None:
            return None
        if self.close_sent is not None or self.close_received is not None:
            return None
        return self.end

    @cached_property
    def their_end(self) -> RecordedEvent | None:
        """What the other side ended it with: its Close frame if that came first, else bare TCP."""
        return self.server_closed_first or self.bare_end
