"""Frame headers and close bodies: bytes in, values out, and back (RFC 6455 §5.2, §5.5.1).

Pure functions over bytes. What is legal is the business of :mod:`wstui.wire.rules`; here even the
nonsense that a broken peer sends, or that a person wants to send, has a value.
"""

import secrets
from typing import Any, Final, NamedTuple

try:
    from websockets.speedups import apply_mask
except ImportError:  # no compiler was there when websockets was installed
    from websockets.utils import apply_mask

CONTINUATION: Final = 0x0
TEXT: Final = 0x1
BINARY: Final = 0x2
CLOSE: Final = 0x8
PING: Final = 0x9
PONG: Final = 0xA

KNOWN_OPCODES: Final = frozenset({CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG})
FIRST_CONTROL_OPCODE: Final = 0x8
CONTROL_PAYLOAD_LIMIT_BYTES: Final = 125
"""RFC 6455 §5.5."""

FIN: Final = 0x80
RSV1: Final = 0x40
RSV2: Final = 0x20
RSV3: Final = 0x10
MASKED: Final = 0x80


class Header(NamedTuple):
    """A frame's header, as its bits say."""

    fin: bool
    rsv: int
    """The reserved bits in place: a sum of :data:`RSV1`, :data:`RSV2`, :data:`RSV3`."""
    opcode: int
    masked: bool
    length: int
    """Payload bytes, as announced."""
    minimal: bool
    """Whether the length is written in the fewest bytes that hold it."""
    raw: bytes
    """The header itself, with the masking key if there is one."""

    @property
    def size(self) -> int:
        """Bytes of the header, masking key included."""
        return len(self.raw)

    @property
    def control(self) -> bool:
        """Whether it heads a control frame, known or reserved."""
        return self.opcode >= FIRST_CONTROL_OPCODE


def header_size(start: bytes | bytearray) -> int:
    """Bytes of the header that begins with these bytes (at least two)."""
    length = start[1] & 0x7F
    extended = 8 if length == 127 else 2 if length == 126 else 0
    return 2 + extended + (4 if start[1] & MASKED else 0)


def parse_header(raw: bytes) -> Header:
    """The header in exactly these bytes (:func:`header_size` of them)."""
    first, second = raw[0], raw[1]
    length, minimal = second & 0x7F, True
    if length == 126:
        length = int.from_bytes(raw[2:4], "big")
        minimal = length > 125
    elif length == 127:
        length = int.from_bytes(raw[2:10], "big")
        minimal = length > 0xFFFF
    return Header(
        fin=bool(first & FIN),
        rsv=first & 0x70,
        opcode=first & 0x0F,
        masked=bool(second & MASKED),
        length=length,
        minimal=minimal,
        raw=raw,
    )


def frame_header(opcode: int, length: int, *, fin: bool = True, rsv: int = 0, masked: bool = True) -> Header:
    """The header of a frame that we send; a masked one gets a fresh, unpredictable key (§5.3)."""
    raw = bytearray([(FIN if fin else 0) | rsv | opcode])
    mask_bit = MASKED if masked else 0
    if length < 126:
        raw.append(mask_bit | length)
    elif length <= 0xFFFF:
        raw.append(mask_bit | 126)
        raw += length.to_bytes(2, "big")
    else:
        raw.append(mask_bit | 127)
        raw += length.to_bytes(8, "big")
    if masked:
        raw += secrets.token_bytes(4)
    return Header(fin, rsv, opcode, masked, length, True, bytes(raw))


def serialise(header: Header, payload: bytes | memoryview) -> bytes:
    """The frame on the wire."""
    if header.masked:
        payload = apply_mask(payload, header.raw[-4:])
    return b"".join((header.raw, payload))


def unmasked(header: Header, payload: bytes) -> bytes:
    """The payload behind a received frame's mask, if it has one."""
    return apply_mask(payload, header.raw[-4:]) if header.masked else payload


def close_body(code: int | None, reason: str = "") -> bytes:
    """The payload of a Close frame; a code of None has no body (RFC 6455 §5.5.1).

    Lone surrogates in a reason that is sent by force become the bytes that UTF-8 forbids.
    """
    if code is None:
        return b""
    return code.to_bytes(2, "big") + reason.encode("utf-8", "surrogatepass")


def parse_close_body(body: bytes) -> tuple[int | None, bytes]:
    """Code and undecoded reason; a body of one byte has neither (§5.5.1 forbids it)."""
    if len(body) < 2:
        return None, b""
    return int.from_bytes(body[:2], "big"), body[2:]


def close_detail(body: bytes) -> dict[str, Any]:
    """Code and reason of a Close frame's body, for its event; a reason that is not UTF-8 escaped."""
    code, reason = parse_close_body(body)
    return {"code": code, "reason": reason.decode("utf-8", "backslashreplace")}
