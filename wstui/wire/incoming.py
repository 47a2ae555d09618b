"""What the server sends: bytes in any portions become events (RFC 6455 §5, RFC 7692 §6.2).

Whole, uncompressed data frames inside one chunk, which is what a flood consists of, go through one
loop without a call per frame but the event's own. Every other frame is gathered in a buffer that
never holds more than one frame, and judged as soon as its header is complete: an announced size
above the limit, or a broken rule, does not wait for a payload that may never come. The payload of
a frame whose *header* broke a rule is recorded when it arrives, after the error.

Control frames and violations are handed to the owner; data frames become events here.
"""

import sys
import zlib
from collections.abc import Callable, Sequence
from typing import Any, Final

from websockets.extensions import Extension
from websockets.extensions.permessage_deflate import PerMessageDeflate

from wstui.events import Direction, Event, Kind
from wstui.wire.frames import RSV1, TEXT, Header, close_detail, header_size, parse_header, unmasked
from wstui.wire.inflate import Inflater, TooMuchData
from wstui.wire.plain import read_plain_frames
from wstui.wire.rules import (
    Violation,
    bad_compression,
    header_violation,
    invalid_utf8,
    message_too_big,
)
from wstui.wire.utf8 import Utf8Check

RECEIVED: Final = Direction.RECEIVED.value
KIND_OF_OPCODE: Final[dict[int, str]] = {
    0x1: Kind.TEXT.value,
    0x2: Kind.BINARY.value,
    0x8: Kind.CLOSE.value,
    0x9: Kind.PING.value,
    0xA: Kind.PONG.value,
}
COMPRESSED: Final[dict[str, Any]] = {"compressed": True}
"""The detail of every whole compressed frame: shared, never changed."""

_TEXT, _BINARY, _CLOSE = Kind.TEXT.value, Kind.BINARY.value, Kind.CLOSE.value
_NO_LIMIT: Final = sys.maxsize - 1
"""One below, so that one more than the limit is still a size."""


class _Message:
    """A fragmented message, or a frame of its own, on its way in."""

    __slots__ = ("compressed", "fragments", "kind", "size", "utf8")

    def __init__(self, kind: str, *, compressed: bool) -> None:
        self.kind = kind
        self.compressed = compressed
        self.fragments = 0
        self.size = 0
        self.utf8 = Utf8Check() if kind == _TEXT else None


class Incoming:
    """The receiving half of one connection.

    Args:
        connection: the number that events carry.
        extensions: as negotiated, in the order of the handshake.
        max_message_bytes: the limit for a message, wire and inflated; 0: none.
        events: where events are appended, in order.
        on_control: called for each whole, legal control frame.
        on_violation: called once for a broken rule; nothing is parsed after it.
    """

    def __init__(
        self,
        *,
        connection: int,
        extensions: Sequence[Extension],
        max_message_bytes: int,
        events: list[Event],
        on_control: Callable[[Header, bytes, int], None],
        on_violation: Callable[[Violation, int], None],
    ) -> None:
        self.messages = 0
        """Data messages received whole."""
        self.ignored_bytes = 0
        """Received when nothing more was to be read: after the end was decided."""
        self._connection = connection
        self._inflater = _inflater(extensions)
        self._limit = max_message_bytes or _NO_LIMIT
        self._events = events
        self._on_control = on_control
        self._on_violation = on_violation
        self._message: _Message | None = None
        self._partial = bytearray()
        self._needed = 2
        self._header: Header | None = None
        self._offence: Violation | None = None
        self._ignoring = False

    def receive(self, data: bytes, t_ns: int) -> None:
        """Parse a chunk that arrived at ``t_ns``. Never raises for what a peer sent."""
        position, end = 0, len(data)
        while position < end:
            if self._ignoring:
                self.ignored_bytes += end - position
                return
            if self._message is None and not self._partial:
                position = self._read_plain(data, position, t_ns)
            if position < end:
                position = self._read_one(data, position, t_ns)

    def ignore(self) -> None:
        """Count what comes from now on, and nothing else."""
        self._ignoring = True
        self._forget_frame()
        self._message = None

    def partial_frame(self) -> tuple[int, int] | None:
        """Bytes of an unfinished frame that are here, and bytes still missing, as far as is known."""
        if not self._partial:
            return None
        return len(self._partial), self._needed - len(self._partial)

    def _read_plain(self, data: bytes, position: int, t_ns: int) -> int:
        before = len(self._events)
        position = read_plain_frames(data, position, t_ns, self._connection, self._limit, self._events.append)
        self.messages += len(self._events) - before
        return position

    def _read_one(self, data: bytes, position: int, t_ns: int) -> int:
        """Take bytes up to the end of the frame that is under way; returns where it stopped."""
        while True:
            missing = self._needed - len(self._partial)
            self._partial += data[position : position + missing]
            position = min(position + missing, len(data))
            if len(self._partial) < self._needed:
                return position
            if self._header is None:
                self._take_header(t_ns)
                if self._ignoring:
                    return position
            else:
                self._take_frame(self._header, t_ns)
                return position

    def _take_header(self, t_ns: int) -> None:
        size = header_size(self._partial)
        if size > len(self._partial):
            self._needed = size
            return
        header = self._header = parse_header(bytes(self._partial))
        self._needed = size + header.length
        violation = header_violation(
            header,
            inside_message=self._message is not None,
            compression=self._inflater is not None,
            masked=False,
        )
        if violation is not None:
            self._offence = violation
            self._on_violation(violation, t_ns)
            if header.length > self._limit:
                self.ignore()
        elif not header.control:
            self._check_announced_size(header, t_ns)

    def _check_announced_size(self, header: Header, t_ns: int) -> None:
        size = header.length + (self._message.size if self._message else 0)
        if size > self._limit:
            self._fail(message_too_big(size, self._limit, inflated=False), t_ns)

    def _take_frame(self, header: Header, t_ns: int) -> None:
        with memoryview(self._partial) as view:
            payload = bytes(view[header.size :])
        offence = self._offence
        self._forget_frame()
        if offence is not None:
            self._record_offender(header, unmasked(header, payload), offence, t_ns)
        elif header.control:
            self._on_control(header, payload, t_ns)
        else:
            self._take_data(header, payload, t_ns)

    def _forget_frame(self) -> None:
        self._partial = bytearray()
        self._needed = 2
        self._header = None

    def _record_offender(self, header: Header, payload: bytes, offence: Violation, t_ns: int) -> None:
        """The frame whose header broke a rule: what can be read of it, for the record.

        Bytes that make no sense as a frame, as reserved bits or opcodes say, count as binary: they
        must not pass for a Close or a message.
        """
        kind = _BINARY if header.rsv else KIND_OF_OPCODE.get(header.opcode, _BINARY)
        detail: dict[str, Any] = {"opcode": header.opcode, "invalid": offence.what}
        if kind == _CLOSE:
            detail = {**close_detail(payload), **detail}
        self._append(kind, header, payload, detail, t_ns)
        self.ignore()

    def _take_data(self, header: Header, payload: bytes, t_ns: int) -> None:
        message = self._message
        if message is None:
            kind = _TEXT if header.opcode == TEXT else _BINARY
            message = _Message(kind, compressed=bool(header.rsv & RSV1))
        violation = None
        if message.compressed:
            payload, violation = self._inflate(header, payload, message)
        if violation is None and message.utf8 and not message.utf8.accepts(payload, last=header.fin):
            violation = invalid_utf8("a text message that is not UTF-8")
        self._append(message.kind, header, payload, _data_detail(message, header, violation), t_ns)
        message.size += len(payload)
        message.fragments += 1
        self._message = None if header.fin else message
        self.messages += header.fin
        if violation is not None:
            self._fail(violation, t_ns)

    def _inflate(self, header: Header, payload: bytes, message: _Message) -> tuple[bytes, Violation | None]:
        """The payload decompressed; where that fails, as it came, and why."""
        assert self._inflater is not None  # the header's check refuses RSV1 otherwise
        room = self._limit - message.size
        first = message.fragments == 0
        try:
            return self._inflater.inflate(payload, first=first, last=header.fin, room=room), None
        except TooMuchData:
            return payload, message_too_big(self._limit + 1, self._limit, inflated=True)
        except zlib.error as error:
            return payload, bad_compression(str(error))

    def _append(
        self, kind: str, header: Header, payload: bytes, detail: dict[str, Any] | None, t_ns: int
    ) -> None:
        wire_size = header.size + header.length
        self._events.append(
            Event(t_ns, self._connection, kind, RECEIVED, len(payload), wire_size, payload, detail)
        )

    def _fail(self, violation: Violation, t_ns: int) -> None:
        self.ignore()
        self._on_violation(violation, t_ns)


def _inflater(extensions: Sequence[Extension]) -> Inflater | None:
    found = [extension for extension in extensions if isinstance(extension, PerMessageDeflate)]
    return Inflater(found[0]) if found else None


def _data_detail(message: _Message, header: Header, violation: Violation | None) -> dict[str, Any] | None:
    whole = header.fin and not message.fragments
    if whole and violation is None:
        return COMPRESSED if message.compressed else None
    detail: dict[str, Any] = {} if whole else {"fragment": message.fragments, "fin": header.fin}
    if message.compressed:
        detail["compressed"] = True
    if violation is not None:
        detail["invalid"] = violation.what
    return detail
