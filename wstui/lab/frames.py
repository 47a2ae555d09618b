"""Frames from the server's side: small, and willing to write what no server should.

Reading is strict, so that a client's mistakes are answered as RFC 6455 asks; writing takes any
opcode, any reserved bit and any payload, for misbehaving is what this folder is for.
"""

import struct
from typing import NamedTuple

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA

RSV1 = 0x40
"""Marks a compressed message (RFC 7692 §7.2.3.1)."""

MESSAGE_LIMIT_BYTES = 16 * 1024 * 1024
"""A longer message is answered with 1009."""

_KNOWN_OPCODES = frozenset({CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG})


class Frame(NamedTuple):
    """A frame as a client sent it, unmasked."""

    opcode: int
    payload: bytes
    fin: bool = True
    compressed: bool = False


class ClientMistake(Exception):
    """The client broke the protocol: the code and the reason to close with."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


def encode_frame(opcode: int, payload: bytes = b"", *, fin: bool = True, rsv: int = 0) -> bytes:
    """An unmasked frame (RFC 6455 §5.2), legal or not. ``rsv`` holds the bits 0x40, 0x20, 0x10."""
    first = (0x80 if fin else 0) | rsv | opcode
    size = len(payload)
    if size < 126:
        return struct.pack("!BB", first, size) + payload
    if size < 65536:
        return struct.pack("!BBH", first, 126, size) + payload
    return struct.pack("!BBQ", first, 127, size) + payload


def close_payload(code: int | None, reason: str | bytes = b"") -> bytes:
    """The body of a Close frame; None: no body."""
    if code is None:
        return b""
    return struct.pack("!H", code) + (reason.encode() if isinstance(reason, str) else reason)


def close_code(payload: bytes) -> int | None:
    """The code in a Close frame's body, or None where there is none."""
    return struct.unpack_from("!H", payload)[0] if len(payload) >= 2 else None


def take_frame(buffer: bytearray, *, allow_compressed: bool = False) -> Frame | None:
    """The next whole frame of what a client sent, removed from the buffer; None if there is not yet one.

    Raises:
        ClientMistake: a reserved bit or opcode, no mask, a control frame that is too long or
            fragmented, or a frame beyond the limit (RFC 6455 §5.1, §5.2, §5.5).
    """
    if len(buffer) < 2:
        return None
    first, second = buffer[0], buffer[1]
    _check_start(first, second, RSV1 if allow_compressed else 0)
    head, size = _length(buffer, second & 0x7F)
    if size > MESSAGE_LIMIT_BYTES:
        raise ClientMistake(1009, f"a frame of more than {MESSAGE_LIMIT_BYTES} bytes")
    if not head or len(buffer) < head + 4 + size:
        return None
    mask = bytes(buffer[head : head + 4])
    payload = apply_mask(bytes(buffer[head + 4 : head + 4 + size]), mask)
    del buffer[: head + 4 + size]
    return Frame(first & 0x0F, payload, bool(first & 0x80), bool(first & RSV1))


def apply_mask(data: bytes, mask: bytes) -> bytes:
    """Mask or unmask (RFC 6455 §5.3)."""
    size = len(data)
    pattern = (mask * (size // 4 + 1))[:size]
    return (int.from_bytes(data, "big") ^ int.from_bytes(pattern, "big")).to_bytes(size, "big")


def _check_start(first: int, second: int, allowed_rsv: int) -> None:
    opcode = first & 0x0F
    if first & 0x70 & ~allowed_rsv:
        raise ClientMistake(1002, "reserved bits are set")
    if opcode not in _KNOWN_OPCODES:
        raise ClientMistake(1002, f"opcode {opcode:#x} is reserved")
    if opcode & 0x8 and not first & 0x80:
        raise ClientMistake(1002, "a fragmented control frame")
    if opcode & 0x8 and (second & 0x7F) > 125:
        raise ClientMistake(1002, "a control frame of more than 125 bytes")
    if not second & 0x80:
        raise ClientMistake(1002, "a frame without a mask")


def _length(buffer: bytearray, short: int) -> tuple[int, int]:
    """Size of the header before the mask (0: not all there yet), and of the payload."""
    if short < 126:
        return 2, short
    wide = 2 if short == 126 else 8
    if len(buffer) < 2 + wide:
        return 0, 0
    return 2 + wide, int.from_bytes(buffer[2 : 2 + wide], "big")
