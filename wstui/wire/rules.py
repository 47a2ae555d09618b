"""What a peer may not send: each rule of RFC 6455 as a sentence, a paragraph and a close code.

Pure functions: a header or a body in, a :class:`Violation` or None out. The same functions judge a
raw frame that a person wants to send: what they find makes it a fault.
"""

from typing import Any, NamedTuple

from wstui.events import (
    ErrorCode,
    close_code_name,
    is_valid_on_wire,
)
from wstui.wire.frames import (
    CONTINUATION,
    CONTROL_PAYLOAD_LIMIT_BYTES,
    KNOWN_OPCODES,
    RSV1,
    Header,
    parse_close_body,
)
from wstui.wire.utf8 import is_utf8


class Violation(NamedTuple):
    """A broken rule."""

    code: ErrorCode
    close_code: int
    """What we close with (RFC 6455 §7.4.1)."""
    rule: str
    """The paragraph."""
    what: str
    """What is wrong with the frame, as a clause that follows "a frame …"; our close reason."""
    facts: dict[str, Any] = {}  # noqa: RUF012  never changed

    def detail(self) -> dict[str, Any]:
        """The detail of an ``error`` event."""
        return {
            "code": self.code.value,
            "message": f"The server sent {self.what}.",
            "rule": self.rule,
            **self.facts,
        }


def protocol_violation(rule: str, what: str, **facts: object) -> Violation:
    """A rule whose breach is answered with 1002."""
    return Violation(ErrorCode.PROTOCOL_VIOLATION, 1002, rule, what, facts)


def invalid_utf8(what: str, rule: str = "RFC 6455 §8.1") -> Violation:
    """Text that is none: 1007."""
    return Violation(ErrorCode.INVALID_UTF8, 1007, rule, what)


def bad_compression(reason: str) -> Violation:
    """Compressed data that cannot be inflated: 1007."""
    return Violation(
        ErrorCode.BAD_COMPRESSION,
        1007,
        "RFC 7692 §7.2.2",
        "compressed data that is damaged",
        {"reason": reason},
    )


def message_too_big(size: int, limit: int, *, inflated: bool) -> Violation:
    """A message above the limit of this client: 1009.

    Args:
        size: bytes of the message that were received or announced when it was noticed.
        limit: the limit in bytes.
        inflated: whether ``size`` is what the data grew to when it was decompressed.
    """
    grown = "grows to more than" if inflated else f"has at least {size} bytes, more than"
    return Violation(
        ErrorCode.MESSAGE_TOO_BIG,
        1009,
        "RFC 6455 §10.4",
        f"a message that {grown} the limit of {limit} bytes",
        {"limit_bytes": limit, "size_bytes": size},
    )


def header_violation(
    header: Header, *, inside_message: bool, compression: bool, masked: bool
) -> Violation | None:
    """The first rule that a frame's header breaks.

    Args:
        header: of the frame.
        inside_message: a fragmented message is unfinished.
        compression: permessage-deflate was negotiated, which gives RSV1 a meaning (RFC 7692 §6).
        masked: what the sender's frames must be: true for a client's, false for a server's.
    """
    found = (
        _reserved_bits(header, compression)
        or _reserved_opcode(header)
        or _masking(header, masked)
        or _control(header)
        or _length(header)
        or _sequence(header, inside_message)
    )
    if found is None:
        return None
    return found._replace(facts={"opcode": header.opcode, "header": header.raw.hex(" "), **found.facts})


def _reserved_bits(header: Header, compression: bool) -> Violation | None:
    if not header.rsv:
        return None
    bits = " and ".join(f"RSV{n}" for n in (1, 2, 3) if header.rsv & (0x80 >> n))
    if not compression or header.rsv != RSV1:
        return protocol_violation(
            "RFC 6455 §5.2", f"a frame with {bits} set, which no negotiated extension uses"
        )
    if header.control:
        return protocol_violation("RFC 7692 §6.1", "a control frame marked as compressed")
    if header.opcode == CONTINUATION:
        return protocol_violation("RFC 7692 §6.1", "a continuation frame marked as compressed")
    return None


def _reserved_opcode(header: Header) -> Violation | None:
    if header.opcode in KNOWN_OPCODES:
        return None
    kind = "control" if header.control else "data"
    return protocol_violation("RFC 6455 §5.2", f"a {kind} frame of the reserved opcode 0x{header.opcode:X}")


def _masking(header: Header, masked: bool) -> Violation | None:
    if header.masked is masked:
        return None
    return protocol_violation("RFC 6455 §5.1", "a masked frame" if header.masked else "an unmasked frame")


def _control(header: Header) -> Violation | None:
    if not header.control:
        return None
    if not header.fin:
        return protocol_violation("RFC 6455 §5.5", "a fragmented control frame")
    if header.length > CONTROL_PAYLOAD_LIMIT_BYTES:
        return protocol_violation(
            "RFC 6455 §5.5",
            f"a control frame of {header.length} bytes, more than {CONTROL_PAYLOAD_LIMIT_BYTES}",
            limit_bytes=CONTROL_PAYLOAD_LIMIT_BYTES,
            size_bytes=header.length,
        )
    return None


def _length(header: Header) -> Violation | None:
    if header.length >> 63:
        return protocol_violation("RFC 6455 §5.2", "a 64-bit length with its most significant bit set")
    if not header.minimal:
        return protocol_violation("RFC 6455 §5.2", "a length that is not written in the fewest bytes")
    return None


def _sequence(header: Header, inside_message: bool) -> Violation | None:
    if header.control:
        return None
    if header.opcode == CONTINUATION:
        if inside_message:
            return None
        return protocol_violation("RFC 6455 §5.4", "a continuation frame without a message to continue")
    if inside_message:
        return protocol_violation("RFC 6455 §5.4", "a new message inside an unfinished fragmented one")
    return None


def close_violation(body: bytes) -> Violation | None:
    """The rule that the body of a Close frame breaks."""
    if not body:
        return None
    if len(body) == 1:
        return protocol_violation("RFC 6455 §5.5.1", "a Close frame with a body of one byte")
    code, reason = parse_close_body(body)
    if code is not None and not is_valid_on_wire(code):
        name = close_code_name(code)
        return protocol_violation(
            "RFC 6455 §7.4", f"a Close frame with the code {code} ({name}), which may not be sent"
        )
    if not is_utf8(reason):
        return invalid_utf8("a Close frame whose reason is not UTF-8", "RFC 6455 §5.5.1")
    return None
