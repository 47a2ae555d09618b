"""Close codes: RFC 6455 §7.4, the IANA registry, and the ranges between them.

One table; the close dialog, the refusal to send a reserved code, and every place that names a code
read it. Meanings are in our own words. Codes of 4000 and up mean what a service says they mean and
are never decoded here.

Source: RFC 6455 §7.4.1-7.4.2; IANA WebSocket Close Code Number Registry.
"""

from typing import Literal, NamedTuple

Sender = Literal["both", "client", "server", "nobody"]


class CloseCode(NamedTuple):
    """A registered close code."""

    code: int
    name: str
    meaning: str
    sender: Sender
    """Who usually puts it into a Close frame; ``nobody`` for codes that only exist locally."""
    retry: bool
    """Whether connecting again, after a while, can be expected to help."""


CLOSE_CODES: dict[int, CloseCode] = {
    row.code: row
    for row in (
        CloseCode(1000, "Normal Closure", "the purpose of the connection is fulfilled", "both", False),
        CloseCode(1001, "Going Away", "an endpoint goes away: server stops or page is left", "both", True),
        CloseCode(1002, "Protocol Error", "the other side broke the WebSocket protocol", "both", False),
        CloseCode(1003, "Unsupported Data", "a kind of data that the endpoint cannot accept", "both", False),
        CloseCode(1004, "Reserved", "no meaning is defined", "nobody", False),
        CloseCode(1005, "No Status Received", "a Close frame came without a code", "nobody", False),
        CloseCode(1006, "Abnormal Closure", "the connection ended without a Close frame", "nobody", True),
        CloseCode(1007, "Invalid Payload Data", "data did not fit its type, as bad UTF-8", "both", False),
        CloseCode(1008, "Policy Violation", "a message broke the endpoint's policy", "both", False),
        CloseCode(1009, "Message Too Big", "a message larger than the endpoint takes", "both", False),
        CloseCode(1010, "Mandatory Extension", "the client needed an extension", "client", False),
        CloseCode(1011, "Internal Error", "an unexpected condition on the side that closes", "both", True),
        CloseCode(1012, "Service Restart", "the service restarts; come back after 5 to 30 s", "server", True),
        CloseCode(1013, "Try Again Later", "the service is overloaded", "server", True),
        CloseCode(1014, "Bad Gateway", "a gateway got an invalid answer from upstream", "server", True),
        CloseCode(1015, "TLS Handshake", "the TLS handshake failed", "nobody", False),
        CloseCode(3000, "Unauthorized", "authorization is required, as HTTP 401", "both", False),
        CloseCode(3003, "Forbidden", "authorization was refused, as HTTP 403", "both", False),
        CloseCode(3008, "Timeout", "the endpoint took too long, as HTTP 408", "both", True),
    )
}
"""Every registered code, in ascending order."""


class CloseCodeRange(NamedTuple):
    """Codes without a row of their own. Both ends belong to the range."""

    first: int
    last: int
    name: str
    meaning: str
    sendable: bool


CLOSE_CODE_RANGES: tuple[CloseCodeRange, ...] = (
    CloseCodeRange(0, 999, "Unused", "not used by the protocol", False),
    CloseCodeRange(1000, 2999, "Unassigned", "kept for future versions and extensions", False),
    CloseCodeRange(3000, 3999, "Registered Use", "for libraries and frameworks, registered at IANA", True),
    CloseCodeRange(4000, 4999, "Private Use", "means what the service says it means", True),
)
"""RFC 6455 §7.4.2."""

REASON_LIMIT_BYTES = 123
"""A control frame carries 125 bytes (RFC 6455 §5.5), two of them the code."""


def close_code_range(code: int) -> CloseCodeRange | None:
    """The range of a code, or None for a number that no Close frame can hold sensibly (5000 and up)."""
    return next((row for row in CLOSE_CODE_RANGES if row.first <= code <= row.last), None)


def close_code_name(code: int | None) -> str:
    """The registered name, else the range's; None is a Close frame without a code."""
    row = CLOSE_CODES.get(1005 if code is None else code)
    if row is not None:
        return row.name
    found = close_code_range(code or 0)
    return found.name if found else "Out Of Range"


def close_code_meaning(code: int | None) -> str:
    """What a code says, in one clause without a full stop."""
    row = CLOSE_CODES.get(1005 if code is None else code)
    if row is not None:
        return row.meaning
    found = close_code_range(code or 0)
    return found.meaning if found else "no close code is that large"


def is_valid_on_wire(code: int) -> bool:
    """Whether a Close frame may carry this code at all (RFC 6455 §7.4)."""
    row = CLOSE_CODES.get(code)
    if row is not None:
        return row.sender != "nobody"
    found = close_code_range(code)
    return found is not None and found.sendable


def why_not_sendable(code: int, reason: str = "") -> str | None:
    """Why a client may not send a Close frame with this code and reason, or None if it may.

    Returns:
        One sentence that names the rule. ``force`` overrides it where testing a server is the point.
    """
    row = CLOSE_CODES.get(code)
    if row is not None and row.sender == "nobody":
        return f"{code} ({row.name}) never goes on the wire: it exists only locally (RFC 6455 §7.4.1)."
    if not is_valid_on_wire(code):
        return f"{code} is {close_code_name(code).lower()}: it may not be sent (RFC 6455 §7.4.2)."
    size = len(reason.encode("utf-8", "surrogatepass"))
    if size > REASON_LIMIT_BYTES:
        return f"The reason has {size} bytes; a Close frame holds {REASON_LIMIT_BYTES} (RFC 6455 §5.5)."
    return None
