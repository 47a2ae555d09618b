"""Data frames become events: fragments, decompression, UTF-8, sizes (RFC 6455 §5.4, §5.6).

Framing is done when a frame comes here; what is judged here is what its payload means.
"""

import sys
import zlib
from collections.abc import Sequence
from typing import Any, Final

from websockets.extensions import Extension
from websockets.extensions.permessage_deflate import PerMessageDeflate

from wstui.events import Direction, Event, Kind
from wstui.wire.frames import FIN, RSV1, TEXT
from wstui.wire.inflate import Inflater, TooMuchData
from wstui.wire.rules import Violation, bad_compression, invalid_utf8, message_too_big
from wstui.wire.utf8 import Utf8Check, is_utf8

RECEIVED: Final = Direction.RECEIVED.value
COMPRESSED: Final[dict[str, Any]] = {"compressed": True}
"""The detail of every whole compressed frame: shared, never changed."""

_TEXT, _BINARY = Kind.TEXT.value, Kind.BINARY.value
_NO_LIMIT: Final = sys.maxsize - 1
"""One below, so that one more than the limit is still a size."""
_OPCODE: Final = 0x0F
_new, _event = tuple.__new__, Event


class _Fragmented:
    """A fragmented message on its way in."""

    __slots__ = ("compressed", "fragments", "kind", "size", "utf8")

    def __init__(self, kind: str, *, compressed: bool) -> None:
        self.kind = kind
        self.compressed = compressed
        self.fragments = 0
        self.size = 0
        self.utf8 = Utf8Check() if kind == _TEXT else None


class DataFrames:
    """One connection's messages on their way in.

    Args:
        connection: the number that events carry.
        extensions: as negotiated.
        max_message_bytes: the limit for a message, wire and inflated; 0: none.
        events: where events are appended, in order.
    """

    def __init__(
        self, *, connection: int, extensions: Sequence[Extension], max_message_bytes: int, events: list[Event]
    ) -> None:
        self.messages = 0
        """Received whole."""
        self.limit = max_message_bytes or _NO_LIMIT
        self.inside_message = False
        """A fragmented message is unfinished."""
        self.size = 0
        """Bytes of the unfinished message."""
        self._connection = connection
        self._events = events
        self._inflater = _inflater(extensions)
        self._message: _Fragmented | None = None

    @property
    def compression(self) -> bool:
        """Whether messages may be compressed."""
        return self._inflater is not None

    def take(self, first: int, payload: bytes, wire_size: int, t_ns: int) -> Violation | None:
        """A whole frame whose header breaks no rule.

        Args:
            first: the first byte of its header.
            payload: as it came.
            wire_size: of the whole frame.
            t_ns: when it came.

        Returns:
            The rule that the payload breaks; the frame is recorded nevertheless.
        """
        if first & FIN and self._message is None:
            return self._take_whole(first, payload, wire_size, t_ns)
        return self._take_fragment(first, payload, wire_size, t_ns)

    def _take_whole(self, first: int, payload: bytes, wire_size: int, t_ns: int) -> Violation | None:
        kind = _TEXT if first & _OPCODE == TEXT else _BINARY
        detail, violation = None, None
        if first & RSV1:
            detail = COMPRESSED
            payload, violation = self._inflate(payload, begins=True, ends=True)
        if violation is None and kind is _TEXT and not is_utf8(payload):
            violation = invalid_utf8("a text message that is not UTF-8")
        if violation is not None:
            detail = {**(detail or {}), "invalid": violation.what}
        self.messages += 1
        self._append(kind, payload, wire_size, detail, t_ns)
        return violation

    def _take_fragment(self, first: int, payload: bytes, wire_size: int, t_ns: int) -> Violation | None:
        message, fin, violation = self._message, bool(first & FIN), None
        if message is None:
            kind = _TEXT if first & _OPCODE == TEXT else _BINARY
            message = self._message = _Fragmented(kind, compressed=bool(first & RSV1))
        detail: dict[str, Any] = {"fragment": message.fragments, "fin": fin}
        if message.compressed:
            detail["compressed"] = True
            payload, violation = self._inflate(payload, begins=message.fragments == 0, ends=fin)
        if violation is None and message.utf8 is not None and not message.utf8.accepts(payload, last=fin):
            violation = invalid_utf8("a text message that is not UTF-8")
        if violation is not None:
            detail["invalid"] = violation.what
        message.fragments += 1
        self._append(message.kind, payload, wire_size, detail, t_ns)
        if fin:
            self._message, self.inside_message, self.size = None, False, 0
            self.messages += 1
        else:
            self.inside_message = True
            self.size += len(payload)
        return violation

    def _inflate(self, payload: bytes, *, begins: bool, ends: bool) -> tuple[bytes, Violation | None]:
        """The payload decompressed; where that fails, as it came, and why."""
        assert self._inflater is not None  # the header's check refuses RSV1 otherwise
        try:
            return self._inflater.inflate(payload, begins, ends, self.limit - self.size), None
        except TooMuchData:
            return payload, message_too_big(self.limit + 1, self.limit, inflated=True)
        except zlib.error as error:
            return payload, bad_compression(str(error))

    def _append(
        self, kind: str, payload: bytes, wire_size: int, detail: dict[str, Any] | None, t_ns: int
    ) -> None:
        size = len(payload)
        self._events.append(
            _new(_event, (t_ns, self._connection, kind, RECEIVED, size, wire_size, payload, detail))
        )


def _inflater(extensions: Sequence[Extension]) -> Inflater | None:
    found = [extension for extension in extensions if isinstance(extension, PerMessageDeflate)]
    return Inflater(found[0]) if found else None
