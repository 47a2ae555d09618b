"""What we send: commands become frames with their events (RFC 6455 §5, §6.1, RFC 7692 §6.1).

An event is made with its frame but gets its time when the kernel took the frame's last byte. A raw
frame goes out exactly as asked; whether it is a legal one at this point decides what it is recorded
as. Here is also the state of our own fragmented message: only raw frames can leave one unfinished.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, NamedTuple

from websockets.extensions import Extension
from websockets.frames import Frame, Opcode

from wstui.events import CommandRefused, Direction, Event, Kind, Send, SendFrame
from wstui.wire.data_frames import COMPRESSED
from wstui.wire.frames import (
    BINARY,
    CLOSE,
    CONTINUATION,
    CONTROL_PAYLOAD_LIMIT_BYTES,
    PING,
    PONG,
    RSV1,
    RSV2,
    RSV3,
    TEXT,
    Header,
    close_detail,
    frame_header,
    serialise,
)
from wstui.wire.incoming import KIND_OF_OPCODE
from wstui.wire.rules import Violation, close_violation, header_violation, invalid_utf8, protocol_violation
from wstui.wire.utf8 import Utf8Check, is_utf8

FRAGMENTS_LIMIT: Final = 65_536
"""For one message: each fragment is an event of its own."""

SENT: Final = Direction.SENT.value
_OPCODE_OF_KIND = {Kind.CLOSE.value: CLOSE, Kind.PING.value: PING, Kind.PONG.value: PONG}


class Outgoing(NamedTuple):
    """Bytes for the kernel, and what is to be recorded once it has them."""

    data: bytes
    event: Event | None
    """Its time is still 0."""
    then: Callable[[int], None] | None = None
    """Called with the time at which the kernel took it."""


class RawFrame(NamedTuple):
    """A raw frame, and what it is at this point of the connection."""

    header: Header
    data: bytes
    event: Event
    violation: Violation | None


class _RawMessage:
    """A fragmented message that raw frames began."""

    __slots__ = ("fragments", "kind", "utf8")

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.fragments = 0
        self.utf8 = Utf8Check() if kind == Kind.TEXT else None


class FrameBuilder:
    """The sending half of one connection."""

    def __init__(self, *, connection: int, extensions: Sequence[Extension]) -> None:
        self._connection = connection
        self._extensions = tuple(extensions)
        self._message: _RawMessage | None = None

    def message(self, command: Send) -> Iterator[Outgoing]:
        """The frames of a message.

        Raises:
            CommandRefused: it cannot be sent now, or not as text. Nothing was built then.
        """
        self._refuse_message(command)
        return self._frames(command)

    def _refuse_message(self, command: Send) -> None:
        if self._message is not None:
            raise CommandRefused(
                "A fragmented message is unfinished: end it with a final continuation frame (opcode 0) first."
            )
        if not command.binary and not is_utf8(command.payload):
            raise CommandRefused("This is not UTF-8, as text must be: send it as binary, or as a raw frame.")
        if command.fragment_size < 0:
            raise CommandRefused("The size of a fragment cannot be negative.")
        if command.fragment_size and len(command.payload) > FRAGMENTS_LIMIT * command.fragment_size:
            raise CommandRefused(
                f"Fragments of {command.fragment_size} bytes would be more than {FRAGMENTS_LIMIT} frames."
            )

    def _frames(self, command: Send) -> Iterator[Outgoing]:
        kind = Kind.BINARY.value if command.binary else Kind.TEXT.value
        opcode = BINARY if command.binary else TEXT
        payload = command.payload
        size = command.fragment_size or len(payload) or 1
        starts = range(0, len(payload) or 1, size)
        for number, start in enumerate(starts):
            piece = payload[start : start + size]
            fin = number == len(starts) - 1
            header, body = self._encode(CONTINUATION if number else opcode, piece, fin=fin)
            detail = _data_detail(number, fin=fin, compressed=bool(self._extensions))
            data = serialise(header, body)
            yield Outgoing(data, self._event(kind, data, piece, detail))

    def _encode(self, opcode: int, payload: bytes, *, fin: bool) -> tuple[Header, bytes | memoryview]:
        frame = Frame(Opcode(opcode), payload, fin)
        for extension in self._extensions:
            frame = extension.encode(frame)
        rsv = RSV1 * frame.rsv1 | RSV2 * frame.rsv2 | RSV3 * frame.rsv3
        return frame_header(opcode, len(frame.data), fin=fin, rsv=rsv), memoryview(frame.data)

    def control(
        self, kind: str, payload: bytes, detail: dict[str, Any], then: Callable[[int], None] | None = None
    ) -> Outgoing:
        """A Close, ping or pong.

        Raises:
            CommandRefused: more payload than a control frame holds.
        """
        if len(payload) > CONTROL_PAYLOAD_LIMIT_BYTES:
            raise CommandRefused(
                f"A {kind} frame holds {CONTROL_PAYLOAD_LIMIT_BYTES} bytes, not {len(payload)} "
                "(RFC 6455 §5.5)."
            )
        header = frame_header(_OPCODE_OF_KIND[kind], len(payload))
        data = serialise(header, payload)
        return Outgoing(data, self._event(kind, data, payload, detail), then)

    def raw(self, command: SendFrame, *, after_close: bool) -> RawFrame:
        """A frame exactly as asked.

        Args:
            command: the frame.
            after_close: our Close was sent before.

        Raises:
            CommandRefused: no frame has such an opcode.
        """
        if not 0 <= command.opcode <= 0xF:
            raise CommandRefused(f"An opcode is a number from 0 to 15, not {command.opcode} (RFC 6455 §5.2).")
        rsv = RSV1 * command.rsv1 | RSV2 * command.rsv2 | RSV3 * command.rsv3
        header = frame_header(
            command.opcode, len(command.payload), fin=command.fin, rsv=rsv, masked=command.masked
        )
        data = serialise(header, command.payload)
        violation = self._why_not_legal(header, command.payload, after_close)
        if violation is not None:
            detail = _fault_detail(header, violation)
            return RawFrame(
                header, data, self._event(Kind.FAULT.value, data, command.payload, detail), violation
            )
        return RawFrame(header, data, self._legal_event(header, data, command.payload), None)

    def _why_not_legal(self, header: Header, payload: bytes, after_close: bool) -> Violation | None:
        violation = header_violation(
            header,
            inside_message=self._message is not None,
            compression=bool(self._extensions),
            masked=True,
        )
        if violation is not None:
            return violation
        if after_close and (header.opcode == CLOSE or not header.control):
            return protocol_violation("RFC 6455 §5.5.1", "a frame after our Close frame")
        if header.rsv:
            return protocol_violation("RFC 7692 §6.1", "a frame marked as compressed by hand")
        if header.opcode == CLOSE:
            return close_violation(payload)
        return self._why_not_text(header, payload)

    def _why_not_text(self, header: Header, payload: bytes) -> Violation | None:
        if header.opcode == TEXT:
            check: Utf8Check | None = Utf8Check()
        elif header.opcode == CONTINUATION and self._message is not None:
            check = self._message.utf8
        else:
            return None
        if check is None or check.accepts(payload, last=header.fin):
            return None
        return invalid_utf8("a text message that is not UTF-8")

    def _legal_event(self, header: Header, data: bytes, payload: bytes) -> Event:
        if header.control:
            kind = KIND_OF_OPCODE[header.opcode]
            detail: dict[str, Any] = {"raw": True, "opcode": header.opcode}
            if header.opcode == CLOSE:
                detail = {**close_detail(payload), **detail}
            return self._event(kind, data, payload, detail)
        message = self._message or _RawMessage(KIND_OF_OPCODE[header.opcode])
        detail = _data_detail(message.fragments, fin=header.fin, compressed=False) or {}
        if header.opcode == TEXT and not header.fin and message.utf8:
            message.utf8.accepts(payload, last=False)
        message.fragments += 1
        self._message = None if header.fin else message
        return self._event(message.kind, data, payload, {**detail, "raw": True, "opcode": header.opcode})

    def _event(self, kind: str, data: bytes, payload: bytes, detail: dict[str, Any] | None) -> Event:
        return Event(0, self._connection, kind, SENT, len(payload), len(data), payload, detail)


def _fault_detail(header: Header, violation: Violation) -> dict[str, Any]:
    return {
        "injected": "frame",
        "opcode": header.opcode,
        "header": header.raw.hex(" "),
        "invalid": violation.what,
        "rule": violation.rule,
    }


def _data_detail(fragment: int, *, fin: bool, compressed: bool) -> dict[str, Any] | None:
    if fin and fragment == 0:
        return COMPRESSED if compressed else None
    detail: dict[str, Any] = {"fragment": fragment, "fin": fin}
    if compressed:
        detail["compressed"] = True
    return detail
