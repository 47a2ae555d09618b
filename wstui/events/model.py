"""The event model: the one vocabulary that wire, session file, views and exports share.

An event is a plain tuple, so that a flood of frames costs one small allocation each and SQLite can
take it as it is. Its ``kind`` and ``direction`` hold the *values* of :class:`Kind` and
:class:`Direction` (plain ``str``), never the members: a ``str`` subclass would cost the database
driver an adapter lookup for every row.

What ``detail`` holds for each kind is typed in :mod:`wstui.events.details`.
"""

from enum import StrEnum
from typing import Any, NamedTuple


class Kind(StrEnum):
    """What happened. The names are part of the session file and of every export."""

    RESOLVE = "resolve"
    TCP = "tcp"
    PROXY = "proxy"
    TLS = "tls"
    UPGRADE = "upgrade"
    REDIRECT = "redirect"
    OPEN = "open"
    TEXT = "text"
    BINARY = "binary"
    PING = "ping"
    PONG = "pong"
    CLOSE = "close"
    EOF = "eof"
    RESET = "reset"
    LOST = "lost"
    RETRY = "retry"
    FAULT = "fault"
    ERROR = "error"


class Direction(StrEnum):
    """Seen from the client: what it sent, what it received, what only happened here."""

    SENT = "sent"
    RECEIVED = "received"
    LOCAL = "local"


class Event(NamedTuple):
    """One thing that happened on a connection.

    The session file numbers events (``id``) in the order in which they were handled; an event does
    not know its own number.
    """

    t_ns: int
    """Session time: the wall clock at the session's start plus monotonic time since, in ns.

    For what arrived, the kernel's receive time where there is one. Non-decreasing within a
    direction.
    """
    connection: int
    """Which attempt of the session it belongs to, from 0."""
    kind: str
    """A value of :class:`Kind`."""
    direction: str
    """A value of :class:`Direction`."""
    size: int = 0
    """Payload bytes (after decompression)."""
    wire_size: int = 0
    """Bytes on the wire, frame header and mask included, TLS not."""
    payload: bytes | None = None
    """The payload, whole: cutting at the recording limit is the writer's business."""
    detail: dict[str, Any] | None = None
    """Facts of this kind (see :mod:`wstui.events.details`), or None where there is nothing to add."""


class RecordedEvent(NamedTuple):
    """An event as the session file gives it back: numbered, its payload perhaps cut."""

    id: int
    t_ns: int
    connection: int
    kind: str
    direction: str
    size: int
    wire_size: int
    payload: bytes | None
    detail: dict[str, Any]


MESSAGE_KINDS = frozenset({Kind.TEXT.value, Kind.BINARY.value})
"""Data frames: what the two sides say to each other."""

CONTROL_FRAME_KINDS = frozenset({Kind.PING.value, Kind.PONG.value, Kind.CLOSE.value})
"""RFC 6455 §5.5."""

PHASE_KINDS = (
    Kind.RESOLVE.value,
    Kind.TCP.value,
    Kind.PROXY.value,
    Kind.TLS.value,
    Kind.UPGRADE.value,
    Kind.REDIRECT.value,
)
"""Phases of dialling, in the order in which they happen; each has ``duration_ns`` in its detail."""

END_KINDS = frozenset({Kind.EOF.value, Kind.RESET.value, Kind.LOST.value})
"""How TCP ended."""

TRANSCRIPT_KINDS = frozenset(
    MESSAGE_KINDS
    | END_KINDS
    | {Kind.OPEN.value, Kind.CLOSE.value, Kind.RETRY.value, Kind.FAULT.value, Kind.ERROR.value}
)
"""What the message list shows by default: messages, and what begins, ends and disturbs them."""
