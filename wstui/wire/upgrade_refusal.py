"""What an upgrade that failed means: from the answer, or its absence, to a code and a sentence.

Source: RFC 6455 §4.1, §4.2.2; RFC 9110 §15.
"""

from typing import Any, Final

from websockets.client import ClientProtocol
from websockets.datastructures import Headers
from websockets.exceptions import InvalidHandshake, InvalidHeader, NegotiationError
from websockets.utils import accept_key

from wstui.events import ErrorCode, safe_bytes, safe_text
from wstui.profiles import Endpoint, Profile
from wstui.wire.http_head import HEAD_LIMIT_BYTES, REDIRECTS, NotHttp, ResponseHead
from wstui.wire.phases import DialError, Peer, errno_facts
from wstui.wire.reader import DialReader, StreamEnded
from wstui.wire.stream import Broken, Eof, Reset
from wstui.wire.tls_failure import failed_with

SHOWN_BYTES: Final = 256

_ADVICE: Final = {
    **dict.fromkeys(sorted(REDIRECTS), "it redirects elsewhere; see its Location and follow_redirects"),
    400: "it did not like the request; see its answer",
    401: "it wants credentials; see [auth] in the profile",
    403: "it forbids this; check credentials and origin",
    404: "there is nothing at this path",
    405: "nothing at this path speaks WebSocket",
    407: "a proxy on the way wants credentials",
    426: "it wants another version or protocol; see its Upgrade and Sec-WebSocket-Version headers",
    429: "it had too many requests; wait before the next attempt",
    500: "it failed; see its logs",
    502: "a proxy did not get a valid answer from its backend",
    503: "it is overloaded or down; wait before the next attempt",
    504: "a proxy got no answer from its backend in time",
}


def not_accepted(protocol: ClientProtocol, headers: Headers, error: InvalidHandshake) -> DialError:
    """A 101 that agrees to something else."""
    reason = str(error)
    if isinstance(error, NegotiationError):
        return _not_negotiated(protocol, headers, reason)
    name = error.name if isinstance(error, InvalidHeader) else ""
    if name == "Sec-WebSocket-Accept":
        return _bad_accept(protocol, headers)
    if name == "Sec-WebSocket-Extensions":
        return _bad_extensions(headers, reason)
    if name == "Sec-WebSocket-Protocol":
        return _bad_subprotocol(protocol, headers, reason)
    return DialError(
        ErrorCode.NOT_WEBSOCKET,
        f"The server answered 101, but not for a WebSocket: its {safe_text(str(name or 'answer'))} header is"
        " missing or says something else; a proxy on the way may have dropped it.",
        rule="RFC 6455 §4.1",
        header=name or None,
        received=", ".join(headers.get_all(name)) if name else None,
        reason=reason,
    )


def _not_negotiated(protocol: ClientProtocol, headers: Headers, reason: str) -> DialError:
    try:
        protocol.process_extensions(headers)
    except InvalidHandshake:
        return _bad_extensions(headers, reason)
    return _bad_subprotocol(protocol, headers, reason)


def _bad_accept(protocol: ClientProtocol, headers: Headers) -> DialError:
    received = headers.get_all("Sec-WebSocket-Accept")
    what = "a wrong accept key"
    if len(received) != 1:
        what = "more than one accept key" if received else "no accept key"
    return DialError(
        ErrorCode.BAD_ACCEPT,
        f"The server answered 101 with {what}: it does not speak WebSocket, or a cache answered for it.",
        rule="RFC 6455 §4.2.2",
        expected=accept_key(protocol.key),
        received=", ".join(received),
        header="Sec-WebSocket-Accept",
    )


def _bad_extensions(headers: Headers, reason: str) -> DialError:
    offered = "permessage-deflate" if "Sec-WebSocket-Extensions" in headers else ""
    return DialError(
        ErrorCode.EXTENSION_MISMATCH,
        "The server chose an extension, or parameters of one, that we did not offer;"
        " switch compression off in the profile to go on without.",
        rule="RFC 6455 §9.1",
        expected=offered,
        received=", ".join(headers.get_all("Sec-WebSocket-Extensions")),
        header="Sec-WebSocket-Extensions",
        reason=reason,
    )


def _bad_subprotocol(protocol: ClientProtocol, headers: Headers, reason: str) -> DialError:
    offered = protocol.available_subprotocols or []
    chosen = ", ".join(headers.get_all("Sec-WebSocket-Protocol"))
    what = "which we did not offer" if offered else "but we offered none"
    return DialError(
        ErrorCode.SUBPROTOCOL_MISMATCH,
        f"The server chose the subprotocol {safe_text(chosen)}, {what}; see subprotocols in the profile.",
        rule="RFC 6455 §4.1",
        expected=", ".join(offered),
        received=chosen,
        header="Sec-WebSocket-Protocol",
        reason=reason,
    )


def refused(head: ResponseHead) -> DialError:
    """Another status than 101."""
    kind = (head.first("content-type") or "").lower()
    if 200 <= head.status < 300:
        advice = "it serves ordinary pages here; check the path" if "html" in kind else "check the path"
    else:
        advice = _ADVICE.get(head.status, "see its answer")
    return DialError(
        ErrorCode.HTTP_STATUS,
        f"The server refused the upgrade with HTTP status {head.status}; {advice}.",
        status=head.status,
        reason=head.reason,
        retry_after=head.first("retry-after"),
    )


def answer_not_http(answer: NotHttp, endpoint: Endpoint) -> DialError:
    """Something came, but no HTTP head."""
    if answer.too_long:
        return DialError(
            ErrorCode.NOT_HTTP,
            f"The head of the server's answer is longer than {HEAD_LIMIT_BYTES:,} bytes.",
            limit_bytes=HEAD_LIMIT_BYTES,
            received=shown(answer.received),
        )
    hint = "check host and port"
    if answer.received[:2] == b"\x15\x03" and not endpoint.secure:
        hint = "it answers with a TLS alert: try wss:// in place of ws://"
    return DialError(
        ErrorCode.NOT_HTTP,
        f"What listens there does not speak HTTP; {hint}.",
        received=shown(answer.received),
    )


def answer_too_slow(reader: DialReader) -> DialError:
    """The open timeout struck before the head was complete."""
    came = len(reader.buffer)
    said = f"only {came:,} bytes of an answer came" if came else "nothing came"
    return DialError(
        ErrorCode.UPGRADE_TIMEOUT,
        "The server took the connection but did not answer the upgrade request before the open timeout:"
        f" {said}.",
        size_bytes=came,
        received=shown(bytes(reader.buffer[:SHOWN_BYTES])) if came else None,
    )


def answer_ended(ended: StreamEnded, endpoint: Endpoint, profile: Profile) -> DialError:
    """The stream ended before the head did."""
    if isinstance(ended.end, Broken):
        # Since TLS 1.3 a server judges our certificate after we consider the handshake done.
        return failed_with(ended.end.reason, Peer(endpoint.host, endpoint.port), endpoint.host)
    came = len(ended.received)
    after = f"after {came:,} bytes of an answer" if came else "without an answer"
    facts: dict[str, Any] = {"size_bytes": came, "received": shown(ended.received) if came else None}
    if isinstance(ended.end, Eof):
        hint = "it may not speak WebSocket on this port"
        if endpoint.secure and profile.tls.certificate is None:
            hint += ", or want a client certificate"
        return DialError(ErrorCode.UPGRADE_EOF, f"The server closed the connection {after}; {hint}.", **facts)
    how = "reset" if isinstance(ended.end, Reset) else "lost"
    return DialError(
        ErrorCode.UPGRADE_RESET,
        f"The connection was {how} {after} to the upgrade request; a firewall or a crash may be behind it.",
        **facts,
        **errno_facts(ended.end.errno),
    )


def shown(received: bytes) -> str:
    """The first bytes of what came, safe to show."""
    return safe_bytes(received[:SHOWN_BYTES])
