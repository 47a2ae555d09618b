"""What the server sends: bytes in any portions become frames (RFC 6455 §5).

Frames that lie whole in one chunk are read where they lie: plain data frames, which is what a flood
consists of, in one loop (:mod:`plain`), other legal data frames one by one. Every other frame is
gathered in a buffer that never holds more than one, and judged as soon as its header is complete:
an announced size above the limit, or a broken rule, does not wait for a payload that may never
come. The payload of a frame whose *header* broke a rule is recorded when it arrives, after the
error. Control frames and violations are handed to the owner.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

from websockets.extensions import Extension

from wstui.events import Event, Kind
from wstui.wire.data_frames import RECEIVED, DataFrames
from wstui.wire.frames import (
    BINARY,
    FIN,
    RSV1,
    TEXT,
    Header,
    close_detail,
    header_size,
    parse_header,
    unmasked,
)
from wstui.wire.plain import read_plain_frames
from wstui.wire.rules import Violation, header_violation, message_too_big

KIND_OF_OPCODE: Final[dict[int, str]] = {
    0x1: Kind.TEXT.value,
    0x2: Kind.BINARY.value,
    0x8: Kind.CLOSE.value,
    0x9: Kind.PING.value,
    0xA: Kind.PONG.value,
}
_BINARY, _CLOSE = Kind.BINARY.value, Kind.CLOSE.value

# First bytes of legal data frames.
_BEGIN: Final = frozenset({TEXT, BINARY, FIN | TEXT, FIN | BINARY})
_BEGIN_COMPRESSED: Final = frozenset(RSV1 | first for first in _BEGIN)
_CONTINUE: Final = frozenset({0x00, FIN})


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
        self.ignored_bytes = 0
        """Received when nothing more was to be read: after the end was decided."""
        self._connection = connection
        self._events = events
        self._on_control = on_control
        self._on_violation = on_violation
        self._data = DataFrames(
            connection=connection, extensions=extensions, max_message_bytes=max_message_bytes, events=events
        )
        self._begin = _BEGIN | _BEGIN_COMPRESSED if self._data.compression else _BEGIN
        self._partial = bytearray()
        self._needed = 2
        self._header: Header | None = None
        self._offence: Violation | None = None
        self._ignoring = False

    @property
    def messages(self) -> int:
        """Data messages received whole."""
        return self._data.messages

    def receive(self, data: bytes, t_ns: int) -> None:
        """Parse a chunk that arrived at ``t_ns``. Never raises for what a peer sent."""
        position, end = 0, len(data)
        while position < end:
            if self._ignoring:
                self.ignored_bytes += end - position
                return
            if not self._partial:
                start = position
                position = self._read_in_place(data, position, t_ns)
                if position != start:
                    continue
            position = self._gather(data, position, t_ns)

    def ignore(self) -> None:
        """Count what comes from now on, and nothing else."""
        self._ignoring = True
        self._forget_frame()

    def partial_frame(self) -> tuple[int, int] | None:
        """Bytes of an unfinished frame that are here, and bytes still missing, as far as is known."""
        if not self._partial:
            return None
        return len(self._partial), self._needed - len(self._partial)

    # where they lie

    def _read_in_place(self, data: bytes, position: int, t_ns: int) -> int:
        """Read what of the chunk is easily read; returns where it stopped, perhaps at once."""
        messages = self._data
        if not messages.inside_message:
            before = len(self._events)
            position = read_plain_frames(
                data, position, t_ns, self._connection, messages.limit, self._events.append
            )
            messages.messages += len(self._events) - before
        return self._read_data_frames(data, position, t_ns)

    def _read_data_frames(self, data: bytes, position: int, t_ns: int) -> int:
        """Legal data frames that are here whole; anything else stays where it is."""
        messages, end = self._data, len(data)
        while position + 2 <= end:
            first, length = data[position], data[position + 1]
            if first not in (_CONTINUE if messages.inside_message else self._begin):
                break
            start = position + 2
            if length == 126:
                length, start = int.from_bytes(data[start : start + 2], "big"), start + 2
                if length < 126:
                    break
            elif length > 126:  # masked, or so large that gathering costs nothing
                break
            stop = start + length
            if stop > end or messages.size + length > messages.limit:
                break
            violation = messages.take(first, data[start:stop], stop - position, t_ns)
            position = stop
            if violation is not None:
                self._fail(violation, t_ns)
                break
            if not messages.inside_message and stop < end and data[stop] in _BEGIN:
                break
        return position

    # piece by piece

    def _gather(self, data: bytes, position: int, t_ns: int) -> int:
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
            inside_message=self._data.inside_message,
            compression=self._data.compression,
            masked=False,
        )
        if violation is not None:
            self._offence = violation
            self._on_violation(violation, t_ns)
            if header.length > self._data.limit:
                self.ignore()
        elif not header.control and self._data.size + header.length > self._data.limit:
            size = self._data.size + header.length
            self._fail(message_too_big(size, self._data.limit, inflated=False), t_ns)

    def _take_frame(self, header: Header, t_ns: int) -> None:
        with memoryview(self._partial) as view:
            payload = bytes(view[header.size :])
        self._forget_frame()
        if self._offence is not None:
            self._record_offender(header, unmasked(header, payload), self._offence, t_ns)
        elif header.control:
            self._on_control(header, payload, t_ns)
        else:
            violation = self._data.take(header.raw[0], payload, header.size + header.length, t_ns)
            if violation is not None:
                self._fail(violation, t_ns)

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
        wire_size = header.size + header.length
        self._events.append(
            Event(t_ns, self._connection, kind, RECEIVED, len(payload), wire_size, payload, detail)
        )
        self.ignore()

    def _fail(self, violation: Violation, t_ns: int) -> None:
        self.ignore()
        self._on_violation(violation, t_ns)
