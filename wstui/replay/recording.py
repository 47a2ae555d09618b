"""A session file as replay sees it: for each connection what the two sides did, message by message.

Fragments are put together, replies that every client gives by itself (pongs, the answer to a Close)
are left out of what the client did, and how TCP ended is kept apart.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from wstui.events import END_KINDS, MESSAGE_KINDS, Direction, Kind, RecordedEvent
from wstui.timeline import SessionInfo, TimelineReader

_SENT = Direction.SENT.value
_RECEIVED = Direction.RECEIVED.value
_TALK = MESSAGE_KINDS | {Kind.PING.value, Kind.PONG.value, Kind.CLOSE.value}


TOLD_EVERY = 500
"""After so many events or messages it is told how far long work is."""


class RecordingError(Exception):
    """This session cannot be replayed; the message is one sentence."""


class Moment(msgspec.Struct, frozen=True, gc=False):
    """Something that one side did: a whole message, a control frame, a raw frame, or the end of TCP."""

    event: int
    """The event's id; of a fragmented message its last frame's."""
    t_ns: int
    kind: str
    direction: str
    payload: bytes = b""
    size: int = 0
    """Payload bytes, also where the recording cut the payload."""
    fragments: tuple[int, ...] = ()
    """The sizes of a fragmented message's frames."""
    detail: dict[str, Any] = {}
    is_forced: bool = False
    """The client's Close to a server that had broken the protocol (RFC 6455 §7.1.7)."""

    @property
    def is_message(self) -> bool:
        """Whether it is a text or binary message."""
        return self.kind in MESSAGE_KINDS

    @property
    def is_cut(self) -> bool:
        """Whether the recording holds only the payload's beginning."""
        return len(self.payload) < self.size

    @property
    def is_sent(self) -> bool:
        """Whether the client did it."""
        return self.direction == _SENT


@dataclass(frozen=True, slots=True)
class RecordedConnection:
    """One connection of a session."""

    number: int
    moments: tuple[Moment, ...] = ()
    """What the two sides did once it was open, in the order of handling."""
    opened: RecordedEvent | None = None
    upgrade: RecordedEvent | None = None
    """The newest answer to the upgrade request."""
    end: Moment | None = None
    """How TCP ended; None where the recording stops before."""

    @property
    def received(self) -> list[Moment]:
        """What the server did, but for the end of TCP."""
        return [moment for moment in self.moments if not moment.is_sent]

    @property
    def sent(self) -> list[Moment]:
        """What the client did, but for the end of TCP."""
        return [moment for moment in self.moments if moment.is_sent]

    @property
    def messages(self) -> int:
        """How many messages there are in both directions."""
        return sum(moment.is_message for moment in self.moments)

    @property
    def subprotocol(self) -> str | None:
        """What the server chose."""
        return None if self.opened is None else self.opened.detail.get("subprotocol")

    @property
    def opened_ns(self) -> int:
        """Session time of the open; 0 if it was never open."""
        return 0 if self.opened is None else self.opened.t_ns

    @property
    def ended_ns(self) -> int:
        """Session time of the newest thing that happened on it."""
        times = [moment.t_ns for moment in self.moments[-1:]] + ([self.end.t_ns] if self.end else [])
        return max(times, default=self.opened_ns)


@dataclass(frozen=True, slots=True)
class Recording:
    """A whole session."""

    name: str
    info: SessionInfo
    connections: tuple[RecordedConnection, ...]
    damage: str = ""
    """What is wrong with the file, one sentence, or empty."""

    @property
    def opened(self) -> list[RecordedConnection]:
        """The connections that were open."""
        return [connection for connection in self.connections if connection.opened is not None]

    @property
    def messages(self) -> int:
        """How many messages there are in both directions."""
        return sum(connection.messages for connection in self.connections)

    def chosen(self, number: int | None) -> list[RecordedConnection]:
        """The open connections, or one of them by its number.

        Raises:
            RecordingError: there is none.
        """
        opened = self.opened
        if not opened:
            count = len(self.connections)
            what = f"none of its {count} connections was ever open" if count else "it holds no connection"
            raise RecordingError(f"{self.name} cannot be replayed: {what}.")
        if number is None:
            return opened
        found = [connection for connection in opened if connection.number == number]
        if not found:
            shown = ", ".join(str(connection.number) for connection in opened)
            raise RecordingError(f"{self.name} has no open connection {number}; there are: {shown}.")
        return found


def read_recording(reader: TimelineReader, tell: Callable[[float], None] | None = None) -> Recording:
    """Everything that the file holds.

    Args:
        reader: of the file.
        tell: told now and then how much of it is read, 0 to 1; whatever it raises ends the reading.
    """
    connections: dict[int, _Gathering] = {}
    last_id = max(reader.last_id(), 1) if tell is not None else 1
    for event in reader.iterate():
        if tell is not None and event.id % TOLD_EVERY == 0:
            tell(min(event.id / last_id, 1.0))
        connections.setdefault(event.connection, _Gathering(event.connection)).take(event)
    return Recording(
        reader.path.name,
        reader.info,
        tuple(gathering.finished() for _, gathering in sorted(connections.items())),
        reader.damage,
    )


class _Gathering:
    """A connection while its events are read."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._moments: list[Moment] = []
        self._opened: RecordedEvent | None = None
        self._upgrade: RecordedEvent | None = None
        self._end: Moment | None = None
        self._broken = False
        self._fragments: dict[str, list[RecordedEvent]] = {_SENT: [], _RECEIVED: []}

    def take(self, event: RecordedEvent) -> None:
        if event.kind in MESSAGE_KINDS:
            self._moments += self._completed(event)
        elif event.kind == Kind.OPEN:
            self._opened = event
        elif event.kind == Kind.UPGRADE:
            self._upgrade = event
        elif event.kind in END_KINDS:
            self._end = self._end or _moment([event])
        elif event.kind == Kind.ERROR:
            self._broken = self._broken or event.direction == _RECEIVED
        elif event.kind in _TALK or (event.kind == Kind.FAULT and "opcode" in event.detail):
            self._moments += self._completed(event)

    def _completed(self, event: RecordedEvent) -> Iterator[Moment]:
        if event.kind not in MESSAGE_KINDS or "fragment" not in event.detail:
            forced = self._broken and event.kind == Kind.CLOSE and event.direction == _SENT
            yield _moment([event], is_forced=forced)
            return
        fragments = self._fragments[event.direction]
        if event.detail["fragment"] == 0:
            fragments.clear()
        fragments.append(event)
        if event.detail.get("fin", True):
            yield _moment(fragments)
            fragments.clear()

    def finished(self) -> RecordedConnection:
        moments = self._moments if self._opened is not None else []
        return RecordedConnection(self._number, tuple(moments), self._opened, self._upgrade, self._end)


def _moment(frames: list[RecordedEvent], *, is_forced: bool = False) -> Moment:
    last = frames[-1]
    if len(frames) == 1:
        payload = last.payload or b""
        return Moment(
            last.id, last.t_ns, last.kind, last.direction, payload, last.size, (), last.detail, is_forced
        )
    return Moment(
        last.id,
        last.t_ns,
        last.kind,
        last.direction,
        b"".join(frame.payload or b"" for frame in frames),
        sum(frame.size for frame in frames),
        tuple(frame.size for frame in frames),
        last.detail,
        is_forced,
    )


def client_steps(moments: Iterable[Moment]) -> list[Moment]:
    """What the client did of its own accord: without pongs that answer and its reply to a Close."""
    return [moment for moment in moments if moment.is_sent and not _is_reflex(moment)]


def _is_reflex(moment: Moment) -> bool:
    return moment.is_forced or moment.detail.get("source") == "answer" or bool(moment.detail.get("reply"))
